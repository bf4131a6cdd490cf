"""Reading a package back: its files, wherever they lie, and its articles one after the other."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from zipfile import BadZipFile, ZipFile, is_zipfile

import orjson

from archiver.errors import CannotRead, NotAPackage, UnsupportedVersion
from archiver.model import Article
from archiver.package import layout
from archiver.record import schema
from archiver.record.provenance import from_dict, whole
from archiver.storage import Place, files, place
from archiver.warc import reader
from archiver.warc.reader import Record

_MORE = "`archiver verify` says more."


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

    def __init__(self, root: Place) -> None:
        self._root = root

    def names(self) -> list[str]:
        """Every file's path below the folder, sorted."""
        return list(files(self._root))

    def open(self, name: str) -> BinaryIO:
        """A file to read."""
        try:
            return (self._root / name).open("rb")
        except OSError as error:
            raise CannotRead(f"{self._root / name}: {error.strerror}") from error


class ZipFiles:
    """The members of a zip file."""

    def __init__(self, path: Place) -> None:
        self._path = path
        try:
            self._zip = ZipFile(path if isinstance(path, Path) else path.open("rb"))
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
            raise CannotRead(f"{self._path}: {name}: {error}") from error


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
        return self._json(layout.RUN)

    def datapackage(self) -> dict[str, Any]:
        """The manifest of its files: title, description, software."""
        return self._json(layout.DATAPACKAGE)

    def __iter__(self) -> Iterator[Entry | Rejection]:
        """Every item in the order in which it was archived. Memory is bounded by one pair of WARC files' record ids.

        Raises CannotRead at the first damage: what is given is never silently less than the package holds. Raises
        NotAPackage where there is nothing of this software's in it, UnsupportedVersion for records of a later one.
        """
        is_ours = layout.RUN in self._names
        for name in self._names:
            if name.startswith(f"{layout.ARCHIVE}/"):
                for item in self._volume(name):
                    is_ours = True
                    yield item
        if not is_ours:
            raise NotAPackage("the package holds no article record: it was not made by archiver")

    def articles(self) -> Iterator[Entry]:
        """Every article, duplicates among them."""
        return (entry for entry in self if isinstance(entry, Entry))

    def rejections(self) -> Iterator[dict[str, Any]]:
        """The record of each rejected item, in order, from `provenance/rejected.json`, which has one a line."""
        with self.files.open(layout.REJECTED) as stream, _readable(layout.REJECTED):
            yield from (_object(line.rstrip(b",\n"), layout.REJECTED) for line in stream if line.startswith(b"{"))

    def original(self, entry: Entry) -> bytes:
        """The original bytes of an article. Raises CannotRead where the package does not hold them."""
        found = None
        for record in _records(self.files, entry.warc):
            if found is not None:
                break  # what is wrong with a block is known only behind it
            found = record.block if record.id == entry.original_id else None
        if found is None:
            raise CannotRead(f"{entry.warc} does not hold {entry.original_id}")
        return found

    def _json(self, name: str) -> dict[str, Any]:
        with self.files.open(name) as stream, _readable(name):
            return _object(stream.read(), name)

    def _volume(self, name: str) -> Iterator[Entry | Rejection]:
        texts = _Texts(self.files, layout.derived(name))
        for record in _records(self.files, name):
            uri = record.uri or ""
            if record.type != "metadata" or record.block is None:
                continue
            original_id = reader.bare(record.get("WARC-Refers-To")) or ""
            if uri.startswith(layout.rejection_uri("").removesuffix(".json")):
                yield Rejection(record=_object(record.block, name), warc=name)
            elif uri.startswith(layout.provenance_uri("").removesuffix(".json")):
                text, is_new = texts.of(original_id)
                article = _article(_object(record.block, name), text, name)
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
    with files.open(name) as stream, _readable(name):
        for found in reader.read(stream):
            if isinstance(found, Record):
                yield found
            elif found.severity == "error":
                raise CannotRead(f"{name}, byte {found.offset}: {found.message} {_MORE}")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """A file's bytes that cannot be had, or not unpacked, are CannotRead."""
    try:
        yield
    except (BadZipFile, OSError, EOFError, zlib.error) as error:
        raise CannotRead(f"{name} cannot be read: {error}. {_MORE}") from error


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise CannotRead(f"{name} holds broken JSON: {error}. {_MORE}") from error
    if not isinstance(value, dict):
        raise CannotRead(f"{name} holds no JSON object where one belongs. {_MORE}")
    return value


def _article(record: dict[str, Any], text: str, name: str) -> Article:
    if record.get("schema") != schema.ARTICLE:
        raise UnsupportedVersion(f"{name} holds a record of the schema {record.get('schema')}, not of {schema.ARTICLE}")
    fault = next(schema.check(record, schema.ARTICLE), None)
    if fault:
        raise CannotRead(f"{name}: the record {record.get('id')} breaks its schema: {fault.message} {_MORE}")
    return from_dict(whole(record), text)


def _text(record: Record) -> str:
    if record.block is None:
        raise CannotRead(f"{record.id} is too long to be read")
    return record.block.decode()


def open_package(path: Place | str) -> Package:
    """Open a package that this software wrote: a bag, its `data/` folder, or a `.wacz`, at a path or a URL.

    Raises NotAPackage for anything else, CannotRead where it cannot be read.
    """
    try:
        package = Package(_files(place(path)))
    except OSError as error:
        raise CannotRead(f"{path} cannot be read: {error.strerror or error}") from error
    names = package.files.names()
    if layout.DATAPACKAGE not in names or not any(name.startswith(f"{layout.ARCHIVE}/") for name in names):
        raise NotAPackage(f"{path} is no package: it has no {layout.DATAPACKAGE} beside an {layout.ARCHIVE}/ folder")
    return package


def _files(path: Place) -> Files:
    if (path / "bagit.txt").is_file() and (path / "data").is_dir():
        return FolderFiles(path / "data")
    if path.is_dir():
        return FolderFiles(path)
    if not path.exists():
        raise CannotRead(f"{path} does not exist")
    with path.open("rb") as stream:
        is_zip = is_zipfile(stream)
    if is_zip:
        return ZipFiles(path)
    raise NotAPackage(f"{path} is neither a folder nor a WACZ file")
