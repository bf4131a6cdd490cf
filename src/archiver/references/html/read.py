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
    it stands elsewhere on the page. Where the page shows it `again`, it may stand in the text `also`.
    """

    shown: Shown
    told: Shown
    occurrences: tuple[Span, ...]
    again: tuple[Shown, ...] = ()
    span: Span | None = None
    body: Span | None = None
    also: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What was extracted from a page. Where it has no main text, `is_main` is False and all of the page was taken."""

    page: Page
    text: str
    runs: tuple[Run, ...]
    quotes: tuple[Quote, ...]
    is_main: bool


class _Standing(NamedTuple):
    """One of the places where a page shows a tweet; `quote` is the number of that."""

    quote: int
    shown: Shown


class _Item(NamedTuple):
    """What follows next in the text, a line or a tweet; `place` is where it begins in the source."""

    place: int
    line: Line
    tweet: _Standing | None = None


def read(source: str) -> Extract:
    """Read a decoded page. Takes any text; the extractor is asked for pages within its bounds alone.

    >>> found = read("<article><p>It rained in Quay Street all day, said the harbour master.</p></article>")
    >>> found.text
    'It rained in Quay Street all day, said the harbour master.'
    """
    page = Page(source)
    quotes = list(_grouped(shown(page)))
    stem = _stem(source)
    standings = [_Standing(index, each) for index, quote in enumerate(quotes) for each in (quote.shown, *quote.again)]
    markers = {f"{stem}{number}": standing for number, standing in enumerate(standings)}
    cut = _cut(quotes, markers, {embed.span for embed in page.embeds if embed.is_point})
    lines = main_lines(page, cut)
    words = page.words if lines or len(page.words) or quotes else _of_head(page)
    items = _items(words, lines or [[Part(span, "")] for span in words.lines()], markers)
    writer = Writer(source)
    placed = _written(writer, words, list(_placed(items, standings, words)), quotes)
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
        again = (each for each in group if each is not best and each.is_visible and best.is_visible and len(each.words))
        yield Quote(best, told, tuple(each.span for each in group), tuple(again))


def _stem(source: str) -> str:
    """A word that the page does not hold, with which the places of tweets are marked."""
    stem = "quotedtweetnumber"
    while stem in source:
        stem += "x"
    return stem


def _cut(quotes: Iterable[Quote], markers: dict[str, _Standing], points: Set[Span]) -> list[tuple[Span, str]]:
    marked = {standing.shown.span: marker for marker, standing in markers.items()}
    spans = (span for quote in quotes if quote.shown.is_visible for span in quote.occurrences)
    return sorted((span, marked.get(span, "")) for span in spans if span not in points)


def _of_head(page: Page) -> Words:
    """What a page without a visible word says in its head: its title and what describes it, each on a line."""
    described = (element for element in page.metas if _DESCRIBES & {element.value("name"), element.value("property")})
    contents = (element.attributes["content"].span for element in described if "content" in element.attributes)
    words = Words(page.source)
    for span in sorted({*page.titles, *contents}):
        words.part()
        words.add(*span)
    return words


def _items(words: Words, lines: Iterable[Line], markers: dict[str, _Standing]) -> Iterator[_Item]:
    """The lines with their places in the source; a line that is a marker is its tweet."""
    place = 0
    for line in lines:
        marked = markers.get(line[0].text) if line and line[0].span is None else None
        if marked is None:
            place = next((words.place(part.span.start) for part in line if part.span), place)
        yield _Item(place, line, marked)


def _placed(items: Iterable[_Item], standings: list[_Standing], words: Words) -> Iterator[_Item]:
    """The items in their order, with every tweet of the article among them.

    A tweet that the extractor passed over stands where it stands in the page: between the lines of the text, and as a
    blockquote before and after them too, outside of footers, side bars and the like. A line that the extractor made of
    what stands before and behind it is two.
    """
    kept = list(items)
    marked = {item.tweet.shown.span for item in kept if item.tweet}
    places = [item.place for item in kept if item.tweet is None]
    extent = Span(min(places), max(places)) if places else Span(0, 0)
    waiting = [_Item(each.shown.span.start, [], each) for each in standings if each.shown.span not in marked]
    waiting = [item for item in waiting if item.tweet and _is_of_article(item.tweet.shown, extent)]
    waiting.sort(key=lambda item: item.place, reverse=True)
    for item in kept:
        while waiting and item.tweet is None and waiting[-1].place < item.place:
            yield waiting.pop()
        yield from [item] if item.tweet else _split(item, waiting, words)
    yield from reversed(waiting)


def _split(item: _Item, waiting: list[_Item], words: Words) -> Iterator[_Item]:
    """A line, and between its parts the tweets that stand within it; they are taken from the last of `waiting`."""
    place, line, unseen = item.place, list[Part](), list[_Item]()
    for part in item.line:
        span = part.span
        while span and waiting and (at := words.number(waiting[-1].place)) < span.end:
            found = waiting.pop()
            if found.tweet is None or not len(found.tweet.shown.words):
                unseen.append(found)
                continue
            line += [Part(Span(span.start, at), "")] if at > span.start else []
            span = Span(max(at, span.start), span.end)
            yield from [_Item(place, line)] if line else []
            yield found
            place, line = words.place(span.start), []
        line.append(Part(span, "") if span else part)
    yield _Item(place, line)
    yield from unseen


def _is_of_article(shown: Shown, extent: Span) -> bool:
    is_within = extent.start < shown.span.start < extent.end
    return shown.is_visible and (is_within or (shown.is_quote and not shown.is_aside))


def _written(writer: Writer, words: Words, items: list[_Item], quotes: list[Quote]) -> list[Quote]:
    """Write all items; the quotes with their places in what was written."""
    for item in items:
        shown = item.tweet.shown if item.tweet else None
        place = shown.span.start if shown else item.place
        if writer.length and (shown is None or len(shown.words)):
            writer.insert("\n", place)
        if item.tweet is None:
            _write_line(writer, words, item)
        else:
            number = item.tweet.quote
            quotes[number] = _write_quote(writer, quotes[number], item.tweet.shown)
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


def _write_quote(writer: Writer, quote: Quote, shown: Shown) -> Quote:
    """The tweet's text, and on a line of its own its signature, with the dash that marks one."""
    signed, start = shown.signed, writer.length
    writer.write(shown.words, signed.body, "\n")
    body = Span(start, writer.length)
    if signed.head or signed.signature.start < signed.signature.end:
        _write_signature(writer, shown.words, signed, is_below=body.start < body.end)
    span = Span(start, writer.length)
    if shown is not quote.shown:
        return quote._replace(also=(*quote.also, span))
    return quote._replace(span=span, body=body)


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
