"""All links and tweets of a normalised text, in its order, tied to each other: the door to this package."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from archiver.model import Link, Moment, References, Span, TweetReference
from archiver.references import dates, tweets
from archiver.references.links import Surface, surfaces
from archiver.references.tweets import Signature
from archiver.references.urls import kind, status

ToSource = Callable[[Span], Span]


def find(text: str, *, to_source: ToSource, page: str | None = None, published: Moment | None = None) -> References:
    """What a normalised text points to: every link, and every tweet that it quotes or names.

    `to_source` maps a span of `text` to the decoded source. `page` is the article's own canonical URL: links to its site
    are internal. `published` is the article's date, against which the tweets' dates are weighed.

    >>> found = find("So it is. https://t.co/hSMOarNyEf\\n— Hardball (@hardball) July 21, 2017", to_source=lambda span: span)
    >>> found.tweets[0].handle, found.tweets[0].text, found.links[0].tweet
    ('hardball', 'So it is. https://t.co/hSMOarNyEf', 0)
    """
    places = list(surfaces(text))
    links = [_link(text, place, to_source, page) for place in places]
    references: list[TweetReference] = []
    free = 0
    for signature in tweets.signatures(text, [place.span for place in places]):
        first, last = _within(signature.span, places)
        references += _unsigned(links[free:first], free, published)
        free = last + _is_its_address(text, signature, links[last : last + 1])
        references.append(_signed(text, signature, links[first:free], first, to_source, published))
    references += _unsigned(links[free:], free, published)
    return _tied(links, references)


def _link(text: str, place: Surface, to_source: ToSource, page: str | None) -> Link:
    surface = place.span.of(text)
    return Link(
        href=surface,
        url=place.url,
        kind=kind(place.url, page),
        text=surface,
        span=place.span,
        source_span=to_source(place.span),
        truncated=place.truncated,
    )


def _within(span: Span, places: Sequence[Surface]) -> tuple[int, int]:
    """The indexes of the first link in `span` and of the first one after it."""
    return (
        bisect_left(places, span.start, key=lambda place: place.span.start),
        bisect_left(places, span.end, key=lambda place: place.span.start),
    )


def _is_its_address(text: str, signature: Signature, following: Sequence[Link]) -> bool:
    """Whether what follows a signature, after no more than blanks, is the address of the very tweet."""
    if not following or text[signature.span.end : following[0].span.start].strip():
        return False
    named = status(following[0].url)
    return named is not None and (named.handle or "").lower() == signature.handle.lower()


def _signed(
    text: str, signature: Signature, links: Sequence[Link], first: int, to_source: ToSource, published: Moment | None
) -> TweetReference:
    """The tweet of a signature, with its links, of which the last may be its address."""
    named = status(links[-1].url) if links and links[-1].span.start >= signature.span.end else None
    status_id = named.id if named else None
    words = _without(text, signature.body, links)
    return TweetReference(
        form="signature",
        author=signature.author,
        handle=signature.handle,
        status_id=status_id,
        url=named.url if named else None,
        posted=signature.posted,
        # A day that no calendar has cannot be the tweet's.
        dates=dates.weigh(signature.posted, status_id, published) if signature.posted else "impossible",
        text=signature.body.of(text) or None,
        span=signature.span,
        source_span=to_source(signature.span),
        links=tuple(range(first, first + len(links))),
        mentions=tweets.mentions(words),
        hashtags=tweets.hashtags(words),
        confidence=signature.confidence,
    )


def _unsigned(links: Sequence[Link], first: int, published: Moment | None) -> list[TweetReference]:
    """The tweets that links outside of signed tweets stand for: status URLs and bare pictures."""
    return [
        _pointed_at(link, index, published) for index, link in enumerate(links, first) if link.kind in {"tweet", "media"}
    ]


def _pointed_at(link: Link, index: int, published: Moment | None) -> TweetReference:
    named = status(link.url)
    posted = dates.snowflake(named.id) if named else None
    return TweetReference(
        form="link" if named else "media",
        author=None,
        handle=named.handle if named else None,
        status_id=named.id if named else None,
        url=named.url if named else None,
        posted=posted,
        dates=dates.weigh(None, named.id if named else None, published),
        text=None,
        span=link.span,
        source_span=link.source_span,
        links=(index,),
    )


def _without(text: str, body: Span, links: Sequence[Link]) -> str:
    """A tweet's text with a blank for each link: what an address holds is neither mention nor hashtag."""
    pieces, place = [], body.start
    for link in links:
        if link.span.end <= body.end:
            pieces.append(text[place : link.span.start])
            place = link.span.end
    return " ".join((*pieces, text[place : body.end]))


def _tied(links: list[Link], references: list[TweetReference]) -> References:
    """Each link with the index of its tweet."""
    for number, reference in enumerate(references):
        for index in reference.links:
            links[index] = replace(links[index], tweet=number)
    return References(links=tuple(links), tweets=tuple(references))
