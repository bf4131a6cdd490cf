"""The work folder, where the file system cannot do what is asked of it."""

import errno
import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from archiver.errors import CannotWrite
from archiver.pack.run import pack
from archiver.pack.workfolder import work_folder
from tests.pack.test_run import CONFIG, contents, sources

__all__ = ["sources"]


def without_locks(monkeypatch: pytest.MonkeyPatch, number: int, where: Path) -> None:
    """Let the file system below `where` refuse to lock, with an error of that number."""
    locked = fcntl.flock

    def flock(file: BinaryIO, how: int) -> None:
        if where in Path(file.name).absolute().parents:
            raise OSError(number, os.strerror(number))
        locked(file, how)

    monkeypatch.setattr("archiver.pack.workfolder.fcntl.flock", flock)


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
