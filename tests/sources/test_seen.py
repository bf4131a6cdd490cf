"""Whether a file still is what the plan saw of it: its time, its length, and its sidecar's."""

import errno
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.errors import CannotRead
from archiver.model import Metadata
from archiver.sources.captures import captures
from archiver.sources.plan import plan
from archiver.sources.seen import changed, check
from archiver.sources.shards import Shard, Slice
from archiver.storage import AHEAD, place

LINE = b'{"text": "Rain."}\n'


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """JSON Lines of several ranges, with a sidecar."""
    (tmp_path / "wire.jsonl").write_bytes(LINE * 100)
    (tmp_path / "wire.meta.json").write_bytes(b"{}")
    for path in tmp_path.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    return tmp_path / "wire.jsonl"


def planned(*sources: Path) -> list[Slice]:
    return [piece for shard in plan(sources, shard_size=500) for piece in shard.slices]


def test_what_was_left_alone_is_what_it_was(wire: Path) -> None:
    (wire.parent / "nowhere.txt").symlink_to("gone")
    (wire.parent / "empty.txt").touch()
    for sources in ([wire.parent], [wire]):
        pieces = planned(*sources)
        assert len(pieces) >= 4
        assert [path for piece in pieces for path in changed(piece)] == []
        check(pieces)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "was changed, or has gone, since the run began"),
        (errno.ENOTDIR, "was changed, or has gone, since the run began"),
        (errno.ESTALE, "cannot be read: Stale file handle"),
        (errno.EIO, "cannot be read: Input/output error"),
    ],
)
def test_what_cannot_be_looked_at_any_more_is_not_what_it_was(
    wire: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """As where a mount is gone, or one may not enter it any more."""
    pieces = planned(wire)

    def fail(path: Path, **_: object) -> os.stat_result:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(CannotRead, match=rf"wire\.jsonl {said}"):
        check(pieces)


def rewritten(path: Path, data: bytes, time: int) -> None:
    path.write_bytes(data)
    os.utime(path, ns=(time, time))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda path: rewritten(path, LINE * 101, 10**18), "wire.jsonl"),
        (lambda path: rewritten(path, LINE * 99, 10**18), "wire.jsonl"),
        (lambda path: rewritten(path, b"", 10**18), "wire.jsonl"),
        (lambda path: rewritten(path, LINE[::-1] * 100, 10**18 + 1), "wire.jsonl"),
        (lambda path: rewritten(path, LINE * 100, 10**18 - 1), "wire.jsonl"),
        (lambda path: path.unlink(), "wire.jsonl"),
        (lambda path: rewritten(path.with_suffix(".meta.json"), b"{ }", 10**18), "wire.meta.json"),
        (lambda path: path.with_suffix(".meta.json").unlink(), "wire.meta.json"),
    ],
)
def test_what_was_changed_is_found_by_every_slice(wire: Path, change: Callable[[Path], None], what: str) -> None:
    pieces = planned(wire.parent)
    change(wire)
    assert [list(changed(piece)) for piece in pieces] == [[str(wire.with_name(what))]] * len(pieces)
    with pytest.raises(CannotRead, match=f"{what} was changed, or has gone, since the run began"):
        check(pieces)


@pytest.mark.parametrize(("size", "is_told"), [(AHEAD, False), (AHEAD + 1, True), (4 * AHEAD, True), (0, True)])
@pytest.mark.parametrize(
    "change",
    [lambda path: rewritten(path, LINE[::-1] * 100, 2 * 10**18), lambda path: path.unlink()],
    ids=["rewritten", "gone"],
)
def test_an_object_of_several_requests_is_not_changed_while_it_is_read(
    wire: Path, change: Callable[[Path], None], size: int, *, is_told: bool
) -> None:
    """The size is what a list says, which may say nothing of it."""
    (piece,) = (piece for shard in plan([place(f"local://{wire}")]) for piece in shard.slices)
    found = captures(Shard(index=0, slices=(replace(piece, size=size),)), Metadata())
    next(found)
    change(wire)
    with pytest.raises(CannotRead, match="was changed, or has gone, while it was read") if is_told else nullcontext():
        list(found)


@pytest.mark.parametrize("size", [0, AHEAD, AHEAD + 1])
def test_an_object_that_was_left_alone_is_read(wire: Path, size: int) -> None:
    (piece,) = (piece for shard in plan([place(f"local://{wire}")]) for piece in shard.slices)
    assert len(list(captures(Shard(index=0, slices=(replace(piece, size=size),)), Metadata()))) == 100
