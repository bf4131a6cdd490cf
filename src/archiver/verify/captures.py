"""What an index row must say of a capture: the fields of CDXJ, from the record as it stands in its file."""

from collections.abc import Mapping
from functools import lru_cache

from archiver.warc import cdxj
from archiver.warc.http import head_of
from archiver.warc.reader import Record

FIELDS = ("timestamp", *cdxj.NAMES)
INDEXED = frozenset(("resource", "response", "revisit", "metadata"))
"""The types of records that belong in an index."""


def expected(record: Record, filename: str) -> dict[str, str]:
    """The fields of the row of `record`; `filename` is the last part of its file's name."""
    return {
        "url": record.uri or "",
        "timestamp": timestamp(record.get("WARC-Date") or ""),
        "mime": _mime(record),
        "digest": record.get("WARC-Payload-Digest") or record.block_digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": filename,
        "recordDigest": record.digest or "",
    }


def row(fields: Mapping[str, str]) -> bytes:
    """The row of such fields as this software writes it, behind its sort key; other fields make another row."""
    return cdxj.row(fields["timestamp"], *[fields[name] for name in cdxj.NAMES])


def timestamp(date: str) -> str:
    """The 14 digits of a WARC-Date, as far as it goes.

    >>> timestamp("2024-05-06T07:08:09.5Z"), timestamp("2024-05")
    ('20240506070809', '20240501000000')
    """
    return _timestamp(date[:40])


@lru_cache(maxsize=4096)
def _timestamp(date: str) -> str:
    digits = "".join(char for char in date if char.isdecimal())[:14]
    return digits + "00000101000000"[len(digits) :]


def _mime(record: Record) -> str:
    """The media type of what is captured: of a response the one that its HTTP head states."""
    if record.type == "revisit":
        return "warc/revisit"
    stated = (record.get("Content-Type") or "").partition(";")[0].strip()
    if record.type == "response" and stated == "application/http":
        return head_of(record.block or b"")[1] or "unk"
    return stated
