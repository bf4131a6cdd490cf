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
from archiver.package.safe import content

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
        self.marks = list(_apart(marks))
        self._ends = [mark.span.end for mark in self.marks]
        self._tags = tags

    def within(self, span: Span) -> Iterator[Span]:
        """Where marks stand that may have a piece within `span`, in order; also those at its edges."""
        for index in range(bisect_left(self._ends, span.start), len(self.marks)):
            place = self.marks[index].span
            if place.start > span.end:
                break
            yield place

    def cut(self, span: Span) -> Iterator[tuple[Span, Tags]]:
        """`span` in pieces, each with the tags of the mark that it belongs to.

        A mark without width is a piece of its own; it belongs to the span that starts at its place.
        """
        at = span.start
        for index in range(bisect_left(self._ends, at), len(self.marks)):
            mark = self.marks[index]
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


def lines_under(text: str, places: Iterable[Span], block: Span) -> Iterator[Span]:
    """The lines of `block`, which is whole lines, on which `places` stand; these are in order and apart.

    What has no width and stands behind the last character, stands on the last line.

    >>> list(lines_under("one\\ntwo\\nthree", [Span(1, 5), Span(13, 13)], Span(0, 13)))
    [Span(start=0, end=4), Span(start=4, end=8), Span(start=8, end=13)]
    """
    done = block.start
    for place in places:
        first = min(place.start, block.end - 1)
        while done <= first or done < min(place.end, block.end):
            start = text.rfind("\n", done, first) + 1 or done
            done = text.find("\n", max(start, first), block.end) + 1 or block.end
            yield Span(start, done)


def _is_blank(line: str) -> bool:
    return line.endswith("\n") and line.isspace()


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
        """The text with its tags, in pieces; `content` says what becomes of a carriage return."""
        for block, tags in self.blocks.cut(Span(0, len(self.text))):
            yield tags.before
            yield from self._lines(block)
            yield tags.after

    def _lines(self, block: Span) -> Iterator[str]:
        """Lines on which something is marked, one by one; those between them at one go."""
        at = block.start
        for line in self._special(block):
            yield _unmarked(content(self.text[at : line.start]))
            yield self._line(line)
            at = line.end
        yield _unmarked(content(self.text[at : block.end]))

    def _special(self, block: Span) -> list[Span]:
        """The lines of `block` on which a mark or the headline stands. A blank line shows none."""
        lines = {line for layer in self.layers for line in lines_under(self.text, layer.within(block), block)}
        if self.headline is not None and block.start <= self.headline < block.end:
            lines.update(lines_under(self.text, [Span(self.headline, self.headline)], block))
        return sorted(line for line in lines if not _is_blank(line.of(self.text)))

    def _line(self, line: Span) -> str:
        tag = "h1" if line.start == self.headline else "p"
        # What was taken away behind the last character belongs to the last line.
        span = Span(line.start, line.end + (line.end == len(self.text)))
        layers = [layer for layer in self.layers if any(True for _ in layer.within(span))]
        return f'<{tag} dir="auto">{self._marked(span, layers)}</{tag}>'

    def _marked(self, span: Span, layers: Sequence[Layer[Any]]) -> str:
        if not layers:
            return content(span.of(self.text))
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
