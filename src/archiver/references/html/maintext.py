"""The main text of a page: trafilatura says which words it is, and the page itself says how they read.

The only door to trafilatura. It gives no places, so that what it extracts is looked up among the page's words, line by
line and in their order; what it gives that the page does not have is kept, and told as inserted.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from archiver.model import Span
from archiver.references.html.source import Page, unmatched
from archiver.references.html.words import Words

# A page beyond these is no article's: the extractor would take minutes, and the parser below it gives up.
_LONGEST = 4_000_000
_DEEPEST = 250
_MOST_TAGS = 60_000

_LONG = 24  # a line of so many characters stands where it is first found
_NEAR = 400  # so far from its neighbours is a short piece looked for
_FAR = 50_000
_MOST_MISSES = 500
_UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NEW_LINE = frozenset(("p", "head", "item", "quote", "row", "list", "table", "lb", "code", "div", "ab", "graphic"))
_UNSEEN = " \u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # a line of nothing else is none
_QUIET = logging.NullHandler()


class Part(NamedTuple):
    """A part of a line: a span of the page's words, or a text that the page does not have there."""

    span: Span | None
    text: str


Line = list[Part]


def main_lines(page: Page, cut: Sequence[tuple[Span, str]]) -> list[Line] | None:
    """The lines of the main text; None where there is none, or the page is too large to look for it.

    `cut` are stretches of the source to be read as a paragraph with a marker in it; a line of nothing but a marker is a
    line of the text.
    """
    if len(page.source) > _LONGEST or page.depth > _DEEPEST or page.tags > _MOST_TAGS:
        return None
    texts = list(_extracted(_marked(page, cut)))
    return list(aligned(page.words, texts, {marker for _, marker in cut})) if texts else None


def _marked(page: Page, cut: Sequence[tuple[Span, str]]) -> str:
    """The source with a paragraph for each tweet, and without what no reader sees: the parser is spared that."""
    pieces: list[str] = []
    done, source = 0, page.source
    instead = [(span, f"<p>{marker}</p>{_tags(page, span)}") for span, marker in cut]
    for span, text in sorted([*instead, *((span, "") for span in page.unread)]):
        if span.start >= done:
            pieces += (source[done : span.start], text)
            done = span.end
    return _UNFIT.sub("\ufffd", "".join((*pieces, source[done:])))


def _tags(page: Page, span: Span) -> str:
    """The tags of a tweet that those around it need: its element may go on behind it, or have begun before."""
    tags = list(unmatched(page.source, span))
    if span in page.unclosed:  # what nothing closes would go on for ever
        own = next((index for index, tag in enumerate(tags) if tag[1] != "/"), len(tags))
        del tags[own : own + 1]
    return "".join(tag for tag in tags if "-" not in tag)  # parsers do not know those names, and take all for theirs


def _extracted(source: str) -> Iterator[str]:
    """The lines that trafilatura takes for the main text."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").addHandler(_QUIET)
    document = bare_extraction(source, include_comments=False, with_metadata=False) if source.strip() else None
    if document is None or isinstance(document, dict) or document.body is None:
        return
    lines = (" ".join(line.split()) for line in "".join(_texts(document.body)).split("\n"))
    yield from (line for line in lines if line.strip(_UNSEEN))


def libxml2() -> str:
    """The version of the library that parses pages for lxml; the system may have another than lxml brings.

    >>> libxml2().count(".")
    2
    """
    from lxml.etree import LIBXML_VERSION

    return ".".join(map(str, LIBXML_VERSION))


def _texts(element: Any) -> Iterator[str]:
    """The text of an extracted element, with line feeds where its lines end."""
    for event, each in _walk(element):
        if each.tag in _NEW_LINE:
            yield "\n"
        elif each.tag == "cell":
            yield " "
        yield (each.text if event == "start" else each.tail) or ""


def _walk(element: Any) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterwalk

    return (pair for pair in iterwalk(element, events=("start", "end")) if isinstance(pair[1].tag, str))


def aligned(words: Words, texts: Sequence[str], markers: set[str]) -> Iterator[Line]:
    """Each text as a line of parts of the page's words.

    Long lines are found first, and in their order; what is short, or is nowhere as a whole, is looked for between its
    neighbours, halved again and again.
    """
    squeezed = ["".join(text.split()) for text in texts]
    known = _anchored(words.text, squeezed, markers)
    above = [*_following(known, len(words))]
    low = 0
    for index, text in enumerate(texts):
        if squeezed[index] in markers:
            yield [Part(None, squeezed[index])]
            continue
        span = known[index]
        line = [Part(span, "")] if span else _joined(list(_pieces(words.text, text.split(), low, above[index])))
        yield line
        low = max([low, *(part.span.end for part in line if part.span)])


def _anchored(page: str, squeezed: Sequence[str], markers: set[str]) -> list[Span | None]:
    """Where the long lines stand, each behind the one before."""
    found: list[Span | None] = []
    low = misses = 0
    for text in squeezed:
        is_sought = len(text) >= _LONG and text not in markers and misses < _MOST_MISSES
        at = page.find(text, low) if is_sought else -1
        found.append(Span(at, at + len(text)) if at >= 0 else None)
        low = at + len(text) if at >= 0 else low
        misses += is_sought and at < 0
    return found


def _following(known: Sequence[Span | None], end: int) -> Iterator[int]:
    """For each line where the next known one begins."""
    places = []
    for span in reversed(known):
        places.append(end)
        end = span.start if span else end
    return reversed(places)


def _pieces(page: str, words: Sequence[str], low: int, high: int) -> Iterator[Part]:
    """The parts of a line that is nowhere as a whole: its halves, and their halves, between `low` and `high`."""
    text = "".join(words)
    reach = _FAR if len(text) >= _LONG else _NEAR
    at = page.find(text, low, min(high, low + reach + len(text)))
    if at < 0 and len(text) < _LONG and high - low > 2 * _NEAR:
        at = page.find(text, max(high - _NEAR, low), high)
    if at >= 0:
        yield Part(Span(at, at + len(text)), text)
    elif len(words) == 1:
        yield Part(None, text)
    else:
        middle = len(words) // 2
        for half in (words[:middle], words[middle:]):
            for part in _pieces(page, half, low, high):
                yield part
                low = part.span.end if part.span else low


def _joined(parts: Line) -> Line:
    """Parts that follow one another made one. What was not found between two that were is what the page has there."""
    joined: Line = []
    missing: list[str] = []
    for part in parts:
        if part.span is None:
            missing.append(part.text)
            continue
        last = joined[-1].span if joined else None
        if missing and last and 0 <= part.span.start - last.end <= 2 * len(missing[0]) + 4:
            last = Span(last.start, part.span.start)
        elif missing:
            joined.append(Part(None, " ".join(missing)))
            last = None
        missing = []
        if last and part.span.start == last.end:
            joined[-1] = Part(Span(last.start, part.span.end), "")
        elif part.span.start < part.span.end:
            joined.append(Part(part.span, ""))
    return [*joined, Part(None, " ".join(missing))] if missing else joined
