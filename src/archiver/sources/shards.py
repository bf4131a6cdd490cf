"""The values that carry work to the workers: plain, frozen, picklable."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from archiver.findings import Finding
from archiver.model import Digest
from archiver.sources.kinds import Kind
from archiver.sources.streams import Compression


@dataclass(frozen=True, slots=True, kw_only=True)
class Stdin:
    """Standard input, spooled to the file `path` by the caller."""

    path: Path


class Stamp(NamedTuple):
    """What tells a file from what it was: when it was `changed` last, and its `size` in bytes.

    The time is in nanoseconds; of an object it is a number of its version in the store.
    """

    changed: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A file, or a range of a JSON Lines or Parquet file, that one worker reads.

    `path` is a path or URL, `name` what the package calls the source. `start` and `end` are bytes: the slice holds the
    lines that begin there; of a Parquet file they are rows. `end` is None for the rest of the file. `size` is how many
    bytes on the disk the slice stands for. `digest` is that of standard input, which is known by it: it is spooled to
    another file by each run. `stamps` tell what the whole file, and its sidecar, were at the plan.
    """

    path: str
    name: str
    kind: Kind
    compression: Compression | None = None
    start: int = 0
    end: int | None = None
    size: int = 0
    sidecar: str | None = None
    stamps: tuple[Stamp | None, ...] = ()
    digest: Digest | None = None

    @property
    def is_range(self) -> bool:
        """Whether the file was cut: the plan could open it, and other slices hold the rest."""
        return self.start > 0 or self.end is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Slices that are archived together, and what the walk up to here left out (`I117`, `I118`, `E109`)."""

    index: int
    slices: tuple[Slice, ...]
    notes: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes on the disk the shard stands for."""
        return sum(piece.size for piece in self.slices)
