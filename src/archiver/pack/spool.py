"""The plan in a file: of a million small files the shards take hundreds of megabytes in memory, and few on the disk."""

import gzip
import os
import pickle
import platform
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile

from archiver.findings import Finding
from archiver.pack.durable import SPOOLED, spooling
from archiver.pack.job import deciding
from archiver.sources.shards import Shard


class Spool:
    """Shards that can be gone through any number of times, in order, within a `with` block.

    `size` is how many bytes on the disk they stand for, `software` what decides the bytes that are made of them; `run`
    is a name that no other run has at the same time.
    """

    def __init__(self, shards: Iterable[Shard]) -> None:
        """Goes through `shards` once. Raises what they raise, and CannotWrite where there is no room for them."""
        self._count = 0
        self.size = 0
        self.software: dict[str, str] = {}
        with ExitStack() as stack:
            stack.enter_context(spooling("the plan"))
            self._path = stack.enter_context(NamedTemporaryFile(prefix=f"{SPOOLED}plan-")).name
            with gzip.open(self._path, "wb", compresslevel=1) as stream:
                for shard in shards:
                    pickle.dump(shard, stream)
                    self._count += 1
                    self.size += shard.size
                    self.software |= deciding(shard)
            self.run = f"{platform.node()}-{os.getpid()}-{Path(self._path).name}"
            self._stack = stack.pop_all()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._stack.close()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Shard]:
        with gzip.open(self._path, "rb") as stream:
            for _ in range(self._count):
                shard: Shard = pickle.load(stream)  # noqa: S301  # written above
                yield shard

    def notes(self) -> Iterator[Finding]:
        """What the walk left out."""
        return (note for shard in self for note in shard.notes)
