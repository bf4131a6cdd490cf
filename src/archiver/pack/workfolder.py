"""The work folder of a run: beside OUT, so that giving the name is a rename; ours alone, and one run's at a time.

Where OUT is a URL, it stands in the current folder. The shards may be kept apart from it, at a path or URL that the
workers of a cluster share. A folder that stands elsewhere than beside OUT is called after the whole of OUT.

Its mark says whose it is, and is locked where it is a file. Beside the shards `RUN` says which run they are of: a
worker of a run that was given up looks there before it gives anything its name, and finds another run, or none.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from archiver.errors import ArchiverError, CannotWrite, Unreachable, UsedWrongly
from archiver.pack.durable import remove_parts, settle, write
from archiver.pack.job import FOLDERS, Job
from archiver.pack.mark import MARK, locked, put, read, terms_of, to_bytes
from archiver.sources.kinds import printable
from archiver.storage import Place, Remote, files, place

RUN = "run"
REPLACED = "replaced"


class Work(NamedTuple):
    """Where a run works: `folder` holds its mark and the package in the making, `shards` what is finished of it."""

    folder: Path
    shards: Place

    def finished(self) -> int:
        """How many shards are finished. Raises OSError, Unreachable."""
        if isinstance(self.shards, Remote):
            with suppress(FileNotFoundError):  # what some stores say of a prefix that no object has
                return len(files(self.shards / "receipts"))
            return 0
        return sum(1 for _ in (self.shards / "receipts").glob("[0-9]*[0-9]"))


def work_of(out: Place, shared: Place | None = None) -> Work:
    """Where a run for `out` works, where its shards are to be kept in `shared`."""
    folder = work_folder(out)
    return Work(folder, shared / _apart(out) if shared else folder)


def work_folder(out: Place) -> Path:
    """Where a run for `out` puts its package together."""
    return Path(_apart(out)) if isinstance(out, Remote) else out.with_name(f".{out.name}.work")


def _apart(out: Place) -> str:
    """What a folder is called that does not stand beside `out`: another package may have the same last name."""
    return f".{out.name}-{sha256(os.fsencode(_whole(out))).hexdigest()[:16]}.work"


def _whole(out: Place) -> str:
    return str(out if isinstance(out, Remote) else out.parent.resolve() / out.name)


def absolute(where: Place) -> Place:
    """The place for those who stand in another folder."""
    return where if isinstance(where, Remote) else where.absolute()


def begun_at(out: Place) -> str | None:
    """The packaging time of a run for `out` that was broken off; to go on with it, it has to be the same again."""
    created = terms_of(work_folder(out)).get("created")
    return created if isinstance(created, str) else None


@contextmanager
def held(
    out: Place,
    terms: Mapping[str, object],
    *,
    resume: bool,
    overwrite: bool = False,
    shared: Place | None = None,
    run: str = "",
) -> Iterator[Work]:
    """Where to work for `out`, held by `run` alone; without `resume`, empty. It goes when the block ends well.

    `terms` are the options and the software that decide what the shards are, by name.

    Raises UsedWrongly where another run holds it, where what stands there is none of ours, and where a run that was
    broken off has finished shards that are neither to be thrown away (`overwrite`) nor to be taken up (`resume`), or
    cannot be: for other `terms`, or with another `shared`. OSError passes.
    """
    work = work_of(out, shared)
    for folder in {work.folder, work.shards}:
        _check_ours(folder)
    kept = _name(shared)
    said = {"terms": dict(terms), "kept": kept}
    with locked(work.folder, out) as mark, ExitStack() as locks:
        _put_back(work.folder, out)
        with _gone_if_refused(work.folder):
            _leave_elsewhere(work, out, kept, is_wanted=overwrite and not resume)
            write_marks: list[Callable[[], None]] = [partial(put, mark, said)]
            if work.shards != work.folder:
                write_marks.append(_hold_shards(work.shards, out, said, locks))
            if resume:
                _check_terms(work, out, terms)
            else:
                _clear(work, out, overwrite=overwrite)
        for write_mark in write_marks:
            write_mark()
        _lay_out(work, run)
        is_done = False
        try:
            yield work
            is_done = True
        finally:
            _leave(work, run, is_done=is_done)


def _lay_out(work: Work, run: str) -> None:
    _make_folders(work)
    write(work.shards / RUN, run.encode())
    for folder in dict.fromkeys((work.folder, work.shards)):
        settle(folder)
        settle(folder.parent)


def _leave(work: Work, run: str, *, is_done: bool) -> None:
    """Take away the run's name, and all else where the run is done, or leaves nothing that a later one could use."""
    ours = work
    if not _is_own(work.shards, run):
        if work.shards == work.folder:
            return
        ours = Work(work.folder, work.folder)
    with suppress(OSError, Unreachable):
        (ours.shards / RUN).unlink(missing_ok=True)
    if is_done or not _is_of_use(work):
        _remove(ours.shards, ours.folder)


