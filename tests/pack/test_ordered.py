"""Lines come back sorted, all of them, whether they were held in memory or put by."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import CannotWrite
from archiver.pack import ordered
from archiver.pack.config import Config
from archiver.pack.ordered import Ordered
from archiver.pack.run import pack
from archiver.storage import Remote
from tests.pack.test_run import contents

lines = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b" ") + b"\n"), max_size=40)


@given(lines, st.integers(1, 12), st.integers(1, 9))
def test_the_order_is_that_of_the_bytes(given_lines: list[bytes], held: int, read: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "_HELD", held)
        patch.setattr(ordered, "_READ", read)
        kept = Ordered(Remote("s3://nowhere"))
        for line in given_lines:
            kept.add(line)
        assert list(kept) == sorted(given_lines)
        kept.close()


def test_little_is_in_memory_and_nothing_beside_the_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "_HELD", 10)
    kept = Ordered(tmp_path)
    for number in range(1005):
        kept.add(b"%d\n" % (number * 7919 % 1005))
        assert len(kept._held) < 10
    assert list(tmp_path.iterdir()) == []
    assert sorted(map(int, kept)) == list(range(1005))
    kept.close()


def test_the_package_is_the_same_however_many_lines_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "wire.jsonl"
    source.write_text("".join(f'{{"text": "Day {number % 90} of rain."}}\n' for number in range(100)), encoding="utf-8")
    config = Config(created="2024-05-06T07:08:09Z")
    pack([source], tmp_path / "held", config)
    monkeypatch.setattr(ordered, "_HELD", 7)
    pack([source], tmp_path / "put-by", config)
    assert contents(tmp_path / "put-by") == contents(tmp_path / "held")


class Full:
    """A file on a disk that is full; what it could not write it tries to write once more when it is closed."""

    def writelines(self, _lines: Sequence[bytes] = ()) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    close = writelines


@pytest.mark.parametrize(
    ("is_here", "error", "said"),
    [
        (True, OSError, "No space left on device"),
        (False, CannotWrite, "the index cannot be kept in a temporary file: No space left on device .*TMPDIR names"),
    ],
)
def test_a_full_disk_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_here: bool, error: type[Exception], said: str
) -> None:
    monkeypatch.setattr(ordered, "_HELD", 1)
    monkeypatch.setattr("archiver.pack.durable.TemporaryFile", lambda **_: Full())
    kept = Ordered(tmp_path if is_here else Remote("s3://bucket/shards"))
    with pytest.raises(error, match=said):
        kept.add(b"line\n")
    kept.close()


def test_a_file_that_is_cut_off_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "_HELD", 2)
    kept = Ordered(tmp_path)
    kept.add(b"one\n")
    kept.add(b"two\n")
    assert kept._file is not None
    kept._file._stream.truncate(3)
    with pytest.raises(OSError, match="has lost its end"):
        list(kept)
    kept.close()
