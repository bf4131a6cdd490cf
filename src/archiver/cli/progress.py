"""A progress bar on standard error, where a person is looking."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archiver.cli.options import is_quiet

Tick = Callable[[int], None]


def _nothing(_bytes: int) -> None:
    pass


@contextmanager
def bar(text: str) -> Iterator[tuple[Tick, Tick]]:
    """Two functions: one to call with how many bytes there are, one with how many more are done."""
    if is_quiet() or not sys.stderr.isatty():
        yield _nothing, _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(text, total=None)
        yield (
            lambda total: progress.update(task, total=total),
            lambda done: progress.update(task, advance=done),
        )
