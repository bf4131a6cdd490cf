"""An article's text as HTML: a paragraph for each line, and marks laid over it by their spans.

Marks of one kind form a `Layer`; layers lie inside one another in a fixed order, so that a link may hold repairs and a
tweet may hold links. Where a mark crosses the edge of one that lies further out, it is cut there, and the nesting stays
proper. What comes out holds the text once, whole and in order: without its tags it is the text again.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from archiver.model import Span
from archiver.package.safe import escape

# One line, or one run of blank lines, however long. Possessive, so that no input makes it go back.
_LINES = re.compile(r"(?P<blank>(?:[^\S\n]*+\n)++)|[^\n]++\n?")


class Tags(NamedTuple):
    """What goes before and after a piece of marked text."""

    before: str = ""
    after: str = ""


class Placed(Protocol):
    """Anything with a place in the text."""

    @property
    def span(self) -> Span:
        """Its code points."""


Mark = TypeVar("Mark", bound=Placed)


class Layer(Generic[Mark]):
    """Marks of one kind, in order and apart: of two that overlap, the one that comes first counts.

    `tags` gives the tags around a mark's piece that stands at a span.
    """

    def __init__(self, marks: Iterable[Mark], tags: Callable[[Mark, Span], Tags]) -> None:
        self._marks = list(_apart(marks))
        self._ends = [mark.span.end for mark in self._marks]
        self._tags = tags

    def touches(self, span: Span) -> bool:
        """Whether a mark may stand within `span`, or at its edge."""
        index = bisect_left(self._ends, span.start)
        return index < len(self._marks) and self._marks[index].span.start <= span.end

    def cut(self, span: Span) -> Iterator[tuple[Span, Tags]]:
        """`span` in pieces, each with the tags of the mark that it belongs to.

        A mark without width is a piece of its own; it belongs to the span that starts at its place.
        """
        at = span.start
        for index in range(bisect_left(self._ends, at), len(self._marks)):
            mark = self._marks[index]
            start, end = max(at, mark.span.start), min(mark.span.end, span.end)
            if start >= span.end:
                break
            if start < end or mark.span.start == mark.span.end:
                if at < start:
                    yield Span(at, start), Tags()
                yield Span(start, end), self._tags(mark, Span(start, end))
                at = end
        if at < span.end:
            yield Span(at, span.end), Tags()


def _apart(marks: Iterable[Mark]) -> Iterator[Mark]:
    done = 0
    for mark in sorted(marks, key=attrgetter("span")):
        if mark.span.start >= done:
            yield mark
            done = mark.span.end


def whole_lines(text: str, span: Span) -> Span | None:
    """`span` with the line feed that ends its last line; None where it starts or ends within a line, or is empty.

    >>> whole_lines("one\\ntwo\\n", Span(4, 7)), whole_lines("one\\ntwo\\n", Span(5, 7))
    (Span(start=4, end=8), None)
    """
    starts = text[span.start - 1 : span.start] in ("\n", "")
    ends = text[span.end : span.end + 1] in ("\n", "")
    return Span(span.start, min(span.end + 1, len(text))) if starts and ends and span.start < span.end else None


def first_line(text: str) -> Span:
    """Where the first line stands that is not blank, without its line feed; an empty span where there is none.

    >>> first_line("\\n \\nA line.\\nAnother.").of("\\n \\nA line.\\nAnother.")
    'A line.'
    """
    for match in _LINES.finditer(text):
        if not match["blank"]:
            return Span(match.start(), match.end() - match.group().endswith("\n"))
    return Span(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """A text and the marks over it: `blocks` of whole lines, and `layers` within lines, the outermost first.

    `headline` is where the line starts that is the page's headline, if one is.
    """

    text: str
    blocks: Layer[Any]
    layers: Sequence[Layer[Any]]
    headline: int | None

    def html(self) -> Iterator[str]:
        """The text with its tags, in pieces."""
        for block, tags in self.blocks.cut(Span(0, len(self.text))):
            yield tags.before
            yield from self._lines(block)
            yield tags.after

    def _lines(self, block: Span) -> Iterator[str]:
        start = block.start
        if self.headline is not None and start <= self.headline < block.end:
            start = self.text.find("\n", self.headline, block.end) + 1 or block.end
            yield from map(self._line, _LINES.finditer(self.text, block.start, start))
        rest = Span(start, block.end)
        if self._is_marked(rest) or "\r" in self.text:
            yield from map(self._line, _LINES.finditer(self.text, *rest))
        else:
            yield _unmarked(escape(rest.of(self.text)))

    def _is_marked(self, span: Span) -> bool:
        return any(layer.touches(span) for layer in self.layers)

    def _line(self, match: re.Match[str]) -> str:
        """A paragraph, or the space between paragraphs."""
        if match["blank"]:
            return f'<div class="blank">{escape(match.group())}</div>'
        tag = "h1" if match.start() == self.headline else "p"
        # What was taken away behind the last character belongs to the last line.
        end = match.end() + (match.end() == len(self.text))
        line = Span(match.start(), end)
        inner = self._marked(line, self.layers) if self._is_marked(line) else escape(match.group())
        return f'<{tag} dir="auto">{inner}</{tag}>'

    def _marked(self, span: Span, layers: Sequence[Layer[Any]]) -> str:
        if not layers:
            return escape(span.of(self.text))
        layer, *within = layers
        return "".join(before + self._marked(piece, within) + after for piece, (before, after) in layer.cut(span))


def _unmarked(html: str) -> str:
    """Escaped lines in which nothing is marked, as `MarkedText` gives them; most lines are such, and go by quickly."""
    *lines, last = html.split("\n")
    pieces: list[str] = []
    blank = ""
    for line in lines:
        if not line or line.isspace():
            blank += f"{line}\n"
            continue
        if blank:
            pieces.append(f'<div class="blank">{blank}</div>')
            blank = ""
        pieces.append(f'<p dir="auto">{line}\n</p>')
    if blank:
        pieces.append(f'<div class="blank">{blank}</div>')
    if last:
        pieces.append(f'<p dir="auto">{last}</p>')
    return "".join(pieces)
