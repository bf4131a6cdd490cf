"""The nouns: frozen values that travel between the layers. No file format, no I/O.

A **capture** is one item as a source held it: bytes and what was said about them. Processing turns it into exactly one
**outcome**: `Archived`, `Rejected` or (decided by the shard, which sees neighbours) `Duplicate`.

Offsets and lengths in *bytes* are called `offset` and `length`; places in text are `Span`s of *code points*.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, NewType

from archiver.findings import Finding

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hex digits, the spelling that WARC 1.1-annotated recommends and that WACZ asks for."""

Confidence = Literal["certain", "high", "low"]
Precision = Literal["year", "month", "day", "minute", "second"]
LinkKind = Literal["outbound", "internal", "short", "tweet", "media", "share", "mail"]
TweetForm = Literal["embed", "signature", "retweet", "link", "media"]
Region = Literal["article", "page"]
DateVerdict = Literal["consistent", "timezone", "impossible", "unknown"]

PAGE_TYPES = frozenset(("text/html", "application/xhtml+xml"))
"""The media types of what is itself a page."""

# Every id of a package is derived from this one (RFC 4122 section 4.3), so that equal input gives equal ids.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://archiver.invalid/")


class Span(NamedTuple):
    """A half-open range of code points; unpacks as `start, end`.

    >>> start, end = Span(3, 7)
    >>> "the text"[start:end], Span(3, 7).of("the text")
    (' tex', ' tex')
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """The slice of `text` that this span names."""
        return text[self.start : self.end]


def sha256(data: bytes) -> Digest:
    """The digest of `data` in the one spelling that packages use.

    >>> sha256(b"")[:14]
    'sha256:e3b0c44'
    """
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def derived_id(role: str, name: str, offset: int, digest: Digest) -> str:
    """`urn:uuid:…` (version 5) over role, source locator and digest; the same item always has the same id.

    >>> derived_id("article", "a.txt", 0, Digest("")) == uuid.uuid5(NAMESPACE, "article\\na.txt\\n0\\n").urn
    True
    """
    named = NAMESPACE.bytes + f"{role}\n{name}\n{offset}\n{digest}".encode()
    # RFC 4122 section 4.3, written out: uuid.uuid5 takes three times as long, and an article needs four.
    digits = hashlib.sha1(named, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A value and what it rests on, e.g. `field:url`, `sidecar:url`, `option:--url`."""

    value: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date or time no more precise than it was given: `2017-07`, `2017-07-21`, `2017-07-21T18:30:00Z`."""

    value: str
    precision: Precision
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a source says of an item beside its text. `None` or empty: it does not say."""

    url: Stated | None = None
    title: Stated | None = None
    authors: tuple[Stated, ...] = ()
    site: Stated | None = None
    language: Stated | None = None
    published: Stated | None = None
    modified: Stated | None = None
    retrieved: Stated | None = None
    encoding: Stated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One item as a source held it, before anything is done to it.

    `name` and `offset` locate it: bytes into the source, after decompression; of a Parquet file the row. `payload` is
    verbatim. `media_type` is `text/plain`, `application/json`, `text/html` or `application/xhtml+xml`, or
    `application/octet-stream` where the name promises nothing. `beside` is what a sidecar or an option says of it;
    `trouble` is what was wrong with it already, e.g. where a compressed source ends too early. Of an item
    that is a line, `line` is its number within the part of the source that one worker reads, from 1.
    """

    name: str
    offset: int
    payload: bytes
    media_type: str
    beside: Metadata = field(default_factory=Metadata)
    trouble: tuple[Finding, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an article's bytes come from and how they were read. `offset` and `length` in bytes."""

    name: str
    offset: int
    length: int
    digest: Digest
    media_type: str
    encoding: str | None
    encoding_basis: str | None
    pointer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One change: `before` stood at `source_span` of the decoded source, `after` stands at `span` of the new text.

    `before` may hold code points that no UTF-8 can carry: an undecodable byte 0xNN is U+DCNN (PEP 383). `plan` says
    which encodings were undone, step by step, e.g. `encode windows-1252 → decode utf-8`.
    """

    rule: str
    before: str
    after: str
    source_span: Span
    span: Span
    confidence: Confidence
    by: str
    field: str = "text"
    plan: str | None = None


class Run(NamedTuple):
    """A stretch of the text that was extracted from a page: where it stands in the decoded page, and what it reads as.

    `text` is None where it is the page's own characters. A run that stands nowhere in the page has an empty span.
    """

    source_span: Span
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it stands (`href`, the surface string), and canonical (`url`); `tweet` is the index of its tweet.

    Of a page, `region` says whether it stands in the article; elsewhere on the page it has no `span`. `path` leads to
    the element whose attribute `href` is.
    """

    href: str
    url: str
    kind: LinkKind
    text: str
    span: Span | None
    source_span: Span
    tweet: int | None = None
    truncated: bool = False
    region: Region | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TweetReference:
    """A tweet that the article quotes or points to; `span` covers its text and its signature.

    `confidence` says how sure it is where the tweet begins and whose it is; None where there is nothing to doubt. Of a
    page, `region` and `path` are as in `Link`; `occurrences` are all its places where the page has more than one.
    """

    form: TweetForm
    author: str | None
    handle: str | None
    status_id: str | None
    url: str | None
    posted: Moment | None
    dates: DateVerdict
    text: str | None
    span: Span | None
    source_span: Span
    links: tuple[int, ...] = ()
    mentions: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    confidence: Confidence | None = None
    region: Region | None = None
    path: str | None = None
    occurrences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What a text points to. `Link.tweet` and `TweetReference.links` index into these tuples."""

    links: tuple[Link, ...]
    tweets: tuple[TweetReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article record (schemas/article.v1.schema.json), with the normalised text itself.

    Of a page, `runs` are the text that was extracted from it; the repairs' `source_span` counts in that text.
    """

    id: str
    url: Stated | None
    title: str | None
    authors: tuple[str, ...]
    site: str | None
    language: str | None
    published: Moment | None
    modified: Moment | None
    retrieved: Moment | None
    source: Source
    text: str
    repairs: tuple[Repair, ...]
    links: tuple[Link, ...]
    tweets: tuple[TweetReference, ...]
    findings: tuple[Finding, ...] = ()
    suggestions: tuple[Repair, ...] = ()
    runs: tuple[Run, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """The capture became an article; `record` is its serialised form, already validated against the schema."""

    capture: Capture
    article: Article
    record: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The capture's bytes stand in this shard already, in the record `original_id`; only its provenance is added."""

    archived: Archived
    original_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The capture is no article, and `findings` say why. Its bytes are archived all the same."""

    capture: Capture
    id: str
    digest: Digest
    findings: tuple[Finding, ...]
    record: bytes


Outcome = Archived | Duplicate | Rejected
