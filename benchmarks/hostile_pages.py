"""What pages cost that were made to cost much: processor seconds and peak memory of a process that packs one.

    python benchmarks/hostile_pages.py [--megabytes 2] [--jobs 2] [NAME...]

Every page is packed at a quarter of the size and at the whole of it, and `extract` reads the quarter; each in a process
of its own, which is stopped at a limit of time or memory. A row is bounded where every process ends by itself with
status 0 or 1, within 30 seconds and 400 MB, and where four times the bytes cost at most six times as much, the start
not counted. A row that is not is measured again, up to three times in all, and of each process the run counts that took
least: what else the machine did is no cost of the page. The findings stand beside. Of the default size the table takes
some minutes; `--megabytes 20` is what the bounds are meant for.
"""

import argparse
import gzip
import json
import os
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import NamedTuple

SECONDS, GROWTH, MEGABYTES = 30.0, 6.0, 400  # what is called bounded
SECONDS_IN_ALL, ADDRESSES = 90, 4_000_000_000  # where a process is stopped
TRIES = 3
BLUR = 0.6  # seconds by which two runs of the same page may differ

PROSE = "<p>It rained in Quay Street all day, said the harbour master, and then it rained in the night as well.</p>"
TWEET = (
    '<blockquote class="twitter-tweet"><p>Back from August, number {0}.</p>&mdash; Marram (@marram) '
    '<a href="https://twitter.com/marram/status/{0}">July 21, 2017</a></blockquote>'
)
SIGNED = "It rained. &mdash; Ada (@ada) <a href=https://twitter.com/ada/status/{}>May 2, 2017</a> "
JSON_LD = '<script type="application/ld+json">'

Page = Callable[[int], bytes]
"""Gives a page of about so many bytes."""


