"""A file stands whole under its name, or not at all."""

from pathlib import Path

import pytest

from archiver.pack.durable import replacing, settle, write


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
