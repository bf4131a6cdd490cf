"""Where a package may be written, and where it would harm."""

from pathlib import Path

import pytest

from archiver.errors import UsedWrongly
from archiver.pack.destination import check
from archiver.pack.workfolder import work_of
from archiver.storage import place


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


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ("out", "--work out is OUT out itself, or lies in it"),
        ("out/inner", "is OUT out itself, or lies in it"),
        (".out.work", "is the work folder .out.work itself, or lies in it"),
        (".out.work/inner", "is the work folder .out.work itself, or lies in it"),
        ("sources", "is the source sources itself, or lies in it"),
        ("sources/inner/gone", "is the source sources itself, or lies in it"),
        ("link", "is the source sources itself, or lies in it"),
        ("file", "is the source file itself, or lies in it"),
        ("file.wacz", "is a file, and no folder"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "../{here}/{}", "{root}/{}"])
def test_a_place_for_shards_that_is_refused(here: Path, work: str, says: str, form: str) -> None:
    place = form.format(work, here=here.name, root=here)
    with pytest.raises(UsedWrongly, match=says if form == "{}" else says.removeprefix("--work out ")):
        check(Path("out"), [Path("sources"), Path("file")], Path(place))


@pytest.mark.parametrize("work", [".", "..", "other", "new/place", "out.d", "sources.d", "s3://scratch/out"])
@pytest.mark.usefixtures("here")
def test_a_place_for_shards_that_harms_nothing(work: str) -> None:
    """It may hold OUT and the sources: the shards have a folder of their own in it."""
    check(Path("out"), [Path("sources"), Path("file"), place("s3://corpus/2017")], place(work))


@pytest.mark.parametrize(
    ("work", "says"),
    [("s3://kept/out", "is OUT s3://kept/out itself"), ("s3://corpus/2017/x", "is the source s3://corpus/2017 itself")],
)
@pytest.mark.usefixtures("here")
def test_a_place_for_shards_in_a_store_that_is_refused(work: str, says: str) -> None:
    with pytest.raises(UsedWrongly, match=says):
        check(place("s3://kept/out"), [place("s3://corpus/2017")], place(work))


@pytest.mark.usefixtures("here")
def test_a_source_among_the_shards_is_safe() -> None:
    shards = Path(str(work_of(Path("out"), Path("kept")).shards))
    shards.mkdir(parents=True)
    with pytest.raises(
        UsedWrongly, match=r"the source kept/\S+/a.txt lies in kept/\S+, where --work kept keeps shards"
    ):
        check(Path("out"), [shards / "a.txt"], Path("kept"))
