"""The work folder of a run: whose it is, what becomes of it, and what is said where it vanishes or cannot be locked."""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from archiver.errors import ArchiverError, CannotWrite, UsedWrongly
from archiver.pack.config import Config
from archiver.pack.job import Job, deciding
from archiver.pack.mark import MARK
from archiver.pack.run import pack, unfinished
from archiver.pack.watch import Watch
from archiver.pack.workfolder import RUN, Work, begun_at, held, is_held, work_folder, work_of
from archiver.package.open import open_package
from archiver.sources.shards import Shard
from tests.pack.test_run import TERMS, contents, sources

__all__ = ["sources"]
CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=150)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of three shards."""
    path = tmp_path / "wire.jsonl"
    texts = [f"The pier is gone, said {number} of the people who were asked. " + "x" * 40 for number in range(3)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


class Meddling(Watch):
    """Does something when the first item is done."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        self._meddle: Callable[[], object] | None = meddle

    def progressed(self, size: int, items: int, rejected: int) -> None:
        if items and self._meddle:
            meddle, self._meddle = self._meddle, None
            meddle()


class Finished(Watch):
    """Remembers what each shard took; None where it was finished before."""

    def __init__(self) -> None:
        self.took: list[Mapping[str, float] | None] = []

    def finished(self, seconds: Mapping[str, float] | None, items: int) -> None:
        self.took.append(seconds)


