"""What finding the references of a text costs, on real articles and on hostile lines: `references_speed.py CORPUS`.

CORPUS holds `text/*.jsonl`. Times are CPU time. Of the articles, the cost is given for one and for 3,600 characters, in
all and for those alone that hold no link and no handle: the best of several rounds. Of the hostile lines, the cost of a
length and of twice that: where the second is much more than twice the first, something is not linear.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from archiver.model import Span
from archiver.references.find import find
from archiver.text.repair import repair

ROUNDS = 5
ARTICLE = 3600
LENGTH = 500_000
HOSTILE = (
    *("@", "http://", "(", "(@", "(@a)", "— ", ".", "1", "/", "a.", "a.b", "www.", "#", "&amp;", "[", "\ufffd"),
    *(
        "(@a) July 1, 2017 ",
        "(@a) 1. ",
        "http://a.bc/(",
        "http://a.bc/?",
        "'http://a.bc/",
        "t.co/",
        "a@b.cd ",
        "mailto:",
    ),
    *(
        "Follow A @a 1:11 PM - ",
        "x.com/a/status/1",
        "A. ",
        "A post shared by ",
        "  a",
        "\n\n— (@a) ",
        "— A (@a) ",
        "ᄀ",
    ),
)


def same(span: Span) -> Span:
    """The text is its own source."""
    return span


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def of_articles(label: str, texts: list[str]) -> None:
    """Print the cost of an article, and of 3,600 characters."""
    micros = cpu(lambda: [find(text, to_source=same) for text in texts]) * 1e6
    size, count = sum(map(len, texts)), len(texts)
    costs = f"{micros / count:6.1f} µs each, {micros / size * ARTICLE:6.1f} µs for {ARTICLE} characters"
    print(f"{label:32}{count:6} articles of {size / count:6.0f} characters: {costs}")


def of_line(unit: str) -> None:
    """Print the cost of a line of nothing but `unit`, and of one twice as long."""
    once, twice = (unit * (length // len(unit)) for length in (LENGTH, 2 * LENGTH))
    costs = []
    for text in (once, twice):
        start = time.process_time()
        find(text, to_source=same)
        costs.append(time.process_time() - start)
    print(f"{unit!r:32}{costs[0]:8.3f} s {costs[1]:8.3f} s {costs[1] / max(costs[0], 1e-6):6.1f}", flush=True)


def main() -> None:
    """Print the costs."""
    texts = []
    for path in sorted((Path(sys.argv[1]) / "text").glob("*.jsonl")):
        if "gold" not in path.stem:
            with path.open(encoding="utf-8") as lines:
                texts += [repair(json.loads(line)["text"]).text for line in lines]
    of_articles("all", texts)
    of_articles(
        "without link and handle", [text for text in texts if "@" not in text and not find(text, to_source=same).links]
    )
    print(f"\n{'lines of nothing but':32}{LENGTH:8,}   {2 * LENGTH:8,} characters, ratio")
    for unit in HOSTILE:
        of_line(unit)


if __name__ == "__main__":
    main()
