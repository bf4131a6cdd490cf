"""A strict, streaming WARC reader with offsets: `read(stream)` yields each record, and each fault, in the file's order.

It reads WARC 1.1 back to 0.17, plain, in a gzip member or zstd frame a record, or gzipped as a whole, and ARC 1.
Behind damage it goes on at the next place that proves to be a record's start, and says what it left out. It holds a
window and at most one block.

The standard: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

import hashlib
import re
from collections.abc import Generator, Iterator, Mapping
from itertools import product
from typing import Any, BinaryIO, NamedTuple

from archiver.findings import Finding
from archiver.model import Digest
from archiver.warc import arc, digests, grammar, http
from archiver.warc.members import Members, Plain, Tap, units
from archiver.warc.quick import Lane
from archiver.warc.record import Record, bare
from archiver.warc.window import DamagedError

__all__ = ["KEEP", "Record", "bare", "is_warc", "read"]

KEEP = 1 << 26
_HEAD_LIMIT = 1 << 20
_BLANK_LINE = re.compile(rb"\n\r?\n")
_VERSION = re.compile(rb"[Ww][Aa][Rr][Cc]/([0-9]\.[0-9]{1,2})(\r?\n)")
_END = b"\r\n\r\n"
# The grammar's literals are case-insensitive (section 4, by RFC 2616 section 2.1).
_WARC = tuple(bytes(letters) + b"/" for letters in product(b"Ww", b"Aa", b"Rr", b"Cc"))
_STARTS = (*_WARC, arc.OPENING)


def read(stream: BinaryIO, *, keep: int = KEEP, tap: Tap | None = None) -> Iterator[Record | Finding]:
    """Every record of the WARC file `stream` and its faults: those of its head before it, those of its block behind it.

    `keep` is the longest block, in bytes, that is given as bytes; longer ones are hashed as they pass. Findings carry
    the offset, and the record's id where it is known. `tap` is called with the file's uncompressed bytes as they pass:
    for a digest over them, whatever compressor made the file.
    """
    unit = units(stream, tap)
    first = offset = unit.begin()
    if offset is None:
        yield Finding(code="E230", message="The file is empty; a WARC file has at least one record.", offset=0)
        return
    if _begins(unit, arc.OPENING):
        yield from arc.records(unit, offset, keep)
        return
    before: int | None = None
    shared = False
    lane = Lane(keep)
    while offset is not None:
        plain = lane.record(unit, offset)
        if plain is not None:
            yield plain
        lost = plain is None and (yield from _record(unit, offset, keep, lane))
        if offset == before and not shared and not lost:
            shared = True
            yield Finding(code="W216", message="This gzip member holds several records.", offset=offset)
        before = offset
        if lost and (yield from arc.skip(unit, offset)) is None:
            return
        offset = unit.begin()
    if shared and before == first:
        message = (
            "The file is compressed as a whole, not record by record; players and indexers refuse it. "
            "`warcio recompress` makes a member of each record."
        )
        yield Finding(code="E233", message=message, offset=first)


def is_warc(stream: BinaryIO) -> bool:
    """Whether a stream begins with a WARC or ARC record, compressed or not."""
    unit = units(stream)
    return unit.begin() is not None and any(_begins(unit, start) for start in _STARTS)


def _begins(unit: Plain | Members, start: bytes) -> bool:
    try:
        return unit.startswith(start)
    except DamagedError:
        return False


def _record(unit: Plain | Members, offset: int, keep: int, lane: Lane) -> Generator[Record | Finding, None, bool]:
    """One record and its findings; `True` where its end is not known, so that the next one has to be looked for."""
    head: _Head | None = None
    try:
        if not unit.more():
            message = f"This {unit.KIND} holds nothing; some readers take it for the end of the file."
            yield Finding(code="W240", message=message, offset=offset)
            return False
        head, findings = _head(unit)
        yield from (finding.at(offset=offset, record=head and head.id) for finding in findings)
        if head is None or head.length is None:
            return True
        if not findings:
            lane.learn(head.version, head.headers, head.fields)
        record, findings = _body(unit, offset, head, keep)
    except DamagedError as damage:
        what = "The record cannot be read to its end" if head else "No record can be read here"
        yield Finding(code="E217", message=f"{what}: {damage}.", offset=offset, record=head and head.id)
        return True
    if record is not None:
        yield record
    if not findings:
        return record is None
    yield from (finding.at(offset=offset, record=head.id) for finding in findings)
    return record is None or (any(each.code == "E220" for each in findings) and not _at_record(unit))


class _Head(NamedTuple):
    """A record's head, read; `length` is its Content-Length, `None` where it does not state one."""

    version: str
    headers: tuple[tuple[str, str], ...]
    fields: dict[str, str]
    length: int | None
    id: str | None


