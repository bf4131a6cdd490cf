"""All links and tweets of a normalised text, in its order, tied to each other: the door to this package."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import NamedTuple

from archiver.model import DateVerdict, Link, LinkKind, Moment, References, Region, Span, TweetReference
from archiver.references import dates, tweets
from archiver.references.links import Surface, surfaces
from archiver.references.tweets import Signature
from archiver.references.urls import Status, canonical, kind, status
from archiver.references.widgets import shown

ToSource = Callable[[Span], Span]


class Place(NamedTuple):
    """A link of the text before it is known which tweet it belongs to."""

    span: Span
    url: str
    truncated: bool
    kind: LinkKind


def find(
    text: str,
    *,
    to_source: ToSource,
    page: str | None = None,
    published: Moment | None = None,
    most: int | None = None,
) -> References:
    """What a normalised text points to: every link, and every tweet that it quotes or names.

    `to_source` maps a span of `text` to the decoded source. `page` is the article's own canonical URL: links to its
    site are internal. `published` is the article's date, against which the tweets' dates are weighed. Only `most` links
    and as many quoted tweets are looked for, where that is given.

    >>> text = "So it is. https://t.co/kT4vWq9ZbX\\n— Tideline (@tideline) July 21, 2017"
    >>> found = find(text, to_source=lambda span: span)
    >>> found.tweets[0].handle, found.tweets[0].text, found.links[0].tweet
    ('tideline', 'So it is. https://t.co/kT4vWq9ZbX', 0)
    """
    found = list(islice(surfaces(text), most))
    quoted = _quoted(text, found, most)
    places = [Place(*surface, kind(surface.url, page)) for surface in _outside(text, found, quoted)]
    starts = [place.span.start for place in places]
    references: list[TweetReference] = []
    free = 0
    for signature, following in zip_longest(quoted, quoted[1:]):
        first = bisect_left(starts, signature.span.start)
        last = bisect_left(starts, signature.span.end)
        references += _unsigned(places[free:first], free, to_source, published)
        room = following.span.start if following else len(text)
        free = last + _has_address(text, signature, places[last : last + 1], room)
        references.append(_signed(text, signature, places[first:free], first, to_source, published))
    references += _unsigned(places[free:], free, to_source, published)
    owners = {index: number for number, tweet in enumerate(references) for index in tweet.links}
    links = (_link(text, place, owners.get(index), to_source) for index, place in enumerate(places))
    return References(links=tuple(links), tweets=tuple(references))


def _quoted(text: str, links: Sequence[Surface], most: int | None) -> list[Signature]:
    """The tweets that the text quotes: signed, as the widget shows them, retweeted; where they overlap, the first is
    right."""
    if "@" not in text and "＠" not in text:
        return []
    found = list(islice(tweets.signatures(text, [link.span for link in links]), most))
    for others in (shown(text), tweets.retweets(text)):
        starts = [each.span.start for each in found]
        free = [each for each in islice(others, most) if _is_free(each.span, found, starts)]
        found = sorted([*found, *free]) if free else found
    return found


def _is_free(span: Span, found: Sequence[Signature], starts: Sequence[int]) -> bool:
    """Whether a place has nothing in common with those of sorted tweets, which begin at `starts`."""
    before, behind = (bisect_left(starts, place) for place in span)
    return before == behind and (not before or found[before - 1].span.end <= span.start)


def _outside(text: str, found: Sequence[Surface], quoted: Sequence[Signature]) -> Iterator[Surface]:
    """The links but those in signatures: a name may be that of a site, `— Example.org (@example) July 21, 2017`."""
    starts = [signature.span.start for signature in quoted]
    for surface in found:
        before = bisect_right(starts, surface.span.start)
        _, end = quoted[before - 1].span if before else (0, 0)
        first, last = quoted[before - 1].body if before else (0, 0)
        if surface.span.start >= end or first <= surface.span.start < surface.span.end <= last:
            yield surface
        elif first <= surface.span.start < last:  # the name is glued to it
            yield _shortened(text, surface, last)


def _shortened(text: str, surface: Surface, end: int) -> Surface:
    span = Span(surface.span.start, end)
    return Surface(span, canonical(span.of(text)) or surface.url, False)


def _link(text: str, place: Place, tweet: int | None, to_source: ToSource) -> Link:
    surface = place.span.of(text)
    return Link(
        href=surface,
        url=place.url,
        kind=place.kind,
        text=surface,
        span=place.span,
        source_span=to_source(place.span),
        tweet=tweet,
        truncated=place.truncated,
    )


def _has_address(text: str, signature: Signature, following: Sequence[Place], room: int) -> bool:
    """Whether the tweet's own address follows its signature, and before the next tweet, which begins at `room`."""
    return any(place.span.end <= room and tweets.is_its_address(text, signature, place.span) for place in following)


