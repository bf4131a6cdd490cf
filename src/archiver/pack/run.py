"""The main job, sources to a package: the plan, the engine, the assembly, and what stands when something fails."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from typing import NamedTuple

from archiver.errors import CannotRead, CannotWrite, NotAPackage, Unreachable, UsedWrongly
from archiver.findings import Finding
from archiver.model import Archived, Digest, Rejected, sha256
from archiver.pack import destination
from archiver.pack.assemble import Report, assemble
from archiver.pack.cluster import connected
from archiver.pack.config import Config
from archiver.pack.engines import NOTHING, InProcess, StoppedError, added, checkpoint, in_order, processes
from archiver.pack.job import Job, Receipt, finished, identity_of
from archiver.pack.recovery import recovered
from archiver.pack.shard import count_items, write_shard
from archiver.pack.spool import Spool
from archiver.pack.watch import Laps, Watch
from archiver.pack.workfolder import Work, absolute, clear_away, held, is_held, work_of
from archiver.package import layout
from archiver.package.open import open_package
from archiver.sources.plan import plan
from archiver.sources.shards import Shard, Stdin
from archiver.storage import Place, place

# How many shards may be under way for each worker: enough to keep it busy, few enough to bound what waits for one.
UNDER_WAY = 2
# So many more may be finished while one before them takes long; of each there is a receipt, which is kept anyway.
AHEAD = 1 << 12


def pack(
    sources: Sequence[str | Place | Stdin],
    out: str | Place,
    config: Config,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    resume: bool = False,
    shared: str | Place | None = None,
    watch: Watch | None = None,
) -> Report:
    """Pack `sources` into a package at `out`: one WACZ file where its name ends in `.wacz`, else a BagIt bag.

    Sources and `out` are paths, or URLs of object stores.

    The work is done in this process, in as many others as `jobs`, or by the Dask cluster whose scheduler listens at
    the address `scheduler`. `watch` hears how it goes. Nothing stands at `out` before all of it is there; what is
    finished stays in a work folder beside it (or in the current folder, where `out` is a URL) until then, for `resume`,
    which needs the same `config` (`workfolder.begun_at` tells its `created`). With `shared` it stays there, at a path
    or URL that all workers see. To resume a run that was finished changes nothing.

    Raises UsedWrongly where `out` exists and is not to be replaced, where it or `shared` would harm a source, where
    another run writes it, or one that was broken off left shards that are neither to be taken up nor, by `overwrite`,
    to be thrown away, or cannot be taken up: options, software or `shared` are others. Raises CannotRead for sources
    that are not there, fail, or change while they are packed; CannotWrite where the disk does not take it, Unreachable
    where an object store fails.
    """
    watch = watch or Watch()
    watch.stage("plan")
    given = [source if isinstance(source, Stdin) else place(source) for source in sources]
    out, shared = place(out), place(shared) if shared else None
    destination.check(out, [source for source in given if not isinstance(source, Stdin)], shared)
    if destination.stands(out) and not (overwrite or resume):
        raise UsedWrongly(f"{out} exists; --overwrite replaces it")
    with Spool(map(_from_anywhere, plan(given, shard_size=config.shard_size))) as shards:
        identity = identity_of(shards, config)
        if destination.stands(out) and not overwrite:
            return _finished_before(out, shared, identity, tuple(shards.notes()))
        watch.planned(shards.size, len(shards))
        terms = asdict(config) | shards.software
        with (
            _writing(work_of(out, shared)),
            held(out, terms, resume=resume, overwrite=overwrite, shared=shared, run=shards.run) as work,
            destination.claimed(out, shards.run) as claim,
        ):
            has_stood = destination.stands(out)  # a run that was killed may have left it aside
            if has_stood and not (overwrite or resume):
                raise UsedWrongly(f"{out} exists; --overwrite replaces it")
            watch.stage("shards")
            # A run that is taken up again may have been ended by an item: a process of its own can be lost.
            with _engine(min(jobs, len(shards)), scheduler, is_shielded=resume, watch=watch) as engine:
                receipts = list(_receipts(engine, _Jobs(shards, config, absolute(work.shards)), watch, work.finished()))
            watch.stage("assembly")
            notes = tuple(shards.notes())
            return assemble(
                receipts, work, out, config, identity=identity, notes=notes, last=partial(_last, out, claim, has_stood)
            )


def _last(out: Place, claim: Callable[[], None], has_stood: bool) -> None:
    """Just before the name is given: what came to stand at `out` meanwhile is none of ours."""
    claim()
    if destination.stands(out) and not has_stood:
        raise UsedWrongly(f"{out} has come to exist while the package was made; --overwrite replaces it")


class _Jobs(NamedTuple):
    """A job for each shard, made when it is come to."""

    shards: Spool
    config: Config
    folder: Place

    def each(self) -> Iterator[Job]:
        return (Job(shard=shard, config=self.config, folder=self.folder, run=self.shards.run) for shard in self.shards)


def _from_anywhere(shard: Shard) -> Shard:
    """The shard for workers that stand in another folder."""
    pieces = (
        replace(
            piece,
            path=str(absolute(place(piece.path))),
            sidecar=str(absolute(place(piece.sidecar))) if piece.sidecar else None,
        )
        for piece in shard.slices
    )
    return replace(shard, slices=tuple(pieces))


def _finished_before(out: Place, shared: Place | None, identity: Digest, notes: tuple[Finding, ...]) -> Report:
    """The report of the package at `out`, where it is what this very run would make; else raises UsedWrongly."""
    try:
        package = open_package(out)
    except NotAPackage as error:
        raise UsedWrongly(f"{out} exists, and is no package; --overwrite replaces it") from error
    run = package.run()
    if run.get("input") != identity:
        raise UsedWrongly(f"{out} exists, and is of other sources, options or versions; --overwrite replaces it")
    clear_away(out, shared)
    with package.files.open(layout.DATAPACKAGE) as stream:
        manifest = stream.read()
    counts = run["counts"]
    return Report(
        counts=counts, rejected=counts["items"]["rejected"], notes=notes, digest=sha256(manifest), has_stood=True
    )


def unfinished(out: str | Place, shared: str | Place | None = None) -> Place | None:
    """Where a run for `out` that was broken off keeps what is finished, where there is something to resume."""
    work = work_of(place(out), place(shared) if shared else None)
    return work.shards if work.finished() else None


class Done(NamedTuple):
    """A finished shard: its receipt, and the seconds that each step took; None where it was finished before."""

    receipt: Receipt
    seconds: dict[str, float] | None


def work_on(job: Job, clock: Callable[[], float], told: Callable[[int, int, int], None] = checkpoint) -> Done:
    """What a worker does: a shard, unless that is finished already. `told` hears of more bytes, items and rejects."""
    before = finished(job)
    if before:
        return Done(before, None)
    laps = Laps(clock)
    receipt = write_shard(job, _hearing(job.shard.size, told), laps, _still)
    return Done(receipt, laps.seconds)


def _hearing(room: int, told: Callable[[int, int, int], None]) -> Callable[[Archived | Rejected, int], None]:
    """Who hears of each item of a shard that has `room` bytes: whoever reads a range reads on behind it."""

    def heard(outcome: Archived | Rejected, size: int) -> None:
        nonlocal room
        size = min(size, room)
        room -= size
        told(size, 1, int(isinstance(outcome, Rejected)))

    return heard


def _still(job: Job) -> None:
    """Raises StoppedError where the job's run has ended: a worker that nobody can reach any more hears it here."""
    checkpoint()
    if not is_held(job):
        raise StoppedError


