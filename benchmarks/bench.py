"""`make bench`: what packing and verifying cost, beside the field's tools and beside the floor, in one run.

    python -m benchmarks.bench [--articles N] [--rounds N] [--write]

Articles are generated, once as JSON Lines and once as text files, and packed and verified. Each row says what was
measured, the other side of it, the ratio, and what is to be reached. `--write` puts the table into docs/performance.md.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import ftfy
from benchmarks.cost import ARCHIVER, PEERS, WARCIT, Cost, in_turns, machine, run, written
from benchmarks.floors import GUNZIP, gunzip_floor, in_process
from benchmarks.generate import lines, write_files
from benchmarks.repair_gold import SAFE
from benchmarks.repair_speed import articles, seconds

from archiver.text.repair import repair

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
CREATED = ("--created", "2024-05-06T07:08:09Z")
MS = 1000
DONE = (0, 1)  # the exit status of `pack`: 1 where some items were no articles
Bench = Callable[[], Cost]


class Row(NamedTuple):
    """A line of the table: `ratio` is to be at least `reach`, or at most, where `at_most`; None is told, no more."""

    what: str
    ours: str
    beside: str
    ratio: float
    reach: float | None
    at_most: bool = True

    @property
    def verdict(self) -> str:
        """The last two cells: what is to be reached, and whether it is."""
        if self.reach is None:
            return "|  |"
        is_reached = self.ratio <= self.reach if self.at_most else self.ratio >= self.reach
        return f"{'≤' if self.at_most else '≥'} {self.reach:g} | {'reached' if is_reached else 'not reached'} |"


def pack(source: Path, out: Path, *options: object) -> Cost:
    return run([ARCHIVER, "pack", source, "-o", out, "-q", "--overwrite", *CREATED, *options], statuses=DONE)


def warcit_and_wacz(source: Path, folder: Path) -> Cost:
    """A WARC of the files, and a WACZ of that."""
    name = folder / "peer"
    first = run([WARCIT, "-q", "-o", "-n", name, "https://news.example/", source])
    second = run([PEERS / "wacz", "create", "-o", folder / "peer.wacz", folder / "peer.warc.gz"])
    return Cost(first.wall + second.wall, first.cpu + second.cpu, max(first.largest, second.largest), 0, "")


def packing(folder: Path, count: int, rounds: int) -> Iterator[Row]:
    costs = in_turns(
        {
            "lines": partial(pack, folder / "articles.jsonl", folder / "bag", "-j", 1),
            "floor": partial(in_process, "pack", folder / "bag"),
            "files": partial(pack, folder / "files", folder / "files.wacz"),
            "peers": partial(warcit_and_wacz, folder / "files", folder),
        },
        rounds,
    )
    rates = {name: count / cost.wall for name, cost in costs.items()}
    yield Row(
        "`pack`, text files to a WACZ, all cores: articles a second, beside warcit + `wacz create`",
        f"{rates['files']:,.0f}", f"{rates['peers']:,.0f}", rates["files"] / rates["peers"], 3, at_most=False,
    )  # fmt: skip
    each = {name: cost.cpu / count * MS for name, cost in costs.items()}
    yield Row(
        "`pack`, JSON Lines to a bag: CPU ms an article, beside the floor",
        f"{each['lines']:.2f}", f"{each['floor']:.2f}", each["lines"] / each["floor"], 4, at_most=True,
    )  # fmt: skip


def repairing(folder: Path, rounds: int) -> Iterator[Row]:
    texts = list(articles([folder / "texts.jsonl"]))
    work: dict[str, Callable[[str], object]] = {"ftfy": lambda text: ftfy.fix_text(text, SAFE), "ours": repair}
    turns = [{name: seconds(texts, one) for name, one in work.items()} for _ in range(rounds)]
    least = {name: min(one[name] for one in turns) / len(texts) * MS for name in work}
    yield Row(
        "repair stage: ms an article, beside plain ftfy (times as fast)",
        f"{least['ours']:.3f}", f"{least['ftfy']:.3f}", least["ftfy"] / least["ours"], 8, at_most=False,
    )  # fmt: skip


def verifying(folder: Path, rounds: int) -> Iterator[Row]:
    wacz, bag = folder / "articles.wacz", folder / "bag"
    pack(folder / "articles.jsonl", wacz)
    warcs = sorted((bag / "data").glob("*/*.warc.gz"))
    costs = in_turns(
        {
            "records": partial(run, [ARCHIVER, "verify", "-q", "-j", 1, "--level", "records", wacz]),
            "full": partial(run, [ARCHIVER, "verify", "-q", "-j", 1, wacz]),
            "gunzip": partial(run, gunzip_floor(wacz, warcs)),
            "ISA-L": partial(in_process, "verify", wacz),
            "records, all cores": partial(run, [ARCHIVER, "verify", "-q", "--level", "records", wacz]),
            "full, all cores": partial(run, [ARCHIVER, "verify", "-q", wacz]),
            "wacz validate": partial(run, [PEERS / "wacz", "validate", "-f", wacz]),
            "warcio check": partial(run, [PEERS / "warcio", "check", *warcs]),
            "fixity, all cores": partial(run, [ARCHIVER, "verify", "-q", "--level", "fixity", bag]),
            "bagit.py": partial(run, [PEERS / "bagit.py", "--quiet", "--validate", bag]),
        },
        rounds,
    )
    cpu = {name: cost.cpu for name, cost in costs.items()}
    wall = {name: cost.wall for name, cost in costs.items()}
    beside = {"gunzip": f"the floor ({GUNZIP})", "ISA-L": "the same in one process with ISA-L"}
    beside |= {name: f"`{name}`" for name in ("wacz validate", "warcio check")}
    for level in ("records", "full"):
        for name, called in beside.items():
            yield Row(
                f"`verify -j 1 --level {level}` of a WACZ: CPU seconds, beside {called}",
                f"{cpu[level]:.2f}", f"{cpu[name]:.2f}", cpu[level] / cpu[name], 2 if name == "gunzip" else None,
            )  # fmt: skip
    peers = [
        (f"{level}, all cores", peer) for level in ("records", "full") for peer in ("wacz validate", "warcio check")
    ]
    for ours, peer in (*peers, ("fixity, all cores", "bagit.py")):
        yield Row(
            f"`verify`, {ours}: seconds, beside `{peer}` (times as fast)",
            f"{wall[ours]:.2f}", f"{wall[peer]:.2f}", wall[peer] / wall[ours], 1, at_most=False,
        )  # fmt: skip


def starting(folder: Path, rounds: int) -> Iterator[Row]:
    small = folder / "small.wacz"
    pack(folder / "files" / "0000" / "0000000.txt", small)
    costs = in_turns(
        {
            "`archiver --version`": partial(run, [ARCHIVER, "--version"]),
            "`archiver verify` of a small file": partial(run, [ARCHIVER, "verify", "-q", small]),
        },
        max(rounds, 7),
    )
    for (name, cost), most in zip(costs.items(), (150, 400), strict=True):
        yield Row(f"{name}: ms", f"{cost.wall * MS:.0f}", f"{most}", cost.wall * MS / most, 1, at_most=True)


def table(rows: list[Row]) -> str:
    head = "| what | archiver | beside it | ratio | to reach | |\n|---|--:|--:|--:|--:|---|\n"
    body = (f"| {row.what} | {row.ours} | {row.beside} | {row.ratio:.2f} | {row.verdict}\n" for row in rows)
    return head + "".join(body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    count, rounds = options.articles, options.rounds
    with TemporaryDirectory() as name:
        folder = Path(name)
        generated = list(lines(count))
        (folder / "articles.jsonl").write_bytes(b"".join(generated))
        (folder / "texts.jsonl").write_bytes(b"".join(line for line in generated if line.startswith(b'{"id"')))
        write_files(generated, folder / "files")
        del generated
        rows = [
            *packing(folder, count, rounds),
            *repairing(folder, rounds),
            *verifying(folder, rounds),
            *starting(folder, rounds),
        ]
    text = f"{machine()}; {count:,} generated articles, the least of {rounds} rounds.\n\n{table(rows)}"
    print(text)
    if options.write:
        written(PAGE, "bench", text)


if __name__ == "__main__":
    main()
