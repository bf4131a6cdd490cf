"""Signed tweets against a gold list: recall and precision of handle, day and place.

    python benchmarks/signatures.py CORPUS

CORPUS holds `text/signatures_gold.jsonl` and the articles that it speaks of, `text/{corpus}.jsonl`. A signature counts
as found where a tweet with that handle and day ends where the gold date ends. All that differs is printed.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archiver.model import TweetReference
from archiver.references.find import find

Key = tuple[str, str, int]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def signed(text: str) -> Iterator[TweetReference]:
    """The signed tweets of a text as it stands."""
    return (tweet for tweet in find(text, to_source=lambda span: span).tweets if tweet.form == "signature")


def main() -> None:
    """Print recall, precision and every difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    folder: Path = parser.parse_args().corpus / "text"
    gold = list(rows(folder / "signatures_gold.jsonl"))
    wanted = {(row["corpus"], row["id"], row["end"]): row for row in gold if row["kind"] == "tweet"}
    captions = [row for row in gold if row["kind"] != "tweet"]
    found: dict[Key, TweetReference] = {}
    contexts: dict[Key, str] = {}
    for name in sorted(
        {row["corpus"] for row in gold} | {path.stem for path in folder.glob("*.jsonl")} - {"signatures_gold"}
    ):
        for article in rows(folder / f"{name}.jsonl"):
            for tweet in signed(article["text"]):
                assert tweet.span is not None
                key = (name, article["id"], tweet.span.end)
                found[key] = tweet
                contexts[key] = article["text"][tweet.span.start : tweet.span.end]
    right = {
        key
        for key, row in wanted.items()
        if key in found
        and found[key].handle == row["handle"]
        and (found[key].posted is None) == (row["date"] is None)
        and (found[key].posted is None or found[key].posted.value[:10] == row["date"])  # type: ignore[union-attr]
    }
    taken = [
        row
        for row in captions
        if any(key[:2] == (row["corpus"], row["id"]) and abs(key[2] - row["end"]) < 40 for key in found)
    ]
    for key in sorted(set(wanted) - right):
        print("missed:", wanted[key], found.get(key))
    for key in sorted(set(found) - right):
        print("beyond gold:", key, repr(contexts[key]))
    print(f"gold {len(wanted)}  found {len(found)}  right {len(right)}")
    print(f"recall {len(right) / len(wanted):.2%}  precision {len(right) / len(found):.2%}")
    print(f"captions taken for tweets: {len(taken)} of {len(captions)}")


if __name__ == "__main__":
    main()
