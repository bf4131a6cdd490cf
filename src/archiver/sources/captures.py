"""From a shard to its captures: the items of its files, verbatim, with what is said of them and what is wrong."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from archiver.findings import Finding
from archiver.model import Capture, Metadata
from archiver.sources import parquet, sidecar
from archiver.sources.jsontext import Parsed, parse
from archiver.sources.kinds import Kind, first_character, wide
from archiver.sources.metadata import merged
from archiver.sources.payloads import STEP, Item, Limits, elements, lines, whole
from archiver.sources.seen import unchanged
from archiver.sources.shards import Shard, Slice
from archiver.sources.streams import Stream, opened
from archiver.sources.troubles import reason, unreadable

MEDIA_TYPES: dict[Kind, str] = {
    "text": "text/plain",
    "json": "application/json",
    "jsonl": "application/json",
    "html": "text/html",
    "xhtml": "application/xhtml+xml",
    "parquet": "application/json",
    "unknown": "application/octet-stream",
}

EMPTY = Finding(code="E101", message="The file holds no item.")

Shape = Literal["whole", "array", "lines"]
Hears = Callable[[int], None]


def _unheard(_number: int) -> None:
    pass


def captures(
    shard: Shard,
    beside: Metadata,
    limits: Limits | None = None,
    begun: Hears = _unheard,
    read: Hears = _unheard,
) -> Iterator[Capture]:
    """Every item of the shard, in order; memory is bounded by the largest one.

    `beside` is what options say of all items; a file's sidecar goes before it. A file that is damaged before its end
    ends in a capture whose `trouble` says so, with the bytes of the last item that could be read. `begun` hears how
    many lines begin in a slice that ends before its file does: a line's number is known when all before it are counted.
    `read` hears how many bytes more of a file were read, as they lie on the disk.
    Raises CannotRead where the disk fails, or a file has gone that the plan saw.
    """
    for piece in shard.slices:
        yield from _captures(piece, beside, limits or Limits(), begun, read)


def _captures(piece: Slice, beside: Metadata, limits: Limits, begun: Hears, read: Hears) -> Iterator[Capture]:
    said, notes = sidecar.read(piece.sidecar) if piece.sidecar else (Metadata(), ())
    known = merged(said, beside)
    for item in _items(piece, limits, begun, read):
        yield Capture(
            name=piece.name,
            offset=item.offset,
            payload=item.payload,
            media_type=MEDIA_TYPES[piece.kind],
            beside=known,
            line=item.line,
            trouble=tuple(finding.at(file=piece.name, offset=item.offset) for finding in item.findings + notes),
        )
        # A sidecar is one file: what is wrong with it is said once.
        notes = ()


def _items(piece: Slice, limits: Limits, begun: Hears, read: Hears) -> Iterator[Item]:
    """The slice's items and, at its end, what kept it from being read on, or that there was nothing in it."""
    previous: Item | None = None
    try:
        if piece.kind == "parquet":
            yield from _rows(piece, limits, read)
            return
        with unchanged(piece), opened(piece.path, piece.compression, max(piece.start - 1, 0)) as stream:
            reached = stream.reached
            for item in _read(piece, stream, limits, begun):
                read(stream.reached - reached)
                reached = stream.reached
                if previous is not None:
                    yield previous
                previous = item
            yield from _last(piece, previous, stream)
    except OSError as error:
        said = reason(error, piece.path, was_there=any(piece.stamps[:1]))
        if piece.is_range:
            raise unreadable(error, piece.path) from error
        yield Item(0, b"", (Finding(code="E109", message=f"The file cannot be read: {said}."),))


def _rows(piece: Slice, limits: Limits, read: Hears) -> Iterator[Item]:
    found = parquet.items(piece.path, piece.start, piece.end, limits)
    first = next(found, None)
    yield Item(0, b"", (EMPTY,)) if first is None else first
    # A row lies here and there in the file: each stands for as much of it as the others.
    share = piece.size // max((piece.end or 0) - piece.start, 1)
    for item in found:
        read(share)
        yield item


def _last(piece: Slice, item: Item | None, stream: Stream) -> Iterator[Item]:
    if stream.failure is None:
        is_blank = item is None or (piece.kind == "json" and not item.payload.strip() and not item.findings)
        if item is not None and not is_blank:
            yield item
        elif piece.start == 0 and _is_blank_on(stream):
            yield Item(0, b"", (EMPTY,))
    elif item is not None and item.is_open:
        yield item._replace(findings=(stream.failure, *item.findings))
    else:
        if item is not None:
            yield item
        yield Item(stream.failure.offset or 0, b"", (stream.failure,))


def _is_blank_on(stream: Stream) -> bool:
    """Whether nothing but white space follows: a file is empty or not, however it is cut."""
    return all(map(bytes.isspace, iter(partial(stream.read, STEP), b"")))


def _read(piece: Slice, stream: Stream, limits: Limits, begun: Hears) -> Iterator[Item]:
    if piece.kind == "jsonl":
        if not piece.is_range and wide(stream.peek()):
            return _unsplit(stream, limits)
        return lines(stream, limits, piece.start, piece.end, begun)
    if piece.kind == "unknown":
        unknown = Finding(code="E108", message="The file's name says neither text nor JSON nor HTML.")
        return (item._replace(findings=(unknown, *item.findings)) for item in whole(stream, limits))
    shape = _shape(piece, stream.peek(), limits) if piece.kind == "json" else "whole"
    if shape == "array" and wide(stream.peek()):
        return _unsplit(stream, limits)
    return {"whole": whole, "array": elements, "lines": lines}[shape](stream, limits)


def _unsplit(stream: Stream, limits: Limits) -> Iterator[Item]:
    """All of a file that cannot be cut into its items, as one item."""
    encoding = wide(stream.peek())
    message = f"The file is to be cut into JSON items, and is in {encoding}; convert it to UTF-8 first."
    unsplit = Finding(code="E124", message=message, found=encoding, expected="utf-8")
    for item in whole(stream, limits):
        yield item._replace(findings=(unsplit, *item.findings))


def _shape(piece: Slice, head: bytes, limits: Limits) -> Shape:
    """Whether a .json file that begins with `head` is an array, JSON Lines under another name, or one value."""
    if first_character(head) == "[":
        return "array"
    is_all = not piece.compression and len(head) == piece.size
    with io.BytesIO(head) if is_all else opened(piece.path, piece.compression) as stream:
        written = (line for line in iter(lambda: stream.readline(limits.item), b"") if not line.isspace())
        first = next(written, b"")
        is_followed = next(written, None) is not None
    parsed = parse(first.decode("utf-8", "surrogateescape")) if is_followed else None
    return "lines" if isinstance(parsed, Parsed) and isinstance(parsed.value, dict) else "whole"
