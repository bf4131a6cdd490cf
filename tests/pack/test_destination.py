"""Where a package may be written, and where it would harm."""

from pathlib import Path

import pytest

from archiver.errors import UsedWrongly
from archiver.pack.destination import check


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a source, a package, another folder, and files."""
    monkeypatch.chdir(tmp_path)
    for folder in ("sources/inner", "package/data", "package.wacz", "other", "empty"):
        Path(folder).mkdir(parents=True)
    for file in ("sources/a.txt", "package/data/datapackage.json", "other/thesis.odt", "file", "file.wacz"):
        Path(file).touch()
    Path("link").symlink_to("sources")
    Path("to-package").symlink_to("package")
    for dangling in ("dangling", "dangling.wacz"):
        Path(dangling).symlink_to("nowhere")
    return tmp_path


@pytest.mark.parametrize("out", ["out", "out.wacz", "inside.d/../out", "package", "empty", "file.wacz", "sources.wacz"])
def test_a_place_that_harms_nothing(here: Path, out: str) -> None:
    (here / "inside.d").mkdir()
    check(Path(out), [Path("sources"), Path("file")] if out != "file.wacz" else [Path("sources")])


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("out.zip", "out.wacz"),
        ("out.ZIP", "out.wacz"),
        ("out.Wacz", "out.wacz"),
        ("out.warc", "more than a WARC file"),
        ("out.warc.gz", "more than a WARC file"),
        ("-", "no name for a package"),
        ("..", "no name for a package"),
        ("gone/out", "does not exist"),
        ("file/out", "does not exist"),
        ("sources/out", "packed into itself"),
        ("sources/inner/out.wacz", "packed into itself"),
        ("link/out", "packed into itself"),
        ("sources", "packed into itself"),
        ("other", "something else than a package in it, and is not replaced; name another"),
        ("link", "is a symbolic link"),
        ("dangling", "is a symbolic link"),
        ("dangling.wacz", "is a symbolic link"),
        ("to-package", "is a symbolic link"),
        ("file", "is a file, and a package of that name would be a folder"),
        ("package.wacz", "is a folder, and a package of that name would be a file"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_place_that_is_refused(out: str, says: str) -> None:
    with pytest.raises(UsedWrongly, match=says):
        check(Path(out), [Path("sources")])


@pytest.mark.usefixtures("here")
def test_a_source_inside_what_would_be_replaced_is_safe() -> None:
    with pytest.raises(UsedWrongly, match="lies inside package, which would be replaced"):
        check(Path("package"), [Path("package/data/datapackage.json")])
