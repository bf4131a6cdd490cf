"""Whatever call to the disk fails: nothing half-made stands at OUT, the run says so, and it can be taken up again."""

import errno
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver.errors import CannotWrite
from archiver.pack.config import Config
from archiver.pack.run import pack
from tests.pack.faults import Disk, failing
from tests.pack.test_run import contents

CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=300)
NAMES = ("out", "out.wacz")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two shards, with a line that is rejected."""
    path = tmp_path_factory.mktemp("sources") / "wire.jsonl"
    texts: list[object] = ["The pier is gone.", 7, "The pier is back. " * 12, "The pier â€œstandsâ€\x9d."]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def calls(source: Path, out: Path, *, overwrite: bool = False) -> list[tuple[str, str]]:
    """What a run does to the disk."""
    with failing(Disk(out.parent)) as disk:
        pack([source], out, CONFIG, overwrite=overwrite)
    return disk.calls


def survived(source: Path, out: Path, whole: dict[str, bytes], disk: Disk, stood: dict[str, bytes] | None) -> None:
    """A run whose disk fails, and then the run that takes it up; where a package stood, it does until the new one."""
    said = ""
    with failing(disk):
        try:
            pack([source], out, CONFIG, overwrite=stood is not None)
            assert out.exists()
        except CannotWrite as error:
            said = str(error)
    assert disk.has_failed
    if out.exists():
        assert contents(out) in (whole, stood)
    else:
        assert stood is None or "the next run puts it back" in said
    pack([source], out, CONFIG, resume=True, overwrite=stood is not None)
    assert contents(out) == whole
    assert [path.name for path in out.parent.iterdir()] == [out.name]


FAULTS = [(errno.ENOSPC, False), (errno.EIO, True)]
PARTS = 32


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("error", "lasting"), FAULTS)
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
def test_any_call_may_fail(source: Path, tmp_path: Path, name: str, error: int, lasting: bool, part: int) -> None:
    """One call alone, or the disk from there on. All parts together are all calls."""
    (tmp_path / "whole").mkdir()
    number = len(calls(source, tmp_path / "whole" / name))
    whole = contents(tmp_path / "whole" / name)
    for fails in range(part, number, PARTS):
        folder = tmp_path / str(fails)
        folder.mkdir()
        survived(source, folder / name, whole, Disk(folder, fails=fails, error=error, lasting=lasting), None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("error", "lasting"), FAULTS)
def test_a_name_that_cannot_be_given_leaves_the_old_package(
    source: Path, tmp_path: Path, name: str, error: int, lasting: bool
) -> None:
    """What stands at OUT is the old package or the new one; where the disk takes nothing any more, it is said where."""
    old, out = tmp_path / "old.jsonl", tmp_path / "out" / name
    old.write_text('{"text": "The old pier."}\n', encoding="utf-8")
    out.parent.mkdir()
    pack([old], out, CONFIG)
    stood = contents(out)
    done = calls(source, out, overwrite=True)
    whole = contents(out)
    work = f".{name}.work/stage"
    named = [
        index for index, call in enumerate(done) if call[0] == "rename" or call == ("replace", f"{work}/package.wacz")
    ]
    for fails in range(named[0], named[-1] + 2):
        pack([old], out, CONFIG, overwrite=True)
        survived(source, out, whole, Disk(out.parent, fails=fails, error=error, lasting=lasting), stood)


def files(done: Sequence[tuple[str, str]], name: str) -> set[str]:
    """The files of a kind of call, by the names that they have in the end."""
    return {re.sub(r"\.[0-9a-f]+-[0-9]+-[0-9]+\.part$", "", path) for call, path in done if call == name}


@pytest.mark.parametrize("name", NAMES)
def test_a_receipt_comes_after_all_that_it_speaks_of(source: Path, tmp_path: Path, name: str) -> None:
    """A file's bytes are on the disk before it has its name, and its name before the receipt is begun."""
    done = calls(source, tmp_path / name)
    work = f".{name}.work"
    begun = [index for index, call in enumerate(done) if call[0] == "open" and f"{work}/receipts/" in call[1]]
    assert len(begun) == 2
    for start, end in zip((0, begun[0]), begun, strict=True):
        shard = done[start:end]
        opened = {path for path in files(shard, "open") if not path.endswith(("json", "receipts/00000"))}
        assert opened
        for path in opened:
            moments = [index for index, call in enumerate(shard) if call[1].startswith(f"{path}.")]
            assert [shard[index][0] for index in moments][-2:] == ["fsync", "replace"]
            assert ("fsync", str(Path(path).parent)) in shard[moments[-1] :]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_name_comes_after_the_package_and_only_then_is_the_work_cleared(
    source: Path, tmp_path: Path, name: str, overwrite: bool
) -> None:
    if overwrite:
        pack([source], tmp_path / name, CONFIG)
    done = calls(source, tmp_path / name, overwrite=overwrite)
    work = f".{name}.work"
    final = ("replace", f"{work}/stage/package.wacz") if name.endswith(".wacz") else ("rename", f"{work}/stage")
    named = done.index(final)
    assert done[named + 1] == ("fsync", "")
    assert {call for call, _ in done[named + 2 :]} == {"unlink", "rmdir"}
    own = ("stage", "merging")  # what the assembly makes and clears for itself
    assert not any(
        call in ("unlink", "rmdir") and not path.startswith(tuple(f"{work}/{each}" for each in own))
        for call, path in done[:named]
    )
    assert files(done[:named], "write") <= files(done[:named], "fsync")
    folders = {str(Path(path).parent) for path in files(done, "open") if "/stage/" in path}
    lasting = {path for call, path in done[:named] if call == "fsync"}
    assert name.endswith(".wacz") or folders <= lasting
