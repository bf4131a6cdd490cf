"""How many tweets of a corpus of pages are found, and whether every place holds what the record says.

    python benchmarks/html_tweets.py CORPUS

`CORPUS/html/index.jsonl` lists the pages, `CORPUS/html/tweets_gold.jsonl` their embedded tweets with status id, handle,
text and short links.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from archiver.model import References
from archiver.references.html.read import Extract, read
from archiver.references.html.refer import references
from archiver.references.html.runs import replay
from archiver.text.charset import decode_page
from archiver.text.ledger import unapply
from archiver.text.repair import repair


def squeezed(text: str | None) -> str:
    """The text without white space, and without the dash that may be missing in a page."""
    return "".join((text or "").split()).replace("—", "")


def misplaced(source: str, extract: Extract, text: str, refs: References) -> int:
    """How many places of a page do not hold what is said of them."""
    links = sum(link.source_span.of(source) != link.href for link in refs.links)
    links += sum(link.span is not None and link.span.of(text) != link.text for link in refs.links)
    tweets = sum(bool(tweet.span and tweet.text and tweet.text not in tweet.span.of(text)) for tweet in refs.tweets)
    shared = sum("/intent/" in (tweet.url or "") or "/share" in (tweet.url or "") for tweet in refs.tweets)
    return links + tweets + shared + (replay(source, extract.runs) != extract.text)


def is_found(wanted: dict[str, Any], text: str, refs: References) -> bool:
    """Whether a tweet of the list is there, with handle, text and links, and stands in the text."""
    tweet = next((tweet for tweet in refs.tweets if tweet.status_id == wanted["status_id"]), None)
    if tweet is None or tweet.span is None or tweet.handle != wanted["handle"]:
        return False
    urls = {refs.links[index].url for index in tweet.links}
    return squeezed(tweet.span.of(text)) == squeezed(wanted["text"]) and set(wanted["tco"]) <= urls


def main(corpus: Path) -> None:
    """Print the counts."""
    rows = [json.loads(line) for line in (corpus / "html" / "index.jsonl").read_text("utf-8").splitlines()]
    wanted = [json.loads(line) for line in (corpus / "html" / "tweets_gold.jsonl").read_text("utf-8").splitlines()]
    counts: Counter[str] = Counter()
    for row in rows:
        source = decode_page((corpus / row["file"]).read_bytes()).text
        extract = read(source)
        body = repair(extract.text)
        refs = references(extract, body.text, body.repairs, page="https://page.example/")
        counts["misplaced"] += misplaced(source, extract, body.text, refs)
        counts["misplaced"] += unapply(body.text, body.repairs) != extract.text
        counts["links"] += len(refs.links)
        counts["tweets"] += len(refs.tweets)
        counts["repairs"] += len(body.repairs)
        counts["characters"] += len(extract.text)
        counts["without main text"] += not extract.is_main
        inserted = (run.text for run in extract.runs if run.text and run.source_span.start == run.source_span.end)
        counts["inserted"] += sum(len(text) for text in inserted if text not in {" ", "\n", "— "})
        counts["found"] += sum(is_found(each, body.text, refs) for each in wanted if each["file"] == row["file"])
    print(f"{len(rows)} pages; {counts['found']} of {len(wanted)} tweets found")
    print(", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()) if name != "found"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
