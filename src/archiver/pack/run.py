"""The main job, sources to a package: the plan, the engine, the assembly, and what stands when something fails."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import CannotWrite, UsedWrongly
from archiver.model import Digest, sha256
from archiver.pack import destination, engines
from archiver.pack.assemble import Report, assemble
from archiver.pack.config import Config
from archiver.pack.job import Job, Receipt, finished, identity_of
from archiver.pack.job import jobs as jobs_for
from archiver.pack.shard import write_shard
from archiver.pack.workfolder import held, is_begun, work_folder
from archiver.package import layout
from archiver.package.open import open_package
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
    of it is there; what is finished stays in a work folder beside it until then, for `resume`, which needs the same
    `config.created` (`workfolder.begun_at` tells it). To resume a run that was finished changes nothing.

    Raises UsedWrongly where `out` exists and is not to be replaced, where it would harm a source, or where another run
    writes it; CannotRead for sources that are not there, CannotWrite where the disk does not take it.
    """
    given = [source if isinstance(source, Stdin) else Path(source) for source in sources]
    out = Path(out)
    destination.check(out, [source for source in given if isinstance(source, Path)])
    if out.exists() and not (overwrite or resume):
        raise UsedWrongly(f"{out} exists; --overwrite replaces it")
    shards = list(plan(given, shard_size=config.shard_size))
    identity = identity_of(shards, config)
    if out.exists() and not overwrite:
        return _finished_before(out, identity)
    on_plan(sum(shard.size for shard in shards))
    with _writing(out), held(out, config.created, resume=resume) as folder:
        work = jobs_for(shards, config, folder)
        receipts = list(_receipts(work, min(jobs, len(work)), tick))
        notes = [note for shard in shards for note in shard.notes]
        report = assemble(receipts, folder, out, config, identity=identity, notes=notes)
        shutil.rmtree(folder, ignore_errors=True)
    return report


def _finished_before(out: Path, identity: Digest) -> Report:
    """The report of the package at `out`, where it is what this very run would make; else raises UsedWrongly."""
    package = open_package(out)
    run = package.run()
    if run.get("input") != identity:
        raise UsedWrongly(f"{out} exists, and is of other sources or options; --overwrite replaces it")
    with package.files.open(layout.DATAPACKAGE) as stream:
        manifest = stream.read()
    return Report(counts=run["counts"], rejected=run["counts"]["items"]["rejected"], notes=(), digest=sha256(manifest))


def unfinished(out: Path) -> Path | None:
    """The work folder of a run for `out` that was broken off, where there is something in it to resume."""
    folder = work_folder(out)
    return folder if is_begun(folder) else None


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
def _writing(out: Path) -> Iterator[None]:
    """What goes wrong on the disk is CannotWrite; a work folder in which nothing is finished does not stay."""
    folder = work_folder(out)
    try:
        yield
    except OSError as error:
        kept = f"; what is finished is kept in {folder}, and --resume goes on from there" if is_begun(folder) else ""
        raise CannotWrite(f"cannot write: {error.strerror or error} ({error.filename or folder}){kept}") from error