class _Engine(NamedTuple):
    executor: Executor
    window: int | Callable[[], int]
    alive: Callable[[], bool] = lambda: True
    done: Callable[[], tuple[int, ...]] = lambda: NOTHING


@contextmanager
def _engine(jobs: int, scheduler: str | None, *, is_shielded: bool, watch: Watch) -> Iterator[_Engine]:
    """Where the work is done."""
    if scheduler:
        with connected(scheduler, watch.note) as cluster:
            yield _Engine(cluster.executor, cluster.window, cluster.alive)
    elif jobs > 1 or is_shielded:
        with processes(jobs) as pool:
            yield _Engine(pool, jobs * UNDER_WAY, done=pool.done)
    else:
        yield _Engine(InProcess(), 1)


def _receipts(engine: _Engine, jobs: _Jobs, watch: Watch, kept: int) -> Iterator[Receipt]:
    """A receipt for each job, in order, whatever becomes of the workers. So many are `kept` of a run broken off."""
    meter = _Meter(watch, engine)
    task = partial(work_on, clock=watch.clock)
    is_here = isinstance(engine.executor, InProcess)
    lost = partial(recovered, work=task, count=count_items, note=watch.note)
    results = in_order(
        engine.executor,
        partial(task, told=meter.hear) if is_here else task,
        jobs.each(),
        engine.window,
        ahead=0 if is_here else AHEAD,
        lost=lost,
        alive=meter.alive,
        ended=meter.end,
    )
    yield from (done.receipt for done in results)
    unfit = kept - meter.taken_up
    if unfit > 0:
        watch.note(f"{unfit:,} of {kept:,} finished shards were of no use: they or their sources are not as they were")


class _Meter:
    """Tells the watch how far the work is, in bytes, items and rejects: of shards that are finished or under way.

    Of a cluster's shards it is known no sooner than they are finished.
    """

    def __init__(self, watch: Watch, engine: _Engine) -> None:
        self._watch = watch
        self._engine = engine
        self._finished = self._here = self._told = NOTHING
        self.taken_up = 0

    def hear(self, *done: int) -> None:
        """So much more is done in this process."""
        self._here = added(self._here, done)
        self._tell()

    def alive(self) -> bool:
        """Whether anybody works; it is asked now and then, which is when to look what the others have done."""
        self._tell()
        return self._engine.alive()

    def end(self, job: Job, done: Done) -> None:
        """A shard is finished."""
        items = done.receipt.counts["items"]
        total = sum(items.values())
        self.taken_up += done.seconds is None
        self._here = NOTHING
        self._finished = added(self._finished, (job.shard.size, total, items.get("rejected", 0)))
        self._tell()
        self._watch.finished(done.seconds, total)

    def _tell(self) -> None:
        """Nothing is taken back: what a worker had done that died is told once, and so are shards out of their turn."""
        known = added(self._finished, self._here, self._engine.done())
        size, items, rejected = (max(now - told, 0) for now, told in zip(known, self._told, strict=True))
        self._told = added(self._told, (size, items, rejected))
        self._watch.progressed(size, items, rejected)


@contextmanager
def _writing(work: Work) -> Iterator[None]:
    """What goes wrong on the disk is CannotWrite; what is finished is kept, and the sentence says so."""
    try:
        yield
    except OSError as error:
        what = f"cannot write: {error.strerror or error} ({error.filename or work.folder})"
        raise CannotWrite(what + _kept(work)) from error
    except (CannotRead, Unreachable) as error:
        raise type(error)(f"{error}{_kept(work)}") from error
    except StoppedError as error:
        raise UsedWrongly(f"another run works in {work.shards} by now; this one leaves it to that") from error


def _kept(work: Work) -> str:
    with suppress(OSError, Unreachable):
        if work.finished():
            return f"; what is finished is kept in {work.shards}, and --resume goes on from there"
    return ""
