"""Results come in the order of the jobs, with a bounded number under way, from every engine."""

import errno
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from archiver.errors import ArchiverError
from archiver.pack import engines
from archiver.pack.engines import InProcess, StoppedError, checkpoint, in_order, processes


@pytest.mark.parametrize("executor", [InProcess, lambda: ThreadPoolExecutor(3), lambda: processes(2)])
def test_every_engine_gives_the_same_in_the_same_order(
    executor: Callable[[], AbstractContextManager[Executor]],
) -> None:
    with executor() as pool:
        assert list(in_order(pool, abs, [-3, 2, -1], window=2)) == [3, 2, 1]


class Recorder(Executor):
    """An executor whose futures finish when they are asked for, and that counts what is under way."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.futures.append(future)
        if len(self.futures) > 2:
            self.futures[-3].set_result(fn(*args, **kwargs))
        return future


def test_no_more_jobs_are_taken_than_the_window_holds() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = in_order(Recorder(), abs, jobs(), window=3)
    next(results)
    assert taken == [0, 1, 2]


def test_what_has_not_begun_is_cancelled_when_the_caller_stops() -> None:
    recorder = Recorder()
    results = in_order(recorder, abs, iter(range(100)), window=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert [future.cancelled() for future in recorder.futures] == [False, False, True, True]


@pytest.mark.parametrize(("ahead", "begun"), [(0, 3), (2, 5), (100, 10)])
def test_what_takes_long_does_not_keep_the_others_from_work(ahead: int, begun: int) -> None:
    futures: list[Future[int]] = []
    told: list[int] = []

    def submit(_work: object, job: int) -> Future[int]:
        """All is done at once but the first job, which ends when nothing else is under way."""
        futures.append(Future())
        for future in futures[1:]:
            if not future.done():
                future.set_result(job)
        if len(futures) == begun:
            futures[0].set_result(0)
        return futures[-1]

    pool = mock.Mock(submit=submit)
    results = in_order(pool, abs, range(10), window=3, ahead=ahead, ended=lambda job, made: told.append(made))
    assert next(results) == 0
    assert len(futures) == begun
    assert list(results) == list(range(1, 10))
    assert told == [*range(1, begun - 1), 0, *range(begun - 1, 10)]


def test_what_ends_just_before_its_turn_is_told_too() -> None:
    future: Future[int] = Future()
    told: list[int] = []

    def jobs() -> Iterator[int]:
        yield 7
        future.set_result(7)

    pool = mock.Mock(submit=lambda _work, _job: future)
    assert list(in_order(pool, abs, jobs(), window=2, ended=lambda _job, made: told.append(made))) == [7]
    assert told == [7]


@pytest.mark.parametrize("error", [OSError(), BrokenExecutor(), MemoryError()])
def test_a_job_that_has_failed_keeps_its_place(error: Exception) -> None:
    futures: list[Future[int]] = [Future() for _ in range(9)]
    futures[1].set_exception(error)
    for number in range(2, 9):
        futures[number].set_result(number)
    pool = mock.Mock(submit=mock.Mock(side_effect=futures))
    begun: list[int] = []

    def end() -> None:
        begun.append(pool.submit.call_count)
        futures[0].set_result(0)

    threading.Timer(0.1, end).start()
    results = in_order(pool, abs, range(9), window=2, ahead=9, lost=lambda job: job + 7)
    assert next(results) == 0
    assert begun == [2]
    if isinstance(error, OSError):
        with pytest.raises(OSError):
            next(results)
        return
    assert list(results) == [8, *range(2, 9)]


def test_an_error_reaches_the_caller_in_its_turn() -> None:
    results = in_order(InProcess(), lambda number: 1 // number, [1, 0, 1], window=1)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def work_on(folder: str) -> None:
    """Work for ever, and say so."""
    Path(folder, "begun").touch()
    while True:
        checkpoint()


def give_up(folder: Path, futures: list[Future[None]]) -> None:
    """Begin work in a pool, and leave it by an error."""
    with processes(1) as pool:
        futures += [pool.submit(work_on, str(folder)) for _ in range(9)]
        while not (folder / "begun").exists():
            pass
        raise KeyError


def test_work_under_way_ends_when_the_pool_is_given_up(tmp_path: Path) -> None:
    futures: list[Future[None]] = []
    with pytest.raises(KeyError):
        give_up(tmp_path, futures)
    assert isinstance(futures[0].exception(), StoppedError)
    assert not any(future.done() and not future.cancelled() and not future.exception() for future in futures)


def hang(folder: str) -> None:
    """Work that comes to no checkpoint."""
    Path(folder, "begun").touch()
    while True:
        signal.pause()


def test_work_that_hears_nothing_is_killed_when_the_pool_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "GRACE", 0.1)
    monkeypatch.setattr(sys.modules[__name__], "work_on", hang)
    futures: list[Future[None]] = []
    with pytest.raises(KeyError):
        give_up(tmp_path, futures)
    assert isinstance(futures[0].exception(), BrokenExecutor)


UNGUARDED = """
from archiver.pack.engines import processes
with processes(1) as pool:
    pool.submit(abs, -1).result()
