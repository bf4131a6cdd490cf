"""Items cut out of a stream: the whole of it, its lines, the elements of a JSON array. Bounded by the largest item."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from archiver.findings import Finding
from archiver.sources.streams import Stream

MIB = 1024 * 1024
STEP = 64 * 1024

STRUCTURE = re.compile(rb'[\[\]{},"]')
IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
JSON_SPACE = b" \t\n\r"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes. An item above `item` is rejected (`E107`), and archived up to `kept`, or to `item` where that is more."""

    item: int = 64 * MIB
    kept: int = 256 * MIB


class Item(NamedTuple):
    """An item's first byte in the decompressed source, and its bytes. `is_open`: nothing shows that it ends there.

    `line` is the item's place among the lines that begin in the range that was read, from 1; None where it is no line.
    """

    offset: int
    payload: bytes
    findings: tuple[Finding, ...] = ()
    is_open: bool = False
    line: int | None = None


class _Gathering:
    """Collects one item's bytes; of those that are too many to keep only the number and the digest."""

    def __init__(self, limits: Limits) -> None:
        self._allowed = limits.item
        # What is allowed is kept: of an item that nothing is said of, no byte is cut off.
        self._kept = max(limits.kept, limits.item)
        # It gives its bytes without a copy, which a list of parts does not.
        self._bytes = io.BytesIO()
        self._length = 0
        self._digest: Any = None

    def add(self, part: bytes) -> None:
        room = self._kept - self._length
        self._length += len(part)
        if len(part) <= room:
            self._bytes.write(part)
            return
        if self._digest is None:
            self._bytes.write(part[:room])
            self._digest = hashlib.sha256(self._bytes.getbuffer())
            part = part[room:]
        self._digest.update(part)

    def item(self, offset: int, *findings: Finding, is_open: bool = False) -> Item:
        return Item(offset, self._bytes.getvalue(), self._trouble() + findings, is_open)

    def _trouble(self) -> tuple[Finding, ...]:
        if self._length <= self._allowed:
            return ()
        message = f"The item has {self._length} bytes; {self._allowed} are allowed (--max-item-size)."
        if self._digest is not None:
            digest = f"sha256:{self._digest.hexdigest()}"
            message += f" Its first {self._kept} bytes are kept; the whole has the digest {digest}."
        return (Finding(code="E107", message=message, found=str(self._length), expected=f"<= {self._allowed}"),)


def bounded(offset: int, payload: bytes, limits: Limits) -> Item:
    """An item whose bytes are known."""
    gathering = _Gathering(limits)
    gathering.add(payload)
    return gathering.item(offset)


def whole(stream: Stream, limits: Limits) -> Iterator[Item]:
    """All of the stream as one item."""
    gathering = _Gathering(limits)
    while part := stream.read(STEP):
        gathering.add(part)
    yield gathering.item(0, is_open=True)


def lines(
    stream: Stream,
    limits: Limits,
    start: int = 0,
    end: int | None = None,
    begun: Callable[[int], None] = lambda _lines: None,
) -> Iterator[Item]:
    """The lines that begin at `start` or later and before `end`, without their line feeds; blank lines are no items.

    The stream stands one byte before `start`, or at 0: whether a line begins at `start`, the byte before it says.
    `begun` hears how many lines began, blank ones too, where the range was read to its `end`.
    """
    offset, number = start, 0
    if start:
        offset += _skip_line(stream, start, end) - 1
    while end is None or offset < end:
        line = stream.readline(limits.item)
        if not line:
            return
        length, number = len(line), number + 1
        if line.endswith(b"\n"):
            item = Item(offset, line[:-1], line=number)
        elif length < limits.item:
            item = Item(offset, line, is_open=True, line=number)
        else:
            item, length = _long_line(stream, limits, offset, line)
            item = item._replace(line=number)
        if item.payload and not item.payload.isspace():
            yield item
        offset += length
    begun(number)


