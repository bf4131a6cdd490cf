"""Files as the plan saw them: what each was then, and whether it is still that."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from archiver.errors import CannotRead
from archiver.sources.shards import Slice, Stamp
from archiver.sources.troubles import reason
from archiver.storage import AHEAD, Entry, Place, Remote, Status, place


def look(file: Entry | Place) -> os.stat_result | Status | None:
    """What the system says of a file; None for nothing, and whoever opens it will say why. Raises CannotRead."""
    try:
        return file.stat()
    except OSError as error:
        reason(error, str(error.filename))
        return None


def stamp(file: Entry | Place) -> Stamp | None:
    """What a file is now; None where nobody can tell, as with `look`."""
    return stamped(look(file))


def stamped(status: os.stat_result | Status | None) -> Stamp | None:
    """The stamp in what the system said of a file."""
    return Stamp(changed=status.st_mtime_ns, size=status.st_size) if status else None


def changed(piece: Slice) -> Iterator[str]:
    """The slice's files, by path, that are not what the plan saw. Raises CannotRead.

    To be asked when the slice was read: a file that has its stamp then had it before. Of what lies in a store only the
    ranges of a file are looked at, for they have to fit together.
    """
    for path, planned in zip((piece.path, piece.sidecar), piece.stamps, strict=False):
        file = place(path or "")
        is_told = isinstance(file, Path) or (piece.is_range and path == piece.path)
        if planned and is_told and stamp(file) != planned:
            yield str(file)


def check(pieces: Iterable[Slice]) -> None:
    """Raise CannotRead where a file is not what the plan saw: lines would be missing, or be there twice."""
    for path in chain.from_iterable(map(changed, pieces)):
        raise _changed(path, "since the run began")


@contextmanager
def unchanged(piece: Slice) -> Iterator[None]:
    """Raise CannotRead where an object changes meanwhile that takes several requests: it would be read as a mixture.

    What a store lists of it is not always what it says of it alone, and may leave out its size, which is 0 then.
    """
    file = place(piece.path)
    is_looked_at = isinstance(file, Remote) and not piece.is_range and not 0 < piece.size <= AHEAD
    before = stamp(file) if is_looked_at else None
    yield
    if before and stamp(file) != before:
        raise _changed(piece.path, "while it was read")


def _changed(path: str, when: str) -> CannotRead:
    return CannotRead(f"{path} was changed, or has gone, {when}; let it be as it is while it is packed")
