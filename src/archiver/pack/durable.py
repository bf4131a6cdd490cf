"""Write beside, make it last, then give it its name: a reader sees the whole file or none."""

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import BinaryIO

from archiver.errors import CannotWrite
from archiver.storage import Place, Remote

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
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException as error:
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


def remove_parts(folder: Path) -> None:
    """Remove what writers left in `folder` that were killed."""
    for part in folder.glob(f"*{PART}"):
        part.unlink(missing_ok=True)