def _is_of_use(work: Work) -> bool:
    """Whether a shard is finished, or a package stands aside; where that cannot be told, it is taken to be so."""
    with suppress(OSError, Unreachable):
        return work.finished() > 0 or (work.folder / REPLACED).exists()
    return True


@contextmanager
def _gone_if_refused(folder: Path) -> Iterator[None]:
    """A work folder that was made for the run goes again where the run is refused: it has a mark that says nothing."""
    try:
        yield
    except UsedWrongly:
        if [(path.name, path.stat().st_size) for path in folder.iterdir()] == [(MARK, 0)]:
            _remove(folder)
        raise


def _hold_shards(shards: Place, out: Place, said: dict[str, Any], locks: ExitStack) -> Callable[[], None]:
    """Shards that are kept apart have a mark too: for the workers to know them by, and for whom they are.

    Gives what writes it.
    """
    said = said | {"out": printable(_whole(out))}
    if isinstance(shards, Path):
        shards.parent.mkdir(parents=True, exist_ok=True)
        # Where there are no locks it is as in an object store: the last of several runs has it, as RUN says.
        mark = locks.enter_context(locked(shards, out, is_needed=False))
        _check_same(shards, out)
        return partial(put, mark, said)
    _check_same(shards, out)
    return partial(write, shards / MARK, to_bytes(said))


def _check_same(shards: Place, out: Place) -> None:
    kept = read(shards)
    if kept and not _is_for(kept, out):
        raise UsedWrongly(f"{shards} holds the shards of another package, {kept.get('out')}; name another --work")


def _is_for(mark: dict[str, Any], out: Place) -> bool:
    return mark.get("out") == printable(_whole(out))


def _name(shared: Place | None) -> str:
    """What a mark calls the place where shards are kept apart; nothing where they are not."""
    if shared is None:
        return ""
    return printable(str(shared).rstrip("/") if isinstance(shared, Remote) else str(shared.resolve()))


def _leave_elsewhere(work: Work, out: Place, kept: str, *, is_wanted: bool) -> None:
    """Shards that an earlier run keeps at another place are given up where that is wanted; else raises UsedWrongly.

    A place that has some for `out` is no other: it may have been moved, or be reached by another name.
    """
    before = read(work.folder).get("kept", kept)
    if before == kept or (kept and _is_for(read(work.shards), out)):
        return
    if not is_wanted:
        where = f"{before}: give --work {before}" if before else f"{work.folder}: leave --work out"
        raise UsedWrongly(
            f"a run for {out} that was broken off keeps what it has finished in {where}, or let --overwrite begin anew"
        )
    _remove(*_elsewhere(work.folder, out))


def _elsewhere(folder: Path, out: Place) -> Iterator[Place]:
    """Where the mark says that shards are kept apart, if a mark there says that they are for `out`."""
    kept = read(folder).get("kept")
    with suppress(OSError, ArchiverError):
        if isinstance(kept, str) and kept and _is_for(read(place(kept) / _apart(out)), out):
            yield place(kept) / _apart(out)


def _check_terms(work: Work, out: Place, now: Mapping[str, Any]) -> None:
    """Raise UsedWrongly where shards are finished that were made with other options or software than `now`."""
    before = terms_of(work.shards)
    others = [name for name in before if name in now and to_bytes(before[name]) != to_bytes(now[name])]
    kept = others and _finished(work, out)
    if kept:
        said = ", ".join(f"{name} was {before[name]!r} and is {now[name]!r}" for name in others)
        raise UsedWrongly(
            f"{kept}, which cannot be taken up with other options or software ({said}); "
            "let them be the same, or --overwrite without --resume begin anew"
        )


