"""A name of its own for every file, where several roots may have files of the same name."""

import os
import re
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from archiver.storage import place

_LAST = re.compile(r"[^/]+/+\Z")


class Names:
    """Names that no two files share: where several would, parent folders stand before the name, as many as it takes.

    Of a name nothing is remembered but its mark: there may be millions of files.

    >>> files = [("/a/x/n.txt", "n.txt"), ("/b/x/n.txt", "n.txt"), ("/b/o.txt", "o.txt")]
    >>> names = Names(lambda: files)
    >>> [names.of(*file) for file in files]
    ['a/x/n.txt', 'b/x/n.txt', 'o.txt']
    """

    def __init__(self, files: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """Goes through `files`, `(path, name)` where the path ends in the name, until no two have a name in common."""
        self._shared: set[int] = set()
        while more := _twice(self.of(*file) for file in files()) - self._shared:
            self._shared |= more

    def of(self, path: str, name: str) -> str:
        """The name of the file at `path` that was to be called `name`: the shortest that several were never to have."""
        while self._shared and mark(name) in self._shared:
            longer = _longer(name, _absolute(path))
            if longer == name:
                break
            name = longer
        return name


def _twice(names: Iterable[str]) -> set[int]:
    """The marks of names that come more than once."""
    once, twice = set[int](), set[int]()
    for number in map(mark, names):
        (twice if number in once else once).add(number)
    return twice


def mark(name: str) -> int:
    """A number of 128 bits that no other name or path has: in a set it takes a hundred bytes, however long the name."""
    return int.from_bytes(blake2b(os.fsencode(name), digest_size=16).digest())


def _absolute(path: str) -> str:
    where = place(path)
    return str(where.absolute()) if isinstance(where, Path) else str(where).rstrip("/")


def _longer(name: str, path: str) -> str:
    """The name with one more of the path's folders before it, as far as there are any."""
    above = _LAST.search(path.removesuffix(name))
    return above.group() + name if above else name
