"""Where `pack` spends its time, by stage, on one core: microseconds of an article, beside the floor.

    python -m benchmarks.pack_stages [ARTICLES.jsonl ...] [--rounds N] [--write]

Without files, 2,000 generated articles. Each stage has its own time without that of the stages within it; of all rounds
the least counts, for what else the machine did is not our cost. The floor is SHA-256 and ISA-L level 2 over the bytes
that were written. `--write` puts the table into docs/performance.md.
"""

import argparse
import functools
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.cost import machine, written
from benchmarks.floors import pack_floor
from benchmarks.generate import lines

import archiver

# (module where the name is called, name, what the stage is called); a dot in the name leads into a class.
STAGES = (
    ("archiver.pack.shard", "process", "process: the rest"),
    ("archiver.pack.process", "_decoded", "decode"),
    ("archiver.pack.process", "parse", "parse JSON"),
    ("archiver.pack.process", "recognise", "recognise the layout"),
    ("archiver.pack.process", "repair", "repair"),
    ("archiver.pack.process", "_references", "find links and tweets"),
    ("archiver.record.provenance", "to_dict", "build the record"),
    ("archiver.record.provenance", "to_bytes", "serialise the record"),
    ("archiver.record.schema", "is_surely_valid", "check it against the schema"),
    ("archiver.pack.shard", "_Writer.add", "write: the rest"),
    ("archiver.pack.shard", "_Tally.add", "count"),
    ("archiver.package.reading", "render", "render the reading copy"),
    ("archiver.package.pages", "row", "row of pages.jsonl"),
    ("archiver.warc.cdxj", "line", "line of the index"),
    ("archiver.warc.writer", "WarcFile.write", "compress, hash and write records"),
    ("archiver.warc.writer", "_head", "serialise headers (warcio)"),
)
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
CREATED = "2024-05-06T07:08:09Z"


class Stopwatch:
    """Time by stage, each without what the stages within it took."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._within = [0.0]

    def wrap(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            self._within.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = time.process_time() - began
                self.spent[label] = self.spent.get(label, 0.0) + took - self._within.pop()
                self._within[-1] += took

        return timed


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """All stages are timed, by being replaced where they are called."""
    before = []
    for module, name, label in STAGES:
        owner: Any = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        before.append((owner, last, getattr(owner, last)))
        setattr(owner, last, watch.wrap(getattr(owner, last), label))
    yield
    for owner, last, function in before:
        setattr(owner, last, function)


def packed(sources: list[Path], folder: Path) -> tuple[float, int]:
    """Seconds for all, and the number of items."""
    began = time.process_time()
    report = archiver.pack(sources, folder / "package", archiver.Config(created=CREATED), jobs=1, overwrite=True)
    return time.process_time() - began, sum(report.counts["items"].values())


def by_stage(sources: list[Path], folder: Path) -> dict[str, float]:
    """Seconds by stage."""
    watch = Stopwatch()
    with watched(watch):
        took, _ = packed(sources, folder)
    return {**watch.spent, "read, assemble, sync": took - sum(watch.spent.values())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        sources = options.files
        if not sources:
            sources = [folder / "articles.jsonl"]
            sources[0].write_bytes(b"".join(lines(2000)))
        least: dict[str, float] = {}
        floor = total = sys.float_info.max
        for _ in range(options.rounds):
            took, count = packed(sources, folder)
            floor, total = min(floor, pack_floor(folder / "package")), min(total, took)
            spent = by_stage(sources, folder)
            least = {stage: min(seconds, least.get(stage, seconds)) for stage, seconds in spent.items()}
    text = table(least, count, total, floor, options.rounds)
    print(text)
    if options.write:
        written(PAGE, "stages", text)


def table(least: dict[str, float], count: int, total: float, floor: float, rounds: int) -> str:
    rows = sorted(least.items(), key=lambda item: -item[1])
    rows += [("all, without a watch on the stages", total), (f"the floor, of which that is {total / floor:.1f}", floor)]
    body = "".join(f"| {stage} | {seconds / count * 1e6:.0f} |\n" for stage, seconds in rows)
    head = f"{machine()}; {count:,} items, one process, the least of {rounds} rounds.\n\n"
    return f"{head}| stage | CPU µs an item |\n|---|--:|\n{body}"


if __name__ == "__main__":
    main()
