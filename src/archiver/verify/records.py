"""Article records in files, held to their schema: JSON Lines, a JSON document, or an array of records."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from archiver.errors import CannotRead
from archiver.findings import Finding
from archiver.record import schema
from archiver.sources.jsontext import Parsed, parse
from archiver.sources.kinds import kind_of
from archiver.sources.streams import Stream, compression_of, opened
from archiver.verify import places

LONGEST = 256 * 1024 * 1024
"""Bytes of one line, or of one document."""

Faults = tuple[Finding, ...]


def validate(path: Path, name: str, identifier: str | None = None) -> Iterator[Faults]:
    """What is wrong with each record of a file, in order: nothing, for one that is valid.

    A file is JSON Lines where its name says so or its first line is a whole object, and else one JSON text, in which an
    array holds records. It may be compressed. `identifier` is the schema to hold records to, by default the one that
    each names. `name` is what findings call the file. Raises CannotRead where it cannot be read, or not to its end.
    """
    try:
        with opened(str(path), compression_of(str(path))) as stream:
            yield from _records(stream, name, identifier)
            if stream.failure:
                raise CannotRead(f"{name}: {stream.failure.message}")
    except OSError as error:
        raise CannotRead(f"{name}: {error.strerror or error}") from error


def _records(stream: Stream, name: str, identifier: str | None) -> Iterator[Faults]:
    lines = _numbered(stream)
    first = next(lines, None)
    if first is None:
        return
    if kind_of(name)[0] == "jsonl" or isinstance(_value(first[1]), dict):
        for number, line in chain([first], lines):
            yield tuple(_on_line(finding, name, number) for finding in _faults(line, identifier))
    else:
        yield from (
            tuple(finding.at(file=name) for finding in faults) for faults in _document(first, stream, identifier)
        )


def _on_line(finding: Finding, name: str, number: int) -> Finding:
    """The finding of a record that is a line: what it calls line 1 is this one."""
    message = finding.message.replace("at line 1, ", "at ", 1) if finding.code == "E502" else finding.message
    return replace(finding, message=message).at(file=name, line=number)


def _numbered(stream: Stream) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, each with its number. Of one that is too long, what is read proves it."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if not line.isspace():
            yield number, line.rstrip(b"\r\n")
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = stream.readline(LONGEST + 1)


def _document(first: tuple[int, bytes], stream: Stream, identifier: str | None) -> Iterator[Faults]:
    number, line = first
    data = b"\n" * (number - 1) + line + b"\n" + stream.read(LONGEST + 1)
    parsed = _parsed(data)
    if not isinstance(parsed, Parsed):
        yield (replace(parsed, code="E502"),)
        return
    lines = _Lines(data.decode())
    if not isinstance(parsed.value, list):
        yield tuple(replace(finding, line=lines.of(finding)) for finding in schema.check(parsed.value, identifier))
        return
    for index, record in enumerate(parsed.value):
        found = schema.check(record, identifier)
        yield tuple(replace(_within(index, finding), line=lines.of(finding, index)) for finding in found)


class _Lines:
    """The lines on which values stand. The records of an array are asked for in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = places.start(text)
        self._line = 1 + text.count("\n", 0, self._at)
        self._records = places.members(text, self._at)
        self._index: str | int | None = None

    def of(self, finding: Finding, index: int | None = None) -> int:
        """The line of what a finding is about, in the record of that index or in the only one."""
        while self._index != index:
            before = self._at
            self._index, self._at = next(self._records)
            self._line += self._text.count("\n", before, self._at)
        found = places.place(self._text, self._at, finding.path or "$")
        return self._line + self._text.count("\n", self._at, found)


def _within(index: int, finding: Finding) -> Finding:
    """The finding of a record as one of the array that holds it."""
    path = f"$[{index}]{(finding.path or '$')[1:]}"
    message = finding.message.removeprefix(finding.path or "")
    return replace(finding, path=path, message=path + message if message != finding.message else message)


def _value(data: bytes) -> Any:
    """The JSON value, or None where there is none."""
    parsed = _parsed(data)
    return parsed.value if isinstance(parsed, Parsed) else None


def _faults(data: bytes, identifier: str | None) -> Iterator[Finding]:
    parsed = _parsed(data)
    if isinstance(parsed, Parsed):
        yield from schema.check(parsed.value, identifier)
    else:
        yield replace(parsed, code="E502")


def _parsed(data: bytes) -> Parsed | Finding:
    if len(data) > LONGEST:
        return Finding(code="E502", message=f"longer than {LONGEST:,} bytes; not read")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return Finding(
            code="E502", message=f"byte {error.start} is not UTF-8, which JSON has to be", offset=error.start
        )
    return parse(text)
