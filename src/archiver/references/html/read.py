"""A page read: its main text with the tweets standing in it, as runs that lead back to the source."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import NamedTuple

from archiver.model import Run, Span
from archiver.references.html.embeds import Shown, shown
from archiver.references.html.maintext import Line, Part, main_lines
from archiver.references.html.runs import text_of
from archiver.references.html.signed import Signed
from archiver.references.html.source import Page
from archiver.references.html.words import Words, Writer

_DESCRIBES = frozenset(("description", "og:title", "og:description"))


class Quote(NamedTuple):
    """A tweet of a page. `shown` is the place where it is seen best, `told` that which has its text.

    `occurrences` are all places. `span` is where it stands in the extracted text, `body` its words there; None where
    it stands elsewhere on the page.
    """

    shown: Shown
    told: Shown
    occurrences: tuple[Span, ...]
    span: Span | None = None
    body: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What was extracted from a page. Where it has no main text, `is_main` is False and all of the page was taken."""

    page: Page
    text: str
    runs: tuple[Run, ...]
    quotes: tuple[Quote, ...]
    is_main: bool


class _Item(NamedTuple):
    """What follows next in the text, a line or a tweet; `place` is where it begins in the source."""

    place: int
    line: Line
    quote: int | None = None


def read(source: str) -> Extract:
    """Read a decoded page. Takes any text, in time linear in its length.

    >>> found = read("<article><p>It rained in Quay Street all day, said the harbour master.</p></article>")
    >>> found.text
    'It rained in Quay Street all day, said the harbour master.'
    """
    page = Page(source)
    quotes = list(_grouped(shown(page)))
    stem = _stem(source)
    cut = _cut(quotes, stem, {embed.span for embed in page.embeds if embed.is_point})
    lines = main_lines(page, cut)
    words = page.words if lines or len(page.words) or quotes else _of_head(page)
    markers = {f"{stem}{index}": index for index in range(len(quotes))}
    items = _items(words, lines or [[Part(span, "")] for span in words.lines()], markers)
    writer = Writer(source)
    placed = _written(writer, words, list(_placed(items, quotes)), quotes)
    page.is_cut |= writer.is_cut
    runs = writer.runs()
    return Extract(page=page, text=text_of(source, runs), runs=runs, quotes=tuple(placed), is_main=bool(lines))


def _grouped(places: Iterable[Shown]) -> Iterator[Quote]:
    """One quote for each tweet, however often the page shows it."""
    groups: dict[object, list[Shown]] = {}
    for each in places:
        if each.status_id or len(each.words):
            groups.setdefault(each.status_id or (each.handle, each.signed.posted, each.text), []).append(each)
    for group in groups.values():
        best = max(group, key=lambda each: (each.is_visible, bool(len(each.words)), each.is_quote))
        told = best if best.text else max(group, key=lambda each: bool(each.text))
        yield Quote(best, told, tuple(each.span for each in group))


def _stem(source: str) -> str:
    """A word that the page does not hold, with which the places of tweets are marked."""
    stem = "quotedtweetnumber"
    while stem in source:
        stem += "x"
    return stem


def _cut(quotes: Iterable[Quote], stem: str, points: Set[Span]) -> list[tuple[Span, str]]:
    places = []
    for index, quote in enumerate(quotes):
        visible = (span for span in quote.occurrences if quote.shown.is_visible and span not in points)
        places += [(span, f"{stem}{index}" if span == quote.shown.span else "") for span in visible]
    return sorted(places)


def _of_head(page: Page) -> Words:
    """What a page without a visible word says in its head: its title and what describes it, each on a line."""
    described = (element for element in page.metas if _DESCRIBES & {element.value("name"), element.value("property")})
    contents = (element.attributes["content"].span for element in described if "content" in element.attributes)
    words = Words(page.source)
    for span in sorted({*page.titles, *contents}):
        words.part()
        words.add(*span)
    return words


def _items(words: Words, lines: Iterable[Line], markers: dict[str, int]) -> Iterator[_Item]:
    """The lines with their places in the source; a line that is a marker is its tweet."""
    place = 0
    for line in lines:
        marked = markers.get(line[0].text) if line and line[0].span is None else None
        if marked is None:
            place = next((words.place(part.span.start) for part in line if part.span), place)
        yield _Item(place, line, marked)


def _placed(items: Iterable[_Item], quotes: list[Quote]) -> Iterator[_Item]:
    """The items in their order, with every tweet of the article among them.

    A tweet that the extractor passed over stands where it stands in the page: between the lines of the text, and as a
    blockquote before and after them too, outside of footers, side bars and the like.
    """
    kept = list(items)
    marked = {item.quote for item in kept}
    places = [item.place for item in kept if item.quote is None]
    extent = Span(min(places), max(places)) if places else Span(0, 0)
    waiting = [
        _Item(quote.shown.span.start, [], index)
        for index, quote in enumerate(quotes)
        if index not in marked
        and quote.shown.is_visible
        and ((quote.shown.is_quote and not quote.shown.is_aside) or extent.start < quote.shown.span.start < extent.end)
    ]
    waiting.sort(reverse=True)
    for item in kept:
        while waiting and item.quote is None and waiting[-1].place < item.place:
            yield waiting.pop()
        yield item
    yield from reversed(waiting)


def _written(writer: Writer, words: Words, items: list[_Item], quotes: list[Quote]) -> list[Quote]:
    """Write all items; the quotes with their places in what was written."""
    for item in items:
        shown = None if item.quote is None else quotes[item.quote].shown
        place = shown.span.start if shown else item.place
        if writer.length and (shown is None or len(shown.words)):
            writer.insert("\n", place)
        if shown is None or item.quote is None:
            _write_line(writer, words, item)
        else:
            quotes[item.quote] = _write_quote(writer, quotes[item.quote])
    return quotes


def _write_line(writer: Writer, words: Words, item: _Item) -> None:
    for index, part in enumerate(item.line):
        place = writer.place if index else item.place
        if index:
            writer.insert(" ", place)
        if part.span is None:
            writer.insert(part.text, place)
        else:
            writer.write(words, part.span)


def _write_quote(writer: Writer, quote: Quote) -> Quote:
    """The tweet's text, and on a line of its own its signature, with the dash that marks one."""
    shown, signed, start = quote.shown, quote.shown.signed, writer.length
    writer.write(shown.words, signed.body, "\n")
    body = Span(start, writer.length)
    if signed.head or signed.signature.start < signed.signature.end:
        _write_signature(writer, shown.words, signed, is_below=body.start < body.end)
    return quote._replace(span=Span(start, writer.length), body=body)


def _write_signature(writer: Writer, words: Words, signed: Signed, *, is_below: bool) -> None:
    place = words.place(signed.head[1].start if signed.head else signed.signature.start)
    if is_below:
        writer.insert("\n", place)
    if not signed.has_dash:
        writer.insert("— ", place)
    if signed.head:
        name, handle = signed.head
        if name.start < name.end:
            writer.write(words, name)
            writer.insert(" ", writer.place)
        writer.insert("(", place)
        writer.write(words, handle)
        writer.insert(") " if signed.signature.start < signed.signature.end else ")", writer.place)
    writer.write(words, signed.signature)
