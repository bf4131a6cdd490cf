"""The main job on real material, which is not in this repository: `whole_job.py SEEDS CORPUS`.

SEEDS is a folder with a text file and its `expected.json` (links, tweets, damage); CORPUS holds `text/*.jsonl`. Packs
and verifies them, with one and two workers, as a bag and as a WACZ, and prints which promises are kept.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CREATED = "2024-05-06T07:08:09Z"


def archiver(*args: object) -> str:
    """Run a command of the tool and give its standard output; stops where the command fails."""
    command = [sys.executable, "-m", "archiver", *map(str, args)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packed(sources: list[Path], out: Path, *options: object) -> Path:
    """Pack and verify; the package's path."""
    archiver("pack", *sources, "-o", out, "--created", CREATED, "-q", *options)
    print(archiver("verify", out).strip())
    return out


def contents(package: Path) -> dict[str, bytes]:
    """Every file's bytes by name."""
    if package.is_file():
        return {package.name: package.read_bytes()}
    return {str(path.relative_to(package)): path.read_bytes() for path in package.rglob("*") if path.is_file()}


def seed(folder: Path, work: Path) -> Iterator[tuple[str, bool]]:
    """What the document that the project started from must give."""
    expected = json.loads((folder / "expected.json").read_bytes())
    source = folder / expected["source"]
    record = json.loads(archiver("export", packed([source], work / "seed")))
    original, text = source.read_bytes().decode(), record["text"]
    yield "the 10 links, in order", [link["href"] for link in record["links"]] == expected["links"]
    yield "the 9 tweets", [_tweet(tweet, record) for tweet in record["tweets"]] == expected["tweets"]
    yield "mentions", sorted({name for tweet in record["tweets"] for name in tweet["mentions"]}) == expected["mentions"]
    yield "hashtags", sorted({tag for tweet in record["tweets"] for tag in tweet["hashtags"]}) == expected["hashtags"]
    yield (
        "every span slices right",
        all(
            text[slice(*link["span"])] == link["href"] == original[slice(*link["source_span"])]
            for link in record["links"]
        ),
    )
    yield "exactly its damage is repaired, and white space", _damage(record, original) == expected["damage"]


def _tweet(tweet: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """A tweet as `expected.json` states it: by lines, counted from one."""
    start, end = tweet["span"]
    assert record["text"][start:].startswith(tweet["text"])
    return {
        "author": tweet["author"],
        "handle": tweet["handle"],
        "date": tweet["posted"]["value"],
        "text_line": record["text"].count("\n", 0, start) + 1,
        "signature_line": record["text"].count("\n", 0, end) + 1,
        "links": [record["links"][index]["href"] for index in tweet["links"]],
    }


def _damage(record: dict[str, Any], original: str) -> list[dict[str, Any]]:
    """The repairs that can be seen, by lines and columns of the source, counted from one."""
    changed = [entry for entry in record["repairs"] if entry["before"].strip() or entry["after"].strip()]
    places = [(entry, entry["source_span"][0]) for entry in changed]
    return [
        {
            "line": original.count("\n", 0, at) + 1,
            "column": at - original.rfind("\n", 0, at),
            "before": entry["before"],
            "after": entry["after"],
        }
        for entry, at in places
    ]


def corpus(folder: Path, work: Path) -> Iterator[tuple[str, bool]]:
    """All articles pack and verify, and every line has an outcome."""
    sources = sorted(path for path in (folder / "text").glob("*.jsonl") if "gold" not in path.name)
    lines = sum(path.read_bytes().count(b"\n") for path in sources)
    one = packed(sources, work / "corpus", "-j", 1, "--shard-size", 2_000_000)
    run = json.loads((one / "data/provenance/run.json").read_bytes())
    print(json.dumps(run["counts"]["items"]), f"of {lines} lines")
    yield "the counts add up to the lines", sum(run["counts"]["items"].values()) == lines
    two = packed(sources, work / "corpus2", "-j", 2, "--shard-size", 2_000_000)
    yield "one and two workers give the same bag", contents(one) == contents(two)
    names = [work / "a" / "corpus.wacz", work / "b" / "corpus.wacz"]
    for jobs, name in enumerate(names, 1):
        name.parent.mkdir()
        packed(sources, name, "-j", jobs, "--shard-size", 2_000_000)
    yield "and the same WACZ", contents(names[0]) == contents(names[1])


def main() -> int:
    """Print each promise and whether it is kept; 1 where one is not."""
    seeds, articles = map(Path, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        kept = list(seed(seeds, work)) + list(corpus(articles, work))
    for promise, is_kept in kept:
        print(f"{'kept' if is_kept else 'BROKEN':7} {promise}")
    return 0 if all(is_kept for _, is_kept in kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
