"""What a plan costs: `.venv/bin/python benchmarks/plan.py [FILES]` makes a million small files, and one of 100 GB.

Prints seconds, peak memory of a process that plans, and how many bytes it read from files.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archiver.pack.spool import Spool
from archiver.sources.plan import plan

IN_FOLDER = 5000
LARGE = 100 * 10**9


def lay(root: Path, count: int) -> None:
    """Small files, some thousands in a folder."""
    for number in range(count):
        folder = root / f"{number // IN_FOLDER:06}"
        if number % IN_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"article-{number:08}.txt").touch()


def read() -> int:
    """How many bytes this process has read so far."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split()[1])


def measure(source: Path) -> None:
    """Plan, and say what it took."""
    started, before = time.perf_counter(), read()
    with Spool(plan([source])) as shards:
        planned = read() - before
        total = sum(len(shard.slices) for shard in shards)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{source.name}: {len(shards):,} shards, {total:,} slices, {time.perf_counter() - started:.1f} s, "
        f"{peak} MB at most, {planned:,} bytes read"
    )


def main() -> None:
    """Each in a process of its own, so that its peak is its own."""
    if len(sys.argv) > 2:
        measure(Path(sys.argv[2]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    with tempfile.TemporaryDirectory() as folder:
        lay(Path(folder) / "many", count)
        with (Path(folder) / "large.jsonl").open("wb") as stream:
            stream.truncate(LARGE)
        for name in ("many", "large.jsonl"):
            subprocess.run([sys.executable, __file__, str(count), str(Path(folder) / name)], check=True)


if __name__ == "__main__":
    main()
