"""What a plan costs: `.venv/bin/python benchmarks/plan.py [FILES]` makes a million small files, and one of 100 GB.

The small files lie in many folders, in one, or in two that are both given and hold the same names. Prints seconds, peak
memory of a process that plans, and how many bytes it read from files.
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


def lay(root: Path, count: int, in_folder: int) -> None:
    """Small files, so many in a folder."""
    for number in range(count):
        folder = root / f"{number // in_folder:06}"
        if number % in_folder == 0:
            folder.mkdir(parents=True)
        (folder / f"article-{number % in_folder:08}.txt").touch()


def read() -> int:
    """How many bytes this process has read so far."""
    return int(Path("/proc/self/io").read_text(encoding="ascii").split()[1])


def measure(name: str, sources: list[Path]) -> None:
    """Plan, and say what it took."""
    started, before = time.perf_counter(), read()
    with Spool(plan(sources)) as shards:
        planned = read() - before
        total = sum(len(shard.slices) for shard in shards)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name}: {len(shards):,} shards, {total:,} slices, {time.perf_counter() - started:.1f} s, "
        f"{peak} MB at most, {planned:,} bytes read"
    )


def main() -> None:
    """Each in a process of its own, so that its peak is its own."""
    if len(sys.argv) > 2:
        measure(sys.argv[2], list(map(Path, sys.argv[3:])))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    layouts = {"many folders": IN_FOLDER, "one folder": count, "two folders of the same names": count // 2}
    for name, in_folder in layouts.items():
        with tempfile.TemporaryDirectory() as folder:
            lay(Path(folder), count, in_folder)
            sources = [folder] if name == "many folders" else sorted(Path(folder).iterdir())
            subprocess.run([sys.executable, __file__, str(count), name, *map(str, sources)], check=True)
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as stream:
        stream.truncate(LARGE)
        subprocess.run([sys.executable, __file__, str(count), "one large file", stream.name], check=True)


if __name__ == "__main__":
    main()
