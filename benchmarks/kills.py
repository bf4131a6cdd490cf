"""Kill a packing run again and again, take it up each time, and hold the package to one that nobody disturbed.

    python -m benchmarks.kills [--articles 20000] [--kills 100] [--seed 1] [--jobs 2] [--work FOLDER] [--write]

Most kills come at any moment of the run, the last third while the package is put together, up to its renames. Half of
them hit the run with all its workers, half its first process alone. Prints a line a kill; the exit status is 1 where a
byte differs, or anything is left behind. `--write` puts the sum of it into docs/performance.md.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import PAGE
from benchmarks.cost import machine, written

CREATED = "2024-05-06T07:08:09Z"
ASSEMBLING = 1 / 3
"""The share of the kills that are kept for the end of a run."""
SHARDS = 2
"""How many shards a run has for each kill: every life of it has to finish one, or it would have no end."""


class Run(NamedTuple):
    """What is packed, and how."""

    source: Path
    out: Path
    shard_size: int
    jobs: int

    @property
    def work(self) -> Path:
        """Where the run keeps what it has finished."""
        return self.out.with_name(f".{self.out.name}.work")

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Begin the run, or take it up again, in a process group of its own."""
        command = [sys.executable, "-m", "archiver", "pack", str(self.source), "-o", str(self.out), "--resume", *more]
        options = ["--created", CREATED, "--shard-size", str(self.shard_size), "-j", str(self.jobs)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen([*command, *options], start_new_session=True, stdout=quiet, stderr=quiet)

    def undisturbed(self) -> dict[str, float]:
        """Let it run to its end; how many seconds its stages took."""
        report = self.out.with_name("report.json")
        assert self.start("--report", str(report)).wait() in (0, 1)
        seconds: dict[str, float] = json.loads(report.read_bytes())["seconds"]
        report.unlink()
        return seconds

    def is_assembling(self, since: int) -> bool:
        """Whether the package is being put together, and was not before the time `since`."""
        try:
            return (self.work / "stage").stat().st_ctime_ns > since
        except OSError:
            return False


def digest(path: Path) -> str:
    """A digest over the names and bytes of all that stands at `path`."""
    total = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as stream:
                total.update(f"{file.relative_to(path)} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def killed(run: Run, seconds: float, *, late: bool, everyone: bool) -> bool:
    """Start the run and kill it after `seconds`, or so long after it began to assemble; False where it came to its end.

    SIGKILL goes to the first process, or to it and its workers.
    """
    since = time.time_ns()
    process = run.start()
    while late and process.poll() is None and not run.is_assembling(since):
        time.sleep(0.002)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        (os.killpg if everyone else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def disturbed(run: Run, expected: str, options: argparse.Namespace, took: dict[str, float]) -> Iterator[str]:
    """Kill the run and take it up again until the number of kills is reached: a line for each kill, and each end."""
    chance = random.Random(options.seed)
    done = 0
    while done < options.kills:
        late = done >= options.kills * (1 - ASSEMBLING)
        seconds = chance.uniform(0, took["assembly"] if late else 2 * (took["shards"] / options.kills + options.start))
        everyone = chance.random() < 0.5
        if killed(run, seconds, late=late, everyone=everyone):
            done += 1
            finished = len(list(run.work.glob("receipts/*[0-9]")))
            moment = f"{seconds:.2f} s after its {'assembly began' if late else 'start'}"
            yield f"kill {done}, {moment}, {'all' if everyone else 'the first process'}: {finished} shards finished"
        else:
            yield f"came to its end: {compared(run, expected)}"
            shutil.rmtree(run.out) if run.out.is_dir() else run.out.unlink()
    run.undisturbed()
    yield f"came to its end: {compared(run, expected)}"


def compared(run: Run, expected: str) -> str:
    """Whether the package is the expected one, and what else stands beside it."""
    left = [path.name for path in run.out.parent.iterdir() if path != run.out]
    same = "the same bytes" if digest(run.out) == expected else "BYTES DIFFER"
    return f"{same}, {f'LEFT {left}' if left else 'nothing left'}"


def main() -> int:
    """Bag and WACZ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--start", type=float, default=2.0, help="seconds that a run needs before it finishes a shard")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    said: list[str] = []
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        source = Path(folder) / "articles.jsonl"
        generate = [sys.executable, "-m", "benchmarks.generate", str(options.articles), "-o", str(source)]
        subprocess.run(generate, check=True)
        size = max(source.stat().st_size // (SHARDS * options.kills), 1)
        for name in ("bag", "package.wacz"):
            places = [Path(folder) / f"{state}-{name}" / name for state in ("whole", "killed")]
            runs = [Run(source, place, size, options.jobs) for place in places]
            for run in runs:
                run.out.parent.mkdir(exist_ok=True)
            took = runs[0].undisturbed()
            print(f"{name}: {options.articles:,} articles undisturbed in {took['total']:.1f} s, {size:,} bytes a shard")
            for line in disturbed(runs[1], digest(runs[0].out), options, took):
                print(f"  {line}", flush=True)
                said.append(line)
    bad = sum("DIFFER" in line or "LEFT" in line for line in said)
    ends = sum("its end" in line for line in said)
    text = (
        f"{machine()}; {options.articles:,} generated articles, {options.jobs} processes, as a bag and as a WACZ: "
        f"killed {len(said) - ends} times and taken up each time; it came to its end {ends} times, {bad} of them with "
        "other bytes or something left behind.\n"
    )
    print(text)
    if options.write:
        written(PAGE, "kills", text)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
