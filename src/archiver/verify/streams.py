"""A zip's members as streams: a part of a file, as it is or inflated on the way."""

import io
from typing import Any

from isal import isal_zlib

from archiver.storage import Place
from archiver.verify.tree import CHUNK

_InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # isal's stub calls this class an instance


class Slice(io.RawIOBase):
    """Part of a file as a file of its own."""

    def __init__(self, path: Place, start: int, length: int) -> None:
        self._file = path.open("rb")
        self._start, self._length, self._at = start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = max(min(len(buffer), self._length - self._at), 0)
        self._file.seek(self._start + self._at)
        data = self._file.read(size)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class Inflated(io.RawIOBase):
    """A deflated member, inflated as it is read, to no more bytes than it should have; damage ends the stream."""

    def __init__(self, packed: Slice, size: int) -> None:
        self._packed = packed
        self._left = size + 1
        self._inflater: Any = isal_zlib.decompressobj(wbits=-15)
        self._input = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._left)
        data = b""
        while size and not data and not self._inflater.eof:
            self._input = self._input or self._packed.read(CHUNK) or b""
            data = self._inflate(size)
            if not data and not self._input:
                break
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    @property
    def is_whole(self) -> bool:
        """Whether the deflated data ended where they should: not before, and with nothing behind them."""
        return bool(self._inflater.eof) and not self._inflater.unused_data and not self._packed.read(1)

    def _inflate(self, size: int) -> bytes:
        try:
            data: bytes = self._inflater.decompress(self._input, size)
        except _InflateError:
            self._left, self._input = 0, b""
            return b""
        self._input = self._inflater.unconsumed_tail
        return data

    def close(self) -> None:
        self._packed.close()
        super().close()
