"""The entity body of an HTTP message, hashed as it streams by: the payload of `response` and `request` records.

WARC 1.1 section 6.3.2: the payload is the entity-body with any transfer-encoding removed.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from archiver.warc import codings

_HEAD_LIMIT = 1 << 20
_END = re.compile(rb"\n\r?\n")
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:[^\n]*\bchunked\b", re.IGNORECASE | re.MULTILINE)
_ENCODING = re.compile(rb"^content-encoding[ \t]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
FIRST_LINES = {"response": "status", "request": "request"}
_FIRST = {
    "response": re.compile(rb"(?:HTTP|ICY|http)(?:/[0-9.]{1,5})? [0-9]{3}"),
    # A method is any token (RFC 9110 section 9.1).
    "request": re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32} [^\r\n ]"),
}
_STATUS = re.compile(rb"HTTP/[0-9.]{1,5} ([0-9]{3})")
_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*([!-:<-~]+)", re.IGNORECASE | re.MULTILINE)
_SIZE = re.compile(rb"[ \t]*+([0-9A-Fa-f]{1,16})[ \t]*+(?:;[^\n]{0,4096})?\r?\n")


class Hash(Protocol):
    """What is told of the entity's bytes; hashlib's objects are such."""

    def update(self, data: bytes, /) -> None:
        """Takes the next bytes."""


class Entity:
    """Fed with a message piece by piece, gives `hashes` its entity body, and `raw` the body as it was sent, if chunked.

    Only then the two differ. Much software has hashed the chunks too, so both are worth knowing.
    """

    def __init__(self, hashes: Sequence[Hash], raw: Sequence[Hash]) -> None:
        self._hashes = hashes
        self._raw = raw
        self._head: bytes | None = b""
        self._chunked = False
        self._pending = b""
        self._left = 0

    @property
    def is_chunked(self) -> bool:
        """Whether the head said so: if not, `raw` was told nothing."""
        return self._chunked

    def feed(self, data: bytes) -> None:
        """Takes the message's next bytes."""
        if self._head is not None:
            self._head += data
            end = _END.search(self._head)
            if end is None and len(self._head) < _HEAD_LIMIT:
                return
            cut = end.end() if end else 0
            data, self._chunked = self._head[cut:], bool(_CHUNKED.search(self._head, 0, cut))
            self._head = None
        if self._chunked:
            _tell(self._raw, data)
            self._dechunk(data)
        else:
            _tell(self._hashes, data)

    def _dechunk(self, data: bytes) -> None:
        """RFC 9112 section 7.1: sizes in hex, each on its line; what is no chunk any more is left out."""
        data, self._pending = self._pending + data, b""
        at = 0
        while at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                _tell(self._hashes, piece)
                self._left -= len(piece)
                at += len(piece)
                continue
            size = _SIZE.match(data, at + _line_end(data, at))
            if size is None:
                self._pending = data[at : at + 8192]
                return
            self._left = int(size[1], 16)
            at = size.end()
            if not self._left:
                self._chunked, self._hashes = True, []
                return


def _line_end(data: bytes, at: int) -> int:
    """The length of the line end that closes the chunk before."""
    return 2 if data.startswith(b"\r\n", at) else 1 if data.startswith(b"\n", at) else 0


def _tell(hashes: Sequence[Hash], data: bytes) -> None:
    for each in hashes:
        each.update(data)


def head_of(block: bytes) -> tuple[str | None, str | None]:
    """Status and media type (without parameters) of an HTTP response; `None` where it does not say.

    >>> head_of(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\n\\r\\nhello")
    ('200', 'text/html')
    """
    end = _END.search(block, 0, _HEAD_LIMIT)
    head = block[: end.end()] if end else block[:_HEAD_LIMIT]
    status, media_type = _STATUS.match(head), _TYPE.search(head)
    return status and status[1].decode("ascii"), media_type and media_type[1].decode("ascii").lower()


def media_types(block: bytes) -> list[str]:
    """Every media type that the head of an HTTP message states, in lower case, without parameters.

    >>> media_types(b"HTTP/1.1 200 OK\\r\\nContent-Type: Text/HTML; q=1\\r\\ncontent-type: a/b\\r\\n\\r\\n")
    ['text/html', 'a/b']
    """
    end = _END.search(block, 0, _HEAD_LIMIT)
    return [
        each.decode("ascii").lower().split(",")[0]
        for each in _TYPE.findall(block, 0, end.end() if end else _HEAD_LIMIT)
    ]


def has_head(block: bytes, kind: str) -> bool:
    """Whether a block begins as an HTTP `response` or `request` does.

    >>> has_head(b"HTTP/2 200\\r\\n", "response"), has_head(b"<html>", "response"), has_head(b"GET / HTTP/2", "request")
    (True, False, True)
    """
    return _FIRST[kind].match(block) is not None


def body(block: bytes) -> memoryview | None:
    """The entity body of a message that is not chunked; `None` where it is, or where its head has no end.

    >>> bytes(body(b"HTTP/1.1 200 OK\\r\\n\\r\\nhello"))
    b'hello'
    """
    end = _END.search(block, 0, _HEAD_LIMIT)
    if end is None or _CHUNKED.search(block, 0, end.end()):
        return None
    return memoryview(block)[end.end() :]


class _Bytes:
    """Takes what a hash would be told."""

    def __init__(self) -> None:
        self.data = bytearray()

    def update(self, data: bytes, /) -> None:
        self.data += data


def decoded(block: bytes) -> bytes | None:
    """The body of an HTTP message with its content coding undone; `None` where it has none that is known.

    >>> decoded(b"HTTP/1.1 200 OK\\r\\nContent-Encoding: br\\r\\n\\r\\n\\x0b\\x02\\x80Rain.\\x03")
    b'Rain.'
    """
    end = _END.search(block, 0, _HEAD_LIMIT)
    stated = _ENCODING.findall(block[: end.end()]) if end else []
    names = [name.strip().decode("latin-1") for line in stated for name in line.split(b",") if name.strip()]
    if not names:
        return None
    body = _Bytes()
    Entity([body], []).feed(block)
    return codings.undone(names, bytes(body.data))
