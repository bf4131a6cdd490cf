"""The collection that pywb is given: files, index, and a page list that no title can turn into code."""

from pathlib import Path
from subprocess import Popen

import pytest

from archiver.errors import CannotRead, Missing
from archiver.package.open import FolderFiles, Package
from archiver.package.replay import LISTED, Site, _collect, _contents, find_wayback

HEAD = '{"format":"json-pages-1.0","id":"pages","title":"Articles"}\n'


def package(folder: Path, pages: str, title: str = "Some articles") -> Package:
    """A package of files that hold just enough."""
    files = {
        "datapackage.json": f'{{"title": "{title}"}}',
        "pages/pages.jsonl": HEAD + pages,
        "archive/a.warc.gz": "a",
        "indexes/index.cdx": "line\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Package(FolderFiles(folder))


def test_a_collection_points_to_the_files_that_lie_open(tmp_path: Path) -> None:
    opened = package(tmp_path / "package", "")
    _collect(opened, tmp_path / "package", tmp_path / "c")
    assert (tmp_path / "c/archive/a.warc.gz").readlink() == tmp_path / "package/archive/a.warc.gz"
    assert (tmp_path / "c/indexes/index.cdxj").read_text(encoding="utf-8") == "line\n"
    assert (tmp_path / "c/templates/search.html").is_file()


def test_a_title_is_no_markup_and_no_template(tmp_path: Path) -> None:
    row = '{"id":"1","url":"https://x.invalid/{{7*7}}\\"><script>","title":"<b>{{ 7*7 }}{% x %}\\u202e"}\n'
    shown = _contents(package(tmp_path, row, "{{ config }}<i>")).partition("</style>")[2]
    assert "{" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "<script" not in shown
    assert "\u202e" not in shown
    assert "&#123;&#123; 7*7 &#125;&#125;" in shown


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    rows = "".join(f'{{"id":"{n}","url":"https://x.invalid/{n}"}}\n' for n in range(LISTED + 5))
    shown = _contents(package(tmp_path, rows))
    assert shown.count("<li>") == LISTED
    assert "… and 5 more" in shown


def test_rows_that_are_no_pages_are_passed_over(tmp_path: Path) -> None:
    assert "<li>" not in _contents(package(tmp_path, '[]\n{"url": 1}\n{}\n'))


def test_a_page_list_that_is_not_json_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"pages\.jsonl, line 2 is not JSON"):
        _contents(package(tmp_path, "{\n"))


def test_pywb_is_the_first_that_is_found(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wayback").touch(mode=0o755)
    assert find_wayback([tmp_path, tmp_path / "b", tmp_path / "a"], tmp_path) == tmp_path / "b" / "wayback"
    with pytest.raises(Missing, match=f"python3 -m venv {tmp_path}/home"):
        find_wayback([tmp_path], tmp_path / "home")


def test_a_server_that_ends_by_itself_is_said() -> None:
    with Popen(["/bin/sh", "-c", "exit 7"]) as server, pytest.raises(Missing, match="status 7"):
        Site(pages="", reading=None, original=None, server=server).wait()
