"""What has to hold of repair on every text of a corpus that is not in this repository: `invariants.py CORPUS`.

CORPUS holds `text/*.jsonl`, `mojibake/*.jsonl` (damaged texts with their truth) and `mojibake/ftfy/*.json` (ftfy's own
cases). Prints how many texts were tried, and each that breaks a promise: the ledger leads there and back, normalising
twice changes nothing more, every link and tweet stands where its spans say, clean text stays as it is.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ftfy

from archiver.model import Repair, Span
from archiver.pack.extract import extract
from archiver.text.ledger import apply, unapply
from archiver.text.normalize import Normalised, normalize
from archiver.text.rules import WHITE_SPACE


def rows(paths: list[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of JSON Lines files, with the file's name."""
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            yield from ((path.stem, json.loads(line)) for line in lines)


def broken(text: str) -> Iterator[str]:
    """The promises that a text's normalising breaks."""
    done = normalize(text)
    if unapply(done.text, done.repairs) != text or apply(text, done.repairs) != done.text:
        yield "the ledger does not lead there and back"
    if normalize(done.text).text != done.text:
        yield "normalising twice is not normalising once"
    for entry in done.repairs:
        if entry.source_span.of(text) != entry.before or entry.span.of(done.text) != entry.after:
            yield f"a repair does not stand where it says: {entry}"
    yield from misplaced(text, done)


def misplaced(text: str, done: Normalised) -> Iterator[str]:
    """The references of a text that do not stand where they say, in its normalised form or in itself."""
    found = extract(text)
    for link in found.links:
        if link.span is None or link.span.of(done.text) != link.href:
            yield f"a link does not stand where it says: {link.href!r}"
    for tweet in found.tweets:
        if tweet.span is None or (tweet.text or "") not in tweet.span.of(done.text):
            yield f"a tweet does not stand where it says: {tweet}"
    places = [(link.span, link.source_span) for link in found.links]
    places += [(tweet.span, tweet.source_span) for tweet in found.tweets]
    for span, source_span in places:
        if span and repaired(text, source_span, done.repairs) != span.of(done.text):
            yield f"what stands in the source is another: {span.of(done.text)!r}"


def repaired(text: str, place: Span, repairs: Sequence[Repair]) -> str:
    """A slice of a source with the repairs that lie in it."""
    pieces, end = [], place.start
    for entry in repairs:
        if place.start <= entry.source_span.start and entry.source_span.end <= place.end:
            pieces += [text[end : entry.source_span.start], entry.after]
            end = entry.source_span.end
    return "".join((*pieces, text[end : place.end]))


def seen(text: str) -> list[str]:
    """The rules, but those of white space, that change a text."""
    return [entry.rule for entry in normalize(text).repairs if entry.rule not in WHITE_SPACE]


def cases(folder: Path) -> Iterator[str]:
    """ftfy's own cases that its encoding step repairs, and we do otherwise."""
    for path in sorted(folder.glob("*.json")):
        for case in json.loads(path.read_bytes()):
            repaired = ftfy.fix_encoding(case["original"])
            ours = normalize(case["original"]).text
            if repaired != case["original"] and " ".join(repaired.split()) != " ".join(ours.split()):
                yield f"{case['original'][:60]!r}: ftfy {repaired[:60]!r}, here {ours[:60]!r}"


def main() -> int:
    """Print the figures; 1 where a promise is broken."""
    corpus = Path(sys.argv[1])
    tried: Counter[str] = Counter()
    failures = []
    gold = [path for path in (corpus / "mojibake").glob("*.jsonl") if path.stem != "natural"]
    texts = [path for path in (corpus / "text").glob("*.jsonl") if "gold" not in path.stem]
    for name, row in rows(sorted(texts) + sorted(gold)):
        tried["texts"] += 1
        failures += [f"{name}: {failure}" for failure in broken(row.get("text") or row["corrupt"])]
    for name, row in rows([corpus / "mojibake" / "gold_clean.jsonl"]):
        tried["clean texts"] += 1
        failures += [f"{name}: changed by {rule}" for rule in seen(row["truth"])]
    print(dict(tried), f"{len(failures)} broken")
    print("\n".join(failures[:20]))
    print("ftfy's own cases that it repairs and that end otherwise here:")
    print("\n".join(cases(corpus / "mojibake" / "ftfy")))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