def _head(unit: Plain | Members) -> tuple[_Head | None, list[Finding]]:
    if not unit.startswith(*_WARC):
        found = unit.ahead(40)
        what = "" if found.strip(b"\0") else ", but zeros: space that was set aside and never written, or padding"
        message = f"No WARC record starts where one should{what}."
        return None, [Finding(code="E201", message=message, found=repr(found)[2:-1], expected="WARC/1.1")]
    head = unit.until(_BLANK_LINE, _HEAD_LIMIT)
    if head is None:
        return None, [Finding(code="E219", message="The record's head has no end: no blank line follows it.")]
    match = _VERSION.match(head)
    if match is None:
        return None, [
            Finding(code="E201", message="The record's first line is no WARC version.", found=repr(head[:40]))
        ]
    version = match[1].decode("ascii")
    headers, findings = grammar.parse(head[match.end() - len(match[2]) :])
    if version not in grammar.VERSIONS:
        findings.append(Finding(code="W221", message="This WARC version is unknown; it is read as 1.1.", found=version))
    fields = grammar.by_name(headers)
    findings += grammar.check(version, headers, fields)
    length, identifier = grammar.number(fields.get("content-length")), bare(fields.get("warc-record-id"))
    return _Head(version, headers, fields, length, identifier), findings


def _body(unit: Plain | Members, offset: int, head: _Head, keep: int) -> tuple[Record | None, list[Finding]]:
    """The record, its block read and hashed and its end checked; `None` instead of it where the block is cut short."""
    assert head.length is not None
    sums = _Sums(head.fields)
    length = unit.holds(head.length)
    if length < head.length:
        return None, [_cut_short(length, head.length)]
    if not unit.is_worth(length, _END):
        message = "The record does not end where its length says, as many before it; its block is not read."
        return None, [Finding(code="E220", message=message)]
    block, length = unit.block(head.length, keep, sums.update)
    if length < head.length:
        return None, [_cut_short(length, head.length)]
    findings = [*sums.findings(block), *_end(unit)]
    if block is not None:
        findings += (*_http(head, block), *_info(head, block))
    extent = unit.close()
    record = Record(
        offset=offset,
        length=None if extent is None else extent.length,
        digest=None if extent is None else extent.digest,
        version=head.version,
        headers=head.headers,
        block=block,
        block_length=length,
        block_digest=sums.sha256(),
        type=head.fields.get("warc-type", "").lower(),
        id=head.id,
        uri=bare(head.fields.get("warc-target-uri")),
        fields=head.fields,
    )
    return record, findings


def _cut_short(length: int, stated: int) -> Finding:
    message = f"The record is cut short: its block has {length} of {stated} bytes."
    return Finding(code="E218", message=message, found=str(length), expected=str(stated))


def _end(unit: Plain | Members) -> Iterator[Finding]:
    """Two line ends close a record (section 4)."""
    if unit.startswith(_END):
        unit.skip(len(_END))
        if unit.startswith(b"\n", b"\r"):
            message = (
                "The record is followed by more line ends than the two CR LF pairs that end it (WARC 1.1 section 4)."
            )
            yield Finding(code="E220", message=message)
            _skip_line_ends(unit)
        return
    at_end = not unit.more() or (unit.startswith(b"\r\n") and not unit.startswith(b"\r\n\r"))
    known = "; some writers leave them out behind the last record" if at_end else ""
    yield Finding(code="E220", message=f"The record does not end in two CR LF pairs (WARC 1.1 section 4){known}.")
    _skip_line_ends(unit)


def _skip_line_ends(unit: Plain | Members) -> None:
    while unit.startswith(b"\n", b"\r"):
        unit.skip(1)


def _at_record(unit: Plain | Members) -> bool:
    try:
        return unit.startswith(*_WARC) or not unit.more()
    except DamagedError:
        return False


def _http(head: _Head, block: bytes) -> Iterator[Finding]:
    """The block of a response or request that calls itself HTTP begins with a status or request line."""
    kind = head.fields.get("warc-type", "").lower()
    stated = head.fields.get("content-type", "").lower().startswith("application/http")
    if stated and block and kind in ("response", "request") and not http.has_head(block, kind):
        message = f"The {kind} is said to be an HTTP message, but does not begin with a {http.FIRST_LINES[kind]} line."
        yield Finding(code="W232", message=message, found=block[:60].decode("ascii", "backslashreplace"))


