"""The work folder of a run: beside OUT, so that giving the name is a rename; ours alone, and one run's at a time."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from archiver.errors import UsedWrongly
from archiver.pack.job import FOLDERS

MARK = "archiver-work.json"
REPLACED = "replaced"


def work_folder(out: Path) -> Path:
    """Where a run for `out` keeps what it has finished."""
    return out.with_name(f".{out.name}.work")


def is_begun(folder: Path) -> bool:
    """Whether a shard is finished in a work folder."""
    return any((folder / "receipts").glob("[0-9]*[0-9]"))


def begun_at(out: Path) -> str | None:
    """The packaging time of a run for `out` that was broken off; to go on with it, it has to be the same again."""
    try:
        mark = orjson.loads((work_folder(out) / MARK).read_bytes())
    except (OSError, ValueError):
        return None
    created = mark.get("created") if isinstance(mark, dict) else None
    return created if isinstance(created, str) else None


@contextmanager
def held(out: Path, created: str, *, resume: bool) -> Iterator[Path]:
    """The work folder for `out`, held by this run alone; without `resume`, empty.

    Raises UsedWrongly where another run holds it, or where what stands there is none of ours. OSError passes.
    """
    folder = work_folder(out)
    _check_ours(folder)
    folder.mkdir(exist_ok=True)
    with (folder / MARK).open("a+b") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsedWrongly(f"another run is writing {out} at this moment; it works in {folder}") from error
        _put_back(folder, out)
        if not resume:
            _clear(folder)
        # Written in place: a file of the same name that replaced it would not be the one that is locked.
        mark.truncate(0)
        mark.write(orjson.dumps({"created": created}, option=orjson.OPT_APPEND_NEWLINE))
        mark.flush()
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True)
        try:
            yield folder
        finally:
            if not is_begun(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _check_ours(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not (folder / MARK).is_file()):
        raise UsedWrongly(f"{folder}, where this run would work, is there already and not of its making; move it away")


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name != MARK:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def give_name(finished: Path, out: Path, folder: Path) -> None:
    """Give `finished` the name `out`. What stood there steps aside into the work folder, and goes with it."""
    if out.exists():
        out.rename(folder / REPLACED)
    finished.rename(out)


def _put_back(folder: Path, out: Path) -> None:
    """A run that was killed between the two renames left the old package aside and nothing under its name."""
    aside = folder / REPLACED
    if aside.exists() and not out.exists():
        aside.rename(out)
