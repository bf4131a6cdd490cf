"""How long work goes: a bar on standard error where a person is looking, else a line a minute."""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.options import is_quiet, say, wants_json
from archiver.pack.watch import Stage, Watch

if TYPE_CHECKING:
    from rich.progress import Progress

Tick = Callable[[int], None]

EVERY = 60.0
"""Seconds between two lines of the log."""
RECENT = 5
"""Over how many of them the rate is taken: what a resumed run found finished went by in no time."""


def _nothing(_bytes: int) -> None:
    pass


@contextmanager
def bar(text: str) -> Iterator[tuple[Tick, Tick]]:
    """Two functions: one to call with how many bytes there are, one with how many more are done."""
    if is_quiet() or not sys.stderr.isatty():
        yield _nothing, _nothing
        return
    with _columns() as progress:
        task = progress.add_task(text, total=None)
        yield (
            lambda total: progress.update(task, total=total),
            lambda done: progress.update(task, advance=done),
        )


def _columns(*more: str) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    told = map(TextColumn, more)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), *told, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@dataclass(kw_only=True)
class Course(Watch):
    """The course of a packing run so far, in bytes, items, and seconds by stage and by the workers' steps."""

    clock: Callable[[], float] = perf_counter
    size: int = 0
    shards: int = 0
    done: int = 0
    items: int = 0
    rejected: int = 0
    before: int = 0
    earlier: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    at: Stage = "plan"
    _since: float = 0.0

    def stage(self, name: Stage) -> None:
        """A stage begins: the time up to here was the last one's."""
        self.stop()
        self.at = name

    def stop(self) -> None:
        """The time up to here is the stage's."""
        now = self.clock()
        if self._since:
            self.stages[self.at] = self.stages.get(self.at, 0.0) + now - self._since
        self._since = now

    def planned(self, size: int, shards: int) -> None:
        """What there is to do."""
        self.size, self.shards = size, shards

    def progressed(self, size: int, items: int, rejected: int) -> None:
        """What more is done."""
        self.done, self.items, self.rejected = self.done + size, self.items + items, self.rejected + rejected

    def finished(self, seconds: Mapping[str, float] | None, items: int) -> None:
        """The time that a shard took. Whose items they were that an earlier run had finished, the rate leaves out."""
        if seconds is None:
            self.before += 1
            self.earlier += items
        for name, took in (seconds or {}).items():
            self.steps[name] = self.steps.get(name, 0.0) + took

    def note(self, message: str) -> None:
        """Say what happened."""
        say(message, kind="note")

    def facts(self) -> dict[str, Any]:
        """The course as the run report has it. Seconds; workers' seconds are added up over all of them."""
        total = sum(self.stages.values())
        return {
            "bytes": self.done,
            "shards": {"total": self.shards, "finished_before": self.before},
            "seconds": {**self.stages, "total": total},
            "worker_seconds": self.steps,
            "items_per_second": (self.items - self.earlier) / total if total else None,
        }


class _Bar(Course):
    """A course that moves a bar."""

    def __init__(self, progress: "Progress") -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("Planning", total=None, told="")

    def stage(self, name: Stage) -> None:
        """Say what is being done."""
        super().stage(name)
        said = {"plan": "Planning", "shards": "Packing", "assembly": "Putting together"}[name]
        self._progress.update(self._task, description=said)

    def planned(self, size: int, shards: int) -> None:
        """Give the bar its length."""
        super().planned(size, shards)
        self._progress.update(self._task, total=size)

    def progressed(self, size: int, items: int, rejected: int) -> None:
        """Move the bar."""
        super().progressed(size, items, rejected)
        task = self._progress.tasks[0]
        rate = f" · {(self.items - self.earlier) / task.elapsed:,.0f}/s" if task.elapsed else ""
        told = f"{self.items:,} items{rate} · {self.rejected:,} rejected"
        self._progress.update(self._task, advance=size, told=told)

    def note(self, message: str) -> None:
        """Say it above the bar."""
        from archiver.report.plain import line

        self._progress.console.print(f"archiver: {line(message)}", markup=False, highlight=False)


class _Log:
    """Says every minute how far a course is."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._recent: deque[tuple[float, int, int]] = deque(maxlen=RECENT + 1)
        self._end = Event()
        self._context = click.get_current_context()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._sample()
        self._thread.start()

    def __exit__(self, *_trouble: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        from archiver.report.going import going

        with self._context.scope(cleanup=False):  # it is each thread's own; it knows how messages are to be written
            while not self._end.wait(EVERY):
                self._sample()
                state = self._state()
                say(going(state), kind="progress", **state)

    def _sample(self) -> None:
        self._recent.append((perf_counter(), self._course.items, self._course.done))

    def _state(self) -> dict[str, Any]:
        course = self._course
        (began, items, size), (now, _, _) = self._recent[0], self._recent[-1]
        took = now - began
        per_second = (course.done - size) / took if took else 0.0
        return {
            "stage": course.at,
            "items": course.items,
            "rejected": course.rejected,
            "bytes": course.done,
            "bytes_total": course.size,
            "items_per_second": round((course.items - items) / took, 1) if took else None,
            "seconds_left": round((course.size - course.done) / per_second) if per_second else None,
        }


@contextmanager
def packing() -> Iterator[Course]:
    """The course of a packing run, shown as fits whoever looks on."""
    if sys.stderr.isatty() and not is_quiet() and not wants_json():
        with _columns("{task.fields[told]}") as progress:
            course: Course = _Bar(progress)
            yield course
    elif is_quiet():
        course = Course()
        yield course
    else:
        course = Course()
        with _Log(course):
            yield course
    course.stop()