"""


def test_a_script_without_a_guard_is_said(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED, encoding="utf-8")
    done = subprocess.run([sys.executable, str(tmp_path / "script.py")], capture_output=True, check=False)
    assert done.returncode == 1
    assert "ended before it began to work; a script" in done.stderr.decode().splitlines()[-1]


def test_what_else_is_under_way_is_not_waited_for_where_no_worker_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PULSE", 0.01)
    futures: list[Future[int]] = [Future(), Future()]
    futures[0].set_exception(BrokenExecutor())
    pool = mock.Mock(submit=lambda _work, job: futures[job])
    results = in_order(pool, abs, [0, 1], 2, lost=lambda job: job + 7, alive=lambda: False)
    assert next(results) == 7


def test_work_outside_of_a_pool_is_never_stopped() -> None:
    checkpoint()


def die(_: int) -> None:
    """End the process as the system does where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def tell(folder: str, *, is_deadly: bool) -> None:
    """Tell what is done, and end when that is asked for."""
    checkpoint(1, 2, 3)
    checkpoint(0, 5)
    Path(folder, "begun").touch()
    while not Path(folder, "heard").exists():
        pass
    if is_deadly:
        die(0)


@pytest.mark.parametrize("is_deadly", [False, True])
def test_what_is_under_way_is_told_until_its_result_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_deadly: bool
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with processes(2) as pool:
        assert pool.done() == (0, 0, 0)
        told = pool.submit(tell, str(tmp_path), is_deadly=is_deadly)
        while not (tmp_path / "begun").exists():
            pass
        assert pool.done() == (1, 7, 3)
        (tmp_path / "heard").touch()
        assert isinstance(told.exception(), BrokenExecutor) == is_deadly
        assert pool.done() == (0, 0, 0)


def test_a_worker_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fallen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", fallen.append)
    with pytest.raises(ArchiverError, match="fewer workers"), processes(2) as pool:
        list(in_order(pool, die, range(4), window=4))
    assert fallen == []


def named(size: int) -> int:
    """Ask for memory, and say which process this is."""
    bytearray(size)
    return os.getpid()


def test_a_process_that_was_refused_memory_is_not_used_again() -> None:
    with processes(1) as pool:
        first, *others = in_order(pool, named, [1, 1, 1 << 60, 1, 1], window=5, lost=lambda _: 0)
    assert others[:2] == [first, 0]
    assert others[2] == others[3] not in {first, 0}


@pytest.mark.parametrize("executor", [InProcess, lambda: processes(1)])
def test_a_want_of_memory_is_said(executor: Callable[[], AbstractContextManager[Executor]]) -> None:
    with executor() as pool, pytest.raises(ArchiverError, match="had too little memory; fewer workers"):
        list(in_order(pool, named, [1 << 60], window=1))


