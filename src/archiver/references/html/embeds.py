"""The tweets that a page shows: elements that Twitter's embed code makes, and the same code escaped within text.

A blockquote holds the tweet's text and signature; a widget, a frame or an AMP element holds its id and, once a script
has filled it, its text. The same code stands escaped in JSON-LD, in attributes, and in a `<textarea>` for copying.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import quote, unquote

from archiver.model import Confidence, Span
from archiver.references import widgets
from archiver.references.html.elements import Attribute, Element, named_by, stated_id
from archiver.references.html.signed import Signed, count, divided, drawn
from archiver.references.html.source import Embed, Page
from archiver.references.html.words import Words
from archiver.references.urls import Status, status

_TWEET_ID = re.compile(r"[?&](?:id|tweetId)=([0-9]{1,20})|/embed/(?:status/)?([0-9]{1,20})")
_MARK = re.compile(r"twitter-(?:tweet|video)(?![a-z-])")
_AMPERSAND = r"(?:&|\\u0026)(?:amp;){0,3}"
_OPENING = re.compile(
    rf"(?i)(?:<|{_AMPERSAND}(?:lt;|#0{{0,4}}60;|#x0{{0,4}}3c;)|\\[ux](?:00)?3c|%(?:25){{0,3}}3c)(blockquote)(?![a-z])"
)
_CLOSING = re.compile(
    rf"(?i)(?:/|%(?:25){{0,3}}2f|&#47;)blockquote\s{{0,4}}"
    rf"(?:>|{_AMPERSAND}(?:gt;|#0{{0,4}}62;|#x0{{0,4}}3e;)|\\[ux](?:00)?3e|%(?:25){{0,3}}3e)"
)
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_IS_JSON = re.compile(r"""\\["'/nux\\]""")
_DEEPEST_ESCAPE = 8
# What a script asks the widget for, and the time below a tweet that the widget has drawn.
_CALL = re.compile(r"""createTweet(?:Embed)?\(\s{0,9}\\?["'`]?([0-9]{5,20})\\?["'`]?\s{0,9}[,)]""")
_CLOCK = re.compile(
    r":\d\d(?:[ \xa0]|&nbsp;)(?:[AaPp]\.?[Mm]\.?(?:[ \xa0]|&nbsp;))?(?:[-–·•]|&middot;|&#183;|&bull;)"
    r"(?=[^<>\n]{2,30}20\d\d|[ \xa0]?20\d\d)"
)
_ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda raw: raw.replace("/", "\\/"),
    lambda raw: raw.replace("&", "&amp;"),
    lambda raw: raw.replace("\\", "\\\\"),
    lambda raw: quote(raw, safe=""),
    quote,
)
_JSON_MEANING = {"n": "\n", "r": " ", "t": " ", "b": "", "f": ""}
_BEFORE_CLASS = 400  # so far before its class a blockquote begins
_LONGEST_BUTTONS = 30
_MOST_HIDDEN = 20_000  # no page has so many
_MOST_HREFS = 50  # nor has any tweet
_LONGEST = 20_000  # no code of one tweet is longer, however it is escaped


class Shown(NamedTuple):
    """A tweet in one place of the page. `words` stand in the page itself where `is_visible`."""

    span: Span
    words: Words
    signed: Signed
    status_id: str | None
    handle: str | None
    is_visible: bool
    is_quote: bool
    path: str | None
    hrefs: tuple[Attribute, ...] = ()
    is_aside: bool = False
    confidence: Confidence | None = None

    @property
    def text(self) -> str:
        """The characters of its text, without blanks."""
        return self.words.text[slice(*self.signed.body)] if len(self.words) else ""


def shown(page: Page) -> list[Shown]:
    """Every tweet of the page, each place where it stands by itself, in the page's order.

    Where more stand escaped than are read of one page, the page's `is_cut` says so from then on.
    """
    visible = [_visible(embed) for embed in page.embeds if not _is_of_buttons(embed)]
    hidden = list(islice(chain(_escaped(page), _called(page), _framed(page), _drawn_bare(page)), _MOST_HIDDEN + 1))
    page.is_cut |= len(hidden) > _MOST_HIDDEN
    return sorted([*visible, *hidden[:_MOST_HIDDEN]], key=lambda each: each.span)


