"""Where shards are worked on: any `concurrent.futures.Executor`. Knows nothing of archives.

In this process (`InProcess`), in processes of its own (`processes`), or on a cluster (`archiver.pack.cluster`).
"""

import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Thread, current_thread, local, main_thread
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

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
        try:
            return future
        finally:
            del future  # the error knows this frame, and nothing would let go of what the call had in hand


GRACE = 3
"""Seconds in which work that is given up may come to its next `checkpoint`."""
PULSE = 5
"""Seconds after which whoever waits looks whether anybody works."""


class StoppedError(Exception):
    """The work is not wanted any more."""


UNBORN = (
    "a worker process ended before it began to work; a script that packs with several processes does so below "
    'if __name__ == "__main__":, for each of them reads the script too'
)
LOST = (BrokenExecutor, MemoryError)
"""How a call ends whose worker died, or had no memory to do it: where memory is limited, nothing is killed."""
_STOP: list[Event] = []
_DONE: list[Any] = []
NUMBERS = 3
"""How many numbers a call can tell of what it has done so far."""
NOTHING: tuple[int, ...] = (0,) * NUMBERS


def added(*done: Iterable[int]) -> tuple[int, ...]:
    """What was done in all, number by number."""
    return tuple(map(sum, zip(*done, strict=True)))


class _Process:
    """One fresh process that takes a call at a time; Ctrl-C reaches neither it nor its start.

    It is spawned: a forked one would inherit the locks of the parent's threads. Whoever calls waits for the answer
    itself: the library's pool needs two more threads for each process, and waits for ever where one cannot be started.
    """

    def __init__(self, stop: Event) -> None:
        """Starts it. Raises ArchiverError where the system gives no process."""
        context = get_context("spawn")
        try:
            self.begun = context.Event()
            self.done = context.RawArray("q", NUMBERS)
            self._here, there = context.Pipe()
            self._process = context.Process(target=_serve, args=(there, stop, self.begun, self.done), daemon=True)
            with there, _sheltered():
                self._process.start()
        except OSError as error:
            what = f"no process can be started: {error.strerror}"
            raise ArchiverError(f"{what}; fewer workers (--jobs) need less") from error

    def call(self, fn: Callable[Params, Made], /, *args: Params.args, **kwargs: Params.kwargs) -> Made:
        """What `fn` gives there, or raises. Raises BrokenExecutor where the process ends without an answer."""
        try:
            self._here.send((fn, args, kwargs))
            made, error = self._here.recv()
        except (EOFError, ConnectionError) as lost:
            raise BrokenExecutor("a process ended without an answer") from lost
        if error is not None:
            raise error
        answer: Made = made
        return answer

    def end(self) -> None:
        """Let it end when it has done what it is doing, and wait for that."""
        self._here.close()
        self._process.join()

    def kill(self) -> None:
        """End it in the midst of what it does."""
        self._process.kill()


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


