"""A worker that dies: its shard is done again, and the items that kill are rejected; all else is archived."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import ArchiverError
from archiver.pack import recovery
from archiver.pack.config import Config
from archiver.pack.job import Job
from archiver.pack.run import Done, pack, unfinished
from archiver.pack.watch import Watch
from archiver.package.open import open_package
from archiver.sources.shards import Shard
from archiver.verify.verify import verify
from tests.pack import dying
from tests.pack.test_run import contents

CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=1750)


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """A file of three shards, with two deadly items in one of them and one in another."""
    path = tmp_path / "wire.jsonl"
    deadly = {1, 3, 6}
    texts = [f"The pier {number} is {'DEADLY' if number in deadly else 'gone'}. {'x' * 300}" for number in range(12)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


class Notes(Watch):
    """Remembers what was noted."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


def packed(wire: Path, out: Path, work: Callable[..., Done], *, jobs: int = 2, **options: Any) -> list[str]:
    """Pack with workers that do `work`, and give the notes."""
    watch = Notes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.pack.run.work_on", work)
        pack([wire], out, CONFIG, jobs=jobs, watch=watch, **options)
    return watch.notes


def test_a_shard_whose_worker_was_killed_is_done_again(wire: Path, tmp_path: Path) -> None:
    pack([wire], tmp_path / "whole", CONFIG)
    notes = packed(wire, tmp_path / "out", dying.once)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert len(notes) == 1
    assert "the shard is done again" in notes[0]


@pytest.mark.parametrize(("work", "jobs"), [(dying.of_an_item, 2), (dying.of_memory, 2), (dying.of_memory, 1)])
def test_items_that_kill_are_rejected_and_all_else_is_archived(
    wire: Path, tmp_path: Path, work: Callable[..., Done], jobs: int
) -> None:
    notes = packed(wire, tmp_path / "two", work, jobs=jobs)
    package = open_package(tmp_path / "two")
    rejected = list(package.rejections())
    lines = wire.read_bytes().splitlines(keepends=True)
    places = [sum(map(len, lines[:number])) for number in (1, 3, 6)]
    assert [row["source"]["offset"] for row in rejected] == places
    assert {finding["code"] for row in rejected for finding in row["findings"]} == {"E126"}
    assert package.run()["counts"]["items"] == {"archived": 9, "duplicate": 0, "rejected": 3}
    assert [note.split(": ")[1] for note in notes if "are rejected" in note] == [
        "2 of 6 items are rejected, each ends a process",
        "1 of 5 items are rejected, each ends a process",
    ]
    assert list(verify(tmp_path / "two")) == []


@pytest.mark.slow
def test_a_run_that_is_taken_up_again_outlives_its_items(wire: Path, tmp_path: Path) -> None:
    """An item that ends the only process ends the run; to take it up again finds the item."""
    packed(wire, tmp_path / "two", dying.of_an_item)
    packed(wire, tmp_path / "one", dying.of_an_item, jobs=1, resume=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("work", [dying.of_large_shards, dying.always])
def test_a_death_that_no_item_explains_ends_the_run(wire: Path, tmp_path: Path, work: Callable[..., Done]) -> None:
    source = tmp_path / "one.jsonl"
    source.write_bytes(b"".join(wire.read_bytes().splitlines(keepends=True)[:3]))
    with pytest.raises(ArchiverError, match="none of its items does so by itself"):
        packed(source, tmp_path / "out", work, resume=True)
    assert not (tmp_path / "out").exists()
    assert unfinished(tmp_path / "out") is None


def test_what_cannot_even_be_read_is_named(wire: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.pack.run.count_items", dying.of_reading)
    with pytest.raises(ArchiverError, match=r"reading .*wire\.jsonl ends every process that does so, before any"):
        packed(wire, tmp_path / "out", dying.always)


class Mortal:
    """Stands for the one process: dies, or lacks memory, where a job has all of one of the `deadly` sets of items."""

    def __init__(self, *deadly: set[int], error: type[Exception] = BrokenExecutor) -> None:
        self.deadly = deadly
        self.error = error
        self.calls = 0

    def submit(self, work: Callable[[Job], int], job: Job) -> Future[int]:
        self.calls += 1
        future: Future[int] = Future()
        items = set(range(*job.only)) if job.only else set()
        if any(each <= items for each in self.deadly):
            future.set_exception(self.error())
        else:
            future.set_result(work(job))
        return future


@pytest.mark.parametrize(
    ("deadly", "found"),
    [([{0}], [0]), ([{99}], [99]), ([{3}, {4}, {60}], [3, 4, 60]), ([{3, 4}], []), ([{10, 90}], []), ([], [])],
)
@pytest.mark.parametrize("error", [BrokenExecutor, MemoryError])
def test_bisecting_finds_exactly_the_items_that_kill_by_themselves(
    deadly: list[set[int]], found: list[int], error: type[Exception]
) -> None:
    mortal = Mortal(*deadly, error=error)
    job = Job(shard=Shard(index=0, slices=()), config=CONFIG, folder=Path())
    assert list(_deadly(mortal, job)) == found
    assert mortal.calls <= 2 * 7 * max(len(deadly), 1)


def _deadly(mortal: Mortal, job: Job) -> Iterator[int]:
    return recovery._deadly(mortal, lambda _: 0, job, range(100))  # type: ignore[arg-type]
