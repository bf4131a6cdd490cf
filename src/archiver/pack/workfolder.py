"""The work folder of a run: beside OUT, so that giving the name is a rename; ours alone, and one run's at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from archiver.errors import UsedWrongly
from archiver.pack.durable import remove_parts, settle
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
    """The work folder for `out`, held by this run alone; without `resume`, empty. It goes when the block ends well.

    Raises UsedWrongly where another run holds it, or where what stands there is none of ours. OSError passes.
    """
    folder = work_folder(out)
    _check_ours(folder)
    with _locked(folder, out) as mark:
        _put_back(folder, out)
        if not resume:
            _clear(folder)
        _write_mark(mark, orjson.dumps({"created": created}, option=orjson.OPT_APPEND_NEWLINE))
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True)
            remove_parts(folder / name)
        settle(folder)
        settle(folder.parent)
        is_done = False
        try:
            yield folder
            is_done = True
        finally:
            if is_done or not is_begun(folder):
                _remove(folder)


def clear_away(out: Path) -> None:
    """Remove what a run left that was killed when its package stood already. OSError passes."""
    folder = work_folder(out)
    if (folder / MARK).is_file() and not folder.is_symlink():
        with _locked(folder, out):
            _remove(folder)


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[BinaryIO]:
    """The mark of the work folder, open and locked."""
    while True:
        folder.mkdir(exist_ok=True)
        with (folder / MARK).open("a+b") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"another run is writing {out} at this moment; it works in {folder}"
                raise UsedWrongly(message) from error
            if _is_at(mark, folder / MARK):
                yield mark
                return


def _is_at(mark: BinaryIO, path: Path) -> bool:
    """Whether the open file is still the one of that name: a run that ended meanwhile took its mark away."""
    try:
        return os.path.samestat(os.fstat(mark.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _write_mark(mark: BinaryIO, said: bytes) -> None:
    """In place: a file of the same name that replaced it would not be the one that is locked.

    Where it has to change nothing is finished in the folder that hangs on it, so a run may be killed here too.
    """
    mark.seek(0)
    if mark.read() != said:
        mark.truncate(0)
        mark.write(said)
        mark.flush()
        os.fsync(mark.fileno())


def _check_ours(folder: Path) -> None:
    """Ours has its mark, or nothing at all: a run may be killed before it makes its mark."""
    if folder.is_symlink() or (folder.exists() and not (folder / MARK).is_file() and any(folder.iterdir())):
        raise UsedWrongly(f"{folder}, where this run would work, is there already and not of its making; move it away")


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name != MARK:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _remove(folder: Path) -> None:
    """The mark goes last: what is left where this fails, or the process is killed, is still known as ours."""
    with suppress(OSError):
        _clear(folder)
        (folder / MARK).unlink()
        folder.rmdir()


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
