"""A Dask cluster whose scheduler and workers are processes of their own gives the bytes that one process gives."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from unittest import mock

import pytest
from distributed.comm.core import CommClosedError

from archiver.errors import ArchiverError, CannotRead, CannotWrite, Missing
from archiver.model import Digest
from archiver.pack import cluster
from archiver.pack.cluster import Cluster, connected
from archiver.pack.engines import InProcess, in_order
from archiver.pack.job import Job, deciding
from archiver.pack.run import Done, pack
from archiver.sources.shards import Shard, Slice, Stamp
from tests.pack import dying
from tests.pack.test_recovery import CONFIG, packed, wire
from tests.pack.test_run import contents
from tests.s3 import KEYS, Bucket

__all__ = ["wire"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory, s3_server: str) -> Iterator[str]:
    """The address of a scheduler on this machine, with two workers that may reach the object store."""
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    path = os.pathsep.join(map(str, (ROOT / "src", ROOT)))
    environment = {
        **os.environ,
        **KEYS,
        "AWS_ENDPOINT_URL": s3_server,
        "PYTHONPATH": path,
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "60s",
    }
    local = ("--scheduler-file", str(told), "--no-dashboard")
    commands = [
        ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *local),
        *[("distributed.cli.dask_worker", "--nthreads", "1", "--local-directory", str(folder), *local)] * 2,
    ]
    with ExitStack() as stack:
        for module, *options in commands:
            log = stack.enter_context((folder / "log").open("ab"))
            process = subprocess.Popen(
                [sys.executable, "-m", module, *options], env=environment, cwd=folder, stdout=log, stderr=log
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        yield _address(told)


def _address(told: Path) -> str:
    import distributed

    connect: Any = distributed.Client
    with connect(scheduler_file=str(told), timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return str(client.scheduler.address)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, bytes]]:
    """What one process makes of a source."""

    def contents_of(source: Path) -> dict[str, bytes]:
        out = tmp_path_factory.mktemp("whole") / "out"
        pack([source], out, CONFIG)
        return contents(out)

    return contents_of


Whole = Callable[[Path], dict[str, bytes]]


@pytest.mark.parametrize("jobs", [2, 7])
def test_processes_give_the_same_bytes(wire: Path, tmp_path: Path, whole: Whole, jobs: int) -> None:
    pack([wire], tmp_path / "out", CONFIG, jobs=jobs)
    assert contents(tmp_path / "out") == whole(wire)


def test_a_cluster_gives_the_same_bytes(wire: Path, tmp_path: Path, whole: Whole, scheduler: str) -> None:
    pack([wire], tmp_path / "out", CONFIG, scheduler=scheduler)
    assert contents(tmp_path / "out") == whole(wire)


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_a_cluster_with_a_worker_killed_in_the_middle_gives_the_same_bytes(
    wire: Path, tmp_path: Path, scheduler: str, name: str
) -> None:
    notes = packed(wire, tmp_path / name, dying.once, scheduler=scheduler)
    (tmp_path / "whole").mkdir()
    pack([wire], tmp_path / "whole" / name, CONFIG)
    assert (tmp_path / "died").exists()
    assert contents(tmp_path / name) == contents(tmp_path / "whole" / name)
    assert notes == []


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_a_cluster_may_share_nothing_but_an_object_store(
    wire: Path, tmp_path: Path, scheduler: str, bucket: Bucket, name: str
) -> None:
    bucket.put(**{f"in/{wire.name}": wire.read_bytes()})
    (tmp_path / "whole").mkdir()
    pack([wire], tmp_path / "whole" / name, CONFIG)
    shared = f"{bucket.url}/shared"
    pack([f"{bucket.url}/in/{wire.name}"], f"{bucket.url}/{name}", CONFIG, scheduler=scheduler, shared=shared)
    made = {key: bucket.get(key) for key in bucket.listed() if not key.startswith("in/")}
    whole = tmp_path / "whole" / name
    assert made == {
        str(path.relative_to(whole.parent)): path.read_bytes() for path in [whole, *whole.rglob("*")] if path.is_file()
    }


@pytest.mark.parametrize("work", [pytest.param(dying.of_an_item, marks=pytest.mark.slow), dying.of_memory])
def test_a_cluster_rejects_the_items_that_kill(
    wire: Path, tmp_path: Path, scheduler: str, work: Callable[..., Done]
) -> None:
    packed(wire, tmp_path / "out", work, scheduler=scheduler)
    packed(wire, tmp_path / "two", work)
    assert contents(tmp_path / "out") == contents(tmp_path / "two")


def test_a_worker_that_would_write_other_bytes_is_refused(
    wire: Path, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = deciding() | {"ftfy": "0.1"}
    monkeypatch.setattr(cluster, "deciding", lambda: ours)
    with pytest.raises(ArchiverError, match=r"would write other bytes: it has ftfy [0-9.]+ and not 0\.1;"):
        pack([wire], tmp_path / "out", CONFIG, scheduler=scheduler)
    assert [path.name for path in tmp_path.iterdir()] == [wire.name]


def nothing(_job: Job) -> None:
    """Work that is never done."""


@pytest.mark.parametrize(
    ("marked", "path", "digest", "error", "said"),
    [
        (False, "", None, CannotWrite, "does not see the work folder .*nowhere: OUT has to stand in a folder"),
        (True, "/nowhere/wire.jsonl", None, CannotRead, "does not see the source /nowhere/wire.jsonl: all workers"),
        (
            True,
            "/nowhere/stdin",
            "sha256:",
            CannotRead,
            "see standard input, which is kept in /nowhere/st.*TMPDIR",
        ),
    ],
)
def test_a_worker_that_does_not_see_the_files_is_refused(
    tmp_path: Path, scheduler: str, marked: bool, path: str, digest: Digest | None, error: type[Exception], said: str
) -> None:
    folder = tmp_path if marked else tmp_path / "nowhere"
    (tmp_path / "archiver-work.json").touch()
    shard = Shard(index=0, slices=(Slice(path=path, name="wire.jsonl", kind="jsonl", size=7, digest=digest),))
    job = Job(shard=shard, config=CONFIG, folder=folder)
    with connected(scheduler, print) as engine, pytest.raises(error, match=said):
        engine.executor.submit(nothing, job).result()


def test_a_worker_that_sees_another_file_of_the_name_is_refused(tmp_path: Path, scheduler: str) -> None:
    (tmp_path / "archiver-work.json").touch()
    (tmp_path / "wire.jsonl").write_bytes(b"{}\n")
    path = str(tmp_path / "wire.jsonl")
    stamps = (Stamp(changed=7, size=3),)
    shard = Shard(index=0, slices=(Slice(path=path, name="wire.jsonl", kind="jsonl", size=3, stamps=stamps),))
    job = Job(shard=shard, config=CONFIG, folder=tmp_path)
    with connected(scheduler, print) as engine, pytest.raises(CannotRead, match=r"sees another .*wire\.jsonl than"):
        engine.executor.submit(nothing, job).result()


class Elsewhere(InProcess):
    """Workers who are others than we, and who may not open the files of some names; nor may we those of others."""

    def __init__(self, patch: pytest.MonkeyPatch, *, theirs: Collection[str], ours: Collection[str]) -> None:
        self._theirs, self._closed, self.calls = theirs, ours, 0
        plain = Path.open

        def opened(path: Path, *args: Any, **options: Any) -> Any:
            if path.name in self._closed:
                raise PermissionError(13, "Permission denied", str(path))
            return plain(path, *args, **options)

        patch.setattr(Path, "open", opened)
        patch.setattr(cluster, "_here", lambda: "the Dask worker at tcp://x")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        ours, self._closed = self._closed, self._theirs
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            self._closed = ours


ONE_SHARD = replace(CONFIG, shard_size=10_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of a shard."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"The pier is gone, said {name}.\n", encoding="utf-8")
    return folder


def packed_by(workers: Executor, folder: Path, out: Path, patch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What the workers make of a folder."""
    calls = Cluster(cluster._Calls(workers, "tcp://x"), window=lambda: 1, alive=lambda: True)
    patch.setattr("archiver.pack.run.connected", lambda _address, _note: nullcontext(calls))
    pack([folder], out, ONE_SHARD, scheduler="tcp://x")
    return contents(out)


