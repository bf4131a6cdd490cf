"""Where `pack` spends its time, by stage, on one core: microseconds of an article, beside the floor.

    python -m benchmarks.pack_stages [ARTICLES.jsonl ...] [--rounds N] [--write]

Without files, 2,000 generated articles. Each stage has its own time without that of the stages within it; of all rounds
the least counts, for what else the machine did is not our cost. The floor is SHA-256 and ISA-L level 2 over the bytes
that were written. `--write` puts the table into docs/performance.md.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cost import written
from benchmarks.floors import pack_floor
from benchmarks.generate import lines
from benchmarks.stopwatch import WHOLE, Stopwatch, least, table, watched

import archiver

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
FLOOR = "the floor"


def packed(sources: list[Path], folder: Path) -> tuple[float, int]:
    """Seconds for all, and the number of items."""
    began = time.process_time()
    report = archiver.pack(sources, folder / "package", archiver.Config(created=CREATED), jobs=1, overwrite=True)
    return time.process_time() - began, sum(report.counts["items"].values())


def by_stage(sources: list[Path], folder: Path) -> dict[str, float]:
    """Seconds by stage."""
    watch = Stopwatch()
    with watched(watch, STAGES):
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
        rounds: list[dict[str, float]] = []
        for _ in range(options.rounds):
            took, count = packed(sources, folder)
            rounds.append({WHOLE: took, FLOOR: pack_floor(folder / "package"), **by_stage(sources, folder)})
    spent = least(rounds)
    total, floor = spent.pop(WHOLE), spent.pop(FLOOR)
    floored = f"{FLOOR}, of which that is {total / floor:.1f}"
    text = table(spent, count, {WHOLE: total, floored: floor}, options.rounds)
    print(text)
    if options.write:
        written(PAGE, "stages", text)


if __name__ == "__main__":
    main()
