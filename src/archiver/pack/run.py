"""The main job, sources to a package: the plan, the engine, the assembly, and what stands when something fails."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import CannotWrite, UsedWrongly
from archiver.pack import destination, engines
from archiver.pack.assemble import Report, assemble
from archiver.pack.config import Config
from archiver.pack.shard import FOLDERS, Job, Receipt, finished, write_shard
from archiver.sources.plan import plan
from archiver.sources.shards import Stdin

Tick = Callable[[int], None]
# How many shards may be under way for each worker: enough to keep it busy, few enough to bound what waits.
AHEAD = 2


def pack(
    sources: Sequence[str | Path | Stdin],
    out: str | Path,
    config: Config,
    *,
    jobs: int = 1,
    overwrite: bool = False,
    resume: bool = False,
    on_plan: Tick = lambda _bytes: None,
    tick: Tick = lambda _bytes: None,
) -> Report:
    """Pack `sources` into a package at `out`: one WACZ file where its name ends in `.wacz`, else a BagIt bag.

    `on_plan` hears how many bytes there are to do, `tick` how many more are done. Nothing stands at `out` before all
    of it is there; what is finished stays in a work folder beside it until then, for `resume`.

    Raises UsedWrongly where `out` exists and neither `overwrite` nor `resume` is set, or where it would harm a source,
    CannotRead for sources that are not there, CannotWrite where the disk does not take it.
    """
    given = [source if isinstance(source, Stdin) else Path(source) for source in sources]
    out = Path(out)
    destination.check(out, [source for source in given if isinstance(source, Path)])
    if out.exists() and not (overwrite or resume):
        raise UsedWrongly(f"{out} exists; --overwrite replaces it, --resume goes on with a run that was broken off")
    shards = list(plan(given, shard_size=config.shard_size))
    on_plan(sum(shard.size for shard in shards))
    folder = work_folder(out)
    with _writing(folder):
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        work = [Job(shard=shard, config=config, folder=folder) for shard in shards]
        receipts = list(_receipts(work, min(jobs, len(work)), tick))
        notes = [note for shard in shards for note in shard.notes]
        report = assemble(receipts, folder, out, config, notes)
        shutil.rmtree(folder, ignore_errors=True)
    return report


def work_folder(out: Path) -> Path:
    """Where a run for `out` keeps what it has finished: beside it, so that giving the name is a rename."""
    return out.with_name(f".{out.name}.work")


def unfinished(out: Path) -> Path | None:
    """The work folder of a run for `out` that was broken off, where there is something in it to resume."""
    folder = work_folder(out)
    return folder if _is_begun(folder) else None


def _receipts(work: Sequence[Job], jobs: int, tick: Tick) -> Iterator[Receipt]:
    """A receipt for each job, in order; a shard that was finished before is not done again."""
    if jobs == 1:
        for job in work:
            yield finished(job) or write_shard(job, tick)
        return
    with engines.processes(jobs) as pool:
        results = engines.in_order(pool, _once, work, window=jobs * AHEAD)
        for job, receipt in zip(work, results, strict=True):
            tick(job.shard.size)
            yield receipt


def _once(job: Job) -> Receipt:
    return finished(job) or write_shard(job, engines.checkpoint)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """What goes wrong on the disk is CannotWrite; a work folder in which nothing is finished does not stay."""
    try:
        yield
    except OSError as error:
        kept = f"; what is finished is kept in {folder}, and --resume goes on from there" if _is_begun(folder) else ""
        raise CannotWrite(f"cannot write: {error.strerror or error} ({error.filename or folder}){kept}") from error
    finally:
        if not _is_begun(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_begun(folder: Path) -> bool:
    """Whether a shard is finished in a work folder."""
    return any((folder / "receipts").glob("[0-9]*[0-9]"))
