"""Opening what is a package, and refusing what is none with a sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from archiver.errors import ArchiverError, CannotRead, NotAPackage
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.package.open import Entry, open_package


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of three articles, of which the last has the first's bytes."""
    work = tmp_path_factory.mktemp("package")
    lines = [{"text": "The pier is gone."}, {"text": "The pier is back."}, {"text": "The pier is gone."}]
    (work / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pack([work / "wire.jsonl"], work / "out", Config(created="2024-05-06T07:08:09Z"))
    return work / "out"


@pytest.fixture(scope="module")
def wacz(folder: Path) -> Path:
    """The same as a WACZ file."""
    out = folder.parent / "out.wacz"
    pack([folder.parent / "wire.jsonl"], out, Config(created="2024-05-06T07:08:09Z"))
    return out


@pytest.mark.parametrize("part", ["", "data"])
def test_a_bag_and_its_data_are_the_same_package(folder: Path, part: str) -> None:
    entries = list(open_package(folder / part))
    assert [entry.article.text for entry in entries if isinstance(entry, Entry)] == [
        "The pier is gone.",
        "The pier is back.",
        "The pier is gone.",
    ]
    assert [entry.is_duplicate for entry in entries if isinstance(entry, Entry)] == [False, False, True]


def test_a_wacz_reads_as_its_folder_does(folder: Path, wacz: Path) -> None:
    assert list(open_package(wacz)) == list(open_package(str(folder)))
    assert open_package(wacz).run() == open_package(folder).run()
    assert open_package(wacz).datapackage()["wacz_version"] == "1.1.1"


def test_a_duplicate_has_the_original_of_the_first(wacz: Path) -> None:
    package = open_package(wacz)
    first, _, last = package.articles()
    assert (first.original_id, package.original(first)) == (last.original_id, package.original(last))


def empty(path: Path) -> Path:
    path.mkdir()
    return path


def named(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.mkdir()
        (path / name).write_bytes(data)
        return path / name

    return make


def zipped(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    return path


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda path: path, CannotRead, "does not exist"),
        (empty, NotAPackage, "is no package"),
        (named("a.txt", b"x"), NotAPackage, "neither a folder nor a WACZ"),
        (zipped, NotAPackage, "is no package"),
    ],
)
def test_what_is_no_package_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], error: type[ArchiverError], says: str
) -> None:
    with pytest.raises(error, match=says):
        open_package(make(tmp_path / "given"))


def test_a_package_without_its_texts_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "data/archive", tmp_path / "archive")
    shutil.copyfile(folder / "data/datapackage.json", tmp_path / "datapackage.json")
    with pytest.raises(CannotRead, match="derived"):
        list(open_package(tmp_path))