def _info(head: _Head, block: bytes) -> Iterator[Finding]:
    """The block of a warcinfo that calls itself application/warc-fields is named fields (section 6.2)."""
    stated = head.fields.get("content-type", "").lower().startswith("application/warc-fields")
    if stated and head.fields.get("warc-type", "").lower() == "warcinfo":
        _, findings = grammar.parse(b"\r\n" + block)
        for fault in (each for each in findings if each.code in ("E203", "E204")):
            message = "The warcinfo's block is said to be named fields (WARC 1.1 section 6.2), and is not."
            yield Finding(code="W238", message=message, found=fault.found)
            return


class _Sums:
    """The digests of one record, computed as its block passes and compared with those that its fields state."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._findings: list[Finding] = []
        self._block = self._stated(fields, "WARC-Block-Digest")
        self._payload = self._stated(fields, "WARC-Payload-Digest")
        self._hashes: dict[str, Any] = {"sha256": hashlib.sha256()}
        self._bodies: tuple[Any, ...] = ()
        self._entity: http.Entity | None = None
        if self._block:
            self._add(self._block.algorithm)
        if self._payload:
            self._expect_payload(self._payload.algorithm, fields)

    def _stated(self, fields: Mapping[str, str], name: str) -> digests.Labelled | None:
        text = fields.get(name.lower())
        if text is None:
            return None
        try:
            stated = digests.parse(text)
        except KeyError:
            self._note("W304", f"{name} is of an unknown algorithm and is not checked.", text)
            return None
        if stated is None:
            self._note("E303", f"{name} is no digest of its algorithm in hex, base32 or base64.", text)
        return stated

    def _note(self, code: str, message: str, found: str) -> None:
        self._findings.append(Finding(code=code, message=message, found=found[:200]))

    def _add(self, algorithm: str) -> None:
        if algorithm not in self._hashes:
            self._hashes[algorithm] = hashlib.new(algorithm, usedforsecurity=False)

    def _expect_payload(self, algorithm: str, fields: Mapping[str, str]) -> None:
        """The payload is the block, or an HTTP message's entity; a segment or a revisit does not hold it."""
        kind = fields.get("warc-type", "").lower()
        if kind in ("response", "request") and fields.get("content-type", "").lower().startswith("application/http"):
            self._bodies = tuple(hashlib.new(algorithm, usedforsecurity=False) for _ in range(2))
            self._entity = http.Entity([self._bodies[0]], [self._bodies[1]])
        elif kind in ("resource", "conversion"):
            self._add(algorithm)
            self._bodies = (self._hashes[algorithm],)
        if "warc-segment-number" in fields:
            self._bodies = ()

    def update(self, piece: bytes) -> None:
        for each in self._hashes.values():
            each.update(piece)
        if self._entity is not None:
            self._entity.feed(piece)

    def sha256(self) -> Digest:
        return Digest("sha256:" + self._hashes["sha256"].hexdigest())

    def findings(self, block: bytes | None) -> Iterator[Finding]:
        """What the digests say, once the block has passed; `block` is it, where it was kept."""
        yield from self._findings
        if self._block and self._hashes[self._block.algorithm].digest() != self._block.value:
            yield _differs("E301", "block", self._block, self._hashes[self._block.algorithm].digest())
        bodies = self._bodies if self._entity is None or self._entity.is_chunked else self._bodies[:1]
        if self._payload and bodies and self._payload.value not in [body.digest() for body in bodies]:
            yield self._other_payload(self._payload, block)

    def _other_payload(self, stated: digests.Labelled, block: bytes | None) -> Finding:
        """Some software takes the digest of the body as a browser would have it, its compression undone."""
        body = http.decoded(block) if self._entity is not None and block is not None else None
        if body is not None and digests.compute(stated.algorithm, body) == stated.value:
            message = "The payload digest is that of the body without its content encoding: the payload is intact."
            return Finding(code="I305", message=message)
        return _differs("E302", "payload", stated, self._bodies[0].digest())


def _differs(code: str, what: str, stated: digests.Labelled, computed: bytes) -> Finding:
    return Finding(
        code=code,
        message=f"The record's {what} is not what its digest says: it was changed, or the digest is wrong.",
        found=f"{stated.algorithm}:{computed.hex()}",
        expected=f"{stated.algorithm}:{stated.value.hex()}",
    )