def _is_of_buttons(embed: Embed) -> bool:
    """Whether an element holds nothing but links with which a reader acts on the tweet that it names."""
    if len(embed.words) > _LONGEST_BUTTONS:
        return False
    links = [element for element in embed.inside if element.name == "a"]
    return bool(links) and all("/intent/" in link.value("href") for link in links)


def _visible(embed: Embed) -> Shown:
    elements = (embed.element, *embed.inside)
    links = [(element.span.start, named) for element in elements if (named := _status(element))]
    signed = divided(embed.words, links[-1][1].handle if links else None)
    named = next((named for place, named in reversed(links) if _dates(embed.words, signed, place, named)), None)
    given = next((value for value in map(_identifier, elements) if value), None)
    named = named or next((found for found in map(_filled, elements) if found), None)
    return Shown(
        span=embed.span,
        words=embed.words,
        signed=signed,
        status_id=given or (named.id if named else None),
        handle=signed.handle or (named.handle if named else None),
        is_visible=True,
        is_quote=embed.element.name == "blockquote",
        path=embed.element.path,
        is_aside=embed.is_aside,
    )


def _status(element: Element) -> Status | None:
    return status(element.value("href")) if element.name == "a" else None


def _filled(element: Element) -> Status | None:
    """The tweet with which a script is to fill an element."""
    url = named_by(element)
    return status(url) if url else None


def _dates(words: Words, signed: Signed, place: int, named: Status) -> bool:
    """Whether a link at a place may be that of the tweet's date: behind its text, and of its account."""
    if signed.signature.start == signed.signature.end:
        return True
    return named.fits(signed.handle) and (signed.body.end == 0 or place > words.place(signed.body.end - 1))


def _identifier(element: Element) -> str | None:
    """The status id that an element states."""
    own = ("data-id",) if "twitter-tweet" in element.value("class") else ()
    stated = stated_id(element, *own)
    if stated:
        return stated
    frames = [value.value for value in element.attributes.values()] if element.name == "iframe" else []
    match = next((found for found in map(_TWEET_ID.search, frames) if found), None)
    return (match[1] or match[2]) if match else None


def _escaped(page: Page) -> Iterator[Shown]:
    """The tweets whose code stands escaped in the source, outside of those that the page shows, and of comments."""
    source = page.source
    taken = sorted([*(embed.span for embed in page.embeds), *page.comments])
    floor = 0
    closing = _CLOSING.search(source)
    for mark in _MARK.finditer(source):
        if closing and closing.start() < mark.end():  # looked for once, however many tweets stand before it
            closing = _CLOSING.search(source, mark.end())
        if closing is None:
            return
        low = max(floor, mark.start() - _BEFORE_CLASS)
        opening = next(reversed([*_OPENING.finditer(source, low, mark.start())]), None)
        if opening is None or closing.end() > mark.end() + _LONGEST or _lies_in(mark.start(), taken):
            continue
        floor = closing.end()
        found = _fragment(source, Span(opening.start(), floor))
        if found:
            yield found


def _called(page: Page) -> Iterator[Shown]:
    """The tweets that scripts of the page ask the widget for, each where the script stands."""
    if "createTweet" in page.source:
        for call in _CALL.finditer(page.source):
            yield _named(Span(*call.span()), Words(page.source), call[1])


def _framed(page: Page) -> Iterator[Shown]:
    """What the frames hold that show a tweet and bring their page along."""
    for embed in page.embeds:
        if embed.element.name == "iframe" and (source := embed.element.value("srcdoc")):
            inner = Page(source)
            whole = Embed(embed.element, embed.span, inner.words, ())
            yield _visible(inner.embeds[0] if inner.embeds else whole)._replace(
                span=embed.span, is_visible=False, path=None, status_id=_identifier(embed.element)
            )


