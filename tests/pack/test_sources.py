"""Sources that change or fail while they are packed: no package is made of them, and the run can be taken up."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.errors import CannotRead
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.pack.watch import Watch
from tests.pack.test_run import contents

CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=2000)
LINES = [json.dumps({"text": f"Rain fell on day {number}, and nobody was surprised."}) + "\n" for number in range(200)]


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """JSON Lines of several shards."""
    (tmp_path / "wire.jsonl").write_text("".join(LINES), encoding="utf-8")
    return tmp_path / "wire.jsonl"


class Meddling(Watch):
    """Calls `meddle` when the plan is made, or when so many items are done."""

    def __init__(self, meddle: Callable[[], object], items: int = 0) -> None:
        self._meddle, self._left = meddle, items

    def stage(self, name: str) -> None:
        if name == "shards" and not self._left:
            self._meddle()

    def progressed(self, size: int, items: int, rejected: int) -> None:
        self._left -= items
        if self._left <= 0 < self._left + items:
            self._meddle()


def cut(path: Path) -> None:
    path.write_text("".join(LINES[:90]), encoding="utf-8")


def grown(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(LINES[:7])


def put_first(path: Path) -> None:
    """A line before all others: every cut falls elsewhere."""
    path.write_text("".join([LINES[7], *LINES]), encoding="utf-8")


@pytest.mark.parametrize(("jobs", "items"), [(1, 0), (1, 50), (2, 0)])
@pytest.mark.parametrize("change", [cut, grown, put_first])
def test_lines_of_a_file_that_changes_are_not_lost(
    wire: Path, tmp_path: Path, change: Callable[[Path], None], jobs: int, items: int
) -> None:
    out = tmp_path / "out"
    with pytest.raises(
        CannotRead, match=r"wire\.jsonl was changed, or has gone, since the run began; let it be"
    ) as told:
        pack([wire], out, CONFIG, jobs=jobs, watch=Meddling(lambda: change(wire), items))
    assert ("; what is finished is kept in" in str(told.value)) == (items > 0)
    assert not out.exists()
    pack([wire], out, CONFIG, resume=True)
    pack([wire], tmp_path / "whole", CONFIG)
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_goes_is_not_rejected(tmp_path: Path, jobs: int) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_bytes(b"The pier is gone.")
    config = replace(CONFIG, shard_size=1)
    with pytest.raises(CannotRead, match=r"2\.txt was there when the run began, and is gone"):
        pack([folder], tmp_path / "out", config, jobs=jobs, watch=Meddling((folder / "2.txt").unlink))
    assert pack([folder], tmp_path / "out", config, resume=True).counts["items"] == {
        "archived": 1,
        "duplicate": 1,
        "rejected": 0,
    }


def test_a_mount_that_fails_while_it_is_read_rejects_nothing(
    wire: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.open

    def opened(path: Path, *args: object, **kwargs: object) -> object:
        if path == wire:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))
        return whole(path, *args, **kwargs)  # type: ignore[call-overload]

    def fail() -> None:
        monkeypatch.setattr(Path, "open", opened)

    out = tmp_path / "out"
    said = r"wire\.jsonl cannot be read: Stale file handle; .*; what is finished is kept in .*, and --resume goes on"
    with pytest.raises(CannotRead, match=said):
        pack([wire], out, CONFIG, watch=Meddling(fail, 50))
    monkeypatch.undo()
    assert not out.exists()
    pack([wire], out, CONFIG, resume=True)
    pack([wire], tmp_path / "whole", CONFIG)
    assert contents(out) == contents(tmp_path / "whole")
