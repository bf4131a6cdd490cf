"""Time by stage: functions are replaced where they are called by ones that a watch is told of."""

import functools
import importlib
import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.cost import machine

Stage = tuple[str, str, str]
"""The module where a name is called, the name, and what the stage is called; a dot in the name leads into a class."""
WHOLE = "all, without a watch on the stages"


class Stopwatch:
    """Seconds of CPU by stage, each without what the stages within it took."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._within = [0.0]

    @contextmanager
    def _timed(self, label: str) -> Iterator[None]:
        began = time.process_time()
        self._within.append(0.0)
        try:
            yield
        finally:
            took = time.process_time() - began
            self.spent[label] = self.spent.get(label, 0.0) + took - self._within.pop()
            self._within[-1] += took

    def wrap(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        """The same function, timed; a generator whenever something is asked of it."""

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with self._timed(label):
                return function(*args, **kwargs)

        @functools.wraps(function)
        def asked(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            while True:
                with self._timed(label):
                    try:
                        item = next(generator)
                    except StopIteration as stop:
                        return stop.value
                yield item

        return asked if inspect.isgeneratorfunction(function) else called


@contextmanager
def watched(watch: Stopwatch, stages: Sequence[Stage]) -> Iterator[None]:
    """All stages are timed, by being replaced where they are called."""
    before = []
    for module, name, label in stages:
        owner: Any = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        before.append((owner, last, getattr(owner, last)))
        setattr(owner, last, watch.wrap(getattr(owner, last), label))
    yield
    for owner, last, function in before:
        setattr(owner, last, function)


def least(rounds: Iterable[dict[str, float]]) -> dict[str, float]:
    """Of each stage the least that any round took: what else the machine did is not our cost."""
    found: dict[str, float] = {}
    for one in rounds:
        found |= {stage: min(seconds, found.get(stage, seconds)) for stage, seconds in one.items()}
    return found


def table(spent: dict[str, float], count: int, ends: dict[str, float], rounds: int) -> str:
    """Stages, the longest first, and behind them what they are beside, all in microseconds an item."""
    rows = [*sorted(spent.items(), key=lambda item: -item[1]), *ends.items()]
    body = "".join(f"| {stage} | {seconds / count * 1e6:.0f} |\n" for stage, seconds in rows)
    head = f"{machine()}; {count:,} items, one process, the least of {rounds} rounds.\n\n"
    return f"{head}| stage | CPU µs an item |\n|---|--:|\n{body}"
