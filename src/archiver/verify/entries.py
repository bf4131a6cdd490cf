"""Sorted entries of a table, each a key of 64 bits and a number: in memory or, where they are many, in a file."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Protocol

from archiver.pack.durable import Aside

BUCKETS = 256
_BLOCK = 1 << 8
_WIDTH = 16


class Buckets:
    """Entries as they come, in one bucket for each first byte of a key."""

    def __init__(self) -> None:
        self.keys = [array("Q") for _ in range(BUCKETS)]
        self.values = [array("Q") for _ in range(BUCKETS)]

    def add(self, key: int, value: int) -> None:
        """Enters a key."""
        self.keys[key >> 56].append(key)
        self.values[key >> 56].append(value)

    def extend(self, other: "Buckets") -> None:
        """Enters all that another holds."""
        for mine, theirs in zip(self.keys + self.values, other.keys + other.values, strict=True):
            mine.extend(theirs)

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def emptied(self) -> "Iterator[tuple[array[int], array[int]]]":
        """The keys and values of each bucket, by key and value; they are held here no longer."""
        for number in range(BUCKETS):
            pair = self.keys[number], self.values[number]
            self.keys[number], self.values[number] = array("Q"), array("Q")
            yield _in_order(*pair)


def _in_order(keys: "array[int]", values: "array[int]") -> "tuple[array[int], array[int]]":
    pairs = sorted(zip(keys, values, strict=True))
    return array("Q", (key for key, _ in pairs)), array("Q", (value for _, value in pairs))


class Sorted(Protocol):
    """Entries by key and value."""

    def __len__(self) -> int:
        """How many they are."""

    def first(self, key: int) -> int:
        """Where the first entry stands whose key is no less."""

    def entry(self, at: int) -> tuple[int, int]:
        """The key and value of an entry."""


class Held:
    """Entries in memory."""

    def __init__(self, buckets: Buckets) -> None:
        self._keys, self._values = array("Q"), array("Q")
        for keys, values in buckets.emptied():
            self._keys.extend(keys)
            self._values.extend(values)

    def __len__(self) -> int:
        return len(self._keys)

    def first(self, key: int) -> int:
        """See `Sorted`."""
        return bisect_left(self._keys, key)

    def entry(self, at: int) -> tuple[int, int]:
        """See `Sorted`."""
        return self._keys[at], self._values[at]


def _aside() -> Aside:
    return Aside("what is remembered of the package", "table")


def _numbers(file: Aside, offset: int, count: int) -> "array[int]":
    numbers = array("Q")
    numbers.frombytes(file.read(offset, count * numbers.itemsize))
    return numbers


class Runs:
    """Buckets that were put by in a file, each time sorted."""

    def __init__(self) -> None:
        self._file = _aside()
        # Of each run how many entries every bucket has.
        self._counts: list[Sequence[int]] = []

    def append(self, buckets: Buckets) -> None:
        """Puts buckets by."""
        self._counts.append(array("I", map(len, buckets.keys)))
        for keys, values in buckets.emptied():
            self._file.append((keys, values))

    def merged(self) -> "Iterator[tuple[array[int], array[int]]]":
        """The keys and values of each bucket, of all runs, by key and value."""
        places = [_WIDTH * sum(map(sum, self._counts[:number])) for number in range(len(self._counts))]
        for bucket in range(BUCKETS):
            keys, values = array("Q"), array("Q")
            for number, counts in enumerate(self._counts):
                both = _numbers(self._file, places[number], 2 * counts[bucket])
                keys.extend(both[: counts[bucket]])
                values.extend(both[counts[bucket] :])
                places[number] += _WIDTH * counts[bucket]
            yield _in_order(keys, values)


class Filed:
    """Entries in a file; in memory is the first key of each block, and the block that was read last."""

    def __init__(self, runs: Runs) -> None:
        self._file, self._firsts, self._count = _aside(), array("Q"), 0
        for keys, values in runs.merged():
            pairs = array("Q", bytes(_WIDTH * len(keys)))
            pairs[::2], pairs[1::2] = keys, values
            self._file.append((pairs,))
            self._firsts.extend(keys[-self._count % _BLOCK :: _BLOCK])
            self._count += len(keys)
        self._number, self._keys, self._values = -1, array("Q"), array("Q")

    def __len__(self) -> int:
        return self._count

    def first(self, key: int) -> int:
        """See `Sorted`."""
        number = max(bisect_left(self._firsts, key) - 1, 0)
        self._read(number)
        return number * _BLOCK + bisect_left(self._keys, key)

    def entry(self, at: int) -> tuple[int, int]:
        """See `Sorted`."""
        self._read(at // _BLOCK)
        return self._keys[at % _BLOCK], self._values[at % _BLOCK]

    def _read(self, number: int) -> None:
        if number != self._number:
            count = min(_BLOCK, self._count - number * _BLOCK)
            both = _numbers(self._file, number * _BLOCK * _WIDTH, 2 * count)
            self._number, self._keys, self._values = number, both[::2], both[1::2]
