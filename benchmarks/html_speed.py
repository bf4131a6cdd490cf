"""What a page costs beside `trafilatura.extract` on the same pages: processor time, in turns, in one process.

    python benchmarks/html_speed.py CORPUS [PAGES]

`trafilatura.extract(source)` runs as it comes: plain text with tables and comments, no metadata, its fallbacks on.
Two things of ours are measured beside it, on the same decoded pages:

* the HTML path: the page scanned, its tweets, trafilatura's main text (the same options, but no comments: readers'
  comments are no part of an article), the runs, the repairs, all links and tweets of the page with their places;
* all that `pack` does with a page before it writes: the bytes decoded, the same path, the page's metadata, and the
  record, serialised and held to the schema.
"""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from trafilatura import extract as plain

from archiver.model import Capture
from archiver.pack.config import Config
from archiver.pack.process import process
from archiver.references.html.read import read
from archiver.references.html.refer import references
from archiver.text.charset import decode_page
from archiver.text.repair import repair

CONFIG = Config(created="2024-05-06T07:08:09Z")


def path(source: str) -> None:
    """All that the HTML path does with a decoded page: text, runs, repairs, links, tweets."""
    found = read(source)
    body = repair(found.text)
    references(found, body.text, body.repairs, page="https://page.example/")


def whole(payload: bytes) -> None:
    """From the page's bytes to its record."""
    process(Capture(name="page.html", offset=0, payload=payload, media_type="text/html"), CONFIG)


def seconds(work: Callable[[Any], object], page: str | bytes) -> float:
    """Processor time of one call."""
    start = process_time()
    work(page)
    return process_time() - start


def main(corpus: Path, most: int) -> None:
    """Print the times a page, and their ratios."""
    logging.disable(logging.CRITICAL)
    rows = [json.loads(line) for line in (corpus / "html" / "index.jsonl").read_text("utf-8").splitlines()][:most]
    pages = [(corpus / row["file"]).read_bytes() for row in rows]
    works: list[Callable[[Any], object]] = [plain, path, whole]
    totals = dict.fromkeys(works, 0.0)
    for work in works:  # what is imported late is imported now
        work(pages[0] if work is whole else decode_page(pages[0]).text)
    for number, page in enumerate(pages):
        source = decode_page(page).text
        turn = number % len(works)  # whoever comes first finds the caches cold
        for work in works[turn:] + works[:turn]:
            totals[work] += seconds(work, page if work is whole else source)
    for name, work in (("trafilatura.extract", plain), ("the HTML path", path), ("bytes to record", whole)):
        print(f"{name:20}{totals[work] / len(pages) * 1000:6.1f} ms a page {totals[work] / totals[plain]:6.2f} times")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10**6)
