"""The work folder of a run: beside OUT, so that giving the name is a rename; ours alone, and one run's at a time.

Where OUT is a URL, it stands in the current folder. The shards may be kept apart from it, at a path or URL that the
workers of a cluster share.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from archiver.errors import Unreachable, UsedWrongly
from archiver.pack.durable import remove_parts, settle, write
from archiver.pack.job import FOLDERS
from archiver.storage import Place, Remote, files

MARK = "archiver-work.json"
REPLACED = "replaced"


class Work(NamedTuple):
    """Where a run works: `folder` holds its mark and the package in the making, `shards` what is finished of it."""

    folder: Path
    shards: Place

    def is_begun(self) -> bool:
        """Whether a shard is finished. Raises Unreachable."""
        if isinstance(self.shards, Remote):
            return bool(files(self.shards / "receipts"))
        return any((self.shards / "receipts").glob("[0-9]*[0-9]"))


def work_of(out: Place, shared: Place | None = None) -> Work:
    """Where a run for `out` works, where its shards are to be kept in `shared`."""
    folder = work_folder(out)
    return Work(folder, shared / folder.name if shared else folder)


def work_folder(out: Place) -> Path:
    """Where a run for `out` puts its package together."""
    name = f".{out.name}.work"
    return Path(name) if isinstance(out, Remote) else out.with_name(name)


def begun_at(out: Place) -> str | None:
    """The packaging time of a run for `out` that was broken off; to go on with it, it has to be the same again."""
    try:
        mark = orjson.loads((work_folder(out) / MARK).read_bytes())
    except (OSError, ValueError):
        return None
    created = mark.get("created") if isinstance(mark, dict) else None
    return created if isinstance(created, str) else None


@contextmanager
def held(out: Place, created: str, *, resume: bool, shared: Place | None = None) -> Iterator[Work]:
    """Where to work for `out`, held by this run alone; without `resume`, empty. It goes when the block ends well.

    Raises UsedWrongly where another run holds it, or where what stands there is none of ours. OSError passes.
    """
    work = work_of(out, shared)
    for folder in {work.folder, work.shards}:
        _check_ours(folder)
    with _locked(work.folder, out) as mark:
        _put_back(work.folder, out)
        if isinstance(work.shards, Path):
            work.shards.mkdir(parents=True, exist_ok=True)
        if not resume:
            _clear(work)
        said = orjson.dumps({"created": created}, option=orjson.OPT_APPEND_NEWLINE)
        _write_mark(mark, said)
        _make_folders(work, said)
        settle(work.folder)
        settle(work.folder.parent)
        is_done = False
        try:
            yield work
            is_done = True
        finally:
            if is_done or not work.is_begun():
                _remove(work)


def clear_away(out: Place, shared: Place | None = None) -> None:
    """Remove what a run left that was killed when its package stood already. OSError passes."""
    work = work_of(out, shared)
    if (work.folder / MARK).is_file() and not work.folder.is_symlink():
        with _locked(work.folder, out):
            _remove(work)


def _make_folders(work: Work, said: bytes) -> None:
    """The folders of the shards; where these are kept apart they have a mark too, for the workers to know them by."""
    if isinstance(work.shards, Path):
        for name in FOLDERS:
            (work.shards / name).mkdir(exist_ok=True)
            remove_parts(work.shards / name)
    if work.shards != work.folder:
        write(work.shards / MARK, said)


@contextmanager
def _locked(folder: Path, out: Place) -> Iterator[BinaryIO]:
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


def _check_ours(folder: Place) -> None:
    """Ours has its mark, or nothing at all: a run may be killed before it makes its mark."""
    is_link = isinstance(folder, Path) and folder.is_symlink()
    if is_link or (folder.exists() and not (folder / MARK).is_file() and files(folder)):
        raise UsedWrongly(f"{folder}, where this run would work, is there already and not of its making; move it away")


def _clear(work: Work) -> None:
    _empty(work.folder)
    if work.shards != work.folder:
        _empty(work.shards)


def _empty(folder: Place) -> None:
    """Take away all but the mark."""
    if isinstance(folder, Remote):
        for name in files(folder):
            if name != MARK:
                (folder / name).unlink(missing_ok=True)
        return
    for entry in folder.iterdir():
        if entry.name != MARK:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _remove(work: Work) -> None:
    """The marks go last: what is left where this fails, or the process is killed, is still known as ours."""
    for folder in dict.fromkeys((work.shards, work.folder)):
        with suppress(OSError, Unreachable):
            _empty(folder)
            (folder / MARK).unlink()
            if isinstance(folder, Path):
                folder.rmdir()


def give_name(finished: Path, out: Path, folder: Path) -> None:
    """Give `finished` the name `out`. What stood there steps aside into the work folder, and goes with it."""
    if out.exists():
        out.rename(folder / REPLACED)
    finished.rename(out)


def _put_back(folder: Path, out: Place) -> None:
    """A run that was killed between the two renames left the old package aside and nothing under its name."""
    aside = folder / REPLACED
    if isinstance(out, Path) and aside.exists() and not out.exists():
        aside.rename(out)
