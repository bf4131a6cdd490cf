"""The repair stage beside plain ftfy, over the same texts in one run: articles and characters a second.

    python -m benchmarks.repair_speed [ARTICLES.jsonl ...]

A file holds one JSON object a line, its text in `text` or `truth`. Without files the clean lines of the tests are put
together to articles, most of them English, one in twenty damaged.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ftfy
from benchmarks.repair_gold import CLEAN, SAFE, misread

from archiver.text.repair import repair

ROUNDS = 4
LINES = 30


def articles(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        yield from (text for row in rows if isinstance(text := row.get("text") or row.get("truth"), str))
    if not paths:
        yield from made()


def made(count: int = 500) -> Iterator[str]:
    chance = random.Random(1)
    languages: dict[str, list[str]] = json.loads(CLEAN.read_text(encoding="utf-8"))
    for number in range(count):
        language = chance.choice(sorted(languages)) if number % 4 == 0 else "English"
        text = "\n".join(chance.choices(languages[language], k=LINES))
        yield misread(text, undefined="drop") if number % 20 == 0 else text


def seconds(texts: list[str], work: Callable[[str], object]) -> float:
    start = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - start


def main() -> None:
    texts = list(articles([Path(name) for name in sys.argv[1:]]))
    characters = sum(map(len, texts))
    work: dict[str, Callable[[str], object]] = {"ftfy": lambda text: ftfy.fix_text(text, SAFE), "archiver": repair}
    # In turns, and the best of each: what else the machine did is not our cost.
    rounds = [{name: seconds(texts, one) for name, one in work.items()} for _ in range(ROUNDS)]
    costs = {name: min(one[name] for one in rounds) for name in work}
    print(f"{len(texts)} articles, {characters:,} characters")
    for name, cost in costs.items():
        print(f"{name:10} {len(texts) / cost:10,.0f} articles/s {characters / cost / 1e6:8.1f} M characters/s")
    print(f"{costs['ftfy'] / costs['archiver']:.1f} times as fast")


if __name__ == "__main__":
    main()
