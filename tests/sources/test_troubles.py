"""A file that cannot be read by its own fault is a finding; where the disk fails all ends, and nothing is rejected."""

import errno
import gzip
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from archiver.errors import CannotRead
from archiver.model import Metadata
from archiver.sources.captures import captures
from archiver.sources.plan import plan
from archiver.sources.shards import Shard
from archiver.storage import Entry, Listing, Status

OF_ONE = (errno.EACCES, errno.EPERM, errno.ELOOP)
OF_ALL = (
    *(errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.ETIMEDOUT, errno.EHOSTDOWN),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM),
)
Codes = list[tuple[str, list[str]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of each way of reading."""
    (tmp_path / "a.txt").write_bytes(b"Rain.")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"Rain."))
    (tmp_path / "c.jsonl").write_bytes(b'{"text": "Rain."}\n' * 9)
    (tmp_path / "d.json").write_bytes(b'[{"text": "Rain."}]')
    pq.write_table(pa.table({"text": ["Rain."]}), tmp_path / "e.parquet")
    (tmp_path / "f.txt").write_bytes(b"Rain.")
    (tmp_path / "f.meta.json").write_bytes(b"{}")
    return tmp_path


NAMES = ("a.txt", "b.txt.gz", "c.jsonl", "d.json", "e.parquet", "f.meta.json")


def error(number: int, path: Any) -> OSError:
    return OSError(number, os.strerror(number), str(path))


def refusing(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    """Let the file of that name not be opened."""
    whole = Path.open

    def opened(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == name:
            raise error(number, path)
        return whole(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)


def read(folder: Path) -> Codes:
    return captured(plan([folder]))


def captured(shards: Iterable[Shard]) -> Codes:
    found = (capture for shard in shards for capture in captures(shard, Metadata()))
    return [(capture.name, [finding.code for finding in capture.trouble]) for capture in found]


@pytest.mark.parametrize("number", OF_ONE)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_may_not_be_read_is_one_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    sound = read(folder)
    refusing(monkeypatch, name, number)
    owner, code = ("f.txt", "W115") if name == "f.meta.json" else (name, "E109")
    expected = dict(sound) | {owner: [code]}
    assert dict(read(folder)) == expected


@pytest.mark.parametrize("number", OF_ONE)
@pytest.mark.parametrize("name", ["c.jsonl", "e.parquet"])
def test_a_file_of_many_ranges_that_may_not_be_read_is_one_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    shards = list(plan([folder / name], shard_size=40))
    assert all(piece.is_range for shard in shards for piece in shard.slices)
    refusing(monkeypatch, name, number)
    assert captured(plan([folder / name], shard_size=40)) == [(name, ["E109"])]
    for shard in shards:
        # Other ranges of it may be packed: what is in this one is not to be lost in silence.
        with pytest.raises(CannotRead, match=rf"{name} cannot be read: {os.strerror(number)}"):
            captured([shard])


@pytest.mark.parametrize("number", OF_ALL)
@pytest.mark.parametrize("name", NAMES)
def test_where_the_disk_fails_nothing_is_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    refusing(monkeypatch, name, number)
    with pytest.raises(CannotRead, match=rf"{name} cannot be read: {os.strerror(number)}; that may be no fault"):
        read(folder)


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_file_that_has_gone_since_the_plan_may_have_gone_with_its_disk(folder: Path, name: str) -> None:
    shards = list(plan([folder]))
    (folder / name).unlink()
    with pytest.raises(CannotRead, match=f"{name} was there when the run began, and is gone"):
        captured(shards)


@pytest.mark.parametrize("number", [*OF_ONE, *OF_ALL])
@pytest.mark.parametrize(("name", "reads"), [("a.txt", "streams._plain"), ("b.txt.gz", "streams._gzip")])
def test_what_cannot_be_read_on_is_never_the_file_s_own_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, reads: str, number: int
) -> None:
    def fail(_limit: int) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"archiver.sources.{reads}", lambda _: fail)
    with pytest.raises(CannotRead, match=rf"{name} cannot be read: "):
        read(folder / name)


class _Failing(io.FileIO):
    """A file whose first bytes can be read, and no more."""

    left = 1

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size) or b""


def test_rows_that_the_disk_does_not_give_are_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = pa.table({"text": [f"{number} " * 200 for number in range(1000)]})
    pq.write_table(large, tmp_path / "e.parquet", compression="none")
    shards = list(plan([tmp_path / "e.parquet"]))
    monkeypatch.setattr(Path, "open", lambda path, *_, **__: _Failing(path))
    with pytest.raises(CannotRead, match=r"e\.parquet cannot be read: Input/output error"):
        list(captures(shards[0], Metadata()))


@pytest.mark.parametrize("number", OF_ALL)
@pytest.mark.parametrize(("module", "call"), [("os", "scandir"), ("archiver.sources.walk", "scan")])
def test_a_folder_that_the_disk_does_not_list_ends_the_plan(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, module: str, call: str
) -> None:
    def fail(path: str) -> Listing:
        raise error(number, path)

    monkeypatch.setattr(f"{module}.{call}", fail)
    with pytest.raises(CannotRead, match=f"{folder} cannot be read: {os.strerror(number)}"):
        read(folder)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(errno.ELOOP, None), (errno.EACCES, None), (errno.EIO, CannotRead), (errno.ESTALE, CannotRead)],
)
def test_a_file_that_cannot_be_looked_at_is_left_to_its_reader_or_ends_the_plan(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, outcome: type[Exception] | None
) -> None:
    whole = Entry.stat

    def unseen(entry: Entry) -> os.stat_result | Status:
        if entry.name == "a.txt":
            raise error(number, entry.path)
        return whole(entry)

    monkeypatch.setattr(Entry, "stat", unseen)
    if outcome:
        with pytest.raises(outcome, match=r"a\.txt cannot be read: "):
            list(plan([folder]))
        return
    (shard,) = plan([folder])
    assert [piece.stamps[0] is None for piece in shard.slices] == [piece.name == "a.txt" for piece in shard.slices]
