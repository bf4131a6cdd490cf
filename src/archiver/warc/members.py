"""The bytes of a WARC file in the units that records come in: one gzip member a record, or one plain file.

Both classes have the same few moves (`begin`, `until`, `pieces`, `more`, `close`, `resync`) and keep exact offsets into
the *file*, so that the reader above knows no compression. Only a window is held; what is read is hashed on the way.
"""

import hashlib
import io
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

from isal import isal_zlib

from archiver.model import Digest
from archiver.warc.window import OPENING, START, DamagedError, Window

# isal's stub calls this class an instance.
_InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]
MAGIC = b"\x1f\x8b\x08"
ZSTD_STARTS = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
"""A zstd frame, and the skippable frame that holds the dictionary of all others."""
Tap = Callable[[bytes], object]

_RESERVED = b"\x20"
_OPENING = 10  # the header of a gzip member
_WINDOW = 1 << 20
_SLICE = 1 << 14
_OUT = 1 << 18
_BEGINNING, _BEGINNING_OUT = 1 << 19, 1 << 22
_RATIO, _RATIO_FROM = 400, 1 << 28


class Extent(NamedTuple):
    """Where a unit lay in the file, in bytes, and the SHA-256 of those bytes."""

    offset: int
    length: int
    digest: Digest


class Plain(Window):
    """An uncompressed file, in which each record is a unit of its own."""

    def __init__(self, stream: BinaryIO, head: bytes, tap: Tap | None) -> None:
        super().__init__()
        self._stream = stream
        self._tap = tap
        self._buffer = head
        self._position = self._start = stream.tell() - len(head) if stream.seekable() else 0
        self._end: int | None = None
        self._hash = hashlib.sha256()

    def _fill(self) -> bool:
        data = self._stream.read(_WINDOW)
        self._append(data)
        return bool(data)

    def _taken(self, data: bytes) -> None:
        self._hash.update(data)
        if self._tap is not None:
            self._tap(data)
        self._position += len(data)

    def _gone(self) -> int:
        return self._position

    def holds(self, size: int) -> int:
        """How many of the next `size` bytes there are, as far as that is known without reading on."""
        if size <= len(self._buffer) - self._at or not self._stream.seekable():
            return size
        if self._end is None:
            place = self._stream.tell()
            self._end = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(place)
        return min(size, self._end - self._position)

    def at_hand(self) -> tuple[bytes, int] | None:
        """What stands in the window, whatever it is."""
        return self._buffer, self._at

    def begin(self) -> int | None:
        """Goes to the next record; its offset in the file, or `None` at the end."""
        self._start, self._hash = self._position, hashlib.sha256()
        return self._start if self.more() else None

    def close(self) -> Extent | None:
        """Ends the record and says where it lay."""
        return Extent(self._start, self._position - self._start, Digest("sha256:" + self._hash.hexdigest()))

    def resync(self) -> int | None:
        """Gives the record up: goes to the next provable start behind its own; that offset, or `None` at the end."""
        back = self._position - self._start
        if back <= self._at:
            self._position, self._at, self._vain = self._start, self._at - back, self._vain + back
        elif self._stream.seekable():
            self._position, self._vain = self._stream.seek(self._start), self._vain + back
            self._buffer, self._at = b"", 0
        if self.more():
            self._take(1)
        return self._position if self._search() else None


