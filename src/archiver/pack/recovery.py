"""What becomes of a shard whose worker died: it is done once again, alone; then the items that kill are found.

An item kills where its own processing ends a process each time: a crash in a library, or more memory than there is.
Where memory is limited (`ulimit -v`, `h_vmem`) a process that asks for too much is refused it, and lives: it is ended.
Such an item is rejected with its bytes kept (`E126`), and the rest of the shard is archived.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from archiver.errors import ArchiverError
from archiver.pack.engines import LOST, processes
from archiver.pack.job import Job
from archiver.sources.shards import Shard

Made = TypeVar("Made")
Note = Callable[[str], None]


def recovered(job: Job, work: Callable[[Job], Made], count: Callable[[Job], int], note: Note) -> Made:
    """The result of `work` on `job` in one process of this machine, which nothing else burdens.

    `count` tells how many items a job has, without processing them. Raises ArchiverError where the process dies
    though no item by itself ends it.
    """
    with processes(1) as alone:
        what = "a worker was ended, or had too little memory, while it worked on"
        note(f"{what} shard {job.shard.index}; the shard is done again, alone")
        made = _lived(alone, work, job)
        if made is not None:
            return made
        note(f"shard {job.shard.index} ended its process again; the item that does it is being looked for")
        total = _lived(alone, count, job)
        if total is None:
            raise ArchiverError(_unreadable(job.shard))
        deadly = tuple(_deadly(alone, work, job, range(total)))
        note(f"shard {job.shard.index}: {len(deadly)} of {total} items are rejected, each ends a process")
        made = _lived(alone, work, replace(job, deadly=deadly)) if deadly else None
    if made is None:
        raise ArchiverError(
            f"shard {job.shard.index} ends every process that works on it, and none of its items does so by itself; "
            "perhaps there is too little memory: smaller shards (--shard-size) need less"
        )
    return made


def _unreadable(shard: Shard) -> str:
    """None of its items can be told from the others."""
    first, *more = (piece.path for piece in shard.slices)
    others = f" and {len(more)} more, of which one does it" if more else ""
    what = f"reading {first}{others} ends every process that does so, before any of its items is processed"
    return f"{what}; it needs more memory, or crashes a library: leave it out, or convert it"


def _lived(alone: Executor, work: Callable[[Job], Made], job: Job) -> Made | None:
    """What `work` made of the job; None where the process died, or had too little memory."""
    try:
        return alone.submit(work, job).result()
    except LOST:
        return None


def _deadly(alone: Executor, work: Callable[[Job], Made], job: Job, items: range) -> Iterator[int]:
    """Which of the `items`, known to end a process together, end it by themselves."""
    if len(items) < 2:
        yield from items
        return
    half = len(items) // 2
    for part in (items[:half], items[half:]):
        if _lived(alone, work, replace(job, only=(part.start, part.stop))) is None:
            yield from _deadly(alone, work, job, part)
