"""Links and tweets of a page: those of its elements, and those that its text writes out."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import NamedTuple

from archiver.findings import Finding
from archiver.model import Link, LinkKind, Moment, References, Region, Repair, Span, TweetReference
from archiver.references import dates, find, tweets
from archiver.references.html.embeds import Shown
from archiver.references.html.read import Extract, Quote
from archiver.references.html.runs import Places
from archiver.references.html.source import Anchor
from archiver.references.urls import absolute, canonical, escaped, kind, status
from archiver.text.ledger import Alignment
from archiver.text.repair import repair

_LINE_BREAKS = re.compile(r"[\t\n\r]")
_MAIL = re.compile(r"(?i)mailto:([^\s@?]+@[^\s@?]+)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*+>?", re.DOTALL)
_LONGEST_SURFACE = 500
_BARE = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/[A-Za-z0-9_]{1,20}/status(?:es)?/[0-9]{1,20}(?!\w)")
# Accounts and posts of other networks, which sign as tweets do.
_OTHER = re.compile(
    r"(?i)(?:https?:)?//(?:(?:www\.)?(?:bsky\.app|threads\.(?:net|com)|instagram\.com|tiktok\.com)/|[^/\s]{1,99}/@\w)"
)
# No page writes out so many links, and none names so many tweets.
_MOST_WRITTEN = 20_000
_MOST_POINTED = 20_000
_ANYWHERE = "https://archiver.invalid/"


class _Target(NamedTuple):
    """An absolute URL, and what it leads to."""

    url: str
    kind: LinkKind


@dataclass(slots=True)
class _Tweet:
    """A tweet in the making: the reference, the places of the page that belong to it, and where its body ends there.

    `bounds` are those of its text and time, where the widget's own links stand around them.
    """

    reference: TweetReference
    sources: list[Span]
    body_end: int = 0
    links: list[int] = field(default_factory=list)
    bounds: Span | None = None

    def holds(self, link: Link) -> bool:
        """Whether a link within the tweet's places is one of its own."""
        if link.kind in {"tweet", "media", "share"} or self.bounds is None:
            return link.kind != "share"
        return self.bounds.start <= link.source_span.start < self.bounds.end


class _Mapping:
    """From the page to its normalised text, and back."""

    def __init__(self, extract: Extract, repairs: Sequence[Repair]) -> None:
        self._places = Places(extract.runs)
        shown = [run.source_span for run in extract.runs if extract.is_main]
        self._extent = Span(shown[0].start, shown[-1].end) if shown else Span(0, 0)
        self._back = Alignment(repairs)
        self._forth = Alignment([replace(each, span=each.source_span, source_span=each.span) for each in repairs])

    def to_source(self, span: Span) -> Span:
        """From the normalised text to the page."""
        return self._places.to_source(self._back.to_source(span))

    def to_text(self, span: Span) -> Span:
        """From the extracted text to the normalised text."""
        return self._forth.to_source(span)

    def is_passed(self, span: Span) -> bool:
        """Whether the text has nothing of a stretch of the page."""
        return self._places.to_text(span) is None

    def between(self, place: int) -> Span | None:
        """Where a place of the page that the text passes over would stand in the normalised text."""
        before = self._places.before(Span(self._extent.start, place)) if place < self._extent.end else None
        if before is None:
            return None
        at = self.to_text(Span(before, before)).start
        return Span(at, at)

    def from_page(self, span: Span, text: str) -> Span | None:
        """Where a stretch of the page stands in the normalised text, without white space around it."""
        found = self._places.to_text(span)
        if found is None:
            return None
        start, end = self.to_text(found)
        surface = text[start:end]
        start += len(surface) - len(surface.lstrip())
        return Span(start, max(start, end - len(surface) + len(surface.rstrip())))


