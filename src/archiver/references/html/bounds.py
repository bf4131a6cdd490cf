"""Where a tweet ends within the element that shows it: behind its signature, whatever else the element holds.

An element that its own end tag does not close goes on through the article, and one that a page's makers wrote around a
tweet may hold more than that; of what stands behind the signature, nothing is the tweet's.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from archiver.model import Span
from archiver.references import tweets
from archiver.references.html.elements import signatures
from archiver.references.html.signed import count, divided
from archiver.references.html.words import Words
from archiver.references.urls import status

Closing = Literal["own", "inner", "none"]
"""What ends an element: its own end tag, another tweet within it, or whatever ends the elements around it."""

_LONGEST = 3000  # so far into an element that does not end is a signature without a link looked for
_CLOSING = re.compile(r"(?i)</a\s{0,9}>")
_LONG_LINE = 80  # the widget's own lines around a tweet are shorter


def ends(words: Words, span: Span, links: Sequence[tuple[str, Span]], closing: Closing) -> list[int]:
    """The places of the source where the tweets of an element end, the first one's first.

    `words` are the element's, `span` is between its tags, `links` are addresses and insides of the links in it. The
    last is the element's end, but where what stands behind the tweet is not its own.
    """
    signed = list(_signed(words, span, links))
    if closing == "none":
        return signed[:1] or [_first(words, span, links)]
    if not signed:
        return [_drawn(words) or span.end]
    return [*signed[:-1], span.end if words.is_blank_behind(signed[-1]) else signed[-1]]


def _signed(words: Words, span: Span, links: Sequence[tuple[str, Span]]) -> Iterator[int]:
    """Behind the links of the dates, each with a text of its own before the signature."""
    index, low = 0, span.start
    for sign in signatures(words.source, span):
        while index < len(links) and links[index][1].start < sign.end:
            index += 1
        if index < len(links) and words.has_between(low, sign.start):
            low = _end_of(words, links[index][1])
            yield low


def _end_of(words: Words, inner: Span) -> int:
    """Behind a link, or at the end of its line where nothing closes it."""
    end = words.line_end(inner)
    closing = _CLOSING.match(words.source, end) if end == inner.end else None
    return closing.end() if closing else end


def _first(words: Words, span: Span, links: Sequence[tuple[str, Span]]) -> int:
    """Where the tweet of an element that does not end does so: behind a link to a status, a signature, or a line."""
    inner = next((inner for href, inner in links if status(href)), None)
    if inner is not None:
        return _end_of(words, inner)
    if len(words) == 0:
        return span.start
    reading = words.reading(Span(0, min(len(words), _LONGEST)), "\n")
    sign = next(tweets.signatures(reading), None)
    return words.end(count(reading[: sign.span.end if sign else (reading + "\n").index("\n")]))


def _drawn(words: Words) -> int | None:
    """The end of a tweet as the widget draws it, where behind it stand lines longer than the widget's own."""
    if len(words) <= _LONG_LINE:
        return None
    signature = divided(words).signature
    if signature.start == signature.end or signature.end == len(words):
        return None
    behind = words.reading(Span(signature.end, len(words)), "\n")
    return words.end(signature.end) if any(len(line) > _LONG_LINE for line in behind.split("\n")) else None