def filled(piece: str, before: str = "", behind: str = "") -> Page:
    """Pages of one piece again and again, between a beginning and an end."""
    data, around = piece.encode(), (before.encode(), behind.encode())
    return lambda size: around[0] + data * max(1, size // len(data)) + around[1]


def numbered(piece: str, first: int = 0, around: str = "") -> Page:
    """Pages of a piece that holds a number, which is another each time."""

    def page(size: int) -> bytes:
        return (around + "".join(piece.format(first + n) for n in range(max(1, size // len(piece)))) + around).encode()

    return page


def nested(opening: str, closing: str, before: str = "", middle: str = "", behind: str = "") -> Page:
    """Pages of openings and as many closings."""

    def page(size: int) -> bytes:
        count = size // len(opening + closing)
        return (before + opening * count + middle + closing * count + behind).encode()

    return page


def noise(size: int) -> bytes:
    """Bytes without any sense, the same each time."""
    return random.Random(7).randbytes(size)


PAGES: dict[str, Page] = {
    "nested tags": filled("<div>"),
    "nested and closed": nested("<div>", "</div>"),
    "nested quotes": filled("<blockquote>"),
    "nested tweets": filled("<blockquote class=twitter-tweet>"),
    "nested tweets with words": filled("<blockquote class=twitter-tweet><p>It rained. <a href=https://t.co/a>a</a>"),
    "nested tweets, closed": nested("<blockquote class=twitter-tweet>x", "</blockquote>"),
    "wrongly nested": filled("<b><i><p>x</b></i>"),
    "formatting, never closed": filled("<p><b><i><u><font size=1>x"),
    "everything, never closed": filled("<table><tr><td><ul><li><a href='/x><b><!--<script><title><p class=\"<div "),
    "tables in tables": filled("<table><tr><td>x"),
    "lists in lists": filled("<ul><li>x"),
    "framed and drawn": filled("<svg><math><iframe><template>x"),
    "line breaks": filled("<br>"),
    "line breaks of an article": filled("<br>", PROSE, PROSE),
    "line breaks of a tweet": filled("a<br><br>", "<blockquote class=twitter-tweet><p>", "</blockquote>"),
    "end tags": filled("</p>"),
    "paragraphs of a letter": filled("<p>x"),
    "paragraphs": filled(PROSE),
    "a long article": filled(PROSE, "<article>", "</article>"),
    "links": numbered('<a href="/a/{}">link</a> '),
    "a long link": filled("a", '<a href="/', f'">x</a>{PROSE}'),
    "links of a page": filled('<a href="https://e.example/">x</a>'),
    "links, never closed": filled("<a href=https://e.example/>x "),
    "links of nothing": filled("<a href>"),
    "links around pictures": filled(PROSE[:-4] + ' &amp; <a href="https://e.example/i"><img src=a></a></p>'),
    "links of other schemes": filled("<a href=javascript:void(0)>x</a>"),
    "links to tweets": numbered("<a href=https://twitter.com/a/status/{}>x</a>", 10**17),
    "addresses in text": filled("https://e.example/a "),
    "one address": filled("a/", "<p>https://e.example/"),
    "addresses of tweets": numbered("https://twitter.com/a/status/{} ", 10**17),
    "brackets": filled("https://e.example/((("),
    "tweets": numbered(TWEET, 10**17, PROSE),
    "one tweet": filled(TWEET.format(20), PROSE, PROSE),
    "a long tweet": filled("It rained. ", "<blockquote class=twitter-tweet><p>", "</blockquote>"),
    "links of a tweet": filled("<a href=https://t.co/a>a</a> ", "<blockquote class=twitter-tweet><p>", "</blockquote>"),
    "tweets of one element": numbered(SIGNED, 10**17, "<blockquote class=twitter-tweet>"),
    "signatures of a tweet": filled("— Ada (@ada) July 21, 2017 ", "<blockquote class=twitter-tweet><p>"),
    "escaped tweets": filled("&lt;blockquote class=&quot;twitter-tweet&quot;&gt;x&lt;/blockquote&gt;"),
    "escaped tweets, never closed": filled("&lt;blockquote class=twitter-tweet&gt;"),
    "escaped beginnings": filled("&lt;blockquote "),
    "escaped ends": filled("&lt;/blockquote&gt;"),
    "encoded tweets": filled("%3Cblockquote%20class%3D%22twitter-tweet%22%3Ex%3C%2Fblockquote%3E"),
    "marks of tweets": filled("twitter-tweet "),
    "calls of scripts": numbered("<script>twttr.widgets.createTweet('{}', a)</script>", 10**17),
    "calls of scripts, never closed": filled("createTweet('"),
    "numbers of tweets": numbered("<div data-tweet-id={}>x</div>", 10**17),
    "signatures": filled("— Ada (@ada_e) July 21, 2017 "),
    "handles": filled("(@ada) "),
    "widgets in text": filled("Follow Ada @ada It rained. 7:42 PM - 21 Jul 2017 "),
    "NULs": filled("\0"),
    "NULs in a page": filled(PROSE + "\0" * 19),
    "control characters": filled("\x01\x0b\x1f\x7f\x85"),
    "less-than signs": filled("<"),
    "greater-than signs": filled(">"),
    "ampersands": filled("&"),
    "ampersands and letters": filled("&a"),
    "unknown references": filled("&zz;"),
    "references": filled("&amp;"),
    "references of references": filled("amp;", "<p>&"),
    "numbers of characters": filled("&#60;"),
    "one reference": filled("a", "<p>&"),
    "one number of a character": filled("1", "<p>&#"),
    "white space": filled(" \n"),
    "white space in a page": filled(" ", PROSE, PROSE),
    "one word": filled("a"),
    "words": filled("word "),
    "lines": filled("a line of it\n", "<pre>"),
    "one attribute": filled("a", '<p class="', '">' + PROSE),
    "one attribute, never closed": filled("a", '<p class="'),
    "one attribute of many classes": filled("a ", '<p class="', '">' + PROSE),
    "one tag's name": filled("a", "<"),
    "attributes": filled("b=c ", "<a ", ">"),
    "attributes of one tweet": filled("b=c ", "<blockquote class=twitter-tweet ", ">"),
    "equals signs": filled("=", "<a ", ">"),
    "quotation marks": filled("'\"", "<a b="),
    "quotation marks and tags": filled("<a b='\""),
    "one comment": filled("-", "<!--", PROSE),
    "comments": filled("<!---->"),
    "comments, never closed": filled("<!--"),
    "declarations": filled("<!x"),
    "scripts": filled("<script></script>"),
    "scripts, never closed": filled("<script>"),
    "text areas, never closed": filled("<textarea><title><style>"),
    "one script": filled("var a = '<p>'; ", "<script>", "</script>" + PROSE),
    "one address of data": filled("iVBORw0KGgo", '<img src="data:image/png;base64,', '">' + PROSE),
    "metas": filled("<meta name=a content=b>"),
    "metas of charsets": filled("<meta charset= "),
    "titles": filled("<title>x</title>"),
    "one title": filled("It rained. ", "<title>", "</title>" + PROSE),
    "times": filled("<time datetime=2017-07-21>"),
    "deep JSON-LD": nested('{"a":', "}", JSON_LD, "1", "</script>" + PROSE),
    "deep lists of JSON-LD": nested("[", "]", JSON_LD, "1", "</script>" + PROSE),
    "wide JSON-LD": filled('{"@type":"NewsArticle"},', JSON_LD + "[", "1]</script>" + PROSE),
    "people of JSON-LD": filled('{"name":"A"},', JSON_LD + '{"@type":"Article","author":[', "1]}</script>" + PROSE),
    "a graph of JSON-LD": numbered('<script type="application/ld+json">{{"@graph":[{{"@id":"a{0}"}}]}}</script>'),
    "one string of JSON-LD": filled("It rained. ", JSON_LD + '{"articleBody":"', '"}</script>' + PROSE),
    "JSON-LD beside prose": lambda size: (
        f'{JSON_LD}{{"articleBody":"{"It rained. " * (size // 22)}"}}</script>{PROSE * (size // 2 // len(PROSE))}'
    ).encode(),
    "one number of JSON-LD": filled("1", JSON_LD + '{"a":', "}</script>" + PROSE),
    "many JSON-LD": filled(f'{JSON_LD}{{"a": 1}}</script>', "", PROSE),
    "broken JSON-LD": filled(f"{JSON_LD}{{</script>", "", PROSE),
    "JSON-LD, never closed": filled(JSON_LD),
    "frames": filled("<iframe src=https://platform.twitter.com/embed/?id=20>"),
    "widgets": filled("<twitter-widget data-tweet-id=20></twitter-widget>"),
    "mojibake": filled("<p>The cafÃ©â€™s sign says â€˜openâ€™.</p>"),
    "one line of mojibake": filled("â€™Ã©", "<p>"),
    "all bytes": lambda size: b"<p>" + bytes(range(256)) * (size // 256),
    "random bytes": lambda size: b"<p>" + noise(size),
    "ideographs": filled("字", "<p>"),
    "UTF-16": lambda size: ("<p>" + "Rain, again. " * (size // 26)).encode("utf-16"),
    "a PDF document": lambda size: b"%PDF-1.7\n1 0 obj\nstream\n" + noise(size) + b"\nendstream\n%%EOF\n",
    "a PDF document of text": filled("0 ", "%PDF-1.7\n"),
    "a PNG image": lambda size: b"\x89PNG\r\n\x1a\n" + noise(size),
    "gzip": lambda size: gzip.compress(filled(PROSE)(size)),
    "nothing": lambda _: b"",
}
PRESSED: dict[str, Page] = {
    "truncated gzip": lambda size: gzip.compress(numbered(PROSE.replace(".</p>", " {}.</p>"))(size))[:-100],
    "truncated gzip of noise": lambda size: gzip.compress(noise(size))[: -size // 2],
    "gzip of zeros": lambda size: gzip.compress(bytes(10 * size)),
    "gzip of tags": lambda size: gzip.compress(filled("<div>")(size)),
    "gzip that is none": filled(PROSE),
}


class Cost(NamedTuple):
    """What a process cost, in seconds of processor time and megabytes, and how it ended."""

    seconds: float
    megabytes: int
    status: int


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_IN_ALL, SECONDS_IN_ALL))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))


def measured(command: list[str], folder: Path) -> Cost:
    """What a command costs."""
    with (folder / "printed").open("wb") as stream:
        started = Popen([sys.executable, "-m", "archiver", *command], stdout=stream, stderr=DEVNULL, preexec_fn=_bound)
        _, status, usage = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, started.returncode)


def packed(page: Path, folder: Path) -> tuple[Cost, str]:
    """What it costs to pack a page, and the findings of the run as its package says them."""
    package = folder / "out"
    cost = measured(["pack", str(page), "-o", str(package), "-q", "-j", "1"], folder)
    if not package.is_dir():
        return cost, "no package"
    counts = json.loads((package / "data" / "provenance" / "run.json").read_bytes())["counts"]
    return cost, " ".join(f"{code}×{count}" for code, count in sorted(counts["findings"].items()))


@cache
def start() -> float:
    """The seconds that it takes to pack next to nothing."""
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "page.html"
        page.write_bytes(PROSE.encode() * 4)
        commands = (["pack", str(page), "-o", f"{name}/{number}", "-q", "-j", "1"] for number in range(3))
        return min(measured(command, Path(name)).seconds for command in commands)


def row(name: str, page: Page, size: int) -> tuple[list[Cost], str]:
    """The costs at a quarter of a size, of `extract` there, and at the whole; and the findings."""
    costs, codes = once(name, page, size)
    for _ in range(TRIES - 1):
        if is_bounded(costs):
            break
        again, _ = once(name, page, size)
        costs = [min(pair, key=lambda cost: cost.seconds) for pair in zip(costs, again, strict=True)]
    return costs, codes


def once(name: str, page: Page, size: int) -> tuple[list[Cost], str]:
    """A row, measured once."""
    costs: list[Cost] = []
    codes = ""
    for part in (size // 4, size):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"page.html{'.gz' if name in PRESSED else ''}"
            path.write_bytes(page(part))
            cost, codes = packed(path, Path(folder))
            costs.append(cost)
            if part < size:
                costs.append(measured(["extract", str(path)], Path(folder)))
    return costs, codes


def is_bounded(costs: list[Cost]) -> bool:
    """Whether a row is what the head of this file calls so."""
    small, _, large = (max(0.0, cost.seconds - start()) for cost in costs)
    within = all(c.status in {0, 1} and c.seconds <= SECONDS and c.megabytes <= MEGABYTES for c in costs)
    return within and large <= GROWTH * max(small, BLUR) + BLUR


def main() -> None:
    """Print a line for each page, and how many are bounded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="rows that are measured at a time")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    size = int(options.megabytes * 1_000_000)
    heads = (f"pack {size / 4e6:g} MB", f"extract {size / 4e6:g} MB", f"pack {size / 1e6:g} MB")
    print(f"{'':32}", *(f"{head:>21}" for head in heads), flush=True)
    chosen = {name: page for name, page in (PAGES | PRESSED).items() if not options.names or name in options.names}
    unbounded = []
    start()
    with ThreadPoolExecutor(options.jobs) as pool:
        rows = pool.map(lambda name: row(name, chosen[name], size), chosen)
        for name, (costs, codes) in zip(chosen, rows, strict=True):
            told = "".join(f"{cost.seconds:7.1f} s {cost.megabytes:4} MB ({cost.status:2})" for cost in costs)
            bounded = is_bounded(costs)
            unbounded += [] if bounded else [name]
            print(f"{name:32}{told}  {'' if bounded else 'UNBOUNDED '}{codes}", flush=True)
    print(f"{len(chosen) - len(unbounded)} of {len(chosen)} rows are bounded", *unbounded, sep="\n    ")
    sys.exit(bool(unbounded))


if __name__ == "__main__":
    main()
