"""Whether a corpus of pages packs, verifies, and replays as it was packed: in pywb and in ReplayWeb.page.

    python -m benchmarks.html_replay CORPUS [PAGES]

Of every page the original is compared byte for byte as pywb and the player's service worker serve it, and its reading
copy as both show it with the normalised text. What a browser makes of an original is held to the words of its text.
Lines that begin with `note:` are no differences of ours: a page whose scripts lead elsewhere, words of a page that has
none outside of its head, and pages that claim one URL at one date, of which the player knows one alone.
Needs the tools of `make test` (tests/tools/peers.sh) and a Chromium.
"""

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import islice
from pathlib import Path

from playwright.sync_api import Error

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.verify.verify import verify
from tests.interop import contents, pywb, replayweb

CONFIG = Config(created="2024-05-06T07:08:09Z")
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
ENOUGH = 0.9  # of the words of a text, where scripts had a hand in what is shown


def squeezed(text: str) -> str:
    """Text as its characters alone: a browser shows other white space than the text has."""
    return "".join(text.split())


def missing(article: contents.Article, shown: str) -> list[str]:
    """The lines of an article that are not on show, in full and in their order."""
    shown, found, place = squeezed(shown), [], 0
    for line in filter(None, map(squeezed, article.text.split("\n"))):
        at = shown.find(line, place)
        found += [line] if at < 0 else []
        place = at + len(line) if at >= 0 else place
    return found


def share(article: contents.Article, shown: str) -> float:
    """What part of an article's words is on show."""
    words = article.undamaged_words
    return sum(word in shown for word in words) / len(words) if words else 1.0


def addresses(bag: Path, articles: list[contents.Article]) -> dict[str, str]:
    """Where each original can be had although another has its URL: by the record's id, the address of its digest."""
    urls = Counter(article.original.url for article in articles)
    every = [record for warc in contents.warcs(bag, "archive") for record in contents.records(warc)]
    alias = {record.refers_to: record.url for record in every if record.type == "revisit"}
    originals = (article.original for article in articles)
    return {each.id: alias.get(each.id, each.url) if urls[each.url] > 1 else each.url for each in originals}


def in_pywb(bag: Path, articles: list[contents.Article], folder: Path) -> Iterator[str]:
    """What pywb serves otherwise than it was packed."""
    where = addresses(bag, articles)
    with pywb.serving(folder, *contents.warcs(bag, "archive")) as served:
        for article in articles:
            original, reading = article.original, article.reading
            if served.original(where[original.id], original.timestamp) != original.payload:
                yield f"pywb, original: {original.url}"
            shown = unescape(MARKUP.sub("", served.page(reading.url, reading.timestamp)))
            if lines := missing(article, shown):
                yield f"pywb, reading copy: {article.title!r} lacks {len(lines)} lines, {lines[0][:60]!r}"


def in_player(wacz: Path, bag: Path, articles: list[contents.Article], folder: Path) -> Iterator[str]:
    """What ReplayWeb.page shows otherwise than it was packed."""
    where = addresses(bag, articles)
    claims: dict[str, set[bytes]] = {}
    for article in articles:
        claims.setdefault(article.original.url, set()).add(article.original.payload)
    with replayweb.chromium() as browser, replayweb.playing(browser, wacz, folder) as player:
        is_open = False
        for article in articles:
            url = article.original.url
            try:
                if not is_open:
                    player.open(article.reading.url, article.reading.timestamp).wait_for()
                is_open = True
                yield from _read_in_player(player, article)
                yield from _played(player, article, where[article.original.id], claims[url])
            except Error as error:  # what a page's scripts do may be the end of the frame that it is in
                is_open = False
                yield f"player: {url}: {str(error).splitlines()[0]}"


def _read_in_player(player: replayweb.Player, article: contents.Article) -> Iterator[str]:
    if lines := missing(article, player.text(article.reading.url, article.reading.timestamp)):
        yield f"player, reading copy: {article.title!r} lacks {len(lines)} lines, {lines[0][:60]!r}"


def _played(player: replayweb.Player, article: contents.Article, address: str, claims: set[bytes]) -> Iterator[str]:
    """How the player serves and shows an original; `claims` are all payloads that say to be the one of its URL."""
    original = article.original
    served = player.served(address, original.timestamp)
    if served != original.payload:
        # The player keeps one capture of a URL and a second; a revisit leads to whichever it kept.
        is_other = served in claims
        yield f"{'note: player, another page that claims its URL' if is_other else 'player, original'}: {original.url}"
    elif (part := share(article, player.text(address, original.timestamp))) < ENOUGH:
        markup = unescape(player.served(address, original.timestamp, "mp_").decode("utf-8", "replace"))
        is_there = share(article, markup) >= ENOUGH
        note = "note: player, its scripts or its head" if is_there else "player, original"
        yield f"{note}: {part:.0%} of the words are on show: {original.url}"


def main(corpus: Path, most: int) -> None:
    """Print what differs, and the counts."""
    rows = [json.loads(line) for line in (corpus / "html" / "index.jsonl").read_text("utf-8").splitlines()]
    files = [corpus / row["file"] for row in islice(rows, most)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = pack(files, folder / "bag", CONFIG)
        pack(files, folder / "pages.wacz", CONFIG)
        print(f"{len(files)} pages: {report.counts['items']}, findings {report.counts['findings']}", flush=True)
        faults = [*verify(folder / "bag"), *verify(folder / "pages.wacz")]
        print(f"verify: {len(faults)} findings", *faults[:20], sep="\n", flush=True)
        articles = contents.articles(folder / "bag")
        for place in ("pywb", "player"):
            (folder / place).mkdir()
        count: Counter[bool] = Counter()
        told = [in_pywb(folder / "bag", articles, folder / "pywb")]
        told.append(in_player(folder / "pages.wacz", folder / "bag", articles, folder / "player"))
        for fault in (fault for each in told for fault in each):
            count[fault.startswith("note:")] += 1
            print(fault, flush=True)
        print(f"{len(articles)} articles replayed twice; {count[False]} differences, {count[True]} notes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10**6)