@pytest.mark.parametrize("ours", [(), ("a.txt",)])
def test_a_worker_that_may_not_read_a_source_is_refused_where_we_may(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: Collection[str]
) -> None:
    """The package would lack what this one worker may not read."""
    workers = Elsewhere(monkeypatch, theirs=("a.txt", "b.txt"), ours=ours)
    said = (
        rf"tcp://x does not see the source \S+{'b' if ours else 'a'}\.txt: .* allowed to read it \(Permission denied\)"
    )
    with pytest.raises(CannotRead, match=said):
        packed_by(workers, folder, tmp_path / "out", monkeypatch)
    assert not (tmp_path / "out").exists()


def test_a_source_that_nobody_may_read_is_rejected_as_on_one_machine(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Elsewhere(monkeypatch, theirs=("a.txt", "b.txt"), ours=("a.txt", "b.txt"))
    made = packed_by(workers, folder, tmp_path / "out", monkeypatch)
    report = pack([folder], tmp_path / "here", ONE_SHARD)
    assert made == contents(tmp_path / "here")
    assert report.counts["items"] == {"archived": 1, "duplicate": 0, "rejected": 2}
    assert workers.calls == 2


def closed_at_first(_ours: object, closed: frozenset[str], work: Any) -> int:
    """What workers do of whom each may not open a file, and who are told that nobody may."""
    for name in ("/nowhere/a", "/nowhere/b"):
        if name not in closed:
            raise cluster.ClosedError({name: "it is open to you"})
    return int(work.args[0].shard.index)


def test_workers_are_told_what_nobody_may_read(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_fit", closed_at_first)
    jobs = [Job(shard=Shard(index=index, slices=()), config=CONFIG, folder=Path()) for index in range(3)]
    with connected(scheduler, print) as engine:
        assert list(in_order(engine.executor, nothing, jobs, window=2)) == [0, 1, 2]


def test_a_cluster_without_workers_is_said_and_said_again() -> None:
    class Empty:
        threads: ClassVar[dict[str, int]] = {}

        def nthreads(self) -> dict[str, int]:
            return self.threads

    notes: list[str] = []
    client = Empty()
    pulse = cluster._Pulse(client, "tcp://x", notes.append)
    assert [pulse.alive() for _ in range(cluster.SILENT + 1)] == [False] * (cluster.SILENT + 1)
    assert len(notes) == 2
    assert "tcp://x has no worker any more" in notes[0]
    client.threads["w"] = 1
    assert pulse.alive()


def test_what_a_callback_raises_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster._Calls, "_named", lambda _self, _error: 1 // 0)
    future, done = Future[Any](), Future[Any]()
    done.set_exception(KeyError())
    cluster._Calls(None, "tcp://x")._pass_on(future, partial(nothing), frozenset(), done)  # type: ignore[arg-type]
    assert isinstance(future.exception(0), ZeroDivisionError)


def test_a_call_that_is_cancelled_is_cancelled_on_the_cluster() -> None:
    inner: Future[Any] = Future()
    calls = mock.Mock(submit=mock.Mock(return_value=inner))
    assert cluster._Calls(calls, "tcp://x").submit(nothing, None).cancel()
    assert inner.cancelled()


def test_the_window_grows_with_the_cluster(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LEAST", 1)
    with connected(scheduler, print) as engine:
        assert engine.window() == 4


def test_a_scheduler_that_goes_is_said() -> None:
    class Gone:
        def nthreads(self) -> dict[str, int]:
            raise CommClosedError

    with pytest.raises(ArchiverError, match="the Dask scheduler at tcp://x is gone"):
        cluster._window(Gone(), "tcp://x")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "127.0.0.1:x", "tls://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "TIMEOUT", 0.5)
    with pytest.raises(CannotRead, match=f"no Dask scheduler can be reached at {address}: "):
        connected(address, print).__enter__()


@pytest.fixture
def other_service(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of what takes connections, and greets with some bytes and no more."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection = stack.enter_context(server.accept()[0])
                    connection.sendall(request.param)

        thread = Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    "other_service",
    [b"", b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(8), b"\xff" * 64],
    indirect=True,
    ids=["silent", "ssh", "http", "zeros", "ones"],
)
def test_a_service_that_is_no_scheduler_is_said(other_service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "TIMEOUT", 0.5)
    with pytest.raises(CannotRead, match=f"no Dask scheduler can be reached at {other_service}: what listens there"):
        connected(other_service, print).__enter__()


def test_what_has_to_be_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Missing, match=r"pip install 'archiver\[dask\]'"):
        connected("tcp://127.0.0.1:1", print).__enter__()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CommClosedError("closed"), "the Dask scheduler at tcp://x is gone"),
        (CancelledError(), "the Dask scheduler at tcp://x is gone, or has given the work up"),
        (ModuleNotFoundError("No module named 'archiver'"), "has no archiver, or another one"),
        (RuntimeError("Error during deserialization of the task graph."), "has no archiver, or another one"),
        (ZeroDivisionError("a bug"), "a bug"),
    ],
)
def test_what_a_cluster_raises_has_its_sentence(error: Exception, said: str) -> None:
    calls = cluster._Calls(None, "tcp://x")  # type: ignore[arg-type]
    assert said in str(calls._named(error))