def broken_off(source: Path, out: Path, **options: Any) -> Path:
    """A run that ends before its package is put together; gives where its shards are."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.pack.run.assemble", full)
        with pytest.raises(CannotWrite, match="--resume goes on"):
            pack([source], out, CONFIG, **options)
    kept = unfinished(out, options.get("shared"))
    assert isinstance(kept, Path)
    return kept


def directory(work: Path) -> None:
    """Make the mark of the run what cannot be read, for anyone."""
    (work / RUN).unlink()
    (work / RUN).mkdir()


@pytest.mark.parametrize(
    ("meddle", "error", "said"),
    [
        (shutil.rmtree, CannotWrite, r"^the work folder \S+/\.out\.work is gone, or has been cleared"),
        (lambda work: (work / RUN).unlink(), CannotWrite, r"^the work folder \S+/\.out\.work is gone, or has been"),
        (directory, CannotWrite, r"^cannot write: Is a directory \(\S+/\.out\.work/run\)"),
        (lambda work: (work / RUN).write_bytes(b"other"), UsedWrongly, r"^another run works in \S+/\.out\.work by now"),
    ],
)
def test_a_work_folder_that_is_lost_is_not_taken_for_another_run_s(
    source: Path, tmp_path: Path, meddle: Callable[[Path], object], error: type[ArchiverError], said: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(error, match=said) as caught:
        pack([source], out, CONFIG, watch=Meddling(lambda: meddle(work_folder(out))))
    assert type(caught.value) is error
    assert not out.exists()


def test_what_another_run_has_by_now_is_not_taken_away(source: Path, tmp_path: Path) -> None:
    work = work_folder(tmp_path / "out")
    with pytest.raises(UsedWrongly):
        pack([source], tmp_path / "out", CONFIG, watch=Meddling(lambda: (work / RUN).write_bytes(b"other")))
    assert (work / RUN).read_bytes() == b"other"


def test_shards_that_another_run_has_by_now_stay_and_the_own_folder_goes(source: Path, tmp_path: Path) -> None:
    out, shared = tmp_path / "out", tmp_path / "kept"
    mark = Path(str(work_of(out, shared).shards)) / RUN
    with pytest.raises(UsedWrongly, match="another run works in"):
        pack([source], out, CONFIG, shared=shared, watch=Meddling(lambda: mark.write_bytes(b"other")))
    assert mark.read_bytes() == b"other"
    assert not work_folder(out).exists()


def unreadable(_: Work) -> int:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def broken_off_unseen(out: Path, patch: pytest.MonkeyPatch) -> None:
    """A run that ends where nobody can tell what is finished of it."""
    with held(out, TERMS, resume=True):
        patch.setattr(Work, "finished", unreadable)
        raise InterruptedError


def test_what_cannot_be_counted_is_kept_and_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InterruptedError):
        broken_off_unseen(tmp_path / "out", monkeypatch)
    assert begun_at(tmp_path / "out") == CONFIG.created


def test_whether_a_job_s_run_holds_its_folder_is_known_or_raised(tmp_path: Path) -> None:
    job = Job(shard=Shard(index=0, slices=()), config=CONFIG, folder=tmp_path, run="first")
    with pytest.raises(CannotWrite, match="is gone"):
        is_held(job)
    (tmp_path / RUN).write_bytes(b"first")
    assert is_held(job)
    assert not is_held(replace(job, run="second"))


@pytest.mark.parametrize("shared", [None, "kept"])
def test_finished_shards_are_not_thrown_away_unasked(source: Path, tmp_path: Path, shared: str | None) -> None:
    options = {"shared": tmp_path / shared} if shared else {}
    out = tmp_path / "out"
    shards = broken_off(source, out, **options)
    before = {name: data for name, data in contents(shards).items() if name != MARK}
    with pytest.raises(UsedWrongly, match=r"holds 3 finished shards of .*--resume .*, --overwrite begins"):
        pack([source], out, replace(CONFIG, created="2025-01-01T00:00:00Z"), **options)  # type: ignore[arg-type]
    assert {name: data for name, data in contents(shards).items() if name != MARK} == before
    assert begun_at(out) == CONFIG.created
    watch = Finished()
    pack([source], out, CONFIG, resume=True, watch=watch, **options)  # type: ignore[arg-type]
    assert watch.took == [None, None, None]
    pack([source], tmp_path / "whole", CONFIG)
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("shared", [None, "kept"])
def test_finished_shards_are_thrown_away_where_that_is_asked_for(
    source: Path, tmp_path: Path, shared: str | None
) -> None:
    options = {"shared": tmp_path / shared} if shared else {}
    shards = broken_off(source, tmp_path / "out", **options)
    anew = replace(CONFIG, created="2025-01-01T00:00:00Z")
    pack([source], tmp_path / "out", anew, overwrite=True, **options)  # type: ignore[arg-type]
    pack([source], tmp_path / "whole", anew)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert not shards.exists()


@pytest.mark.parametrize("shared", [None, "kept"])
@pytest.mark.parametrize(
    ("options", "software", "said"),
    [
        ({"title": "Wire"}, {}, r"title was None and is 'Wire'"),
        ({"shard_size": 160, "name": "b"}, {}, r"name was 'articles' and is 'b', shard_size was 150 and is 160"),
        ({"created": "2025-01-01T00:00:00Z"}, {}, r"created was '2024\S+' and is '2025\S+'"),
        ({"fields": (("text", "body"),)}, {}, r"fields was \[\] and is \(\('text', 'body'\),\)"),
        ({}, {"ftfy": "0.1"}, r"ftfy was '6\S+' and is '0.1'"),
    ],
)
def test_finished_shards_of_other_options_or_software_are_not_thrown_away_by_resuming(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shared: str | None,
    options: dict[str, Any],
    software: dict[str, str],
    said: str,
) -> None:
    out, place = tmp_path / "out", tmp_path / shared if shared else None
    shards = broken_off(source, out, shared=place)
    before = contents(shards)
    for overwrite in (False, True):  # of a run that replaces a package
        with monkeypatch.context() as patch:
            patch.setattr("archiver.pack.spool.deciding", lambda shard: deciding(shard) | software)
            with pytest.raises(UsedWrongly, match=rf"holds 3 finished shards of .*options or software \({said}\); let"):
                pack([source], out, replace(CONFIG, **options), resume=True, overwrite=overwrite, shared=place)
        assert contents(shards) == before
    watch = Finished()
    pack([source], out, CONFIG, resume=True, shared=place, watch=watch)
    assert watch.took == [None, None, None]


def test_where_no_shard_is_finished_a_run_that_resumes_may_have_other_options(source: Path, tmp_path: Path) -> None:
    """It was killed before the first of them was."""
    out = tmp_path / "out"
    work_folder(out).mkdir()
    (work_folder(out) / MARK).write_text(json.dumps({"terms": {"created": CONFIG.created}}))
    pack([source], out, replace(CONFIG, created="2025-01-01T00:00:00Z"), resume=True)
    assert open_package(out).run()["created"] == "2025-01-01T00:00:00Z"


PLACES = [
    (None, "kept", r"keeps what it has finished in \S+/\.out\.work: leave --work out, or let --overwrite"),
    ("kept", None, r"keeps what it has finished in (\S+/kept): give --work \1, or let --overwrite"),
    ("kept", "other", r"keeps what it has finished in (\S+/kept): give --work \1, or let --overwrite"),
]


@pytest.mark.parametrize(("first", "second", "said"), PLACES)
def test_finished_shards_that_are_kept_at_another_place_are_not_forgotten(
    source: Path, tmp_path: Path, first: str | None, second: str | None, said: str
) -> None:
    out, places = tmp_path / "out", [tmp_path / name if name else None for name in (first, second)]
    shards = broken_off(source, out, shared=places[0])
    before = contents(shards)
    for resume, overwrite in ((False, False), (True, False), (True, True)):
        with pytest.raises(UsedWrongly, match=said):
            pack([source], out, CONFIG, shared=places[1], resume=resume, overwrite=overwrite)
    assert contents(shards) == before
    assert begun_at(out) == CONFIG.created
    watch = Finished()
    pack([source], out, CONFIG, shared=places[0], resume=True, watch=watch)
    assert watch.took == [None, None, None]


@pytest.mark.parametrize(("first", "second", "said"), PLACES)
def test_finished_shards_that_are_kept_at_another_place_go_where_that_is_asked_for(
    source: Path, tmp_path: Path, first: str | None, second: str | None, said: str
) -> None:
    assert said
    out, places = tmp_path / "out", [tmp_path / name if name else None for name in (first, second)]
    broken_off(source, out, shared=places[0])
    pack([source], out, CONFIG, shared=places[1], overwrite=True)
    left = {path for path in tmp_path.iterdir() if path not in (source, out, *places)}
    assert left == {below for place in places if place and place.exists() for below in place.iterdir()} == set()


def test_the_place_is_the_same_however_it_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off(source, tmp_path / "out", shared=tmp_path / "kept")
    monkeypatch.chdir(tmp_path)
    watch = Finished()
    pack([source], "out", CONFIG, shared="kept", resume=True, watch=watch)
    assert watch.took == [None, None, None]


@pytest.mark.parametrize("is_linked", [False, True])
def test_the_place_may_have_been_moved(source: Path, tmp_path: Path, is_linked: bool) -> None:
    broken_off(source, tmp_path / "out", shared=tmp_path / "kept")
    (tmp_path / "kept").rename(tmp_path / "moved")
    if is_linked:
        (tmp_path / "kept").symlink_to("moved")
    watch = Finished()
    place = tmp_path / ("kept" if is_linked else "moved")
    pack([source], tmp_path / "out", CONFIG, shared=place, resume=True, watch=watch)
    assert watch.took == [None, None, None]


@pytest.mark.parametrize("marked", [{}, {MARK: b"{}"}, {MARK: b'{"out": "/elsewhere/out"}'}])
def test_only_shards_of_the_package_are_taken_away_elsewhere(
    source: Path, tmp_path: Path, marked: dict[str, bytes]
) -> None:
    """A mark may name any folder."""
    out = tmp_path / "out"
    broken_off(source, out)
    (work_folder(out) / MARK).write_text(json.dumps({"kept": str(tmp_path / "dear")}))
    dear = Path(str(work_of(out, tmp_path / "dear").shards))
    dear.mkdir(parents=True)
    for name, data in (marked | {"dear.txt": b""}).items():
        (dear / name).write_bytes(data)
    pack([source], out, CONFIG, overwrite=True)
    assert contents(dear) == marked | {"dear.txt": b""}


def test_when_the_package_stands_what_is_kept_elsewhere_goes_too(source: Path, tmp_path: Path) -> None:
    """The run that made it was killed before it could take that away."""
    out = tmp_path / "out"
    broken_off(source, out, shared=tmp_path / "kept")
    pack([source], tmp_path / "whole", CONFIG)
    (tmp_path / "whole").rename(out)
    assert pack([source], out, CONFIG, resume=True).has_stood
    assert not work_folder(out).exists()
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_refused_run_leaves_no_work_folder_that_was_made_for_it(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shards lie elsewhere, and this is another machine than that on which they were begun."""
    out = tmp_path / "out"
    broken_off(source, out, shared=tmp_path / "kept")
    shutil.rmtree(work_folder(out))
    with pytest.raises(UsedWrongly, match="holds 3 finished shards"):
        pack([source], out, CONFIG, shared=tmp_path / "kept")
    assert not work_folder(out).exists()
    assert work_of(out, tmp_path / "kept").finished() == 3


