"""A table of many keys in little memory: a package may hold millions of records."""

from collections.abc import Iterator
from hashlib import blake2b

from archiver.verify.entries import Buckets, Filed, Held, Runs, Sorted

_ROUNDS = 255
# So many entries are held in memory, in 4 MiB; what is more goes into a file.
_HELD = 1 << 18


def key_of(*parts: str) -> int:
    """A 64-bit key for the parts: equal for equal parts, and by chance for one pair in 10^19 of others."""
    return key_of_bytes("\n".join(parts).encode("utf-8", "surrogatepass"))


def key_of_bytes(data: bytes) -> int:
    """The key of bytes as they are."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


class Table:
    """Keys with a number each (a place in the package), filled first and then asked.

    However many they are, there is little in memory: a byte for each, and what has not gone into a temporary file.
    """

    def __init__(self) -> None:
        self._buckets = Buckets()
        self._left = _HELD
        self._runs: Runs | None = None
        self._entries: Sorted | None = None
        self._marks = bytearray()
        self._round = 1
        # Of keys with several entries, where the first stands that is not marked.
        self._next: dict[int, int] = {}

    def add(self, key: int, value: int) -> None:
        """Enters a key. Only before the first question."""
        self._buckets.add(key, value)
        self._left -= 1
        if not self._left:
            self._put_by()

    def extend(self, other: "Table") -> None:
        """Enters all that another table holds. Only before the first question of either."""
        self._buckets.extend(other.whole())
        self._left = _HELD - len(self._buckets)
        if self._left <= 0:
            self._put_by()

    def __getstate__(self) -> Buckets:
        """Only what was entered goes to another process, and only before the first question."""
        return self.whole()

    def __setstate__(self, buckets: Buckets) -> None:
        self.__init__()  # type: ignore[misc]  # what is unpickled was not initialised
        self._buckets = buckets
        self._left = max(_HELD - len(buckets), 1)

    def find(self, key: int) -> int | None:
        """The value of a key, the least where there are several; `None` where there is none."""
        at = self._position(key)
        return None if at is None else self._sorted().entry(at)[1]

    def holds(self, key: int, value: int) -> bool:
        """Whether a key was entered with this value, among others."""
        at, entries = self._position(key), self._sorted()
        while at is not None and at < len(entries) and (entry := entries.entry(at))[0] == key:
            if entry[1] == value:
                return True
            at += 1
        return False

    def mark(self, key: int) -> bool | None:
        """Marks one unmarked entry of a key. `False` where all are marked already, `None` where the key is unknown."""
        at = self._next.get(key)
        at = self._position(key) if at is None else at
        if at is None:
            return None
        entries, marks = self._sorted(), self._marks
        if at == len(entries) or entries.entry(at)[0] != key or marks[at] == self._round:
            return False
        marks[at] = self._round
        if key in self._next or (at + 1 < len(entries) and entries.entry(at + 1)[0] == key):
            self._next[key] = at + 1
        return True

    def again(self) -> None:
        """Lets every entry be marked once more; `unmarked` are those that were not marked in any round."""
        self._sorted()
        self._next.clear()
        if self._round == _ROUNDS:
            self._marks = bytearray(map(bool, self._marks))
            self._round = 1
        self._round += 1

    def unmarked(self) -> Iterator[int]:
        """The values of all entries that were not marked."""
        entries, at = self._sorted(), -1
        while (at := self._marks.find(0, at + 1)) >= 0:
            yield entries.entry(at)[1]

    def repeated(self) -> Iterator[tuple[int, int]]:
        """For each key entered again: the values of its first entry and of that one."""
        entries = self._sorted()
        first = entries.entry(0) if len(entries) else (0, 0)
        for at in range(1, len(entries)):
            entry = entries.entry(at)
            if entry[0] == first[0]:
                yield first[1], entry[1]
            else:
                first = entry

    def _position(self, key: int) -> int | None:
        entries = self._sorted()
        at = entries.first(key)
        return at if at < len(entries) and entries.entry(at)[0] == key else None

    def _put_by(self) -> None:
        self._runs = self._runs or Runs()
        self._runs.append(self._buckets)
        self._buckets, self._left = Buckets(), _HELD

    def whole(self) -> Buckets:
        """All that was entered, in memory."""
        if self._runs is None:
            return self._buckets
        whole = Buckets()
        whole.extend(self._buckets)
        for number, (keys, values) in enumerate(self._runs.merged()):
            whole.keys[number].extend(keys)
            whole.values[number].extend(values)
        return whole

    def _sorted(self) -> Sorted:
        """Sorts at the first question; one bucket at a time, so that little is held beside the table itself."""
        if self._entries is None:
            if self._runs is not None:
                self._put_by()
                self._entries = Filed(self._runs)
            else:
                self._entries = Held(self._buckets)
            self._buckets, self._runs = Buckets(), None
            self._marks = bytearray(len(self._entries))
        return self._entries
