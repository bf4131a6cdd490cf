"""The list of pages (WACZ 1.1.1 section 5.2.2): its head, its rows, and each page's address and time in the index."""

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson

from archiver.findings import Finding
from archiver.verify.captures import timestamp
from archiver.verify.items import key_of_row
from archiver.verify.table import Table, key_of
from archiver.verify.tree import bounded_lines

_LINE_LIMIT = 1 << 25
_LINE_BITS = 40
_OFFSET = re.compile(r"T.*[+-]\d\d:\d\d$", re.ASCII)


class Pages:
    """The pages of all lists by their addresses and times; index rows mark what they know of."""

    def __init__(self) -> None:
        self._exact, self._addresses = Table(), Table()
        self._names: list[str] = []

    def check(self, name: str, stream: BinaryIO) -> Iterator[Finding]:
        """What is wrong with the rows of a page list; its pages are entered."""
        self._names.append(name)
        number = 0
        for number, line in enumerate(bounded_lines(stream, _LINE_LIMIT), 1):
            row = _object(line)
            if row is None:
                yield Finding(code="E427", message="The row is not a JSON object.", file=name, line=number)
            elif number == 1:
                if not str(row.get("format", "")).startswith("json-pages-"):
                    yield Finding(code="E427", message="The first row is no head with a `format`.", file=name, line=1)
            else:
                yield from (each.at(file=name, line=number) for each in _faults(row))
                self._add(row.get("url"), row.get("ts"), (len(self._names) - 1) << _LINE_BITS | number)
        if not number:
            yield Finding(code="E427", message="The list of pages is empty; it needs a head.", file=name)

    def _add(self, url: object, ts: object, place: int) -> None:
        if isinstance(url, str) and isinstance(ts, str):
            address = url.partition("#")[0]
            self._exact.add(key_of(address, instant(ts)), place)
            self._addresses.add(key_of(address), place)

    def mark(self, url: str, stamp: str) -> None:
        """Marks every page of this capture: players look it up without its fragment."""
        address = url.partition("#")[0]
        for table, key in ((self._exact, key_of(address, stamp)), (self._addresses, key_of(address))):
            while table.mark(key):
                pass  # a page may be listed more than once

    def unknown(self) -> Iterator[Finding]:
        """The pages that no index row knows: of another time, or of no capture at all."""
        absent = set(self._addresses.unmarked())
        for place in self._exact.unmarked():
            finding = Finding(code="W449", message="The index has captures of the page, but none at this time.")
            if place in absent:
                finding = Finding(code="E428", message="The index has no capture of the page.")
            yield finding.at(file=self._names[place >> _LINE_BITS], line=place & ((1 << _LINE_BITS) - 1))


def instant(ts: str) -> str:
    """The 14 digits of a page's time, in UTC; of one without an offset as far as it goes.

    >>> instant("2024-05-06T01:08:09+02:00"), instant("2024-05-06T07:08:09.5Z"), instant("2024-05")
    ('20240505230809', '20240506070809', '20240501000000')
    """
    if _OFFSET.search(ts[:40]):
        with suppress(ValueError, OverflowError):
            return f"{datetime.fromisoformat(ts[:40]).astimezone(UTC):%Y%m%d%H%M%S}"
    return timestamp(ts)


def compare(name: str, stream: BinaryIO, rows: Table, bare: Table) -> Generator[Finding, None, Table]:
    """Holds a list to the rows that the articles of the package give, `bare` without texts; gives what was compared.

    A list with the texts of some articles has those of all.
    """
    expected = rows
    for number, line in enumerate(bounded_lines(stream, _LINE_LIMIT), 1):
        page = _object(line)
        if number == 1 or page is None:
            continue
        if number == 2 and "text" not in page:
            expected = bare
        known = expected.mark(key_of_row(page))
        if not known:
            message = "The row stands twice." if known is False else "The row is not what an article here gives."
            yield Finding(code="E429", message=message, file=name, line=number)
    return expected


def _faults(row: dict[str, Any]) -> Iterator[Finding]:
    for key in ("url", "ts"):
        if not isinstance(row.get(key), str):
            yield Finding(code="E427", message=f"The page has no `{key}`.")
    # Validators take a row that shares no key with the head for an empty one.
    if not row.get("id") and not row.get("title"):
        yield Finding(code="W450", message="The page has neither `id` nor `title`.")


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
