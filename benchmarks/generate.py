"""Invented articles as crawlers store them: one JSON object a line, on standard output or in FILE.

    python -m benchmarks.generate COUNT [-o FILE] [--seed N] [-j JOBS]
    python -m benchmarks.generate COUNT --files FOLDER      # a folder of .txt files, a thousand in each subfolder

The same seed gives the same articles; the first of a million are those of ten thousand. Sizes are those of news: a
median of 3.6 KB of text and a long tail. Three articles in four are English, the rest in nine other languages. Of a
thousand about 150 hold links, 60 signed tweets, 20 damage of some kind; 10 are another's duplicate, 2 are no articles.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.languages import LANGUAGES, Language, name, sentences
from benchmarks.repair_gold import PROCESSES

CHUNK = 1000
SECTIONS = ("politics", "local", "culture", "sport", "weather")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TEXT_BYTES = 3600  # the median
SPREAD = 0.75  # of the logarithm of the size
LONGEST = 400_000
# Out of a thousand articles; damage by its kind, as benchmarks/repair_gold.py does it.
LINKED, TWEETED, DUPLICATES, REJECTS = 150, 60, 10, 2
DAMAGED = {
    "cp1252": 1, "cp1252 lost": 3, "cp1252 U+FFFD": 1, "cp1252 spaced": 2, "double": 1, "latin-1": 1, "some lines": 2,
    "some lines lost": 3, "some characters lost": 1, "lost, then ftfy": 3, "C1": 1, "escaped twice": 1,
}  # fmt: skip


class Prose(NamedTuple):
    """What articles of one language are made of."""

    language: Language
    sentences: list[str]
    bytes_of_one: float


@cache
def prose(language: str, seed: int) -> Prose:
    pool = sentences(LANGUAGES[language], random.Random(f"{seed} {language}"))
    return Prose(LANGUAGES[language], pool, sum(len(one.encode()) for one in pool) / len(pool))


def chunk(number: int, *, seed: int) -> list[bytes]:
    """A thousand lines; which ones hangs on the seed and the number of the chunk alone."""
    chance = random.Random(f"{seed} chunk {number}")
    lines: list[bytes] = []
    for at in range(CHUNK):
        kind = chance.randrange(1000)
        if kind < DUPLICATES and lines:
            lines.append(chance.choice(lines))
        elif kind < DUPLICATES + REJECTS:
            lines.append(no_article(chance))
        else:
            article = made(number * CHUNK + at, seed, chance)
            # Crawlers written in Python escape all that is not ASCII unless told otherwise.
            lines.append(json.dumps(article, ensure_ascii=chance.random() < 0.2).encode("utf-8", "surrogatepass"))
    return lines


def made(number: int, seed: int, chance: random.Random) -> dict[str, Any]:
    """An article with what crawlers know of it."""
    language = "English" if chance.random() < 0.75 else chance.choice(list(LANGUAGES)[1:])
    tag = LANGUAGES[language].tag
    title, text = written(prose(language, seed), chance)
    year, month, day = chance.randint(2012, 2023), chance.randint(1, 12), chance.randint(1, 28)
    slug = f"{year}/{month:02}/{day:02}/{name(chance)}-{name(chance)}-{number}".lower()
    return {
        "id": number,
        "url": f"https://www.{chance.choice(('courier', 'gazette', 'mercury', 'times'))}.example/{tag}/{slug}",
        "title": title,
        "date": f"{year}-{month:02}-{day:02}",
        "authors": [f"{name(chance)} {name(chance)}"],
        "language": tag,
        "section": chance.choice(SECTIONS),
        "text": text,
    }


def written(prose: Prose, chance: random.Random) -> tuple[str, str]:
    """Title and text."""
    size = min(LONGEST, TEXT_BYTES * chance.lognormvariate(0, SPREAD))
    body = chance.choices(prose.sentences, k=max(1, round(size / prose.bytes_of_one)))
    if chance.randrange(1000) < LINKED:
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] += f" {link(chance)}"
    paragraphs = list(_paragraphs(body, prose.language.between, chance))
    if chance.randrange(1000) < TWEETED:
        for _ in range(min(8, int(chance.paretovariate(1)))):
            paragraphs.insert(chance.randint(1, len(paragraphs)), tweet(prose, chance))
    title = chance.choice(prose.sentences)[:90].rstrip(" ,")
    text = "\n\n".join(paragraphs) if chance.random() < 0.6 else "\n".join(paragraphs)
    if chance.randrange(1000) < sum(DAMAGED.values()):
        damage = PROCESSES[chance.choices(list(DAMAGED), list(DAMAGED.values()))[0]]
        title, text = damage(title, chance), damage(text, chance)
    return title, text


def _paragraphs(body: list[str], between: str, chance: random.Random) -> Iterator[str]:
    at = 0
    while at < len(body):
        count = chance.randint(1, 3)
        yield between.join(body[at : at + count])
        at += count


def link(chance: random.Random) -> str:
    code = "".join(chance.choices(LETTERS, k=10))
    sort = chance.randrange(4)
    if sort == 0:
        return f"https://t.co/{code}"
    if sort == 1:
        return f"(http://bit.ly/{code[:7]})"
    if sort == 2:
        return f"www.{name(chance).lower()}.example/{name(chance).lower()}?id={code}"
    return f"https://{name(chance).lower()}.example/{chance.choice(SECTIONS)}/{code}.html#top"


def tweet(prose: Prose, chance: random.Random) -> str:
    """A tweet as extractors flatten it: its text, and its signature on the same line or on the next."""
    said = chance.choice(prose.sentences)[:200]
    handle = f"{name(chance)}_{chance.randrange(100)}"
    day = f"{chance.choice(MONTHS)} {chance.randint(1, 28)}, {chance.randint(2012, 2023)}"
    picture = " pic.twitter.com/" + "".join(chance.choices(LETTERS, k=10)) if chance.random() < 0.3 else ""
    short = f" https://t.co/{''.join(chance.choices(LETTERS, k=10))}" if chance.random() < 0.5 else ""
    before = chance.choice(("\n— ", " — ", " - ", "\n"))
    return f"{said}{short}{picture}{before}{name(chance)} {name(chance)} (@{handle}) {day}"


def no_article(chance: random.Random) -> bytes:
    return chance.choice((b'{"title": "Cut off", "text": "The line ends he', b'{"title": "Empty", "text": " "}', b"[]"))


def lines(count: int, *, seed: int = 1, jobs: int | None = None) -> Iterator[bytes]:
    """So many lines, each with its line feed, in order; `jobs` processes make them."""
    with ProcessPoolExecutor(jobs or os.cpu_count()) as pool:
        # A window of chunks: the pool would otherwise make all of them before the first is written.
        for first in range(0, count, 16 * CHUNK):
            numbers = range(first // CHUNK, -(-min(count, first + 16 * CHUNK) // CHUNK))
            at = first
            for made_lines in pool.map(partial(chunk, seed=seed), numbers):
                yield from (line + b"\n" for line in made_lines[: count - at])
                at += CHUNK


def write_files(rows: Iterable[bytes], folder: Path) -> None:
    """The articles alone, each a text file: its title, a blank line and its text."""
    for number, row in enumerate(rows):
        try:
            article = json.loads(row)
        except ValueError:
            continue
        if isinstance(article, dict):
            place = folder / f"{number // CHUNK:04}"
            place.mkdir(parents=True, exist_ok=True)
            text = f"{article['title']}\n\n{article['text']}\n"
            (place / f"{number:07}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--files", type=Path, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int)
    options = parser.parse_args()
    rows = lines(options.count, seed=options.seed, jobs=options.jobs)
    if options.files:
        write_files(rows, options.files)
        return
    with options.output.open("wb") if options.output else nullcontext(sys.stdout.buffer) as stream:
        stream.writelines(rows)


if __name__ == "__main__":
    main()
