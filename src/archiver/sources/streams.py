"""Source files as streams of bytes, decompressed on the way. A stream that fails ends there, and says why."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from archiver.findings import Finding
from archiver.sources.troubles import unreadable
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

# What `zstd --long=31` writes, and no compressor more. A frame has its reader remember so many bytes of it all
# (RFC 8878 section 3.1.1.1.2); memory holds no more of them than there were.
ZSTD_WINDOW = 1 << 31

# A damaged block costs what the same step decompressed before it.
GZIP_STEP = 8 * 1024


class Stream(io.BufferedReader):
    """Bytes of the source at `path`. Where they are damaged the stream ends, and `failure` is the finding that says so.

    Any reading raises CannotRead where the disk, or what it hangs on, does not give them.
    """

    def __init__(self, reads: "_Reads", path: str, reached: Callable[[], int] = lambda: 0) -> None:
        self._source = _Forgiving(reads, path)
        self._reached = reached
        super().__init__(self._source, BUFFERED)

    @property
    def reached(self) -> int:
        """How far the file was read so far, in bytes as they lie on the disk."""
        return self._reached()

    @property
    def failure(self) -> Finding | None:
        """`E110` for damaged compression, with the offset after decompression; or None."""
        return self._source.failure


@contextmanager
def opened(path: str, compression: Compression | None, start: int = 0) -> Iterator[Stream]:
    """The bytes of a file, a path or URL, from `start` on, decompressed. Raises `OSError` where it cannot be opened."""
    with place(path).open("rb", buffering=0) as file:
        file.seek(start)
        yield Stream({None: _plain, "gzip": _gzip, "zstd": _zstd}[compression](file), path, file.tell)


def compression_of(path: str) -> Compression | None:
    """The compression that the file's first bytes show."""
    with place(path).open("rb") as file:
        head = file.read(4)
    return next((compression for magic, compression in MAGIC.items() if head.startswith(magic)), None)


class _Reads(Protocol):
    def __call__(self, limit: int, /) -> bytes:
        """At most `limit` bytes, none at the end. Raises `_DamagedError`, `OSError`."""


class _DamagedError(Exception):
    """The compressed stream cannot be read on; its text is the end of the sentence that says so."""


class _Forgiving(io.RawIOBase):
    """Turns damage into the end of the stream and a finding."""

    def __init__(self, reads: _Reads, path: str) -> None:
        self._reads = reads
        self._path = path
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
            message = f"After {self._position} bytes {error}."
            self.failure = Finding(code="E110", message=message, offset=self._position)
            return 0
        except OSError as error:
            # The file could be opened: it is not this one alone that cannot be read.
            raise unreadable(error, self._path) from error
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)


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
            raise _DamagedError(f"the compressed data is damaged: {error}") from error

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
                raise _DamagedError("the compressed data is damaged: the file ends within a frame")
            return False
        frame = self._frame or zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        try:
            self._output = memoryview(frame.decompress(data))
        except zstandard.ZstdError as error:
            raise _of_zstd(error) from error
        self._waiting = frame.unused_data if frame.eof else b""
        self._frame = None if frame.eof else frame
        return True


def _of_zstd(error: Exception) -> Exception:
    """What the library says, which has words for it alone."""
    said = str(error)
    if "not enough memory" in said:
        return MemoryError(said)
    if "too much memory" in said:
        return _DamagedError("the compressed data can only be read with a window of more than 2 GiB")
    return _DamagedError(f"the compressed data is damaged: {said}")


def _zstd(file: BinaryIO) -> _Reads:
    return _Zstd(file).read
