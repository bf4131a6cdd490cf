"""Work that ends its own process, as a crash or a want of memory does; for the workers of any engine to import."""

import os
import signal
from pathlib import Path
from unittest import mock

from archiver.model import Archived, Capture, Rejected
from archiver.pack import run, shard
from archiver.pack.config import Config
from archiver.pack.job import Job
from archiver.pack.process import process

DEADLY = b"DEADLY"
# As it is before a test puts one of these in its place.
WORK_ON = run.work_on


def die() -> None:
    """End the process as the system does where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def _process(capture: Capture, config: Config) -> Archived | Rejected:
    if DEADLY in capture.payload:
        die()
    return process(capture, config)


def of_an_item(job: Job, **options: object) -> run.Done:
    """Die of every item that says so."""
    with mock.patch.object(shard, "process", _process):
        return WORK_ON(job, **options)  # type: ignore[arg-type]


def _process_within_limits(capture: Capture, config: Config) -> Archived | Rejected:
    if DEADLY in capture.payload:
        bytearray(1 << 60)
    return process(capture, config)


def of_memory(job: Job, **options: object) -> run.Done:
    """Be refused memory for every item that says so, and live."""
    with mock.patch.object(shard, "process", _process_within_limits):
        return WORK_ON(job, **options)  # type: ignore[arg-type]


def once(job: Job, **options: object) -> run.Done:
    """Die in the midst of the first shard that is worked on at all."""
    met = Path(str(job.folder)).parent / "died"

    def process_and_die(capture: Capture, config: Config) -> Archived | Rejected:
        if not met.exists():
            met.touch()
            die()
        return process(capture, config)

    with mock.patch.object(shard, "process", process_and_die):
        return WORK_ON(job, **options)  # type: ignore[arg-type]


def of_large_shards(job: Job, **options: object) -> run.Done:
    """Die of whole shards, and of no item by itself."""
    if job.only is None:
        die()
    return WORK_ON(job, **options)  # type: ignore[arg-type]


def always(job: Job, **_options: object) -> run.Done:
    """Die of everything."""
    die()
    raise AssertionError(job.folder)


def of_reading(job: Job) -> int:
    """Die where the items of a shard are so much as counted."""
    return always(job)  # type: ignore[return-value]
