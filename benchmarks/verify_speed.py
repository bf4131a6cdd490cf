"""How long `verify` takes, and how much memory, beside other checkers and the floor, on packages made for it.

    python -m benchmarks.verify_speed FOLDER [--size 200M] [--media 12] [--articles 10000] [--jobs 2]

Two things are checked: a package of invented articles, as `archiver pack` makes it, and a WACZ such as others make, of
invented responses, until its WARC files have the size given. What stands in FOLDER already is used again.

There are two floors: `gunzip -c` of the WARC files into `sha256sum`, and `sha256sum` of the WACZ, by CPU time of all
these processes; and the same in one process with ISA-L, without the time that starting it takes. The other tools are
those in build/peers. The tools take turns, and the least of all rounds counts. CPU is that of all processes, MB the
peak of the largest; the last columns are the CPU beside each floor's.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from benchmarks import generate
from benchmarks.cost import ARCHIVER, PEERS, Cost, in_turns, run
from benchmarks.floors import gunzip_floor, in_process
from isal import isal_zlib

PER_FILE = 64 << 20
WORDS = [f"{chr(97 + a)}{chr(97 + b)}{chr(97 + c)}ing" for a in range(26) for b in range(7) for c in range(5)]
UNITS = {"M": 1 << 20, "G": 1 << 30}


def digest(data: bytes) -> str:
    """A digest as records write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Response(NamedTuple):
    """An invented response: its address, media type, record, and payload digest."""

    uri: str
    mime: str
    record: bytes
    digest: str


def response(number: int, chance: random.Random, media: int) -> Response:
    """A page of some hundred words or, `media` times in a hundred, an image of 20 to 400 KB, which does not deflate."""
    is_image = chance.randrange(100) < media
    uri, mime = f"https://news.example/{number}", "image/jpeg" if is_image else "text/html"
    words = chance.choices(WORDS, k=chance.randint(300, 1500))
    body = chance.randbytes(chance.randint(20_000, 400_000)) if is_image else " ".join(words).encode()
    block = f"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-5000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Target-URI: {uri}\r\nWARC-Block-Digest: {digest(block)}\r\n"
        f"WARC-Payload-Digest: {digest(body)}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return Response(uri, mime, head.encode() + block + b"\r\n\r\n", digest(body))


def warcs(folder: Path, size: int, media: int) -> Iterator[bytes]:
    """Writes WARC files until they have the size; yields the rows of their index."""
    chance, number, total = random.Random(7), 0, 0
    info = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:00000000-0000-5000-9000-%012d>\r\n"
    info += (
        b"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Type: application/warc-fields\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    )
    while total < size:
        name = f"a{total // PER_FILE:05d}.warc.gz"
        with (folder / name).open("wb") as stream:
            stream.write(isal_zlib.compress(info % number, 2, 31))
            while stream.tell() < min(PER_FILE, size - total):
                number += 1
                made = response(number, chance, media)
                member = isal_zlib.compress(made.record, 2, 31)
                fields = {"url": made.uri, "mime": made.mime, "status": "200", "digest": made.digest}
                fields |= {"length": str(len(member)), "offset": str(stream.tell()), "filename": name}
                fields["recordDigest"] = digest(member)
                yield f"example,news)/{number} 20240506070809 {json.dumps(fields)}\n".encode()
                stream.write(member)
            total += stream.tell()


def responses(folder: Path, size: int, media: int) -> tuple[Path, Path]:
    """A WACZ of responses, and a bag of its WARC files; made where they do not stand yet."""
    path = folder / f"responses-{size}-{media}.wacz"
    parts = path.with_suffix("")
    if path.exists():
        return path, parts
    (parts / "data/archive").mkdir(parents=True)
    rows = sorted(warcs(parts / "data/archive", size, media))
    files = [(f"archive/{each.name}", each.read_bytes) for each in sorted((parts / "data/archive").iterdir())]
    pages = b'{"format": "json-pages-1.0", "id": "pages", "title": "All"}\n'
    listed = []
    with ZipFile(path, "w") as archive:
        for name, read in [*files, ("indexes/index.cdx", lambda: b"".join(rows)), ("pages/pages.jsonl", lambda: pages)]:
            data = read()
            listed.append({"name": name, "path": name, "hash": digest(data), "bytes": len(data)})
            archive.writestr(ZipInfo(name), data, ZIP_STORED if name.startswith("archive") else ZIP_DEFLATED)
        manifest = {"profile": "data-package", "wacz_version": "1.1.1", "created": "2024-05-06T07:08:09Z"}
        data = json.dumps(manifest | {"software": "invented", "resources": listed}).encode()
        archive.writestr("datapackage.json", data)
        archive.writestr("datapackage-digest.json", json.dumps({"path": "datapackage.json", "hash": digest(data)}))
    bag(parts)
    return path, parts


def bag(root: Path) -> None:
    """Makes a bag of the folder of WARC files."""
    files = sorted((root / "data/archive").iterdir())
    lines = [f"{digest(each.read_bytes())[7:]}  data/archive/{each.name}\n" for each in files]
    (root / "manifest-sha256.txt").write_text("".join(lines))
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")


def table(title: str, package: Path, work: dict[str, Callable[[], Cost]], rounds: int) -> None:
    """Does the work in turns, and prints what each cost; the first two are the floors."""
    print(f"\n{title}, {_size(package) / 1e6:,.0f} MB\n")
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}{'MB':>6}{'× gunzip':>10}{'× ISA-L':>9}")
    costs = in_turns(work, rounds)
    gunzip, strict = [cost.cpu for cost in costs.values()][:2]
    for name, cost in costs.items():
        beside = f"{cost.cpu / gunzip:10.2f}{cost.cpu / strict:9.2f}"
        print(f"{name:34}{cost.wall:8.2f}{cost.cpu:8.2f}{cost.largest >> 20:6}{beside}")