class Members(Window):
    """A file of compressed members (gzip's, or zstd's frames), each a unit.

    Several records in one member can be read, but have no extent of their own.
    """

    KIND = ""
    MAGIC = b""

    def __init__(self, stream: BinaryIO, head: bytes, tap: Tap | None) -> None:
        super().__init__()
        self._stream = stream
        self._tap = tap
        self._raw = head
        self._raw_at = 0
        self._base = self._start = stream.tell() - len(head) if stream.seekable() else 0
        self._inflater: Any = None
        self._damage: str | None = None
        self._hash = hashlib.sha256()
        self._records = self._inflated = 0

    def at_hand(self) -> tuple[bytes, int] | None:
        """The rest of the member, if all of it is inflated and found sound."""
        try:
            whole = self.more() and self._inflater.eof
        except DamagedError:  # it is raised again when the record is read
            return None
        return (self._buffer, self._at) if whole else None

    def begin(self) -> int | None:
        """Goes to the next record; the offset of its member in the file, or `None` at the end. Raises DamagedError."""
        if self._inflater is None or not self.more():
            if not self._next_start():
                return None
            self._start = self._base + self._raw_at
            self._inflater, self._hash = self._new_inflater(), hashlib.sha256()
            self._records = self._inflated = 0
        self._records += 1
        return self._start

    def _gone(self) -> int:
        return self._base + self._raw_at

    def close(self) -> Extent | None:
        """Ends the record and says where it lay; `None` where its member holds more than it. Raises DamagedError."""
        if self.more() or self._records > 1:
            return None
        length = self._base + self._raw_at - self._start
        return Extent(self._start, length, Digest("sha256:" + self._hash.hexdigest()))

    def resync(self) -> int | None:
        """Gives the record up: goes to the next provable start behind its own; that offset, or `None` at the end."""
        if self._inflater is None:
            return self._next_member()
        try:
            if self.more():
                self._take(1)
            if self._search():
                return self._start
        except DamagedError:
            return self._next_member()
        return self._base + self._raw_at if self._raw_more() else None

    def _new_inflater(self) -> Any:
        """An inflater for one member, as zlib has it: `eof`, `unused_data`."""
        raise NotImplementedError

    def _inflated_piece(self) -> tuple[bytes, int]:
        """What the next piece of the file inflates to, and how many bytes of it were used. Raises DamagedError."""
        raise NotImplementedError

    def _opens_record(self, piece: memoryview) -> bool:
        """Whether a member that inflates to the start of a record begins here."""
        raise NotImplementedError

    def _next_start(self) -> bool:
        """Goes to where the next member starts; `False` at the end of the file."""
        return self._raw_more()

    def _fill(self) -> bool:
        if self._damage is not None:
            raise DamagedError(self._damage)
        data = b""
        while not data and self._inflater is not None and not self._inflater.eof:
            data = self._inflate()
        if data:
            self._append(data)
        return bool(data)

    def _inflate(self) -> bytes:
        if not self._raw_more():
            raise self._damaged(f"the file ends within a {self.KIND}")
        data, used = self._inflated_piece()
        self._hash.update(memoryview(self._raw)[self._raw_at : self._raw_at + used])
        self._raw_at += used
        self._inflated += len(data)
        if self._tap is not None:
            self._tap(data)
        if self._inflated > max(_RATIO_FROM, _RATIO * (self._base + self._raw_at - self._start)):
            raise self._damaged(f"the {self.KIND} inflates to more than {_RATIO} times its size")
        return data

    def _piece(self, size: int) -> memoryview:
        """The next bytes of the file, as many as stand in the window."""
        return memoryview(self._raw)[self._raw_at : self._raw_at + size]

    def _damaged(self, why: str) -> DamagedError:
        self._inflater, self._damage = None, why
        return DamagedError(why)

    def _raw_more(self) -> bool:
        return self._raw_at < len(self._raw) or self._raw_extend()

    def _raw_extend(self) -> bool:
        """Reads on, keeping what is not used yet; `False` at the end of the file."""
        data = self._stream.read(_WINDOW)
        if not data:  # nothing is copied: towards the end of a file this is asked for at every member
            return False
        self._base += self._raw_at
        self._raw, self._raw_at = self._raw[self._raw_at :] + data, 0
        return True

    def _next_member(self) -> int | None:
        """Goes to the next member that inflates to the start of a record."""
        self._inflater, self._damage, self._buffer, self._at = None, None, b"", 0
        if self._stream.seekable():
            self._base, self._raw, self._raw_at = self._stream.seek(self._start + 1), b"", 0
        self._raw_at = max(self._raw_at, self._start + 1 - self._base)
        while self._raw_more():
            found = self._raw.find(self.MAGIC, self._raw_at)
            self._raw_at = found if found >= 0 else max(self._raw_at, len(self._raw) - len(self.MAGIC) + 1)
            if len(self._raw) - self._raw_at < _SLICE and self._raw_extend():
                continue
            if found < 0:
                return None
            if self._opens_record(memoryview(self._raw)[self._raw_at : self._raw_at + _SLICE]):
                return self._base + self._raw_at
            self._raw_at += 1
        return None


