"""The words of a page, each with its place in the source, and the runs that are written from them.

White space is no part of them: two texts that break and indent differently have the same words. What stood between two
words is told with the second of them, so that what is written has white space where a reader of the page sees some.

A page has many more words than its article, so that only the texts between its tags are kept. They are taken apart
where they are asked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from html.entities import html5
from itertools import accumulate, islice
from typing import Literal, NamedTuple

from archiver.model import Run, Span

Gap = Literal["none", "space", "line"]

# Names of characters that are read without a semicolon too, also where they are glued to a word (HTML section 13.5).
_LEGACY = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_NUMBER = r"\#[0-9]{1,30}+;?|\#[xX][0-9A-Fa-f]{1,30}+;?"
_WORD = r"(?:[^\s&]++|&(?!\#|[A-Za-z][A-Za-z0-9]))++"
# White space, a character reference, or words with single blanks between them.
_PART = re.compile(rf"(\s++)|{_WORD}(?: {_WORD})*+|&(?:{_NUMBER}|[A-Za-z][A-Za-z0-9]{{1,31}}+;|{_LEGACY}|)")
# So much of a text is taken apart at a time, up to the end of a word: a place within it is found by reading it.
_LONG = 1000
_STRETCH = re.compile(rf".{{1,{_LONG}}}+\S*+\s*+", re.DOTALL)


class Piece(NamedTuple):
    """Words with single blanks between them, or a character reference: how it reads, and where it stands.

    `gap` is what parts it from the piece before, `space` where white space stood between the two, if in one place alone.
    """

    text: str
    span: Span
    is_verbatim: bool
    gap: Gap
    space: Span | None

    @property
    def width(self) -> int:
        """The number of its characters, without blanks."""
        return len(self.text) - self.text.count(" ")

    def cut(self, start: int, end: int) -> "Piece":
        """From one of its characters up to another. What cannot be cut, a character reference, is given whole."""
        if not self.is_verbatim or (start <= 0 and end >= self.width):
            return self
        first = _index(self.text, max(start, 0))
        last = _index(self.text, min(end, self.width) - 1) + 1
        span = Span(self.span.start + first, self.span.start + last)
        return self._replace(text=self.text[first:last], span=span)


def _index(text: str, number: int) -> int:
    """Where in a text the character of a number stands, if blanks are not counted."""
    at = 0
    for word in text.split(" "):
        if number < len(word):
            break
        number -= len(word)
        at += len(word) + 1
    return at + number


def _parts(source: str, start: int, end: int) -> Iterator[tuple[Span, str, bool]]:
    """What a text consists of: place and reading, a blank for white space, and whether it stands so in the source."""
    for match in _PART.finditer(source, start, end):
        found = match[0]
        text = " " if match[1] else unescape(found) if found[0] == "&" else found
        yield Span(*match.span()), " " if text.isspace() else text, text == found


def _unescaped(text: str) -> Iterator[str]:
    return (part.replace(" ", "") for _, part, _ in _parts(text, 0, len(text)))


class Words:
    """Words in the order of the page. Places among them count their characters alone, without white space.

    They are to be asked for when nothing more is added.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._texts: list[tuple[int, int, Gap]] = []
        self._gap: Gap = "none"

    def add(self, start: int, end: int) -> None:
        """Take in a stretch of text of the page's source, with its character references."""
        if end - start > _LONG:
            for match in _STRETCH.finditer(self._source, start, end):
                self._append(*match.span())
        else:
            self._append(start, end)

    def _append(self, start: int, end: int) -> None:
        self._texts.append((start, end, self._gap))
        self._gap = "none"

    def part(self) -> None:
        """What follows stands on another line."""
        self._gap = "line"

    def separate(self) -> None:
        """What follows is another word, though no white space need stand before it."""
        if self._gap == "none":
            self._gap = "space"

    def split(self, place: int) -> "Words":
        """Take away, and give, the texts that begin at `place` of the source or later."""
        behind = Words(self._source)
        while self._texts and self._texts[-1][0] >= place:
            behind._texts.append(self._texts.pop())
        behind._texts.reverse()
        return behind

    def extend(self, other: "Words") -> None:
        """Append the texts of other words that stand behind."""
        for start, end, gap in other._texts:
            self._gap = "line" if "line" in {gap, self._gap} else gap
            self._append(start, end)

    def __len__(self) -> int:
        return self._starts[-1]

    @cached_property
    def text(self) -> str:
        """All of them as one string."""
        return "".join(self._read)

    @cached_property
    def _read(self) -> list[str]:
        """Each text as it reads, without its white space."""
        source = self._source
        raw = (source[start:end] for start, end, _ in self._texts)
        return ["".join(_unescaped(text) if "&" in text else text.split()) for text in raw]

    @cached_property
    def _starts(self) -> list[int]:
        """The number of each text's first character, and behind them that of all characters."""
        return list(accumulate(map(len, self._read), initial=0))

    def _pieces(self, first: int) -> Iterator[Piece]:
        """The pieces of the texts from the one numbered `first`."""
        gap: Gap = "none"
        space: Span | None = None
        for start, end, parted in islice(self._texts, first, None):
            if parted == "line" or gap == "none":
                gap, space = (parted, None) if parted != "none" else (gap, space)
            for span, text, is_verbatim in _parts(self._source, start, end):
                if text == " ":
                    gap, space = ("space", span) if gap == "none" else (gap, None)
                else:
                    yield Piece(text, span, is_verbatim, gap, space)
                    gap, space = "none", None

    def between(self, span: Span) -> Iterator[Piece]:
        """The pieces of a span of characters, cut to it."""
        first = self._text_of(span.start)
        at = self._starts[first]
        for piece in self._pieces(first):
            if at >= span.end:
                return
            if at + piece.width > span.start:
                yield piece.cut(span.start - at, span.end - at)
            at += piece.width

    def _text_of(self, at: int) -> int:
        """The number of the text in which a character stands."""
        return max(bisect_right(self._starts, at) - 1, 0)

    def place(self, at: int) -> int:
        """Where in the source the character number `at` stands."""
        return next(self.between(Span(at, at + 1))).span.start

    def lines(self) -> Iterator[Span]:
        """The lines of the text, as spans of characters."""
        begin = 0
        for (_, _, gap), start in zip(self._texts, self._starts, strict=False):
            if gap == "line" and start > begin:
                yield Span(begin, start)
                begin = start
        if begin < len(self):
            yield Span(begin, len(self))

    def reading(self, span: Span, breaking: str = " ") -> str:
        """A span as a reader sees it; `breaking` stands where a new line begins.

        >>> words = Words("Rain  &amp; wind")
        >>> words.add(0, 16)
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
