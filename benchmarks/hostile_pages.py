"""What pages cost that were made to cost much: processor seconds and peak memory, through `extract` and through `pack`.

    python benchmarks/hostile_pages.py [NAME...]

Every page is packed by a process of its own. The exit status and the findings stand beside: nothing may crash.
"""

import gzip
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, Popen

MEGABYTES = 20
PROSE = "<p>It rained in Quay Street all day, said the harbour master, and then it rained in the night as well.</p>"
TWEET = (
    '<blockquote class="twitter-tweet"><p>Back from August, number {0}.</p>&mdash; Marram (@marram) '
    '<a href="https://twitter.com/marram/status/{0}">July 21, 2017</a></blockquote>'
)
LINKED = '<script type="application/ld+json">{}</script>'


def filled(piece: str) -> bytes:
    """So many of a piece that they are as long as a hostile page is."""
    data = piece.encode()
    return data * (MEGABYTES * 1_000_000 // len(data))


def tweets(count: int) -> str:
    """Tweets, each with an id of its own."""
    return "".join(TWEET.format(10**17 + number) for number in range(count))


PAGES: dict[str, Callable[[], bytes]] = {
    "nested tags": lambda: filled("<div>"),
    "nested and closed": lambda: b"<div>" * 2_000_000 + b"</div>" * 2_000_000,
    "nested quotes": lambda: filled("<blockquote>"),
    "nested tweets": lambda: filled("<blockquote class=twitter-tweet>"),
    "wrongly nested": lambda: filled("<b><i><p>x</b></i>"),
    "formatting, never closed": lambda: filled("<p><b><i><u><font size=1>x"),
    "tables in tables": lambda: filled("<table><tr><td>x"),
    "lists in lists": lambda: filled("<ul><li>x"),
    "paragraphs of a letter": lambda: filled("<p>x"),
    "paragraphs": lambda: filled(PROSE),
    "a long article": lambda: PROSE.encode() * 10_000,
    "100,000 links": lambda: "".join(f'<a href="/a/{n}">link {n}</a> ' for n in range(100_000)).encode(),
    "a megabyte in a link": lambda: f'<a href="/{"a" * 1_000_000}">x</a>{PROSE}'.encode(),
    "links of a page": lambda: filled('<a href="https://e.example/">x</a>'),
    "links, never closed": lambda: filled("<a href=https://e.example/>x "),
    "addresses in text": lambda: filled("https://e.example/a "),
    "one address": lambda: b"<p>https://e.example/" + filled("a/"),
    "brackets": lambda: filled("https://e.example/((("),
    "thousands of tweets": lambda: (PROSE + tweets(5_000) + PROSE).encode(),
    "one tweet, thousands of times": lambda: PROSE.encode() + TWEET.format(20).encode() * 20_000,
    "escaped tweets": lambda: filled("&lt;blockquote class=&quot;twitter-tweet&quot;&gt;x&lt;/blockquote&gt;"),
    "escaped tweets, never closed": lambda: filled("&lt;blockquote class=twitter-tweet&gt;"),
    "marks of tweets": lambda: filled("twitter-tweet "),
    "signatures": lambda: filled("— Ada (@ada_e) July 21, 2017 "),
    "handles": lambda: filled("(@ada) "),
    "NULs": lambda: filled("\0"),
    "NULs in a page": lambda: (PROSE + "\0" * 19).encode() * 100_000,
    "less-than signs": lambda: filled("<"),
    "ampersands": lambda: filled("&"),
    "ampersands and letters": lambda: filled("&a"),
    "unknown references": lambda: filled("&zz;"),
    "references": lambda: filled("&amp;"),
    "numbers of characters": lambda: filled("&#60;"),
    "one reference": lambda: b"<p>&" + filled("a"),
    "one number of a character": lambda: b"<p>&#" + filled("1"),
    "white space": lambda: filled(" \n"),
    "white space in a page": lambda: PROSE.encode() + filled(" ") + PROSE.encode(),
    "one word": lambda: filled("a"),
    "words": lambda: filled("word "),
    "lines": lambda: b"<pre>" + filled("a line of it\n"),
    "one attribute": lambda: b'<p class="' + filled("a") + b'">' + PROSE.encode(),
    "one attribute, never closed": lambda: b'<p class="' + filled("a"),
    "one class of many": lambda: b'<p class="' + filled("a ") + b'">' + PROSE.encode(),
    "attributes": lambda: b"<a " + filled("b=c ") + b">",
    "attributes of one tweet": lambda: b"<blockquote class=twitter-tweet " + filled("b=c ") + b">",
    "equals signs": lambda: b"<a " + filled("=") + b">",
    "quotation marks": lambda: b"<a b=" + filled("'\""),
    "quotation marks and tags": lambda: filled("<a b='\""),
    "one comment": lambda: b"<!--" + filled("-") + PROSE.encode(),
    "comments": lambda: filled("<!---->"),
    "comments, never closed": lambda: filled("<!--"),
    "declarations": lambda: filled("<!x"),
    "scripts": lambda: filled("<script></script>"),
    "scripts, never closed": lambda: filled("<script>"),
    "text areas, never closed": lambda: filled("<textarea><title><style>"),
    "one script": lambda: b"<script>" + filled("var a = '<p>'; ") + b"</script>" + PROSE.encode(),
    "metas": lambda: filled("<meta name=a content=b>"),
    "metas of charsets": lambda: filled("<meta charset= "),
    "titles": lambda: filled("<title>x</title>"),
    "deep JSON-LD": lambda: (LINKED.format('{"a":' * 500_000 + "1" + "}" * 500_000) + PROSE).encode(),
    "wide JSON-LD": lambda: (LINKED.format("[" + '{"@type":"NewsArticle"},' * 500_000 + "1]") + PROSE).encode(),
    "many JSON-LD": lambda: LINKED.format('{"a": 1}').encode() * 100_000 + PROSE.encode(),
    "broken JSON-LD": lambda: LINKED.format("{").encode() * 100_000 + PROSE.encode(),
    "JSON-LD, never closed": lambda: filled('<script type="application/ld+json">'),
    "frames": lambda: filled("<iframe src=https://platform.twitter.com/embed/?id=20>"),
    "widgets": lambda: filled("<twitter-widget data-tweet-id=20></twitter-widget>"),
    "mojibake": lambda: filled("<p>The cafÃ©â€™s sign says â€˜openâ€™.</p>"),
    "random bytes": lambda: b"<p>" + bytes(range(256)) * 80_000,
    "ideographs": lambda: f"<p>{'字' * 6_000_000}".encode(),
    "UTF-16": lambda: ("<p>" + "Rain, again. " * 700_000).encode("utf-16"),
    "a PDF document": lambda: b"%PDF-1.7\n" + filled("0 "),
    "a PNG image": lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(1_000_000),
    "gzip": lambda: gzip.compress(PROSE.encode() * 10_000),
    "nothing": lambda: b"",
}
PRESSED: dict[str, Callable[[], bytes]] = {
    "truncated gzip": lambda: gzip.compress(PROSE.encode() * 10_000)[:-100],
    "gzip of zeros": lambda: gzip.compress(bytes(200_000_000)),
    "gzip that is none": lambda: PROSE.encode(),
}


def measured(command: list[str], output: Path) -> tuple[float, int, int]:
    """Processor seconds, peak memory in megabytes, and exit status of a command."""
    with output.open("wb") as stream:
        process = Popen([sys.executable, "-m", "archiver", *command], stdout=stream, stderr=DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, process.returncode


def codes(package: Path) -> str:
    """The findings of a run, as its package says them."""
    run = json.loads((package / "data" / "provenance" / "run.json").read_bytes())
    return " ".join(f"{code}×{count}" for code, count in sorted(run["counts"]["findings"].items()))


def main(names: list[str]) -> None:
    """Print a line for each page."""
    print(f"{'':34}{'extract':>18}{'pack':>22}")
    for name, make in (PAGES | PRESSED).items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / f"page.html{'.gz' if name in PRESSED else ''}"
            page.write_bytes(make())
            line = f"{name:34}"
            out = Path(folder) / "out"
            for command in (["extract", str(page)], ["pack", str(page), "-o", str(out), "-q", "-j", "1"]):
                seconds, megabytes, status = measured(command, Path(folder) / "printed")
                line += f"{seconds:8.1f} s {megabytes:5} MB ({status})"
            print(line, codes(out) if out.is_dir() else "", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
