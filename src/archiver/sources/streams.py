"""Source files as streams of bytes, decompressed on the way. A stream that fails ends there, and says why."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from archiver.findings import Finding
from archiver.storage import place

if TYPE_CHECKING:
    import zstandard

Compression = Literal["gzip", "zstd"]

COMPRESSIONS: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd"}
MAGIC: dict[bytes, Compression] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
BUFFERED = 64 * 1024

# A zstd block of four bytes can stand for 128 KiB (RFC 8878 section 3.1.1.2), and the decompressor gives all that its
# input yields: 2 KiB at a time keep a hostile file at 64 MiB.
ZSTD_STEP = 2048

# A damaged block costs what the same step decompressed before it.
GZIP_STEP = 8 * 1024


class Stream(io.BufferedReader):
    """Bytes of a source. Where they cannot be read on, the stream ends, and `failure` is the finding that says why."""

    def __init__(self, reads: "_Reads") -> None:
        self._source = _Forgiving(reads)
        super().__init__(self._source, BUFFERED)

    @property
    def failure(self) -> Finding | None:
        """`E110` for damaged compression, `E109` for an I/O error, with the offset after decompression; or None."""
        return self._source.failure


@contextmanager
def opened(path: str, compression: Compression | None, start: int = 0) -> Iterator[Stream]:
    """The bytes of a file, a path or URL, from `start` on, decompressed. Raises `OSError` where it cannot be opened."""
    with place(path).open("rb", buffering=0) as file:
        file.seek(start)
        yield Stream({None: _plain, "gzip": _gzip, "zstd": _zstd}[compression](file))


def compression_of(path: str) -> Compression | None:
    """The compression that the file's first bytes show."""
    with place(path).open("rb") as file:
        head = file.read(4)
    return next((compression for magic, compression in MAGIC.items() if head.startswith(magic)), None)


class _Reads(Protocol):
    def __call__(self, limit: int, /) -> bytes:
        """At most `limit` bytes, none at the end. Raises `_DamagedError`, `OSError`."""


class _DamagedError(Exception):
    """The compressed stream ends too early or is damaged."""


class _Forgiving(io.RawIOBase):
    """Turns an error into the end of the stream and a finding."""

    def __init__(self, reads: _Reads) -> None:
        self._reads = reads
        self._position = 0
        self.failure: Finding | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        if self.failure:
            return 0
        try:
            chunk = self._reads(len(buffer))
        except _DamagedError as error:
            self.failure = self._finding("E110", f"the compressed data is damaged: {error}")
            return 0
        except OSError as error:
            self.failure = self._finding("E109", f"the file cannot be read on: {error.strerror}")
            return 0
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def _finding(self, code: str, reason: str) -> Finding:
        return Finding(code=code, message=f"After {self._position} bytes {reason}.", offset=self._position)


def _plain(file: BinaryIO) -> _Reads:
    return file.read


def _gzip(file: BinaryIO) -> _Reads:
    """Gzip members one after another (RFC 1952 section 2.2).

    The standard library's reader: unlike isal's it gives the last bytes before it finds fault with the checksum.
    """
    stream = gzip.GzipFile(fileobj=file, mode="rb")

    def read(limit: int) -> bytes:
        try:
            # read() would lose what it decompressed before the damage.
            return stream.read1(min(limit, GZIP_STEP))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _DamagedError(str(error)) from error

    return read


class _Zstd:
    """Zstandard frames one after another (RFC 8878 section 3).

    The library's own stream reader takes a frame that is cut off for a whole one; this one says so.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._waiting = b""
        self._output = memoryview(b"")

    def read(self, limit: int) -> bytes:
        """At most `limit` decompressed bytes."""
        while not self._output and self._advance():
            pass
        taken, self._output = bytes(self._output[:limit]), self._output[limit:]
        return taken

    def _advance(self) -> bool:
        """Decompress one step of input; False at the end of the last frame."""
        import zstandard

        data = self._waiting or self._file.read(ZSTD_STEP)
        if not data:
            if self._frame is not None:
                raise _DamagedError("the file ends within a frame")
            return False
        frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        try:
            self._output = memoryview(frame.decompress(data))
        except zstandard.ZstdError as error:
            raise _DamagedError(str(error)) from error
        self._waiting = frame.unused_data if frame.eof else b""
        self._frame = None if frame.eof else frame
        return True


def _zstd(file: BinaryIO) -> _Reads:
    return _Zstd(file).read
