"""Whoever looks on while a run goes: what it hears. The clock, if there is to be one, comes from there too."""

from collections.abc import Callable, Mapping
from typing import Literal

Stage = Literal["plan", "shards", "assembly"]


def stopped() -> float:
    """A clock for those who want none."""
    return 0.0


class Watch:
    """Looks on and says nothing. `clock` gives seconds, and is called where the work is done."""

    clock: Callable[[], float] = staticmethod(stopped)

    def stage(self, name: Stage) -> None:
        """A stage of the run begins, and the one before it has ended."""

    def planned(self, size: int, shards: int) -> None:
        """There are `size` bytes to do, in so many shards."""

    def progressed(self, size: int, items: int, rejected: int) -> None:
        """So many more bytes of the sources are done, and items, of which some were rejected."""

    def finished(self, seconds: Mapping[str, float] | None, items: int) -> None:
        """A shard of so many items is finished; its worker took `seconds` for each of its steps.

        None where it was finished before.
        """

    def note(self, message: str) -> None:
        """Something has happened that does not stop the run."""


class Laps:
    """Adds up, by name, the seconds between its calls.

    >>> ticks = iter([0.0, 2.0, 5.0, 6.0])
    >>> lap = Laps(lambda: next(ticks))
    >>> lap("read"), lap("write"), lap("read")
    (None, None, None)
    >>> lap.seconds
    {'read': 3.0, 'write': 3.0}
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._before = clock()
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str) -> None:
        """What has passed since the last call was `name`'s."""
        now = self._clock()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._before
        self._before = now