def _finished(work: Work, out: Place) -> str:
    """What is to be said where shards are finished; nothing where none is."""
    finished = work.finished()
    shards = "1 finished shard" if finished == 1 else f"{finished:,} finished shards"
    return f"{work.shards} holds {shards} of a run for {out} that was broken off" if finished else ""


def is_held(job: Job) -> bool:
    """Whether the job's run still is the one that works in its folder.

    Raises CannotWrite where the folder does not say which it is; OSError passes.
    """
    try:
        return _is_of(job.folder, job.run)
    except FileNotFoundError as error:
        message = (
            f"the work folder {job.folder} is gone, or has been cleared, while this run worked in it; "
            "if it comes back, --resume goes on with what is finished there"
        )
        raise CannotWrite(message) from error


def _is_of(shards: Place, run: str) -> bool:
    return (shards / RUN).read_bytes() == run.encode()


def _is_own(shards: Place, run: str) -> bool:
    """Whether what stands there is the run's to take away; it is not where that cannot be told."""
    with suppress(OSError, Unreachable):
        return _is_of(shards, run)
    return False


def clear_away(out: Place, shared: Place | None = None) -> None:
    """Remove what a run left that was killed when its package stood already. OSError passes."""
    work = work_of(out, shared)
    if work.folder.is_dir() and _is_ours(work.folder):
        with locked(work.folder, out):
            _remove(work.shards, *_elsewhere(work.folder, out), work.folder)


def _make_folders(work: Work) -> None:
    if isinstance(work.shards, Path):
        for name in FOLDERS:
            (work.shards / name).mkdir(exist_ok=True)
            remove_parts(work.shards / name)


def _is_ours(folder: Place) -> bool:
    """Ours has its mark, or nothing at all: a run may be killed before it makes its mark, or after it took it away."""
    is_link = isinstance(folder, Path) and folder.is_symlink()
    return not is_link and (not folder.exists() or (folder / MARK).is_file() or not files(folder))


def _check_ours(folder: Place) -> None:
    if not _is_ours(folder):
        raise UsedWrongly(f"{folder}, where this run would work, is there already and not of its making; move it away")


def _clear(work: Work, out: Place, *, overwrite: bool) -> None:
    """Take away what an earlier run left; of finished shards only where that is wanted. Raises UsedWrongly."""
    kept = not overwrite and _finished(work, out)
    if kept:
        raise UsedWrongly(f"{kept}; --resume goes on with it, --overwrite begins anew")
    _empty(work.folder)
    if work.shards != work.folder:
        _empty(work.shards)


def _empty(folder: Place) -> None:
    """Take away all but the mark."""
    if isinstance(folder, Remote):
        with suppress(FileNotFoundError):  # nothing was there
            for name in files(folder):
                if name != MARK:
                    (folder / name).unlink(missing_ok=True)
        return
    for entry in folder.iterdir():
        if entry.name != MARK:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _remove(*folders: Place) -> None:
    """Their marks go last: what is left where this fails, or the process is killed, is still known as ours."""
    for folder in dict.fromkeys(folders):
        with suppress(OSError, Unreachable):
            _empty(folder)
            (folder / MARK).unlink()
            folder.rmdir()


def give_name(finished: Path, out: Path, folder: Path) -> None:
    """Give `finished` the name `out`. A file is replaced in one step; a folder steps aside into the work folder.

    It goes with that, or comes back at once where the new one cannot have the name. Raises OSError; and CannotWrite
    where the old one cannot come back either: the next run for `out` begins with that.
    """
    if finished.is_file():
        finished.replace(out)
        return
    aside = folder / REPLACED
    if out.exists():
        out.rename(aside)
    try:
        finished.rename(out)
    except BaseException as error:
        _come_back(aside, out, error)
        raise


def _come_back(aside: Path, out: Path, reason: BaseException) -> None:
    try:
        if aside.exists() and not out.exists():
            aside.rename(out)
    except OSError:
        message = (
            f"cannot write: {reason}; the package that stood at {out} is {aside} now, and the next run puts it back"
        )
        raise CannotWrite(message) from reason


def _put_back(folder: Path, out: Place) -> None:
    """A run that was killed between the two renames left the old package aside and nothing under its name.

    Where the new one has the name already, the old one may go.
    """
    aside = folder / REPLACED
    if isinstance(out, Path) and aside.exists():
        if out.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(out)
