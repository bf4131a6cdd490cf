"""Throughput from one process to two, on generated articles, in alternating runs.

    python -m benchmarks.scaling [--articles 20000] [--rounds 3] [--jobs 2] [--work FOLDER] [--write]

Prints a line a run: seconds by stage, and the CPU seconds of all its processes. The last line has the ratio of the
fastest runs, for on a machine that others use too the fastest is the least disturbed one; beside it the ratio that the
CPU seconds alone would allow, were every processor free, and what the machine itself gives: how much more is done in
the same time by several runs of one process each, which have nothing to do with one another. `--write` puts that into
docs/performance.md.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import PAGE
from benchmarks.cost import machine, written


class Timed(NamedTuple):
    """Seconds that passed, those of the stage that all processes share, and those of the processors."""

    total: float
    shards: float
    cpu: float


def timed(source: Path, out: Path, jobs: int) -> Timed:
    """Pack once."""
    report = out.with_name("report.json")
    command = [sys.executable, "-m", "archiver", "pack", str(source), "-o", str(out), "-j", str(jobs)]
    before = os.times()
    done = subprocess.run([*command, "--report", str(report)], stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    assert done.returncode in (0, 1)
    seconds = json.loads(report.read_bytes())["seconds"]
    report.unlink()
    shutil.rmtree(out)
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    stages = ", ".join(f"{name} {took:.2f}" for name, took in seconds.items())
    print(f"-j {jobs}: {stages}; {cpu:.2f} s of processors", flush=True)
    return Timed(seconds["total"], seconds["shards"], cpu)


def apart(source: Path, folder: Path, runs: int) -> float:
    """Seconds for several runs of one process each, all at once."""
    outs = [folder / f"apart-{number}" for number in range(runs)]
    command = [sys.executable, "-m", "archiver", "pack", str(source), "-j", "1", "-q", "-o"]
    began = time.perf_counter()
    started = [subprocess.Popen([*command, str(out)]) for out in outs]
    assert all(each.wait() in (0, 1) for each in started)
    took = time.perf_counter() - began
    for out in outs:
        shutil.rmtree(out)
    print(f"{runs} runs of -j 1 at once: {took:.2f}", flush=True)
    return took


def main() -> None:
    """Alternate, and compare the fastest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        source = Path(folder) / "articles.jsonl"
        generate = [sys.executable, "-m", "benchmarks.generate", str(options.articles), "-o", str(source)]
        subprocess.run(generate, check=True)
        runs: dict[int, list[Timed]] = {1: [], options.jobs: []}
        at_once: list[float] = []
        for _ in range(options.rounds):
            for jobs, times in runs.items():
                times.append(timed(source, Path(folder) / "out", jobs))
            at_once.append(apart(source, Path(folder), options.jobs))
    one, many = (min(times) for times in runs.values())
    serial = one.total - one.shards
    possible = one.total / (serial + one.shards * many.cpu / one.cpu / options.jobs)
    given = options.jobs * one.total / min(at_once)
    text = (
        f"{machine()}; {options.articles:,} generated articles, the fastest of {options.rounds} rounds.\n\n"
        f"| from one process to {options.jobs} | times as fast |\n|---|--:|\n"
        f"| `pack`: {one.total:.1f} s become {many.total:.1f} s | {one.total / many.total:.2f} |\n"
        f"| the same, were every processor free: by the CPU seconds of both | {possible:.2f} |\n"
        f"| what the machine gives to {options.jobs} runs that have nothing to do with one another | {given:.2f} |\n"
    )
    print(text)
    if options.write:
        written(PAGE, "scaling", text)


if __name__ == "__main__":
    main()
