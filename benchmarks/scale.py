"""`make bench-scale`: time an article and peak memory at 10 thousand, 100 thousand and a million articles.

    python -m benchmarks.scale [--sizes 10000,100000,1000000] [--folder FOLDER] [--given FOLDER] [--jobs N] [--write]

For each size articles are generated, packed into a bag on all cores and verified, and captures are looked up in the
package's index at random, down to their records. Some of them are replayed: by pywb, which `archiver replay` starts,
and by ReplayWeb.page, to which the bag's WACZ is given as one file. FOLDER needs room for some 45 KB an article; each
size is deleted before the next. `--write` puts the table into docs/performance.md.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.request import urlopen
from zipfile import ZIP_STORED, ZipFile

from benchmarks.bench import CREATED, DONE, MS, PAGE
from benchmarks.cost import ARCHIVER, PEERS, Cost, machine, run, written
from benchmarks.generate import lines
from isal import isal_zlib
from playwright.sync_api import Error

from tests.interop import replayweb

LOOKED_UP = 200
REPLAYED = 20
LOADING = 400_000.0  # milliseconds: the player reads the whole page list first
MB = 1 << 20


class Size(NamedTuple):
    """What was measured with so many articles; `found` of the captures looked up were there,
    and of those replayed so many came as they were packed."""

    articles: int
    pack: Cost
    verify: Cost
    bytes: int
    found: int
    in_pywb: int
    in_player: int


def measured(count: int, folder: Path, jobs: int, given: Path | None) -> Size:
    source, package = folder / "articles.jsonl", folder / "package"
    if given:
        source.symlink_to(given.absolute())
    else:
        with source.open("wb") as stream:
            stream.writelines(lines(count))
    packed = run([ARCHIVER, "pack", source, "-o", package, "-q", "-j", jobs, *CREATED], statuses=DONE)
    verified = run([ARCHIVER, "verify", "-q", "-j", jobs, package])
    size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    rows = list(_captures(package / "data"))
    found = sum(_payload(row, package / "data") is not None for row in rows)
    # The player finds nothing but http and https by way of a ZipNum index's blocks (docs/package.md).
    pages = [row for row in rows if row["url"].startswith("http")]
    replayed = [_pywb(package, rows[:REPLAYED]), _player(package, folder, pages[:REPLAYED])]
    shutil.rmtree(package)
    source.unlink()
    return Size(count, packed, verified, size, found, *replayed)


def _captures(data: Path) -> Iterator[dict[str, str]]:
    """Rows of the index, drawn at random: of a large package by way of its ZipNum blocks."""
    chance, plain = random.Random(1), data / "indexes" / "index.cdx"
    if plain.exists():
        lines_of = plain.read_bytes().splitlines()
        yield from (_row_of(chance.choice(lines_of)) for _ in range(LOOKED_UP))
        return
    pointers = (data / "indexes" / "index.idx").read_bytes().splitlines()[1:]
    with (data / "indexes" / "index.cdx.gz").open("rb") as blocks:
        for _ in range(LOOKED_UP):
            place = json.loads(chance.choice(pointers).split(b" ", 2)[2])
            blocks.seek(place["offset"])
            yield _row_of(chance.choice(isal_zlib.decompress(blocks.read(place["length"]), 31).splitlines()))


def _row_of(line: bytes) -> dict[str, str]:
    """A row of the index with its timestamp."""
    _, timestamp, row = line.split(b" ", 2)
    return {**json.loads(row), "timestamp": timestamp.decode()}


def _payload(row: dict[str, str], data: Path) -> bytes | None:
    """The payload of the record that a row speaks of; None where it does not stand where the row says."""
    with (data / "archive" / row["filename"]).open("rb") as stream:
        stream.seek(int(row["offset"]))
        head, _, rest = isal_zlib.decompress(stream.read(int(row["length"])), 31).partition(b"\r\n\r\n")
    return rest.removesuffix(b"\r\n\r\n") if f"WARC-Target-URI: {row['url']}".encode() in head.splitlines() else None


def _pywb(package: Path, rows: list[dict[str, str]]) -> int:
    """How many captures pywb serves byte for byte; it finds them by the package's own index."""
    command = [str(part) for part in (ARCHIVER, "replay", package, "--pywb", PEERS.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        pages = server.stdout.readline().split()[-1]
        try:
            return sum(_served(pages, row) == _payload(row, package / "data") for row in rows)
        finally:
            server.terminate()


def _served(pages: str, row: dict[str, str]) -> bytes:
    """The bytes of a capture as pywb gives them to who asks for the original."""
    with urlopen(f"{pages}{row['timestamp']}id_/{row['url']}", timeout=60) as answer:
        served: bytes = answer.read()
        return served


def _player(package: Path, folder: Path, rows: list[dict[str, str]]) -> int:
    """How many captures ReplayWeb.page serves byte for byte."""
    wacz = folder / "package.wacz"
    with ZipFile(wacz, "w", ZIP_STORED) as zipped:
        for path in sorted(path for path in (package / "data").rglob("*") if path.is_file()):
            zipped.write(path, path.relative_to(package / "data"))
    with replayweb.chromium() as browser, replayweb.playing(browser, wacz, folder) as player:
        first = next(row for row in rows if row["mime"].startswith("text/html"))
        try:
            player.open(first["url"], first["timestamp"]).wait_for(timeout=LOADING)
        except Error:
            return 0
        return sum(player.served(row["url"], row["timestamp"]) == _payload(row, package / "data") for row in rows)


def table(sizes: list[Size]) -> str:
    head = (
        "| articles | pack: ms an article | CPU ms | largest process, MB | parent, MB "
        "| verify: ms an article | CPU ms | largest, MB | parent, MB | package, KB an article | looked up "
        "| as packed in pywb | in ReplayWeb.page |\n"
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "".join(map(_row, sizes))


def _row(size: Size) -> str:
    figures = (
        f"{cost.wall / size.articles * MS:.3f} | {cost.cpu / size.articles * MS:.3f} "
        f"| {cost.largest / MB:.0f} | {cost.parent / MB:.0f}"
        for cost in (size.pack, size.verify)
    )
    each = f"{size.bytes / size.articles / 1024:.1f}"
    checked = f"{size.found} of {LOOKED_UP} | {size.in_pywb} of {REPLAYED} | {size.in_player} of {REPLAYED}"
    return f"| {size.articles:,} | {' | '.join(figures)} | {each} | {checked} |\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--given", type=Path, help="a folder that holds SIZE.jsonl, made by benchmarks.generate")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sizes: list[Size] = []
    for count in map(int, options.sizes.split(",")):
        with TemporaryDirectory(dir=options.folder) as name:
            given = options.given / f"{count}.jsonl" if options.given else None
            sizes.append(measured(count, Path(name), options.jobs, given))
            print(_row(sizes[-1]), end="", flush=True)
    text = f"{machine()}; generated articles, {options.jobs} processes.\n\n{table(sizes)}"
    print(text)
    if options.write:
        written(PAGE, "scale", text)


if __name__ == "__main__":
    main()
