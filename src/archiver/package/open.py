"""Reading a package back: its files, wherever they lie, and its articles one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from zipfile import BadZipFile, ZipFile, is_zipfile

import orjson

from archiver.errors import CannotRead, NotAPackage
from archiver.model import Article
from archiver.package import layout
from archiver.record.provenance import from_dict
from archiver.warc import reader
from archiver.warc.reader import Record


class Files(Protocol):
    """The files of a WACZ, unpacked or zipped, by their paths in it."""

    def names(self) -> list[str]:
        """Every file's path, sorted."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file to read. Raises CannotRead."""
        ...


class FolderFiles:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        """Every file's path below the folder, sorted."""
        return sorted(path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())

    def open(self, name: str) -> BinaryIO:
        """A file to read."""
        try:
            return (self._root / name).open("rb")
        except OSError as error:
            raise CannotRead(f"{self._root / name}: {error.strerror}") from error


class ZipFiles:
    """The members of a zip file."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, OSError) as error:
            raise CannotRead(f"{path}: {error}") from error

    def names(self) -> list[str]:
        """Every member's name, sorted."""
        return sorted(info.filename for info in self._zip.infolist() if not info.is_dir())

    def open(self, name: str) -> BinaryIO:
        """A member to read, unpacked on the way."""
        try:
            return self._zip.open(name)  # type: ignore[return-value]
        except (KeyError, BadZipFile, RuntimeError, NotImplementedError) as error:
            raise CannotRead(f"{self._zip.filename}: {name}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article in a package, with its normalised text, the id of its original, and the WARC file that holds it.

    `is_duplicate` says that the original's bytes are another item's too.
    """

    article: Article
    original_id: str
    warc: str
    is_duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A rejected item: its record as it stands."""

    record: dict[str, Any]
    warc: str


class Package:
    """A package that was written by this software, open for reading."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._names = files.names()

    def run(self) -> dict[str, Any]:
        """The run report. Raises CannotRead where there is none."""
        with self.files.open(layout.RUN) as stream:
            return dict(orjson.loads(stream.read()))

    def datapackage(self) -> dict[str, Any]:
        """The manifest of its files: title, description, software."""
        with self.files.open(layout.DATAPACKAGE) as stream:
            return dict(orjson.loads(stream.read()))

    def __iter__(self) -> Iterator[Entry | Rejection]:
        """Every item in the order in which it was archived. Memory is bounded by one pair of WARC files' record ids."""
        for name in self._names:
            if name.startswith(f"{layout.ARCHIVE}/"):
                yield from self._volume(name)

    def articles(self) -> Iterator[Entry]:
        """Every article, duplicates among them."""
        return (entry for entry in self if isinstance(entry, Entry))

    def rejections(self) -> Iterator[dict[str, Any]]:
        """The record of each rejected item, in order, from `provenance/rejected.json`, which has one a line."""
        with self.files.open(layout.REJECTED) as stream:
            yield from (orjson.loads(line.rstrip(b",\n")) for line in stream if line.startswith(b"{"))

    def original(self, entry: Entry) -> bytes:
        """The original bytes of an article. Raises CannotRead where the package does not hold them."""
        for record in _records(self.files, entry.warc):
            if record.id == entry.original_id and record.block is not None:
                return record.block
        raise CannotRead(f"{entry.warc} does not hold {entry.original_id}")

    def _volume(self, name: str) -> Iterator[Entry | Rejection]:
        texts = _Texts(self.files, layout.derived(name))
        for record in _records(self.files, name):
            uri = record.uri or ""
            if record.type != "metadata" or record.block is None:
                continue
            original_id = reader.bare(record.get("WARC-Refers-To")) or ""
            if uri.startswith(layout.rejection_uri("").removesuffix(".json")):
                yield Rejection(record=orjson.loads(record.block), warc=name)
            elif uri.startswith(layout.provenance_uri("").removesuffix(".json")):
                text, is_new = texts.of(original_id)
                article = from_dict(orjson.loads(record.block), text)
                yield Entry(article=article, original_id=original_id, warc=name, is_duplicate=not is_new)


class _Texts:
    """The normalised texts of a derived file, which come in the order of the articles.

    A duplicate asks for a text again; only where each text stands is remembered.
    """

    def __init__(self, files: Files, name: str) -> None:
        self._files = files
        self._name = name
        self._records = _records(files, name)
        self._places: dict[str, int] = {}

    def of(self, original_id: str) -> tuple[str, bool]:
        """The text made from an original, and whether it is asked for the first time. Raises CannotRead."""
        if original_id in self._places:
            return self._again(self._places[original_id]), False
        for record in self._records:
            if record.type == "conversion":
                made_from = reader.bare(record.get("WARC-Refers-To")) or ""
                self._places[made_from] = record.offset
                if made_from == original_id:
                    return _text(record), True
        raise CannotRead(f"{self._name} holds no conversion of {original_id}")

    def _again(self, offset: int) -> str:
        with self._files.open(self._name) as stream:
            stream.seek(offset)
            return _text(next(record for record in reader.read(stream) if isinstance(record, Record)))


def _records(files: Files, name: str) -> Iterator[Record]:
    with files.open(name) as stream:
        yield from (record for record in reader.read(stream) if isinstance(record, Record))


def _text(record: Record) -> str:
    if record.block is None:
        raise CannotRead(f"{record.id} is too long to be read")
    return record.block.decode()


def open_package(path: Path | str) -> Package:
    """Open a package that this software wrote: a bag, its `data/` folder, or a `.wacz`.

    Raises NotAPackage for anything else, CannotRead where it cannot be read.
    """
    package = Package(_files(Path(path)))
    names = package.files.names()
    if layout.DATAPACKAGE not in names or not any(name.startswith(f"{layout.ARCHIVE}/") for name in names):
        raise NotAPackage(f"{path} is no package: it has no {layout.DATAPACKAGE} beside an {layout.ARCHIVE}/ folder")
    return package


def _files(path: Path) -> Files:
    if (path / "bagit.txt").is_file() and (path / "data").is_dir():
        return FolderFiles(path / "data")
    if path.is_dir():
        return FolderFiles(path)
    if not path.exists():
        raise CannotRead(f"{path} does not exist")
    if is_zipfile(path):
        return ZipFiles(path)
    raise NotAPackage(f"{path} is neither a folder nor a WACZ file")
