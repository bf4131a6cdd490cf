"""Write beside, make it last, then give it its name: a reader sees the whole file or none."""

import errno
import os
import platform
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from archiver.errors import CannotWrite
from archiver.storage import Place, Remote

if TYPE_CHECKING:
    from array import array

PART = ".part"
SPOOLED = "archiver-"
# A record is a few kilobytes: the system is not called for each of them.
BUFFER = 1 << 18
# What no other machine, and no other call of this process, names a file.
_MACHINE = sha256(platform.node().encode()).hexdigest()[:8]
_SERIAL = count()


@contextmanager
def replacing(path: Place) -> Iterator[BinaryIO]:
    """A file to write that stands at `path` only when the block has ended well and its bytes are on the disk."""
    if isinstance(path, Remote):
        with path.writing() as stream:
            yield stream
        return
    stream = _part(path)
    part = Path(stream.name)
    try:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):  # it writes once more what could not be written, and would hide why the block ended
            stream.close()
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError) and error.filename in {None, stream.name}:
            error.filename, error.filename2 = str(path), None
        raise


def _part(path: Path) -> BinaryIO:
    """A new file beside `path`, of this caller alone, under a name that nobody uses again.

    On a cluster two workers may have been given the same work; and one of a run that was given up may still write when
    the next has cleared the folder. Raises OSError that names `path`.
    """
    name = f"{path.name}.{_MACHINE}-{os.getpid()}-{next(_SERIAL)}{PART}"
    try:
        return path.with_name(name).open("xb", buffering=BUFFER)
    except OSError as error:
        error.filename = str(path)
        raise


def write(path: Place, data: bytes) -> None:
    """Write a small file durably."""
    if isinstance(path, Remote):
        path.write_bytes(data)
        return
    with replacing(path) as stream:
        stream.write(data)


def settle(folder: Place) -> None:
    """Make the names in `folder` last: a rename is on the disk only when its folder is. An object store does it."""
    if isinstance(folder, Remote):
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def spooling(what: str) -> Iterator[None]:
    """Temporary files called `SPOOLED…`: where one cannot be written CannotWrite says so, and of what."""
    try:
        yield
    except OSError as error:
        if error.filename and SPOOLED not in str(error.filename):
            raise
        where = error.filename or tempfile.tempdir or "no folder for them"
        raise CannotWrite(
            f"{what} cannot be kept in a temporary file: {error.strerror or error} ({where}); "
            "TMPDIR names the folder for temporary files"
        ) from error


class Aside:
    """What memory does not hold, in a temporary file without a name, which is gone with this object.

    It lies in `folder` where one is given, and then any failure is its OSError; else where temporary files do, and
    where that takes no more CannotWrite says so of `what`.
    """

    def __init__(self, what: str, name: str, folder: Path | None = None) -> None:
        self._what, self._folder = what, folder
        with self._spooling():
            self._stream = TemporaryFile(prefix=f"{SPOOLED}{name}-", dir=folder)  # noqa: SIM115  # `close` closes it
        self.close = weakref.finalize(self, _drop, self._stream)

    def append(self, parts: "Iterable[bytes | array[int]]") -> int:
        """Puts bytes by; how many there are now."""
        with self._spooling():
            self._stream.writelines(parts)
            self._stream.flush()
            return self._stream.tell()

    def read(self, offset: int, size: int) -> bytes:
        """So many bytes, which were put by. Several readers do not disturb one another. Raises OSError."""
        data = os.pread(self._stream.fileno(), size, offset)
        if len(data) < size:
            raise OSError(errno.EIO, "a temporary file has lost its end", self._folder)
        return data

    def _spooling(self) -> AbstractContextManager[None]:
        return nullcontext() if self._folder else spooling(self._what)


def _drop(stream: BinaryIO) -> None:
    """Close a file that nobody needs any more: what could not be written is tried again, and fails again."""
    with suppress(OSError):
        stream.close()


def remove_parts(folder: Path) -> None:
    """Remove what writers left in `folder` that were killed."""
    for part in folder.glob(f"*{PART}"):
        part.unlink(missing_ok=True)
