"""The quick lane: a record that stands whole in the window and is plainly right, read and checked in a few steps.

Nearly all records of a file have heads of few shapes: these fields in this order. From a head that the careful lane
(`grammar`) found nothing wrong with, a shape is made: one pattern, narrower than the grammar, which holds every value.
What fits no shape, or is in any way not as it should be, is left untouched to the careful lane.
"""

import re
from base64 import b32encode
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1, sha256
from typing import NamedTuple

from archiver.model import Digest
from archiver.warc import digests, grammar, http
from archiver.warc.members import Members, Plain
from archiver.warc.record import Record

_LONGEST_HEAD = 1 << 14
# A shape costs as much as some thirty heads read with care: it is made for what comes often, and for no more than this.
_OFTEN = 4
_MOST_SHAPES = 24
_MOST_COUNTED = 1 << 10
_MOST_FIELDS = 40
_LONGEST_LITERAL = 200
_HTTP = "application/http"
# Whatever the patterns of values hold, no value has a control character (section 4), and a plain one none beyond ASCII.
# A search for them by a pattern takes four times as long.
_NOT_PLAIN = bytes(byte for byte in range(256) if byte not in b"\t\n\r" and not 0x20 <= byte < 0x7F)
_LINE_ENDS = (b"\r", b"\n")
# What the rules for a record hang on beside its fields' names: a shape has these values as they are.
_LITERAL = frozenset(("warc-type", "warc-profile"))
_MESSAGES = frozenset(("response", "request"))
_BLOCKS = frozenset(("resource", "conversion"))
_TEXT = r"[\t -~]++"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
# In full seconds; 29 February is left to those who know a calendar.
_DATE = (
    r"(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
)
_PLAIN_VALUES: Mapping[object, str] = {
    grammar.is_date: _DATE,
    grammar.is_address: _ADDRESS,
    grammar.anything: _TEXT,
    str: _TEXT,
}


class _Shape(NamedTuple):
    """Heads of one form. The numbers are places among the fields, `None` where the field is not there."""

    pattern: re.Pattern[str]
    version: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    type: str
    id: int
    length: int
    uri: int | None
    block_digest: int | None
    payload_digest: int | None
    is_http: bool