class Processes(Executor):
    """Processes that take a call at a time each. One that dies fails its own call alone, and another takes its place.

    The library's pool of several fails every call under way when one process dies, and does not say whose that was.
    """

    def __init__(self, count: int) -> None:
        self._stop = get_context("spawn").Event()
        self._threads = ThreadPoolExecutor(count)
        self._own = local()
        self._started: list[_Process] = []
        self._calls: set[Future[Any]] = set()

    def submit(self, fn: Callable[Params, Made], /, *args: Params.args, **kwargs: Params.kwargs) -> Future[Made]:
        """Call `fn` in a process. The future raises BrokenExecutor where that process died."""
        with _sheltered():
            try:
                future = self._threads.submit(self._call, fn, *args, **kwargs)
            except RuntimeError as error:
                raise ArchiverError(f"no thread can be started ({error}); fewer workers (--jobs) need less") from error
            self._calls.add(future)
            future.add_done_callback(self._calls.discard)
            return future

    def _call(self, fn: Callable[Params, Made], /, *args: Params.args, **kwargs: Params.kwargs) -> Made:
        process: _Process | None = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = _Process(self._stop)
            self._started.append(process)
        try:
            return process.call(fn, *args, **kwargs)
        except LOST as error:
            # One that was refused memory lives, and may hold on to what it has: the next call gets a fresh one.
            self._own.process = None
            process.end()
            self._started.remove(process)  # what it has open goes with it
            if isinstance(error, BrokenExecutor) and not process.begun.is_set() and not self._stop.is_set():
                raise ArchiverError(UNBORN) from error
            raise

    def done(self) -> tuple[int, ...]:
        """What the calls under way have told at their checkpoints that they have done, added up."""
        return added(NOTHING, *(process.done for process in tuple(self._started)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when they have done what they are doing."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for process in self._started if wait else ():
            process.end()

    def give_up(self) -> None:
        """End: work under way ends at its next `checkpoint`, or is killed after GRACE; what waits is not begun."""
        self._stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        try:
            wait(list(self._calls), GRACE)
        finally:  # Ctrl-C once more ends the grace
            if self._calls:
                for process in tuple(self._started):
                    process.kill()
            # One that still starts looks for what it shares with this process: that has to be there until it ends.
            self.shutdown(cancel_futures=True)


@contextmanager
def processes(count: int) -> Iterator[Processes]:
    """`count` processes. Ctrl-C goes to every process of a terminal; it is the parent's to answer.

    Where the block ends by an exception, the processes are given up.
    """
    with Processes(count) as pool:
        try:
            yield pool
        except BaseException:
            pool.give_up()
            raise


def _serve(there: "connection.Connection[Any, Any]", stop: Event, begun: Event, done: Any) -> None:
    """What a process does: call after call, until nobody asks any more."""
    begun.set()
    _DONE.append(done)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOP.append(stop)
    Thread(target=_end_with_parent, daemon=True).start()
    with there, suppress(EOFError, ConnectionError):
        while True:
            _answer(there, *there.recv())


def _answer(
    there: "connection.Connection[Any, Any]", fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Call `fn`, and send what it gives, or raises. When it is done its result says all that it told on the way."""
    answer: tuple[Any, BaseException | None]
    try:
        answer = fn(*args, **kwargs), None
    except BaseException as error:  # noqa: BLE001  # it is raised again where the result is asked for
        answer = None, _told(error)
    finally:
        _DONE[0][:] = NOTHING
    try:
        there.send(answer)
    except Exception as error:  # noqa: BLE001  # what cannot be pickled is no answer
        there.send((None, _told(error)))


def _told(error: BaseException) -> BaseException:
    """The error with the place where it was raised, which does not travel by itself."""
    error.add_note("".join(traceback.format_exception(error)))
    return error


def _end_with_parent() -> None:
    """A killed parent leaves no one behind who would go on writing into a folder that another run works in."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def checkpoint(*done: int) -> None:
    """To be called by long work in a process, now and then, with up to NUMBERS of what more is `done`.

    Raises StoppedError where the processes were given up.
    """
    for told in _DONE:
        for index, number in enumerate(done):
            told[index] += number
    if any(stop.is_set() for stop in _STOP):
        raise StoppedError


def no_worker(_job: object) -> NoReturn:
    """What a call comes to when its worker died, and nobody knows better. Raises ArchiverError."""
    raise ArchiverError("a worker was ended from outside, or had too little memory; fewer workers (--jobs) need less")


@dataclass(slots=True)
class _Call(Generic[Given, Made]):
    """A job under way. Once its result has been told the job is let go: only what failed is needed again."""

    job: Given | None
    future: Future[Made]

    @property
    def has_failed(self) -> bool:
        return self.future.done() and self.future.exception() is not None

    def tell(self, ended: Callable[[Given, Made], None]) -> None:
        """Tell of the result when it is there, once."""
        if self.job is not None and self.future.done() and not self.has_failed:
            ended(self.job, self.future.result())
            self.job = None


def in_order(
    executor: Executor,
    work: Callable[[Given], Made],
    jobs: Iterable[Given],
    window: int | Callable[[], int],
    *,
    ahead: int = 0,
    lost: Callable[[Given], Made] = no_worker,
    alive: Callable[[], bool] = lambda: True,
    ended: Callable[[Given, Made], None] = lambda _job, _made: None,
) -> Iterator[Made]:
    """The results of `work` on each job, in the order of the jobs, with at most `window` of them under way.

    `Executor.map` would take all jobs before it gives the first result. As many as `ahead` more may be done and wait
    for their turn, while one before them takes long. What is under way when the caller stops, or when one fails, is
    cancelled as far as it has not begun. A job whose worker died, or lacked memory, has the result of `lost`, which is
    called when nothing else is under way. `alive` is asked now and then whether there is a worker, and `ended` hears of
    each result when it is there.

    >>> list(in_order(InProcess(), abs, [-2, 3], window=4))
    [2, 3]
    """
    room = window if callable(window) else lambda: window
    waiting, calls = iter(jobs), deque[_Call[Given, Made]]()
    try:
        while True:
            _tell(calls, ended)
            if _has_room(calls, room(), ahead) and (taken := [*islice(waiting, 1)]):
                calls.append(_Call(taken[0], executor.submit(work, taken[0])))
            elif not calls:
                return
            elif calls[0].future.done():
                yield _next(calls, lost, alive, ended)
            elif not wait(_going(calls), PULSE, FIRST_COMPLETED).done:
                alive()
    finally:
        for call in calls:
            call.future.cancel()


def _tell(calls: Iterable[_Call[Given, Made]], ended: Callable[[Given, Made], None]) -> None:
    for call in calls:
        call.tell(ended)


def _going(calls: Iterable[_Call[Any, Any]]) -> list[Future[Any]]:
    return [call.future for call in calls if not call.future.done()]


def _has_room(calls: Sequence[_Call[Any, Any]], window: int, ahead: int) -> bool:
    """Whether another job may be begun. One that has failed keeps its place: others may fail for the same reason."""
    unfinished = sum(call.has_failed or not call.future.done() for call in calls)
    return unfinished < window and len(calls) < window + ahead


def _next(
    calls: deque[_Call[Given, Made]],
    lost: Callable[[Given], Made],
    alive: Callable[[], bool],
    ended: Callable[[Given, Made], None],
) -> Made:
    call = calls.popleft()
    call.tell(ended)  # it may have ended just now
    with suppress(*LOST):
        return call.future.result()
    job = call.job
    assert job is not None  # it is let go only where there is a result
    del call  # and what its error holds on to: what comes now needs the memory
    # Where no worker is left nothing is under way either.
    while wait(_going(calls), PULSE).not_done and alive():
        pass
    made = lost(job)
    ended(job, made)
    return made
