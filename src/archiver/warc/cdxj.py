"""CDXJ: the index of captures, one line each, sorted bytewise; plain, or ZipNum for large packages.

A line is `SURT SPACE 14-digit-time SPACE JSON`, its JSON keys in the order in which py-wacz writes them. pywb knows the
file by the name `index.cdx`, or `index.cdx.gz` beside `index.idx`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from archiver.model import sha256
from archiver.warc.compression import gzip_member

if TYPE_CHECKING:
    from archiver.warc.writer import WarcRecord, Written

BLOCK_LINES = 1024
# URIs in which surt has nothing to canonicalise: most of a package's, and importing surt costs more than all of them.
_PLAIN = re.compile(r"[a-z]+://(?P<host>(?!www)[a-z]++(?:\.[a-z]++)++)(?P<path>(?:/[a-z0-9_-]++)++(?:\.[a-z]+)?)")
NAMES = ("url", "mime", "digest", "length", "offset", "filename", "recordDigest")
_ROW = b"%b {" + b", ".join(b'"%b": %%b' % name.encode() for name in NAMES) + b"}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One gzip member of a ZipNum index, and the line of the `.idx` that points to it."""

    member: bytes
    idx_line: bytes


def line(record: "WarcRecord", written: "Written", filename: str) -> bytes:
    """The index line of a record, line feed included."""
    mime = "warc/revisit" if record.type == "revisit" else record.content_type.split(";")[0].strip()
    length, offset = str(written.length), str(written.offset)
    fields = (record.uri, mime, written.payload_digest, length, offset, filename, written.record_digest)
    return b"%b %b" % (key(str(record.uri)), row(timestamp(record.date), *fields))


def row(stamp: str, *fields: str | None) -> bytes:
    r"""An index line without its key: the 14 digits, and the fields of `NAMES`, all of them strings.

    Its JSON has a blank behind colon and comma, as `json.dumps` and so every other tool writes it.

    >>> row("20240506070809", "https://example.org/", "text/html", *"abcde")[:60]
    b'20240506070809 {"url": "https://example.org/", "mime": "text'
    """
    return _ROW % (stamp.encode(), *map(orjson.dumps, fields))


def key(uri: str) -> bytes:
    """The sort-friendly form of a URI.

    >>> key("https://archiver.invalid/article/A.html")
    b'invalid,archiver)/article/a.html'
    """
    plain = _PLAIN.fullmatch(uri)
    if plain:
        return f"{','.join(reversed(plain['host'].split('.')))}){plain['path']}".encode()
    import surt

    return bytes(surt.surt(uri), "utf-8")


@lru_cache(maxsize=1 << 8)
def timestamp(date: str) -> str:
    """The 14 digits of a WARC-Date in full seconds.

    >>> timestamp("2024-05-06T07:08:09Z")
    '20240506070809'
    """
    return "".join(char for char in date if char.isdigit())[:14]


def zipnum(lines: Iterable[bytes], filename: str) -> Iterator[Block]:
    """Sorted index lines as blocks of up to 1024, each a gzip member of its own; the first is only the head."""
    head = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": %b}\n' % orjson.dumps(filename)
    yield Block(member=b"", idx_line=head)
    offset = 0
    remaining = iter(lines)
    while chunk := list(islice(remaining, BLOCK_LINES)):
        member = gzip_member(b"".join(chunk))
        surt_key, stamp, _ = chunk[0].split(b" ", 2)
        place = b'{"offset": %d, "length": %d, "digest": %b}' % (offset, len(member), orjson.dumps(sha256(member)))
        yield Block(member=member, idx_line=b"%b %b %b\n" % (surt_key, stamp, place))
        offset += len(member)
