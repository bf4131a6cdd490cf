"""A Dask cluster as an engine. Scheduler and workers are processes of their own; they share the work folder with us.

The only door to `distributed`. Dask gives a call whose worker died to another worker, a few times (its setting
`distributed.scheduler.allowed-failures`); only then does the call fail, with BrokenExecutor, as in every engine.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from archiver.errors import ArchiverError, CannotRead, CannotWrite, Missing
from archiver.pack.engines import PULSE
from archiver.pack.job import Job, deciding
from archiver.pack.mark import MARK
from archiver.sources.seen import changed
from archiver.sources.shards import Slice
from archiver.storage import place

TIMEOUT = 20
"""Seconds that a scheduler has to answer."""
SILENT = 60 // PULSE
"""How often it is looked whether there is a worker, until it is said again that there is none."""
LEAST = 8
"""How many shards are under way at least: a cluster that grows with its work has to see some."""


class Cluster(NamedTuple):
    """Takes calls that have a Job; `window` tells how many of them to have under way, `alive` whether any is done."""

    executor: Executor
    window: Callable[[], int]
    alive: Callable[[], bool]


@contextmanager
def connected(address: str, note: Callable[[str], None]) -> Iterator[Cluster]:
    """The cluster whose scheduler listens at `address`, such as `tcp://10.0.0.7:8786`.

    Raises Missing where `distributed` is not installed, CannotRead where no scheduler answers. What a worker refuses to
    do, because it would do it otherwise than we (other software, another file system), is raised as ArchiverError.
    """
    client = _client(address)
    try:
        if not client.nthreads():
            note(f"the scheduler at {address} has no worker yet; the run goes on when one comes")
        executor = _Calls(client.get_executor(pure=False), address)
        alive = _Pulse(client, address, note).alive
        yield Cluster(executor=executor, window=partial(_window, client, address), alive=alive)
    finally:
        client.close()


class _Pulse:
    """Says when all workers are gone, and again now and then."""

    def __init__(self, client: Any, address: str, note: Callable[[str], None]) -> None:
        self._client = client
        self._address = address
        self._note = note
        self._missed = 0

    def alive(self) -> bool:
        """Whether there is a worker. Raises ArchiverError where there is no scheduler any more."""
        if _threads(self._client, self._address):
            self._missed = 0
            return True
        if self._missed % SILENT == 0:
            self._note(f"the scheduler at {self._address} has no worker any more; the run goes on when one comes")
        self._missed += 1
        return False


def _window(client: Any, address: str) -> int:
    return max(LEAST, 2 * _threads(client, address))


def _threads(client: Any, address: str) -> int:
    try:
        threads: dict[str, int] = client.nthreads()
    except OSError as error:
        raise _gone(address) from error
    return sum(threads.values())


def _gone(address: str) -> ArchiverError:
    return ArchiverError(f"the Dask scheduler at {address} is gone, or has given the work up; --resume goes on")


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError as error:
        message = "--scheduler needs Dask, which is not installed: pip install 'archiver[dask]'"
        raise Missing(message) from error
    for name in filter(lambda name: name.startswith("distributed"), logging.root.manager.loggerDict):
        logging.getLogger(name).disabled = True  # what is wrong is said once, in a sentence of ours
    try:
        _answered(lambda: asyncio.run(_greet(address)))
        connect: Callable[..., Any] = distributed.Client
        return connect(address, timeout=TIMEOUT, set_as_default=False, name="archiver")
    except Exception as error:
        raise CannotRead(f"no Dask scheduler can be reached at {address}: {_why(error)}") from error


async def _greet(address: str) -> None:
    """Raises what comes of it where no Dask process answers a greeting; a client waits for ever for some of them."""
    import distributed
    from distributed.comm import core

    security: Callable[[], Any] = distributed.Security
    connect: Callable[..., Any] = core.connect
    known = security().get_connection_args("client")
    # The library bounds the time until it is connected, and not the greeting.
    comm = await asyncio.wait_for(connect(address, timeout=TIMEOUT, **known), TIMEOUT + 1)
    await comm.close()


def _answered(ask: Callable[[], None]) -> None:
    """Ask in a thread: this one may have an event loop of its own, as in a notebook, and be interrupted."""
    answer: Future[None] = Future()

    def run() -> None:
        try:
            ask()
            answer.set_result(None)
        except BaseException as error:  # noqa: BLE001  # it is raised again by whoever waits
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    answer.result()


def _why(error: Exception) -> str:
    said = str(error).partition("\n")[0]
    if isinstance(error, TimeoutError) and not said:
        return "what listens there does not answer"
    if isinstance(error, OSError | ValueError | TypeError | RuntimeError | ImportError) and said:
        return said
    return f"what listens there answers otherwise ({said or type(error).__name__})"


class _Calls(Executor):
    """Calls on the workers. Each is preceded by a look at whether the worker is fit to do it."""

    def __init__(self, calls: Executor, address: str) -> None:
        self._calls = calls
        self._address = address
        self._ours = deciding()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` with a Job on a worker."""
        future: Future[Any] = Future()
        self._call(future, partial(fn, *args, **kwargs))
        return future

    def _call(self, future: Future[Any], work: "partial[Any]", closed: frozenset[str] = frozenset()) -> None:
        """Let a worker do it; the files that are `closed` to us need not be open to it."""
        call = self._calls.submit(_fit, self._ours, closed, work)
        call.add_done_callback(partial(self._pass_on, future, work, closed))
        future.add_done_callback(lambda done: done.cancelled() and call.cancel())

    def _pass_on(self, future: Future[Any], work: "partial[Any]", closed: frozenset[str], done: Future[Any]) -> None:
        try:
            error = CancelledError() if done.cancelled() else done.exception()
            if isinstance(error, ClosedError):
                here = error.here()
                if not here:
                    self._call(future, work, closed.union(error.said))
                    return
                error = CannotRead(here)
            named = error and self._named(error)
        except BaseException as bug:  # noqa: BLE001  # raised in the callback it would reach nobody, and the future stay open
            named = bug
        if not future.set_running_or_notify_cancel():
            return
        if named is None:
            future.set_result(done.result())
        else:
            future.set_exception(named)

    def _named(self, error: BaseException) -> BaseException:
        """The error as the engines' callers know it."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        if isinstance(error, KilledWorker):
            return BrokenExecutor(str(error))
        if isinstance(error, CancelledError | CommClosedError):
            return _gone(self._address)
        if isinstance(error, ModuleNotFoundError) or "deserializ" in str(error):
            return ArchiverError(
                f"the Dask scheduler at {self._address} or a worker of its has no archiver, or another one: "
                f"install the same software on all ({str(error).splitlines()[0]})"
            )
        return error


class ClosedError(Exception):
    """A worker may not open files that it sees: their paths, and what is to be said of each."""

    @property
    def said(self) -> dict[str, str]:
        """The sentence for each path."""
        said: dict[str, str] = self.args[0]
        return said

    def here(self) -> str:
        """What is to be said where one of the files is open on this machine: it would be packed here, and not there."""
        return next((said for path, said in self.said.items() if _is_open(path)), "")


def _is_open(path: str) -> bool:
    try:
        Path(path).open("rb").close()
    except OSError:
        return False
    return True


def _fit(ours: dict[str, str], closed: frozenset[str], work: "partial[Any]") -> Any:
    """Do the work, which has a Job, on a worker that has the same software, and sees the same files.

    Raises ClosedError where some may not be opened, other than those that are known to be `closed`.
    """
    job: Job = work.args[0]
    theirs = deciding(job.shard)
    others = [f"{name} {found} and not {ours.get(name)}" for name, found in theirs.items() if ours.get(name) != found]
    if others:
        raise ArchiverError(f"{_here()} would write other bytes: it has {', '.join(others)}; install the same on all")
    if not (job.folder / MARK).is_file():
        raise CannotWrite(
            f"{_here()} does not see the work folder {job.folder}: "
            "OUT has to stand in a folder that all workers share, or --work has to name one, or a URL"
        )
    refused = {piece.path: said for piece in job.shard.slices if piece.size and (said := _refused(piece))}
    if not closed.issuperset(refused):
        raise ClosedError(refused)
    return work()


def _refused(piece: Slice) -> str:
    """What is to be said where this machine may not open the slice's file.

    Raises CannotRead where it has not the slice's very files under their names.
    """
    source, said = place(piece.path), ""
    try:
        if isinstance(source, Path):
            source.open("rb").close()
    except PermissionError as error:
        said = _unseen(piece, error)
    except OSError as error:
        raise CannotRead(_unseen(piece, error)) from error
    for path in changed(piece):
        raise CannotRead(
            f"{_here()} sees another {path} than the run was begun with, or it has changed since: "
            "all workers have to share the sources"
        )
    return said


def _unseen(piece: Slice, error: OSError) -> str:
    what = f"standard input, which is kept in {piece.path}" if piece.digest else f"the source {piece.path}"
    tempdir = "; TMPDIR names the folder for it" if piece.digest else ""
    return (
        f"{_here()} does not see {what}: all workers have to share it, and be allowed to read it "
        f"({error.strerror}){tempdir}"
    )


def _here() -> str:
    from distributed import get_worker

    return f"the Dask worker at {get_worker().address}"