class Grip:
    """Something that a call has in hand."""


def test_what_a_call_had_in_hand_is_let_go_before_it_is_made_up_for() -> None:
    held: list[weakref.ref[Grip]] = []

    def work(_: int) -> int:
        mine = Grip()
        held.append(weakref.ref(mine))
        raise MemoryError

    results = in_order(InProcess(), work, [0], window=1, lost=lambda _: int(held[0]() is not None))
    assert list(results) == [0]


def test_an_error_says_where_it_was_raised() -> None:
    with processes(1) as pool:
        error = pool.submit(named, -1).exception()
    assert isinstance(error, ValueError)
    assert "in named" in "".join(error.__notes__)


def unpicklable(_: object) -> object:
    return lambda: None


def test_an_answer_that_cannot_travel_is_an_error() -> None:
    with processes(1) as pool:
        assert "pickle" in str(pool.submit(unpicklable, 0).exception())
        with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
            pool.submit(lambda: None).result()
        assert pool.submit(abs, -1).result() == 1


def test_where_the_system_gives_no_process_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(SpawnProcess, "start", refuse)
    with processes(1) as pool, pytest.raises(ArchiverError, match="no process can be started: Resource temporarily"):
        pool.submit(abs, -1).result()


@pytest.mark.parametrize("megabytes", [40, 60, 75, 120])
def test_a_run_comes_to_its_end_however_little_memory_it_is_allowed(tmp_path: Path, megabytes: int) -> None:
    (tmp_path / "wire.jsonl").write_text('{"text": "Rain."}\n' * 9, encoding="utf-8")
    command = [sys.executable, "-m", "archiver", "pack", "wire.jsonl", "-o", "out", "-j", "2", "--shard-size", "60"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = subprocess.run(
        command,
        cwd=tmp_path,
        preexec_fn=limit,
        stderr=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert done.returncode in {0, 1, 3, 70}
    assert (tmp_path / "out").exists() == (done.returncode == 0)


ORPHANED = """
import os, sys, time
from archiver.pack.engines import processes
from tests.pack.test_engines import stay
if __name__ == "__main__":
    with processes(1) as pool:
        pool.submit(stay, sys.argv[1]).result()
"""


def stay(path: str) -> None:
    """Say which process this is, and never end."""
    Path(path).with_suffix(".part").write_text(str(os.getpid()), encoding="utf-8")
    Path(path).with_suffix(".part").rename(path)
    while True:
        time.sleep(1)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """They would go on writing where the run is taken up again."""
    script, told = tmp_path / "orphaned.py", tmp_path / "pid"
    script.write_text(ORPHANED, encoding="utf-8")
    path = os.pathsep.join(map(str, (Path(__file__).parents[2], Path(__file__).parents[2] / "src")))
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, str(script), str(told)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while not told.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    worker = Path("/proc", told.read_text(encoding="utf-8"), "status")
    while worker.exists() and "Z (zombie)" not in worker.read_text(encoding="utf-8"):
        time.sleep(0.01)


def test_a_pool_works_in_a_thread_of_its_own() -> None:
    made: list[int] = []

    def work() -> None:
        with processes(1) as pool:
            made.extend(in_order(pool, abs, [-1, -2], window=2))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert made == [1, 2]


INTERRUPTED = """
import sys
from archiver.pack.engines import in_order, processes
try:
    print("begun", flush=True)
    with processes(4) as pool:
        list(in_order(pool, abs, range(10**9), window=8))
except KeyboardInterrupt:
    sys.exit("interrupted")
"""


@pytest.mark.parametrize("after", [0.0, 0.03, 0.06, 0.1, 0.15, 0.25])
def test_ctrl_c_while_workers_start_ends_them_in_silence(after: float) -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.decode()) == (1, "interrupted\n")
