"""Bad input at scale: `.venv/bin/python benchmarks/bad_input.py [NAME...]` packs what breaks packers, at full size.

For each source: counts, seconds, the peak memory of the largest process; then it checks that the counts add up to what
was put in, and that every rejected item is found in the source by what its record says of its place.
"""

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MIB = 1 << 20
SENTENCE = "The council met on Tuesday and could not agree on the harbour, its walls or its debts. "


def good(number: int) -> bytes:
    """A line of JSON Lines that is an article, of some 3.6 KB."""
    return json.dumps({"id": number, "text": f"{number}. " + SENTENCE * 40}).encode() + b"\n"


def long_line(path: Path) -> tuple[int, int]:
    """One line of 200 MB between good ones."""
    with path.open("wb") as stream:
        stream.writelines(map(good, range(1000)))
        stream.write(b'{"text": "')
        for _ in range(200):
            stream.write(b"a long word " * (MIB // 12))
        stream.write(b'"}\n')
        stream.writelines(map(good, range(1000, 2000)))
    return 2000, 1


def empty_lines(path: Path) -> tuple[int, int]:
    """A million empty lines between good ones."""
    with path.open("wb") as stream:
        for part in range(10):
            stream.write(b"\n" * 100_000)
            stream.writelines(map(good, range(part * 100, part * 100 + 100)))
    return 1000, 0


def truncated(path: Path) -> tuple[int, int]:
    """A compressed file that ends in the midst of a line, and so in the midst of its shard."""
    whole = path.with_suffix(".whole")
    with gzip.open(whole, "wb", compresslevel=1) as stream:
        stream.writelines(map(good, range(20_000)))
    data = whole.read_bytes()
    whole.unlink()
    path.write_bytes(data[: len(data) * 2 // 3])
    return -1, 1


def broken_lines(path: Path) -> tuple[int, int]:
    """A large file of which each tenth line is broken in one of five ways."""
    ways = (
        lambda line: line[: len(line) // 2] + b"\n",
        lambda line: b"<p>" + line,
        lambda line: line.replace(b'"text"', b'"txet"'),
        lambda line: b"\x00\x01\x02" * (len(line) // 3) + b"\n",
        lambda line: b"[" + line[:-1] + b"]]\n",
    )
    with path.open("wb") as stream:
        for number in range(50_000):
            line = good(number)
            stream.write(ways[number // 10 % len(ways)](line) if number % 10 == 9 else line)
    return 45_000, 5_000


CASES: dict[str, tuple[str, Callable[[Path], tuple[int, int]]]] = {
    "long-line": ("wire.jsonl", long_line),
    "empty-lines": ("wire.jsonl", empty_lines),
    "truncated-gzip": ("wire.jsonl.gz", truncated),
    "broken-lines": ("wire.jsonl", broken_lines),
}


def rejections(package: Path) -> Iterator[dict[str, Any]]:
    """What the package says of its rejected items."""
    rows = json.loads((package / "data" / "provenance" / "rejected.json").read_bytes())
    yield from rows


def line_at(path: Path, offset: int) -> int:
    """The number of the line that begins at `offset`, counted here and not by what is under test."""
    count = 0
    with path.open("rb") as stream:
        while offset:
            part = stream.read(min(offset, MIB))
            count, offset = count + part.count(b"\n"), offset - len(part)
    return count + 1


def measure(name: str, folder: Path) -> None:
    """Make the source, pack it in a process of its own, and hold its counts to what was put in."""
    file, make = CASES[name]
    source, out = folder / file, folder / "out"
    articles, broken = make(source)
    command = [sys.executable, "-m", "archiver", "pack", str(source), "-o", str(out), "-q"]
    command += ["--created", "2024-05-06T07:08:09Z", "-j", "2"]
    started = time.perf_counter()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    run = json.loads((out / "data" / "provenance" / "run.json").read_bytes())
    items = run["counts"]["items"]
    print(f"{name}: {source.stat().st_size // MIB} MiB, exit {status}, {items}, {seconds:.0f} s, {peak} MB at most")
    assert items["rejected"] == broken, broken
    assert articles in (-1, items["archived"] + items["duplicate"]), articles
    assert run["items"] == sum(items.values())
    found = [row["source"] for row in rejections(out)]
    assert len(found) == broken
    if not name.endswith("gzip"):
        for place in [*found[:20], *found[-20:]]:
            assert place["line"] == line_at(source, place["offset"]), place
    print(f"    {broken} rejected items are found by line and offset")


def main() -> None:
    """Each case in a process of its own: the peak is that of its own children."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        with tempfile.TemporaryDirectory() as folder:
            measure(sys.argv[2], Path(folder))
        return
    for name in sys.argv[1:] or CASES:
        subprocess.run([sys.executable, __file__, "--one", name], check=True)


if __name__ == "__main__":
    main()
