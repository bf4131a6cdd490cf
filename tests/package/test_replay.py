"""The collection that pywb is given: files, index, and a page list that no title can turn into code."""

import gzip
import sys
from pathlib import Path
from subprocess import Popen
from zipfile import ZipFile

import pytest

from archiver.errors import CannotRead, Missing
from archiver.package import layout, replay
from archiver.package.open import Entry, FolderFiles, Package, ZipFiles
from archiver.package.replay import (
    LISTED,
    Site,
    _collect,
    _contents,
    _free_port,
    _site,
    _wait_for,
    find_wayback,
    serving,
)
from tests.articles import article

HEAD = '{"format":"json-pages-1.0","id":"pages","title":"Articles"}\n'


def package(folder: Path, pages: str, title: str = "Some articles") -> Package:
    """A package of files that hold just enough."""
    files = {
        "datapackage.json": f'{{"title": "{title}"}}',
        "pages/pages.jsonl": HEAD + pages,
        "archive/a.warc.gz": "a",
        "indexes/index.cdx": "line\n",
        "provenance/run.json": "{}",
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


SERVER = """#!{python}
import http.server, sys
port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), http.server.BaseHTTPRequestHandler).serve_forever()
"""
STUBBORN = SERVER.replace("port =", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); port =", 1)


@pytest.mark.parametrize("script", [SERVER, STUBBORN])
def test_a_site_has_addresses_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    wayback = tmp_path / "wayback"
    wayback.write_text(script.format(python=sys.executable), encoding="utf-8")
    wayback.chmod(0o755)
    (tmp_path / "spool").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    monkeypatch.setattr(replay, "_STOPPING", 0.2)
    opened = package(tmp_path / "package", "")
    monkeypatch.setattr(opened, "articles", lambda: iter(()))
    with serving(opened, tmp_path / "package", wayback, None) as site:
        assert site.pages.startswith("http://127.0.0.1:")
        assert (site.reading, site.original) == (None, None)
        assert site.server.poll() is None
    assert site.server.poll() is not None
    assert list((tmp_path / "spool").iterdir()) == []


def test_the_addresses_of_the_first_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry(article=article(), original_id="urn:uuid:9", warc="archive/a.warc.gz", is_duplicate=False)
    opened = package(tmp_path, "")
    monkeypatch.setattr(opened, "articles", lambda: iter([entry]))
    with Popen(["/bin/true"]) as server:
        site = _site(opened, "http://127.0.0.1:1/archive/", server)
    assert site.reading == f"http://127.0.0.1:1/archive/{layout.reading_uri(article().id)}"
    assert site.original is not None
    assert site.original.startswith("http://127.0.0.1:1/archive/https://archiver.invalid/sha256/")


def test_a_zipped_package_is_copied_and_its_index_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.wacz").touch()
    with ZipFile(tmp_path / "a.wacz", "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("pages/pages.jsonl", HEAD)
        archive.writestr("archive/a.warc.gz", b"bytes")
        archive.writestr("indexes/index.cdx.gz", gzip.compress(b"one\n") + gzip.compress(b"two\n"))
        archive.writestr("indexes/index.idx", b"!meta 0 {}\n")
    _collect(Package(ZipFiles(tmp_path / "a.wacz")), tmp_path / "a.wacz", tmp_path / "c")
    assert (tmp_path / "c/archive/a.warc.gz").read_bytes() == b"bytes"
    assert [path.name for path in (tmp_path / "c/indexes").iterdir()] == ["index.cdxj"]
    assert (tmp_path / "c/indexes/index.cdxj").read_bytes() == b"one\ntwo\n"


def test_pywb_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_ASKED", 2)
    (tmp_path / "log").write_text("loading\n", encoding="utf-8")
    with Popen(["/bin/sleep", "60"]) as server:
        with pytest.raises(Missing, match="loading"):
            _wait_for(server, _free_port(None), tmp_path / "log")
        server.kill()
