"""The plan: sources cut into shards by what they are, never by how many workers there are."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from archiver.errors import CannotRead, UsedWrongly
from archiver.findings import Finding
from archiver.sources.kinds import KINDS, printable, wide
from archiver.sources.naming import Names
from archiver.sources.parquet import ranges
from archiver.sources.seen import stamp
from archiver.sources.shards import Shard, Slice, Stdin
from archiver.sources.troubles import reason
from archiver.sources.walk import Root, files, root_of
from archiver.storage import Place, beginning, place

SHARD_SIZE = 8 * 1024 * 1024

# Compressed text is taken to hold four times its size, and every item costs the headers of its records.
EXPANSION = 4
ITEM_COST = 1024

# How many notes on what is left out are kept of each code: a folder may hold a million files of other kinds.
NOTES = 1000


def plan(sources: Sequence[Place | Stdin], *, shard_size: int = SHARD_SIZE) -> Iterator[Shard]:
    """Cut files and folders into shards of about `shard_size` bytes, in a fixed order.

    It reads names and sizes only; of a large JSON Lines file the first bytes too, of a Parquet file the footer.
    Every slice has a name of its own: a given file's name, a walked file's path below its folder, and parent folders
    before it where two files would share it. Raises `UsedWrongly` for no source, `CannotRead` for a source that is not
    there, and where there is nothing to read at all.
    """
    if not sources:
        raise UsedWrongly("no source was given: name a file, a folder, or - for standard input")
    roots = tuple(root_of(source) for source in sources)
    shards = _shards(_noted(_pieces(_named(roots), shard_size)), shard_size)
    first = next(shards)
    if not first.slices:
        raise CannotRead(f"no article in {', '.join(str(root.path) for root in roots)}: {_why_none(first.notes)}")
    return itertools.chain((first,), shards)


def _why_none(notes: Iterable[Finding]) -> str:
    for note in notes:
        if note.severity == "error":
            return f"{note.file}: {note.message.rstrip('.')}"
    return f"no file there has a name that ends in one of {' '.join(KINDS)}, or in one of these and .gz or .zst"


def _shards(pieces: Iterable[Slice | Finding], shard_size: int) -> Iterator[Shard]:
    """Fill shards up to `shard_size`. A note travels with the shard that is being filled when it turns up.

    Where there is no file, there is one shard all the same, with what was left out.
    """
    index, weight = 0, 0
    slices: list[Slice] = []
    notes: list[Finding] = []
    for piece in pieces:
        if isinstance(piece, Finding):
            notes.append(piece)
            continue
        cost = ITEM_COST + piece.size * (EXPANSION if piece.compression or piece.kind == "parquet" else 1)
        if slices and weight + cost > shard_size:
            yield Shard(index=index, slices=tuple(slices), notes=tuple(notes))
            index, weight, slices, notes = index + 1, 0, [], []
        slices.append(piece)
        weight += cost
    yield Shard(index=index, slices=tuple(slices), notes=tuple(notes))


def _pieces(found: Iterable[Slice | Finding], shard_size: int) -> Iterator[Slice | Finding]:
    """Cut large JSON Lines files into ranges of `shard_size`; the worker that reads one aligns it to the lines.

    Parquet files are cut into ranges of rows.
    """
    for file in found:
        if isinstance(file, Slice) and file.kind == "parquet":
            yield from _row_ranges(_looked_at(file), shard_size)
        elif isinstance(file, Slice) and file.size > shard_size and _has_lines(file):
            yield from _line_ranges(_looked_at(file), shard_size)
        else:
            yield file


def _has_lines(file: Slice) -> bool:
    """Whether it can be opened, and has lines, which nobody can find from the midst of UTF-16. Raises CannotRead."""
    if file.kind != "jsonl" or file.compression:
        return False
    try:
        return wide(beginning(place(file.path), 4)) is None
    except OSError as error:
        # Whoever reads the file archives the reason: once.
        reason(error, file.path)
        return False


def _looked_at(file: Slice) -> Slice:
    """A file that is to be cut, with the stamp that whoever reads a range of it will meet.

    In a list a store may say less of an object than where it is asked for that alone, or say it otherwise.
    """
    where = place(file.path)
    return file if isinstance(where, Path) else replace(file, stamps=(stamp(where), *file.stamps[1:]))


def _line_ranges(file: Slice, shard_size: int) -> Iterator[Slice]:
    for start in range(0, file.size, shard_size):
        end = start + shard_size
        is_last = end >= file.size
        yield replace(file, start=start, end=None if is_last else end, size=min(end, file.size) - start)


def _row_ranges(file: Slice, shard_size: int) -> Iterator[Slice]:
    cuts = list(ranges(file.path, shard_size))
    for start, end in cuts:
        share = file.size * end // cuts[-1][1] - file.size * start // cuts[-1][1]
        yield replace(file, start=start, end=end, size=share)
    if not cuts:
        yield file


def _noted(pieces: Iterable[Slice | Finding]) -> Iterator[Slice | Finding]:
    """The pieces with the first notes of each code, and at the end how many more there are. Errors are all kept."""
    met = Counter[str]()
    for piece in pieces:
        if isinstance(piece, Finding) and piece.severity == "note":
            met[piece.code] += 1
            if met[piece.code] > NOTES:
                continue
        yield piece
    for code, number in sorted(met.items()):
        if number > NOTES:
            yield Finding(code=code, message=f"There are {number - NOTES} more of these.", found=str(number - NOTES))


def number_of(notes: Iterable[Finding]) -> int:
    """How many there were of what a plan notes: its last notes stand for those that were too many."""
    return sum(int(note.found or 1) for note in notes)


def _named(roots: Sequence[Root]) -> Iterator[Slice | Finding]:
    """Every file, under a name that no other has. Only where several roots are given are they walked more than once."""
    spools = {str(root.path) for root in roots if root.is_stdin}

    def called(file: Slice) -> tuple[str, str]:
        return f"-/{file.name}" if file.path in spools else file.path, file.name

    several = roots if len(roots) > 1 else ()
    names = Names(lambda: (called(file) for file in files(several) if isinstance(file, Slice)))
    for file in files(roots):
        yield replace(file, name=printable(names.of(*called(file)))) if isinstance(file, Slice) else file
