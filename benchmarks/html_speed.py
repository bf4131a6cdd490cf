"""What reading a page costs beside `trafilatura.extract` on the same pages, measured in turns in one process.

python benchmarks/html_speed.py CORPUS [PAGES]
"""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from trafilatura import extract as plain

from archiver.references.html.read import read
from archiver.references.html.refer import references
from archiver.text.charset import decode_page
from archiver.text.repair import repair


def ours(source: str) -> None:
    """All that the HTML path does with a decoded page: text, runs, repairs, links, tweets."""
    found = read(source)
    body = repair(found.text)
    references(found, body.text, body.repairs, page="https://page.example/")


def seconds(work: Callable[[str], object], source: str) -> float:
    """Processor time of one call."""
    start = process_time()
    work(source)
    return process_time() - start


def main(corpus: Path, most: int) -> None:
    """Print both times a page, and their ratio."""
    logging.disable(logging.CRITICAL)
    rows = [json.loads(line) for line in (corpus / "html" / "index.jsonl").read_text("utf-8").splitlines()][:most]
    sources = [decode_page((corpus / row["file"]).read_bytes()).text for row in rows]
    for work in (plain, ours):  # what is imported late is imported now
        work(sources[0])
    ratios = [(seconds(plain, source), seconds(ours, source)) for source in sources]
    theirs, own = (sum(times) / len(sources) * 1000 for times in zip(*ratios, strict=True))
    print(f"trafilatura.extract {theirs:.1f} ms, archiver {own:.1f} ms a page: {own / theirs:.2f} times")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10**6)
