"""The only door to warcio: WARC 1.1 records, one gzip member each, to the byte predictable.

warcio serialises the headers; its own compression is not used. Because no compressor promises its bytes for ever, a
file also has a digest over its uncompressed records.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import BinaryIO, Literal, NamedTuple

from archiver.model import Digest, sha256
from archiver.warc.compression import gzip_member, gzip_pieces

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
RecordType = Literal["warcinfo", "response", "resource", "metadata", "conversion", "revisit"]
# A WARC-Target-URI is an RFC 3986 URI (WARC 1.1 section 5.12), and players look it up by its exact string: no fragment.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class WarcRecord(NamedTuple):
    """One record to write. `id` and `refers_to` are URNs; `date` is full UTC seconds, as every reader understands them.

    `with_payload` says whether the block is also a payload with a digest of its own: never for `warcinfo` and
    `metadata` (WARC 1.1 section 5.9). A `revisit` of an identical payload states that payload's digest, and the URI
    under which it stands at the same date (section 6.7.2). `block_digest` is the block's, where it is known already.
    """

    type: RecordType
    id: str
    date: str
    content_type: str
    block: bytes
    uri: str | None = None
    refers_to: str | None = None
    refers_to_uri: str | None = None
    block_digest: Digest | None = None
    payload_digest: Digest | None = None
    with_payload: bool = False
    filename: str | None = None


class Written(NamedTuple):
    """Where a record came to stand: `offset` and `length` in bytes of the compressed file, and its member's digest."""

    offset: int
    length: int
    record_digest: Digest
    payload_digest: Digest


# What ends a record, and a block that is longer than the largest article by far.
_END = b"\r\n\r\n"
_LARGE = 1 << 22


class WarcFile:
    """A WARC file in the making on a binary stream that stands at its start."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._records = hashlib.sha256()
        self._file = hashlib.sha256()
        self.length = 0
        self.count = 0

    @property
    def digest(self) -> Digest:
        """SHA-256 of the file's bytes so far."""
        return Digest("sha256:" + self._file.hexdigest())

    @property
    def records_digest(self) -> Digest:
        """SHA-256 of the uncompressed records so far, one after the other: it does not hang on a compressor."""
        return Digest("sha256:" + self._records.hexdigest())

    def write(self, record: WarcRecord) -> Written:
        """Append a record as a gzip member of its own (WARC 1.1 annex D.2). Raises ValueError for a bad header."""
        digest = record.block_digest or sha256(record.block)
        payload_digest = record.payload_digest or digest
        if len(record.block) > _LARGE:
            return self._write_large(record, digest, payload_digest)
        plain = b"".join((_head(record, digest), record.block, _END))
        member = gzip_member(plain)
        self._stream.write(member)
        self._records.update(plain)
        self._file.update(member)
        offset, self.length = self.length, self.length + len(member)
        self.count += 1
        return Written(offset=offset, length=len(member), record_digest=sha256(member), payload_digest=payload_digest)

    def _write_large(self, record: WarcRecord, digest: Digest, payload_digest: Digest) -> Written:
        """The same in pieces: neither the record nor its member stands in memory beside the block."""
        member, offset = hashlib.sha256(), self.length
        pieces = self._counted(_pieces(_head(record, digest), record.block))

        for data in gzip_pieces(pieces):
            self._stream.write(data)
            self._file.update(data)
            member.update(data)
            self.length += len(data)
        self.count += 1
        return Written(
            offset=offset,
            length=self.length - offset,
            record_digest=Digest("sha256:" + member.hexdigest()),
            payload_digest=payload_digest,
        )

    def _counted(self, pieces: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        for piece in pieces:
            self._records.update(piece)
            yield piece


def _pieces(head: bytes, block: bytes) -> Iterator[bytes | memoryview]:
    yield head
    yield from (memoryview(block)[at : at + _LARGE] for at in range(0, len(block), _LARGE))
    yield _END


_NAMES = (
    "WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Filename", "WARC-Target-URI", "WARC-Refers-To", "WARC-Profile",
    "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Block-Digest", "WARC-Payload-Digest", "Content-Type",
    "Content-Length",
)  # fmt: skip


def _head(record: WarcRecord, digest: Digest) -> bytes:
    """The header (WARC 1.1 section 4), as warcio's own writer has it: it also would make digests of its own."""
    values = _values(record, digest)
    stated = tuple([value for value in values if value is not None])
    if not "".join(stated).isprintable():
        for name, value in zip(_NAMES, values, strict=True):
            _checked(name, value or "")
    return (_template(tuple([value is None for value in values])) % stated).encode()


@cache
def _template(absent: tuple[bool, ...]) -> str:
    """What warcio writes of these headers, with a slot for each value: it makes one header of each kind.

    Imported with the first record: with warcio comes what reads object stores, and whoever verifies needs neither.
    """
    from warcio import statusandheaders

    head = statusandheaders.StatusAndHeaders("", (), protocol="WARC/1.1")
    head.headers = [(name, "%s") for name, is_absent in zip(_NAMES, absent, strict=True) if not is_absent]
    return str(head.to_bytes(), "ascii")


def warcinfo(*, id: str, date: str, filename: str, fields: Iterable[tuple[str, str]]) -> WarcRecord:  # noqa: A002
    """The record that opens a file: `fields` as `application/warc-fields` (WARC 1.1 section 6.2)."""
    lines = [f"{name}: {_checked(name, value)}\r\n" for name, value in fields if value]
    block = "".join(lines).encode()
    return WarcRecord(
        type="warcinfo", id=id, date=date, content_type="application/warc-fields", block=block, filename=filename
    )


def _values(record: WarcRecord, digest: Digest) -> tuple[str | None, ...]:
    """The values of `_NAMES`; None for a header that the record does not have."""
    is_revisit = record.type == "revisit"
    return (
        record.type,
        f"<{record.id}>",
        record.date,
        record.filename,
        record.uri and _target(record.uri),
        f"<{record.refers_to}>" if record.refers_to else None,
        IDENTICAL if is_revisit else None,
        _target(record.refers_to_uri) if is_revisit and record.refers_to_uri else None,
        record.date if is_revisit else None,
        digest,
        (record.payload_digest or digest) if record.with_payload else None,
        record.content_type,
        str(len(record.block)),
    )


def _target(uri: str) -> str:
    if not _URI.fullmatch(uri):
        raise ValueError(f"no URI that a WARC header can carry: {uri!r}")
    return uri


def _checked(name: str, value: str) -> str:
    """A header value without control characters: a line break in it would begin a header of somebody else's choice."""
    if _CONTROL.search(value):
        raise ValueError(f"control character in {name}: {value!r}")
    return value
