"""The records of an item in the order in which this software writes them: original, its record, alias, reading copy.

A package of this very version is held to it. What no record speaks of was put in; a reading copy, and a row of the page
list, are what the article's record and text give when they are made again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archiver.findings import Finding
from archiver.model import PAGE_TYPES
from archiver.package import layout, pages, records
from archiver.record.provenance import from_dict
from archiver.verify.pages import Rows
from archiver.warc.reader import Record, bare
from archiver.warc.writer import WarcRecord

_READING = layout.reading_uri("").removesuffix(".html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A valid record about an item, as it stands at `place`, and its conversion where that is at hand."""

    place: int
    record: Record
    value: Mapping[str, Any]
    conversion: Record | None
    is_sound: bool


class Items:
    """The items of one archive file as they go by. `rows` takes the page rows that they have."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._original: Record | None = None
        self._awaited: tuple[Record, WarcRecord | None] | None = None
        self._alias = ""
        self._lost = False

    def lost(self) -> None:
        """Something could not be read: nothing is known until the next original."""
        self._original, self._awaited, self._lost = None, None, True

    def capture(self, record: Record) -> Iterator[Finding]:
        """A record goes by that is none about an item, and no warcinfo."""
        uri = record.uri or ""
        if uri.startswith(_READING) and record.type == "resource":
            yield from self._reading(record)
        elif record.type == "resource":
            yield from self.end()
            self._original, self._lost = record, False
        elif not self._lost and (record.type != "revisit" or uri != self._alias):
            yield _put_in(record)

    def described(self, about: Described) -> Iterator[Finding]:
        """A record about an item goes by. The first about its original has the reading copy behind it, no other."""
        yield from self._missing()
        original = self._original
        if original is None or original.id != bare(about.record.get("WARC-Refers-To")):
            return
        self._original = None
        if (about.record.uri or "").startswith(layout.provenance_uri("").removesuffix(".json")):
            source = about.value["source"]
            self._alias = layout.original_uri(source["digest"], source["media_type"])
            self._awaited = about.record, self._made(about, original)

    def end(self) -> Iterator[Finding]:
        """What is still missing where the next item begins, or the file ends."""
        yield from self._missing()
        if self._original is not None:
            yield _put_in(self._original)
        self._original = None

    def _missing(self) -> Iterator[Finding]:
        if self._awaited is not None:
            article, self._awaited = self._awaited[0], None
            message = "No reading copy of the article stands behind its record."
            yield Finding(code="E619", message=message, offset=article.offset, record=article.id)

    def _reading(self, record: Record) -> Iterator[Finding]:
        if self._lost:
            return
        if self._awaited is None or record.uri != layout.reading_uri(self._awaited[0].id or ""):
            yield _put_in(record)
            return
        (_, made), self._awaited = self._awaited, None
        if made is not None and not _is_as_made(record, made):
            message = "The reading copy is not what the article's record and text give."
            yield Finding(code="E621", message=message, offset=record.offset, record=record.id)

    def _made(self, about: Described, original: Record) -> WarcRecord | None:
        """The reading copy, made again; its rows are entered. None where the record is wrong, or not all at hand."""
        text = about.conversion.block if about.conversion else None
        if text is None or not about.is_sound:
            return None
        date = about.record.get("WARC-Date") or ""
        article = from_dict(about.value, text.decode())
        self._rows.add(pages.row(article, date), pages.row(article, date, with_text=False), about.place)
        if article.source.media_type in PAGE_TYPES:
            row = pages.original_row(article, original.id or "", original.uri or "", date)
            self._rows.add(row, row, about.place)
        return records.reading_copy(article, self._alias, date)


def _is_as_made(record: Record, made: WarcRecord) -> bool:
    stated = (record.id, record.get("WARC-Date"), record.get("Content-Type"), record.block)
    return stated == (made.id, made.date, made.content_type, made.block)


def _put_in(record: Record) -> Finding:
    message = "No record of the package speaks of this one where it stands: it was put in, or moved."
    return Finding(code="E620", message=message, offset=record.offset, record=record.id)