def references(
    extract: Extract, text: str, repairs: Sequence[Repair], *, page: str | None = None, published: Moment | None = None
) -> References:
    """Links and tweets of a page whose extracted text became `text` by `repairs`, in the page's order.

    `page` is the page's own URL: relative links rest on it, and links to its site are internal. `source_span` counts in
    the decoded page; there `href` stands as the record has it.
    """
    mapping = _Mapping(extract, repairs)
    written = find.find(text, to_source=mapping.to_source, page=page, published=published, most=_MOST_WRITTEN + 1)
    extract.page.is_cut |= max(len(written.links), len(written.tweets)) > _MOST_WRITTEN
    anchors = list(_anchors(extract, text, mapping, page))
    spans = sorted(link.span for link in anchors if link.span and link.text)
    free = (link for link in written.links if link.span and not _overlaps(link.span, spans))
    found = [_of_article(link, extract.page.source) for link in free]
    # What the extractor alone wrote stands nowhere in the page; and no record holds a lone surrogate.
    anchors += [link for link in found if link.href and not _SURROGATE.search(link.href)]
    links = sorted(anchors, key=lambda link: link.source_span)
    made = [*_quoted(extract, text, mapping, published), *_signed(written, extract, mapping)]
    _share_out(links, made, published)
    pointed = list(islice(_pointed_at(links, made, published), _MOST_POINTED + 1))
    extract.page.is_cut |= len(pointed) > _MOST_POINTED
    made += pointed[:_MOST_POINTED]
    made.sort(key=lambda each: each.reference.source_span)
    owners = {link: number for number, tweet in enumerate(made) for link in tweet.links}
    return References(
        links=tuple(
            replace(link, tweet=owners[number]) if number in owners else link for number, link in enumerate(links)
        ),
        tweets=tuple(map(_finished, made)),
    )


def _finished(tweet: _Tweet) -> TweetReference:
    places = tuple(sorted(set(tweet.sources)))
    return replace(tweet.reference, links=tuple(sorted(tweet.links)), occurrences=places if len(places) > 1 else ())


def left_out(extract: Extract, page: str | None) -> list[Finding]:
    """What a page holds and its record does not: `W122` links that lead somewhere, `W128` text and tweets."""
    base = _base(extract, page)
    hrefs = (anchor.element.value("href") for anchor in extract.page.anchors if base is None)
    relative = sum(1 for href in hrefs if leads_to(href, None) is None and leads_to(href, _ANYWHERE) is not None)
    findings = []
    if relative:
        message = f"The page's own address is not known: {relative} relative links lead nowhere, and are left out."
        findings.append(Finding(code="W122", message=message, path="$.links", found=str(relative)))
    if extract.page.has_more_anchors:
        message = f"The page has more links than the {len(extract.page.anchors)} that are read of one page."
        findings.append(Finding(code="W122", message=message, path="$.links"))
    if extract.page.is_cut:
        message = (
            "The page has more text, links or tweets than are read of one page; the rest is in the original alone."
        )
        findings.append(Finding(code="W128", message=message, path="$.text"))
    return findings


def _of_article(link: Link, source: str) -> Link:
    return replace(link, href=link.source_span.of(source), region="article", tweet=None)


def _anchors(extract: Extract, text: str, mapping: _Mapping, page: str | None) -> Iterator[Link]:
    """The links of the page's elements; those within code that is escaped stand behind, and belong to its tweet."""
    source, base = extract.page.source, _base(extract, page)
    for anchor in extract.page.anchors:
        attribute = anchor.element.attributes.get("href")
        target = _target(attribute.value, base, page) if attribute else None
        if attribute and target:
            span = mapping.from_page(anchor.inner, text)
            surface = span.of(text) if span else _surface(source, anchor)
            # A link around a picture, or around nothing, is the article's where it stands among its lines.
            span = span or (None if surface else mapping.between(attribute.span.start))
            yield _link(source, attribute.span, target, surface, span, anchor.element.path)
    yield from _bare(extract, mapping)
    for quote in extract.quotes:
        for href in quote.told.hrefs or quote.shown.hrefs:
            target = _target(href.value, base, page)
            if target:
                yield _link(source, href.span, target, "", None, None)


