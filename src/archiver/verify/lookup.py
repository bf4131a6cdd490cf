"""Records of a package by their places, read again: what lies far from what speaks of it."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from archiver.findings import Finding
from archiver.verify.losses import Losses
from archiver.verify.table import Table, key_of
from archiver.verify.tree import CHUNK, Opener
from archiver.warc.reader import Record, read

KEEP = 1 << 27
_OFFSET_BITS = 40
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
_SIP = 1 << 16
_MOST_IDS = 1 << 10
# How much may be inflated in vain to reach records of files that cannot seek, in bytes.
_MOST_VAIN = 1 << 30


class Lookup:
    """The records of the files `warcs`, by a place in one number: the file's, and 40 bits for bytes into it.

    `ids` has the places of all records by the keys of their ids, once all have gone by.
    """

    def __init__(self, open_file: Opener, warcs: list[str], ids: Table) -> None:
        self._open = open_file
        self._warcs = warcs
        self._numbers = {name: number for number, name in enumerate(warcs)}
        self._records: dict[int, str | None] = {}
        self._ids = ids
        self._vain = 0
        self._seekable: dict[str, bool] = {}
        self._refused: set[str] = set()

    def place(self, name: str, offset: int) -> int:
        """File and offset in one number."""
        return self._numbers[name] << _OFFSET_BITS | offset

    def is_lost(self, name: str, offset: int, losses: Losses) -> bool:
        """Whether a byte of a file is one of those that were left out when it was read."""
        return name in self._numbers and losses.covers(self.place(name, offset))

    def where(self, place: int) -> tuple[str, int]:
        """File and offset of a place."""
        return self._warcs[place >> _OFFSET_BITS], place & _OFFSET_MASK

    def at(self, name: str, offset: int) -> Record | None:
        """The record that starts at a byte of a file; `None` where none does."""
        with self._open(name) as stream:
            if stream.seekable():
                stream.seek(offset)
                return _first(stream if name.endswith(".zst") else _sipped(stream), offset)
            left = offset
            while left and (data := stream.read(min(left, CHUNK))):
                left -= len(data)
            self._vain += offset - left
            # Where a stream cannot seek, the reader takes the place where it begins for byte 0.
            record = _first(stream, 0)
            return record and record._replace(offset=offset)

    def affords(self, name: str) -> bool:
        """Whether a record of the file may be looked up: in one that cannot seek, all before it is inflated in vain."""
        if self._vain < _MOST_VAIN:
            return True
        if name not in self._seekable:
            with self._open(name) as stream:
                self._seekable[name] = stream.seekable()
        if not self._seekable[name]:
            self._refused.add(name)
        return self._seekable[name]

    def refused(self) -> Iterator[Finding]:
        """The files in which no more was looked up."""
        for name in sorted(self._refused):
            message = "The file is deflated within the zip: too much was inflated to look up records; some are left."
            yield Finding(code="I462", message=message, file=name)

    def found(self, place: int | None) -> Record | None:
        """The record at a place; `None` for none, and where it may not be looked up."""
        if place is None:
            return None
        name, offset = self.where(place)
        return self.at(name, offset) if self.affords(name) else None

    def is_own(self, name: str, record: Record) -> bool:
        """Whether a record, read at its offset, is one of the file, and not within another's block."""
        return name in self._numbers and (
            record.id is None or self._ids.holds(key_of(record.id), self.place(name, record.offset))
        )

    def placed(self, place: int, finding: Finding) -> Finding:
        """A finding about the record at a place."""
        name, offset = self.where(place)
        return finding.at(file=name, offset=offset, record=self._id(place))

    def _id(self, place: int) -> str | None:
        """The id of the record at a place, of which several things may be found: it is read once."""
        if place not in self._records:
            if len(self._records) >= _MOST_IDS:
                self._records.clear()
            record = self.found(place)
            # Where records share a gzip member, what stands at a place is the first of them (W216).
            self._records[place] = record.id if record and record.length else None
        return self._records[place]


class _Sips:
    """A stream that gives no more than a sip at a time: most records are short, and one alone is wanted."""

    def __init__(self, stream: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._read = stream.read

    def read(self, size: int) -> bytes:
        return self._read(min(size, _SIP))


def _sipped(stream: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", _Sips(stream))  # it has all that the reader asks for


def _first(stream: BinaryIO, offset: int) -> Record | None:
    each = next((each for each in read(stream, keep=KEEP) if isinstance(each, Record) or each.code == "E201"), None)
    return each if isinstance(each, Record) and each.offset == offset else None


def is_copy(record: Record, original: Record) -> bool:
    """Whether two records of one id say the same. What shares a gzip member with others has no length, and is no record
    that a place leads to."""
    one, other = ((each.type, each.uri, each.get("WARC-Date"), each.block_digest) for each in (record, original))
    return None not in (record.length, original.length) and one == other
