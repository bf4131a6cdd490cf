"""What an index row must say of a capture: the fields of CDXJ, from the record as it stands in its file."""

from collections.abc import Mapping
from functools import lru_cache

from archiver.warc import cdxj
from archiver.warc.http import head_of
from archiver.warc.reader import Record

FIELDS = ("timestamp", *cdxj.NAMES, "status")
_REVISIT = "warc/revisit"
_SHA1_LENGTH = 32
INDEXED = frozenset(("resource", "response", "revisit", "metadata"))
"""The types of records that belong in an index."""


def expected(record: Record, filename: str) -> dict[str, str]:
    """The fields of the row of `record`; `filename` is the last part of its file's name."""
    status, media_type = _stated(record)
    return {
        "url": record.uri or "",
        "timestamp": timestamp(record.get("WARC-Date") or ""),
        "mime": media_type,
        "digest": record.get("WARC-Payload-Digest") or record.block_digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": filename,
        "recordDigest": record.digest or "",
        "status": status,
    }


def stated(fields: Mapping[str, str], stamp: str) -> dict[str, str]:
    """What a row's fields and digits say, where they are spelled as `expected` spells it.

    CDX has SHA-1 without its name; `wacz create` leaves out a type that is unknown.
    """
    said = {name: fields.get(name, "") for name in FIELDS} | {"timestamp": stamp, "mime": fields.get("mime") or "unk"}
    if len(said["digest"]) == _SHA1_LENGTH:
        said["digest"] = "sha1:" + said["digest"]
    return said


def row(fields: Mapping[str, str]) -> bytes:
    """The row of such fields as this software writes it, behind its sort key; other fields make another row.

    The status, which it does not write, stands behind it.
    """
    return cdxj.row(fields["timestamp"], *[fields[name] for name in cdxj.NAMES]) + fields["status"].encode()


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


def _stated(record: Record) -> tuple[str, str]:
    """The status, if there is one, and the media type of what is captured: of a response those of its HTTP head."""
    stated = (record.get("Content-Type") or "").partition(";")[0].strip()
    if record.type not in ("response", "revisit") or stated != "application/http":
        return "", _REVISIT if record.type == "revisit" else stated
    status, media_type = head_of(record.block or b"")
    return status or "", _REVISIT if record.type == "revisit" else media_type or "unk"
