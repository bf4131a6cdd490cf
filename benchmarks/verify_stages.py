"""Where `verify` spends its time on a package of this very version, by stage, in one process.

    python -m benchmarks.verify_stages [--articles 2000] [--rounds N] [--write]

Each stage has its own time without that of the stages within it; of all rounds the least counts, for what else the
machine did is not our cost. What a watch costs by itself is in the figures, so that they add up to more than the time
without it. `--write` puts the table into docs/performance.md.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cost import written
from benchmarks.generate import lines
from benchmarks.pack_stages import PAGE, packed
from benchmarks.stopwatch import WHOLE, Stopwatch, least, table, watched

from archiver.verify.verify import Options, verify

STAGES = (
    ("archiver.verify.verify", "_digests", "read and hash files"),
    ("archiver.verify.survey", "read", "inflate, hash and check records"),
    ("archiver.verify.survey", "Survey.read_pair", "survey: the rest"),
    ("archiver.verify.survey", "Survey._valid", "JSON and schema of the record"),
    ("archiver.verify.derivation", "check", "replay the ledger, compare spans"),
    ("archiver.verify.again", "check", "fields, links and tweets again: the rest"),
    ("archiver.verify.again", "find", "find links and tweets again"),
    ("archiver.verify.again", "recognise", "recognise the layout again"),
    ("archiver.verify.items", "Items.described", "make the article again: the rest"),
    ("archiver.package.reading", "render", "render the reading copy again"),
    ("archiver.package.pages", "row", "row of pages.jsonl again"),
    ("archiver.verify.verify", "Index.check", "index"),
    ("archiver.verify.verify", "Pages.check", "list of pages"),
)


def timed(package: Path) -> float:
    """Seconds of CPU to verify a package, which is sound."""
    began = time.process_time()
    assert not list(verify(package, Options()))
    return time.process_time() - began


def by_stage(package: Path) -> dict[str, float]:
    """Seconds by stage."""
    watch = Stopwatch()
    with watched(watch, STAGES):
        took = timed(package)
    return {**watch.spent, "relations, run report, manifests": took - sum(watch.spent.values())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        source = Path(name) / "articles.jsonl"
        source.write_bytes(b"".join(lines(options.articles)))
        _, count = packed([source], Path(name))
        package = Path(name) / "package"
        spent = least({WHOLE: timed(package), **by_stage(package)} for _ in range(options.rounds))
    text = table(spent, count, {WHOLE: spent.pop(WHOLE)}, options.rounds)
    print(text)
    if options.write:
        written(PAGE, "verify-stages", text)


if __name__ == "__main__":
    main()
