"""Whose fault it is that a file cannot be read: its own, which is a finding, or that of the disk and the machine."""

import errno

from archiver.errors import CannotRead

# What a system says of the one file or folder. All else (an I/O error, a stale handle, no descriptor left, a lost
# server) may befall the next one too, and the next run not at all: whoever rejects items for it has lost them.
_OF_ONE = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.EISDIR, errno.ENAMETOOLONG)
)
_GONE = frozenset((errno.ENOENT, errno.ENOTDIR))


def reason(error: OSError, path: str, *, was_there: bool = False) -> str:
    """What keeps the one file or folder at `path` from being opened.

    Raises CannotRead where that is no fault of it alone: a file that was there a while ago may have gone with its disk.
    """
    said = error.strerror or str(error)
    if error.errno not in _OF_ONE:
        raise unreadable(error, path) from error
    if was_there and error.errno in _GONE:
        raise CannotRead(f"{path} was there when the run began, and is gone") from error
    return said


def unreadable(error: OSError, path: str) -> CannotRead:
    """What cannot be read for no fault of its own: what is in it is still to be packed."""
    said = error.strerror or str(error)
    return CannotRead(f"{path} cannot be read: {said}; that may be no fault of the file itself")
