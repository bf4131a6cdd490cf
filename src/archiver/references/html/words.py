"""The words of a page, each with its place in the source, and the runs that are written from them.

White space is no part of them: two texts that break and indent differently have the same words. What stood between two
words is told with the second of them, so that what is written has white space where a reader of the page sees some.

A page has many more words than its article, so that only the texts between its tags are kept. They are taken apart
where they are asked for.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import unescape
from html.entities import html5
from itertools import accumulate
from typing import Literal, NamedTuple

from archiver.model import Run, Span

Gap = Literal["none", "space", "line"]
_GAPS: tuple[Gap, ...] = ("none", "space", "line")
_NONE, _SPACE, _LINE = range(3)

# Names of characters that are read without a semicolon too, also where they are glued to a word (HTML section 13.5).
_LEGACY = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_NUMBER = r"\#[0-9]{1,30}+;?|\#[xX][0-9A-Fa-f]{1,30}+;?"
_WORD = r"(?:[^\s&]++|&(?!\#|[A-Za-z][A-Za-z0-9]))++"
# White space, a character reference, or words with single blanks between them.
_PART = re.compile(rf"(\s++)|{_WORD}(?: {_WORD})*+|&(?:{_NUMBER}|[A-Za-z][A-Za-z0-9]{{1,31}}+;|{_LEGACY}|)")
# So much of a text is taken apart at a time, up to the end of a word: a place within it is found by reading it.
_LONG = 1000
_STRETCH = re.compile(rf".{{1,{_LONG}}}+\S*+\s*+", re.DOTALL)
# No article has so many, nor is so long; beyond that the words are cut.
_MOST_TEXTS = 200_000
_MOST_CHARACTERS = 2_000_000
_MOST_RUNS = 300_000


class Piece(NamedTuple):
    """Words with single blanks between them, or a character reference: how it reads, and where it stands.

    `gap` is what parts it from the piece before, `space` where white space stood between them, if in one place alone.
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
    """Where in a text the character of a number stands, if blanks are not counted.

    >>> [_index("it did rain", number) for number in (0, 2, 4, 5)]
    [0, 3, 5, 7]
    """
    at = number
    # Nearer with each step, and never beyond: of what is passed over only the blanks are still to be added.
    while (next_at := number + text.count(" ", 0, at + 1)) > at:
        at = next_at
    return at


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

    They are to be asked for when nothing more is added. `is_cut` says that there were more than are kept of one page.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._begins = array("q")
        self._ends = array("q")
        self._gaps = bytearray()
        self._gap = _NONE
        self._blank = 0
        self._characters = 0
        self.is_cut = False

    def add(self, start: int, end: int) -> None:
        """Take in a stretch of text of the page's source, with its character references."""
        if self._gap == _LINE and self.source[start : min(end, start + _LONG)].isspace() and end - start <= _LONG:
            return  # white space at a line's beginning is nothing
        if end - start > _LONG:
            for match in _STRETCH.finditer(self.source, start, end):
                self._append(*match.span())
        else:
            self._append(start, end)

    def _append(self, start: int, end: int) -> None:
        if len(self._gaps) >= _MOST_TEXTS or self._characters >= _MOST_CHARACTERS:
            self.is_cut = True
            return
        self._characters += end - start
        self._begins.append(start)
        self._ends.append(end)
        self._gaps.append(self._gap)
        self._gap = _NONE

    def part(self) -> None:
        """What follows stands on another line."""
        self._gap = _LINE

    def separate(self) -> None:
        """What follows is another word, though no white space need stand before it."""
        if self._gap == _NONE:
            self._gap = _SPACE

    def is_blank(self) -> bool:
        """Whether there is nothing but white space so far. It may be asked for at any time."""
        while self._blank < len(self._begins):
            if not self.source[self._begins[self._blank] : self._ends[self._blank]].isspace():
                return False
            self._blank += 1
        return True

    def holds(self, span: Span) -> bool:
        """Whether a stretch of the source lies within one of the texts."""
        index = bisect_right(self._begins, span.start) - 1
        return index >= 0 and span.end <= self._ends[index]

    def has_between(self, start: int, end: int) -> bool:
        """Whether words begin between two places of the source. It may be asked for at any time, like what follows."""
        texts = range(bisect_left(self._begins, start), bisect_left(self._begins, end))
        return any(not self.source[self._begins[text] : self._ends[text]].isspace() for text in texts)

    def is_blank_behind(self, place: int) -> bool:
        """Whether there is nothing but white space behind a place of the source."""
        index = bisect_right(self._begins, place) - 1
        if index >= 0 and self.source[place : self._ends[index]].strip():
            return False
        return not self.has_between(place, len(self.source))

    def line_end(self, span: Span) -> int:
        """Where in a span of the source the first line with words ends; the span's end where no other line follows."""
        end = span.start
        for text in range(bisect_left(self._begins, span.start), bisect_left(self._begins, span.end)):
            if end > span.start and self._gaps[text] == _LINE:
                return end
            if not self.source[self._begins[text] : self._ends[text]].isspace():
                end = self._ends[text]
        return span.end

    def split(self, place: int) -> list[tuple[int, int, int]]:
        """Take away, and give, what stands at `place` of the source or behind it."""
        first = bisect_left(self._begins, place)
        behind = list(zip(self._begins[first:], self._ends[first:], self._gaps[first:], strict=True))
        del self._begins[first:], self._ends[first:], self._gaps[first:]
        if first and self._ends[-1] > place:
            behind.insert(0, (place, self._ends[-1], _NONE))
            self._ends[-1] = place
        for read in ("_told", "text"):
            self.__dict__.pop(read, None)
        return behind

    def extend(self, texts: Iterable[tuple[int, int, int]]) -> None:
        """Append what was taken from other words, and stands behind."""
        for start, end, gap in texts:
            self._gap = max(gap, self._gap)
            self._append(start, end)

    def __len__(self) -> int:
        return self._starts[-1]

    @cached_property
    def text(self) -> str:
        """All of them as one string."""
        return self._told[0]

    @property
    def _starts(self) -> "array[int]":
        """The number of each text's first character, and behind them that of all characters."""
        return self._told[1]

    @cached_property
    def _told(self) -> "tuple[str, array[int]]":
        source = self.source
        raw = map(source.__getitem__, map(slice, self._begins, self._ends))
        read = ["".join(_unescaped(text) if "&" in text else text.split()) for text in raw]
        return "".join(read), array("q", accumulate(map(len, read), initial=0))

    def _pieces(self, first: int, last: int) -> Iterator[Piece]:
        """The pieces of the texts from one to another, by their numbers."""
        gap, space = _NONE, None
        for index in range(first, min(last + 1, len(self._gaps))):
            if self._gaps[index] > gap:
                gap, space = self._gaps[index], None
            for span, text, is_verbatim in _parts(self.source, self._begins[index], self._ends[index]):
                if text == " ":
                    gap, space = max(gap, _SPACE), span if gap == _NONE else None
                else:
                    yield Piece(text, span, is_verbatim, _GAPS[gap], space)
                    gap, space = _NONE, None

    def between(self, span: Span) -> Iterator[Piece]:
        """The pieces of a span of characters, cut to it."""
        first = self._text_of(span.start)
        at = self._starts[first]
        for piece in self._pieces(first, self._text_of(max(span.start, span.end - 1))):
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
        text = self._text_of(at)
        if self._starts[text] == at and not self.source[begin := self._begins[text]].isspace():
            return begin
        return next(self.between(Span(at, at + 1))).span.start

    def number(self, place: int) -> int:
        """How many characters stand in the texts that begin before a place of the source."""
        return self._starts[bisect_left(self._begins, place)]

    def end(self, at: int) -> int:
        """Where in the source the character before the number `at` ends."""
        return next(self.between(Span(at - 1, at))).span.end

    def lines(self) -> Iterator[Span]:
        """The lines of the text, as spans of characters."""
        begin = 0
        for gap, start in zip(self._gaps, self._starts, strict=False):
            if gap == _LINE and start > begin:
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
    """Writes the text that is extracted from a page, as runs. `length` is how many code points are written.

    `place` is where in the page that ends which was written last. `is_cut` says that there were more runs than are
    kept of one page.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._runs: list[Run] = []
        self.length = 0
        self.place = 0
        self.is_cut = False

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
        if len(self._runs) >= _MOST_RUNS:
            self.is_cut = True
            return
        last = self._runs[-1] if self._runs else None
        is_verbatim = span.of(self._source) == text
        self.length += len(text)
        self.place = span.end
        if last and last.text is None and is_verbatim and last.source_span.end == span.start:
            self._runs[-1] = Run(source_span=Span(last.source_span.start, span.end))
        else:
            self._runs.append(Run(source_span=span, text=None if is_verbatim else text))