def _signed(
    text: str,
    signature: Signature,
    places: Sequence[Place],
    first: int,
    to_source: ToSource,
    published: Moment | None,
) -> TweetReference:
    """The tweet of a signature and its links: the first has the index `first`, the last may be the tweet's address."""
    last = places[-1] if places and places[-1].span.start >= signature.span.end else None
    named = _whole_status(last.url, truncated=last.truncated) if last else None
    status_id = named.id if named else None
    words = _without(text, signature.body, places)
    return TweetReference(
        form=signature.form,
        author=signature.author,
        handle=signature.handle,
        status_id=status_id,
        url=named.url if named else None,
        posted=signature.posted,
        dates=_weighed(signature, status_id, published),
        text=signature.body.of(text) or None,
        span=signature.span,
        source_span=to_source(signature.span),
        links=tuple(range(first, first + len(places))),
        mentions=tweets.mentions(words),
        hashtags=tweets.hashtags(words),
        confidence=signature.confidence,
    )


def _weighed(signature: Signature, status_id: str | None, published: Moment | None) -> DateVerdict:
    """How a quoted tweet's dates agree. A day that no calendar has cannot be the tweet's; a retweet has none."""
    if signature.posted is None and signature.form != "retweet":
        return "impossible"
    return dates.weigh(signature.posted, status_id, published)


def _unsigned(
    places: Sequence[Place], first: int, to_source: ToSource, published: Moment | None
) -> Iterator[TweetReference]:
    """The tweets that links outside of signed tweets stand for: status URLs and bare pictures."""
    for index, place in enumerate(places, first):
        if place.kind in {"tweet", "media"}:
            own = Pointing(place.url, place.span, to_source(place.span), place.truncated)
            yield pointed_at(own, published, links=(index,))


def _whole_status(url: str, *, truncated: bool) -> Status | None:
    """The tweet that a URL names; none where its number was cut short, for that is another tweet's."""
    named = status(url)
    return None if named is None or (truncated and url.endswith(named.id)) else named


class Pointing(NamedTuple):
    """A link that leads to a tweet, and its place."""

    url: str
    span: Span | None
    source_span: Span
    truncated: bool = False
    region: Region | None = None
    path: str | None = None


def pointed_at(link: Pointing, published: Moment | None, links: tuple[int, ...] = ()) -> TweetReference:
    """The tweet that a link outside of any quoted tweet leads to: a status, or a bare picture."""
    pointed, named = status(link.url), _whole_status(link.url, truncated=link.truncated)
    status_id = named.id if named else None
    return TweetReference(
        form="link" if pointed else "media",
        author=None,
        handle=pointed.handle if pointed else None,
        status_id=status_id,
        url=named.url if named else None,
        posted=dates.snowflake(status_id) if status_id else None,
        dates=dates.weigh(None, status_id, published),
        text=None,
        span=link.span,
        source_span=link.source_span,
        links=links,
        region=link.region,
        path=link.path,
    )


def _without(text: str, body: Span, places: Sequence[Place]) -> str:
    """A tweet's text with a blank for each link: what an address holds is neither mention nor hashtag."""
    pieces, end = [], body.start
    for place in places:
        if place.span.end <= body.end:
            pieces.append(text[end : place.span.start])
            end = place.span.end
    return " ".join((*pieces, text[end : body.end]))