def _size(package: Path) -> int:
    files = [package] if package.is_file() else [path for path in package.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files)


def work_for(options: argparse.Namespace, wacz: Path, bag: Path, checked: Path) -> dict[str, Callable[[], Cost]]:
    """The floors and the tools, by the names that the table has for them; `checked`, the zip or the bag, is ours."""
    warcs = sorted(bag.glob("data/*/*.warc.gz"))
    ours = [ARCHIVER, "verify", "--quiet"]
    commands: dict[str, list[object]] = {
        "archiver verify -j 1": [*ours, "-j", 1, checked],
        f"archiver verify -j {options.jobs}": [*ours, "-j", options.jobs, checked],
        "archiver verify --level records": [*ours, "-j", 1, "--level", "records", checked],
        "archiver verify --level fixity": [*ours, "-j", 1, "--level", "fixity", checked],
        "wacz validate": [PEERS / "wacz", "validate", "-f", wacz],
        "warcio check": [PEERS / "warcio", "check", *warcs],
        "bagit.py --validate": [PEERS / "bagit.py", "--validate", bag],
    }
    there = {name: partial(run, command) for name, command in commands.items() if Path(str(command[0])).exists()}
    return {
        "floor: gunzip, sha256sum": partial(run, gunzip_floor(wacz, warcs)),
        "floor: ISA-L in one process": partial(in_process, "verify", wacz),
        **there,
    }


def articles(folder: Path, count: int) -> tuple[Path, Path]:
    """A package of invented articles, as a zip and as a bag; made where it does not stand yet."""
    source, made = folder / f"articles-{count}.jsonl", (folder / f"articles-{count}.wacz", folder / f"articles-{count}")
    if not source.exists():
        with source.open("wb") as stream:
            stream.writelines(generate.lines(count))
    for target in made:
        if not target.exists():
            pack = [
                str(Path(sys.executable).parent / "archiver"),
                "pack",
                "--quiet",
                "--created",
                "2024-05-06T07:08:09Z",
            ]
            # The status is 1: a few of the articles are none, as in every collection.
            subprocess.run([*pack, str(source), "-o", str(target)], check=False, capture_output=True)
    return made


def make(options: argparse.Namespace) -> list[tuple[str, Path, Path, Path]]:
    """What is checked: a title, the WACZ, the bag, and which of them `verify` is given."""
    options.folder.mkdir(parents=True, exist_ok=True)
    made = []
    if options.articles:
        wacz, bag = articles(options.folder, options.articles)
        made.append((f"{options.articles:,} articles", wacz, bag, bag))
    size = int(options.size[:-1]) * UNITS[options.size[-1]]
    if size:
        wacz, bag = responses(options.folder, size, options.media)
        made.append(("Responses of another software", wacz, bag, wacz))
    return made


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="200M", help="of the WACZ of responses; 0M leaves it out")
    parser.add_argument("--media", type=int, default=12, help="of a hundred responses, so many are images")
    parser.add_argument("--articles", type=int, default=10_000, help="of the package; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3, help="of all, the least counts")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--make", action="store_true", help="make what is checked, and check nothing")
    options = parser.parse_args()
    if options.make:
        make(options)
        return
    # In a process of its own: the peak of one that forks counts as its children's.
    subprocess.run([sys.executable, "-m", "benchmarks.verify_speed", *sys.argv[1:], "--make"], check=True)
    for title, wacz, bag, checked in make(options):
        table(title, checked, work_for(options, wacz, bag, checked), options.rounds)


if __name__ == "__main__":
    main()
