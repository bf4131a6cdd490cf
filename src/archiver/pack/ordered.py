"""Lines in order, in little memory: a shard that cannot be cut holds as many of them as its source has articles."""

import heapq
from collections.abc import Iterator
from pathlib import Path

from archiver.pack.durable import Aside
from archiver.storage import Place

# So many lines are sorted in memory, some 30 MB of an index; what is more goes into a file.
_HELD = 1 << 16
# So much of each sorted run is read at a time: of a hundred million lines there are 1,500 runs.
_READ = 1 << 14


class Ordered:
    """Lines that come in any order, each with its line feed, and are given in the order of their bytes.

    What memory does not hold lies in a temporary file without a name, in `folder` where that is one of this machine:
    there has to be room for the same lines anyway. Raises OSError; CannotWrite where the file stands elsewhere.
    """

    def __init__(self, folder: Place) -> None:
        self._folder = folder if isinstance(folder, Path) else None
        self._held: list[bytes] = []
        self._file: Aside | None = None
        self._ends = [0]

    def add(self, line: bytes) -> None:
        """Take in a line."""
        self._held.append(line)
        if len(self._held) >= _HELD:
            self._put_by()

    def __iter__(self) -> Iterator[bytes]:
        """All lines that were added."""
        self._held.sort()
        return heapq.merge(*map(self._run, self._ends, self._ends[1:]), self._held)

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()

    def _put_by(self) -> None:
        self._file = self._file or Aside("the index", "index", self._folder)
        self._ends.append(self._file.append(sorted(self._held)))
        self._held.clear()

    def _run(self, start: int, end: int) -> Iterator[bytes]:
        """The lines of a run."""
        assert self._file is not None
        rest = b""
        while start < end:
            piece = self._file.read(start, min(_READ, end - start))
            start += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line + b"\n" for line in lines)