def test_what_a_killed_run_left_without_a_finished_shard_is_cleared(source: Path, tmp_path: Path) -> None:
    work = work_folder(tmp_path / "out")
    (work / "archive").mkdir(parents=True)
    (work / "archive" / "left.part").write_bytes(b"half")
    (work / MARK).write_bytes(b"{}")
    pack([source], tmp_path / "out", CONFIG)
    assert not work.exists()


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_is_held_by_one(tmp_path: Path, resume: bool) -> None:
    with held(tmp_path / "out", TERMS, resume=resume), pytest.raises(UsedWrongly, match="another run is"):
        held(tmp_path / "out", TERMS, resume=resume).__enter__()
    assert list(tmp_path.iterdir()) == []


def without_locks(monkeypatch: pytest.MonkeyPatch, number: int, where: Path) -> None:
    """Let the file system below `where` refuse to lock, with an error of that number."""
    locked = fcntl.flock

    def flock(file: BinaryIO, how: int) -> None:
        if where in Path(file.name).absolute().parents:
            raise OSError(number, os.strerror(number))
        locked(file, how)

    monkeypatch.setattr("archiver.pack.mark.fcntl.flock", flock)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = sorted(tmp_path.iterdir())
    without_locks(monkeypatch, number, tmp_path)
    with pytest.raises(
        CannotWrite, match=rf"has no locks \({os.strerror(number)}\), by which two runs for .*--work may"
    ):
        pack([sources], tmp_path / "out", CONFIG)
    assert sorted(tmp_path.iterdir()) == before
    work_folder(tmp_path / "out").mkdir()
    (work_folder(tmp_path / "out") / "archiver-work.json").write_bytes(b"{}\n")
    with pytest.raises(CannotWrite, match="has no locks"):
        pack([sources], tmp_path / "out", CONFIG)
    assert (work_folder(tmp_path / "out") / "archiver-work.json").read_bytes() == b"{}\n"


def test_a_lock_that_fails_otherwise_is_said_as_it_is(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch, errno.EIO, tmp_path)
    with pytest.raises(CannotWrite, match=f"cannot write: {os.strerror(errno.EIO)}"):
        pack([sources], tmp_path / "out", CONFIG)


def test_shards_may_be_kept_where_there_are_no_locks(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack([sources], tmp_path / "plain", CONFIG)
    without_locks(monkeypatch, errno.ENOSYS, tmp_path / "shared")
    pack([sources], tmp_path / "out", CONFIG, shared=tmp_path / "shared")
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")
    assert list((tmp_path / "shared").iterdir()) == []
