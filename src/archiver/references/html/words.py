"""The words of a page, each with its place in the source, and the runs that are written from them.

White space is no part of them: two texts that break and indent differently have the same words. What stood between two
words is kept beside the second of them, so that what is written has white space where a reader of the page sees some.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from itertools import islice
from typing import Literal, NamedTuple

from archiver.model import Run, Span

Gap = Literal["none", "space", "line"]

_PIECE = re.compile(r"(\s+)|&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?|[^\s&]+|&")


class Piece(NamedTuple):
    """A word or a part of one: what it reads as, where it stands, and what parts it from the piece before.

    `space` is where white space stood between the two, where it stood in one place alone.
    """

    text: str
    span: Span
    is_verbatim: bool
    gap: Gap
    space: Span | None


class Words:
    """Words in the order of the page. Places among them count their characters alone, without white space."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._starts: list[int] = []
        self._length = 0
        self._gap: Gap = "none"
        self._space: Span | None = None

    def __len__(self) -> int:
        return self._length

    @cached_property
    def text(self) -> str:
        """All of them as one string; to be asked for when nothing more is added."""
        return "".join(piece.text for piece in self.pieces)

    def add(self, source: str, span: Span) -> None:
        """Take in a stretch of text of the page's source, with its character references."""
        if source[span.start : span.end].isspace():
            self._blank(span)
            return
        for match in _PIECE.finditer(source, *span):
            found = match[0]
            text = unescape(found) if found[0] == "&" else found
            if match[1] or text.isspace():
                self._blank(Span(*match.span()))
            else:
                self._append(Piece(text, Span(*match.span()), text == found, self._gap, self._space))

    def _blank(self, span: Span) -> None:
        self._space = span if self._gap == "none" else None
        self._gap = "space" if self._gap == "none" else self._gap

    def part(self) -> None:
        """What follows stands on another line."""
        self._gap, self._space = "line", None

    def separate(self) -> None:
        """What follows is another word, though no white space need stand before it."""
        if self._gap == "none":
            self._gap = "space"

    def split(self, place: int) -> "Words":
        """Take away, and give, the pieces that begin at `place` of the source or later."""
        behind = Words()
        while self.pieces and self.pieces[-1].span.start >= place:
            behind.pieces.append(self.pieces.pop())
            self._length = self._starts.pop()
        behind.pieces.reverse()
        return behind

    def extend(self, other: "Words") -> None:
        """Append the pieces of another text that stands behind."""
        for piece in other.pieces:
            self._append(piece)

    def _append(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self._starts.append(self._length)
        self._length += len(piece.text)
        self._gap, self._space = "none", None

    def between(self, span: Span) -> Iterator[Piece]:
        """The pieces of a span of characters, cut to it. What cannot be cut, a character reference, is given whole."""
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        for index, piece in enumerate(islice(self.pieces, first, None), first):
            start = self._starts[index]
            if start >= span.end:
                return
            if piece.is_verbatim:
                cut = max(span.start - start, 0), min(span.end - start, len(piece.text))
                place = Span(piece.span.start + cut[0], piece.span.start + cut[1])
                yield piece._replace(text=piece.text[slice(*cut)], span=place)
            else:
                yield piece

    def place(self, at: int) -> int:
        """Where in the source the character number `at` stands."""
        index = max(bisect_right(self._starts, at) - 1, 0)
        piece = self.pieces[index]
        return piece.span.start + (at - self._starts[index] if piece.is_verbatim else 0)

    def lines(self) -> Iterator[Span]:
        """The lines of the text, as spans of characters."""
        start = 0
        for begin, piece in zip(self._starts, self.pieces, strict=True):
            if piece.gap == "line" and begin > start:
                yield Span(start, begin)
                start = begin
        if start < self._length:
            yield Span(start, self._length)

    def reading(self, span: Span, breaking: str = " ") -> str:
        """A span as a reader sees it; `breaking` stands where a new line begins.

        >>> words = Words()
        >>> words.add("Rain  &amp; wind", Span(0, 16))
        >>> words.reading(Span(0, len(words)))
        'Rain & wind'
        """
        between = {"none": "", "space": " ", "line": breaking}
        pieces = ((between[piece.gap] if index else "") + piece.text for index, piece in enumerate(self.between(span)))
        return "".join(pieces)


class Writer:
    """Writes the text that is extracted from a page, as runs. `length` is how many code points are written."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._runs: list[Run] = []
        self.length = 0

    def write(self, words: Words, span: Span, breaking: str = " ") -> None:
        """Write a span of words, with blanks between them where the page has white space or begins another block."""
        for index, piece in enumerate(words.between(span)):
            if index and piece.gap != "none":
                blank = breaking if piece.gap == "line" else " "
                self._put(piece.space or Span(piece.span.start, piece.span.start), blank)
            self._put(piece.span, piece.text)

    def insert(self, text: str, place: int) -> None:
        """Write what the page does not have; `place` is where it would stand there."""
        self._put(Span(place, place), text)

    def runs(self) -> tuple[Run, ...]:
        """What was written."""
        return tuple(self._runs)

    def _put(self, span: Span, text: str) -> None:
        last = self._runs[-1] if self._runs else None
        is_verbatim = span.of(self._source) == text
        self.length += len(text)
        if last and last.text is None and is_verbatim and last.source_span.end == span.start:
            self._runs[-1] = Run(source_span=Span(last.source_span.start, span.end))
        else:
            self._runs.append(Run(source_span=span, text=None if is_verbatim else text))
