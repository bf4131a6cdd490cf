"""The tweets that a page shows: elements that Twitter's embed code makes, and the same code escaped within text.

A blockquote holds the tweet's text and signature; a widget, a frame or an AMP element holds its id and, once a script
has filled it, its text. The same code stands escaped in JSON-LD, in attributes, and in a `<textarea>` for copying.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice
from typing import NamedTuple

from archiver.model import Moment, Span
from archiver.references import dates, tweets
from archiver.references.html.elements import Attribute, Element, named_by
from archiver.references.html.source import Embed, Page
from archiver.references.html.words import Words
from archiver.references.urls import Status, status

_DASHES = "—–―-\x97"
_SIGN = r"(?:[—–―\x97]|(?<!\S)-{1,3})"
# A name and a handle whose date nothing can read: in parentheses behind a dash or at a line's beginning, or bare
# behind a dash that begins a line.
_DATELESS = re.compile(
    rf"(?m)(?:(?P<dash>{_SIGN})|^)\s{{0,3}}(?P<name>[^\n@＠—–―]{{0,60}}?)\s?[(（]\s?[@＠](?P<inner>[A-Za-z0-9_]{{1,20}})\s?[)）]"
    rf"|^{_SIGN}\s{{0,3}}[@＠](?P<bare>[A-Za-z0-9_]{{1,20}})"
)
_LONGEST_DATE = 60
_HANDLE = re.compile(r"[@＠]([A-Za-z0-9_]{1,20})\s?[)）]")
_TWEET_ID = re.compile(r"[?&](?:id|tweetId)=([0-9]{1,20})|/embed/(?:status/)?([0-9]{1,20})")
_MARK = re.compile(r"twitter-(?:tweet|video)(?![a-z-])")
_AMPERSAND = r"(?:&|\\u0026)(?:amp;)?"
_OPENING = re.compile(rf"(?i)(?:<|{_AMPERSAND}lt;|&#0?60;|\\[ux](?:00)?3c)(blockquote)(?![a-z])")
_CLOSING = re.compile(rf"(?i)/blockquote\s{{0,4}}(?:>|{_AMPERSAND}gt;|&#0?62;|\\[ux](?:00)?3e)")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_IS_JSON = re.compile(r"""\\["'/nux\\]""")
_DEEPEST_ESCAPE = 8
_JSON_MEANING = {"n": "\n", "r": " ", "t": " ", "b": "", "f": ""}
_BEFORE_CLASS = 400  # so far before its class a blockquote begins
_MOST_ESCAPED = 20_000  # no page has so many
_LONGEST = 20_000  # no code of one tweet is longer, however it is escaped


class Signed(NamedTuple):
    """How a tweet's words divide, text and then signature, and what that says. Spans count characters of the words."""

    body: Span
    signature: Span
    author: str | None
    handle: str | None
    posted: Moment | None
    has_dash: bool


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


def shown(page: Page) -> list[Shown]:
    """Every tweet of the page, each place where it stands by itself, in the page's order.

    Where more stand escaped than are read of one page, the page's `is_cut` says so from then on.
    """
    visible = [_visible(embed) for embed in page.embeds]
    escaped = list(islice(_escaped(page), _MOST_ESCAPED + 1))
    page.is_cut |= len(escaped) > _MOST_ESCAPED
    return sorted([*visible, *escaped[:_MOST_ESCAPED]], key=lambda each: each.span)


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
    for name in ("data-tweet-id", "data-tweetid", *own):
        value = element.value(name).strip()
        if value.isdecimal() and value.isascii() and len(value) <= 20:
            return value
    frames = [value.value for value in element.attributes.values()] if element.name == "iframe" else []
    match = next((found for found in map(_TWEET_ID.search, frames) if found), None)
    return (match[1] or match[2]) if match else None


def divided(words: Words, handle: str | None = None) -> Signed:
    """Text and signature of a tweet; without a signature that can be read, all of it is text.

    `handle` is the account that the link of its date names, if there is one.
    """
    whole = Span(0, len(words))
    reading = words.reading(whole, "\n")
    signatures = list(tweets.signatures(reading)) if "@" in reading or "＠" in reading else []
    last = signatures[-1] if signatures else None
    if last is None or not _is_of(last.handle, handle):
        last = _dateless(reading, handle) or last
    if last is None:
        stated = [match[1] for match in _HANDLE.finditer(reading)]
        author = handle or (stated[-1] if stated else None)
        return Signed(whole, Span(len(words), len(words)), None, author, None, has_dash=True)
    end = last.body.end if last.body.start < last.body.end else last.span.start
    start, stop = _count(reading[:end]), _count(reading[: last.span.end])
    has_dash = reading[end:].lstrip()[:1] in _DASHES
    return Signed(Span(0, start), Span(start, stop), last.author, last.handle, last.posted, has_dash)


def _is_of(found: str, handle: str | None) -> bool:
    return handle is None or found.lower() == handle.lower()


def _dateless(reading: str, handle: str | None) -> tweets.Signature | None:
    """The last signature without a date that is known as one. Without a dash, the link has to name its account."""
    found = [match for match in _DATELESS.finditer(reading) if _is_of(match["inner"] or match["bare"], handle)]
    found = [match for match in found if match["dash"] or match["bare"] or handle]
    if not found:
        return None
    match = found[-1]
    line_end = reading.find("\n", match.end())
    end = len(reading) if len(reading) - match.end() <= _LONGEST_DATE or line_end < 0 else line_end
    rest = reading[match.end() : end]
    date = dates.written(reading, match.end() + len(rest) - len(rest.lstrip()))
    body = Span(0, len(reading[: match.start()].rstrip()))
    author, by = (match["name"] or "").strip() or None, match["inner"] or match["bare"]
    return tweets.Signature(Span(match.start(), end), body, author, by, date.moment if date else None, "low")


def _count(reading: str) -> int:
    return sum(map(len, reading.split()))


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
    hrefs = (_href(source, span, element, inner.source) for element in inner.embeds[0].inside)
    return first._replace(span=span, is_visible=False, path=None, hrefs=tuple(each for each in hrefs if each))


def _href(source: str, span: Span, element: Element, code: str) -> Attribute | None:
    """The address of a link, and where it stands in the escaped code, found by its end, which no escape changes."""
    attribute = element.attributes.get("href")
    if attribute is None or element.name != "a":
        return None
    raw = attribute.span.of(code)
    for spelling in (raw, raw.replace("/", "\\/"), raw.replace("&", "&amp;")):
        at = source.find(spelling, *span) if spelling else -1
        if at >= 0:
            return Attribute(attribute.value, Span(at, at + len(spelling)))
    return None


def _unescaped(found: str) -> str:
    """Code as it was before it was put into a JSON string, an attribute or a text area, one within the other."""
    for _ in range(_DEEPEST_ESCAPE):
        if _IS_JSON.search(found):
            found = _JSON_ESCAPE.sub(_json_meaning, found)
        elif found.startswith("&"):
            found = unescape(found)
        else:
            break
    return found


def _json_meaning(match: re.Match[str]) -> str:
    number = match[1] or match[2]
    return chr(int(number, 16)) if number else _JSON_MEANING.get(match[3], match[3])
