"""Files as the plan saw them: what each was then, and whether it is still that."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from archiver.errors import CannotRead
from archiver.sources.shards import Slice, Stamp
from archiver.sources.troubles import reason
from archiver.storage import Entry, Place, place


def stamp(file: Entry | Place) -> Stamp | None:
    """What a file is now; None where nobody can tell, and whoever opens it will say why. Raises CannotRead."""
    try:
        status = file.stat()
    except OSError as error:
        reason(error, str(error.filename))
        return None
    return Stamp(changed=status.st_mtime_ns, size=status.st_size)


def changed(piece: Slice) -> Iterator[str]:
    """The slice's files, by path, that are not what the plan saw. Raises CannotRead.

    To be asked when the slice was read: a file that has its stamp then had it before. Of what lies in a store only the
    ranges of a file are looked at, for they have to fit together.
    """
    is_range = piece.start > 0 or piece.end is not None
    for path, planned in zip((piece.path, piece.sidecar), piece.stamps, strict=False):
        file = place(path or "")
        is_told = isinstance(file, Path) or (is_range and path == piece.path)
        if planned and is_told and stamp(file) != planned:
            yield str(file)


def check(pieces: Iterable[Slice]) -> None:
    """Raise CannotRead where a file is not what the plan saw: lines would be missing, or be there twice."""
    for path in chain.from_iterable(map(changed, pieces)):
        raise CannotRead(f"{path} was changed, or has gone, since the run began; let it be as it is while it is packed")
