"""The WARC records of one item (docs/package.md): which, of what type, at which URI, of which date.

The original's URI is shared by its conversion, as WARC 1.1 section 6.7 has it. Nothing else shares it, so that whoever
asks a player for it gets the original bytes.
"""

from datetime import datetime, timedelta
from functools import cache

from archiver.model import Archived, Article, Rejected, derived_id, sha256
from archiver.package import layout, reading
from archiver.warc.writer import WarcRecord

_LABELS = {"cp874": "windows-874", "cp932": "shift_jis", "cp949": "euc-kr", "shift_jis": "shift_jis"}


def original(archived: Archived, date: str) -> WarcRecord:
    """The bytes as they came. A page stands at its own URL; all else, which no web server sent, at its digest's."""
    source, url = archived.article.source, archived.article.url
    return WarcRecord(
        type="resource",
        id=derived_id("original", source.name, source.offset, source.digest),
        date=date,
        uri=layout.page_uri(source.media_type, url.value if url else None) or address(archived),
        content_type=_content_type(source.media_type, source.encoding),
        block=archived.capture.payload,
        block_digest=source.digest,
        with_payload=True,
    )


def address(archived: Archived) -> str:
    """The address that only these bytes have, whatever they say of themselves."""
    return layout.original_uri(archived.article.source.digest, archived.article.source.media_type)


def alias(archived: Archived, original: WarcRecord) -> WarcRecord:
    """A page's second address, that of its digest (WARC 1.1 section 6.7, `revisit`).

    Two pages may claim one URL, in shards that know nothing of each other. pywb then shows one of them there, and here
    each, since it follows the digest. ReplayWeb.page follows URI and date, and knows one capture of a URL and a second:
    it shows the same one of them at all three addresses.
    """
    source = archived.article.source
    return WarcRecord(
        type="revisit",
        id=derived_id("alias", source.name, source.offset, source.digest),
        date=original.date,
        uri=address(archived),
        refers_to=original.id,
        refers_to_uri=original.uri,
        content_type=original.content_type,
        block=b"",
        with_payload=True,
        payload_digest=source.digest,
    )


def rejected_original(rejected: Rejected, date: str) -> WarcRecord:
    """The bytes of an item that is no article: of no type that could be vouched for."""
    capture = rejected.capture
    return WarcRecord(
        type="resource",
        id=derived_id("original", capture.name, capture.offset, rejected.digest),
        date=date,
        uri=layout.original_uri(rejected.digest, "application/octet-stream"),
        content_type="application/octet-stream",
        block=capture.payload,
        block_digest=rejected.digest,
        with_payload=True,
    )


def provenance(archived: Archived, original_id: str, date: str) -> WarcRecord:
    """The article record, about the original `original_id`."""
    return _metadata(
        archived.article.id, layout.provenance_uri(archived.article.id), archived.record, original_id, date
    )


def rejection(rejected: Rejected, original_id: str, date: str) -> WarcRecord:
    """The rejection record, about the bytes in `original_id`."""
    return _metadata(rejected.id, layout.rejection_uri(rejected.id), rejected.record, original_id, date)


def _metadata(record_id: str, uri: str, block: bytes, original_id: str, date: str) -> WarcRecord:
    return WarcRecord(
        type="metadata",
        id=record_id,
        date=date,
        uri=uri,
        refers_to=original_id,
        content_type="application/json",
        block=block,
    )


def reading_copy(article: Article, original_uri: str, date: str) -> WarcRecord:
    """The page for people; a synthesised resource, as WARC 1.1 section 6.4 allows."""
    return WarcRecord(
        type="resource",
        id=_id("reading", article),
        date=date,
        uri=layout.reading_uri(article.id),
        content_type="text/html; charset=utf-8",
        block=reading.render(article, original_uri),
        with_payload=True,
    )


def conversion(article: Article, original_id: str, original_uri: str, date: str) -> WarcRecord:
    """The normalised text, dated a second after the original: by URI and date together they stay two captures."""
    text = article.text.encode()
    return WarcRecord(
        type="conversion",
        id=_id("conversion", article),
        date=_second_after(date),
        uri=original_uri,
        refers_to=original_id,
        content_type="text/plain; charset=utf-8",
        block=text,
        block_digest=sha256(text),
        with_payload=True,
    )


def _id(role: str, article: Article) -> str:
    return derived_id(role, article.source.name, article.source.offset, article.source.digest)


@cache
def _second_after(date: str) -> str:
    later = datetime.fromisoformat(date) + timedelta(seconds=1)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _content_type(media_type: str, encoding: str | None) -> str:
    """With the encoding by the name that browsers know. UTF-16 says it by its byte order mark, and browsers see it."""
    if encoding is None or encoding.startswith("utf-16"):
        return media_type
    label = _LABELS.get(encoding, encoding.replace("_", "-"))
    label = label.replace("cp125", "windows-125").replace("iso8859", "iso-8859")
    return f"{media_type}; charset={label}"