def _skip_line(stream: Stream, start: int, end: int | None) -> int:
    """From the byte before `start` pass over the rest of a line, not much beyond `end`; how many bytes that took."""
    skipped = 0
    while end is None or start - 1 + skipped < end:
        piece = stream.readline(MIB)
        skipped += len(piece)
        if not piece or piece.endswith(b"\n"):
            break
    return skipped


def _long_line(stream: Stream, limits: Limits, offset: int, piece: bytes) -> tuple[Item, int]:
    """The line that begins with `piece`, and its length with its line feed."""
    gathering, length = _Gathering(limits), 0
    while piece:
        length += len(piece)
        is_open = not piece.endswith(b"\n")
        gathering.add(piece if is_open else piece[:-1])
        piece = stream.readline(MIB) if is_open else b""
    return gathering.item(offset, is_open=is_open), length


def elements(stream: Stream, limits: Limits) -> Iterator[Item]:
    """The elements of a top-level JSON array, each with its own bytes, cut at the commas without parsing them.

    Whether an element is well-formed is for whoever parses it to say. What stands before or after the array is an item
    too; where the array does not end, the last item has `W120`.
    """
    # RFC 8259 section 8.1: a parser may pass over a byte order mark.
    mark = stream.read(len(BOM)) if stream.peek(len(BOM)).startswith(BOM) else b""
    splitter = _Splitter(limits, len(mark))
    while chunk := stream.read(STEP):
        yield from splitter.feed(chunk)
    yield from splitter.finish()


class _Splitter:
    """Follows strings and brackets through chunks. `depth` is 1 between the elements, 0 before and after the array."""

    def __init__(self, limits: Limits, position: int) -> None:
        self._limits = limits
        self._depth = 0
        self._in_string = False
        self._is_closed = False
        self._rest = b""
        self._position = position
        self._begin(position)

    def feed(self, chunk: bytes) -> Iterator[Item]:
        """The elements that end in this chunk."""
        chunk, self._rest = self._rest + chunk, b""
        taken = place = 0
        while place < len(chunk) and not self._is_closed:
            if self._in_string:
                place = self._string_end(chunk, place)
                continue
            found = STRUCTURE.search(chunk, place)
            if found is None:
                break
            place = found.end()
            if self._is_boundary(found[0]):
                self._gathering.add(chunk[taken : found.start()])
                yield from self._end()
                self._begin(self._position + place)
                taken = place
        end = len(chunk) - len(self._rest)
        self._gathering.add(chunk[taken:end])
        self._position += end

    def finish(self) -> Iterator[Item]:
        """What stands after the last boundary."""
        self._gathering.add(self._rest)
        if self._is_closed:
            yield from self._end(is_open=True)
        else:
            unfinished = Finding(code="W120", message="The file ends before its JSON array does.")
            yield self._gathering.item(self._offset, unfinished, is_open=True)

    def _begin(self, offset: int) -> None:
        self._offset = offset
        self._gathering = _Gathering(self._limits)

    def _end(self, *, is_open: bool = False) -> Iterator[Item]:
        offset, payload, findings, *_ = self._gathering.item(self._offset)
        trimmed = payload.lstrip(JSON_SPACE)
        if trimmed:
            yield Item(offset + len(payload) - len(trimmed), trimmed.rstrip(JSON_SPACE), findings, is_open)

    def _string_end(self, chunk: bytes, place: int) -> int:
        """The place after the string's closing quote, or the end of the chunk; half an escape waits for the next."""
        body = IN_STRING.match(chunk, place)
        assert body is not None
        place = body.end()
        if chunk[place : place + 1] == b"\\":
            self._rest = chunk[place:]
            return len(chunk)
        self._in_string = place == len(chunk)
        return place + 1

    def _is_boundary(self, token: bytes) -> bool:
        """Take in one structural character; whether an element ends there, or the first begins."""
        if token == b'"':
            self._in_string = True
        elif token in b"[{":
            self._depth += 1
            return self._depth == 1
        elif token == b",":
            return self._depth == 1
        elif self._depth > 1:
            self._depth -= 1
        else:
            self._is_closed = token == b"]"
        return self._is_closed
