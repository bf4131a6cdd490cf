"""A table of many keys in few bytes: a package may hold millions of records, too many for a Python object each."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b

_BUCKETS = 256
_ROUNDS = 255


def key_of(*parts: str) -> int:
    """A 64-bit key for the parts: equal for equal parts, and by chance for one pair in 10^19 of others."""
    return key_of_bytes("\n".join(parts).encode("utf-8", "surrogatepass"))


def key_of_bytes(data: bytes) -> int:
    """The key of bytes as they are."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


class Table:
    """Keys with a number each (a place in the package), filled first and then asked; 17 bytes an entry."""

    def __init__(self) -> None:
        self.keys = [array("Q") for _ in range(_BUCKETS)]
        self.values = [array("Q") for _ in range(_BUCKETS)]
        self._marks: list[bytearray] | None = None
        self._round = 1
        # Of keys with several entries, where the first stands that is not marked.
        self._next: dict[int, int] = {}

    def add(self, key: int, value: int) -> None:
        """Enters a key. Only before the first question."""
        self.keys[key >> 56].append(key)
        self.values[key >> 56].append(value)

    def extend(self, other: "Table") -> None:
        """Enters all that another table holds. Only before the first question."""
        for mine, theirs in zip(self.keys + self.values, other.keys + other.values, strict=True):
            mine.extend(theirs)

    def find(self, key: int) -> int | None:
        """The value of a key, the first entered where there are several; `None` where there is none."""
        at = self._position(key)
        return None if at is None else self.values[key >> 56][at]

    def holds(self, key: int, value: int) -> bool:
        """Whether a key was entered with this value, first or later."""
        at, keys = self._position(key), self.keys[key >> 56]
        while at is not None and at < len(keys) and keys[at] == key:
            if self.values[key >> 56][at] == value:
                return True
            at += 1
        return False

    def mark(self, key: int) -> bool | None:
        """Marks one unmarked entry of a key. `False` where all are marked already, `None` where the key is unknown."""
        at = self._next.get(key)
        at = self._position(key) if at is None else at
        if at is None:
            return None
        keys, marks = self.keys[key >> 56], self._sealed()[key >> 56]
        if at == len(keys) or keys[at] != key or marks[at] == self._round:
            return False
        marks[at] = self._round
        if key in self._next or (at + 1 < len(keys) and keys[at + 1] == key):
            self._next[key] = at + 1
        return True

    def again(self) -> None:
        """Lets every entry be marked once more; `unmarked` are those that were not marked in any round."""
        self._next.clear()
        if self._round == _ROUNDS:
            self._marks = [bytearray(map(bool, marks)) for marks in self._sealed()]
            self._round = 1
        self._round += 1

    def unmarked(self) -> Iterator[int]:
        """The values of all entries that were not marked, in ascending order within the reach of a bucket."""
        for values, marks in zip(self.values, self._sealed(), strict=True):
            yield from sorted(value for value, mark in zip(values, marks, strict=True) if not mark)

    def repeated(self) -> Iterator[tuple[int, int]]:
        """For each key entered again: the values of its first entry and of that one."""
        self._sealed()
        for keys, values in zip(self.keys, self.values, strict=True):
            first = 0
            for at in range(1, len(keys)):
                if keys[at] != keys[first]:
                    first = at
                else:
                    yield values[first], values[at]

    def _position(self, key: int) -> int | None:
        self._sealed()
        keys = self.keys[key >> 56]
        at = bisect_left(keys, key)
        return at if at < len(keys) and keys[at] == key else None

    def _sealed(self) -> list[bytearray]:
        """Sorts at the first question; one bucket at a time, so that little is held beside the table itself."""
        if self._marks is None:
            for index, (keys, values) in enumerate(zip(self.keys, self.values, strict=True)):
                pairs = sorted(zip(keys, values, strict=True))
                self.keys[index] = array("Q", (key for key, _ in pairs))
                self.values[index] = array("Q", (value for _, value in pairs))
            self._marks = [bytearray(len(keys)) for keys in self.keys]
        return self._marks