class Lane:
    """The quick lane of one file: it knows the shapes of the heads that went by on the careful one."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._shapes: list[_Shape] = []
        self._seen: Counter[tuple[object, ...]] = Counter()

    def learn(self, version: str, headers: grammar.Headers, fields: Mapping[str, str]) -> None:
        """Takes notice of a head in which nothing was found."""
        if len(self._shapes) >= _MOST_SHAPES or len(self._seen) >= _MOST_COUNTED or not _can_be_learnt(fields, headers):
            return
        literal = _LITERAL | {"content-type"} if fields["warc-type"].lower() in _MESSAGES else _LITERAL
        if any(len(fields.get(name, "")) > _LONGEST_LITERAL for name in literal):
            return
        cells = tuple([(name, value if name.lower() in literal else None) for name, value in headers])
        form = (version, cells, not fields["content-length"].strip("0"))
        self._seen[form] += 1
        if self._seen[form] == _OFTEN:
            self._shapes.append(_shape(*form))

    def record(self, unit: Plain | Members, offset: int) -> Record | None:
        """The record that begins here, taken from the unit; `None`, and nothing taken, where it is not plain."""
        window = unit.at_hand() if self._shapes else None
        if window is None:
            return None
        data, at = window
        end = data.find(b"\r\n\r\n", at, at + _LONGEST_HEAD)
        found = self._head(data[at : end + 2]) if end >= 0 else None
        if found is None:
            return None
        shape, values = found
        start = end + 4
        stop = start + int(values[shape.length])
        if not data.startswith(b"\r\n\r\n", stop) or data[stop + 4 : stop + 5] in _LINE_ENDS:
            return None
        # At the end of what is at hand: line ends may stand behind it.
        if stop + 4 == len(data) and len(unit.ahead(stop + 5 - at)) > stop + 4 - at:
            return None
        block = data[start:stop]
        digest = "sha256:" + sha256(block).hexdigest()
        if not _is_sound(shape, values, block, digest):
            return None
        unit.skip(stop + 4 - at)
        extent = unit.close()
        return Record(
            offset=offset,
            length=None if extent is None else extent.length,
            digest=None if extent is None else extent.digest,
            version=shape.version,
            headers=tuple(zip(shape.names, values, strict=True)),
            block=block if len(block) <= self._keep else None,
            block_length=len(block),
            block_digest=Digest(digest),
            type=shape.type,
            id=values[shape.id][1:-1],
            uri=values[shape.uri] if shape.uri is not None else None,
            fields=dict(zip(shape.keys, values, strict=True)),
        )

    def _head(self, head: bytes) -> tuple[_Shape, tuple[str, ...]] | None:
        if head.translate(None, _NOT_PLAIN) != head:
            return None
        text = head.decode("ascii")
        for shape in self._shapes:
            match = shape.pattern.fullmatch(text)
            if match is not None:
                return shape, match.groups()
        return None


def _can_be_learnt(fields: Mapping[str, str], headers: grammar.Headers) -> bool:
    """Whether a shape can say all that is asked of such a head: not of what is rare and has rules of its own."""
    return (
        len(headers) == len(fields) <= _MOST_FIELDS
        and fields["warc-type"].lower() in grammar.TYPES - {"warcinfo", "continuation"}
        and "warc-segment-number" not in fields
        and all(map(len, fields.values()))
        and sum(len(name) + len(value) for name, value in headers) < _LONGEST_HEAD
    )


@lru_cache(maxsize=4 * _MOST_SHAPES)
def _shape(version: str, cells: tuple[tuple[str, str | None], ...], is_empty: bool) -> _Shape:
    """The shape of heads with these fields, of which some have the value that is given."""
    lines = [_line(name, value, is_empty=is_empty) for name, value in cells]
    keys = tuple(name.lower() for name, _ in cells)
    literal = {name.lower(): value.lower() for name, value in cells if value is not None}
    place = {key: number for number, key in enumerate(keys)}
    return _Shape(
        pattern=re.compile(rf"WARC/{re.escape(version)}\r\n" + "".join(lines)),
        version=version,
        names=tuple(name for name, _ in cells),
        keys=keys,
        type=literal["warc-type"],
        id=place["warc-record-id"],
        length=place["content-length"],
        uri=place.get("warc-target-uri"),
        block_digest=place.get("warc-block-digest"),
        payload_digest=place.get("warc-payload-digest"),
        is_http=literal["warc-type"] in _MESSAGES and literal.get("content-type", "").startswith(_HTTP),
    )


def _line(name: str, value: str | None, *, is_empty: bool) -> str:
    """The pattern of a field's line: one blank behind the colon, none at the end, and one group, its value."""
    if value is not None:
        holds = re.escape(value)
    elif name.lower() == "content-length":
        holds = "0" if is_empty else "[1-9][0-9]{0,9}"
    else:
        holds = _plain_value(grammar.FIELDS.get(name.lower()))
    return rf"{re.escape(name)}: (?![ \t])({holds})(?<![ \t])\r\n"


def _plain_value(field: grammar.Field | None) -> str:
    """What is surely a value of the field."""
    return _TEXT if field is None else _PLAIN_VALUES.get(field.holds) or grammar.pattern_of(field)


def _is_sound(shape: _Shape, values: tuple[str, ...], block: bytes, digest: str) -> bool:
    """Whether the block is what its digests say and, of a message, begins as one."""
    if shape.block_digest is not None and not _agrees(values[shape.block_digest], block, digest):
        return False
    if shape.is_http and block and not http.has_head(block, shape.type):
        return False
    if shape.payload_digest is None:
        return True
    stated = values[shape.payload_digest]
    if shape.is_http:
        body = http.body(block)
        return body is not None and _agrees(stated, body, None)
    return _agrees(stated, block, digest) if shape.type in _BLOCKS else _is_known(stated)


def _agrees(stated: str, data: bytes | memoryview, digest: str | None) -> bool:
    """Whether a field states the digest of the data; `digest` is their SHA-256, where it is known."""
    if stated == digest or stated == _as_written(stated, data):
        return True
    try:
        labelled = digests.parse(stated)
    except KeyError:
        return False
    return labelled is not None and digests.compute(labelled.algorithm, data) == labelled.value


def _as_written(stated: str, data: bytes | memoryview) -> str | None:
    """The digest in the spellings that most software has, hex of SHA-256 and base32 of SHA-1."""
    if stated.startswith("sha256:"):
        return "sha256:" + sha256(data).hexdigest()
    return (
        "sha1:" + b32encode(sha1(data, usedforsecurity=False).digest()).decode() if stated.startswith("sha1:") else None
    )


def _is_known(stated: str) -> bool:
    try:
        return digests.parse(stated) is not None
    except KeyError:
        return False
