"""Where a package and a run's report may be written: nothing of the user's is packed into itself, or replaced.

An object store has no rename. A package of one file is one object, which stands when all of it was sent; of a bag's
objects those are sent last that make it a package, so that what stands before is none.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from archiver.errors import CannotWrite, Unreachable, UsedWrongly
from archiver.pack.durable import replacing, write
from archiver.pack.workfolder import work_folder, work_of
from archiver.package import layout
from archiver.storage import Place, Remote, files

# Without the first nothing here reads it, without the second nobody takes it for a bag (RFC 8493 section 2.1.1).
HEADS = (f"data/{layout.DATAPACKAGE}", "bagit.txt")
_CHUNK = 1 << 20


def check(out: Place, sources: Sequence[Place], shared: Place | None = None) -> None:
    """Raise UsedWrongly where a package at `out` would harm a source or something that is no package.

    So would its shards, where they are kept in `shared`.
    """
    _check_name(out)
    if isinstance(out, Path):
        _check_folder(out)
    if shared:
        _check_shared(shared, out, sources)
    for source in sources:
        _check_apart(out, source)
        if isinstance(out, Path):
            _check_apart(work_folder(out), source)
    if out.exists():
        _check_replaceable(out)


def check_report(report: Place, out: Place, sources: Iterable[Place], *, may_replace: bool) -> None:
    """Raise UsedWrongly where a run's report at `report` would harm something, CannotWrite where it cannot be there."""
    _check_name(out)
    others = (("the package", out), ("the work folder", work_folder(out)), *(("the source", each) for each in sources))
    for what, other in others:
        if _within(report).startswith(_within(other)):
            raise UsedWrongly(f"the report {report} would stand in the place of {what} {other}, or in it; name another")
    if isinstance(report, Path):
        _check_parent(report)
    if report.exists() and not report.is_file():
        raise UsedWrongly(f"{report} is no file that a report could replace; name another place")
    if report.exists() and not may_replace:
        raise UsedWrongly(f"the report {report} exists; --overwrite replaces it")