def _bare(extract: Extract, mapping: _Mapping) -> Iterator[Link]:
    """Addresses of tweets that the page writes out where the text has passed over them."""
    page = extract.page
    inner = sorted(anchor.inner for anchor in page.anchors if anchor.inner.start < anchor.inner.end)
    for match in _BARE.finditer(page.source):
        place = Span(*match.span())
        url = absolute(match[0])
        if url and page.words.holds(place) and not _overlaps(place, inner) and mapping.is_passed(place):
            span = mapping.between(place.start)
            yield _link(page.source, place, _Target(url, kind(url)), "" if span else match[0], span, None)


def _link(source: str, place: Span, target: _Target, surface: str, span: Span | None, path: str | None) -> Link:
    return Link(
        href=place.of(source),
        url=target.url,
        kind=target.kind,
        text=surface,
        span=span,
        source_span=place,
        region="article" if span else "page",
        path=path,
    )


@lru_cache(maxsize=4096)  # a page's menus name each address again and again
def _target(value: str, base: str | None, page: str | None) -> _Target | None:
    """What the value of an `href` leads to; None where it leads nowhere."""
    url = leads_to(value, base)
    return _Target(url, kind(url, page)) if url else None


def _base(extract: Extract, page: str | None) -> str | None:
    """What relative links rest on (HTML section 2.4.3): the first `<base href>`, itself relative to the page."""
    for element in extract.page.metas:
        if element.name == "base" and element.value("href"):
            return absolute(element.value("href"), page) or page
    return page


def leads_to(value: str, base: str | None) -> str | None:
    """The absolute URL that the value of an `href` is, on a page whose relative links rest on `base`.

    >>> leads_to("/a?b", "https://example.org/c/d"), leads_to("#top", "https://example.org/"), leads_to("/a", None)
    ('https://example.org/a?b', None, None)
    """
    value = _LINE_BREAKS.sub("", value).strip()
    if not value or value.startswith("#") or _SURROGATE.search(value):
        return None
    mail = _MAIL.match(value)
    if mail:
        host = canonical(mail[1].rpartition("@")[2])
        return f"mailto:{escaped(mail[1].rpartition('@')[0])}@{host[len('https://') : -1]}" if host else None
    if base is None and value.startswith("//"):
        value = f"https:{value}"
    url = absolute(value, None if value.startswith(("http://", "https://")) else base)
    return url if url and url.startswith(("http://", "https://", "ftp://")) else None


def _surface(source: str, anchor: Anchor) -> str:
    """What a reader sees of a link outside of the text, shortened where the page never closes it."""
    inner = anchor.inner.of(source)[: 8 * _LONGEST_SURFACE]
    plain = _MARKUP.sub(" ", inner) if "<" in inner else inner
    shown = " ".join(unescape(plain).split())[:_LONGEST_SURFACE]
    return _SURROGATE.sub("\ufffd", shown)


def _quoted(extract: Extract, text: str, mapping: _Mapping, published: Moment | None) -> Iterator[_Tweet]:
    for quote in extract.quotes:
        yield _Tweet(_embed(quote, text, mapping, published), list(quote.occurrences), bounds=_bounds(quote.shown))


def _bounds(shown: Shown) -> Span | None:
    signed = shown.signed
    if signed.head is None or signed.body.start == signed.body.end:
        return None
    end = max(signed.body.end, signed.signature.end)
    return Span(shown.words.place(signed.body.start), shown.words.end(end))


