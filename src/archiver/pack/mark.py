"""The mark of a work folder: by it the folder is known to be ours, and it is locked, where it is a file.

It says what the shards are made with, so that a later run knows whether it can take them up, and where they are kept.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from archiver.errors import CannotWrite, UsedWrongly
from archiver.storage import Place

MARK = "archiver-work.json"
# What flock(2) says where there are no locks: of Lustre that is mounted without them, NFS without its lock service, …
_NO_LOCKS = frozenset((errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP))


def read(folder: Place) -> dict[str, Any]:
    """What the folder's mark says; nothing where there is none, or a run was killed while it wrote it."""
    try:
        said = orjson.loads((folder / MARK).read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def terms_of(shards: Place) -> dict[str, Any]:
    """The options and the software that the shards were made with, by name, as far as the mark beside them says."""
    terms = read(shards).get("terms")
    return terms if isinstance(terms, dict) else {}


@contextmanager
def locked(folder: Path, out: Place, *, is_needed: bool = True) -> Iterator[BinaryIO]:
    """The mark of the work folder, open and locked; without a lock where there are none, and none is needed."""
    while True:
        folder.mkdir(exist_ok=True)
        with (folder / MARK).open("a+b") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"another run is writing {out} at this moment; it works in {folder}"
                raise UsedWrongly(message) from error
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                if is_needed:
                    raise _no_locks(folder, mark, out, error) from error
            if _is_at(mark, folder / MARK):
                yield mark
                return


def _no_locks(folder: Path, mark: BinaryIO, out: Place, error: OSError) -> CannotWrite:
    """What is to be said; a work folder that was made just now goes again."""
    if mark.seek(0, os.SEEK_END) == 0:
        with suppress(OSError):
            (folder / MARK).unlink()
            folder.rmdir()
    return CannotWrite(
        f"the file system on which {folder} stands has no locks ({error.strerror}), by which two runs for {out} are "
        "kept apart: let OUT stand on another, or mount this one with locks (Lustre: -o flock); --work may be on it"
    )


def _is_at(mark: BinaryIO, path: Path) -> bool:
    """Whether the open file is still the one of that name: a run that ended meanwhile took its mark away."""
    try:
        return os.path.samestat(os.fstat(mark.fileno()), path.stat())
    except FileNotFoundError:
        return False


def to_bytes(said: Mapping[str, Any]) -> bytes:
    """What a mark says, as JSON."""
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def put(mark: BinaryIO, said: Mapping[str, Any]) -> None:
    """Let the open mark say this. In place: another file of the name would not be the one that is locked.

    Where it has to change nothing is finished in the folder that hangs on it, so a run may be killed here too.
    """
    mark.seek(0)
    if mark.read() != to_bytes(said):
        mark.truncate(0)
        mark.write(to_bytes(said))
        mark.flush()
        os.fsync(mark.fileno())