def _check_parent(file: Path) -> None:
    folder = file.absolute().parent
    if not folder.is_dir():
        raise UsedWrongly(f"the folder {file.parent}, in which {file.name} should stand, does not exist; make it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(f"nothing can be written in {file.parent}, where {file.name} should stand")


def _check_folder(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        raise UsedWrongly(f"the folder {out.parent}, in which {out.name} should stand, does not exist; make it first")
    if out.is_symlink():
        raise UsedWrongly(
            f"{out} is a symbolic link, which a package would replace and not follow; name the place that is meant"
        )


def _check_name(out: Place) -> None:
    name = out.name.lower()
    if name in {"", "..", "-"}:
        raise UsedWrongly(
            f"{out} is no name for a package; name a folder that is to be made, or a file ending in .wacz"
        )
    if isinstance(out, Remote) and out.parent.url.endswith(":/"):
        raise UsedWrongly(f"{out} is a whole bucket; name a place in it, such as {out}/articles.wacz")
    if name.endswith((".zip", ".wacz")) and out.suffix != ".wacz":
        raise UsedWrongly(f"{out}: a package in one file is a WACZ; name it {out.name.rpartition('.')[0]}.wacz")
    if name.endswith((".warc", ".warc.gz")):
        raise UsedWrongly(
            f"{out}: a package is more than a WARC file; name a folder, whose data/archive/ then holds the WARC files, "
            "or a file ending in .wacz"
        )


def _check_apart(out: Place, source: Place) -> None:
    target, origin = _within(out), _within(source)
    if target.startswith(origin) and source.is_dir():
        raise UsedWrongly(
            f"{out} lies inside the source {source}, and would be packed into itself; name a place outside"
        )
    if origin.startswith(target):
        raise UsedWrongly(f"the source {source} lies inside {out}, which would be replaced; name another place")


def _check_shared(shared: Place, out: Place, sources: Sequence[Place]) -> None:
    """The place for the shards is none that comes, goes or is read while the run works; it may hold all of these."""
    shards = work_of(out, shared).shards
    taken = (("OUT", out), ("the work folder", work_folder(out)), *(("the source", source) for source in sources))
    for what, other in taken:
        if _within(shards).startswith(_within(other)):
            raise UsedWrongly(f"--work {shared} is {what} {other} itself, or lies in it; name another place")
        if _within(other).startswith(_within(shards)):
            raise UsedWrongly(
                f"{what} {other} lies in {shards}, where --work {shared} keeps shards; name another place"
            )
    if isinstance(shared, Path) and shared.is_file():
        raise UsedWrongly(f"--work {shared} is a file, and no folder that could hold shards; name another place")


def _within(where: Place) -> str:
    """What the names begin with of all that lies in a folder."""
    return str(where.resolve() if isinstance(where, Path) else where).rstrip("/") + "/"


def _check_replaceable(out: Place) -> None:
    """What stands at `out` may go only for something of its own kind."""
    is_folder = out.is_dir()
    if is_folder == (out.suffix == ".wacz"):
        stands, comes = ("folder", "file") if is_folder else ("file", "folder")
        raise UsedWrongly(f"{out} is a {stands}, and a package of that name would be a {comes}; name another place")
    if is_folder and not (out / "data" / layout.DATAPACKAGE).is_file() and not _is_free(out):
        raise UsedWrongly(
            f"{out} is a folder with something else than a package in it, and is not replaced; name another"
        )


def stands(out: Place) -> bool:
    """Whether there is something at `out`, other than what a run of ours has left there that was killed."""
    if isinstance(out, Remote) and out.is_dir():
        return (out / HEADS[-1]).is_file() or not _mark(out).exists()
    return out.exists()


def identity(out: Place) -> tuple[int, ...] | None:
    """What tells the package that stands at `out` from one that replaces it; None where there is none."""
    try:
        status = (out / HEADS[-1] if isinstance(out, Remote) and out.is_dir() else out).stat()
    except OSError:
        return None
    return (getattr(status, "st_ino", 0), status.st_size, status.st_mtime_ns)


def _is_free(out: Place) -> bool:
    """Whether nothing is in the folder, or what a run of ours has left there that was killed."""
    return not any(out.iterdir()) if isinstance(out, Path) else _mark(out).exists()


@contextmanager
def claimed(out: Place, run: str) -> Iterator[Callable[[], None]]:
    """While the block runs, an object beside a package that is to stand in a store says so: `.NAME.work`.

    It shows at once whether anything can be written there; and what a run that was killed left of a bag is known by it.
    A store has no locks: the last of several runs has the claim, and the others learn of it by the call that is given,
    which raises UsedWrongly. Raises OSError, Unreachable.
    """
    if isinstance(out, Path):
        yield lambda: None
        return
    said = f"The run {run} of archiver is writing {out.name}, or was killed when it did.\n".encode()
    write(_mark(out), said)
    try:
        yield partial(_check_claim, out, said)
    finally:
        with suppress(OSError, Unreachable):
            if _mark(out).read_bytes() == said:
                _mark(out).unlink()


def _check_claim(out: Remote, said: bytes) -> None:
    with suppress(FileNotFoundError):
        if _mark(out).read_bytes() == said:
            return
    raise UsedWrongly(f"another run has begun to write {out}; this one leaves it to that")


def _mark(out: Remote) -> Remote:
    return out.with_name(f".{out.name}.work")


def publish(finished: Path, out: Remote) -> None:
    """Send a finished package to `out`. Raises OSError and Unreachable, and then nothing of it stands there.

    What stood there is replaced: one file by the other at once, a bag after it has ceased to be one.
    """
    if finished.is_file():
        _send(finished, out)
        return
    names = list(files(finished))
    stood = list(files(out)) if out.exists() else []
    try:
        for name in (*HEADS, *sorted({*stood} - {*names, *HEADS})):
            if name in stood:
                (out / name).unlink()
        for name in (*sorted({*names} - {*HEADS}), *HEADS):
            _send(finished / name, out / name)
    except BaseException:
        with suppress(OSError, Unreachable):
            for name in (*HEADS, *names):
                (out / name).unlink(missing_ok=True)
        raise


def _send(source: Path, target: Remote) -> None:
    with source.open("rb") as given, replacing(target) as stream:
        shutil.copyfileobj(given, stream, _CHUNK)
