"""`make bench-scale`: time an article and peak memory at 10 thousand, 100 thousand and a million articles.

    python -m benchmarks.scale [--sizes 10000,100000,1000000] [--folder FOLDER] [--jobs N] [--write]

For each size articles are generated, packed into a bag on all cores and verified, and captures are looked up in the
package's index at random, down to their records. FOLDER needs room for some 30 KB an article; each size is deleted
before the next. `--write` puts the table into docs/performance.md.
"""

import argparse
import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.bench import CREATED, DONE, MS, PAGE
from benchmarks.cost import ARCHIVER, Cost, machine, run, written
from benchmarks.generate import lines
from isal import isal_zlib

LOOKED_UP = 200
MB = 1 << 20


class Size(NamedTuple):
    """What was measured with so many articles; `found` of the captures looked up were there."""

    articles: int
    pack: Cost
    verify: Cost
    bytes: int
    found: int


def measured(count: int, folder: Path, jobs: int) -> Size:
    source, package = folder / "articles.jsonl", folder / "package"
    with source.open("wb") as stream:
        stream.writelines(lines(count))
    packed = run([ARCHIVER, "pack", source, "-o", package, "-q", "-j", jobs, *CREATED], statuses=DONE)
    verified = run([ARCHIVER, "verify", "-q", "-j", jobs, package])
    size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    found = sum(map(_is_there, _captures(package / "data"), [package / "data"] * LOOKED_UP))
    shutil.rmtree(package)
    source.unlink()
    return Size(count, packed, verified, size, found)


def _captures(data: Path) -> Iterator[dict[str, str]]:
    """Rows of the index, drawn at random: of a large package by way of its ZipNum blocks."""
    chance, plain = random.Random(1), data / "indexes" / "index.cdx"
    if plain.exists():
        rows = plain.read_bytes().splitlines()
        yield from (json.loads(chance.choice(rows).split(b" ", 2)[2]) for _ in range(LOOKED_UP))
        return
    pointers = (data / "indexes" / "index.idx").read_bytes().splitlines()[1:]
    with (data / "indexes" / "index.cdx.gz").open("rb") as blocks:
        for _ in range(LOOKED_UP):
            place = json.loads(chance.choice(pointers).split(b" ", 2)[2])
            blocks.seek(place["offset"])
            rows = isal_zlib.decompress(blocks.read(place["length"]), 31).splitlines()
            yield json.loads(chance.choice(rows).split(b" ", 2)[2])


def _is_there(row: dict[str, str], data: Path) -> bool:
    """Whether the record that a row speaks of stands where it says."""
    with (data / "archive" / row["filename"]).open("rb") as stream:
        stream.seek(int(row["offset"]))
        record = isal_zlib.decompress(stream.read(int(row["length"])), 31)
    return f"WARC-Target-URI: {row['url']}\r\n".encode() in record


def table(sizes: list[Size]) -> str:
    head = (
        "| articles | pack: ms an article | CPU ms | largest process, MB | parent, MB "
        "| verify: ms an article | CPU ms | largest, MB | parent, MB | package, KB an article | looked up |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "".join(map(_row, sizes))


def _row(size: Size) -> str:
    figures = (
        f"{cost.wall / size.articles * MS:.3f} | {cost.cpu / size.articles * MS:.3f} "
        f"| {cost.largest / MB:.0f} | {cost.parent / MB:.0f}"
        for cost in (size.pack, size.verify)
    )
    each = f"{size.bytes / size.articles / 1024:.1f}"
    return f"| {size.articles:,} | {' | '.join(figures)} | {each} | {size.found} of {LOOKED_UP} |\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sizes: list[Size] = []
    for count in map(int, options.sizes.split(",")):
        with TemporaryDirectory(dir=options.folder) as name:
            sizes.append(measured(count, Path(name), options.jobs))
            print(_row(sizes[-1]), end="", flush=True)
    text = f"{machine()}; generated articles, {options.jobs} processes.\n\n{table(sizes)}"
    print(text)
    if options.write:
        written(PAGE, "scale", text)


if __name__ == "__main__":
    main()
