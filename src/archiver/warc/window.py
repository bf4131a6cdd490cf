"""A window on the bytes of a WARC file's unit, of which only so much is held as is looked at."""

import re
from collections.abc import Callable, Iterator

OPENING = re.compile(rb"[Ww][Aa][Rr][Cc]/|filedesc:")
"""What a file of records begins with: the grammar's literals are case-insensitive; the last is ARC's."""
START = re.compile(rb"[Ww][Aa][Rr][Cc]/[0-9]\.[0-9]{1,2}\r?\n[A-Za-z][A-Za-z0-9-]{1,60}[ \t]*:")
"""What proves a record's start where others have failed: a version line and the beginning of a named field."""

_LONGEST_START = 1 << 12
# So many bytes, and so many times as many as have been gone past, may be read that prove to be of no record.
_VAIN, _VAIN_TIMES = 1 << 24, 4
_HURRIED = 1 << 14


class DamagedError(Exception):
    """The unit cannot be read on; the message says why. Caught by the reader, which goes on at the next record."""


class Window:
    """A unit's bytes, taken at the front and filled at the back."""

    KIND = "file"

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._vain = 0
        self.start = START
        self.opening = OPENING

    def _fill(self) -> bool:
        """Puts more of the unit behind the buffer; `False` at its end."""
        raise NotImplementedError

    def _taken(self, data: bytes) -> None:
        """Called with all bytes that are taken, in their order."""

    def until(self, mark: re.Pattern[bytes], limit: int) -> bytes | None:
        """Takes the bytes up to and with `mark`; `None`, and nothing taken, where it is not within `limit` bytes."""
        limit = min(limit, _HURRIED) if self._is_weary() else limit
        while True:
            match = mark.search(self._buffer, self._at, self._at + limit)
            if match is not None:
                return self._take(match.end() - self._at)
            if len(self._buffer) - self._at >= limit or not self._fill():
                self._vain += min(len(self._buffer) - self._at, limit)
                return None

    def holds(self, size: int) -> int:
        """How many of the next `size` bytes there are, as far as that is known without reading on."""
        return size

    def is_worth(self, size: int, *ends: bytes) -> bool:
        """Whether to read `size` bytes behind which one of `ends`, all of one length, should stand.

        Lengths that are wrong lead over the same bytes again and again. Where that was so too often, what does not end
        as it should within the window is not worth it.
        """
        stop = self._at + size
        return not self._is_weary() or self._buffer.startswith(ends, stop)

    def _is_weary(self) -> bool:
        return self._vain > _VAIN + _VAIN_TIMES * self._gone()

    def _gone(self) -> int:
        """How far into the file the reading has come."""
        raise NotImplementedError

    def pieces(self, size: int) -> Iterator[bytes]:
        """Takes `size` bytes, or as many as the unit still has, piece by piece."""
        while size and self.more():
            data = self._take(size)
            size -= len(data)
            yield data

    def block(self, size: int, keep: int, tell: Callable[[bytes], object]) -> tuple[bytes | None, int]:
        """Takes `size` bytes, or as many as the unit still has, and tells them piece by piece.

        Gives them, if they are to be no more than `keep`, and how many they were.
        """
        parts: list[bytes] = []
        length = 0
        for piece in self.pieces(size):
            tell(piece)
            length += len(piece)
            if size <= keep:
                parts.append(piece)
        return b"".join(parts) if size <= keep else None, length

    def more(self) -> bool:
        """Whether the unit goes on."""
        return self._at < len(self._buffer) or self._fill()

    def startswith(self, *prefixes: bytes) -> bool:
        """Whether the unit goes on with one of the prefixes, which are of one length."""
        return self.ahead(len(prefixes[0])).startswith(prefixes)

    def ahead(self, size: int) -> bytes:
        """The next bytes, which are not taken: as many as `size`, if the unit has them. Raises DamagedError."""
        while len(self._buffer) - self._at < size and self._fill():
            pass
        return self._buffer[self._at : self._at + size]

    def at_hand(self) -> tuple[bytes, int] | None:
        """A buffer, and where in it stands what is not taken yet; `None` where that is not all there is of the unit.

        Of an uncompressed file it may be less, or more than a unit.
        """
        raise NotImplementedError

    def skip(self, size: int) -> None:
        """Takes `size` bytes that are known to be there."""
        self._take(size)

    def _take(self, size: int) -> bytes:
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        self._taken(data)
        return data

    def _append(self, data: bytes) -> None:
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0

    def _search(self) -> bool:
        """Takes what stands before the next provable start of a record; all the unit has, where there is none."""
        while self.more():
            match = self.start.search(self._buffer, self._at)
            if match is not None:
                self._take(match.start() - self._at)
                return True
            # A start may straddle two windows: the last bytes are looked at again with what follows.
            self._take(max(len(self._buffer) - self._at - _LONGEST_START, 0))
            if not self._fill():
                self._take(len(self._buffer) - self._at)
        return False