def _embed(quote: Quote, text: str, mapping: _Mapping, published: Moment | None) -> TweetReference:
    shown, told, signed = quote.shown, quote.told, quote.told.signed
    span = mapping.to_text(quote.span) if quote.span else None
    if quote.body and told is shown:
        words = mapping.to_text(quote.body).of(text)
    else:
        words = repair(_SURROGATE.sub("\ufffd", told.words.reading(signed.body, "\n"))).text
    region: Region = "article" if span else "page"
    status_id, handle = shown.status_id, shown.handle or told.handle
    posted = signed.posted or (dates.snowflake(status_id) if status_id else None)
    return TweetReference(
        form="embed",
        author=repair(signed.author).text if signed.author else None,
        handle=handle,
        status_id=status_id,
        url=f"https://twitter.com/{handle or 'i/web'}/status/{status_id}" if status_id else None,
        posted=posted,
        dates=dates.weigh(signed.posted, status_id, published),
        text=words or None,
        span=span,
        source_span=shown.span,
        mentions=tweets.mentions(words),
        hashtags=tweets.hashtags(words),
        confidence=told.confidence,
        region=region,
        path=shown.path,
    )


def _signed(written: References, extract: Extract, mapping: _Mapping) -> Iterator[_Tweet]:
    """The tweets that the text quotes with a signature, outside of those that the page embeds."""
    quoted = (span for quote in extract.quotes for span in (quote.span, *quote.also) if span)
    embedded = sorted(map(mapping.to_text, quoted))
    others = sorted(each.inner for each in extract.page.anchors if _OTHER.match(each.element.value("href").strip()))
    for tweet in written.tweets:
        is_inserted = tweet.source_span.start == tweet.source_span.end
        if is_inserted or tweet.form not in {"signature", "embed", "retweet"} or not tweet.span:
            continue
        # The widget has the text behind the account; a link to its status stands behind both.
        end = len(tweet.text or "") if tweet.form == "signature" else tweet.span.end - tweet.span.start - 1
        body = Span(tweet.span.start, tweet.span.start + end)
        sign = mapping.to_source(Span(body.end, tweet.span.end))
        if not _overlaps(tweet.span, embedded) and not _overlaps(sign, others):
            yield _Tweet(replace(tweet, region="article"), [tweet.source_span], mapping.to_source(body).end)


def _pointed_at(links: Sequence[Link], made: Sequence[_Tweet], published: Moment | None) -> Iterator[_Tweet]:
    """The tweets that links outside of quoted tweets stand for, each once, however many links name it.

    A link to a tweet that the page quotes is one more place where that tweet occurs.
    """
    owned = {number for tweet in made for number in tweet.links}
    known = {tweet.reference.status_id: tweet for tweet in made if tweet.reference.status_id}
    for number, link in enumerate(links):
        named = status(link.url) if link.kind == "tweet" else None
        if (named is None and link.kind != "media") or number in owned:
            continue
        tweet = known.get(named.id) if named else None
        if tweet is None:
            own = find.Pointing(link.url, link.span, link.source_span, link.truncated, link.region, link.path)
            tweet = _Tweet(find.pointed_at(own, published), [])
            if named:
                known[named.id] = tweet
            yield tweet
        tweet.sources.append(link.source_span)
        tweet.links.append(number)


def _share_out(links: Sequence[Link], made: Sequence[_Tweet], published: Moment | None) -> None:
    """Give each link to the tweet within which it stands; a signed tweet learns its id from its date's link."""
    places = sorted((span, number) for number, tweet in enumerate(made) for span in tweet.sources)
    starts = [span for span, _ in places]
    for number, link in enumerate(links):
        index = bisect_right(starts, Span(link.source_span.start, 1 << 62)) - 1
        if index < 0 or link.source_span.end > starts[index].end:
            continue
        tweet = made[places[index][1]]
        if not tweet.holds(link):
            continue
        tweet.links.append(number)
        named = status(link.url) if tweet.body_end <= link.source_span.start else None
        reference = tweet.reference
        if named and reference.form == "signature" and named.fits(reference.handle):
            verdict = dates.weigh(reference.posted, named.id, published)
            tweet.reference = replace(reference, status_id=named.id, url=named.url, dates=verdict)


def _overlaps(span: Span, spans: Sequence[Span]) -> bool:
    """Whether `span` has characters in common with one of sorted `spans`, none of which holds another."""
    index = bisect_right(spans, Span(span.end, -1)) - 1
    return index >= 0 and spans[index].end > span.start