def _drawn_bare(page: Page) -> Iterator[Shown]:
    """The tweets as the widget draws them whose elements do not say so: its button, an account, text and time."""
    if not widgets.may_show(page.source) or not _CLOCK.search(page.source):
        return
    words, at, number = page.words, 0, 0
    reading = words.reading(Span(0, len(words)), "\n")
    starts = [anchor.element.span.start for anchor in page.anchors]
    for found in widgets.shown(reading):
        number += count(reading[at : found.span.start])
        at = found.span.start
        local = found._replace(span=Span(0, found.span.end - at), body=Span(found.body.start - at, found.body.end - at))
        signed = _moved(drawn(found.span.of(reading), widgets.parts_of(found.span.of(reading), local)), number)
        span = Span(words.place(number), words.end(signed.signature.end))
        links = page.anchors[bisect_right(starts, span.start) : bisect_right(starts, span.end)]
        named = [each for link in links if (each := _status(link.element)) and each.fits(found.handle)]
        whose = _named(span, words, named[-1].id if named else None)
        yield whose._replace(signed=signed, handle=found.handle, confidence=found.confidence)


def _named(span: Span, words: Words, status_id: str | None) -> Shown:
    """A tweet of which no more is known than where it stands, and its id."""
    nothing = Signed(Span(0, 0), Span(0, 0), None, None, None, has_dash=True)
    return Shown(span, words, nothing, status_id, None, is_visible=True, is_quote=False, path=None)


def _moved(signed: Signed, by: int) -> Signed:
    """The same within words that have more before."""
    body, signature, name, handle = (
        Span(start + by, end + by) for start, end in (signed.body, signed.signature, *(signed.head or ()))
    )
    return signed._replace(body=body, signature=signature, head=(name, handle))


def _lies_in(place: int, spans: Sequence[Span]) -> bool:
    index = bisect_right(spans, Span(place, place)) - 1
    return index >= 0 and spans[index].start <= place < spans[index].end


def _fragment(source: str, span: Span) -> Shown | None:
    """The tweet of a piece of escaped code; its links as they stand in the source."""
    found = span.of(source)
    code = _unescaped(found)
    inner = Page(code)
    if not inner.embeds:
        return None
    first = _visible(inner.embeds[0])
    linked = inner.embeds[0].inside[:_MOST_HREFS]
    hrefs = (_href(source, span, element, inner.source) for element in linked)
    return first._replace(span=span, is_visible=False, path=None, hrefs=tuple(each for each in hrefs if each))


def _href(source: str, span: Span, element: Element, code: str) -> Attribute | None:
    """The address of a link, and where it stands in the escaped code, found by its end, which no escape changes."""
    attribute = element.attributes.get("href")
    if attribute is None or element.name != "a":
        return None
    for spelling in _spellings(attribute.span.of(code)):
        at = source.find(spelling, *span)
        if at >= 0:
            return Attribute(attribute.value, Span(at, at + len(spelling)))
    return None


def _spellings(raw: str) -> Iterator[str]:
    """How an address may be spelt in escaped code: as it is, escaped once, twice."""
    spelt = dict.fromkeys((raw,)) if raw else {}
    for _ in range(3):
        yield from spelt
        spelt = dict.fromkeys(each for one in spelt for escape in _ESCAPES if (each := escape(one)) not in spelt)


def _unescaped(found: str) -> str:
    """Code as it was before it was put into a JSON string, an attribute or a text area, one within the other."""
    for _ in range(_DEEPEST_ESCAPE):
        if _IS_JSON.search(found):
            found = _JSON_ESCAPE.sub(_json_meaning, found)
        elif found.startswith("&"):
            found = unescape(found)
        elif found.startswith("%"):  # in a form a plus sign is a blank
            found = unquote(found if "%20" in found else found.replace("+", " "))
        else:
            break
    return found


def _json_meaning(match: re.Match[str]) -> str:
    number = match[1] or match[2]
    return chr(int(number, 16)) if number else _JSON_MEANING.get(match[3], match[3])
