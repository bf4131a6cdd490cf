"""What a start tag says: its attributes by name, and whether its element shows a tweet, names one or stands aside."""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import NamedTuple
from urllib.parse import unquote

from archiver.model import Span
from archiver.references.urls import status

_REFERENCE = re.compile(r"&(?:#(?:[0-9]++|[xX][0-9A-Fa-f]++);?|([A-Za-z][A-Za-z0-9]*+)(?:;|(?!=)))")

# Addresses of tweets in attributes; elements that show none of what they name.
_NAMED = re.compile(r"(?:https?:)?//(?:www\.|mobile\.)?(?:twitter|x)\.com/[^\s\"'<>&]+")
_NAMED_ID = re.compile(r"(?:\btwitter://|\bembedId=twitter-)([0-9]{5,20})(?![0-9])")
_NO_PLACE = frozenset(
    ("a", "area", "button", "form", "html", "body", "img", "input", "link", "meta", "script", "source")
)
_LONGEST_NAME = 1000
_SHARE = re.compile(r"(?i)(?<![a-z])shar(?:e|ing)(?![a-z])")
_SPOKEN = frozenset(("title", "alt", "aria-label"))  # of what they say nothing is shown
# A tweet's signature in a blockquote that lost its class.
_QUOTE_TAG = re.compile(r"(?i)</?blockquote")
_LONGEST_QUOTE = 10_000
_SIGNED = re.compile(
    r"""(?ix)[@＠]([a-z0-9_]{1,20})(?:</?[a-z]{1,6}>|\s){0,4}[)）](?:\s|&[a-z]{2,5};|</?(?:p|br|span)[^<>]{0,99}>){0,8}
    <a\s[^<>]{0,400}?href\s{0,4}=\s{0,4}["']?[^"'\s<>]{0,200}?\b(?:twitter|x)\.com/[^"'\s<>/]{0,4}/?\1/status(?:es)?/[0-9]"""
)

# What stands beside an article, by the element or by its class or id; elements that hold all of a page may say so too.
_ASIDE = frozenset(("aside", "footer", "header", "nav"))
_WHOLE = frozenset(("html", "body", "main", "article"))
_ASIDE_NAMED = re.compile(
    r"""(?i)\b(?:class|id)\s?=\s?["']?(?:[^"'>]{0,200}?\s)?(?:comments?|sidebar|related)"""
    r"""(?:-?(?:list|section|area|thread|content|posts|articles|stories))?(?=[\s"'>]|\Z)"""
)

_EMOJI = re.compile(r"(?i)class=[\"']?[^\"'>]*(?:emoji|wp-smiley)")
LONGEST_EMOJI = 40
"""Code points. A longer alternative text describes a picture."""

_FRAMES = ("platform.twitter.com/embed", "platform.x.com/embed")
_ROLES = (
    *_FRAMES,
    *("/status/", "%2Fstatus", "%2fstatus", "twitter://", "embedId=twitter-"),
    *("twitter-tweet", "twitter-video", "twitter-widget", "tweet-id", "tweetid", "tweetId", "TWEET-ID", "TWEETID"),
    *("data-tweet=", "EmbeddedTweet", 'data-testid="tweet"'),
)
# Attributes that state a status id.
_IDENTIFIERS = ("data-tweet-id", "data-tweetid", "tweet-id", "tweetid", "data-twitter-tweet-id", "data-tweet")
_STATUS_ID = re.compile(r"\s*([0-9]{1,20})\s*", re.ASCII)
_SHORTEST_ID = 5  # of an attribute that may hold other numbers
_CLASSES = frozenset(
    ("twitter-tweet", "twitter-tweet-rendered", "twitter-video", "twitter-tweet-error", "embeddedtweet")
)


class Attribute(NamedTuple):
    """An attribute's value as it stands in the source, and its place; `value` has its character references read."""

    value: str
    span: Span


class Element(NamedTuple):
    """A start tag: the element's name in lower case, its attributes by name, its place, and its path from the root."""

    name: str
    attributes: dict[str, Attribute]
    span: Span
    path: str | None

    def value(self, name: str) -> str:
        """The value of an attribute; empty where there is none."""
        found = self.attributes.get(name)
        return found.value if found else ""


def attribute_value(raw: str) -> str:
    """What an attribute's value says: a name without a semicolon is none before `=`, a letter or a digit.

    HTML section 13.2.5.73; so the queries of addresses stay whole.

    >>> attribute_value("?a=1&region=2&copy=3&amp;d=4&#x26;e"), attribute_value("&copy;&lt 1&ampx")
    ('?a=1&region=2&copy=3&d=4&e', '©< 1&ampx')
    """
    return _REFERENCE.sub(_referred, raw) if "&" in raw else raw


def _referred(match: re.Match[str]) -> str:
    return unescape(match[0]) if match[1] is None else html5.get(match[0][1:], match[0])


def is_aside(name: str, attributes: str) -> bool:
    """Whether an element holds what belongs to the page, and to no article."""
    return name in _ASIDE or (name not in _WHOLE and _ASIDE_NAMED.search(attributes) is not None)


def has_role(text: str) -> bool:
    """Whether a text holds any of the names that mark a tweet's element."""
    return any(role in text for role in _ROLES)


def is_embed(element: Element) -> bool:
    """Whether an element shows a tweet, and not a timeline or a button of Twitter's."""
    if not _CLASSES.isdisjoint(element.value("class").lower().split()):
        return True
    if stated_id(element) or (element.name == "article" and element.value("data-testid") == "tweet"):
        return element.name not in {"a", "script", "button", "input", "form"}
    if element.name != "iframe":
        return False
    values = [attribute.value for attribute in element.attributes.values()]
    return named_by(element) is not None or any(frame in value for value in values for frame in _FRAMES)


def stated_id(element: Element, *more: str) -> str | None:
    """The status id that an element's attributes state; `more` are names that only some elements have."""
    for name in (*_IDENTIFIERS, *more):
        found = _STATUS_ID.fullmatch(element.value(name)) if name in element.attributes else None
        if found and (name != "data-tweet" or len(found[1]) >= _SHORTEST_ID):
            return found[1]
    return None


def named_by(element: Element) -> str | None:
    """The address of the tweet that an element's attributes name, for a script to show there."""
    if element.name in _NO_PLACE or _SHARE.search(element.value("class")):
        return None
    for name, attribute in element.attributes.items():
        if name in _SPOKEN or "/widgets/tweet_button" in attribute.value or "/widgets/tweet-button" in attribute.value:
            continue
        value = unquote(attribute.value.strip()[:_LONGEST_NAME])
        found = _NAMED.search(value) if element.name == "iframe" else _NAMED.match(value)
        if found and name != "srcdoc" and status(found[0]):
            return found[0]
        kinja = _NAMED_ID.search(value) if element.name == "iframe" else None
        if kinja:
            return f"https://twitter.com/i/web/status/{kinja[1]}"
    return None


def is_signed(source: str, start: int) -> bool:
    """Whether a blockquote has a handle and behind it a link to a status of its account, as a tweet's signature.

    `start` is where its content begins.
    """
    bound = _QUOTE_TAG.search(source, start, start + _LONGEST_QUOTE)
    return bound is not None and _SIGNED.search(source, start, bound.start()) is not None


def signatures(source: str, span: Span) -> Iterator[Span]:
    """From handle to link, the signatures of tweets within a span of the source that the link of a date ends."""
    return (Span(*match.span()) for match in _SIGNED.finditer(source, *span))


def is_emoji(attributes: str) -> bool:
    """Whether an image stands for a character, by its class."""
    return _EMOJI.search(attributes) is not None
