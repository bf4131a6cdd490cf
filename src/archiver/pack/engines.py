"""Where shards are worked on: any `concurrent.futures.Executor`. Knows nothing of archives."""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from threading import current_thread, main_thread
from typing import Any, ParamSpec, TypeVar

from archiver.errors import ArchiverError

Given = TypeVar("Given")
Made = TypeVar("Made")
Params = ParamSpec("Params")


class InProcess(Executor):
    """An executor that works where it is called, at once."""

    def submit(self, fn: Callable[Params, Made], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Made]:
        """Call `fn` now; an exception travels in the future, as with every executor."""
        future: Future[Made] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # it is raised again where the result is asked for
            future.set_exception(error)
        return future


class StoppedError(Exception):
    """The work is not wanted any more."""


_STOP: list[Event] = []


class _Workers(ProcessPoolExecutor):
    """A pool that starts its processes, as work comes, where Ctrl-C reaches neither them nor their start."""

    def submit(self, fn: Callable[Params, Made], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Made]:
        with _sheltered():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _sheltered() -> Iterator[None]:
    """Ctrl-C waits until the block ends. What is started within, processes and threads, inherits that it is blocked."""
    pressed: list[int] = []
    is_main = current_thread() is main_thread()  # the only one that may set a handler, and that Ctrl-C interrupts
    handler = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number)) if is_main else None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if is_main:
            signal.signal(signal.SIGINT, handler)
            if pressed:
                signal.raise_signal(signal.SIGINT)


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """A pool of fresh processes: a forked one would inherit the locks of the parent's threads.

    Ctrl-C goes to every process of a terminal; it is the parent's to answer. Where the block ends by an exception, work
    under way ends at its next `checkpoint`.
    """
    context = get_context("spawn")
    stop = context.Event()
    with _Workers(count, context, initializer=_begin, initargs=(stop,)) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            # One that still starts looks for what it shares with this process: that has to be there until it ends.
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _begin(stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOP.append(stop)


def checkpoint(_done: int = 0) -> None:
    """To be called by long work in a pool, now and then. Raises StoppedError where the pool was given up."""
    if any(stop.is_set() for stop in _STOP):
        raise StoppedError


def in_order(executor: Executor, work: Callable[[Given], Made], jobs: Iterable[Given], window: int) -> Iterator[Made]:
    """The results of `work` on each job, in the order of the jobs, with at most `window` of them under way.

    `Executor.map` would take all jobs before it gives the first result. What is under way when the caller stops, or
    when one fails, is cancelled as far as it has not begun. Raises ArchiverError where a process of a pool is gone.

    >>> list(in_order(InProcess(), abs, [-2, 3], window=4))
    [2, 3]
    """
    under_way: deque[Future[Any]] = deque()
    try:
        for job in jobs:
            under_way.append(executor.submit(work, job))
            if len(under_way) >= window:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenExecutor as error:
        # The pool is just giving every future its exception; one that is cancelled meanwhile cannot take it.
        under_way.clear()
        raise ArchiverError(
            "a worker was ended from outside, perhaps for want of memory; fewer workers (--jobs) need less"
        ) from error
    finally:
        for future in under_way:
            future.cancel()
