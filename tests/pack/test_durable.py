"""A file stands whole under its name, or not at all."""

import errno
from pathlib import Path

import pytest

from archiver.pack.durable import replacing, settle, write
from tests.pack.faults import Disk, failing


def test_the_name_is_given_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with replacing(target) as stream:
        stream.write(b"x")
        assert not target.exists()
    settle(tmp_path)
    assert target.read_bytes() == b"x"
    assert list(tmp_path.iterdir()) == [target]


def write_half(target: Path, error: type[BaseException]) -> None:
    with replacing(target) as stream:
        stream.write(b"half")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_nothing_and_what_stood_there_stays(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a"
    write(target, b"before")
    with pytest.raises(error):
        write_half(target, error)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_that_fails_too_does_not_hide_why_the_writing_ended(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with failing(Disk(tmp_path, fails=1, error=errno.EIO, lasting=True)) as disk, pytest.raises(KeyboardInterrupt):
        write_half(target, KeyboardInterrupt)
    assert disk.calls == [("open", disk.calls[0][1]), ("write", disk.calls[0][1]), ("unlink", disk.calls[0][1])]
    assert not target.exists()