class Gzip(Members):
    """A gzip file, each member a unit."""

    KIND = "gzip member"
    MAGIC = MAGIC

    def _new_inflater(self) -> Any:
        while len(self._raw) - self._raw_at < len(MAGIC) + 1 and self._raw_extend():
            pass
        start = self._raw[self._raw_at : self._raw_at + _OPENING]
        if not start.startswith(MAGIC[: len(start)]):
            what = "text or other data" if start.strip(b"\0") else "zeros: padding, or space that was never written"
            self._damage = f"no gzip member starts where one should, but {what}"
        # "Must give an error indication if any reserved bit is non-zero" (RFC 1952 section 2.3.1.2); inflaters do not.
        elif start[len(MAGIC) : len(MAGIC) + 1] >= _RESERVED:
            self._damage = "reserved bits are set in the header of the gzip member"
        return isal_zlib.decompressobj(wbits=31)

    def _inflated_piece(self) -> tuple[bytes, int]:
        if self._base + self._raw_at == self._start:
            beginning = self._inflated_beginning()
            if beginning is not None:
                return beginning
        try:
            return self._inflated_to(_SLICE, _OUT)
        except _InflateError as error:
            raise self._damaged(f"the gzip member cannot be inflated ({error})") from None

    def _inflated_beginning(self) -> tuple[bytes, int] | None:
        """The member's beginning, which of most is all; `None`, and nothing done, where there is damage in it.

        The next member is looked for by its magic number, only so that the inflater gets no more than it needs: what
        it does not use, it copies.
        """
        if len(self._raw) - self._raw_at < _BEGINNING:
            self._raw_extend()
        mark = self._raw[self._raw_at : self._raw_at + len(MAGIC) + 1]
        end = self._raw.find(mark, self._raw_at + 1, self._raw_at + _BEGINNING)
        try:
            return self._inflated_to(end - self._raw_at if end > 0 else _BEGINNING, _BEGINNING_OUT)
        except _InflateError:
            self._inflater = self._new_inflater()
            return None

    def _inflated_to(self, size: int, most: int) -> tuple[bytes, int]:
        """At most so many bytes of what the next `size` bytes inflate to, and how many of these were used."""
        piece = self._piece(size)
        data: bytes = self._inflater.decompress(piece, most)
        return data, len(piece) - len(self._inflater.unused_data or self._inflater.unconsumed_tail)

    def _opens_record(self, piece: memoryview) -> bool:
        try:
            return bool(self.opening.match(isal_zlib.decompressobj(wbits=31).decompress(piece, 64)))
        except _InflateError:
            return False


def units(stream: BinaryIO, tap: Tap | None = None) -> Plain | Members:
    """The units of the WARC file `stream`, by what its first mebibyte holds: gzip members, zstd frames, or records as
    they are.

    `tap` is told the uncompressed bytes as they pass.
    A stream that can seek is read from where it stands. One that cannot is read once: less is found behind damage.
    """
    head = stream.read(_WINDOW)
    if head.startswith(ZSTD_STARTS):
        from archiver.warc.frames import Zstd

        return Zstd(stream, head, tap)
    if head.startswith(MAGIC) or (not OPENING.match(head) and START.search(head) is None and MAGIC in head):
        return Gzip(stream, head, tap)
    return Plain(stream, head, tap)
