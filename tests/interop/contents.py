"""What a directory package says it holds, read with warcio and `json` alone: none of our own code is asked."""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

_WORD = re.compile(r"[^\W\d_]{4,}")
_READING_COPY = re.compile(r"https://archiver\.invalid/article/([0-9a-f-]+)\.html")


@dataclass(frozen=True, slots=True)
class Record:
    """A WARC record."""

    id: str
    type: str
    url: str
    content_type: str
    timestamp: str
    refers_to: str
    payload: bytes

    @property
    def text(self) -> str:
        """The payload as a browser reads it: by the charset it is told, else by the byte order mark."""
        told = _parse_content_type(self.content_type).get_content_charset()
        seen = "utf-16" if self.payload.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
        return self.payload.decode(told or seen, "replace")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the list of pages has it, its original and its reading copy."""

    title: str
    text: str
    original: Record
    reading: Record

    @property
    def words(self) -> list[str]:
        """Return the words of the text, the longest first."""
        return sorted(set(_WORD.findall(self.text)), key=lambda word: (-len(word), word))

    @property
    def undamaged_words(self) -> list[str]:
        """Return the words that the original has as they are, those beyond ASCII first: they tell charsets apart."""
        original = self.original.text
        return sorted((word for word in self.words if word in original), key=str.isascii)


def pages(bag: Path) -> list[dict[str, str]]:
    """Return the rows of the list of pages, without its head."""
    rows = (bag / "data" / "pages" / "pages.jsonl").read_text("utf-8").splitlines()
    return [json.loads(row) for row in rows[1:]]


def warcs(bag: Path, folder: str = "*") -> list[Path]:
    """Return the WARC files of a package, or of one of its folders."""
    return sorted((bag / "data").glob(f"{folder}/*.warc.gz"))


def records(warc: Path) -> Iterator[Record]:
    """Read a WARC file."""
    with warc.open("rb") as file:
        for record in ArchiveIterator(file):
            headers = record.rec_headers
            about_payload = record.http_headers or headers
            yield Record(
                id=headers.get_header("WARC-Record-ID"),
                type=record.rec_type,
                url=headers.get_header("WARC-Target-URI", ""),
                content_type=about_payload.get_header("Content-Type", ""),
                timestamp=re.sub(r"\D", "", headers.get_header("WARC-Date"))[:14],
                refers_to=headers.get_header("WARC-Refers-To", ""),
                payload=record.content_stream().read(),
            )


def articles(bag: Path) -> list[Article]:
    """Go from each reading copy in the list of pages to its provenance record, and on to the original."""
    archived = [record for warc in warcs(bag, "archive") for record in records(warc)]
    by_id = {record.id: record for record in archived}
    by_url = {record.url: record for record in archived}
    found = []
    for row in pages(bag):
        reading = _READING_COPY.fullmatch(row["url"])
        if reading:
            provenance = by_url[f"metadata://archiver.invalid/article/{reading[1]}.json"]
            title = row["title"].removesuffix("…")  # a long one is cut short for the list
            found.append(Article(title, row["text"], by_id[provenance.refers_to], by_url[row["url"]]))
    return found


def _parse_content_type(value: str) -> Message:
    message = Message()
    message["Content-Type"] = value
    return message
