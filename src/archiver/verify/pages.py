"""The list of pages (WACZ 1.1.1 section 5.2.2): its head, its rows, and each page's address and time in the index."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice, zip_longest
from typing import Any, BinaryIO

from archiver.findings import Finding
from archiver.package.pages import as_written
from archiver.verify import agreement
from archiver.verify.captures import timestamp
from archiver.verify.jsons import json_object, repeats
from archiver.verify.table import Table, key_of, key_of_bytes
from archiver.verify.tree import bounded_lines, without_blank_end

_LINE_LIMIT = 1 << 25
_LINE_BITS = 40
# The address and the time in a row that is known to be as this software writes it.
_WRITTEN = re.compile(rb'\{"id":"[^"\\]*+","url":"([^"\\]*+)","ts":"([^"\\]*+)",')
_LONGEST = 64
# RFC 3339 section 5.6, with the blank that its note allows for the T; and what it is in ISO 8601 beside that.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CLOCK = r"\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?: ?(?:[Zz]|UTC|[+-]\d\d:?(?:\d\d)?))?"
_READABLE = re.compile(rf"\d{{4}}(?:-?\d\d(?:-?\d\d(?:[Tt ]?{_CLOCK})?)?)?", re.ASCII)
_OFFSET = re.compile(r"T.*[+-]\d\d:\d\d$", re.ASCII)


class Rows:
    """The rows that the articles of a package give its list of pages, each with its text and without it.

    A list with the texts of some articles has those of all.
    """

    def __init__(self) -> None:
        self.full, self.bare = Table(), Table()
        self._listed: Table | None = None

    def add(self, row: bytes, bare: bytes, place: int) -> None:
        """Enters the row of an article whose record stands at `place`; `bare` is the row without its text."""
        self.full.add(key_of_bytes(row), place)
        self.bare.add(key_of_bytes(bare), place)

    def extend(self, other: "Rows") -> None:
        """Enters all rows of another."""
        self.full.extend(other.full)
        self.bare.extend(other.bare)

    def mark(self, line: bytes) -> bool | None:
        """Marks a row that the list has, as this software writes it; `False` and `None` as `Table.mark` says.

        The first line that is asked for tells whether the list has texts.
        """
        if self._listed is None:
            page = json_object(line)
            self._listed = self.bare if page is not None and "text" not in page else self.full
        return self._listed.mark(key_of_bytes(line))

    def unmarked(self) -> Iterator[int]:
        """The places of the articles that no line of the list was of."""
        return (self._listed or self.full).unmarked()


class Pages:
    """The pages of all lists by the keys of their addresses and their times; index rows mark what they know of."""

    def __init__(self, *, is_ours: bool = False) -> None:
        self._is_ours = is_ours
        self._exact, self._keys = Table(), Table()
        self._names: list[str] = []

    def check(self, name: str, stream: BinaryIO, rows: Rows | None = None) -> Iterator[Finding]:
        """What is wrong with the rows of a page list; its pages are entered.

        `rows` are all that it should have, where that is known.
        """
        self._names.append(name)
        lines: Iterator[tuple[int, bytes]] = enumerate(without_blank_end(bounded_lines(stream, _LINE_LIMIT)), 1)
        first = next(lines, None)
        if first is not None and not self._is_ours and _is_page(first[1]):
            message = "The list of pages has no head; its first row is a page."
            yield Finding(code="W463", message=message, file=name, line=1)
            lines = chain([first], lines)
        else:
            yield from (each.at(file=name) for each in _head(first))
        for number, line in lines:
            yield from (each.at(file=name, line=number) for each in self._row(number, line, rows))

    def _row(self, number: int, line: bytes, rows: Rows | None) -> Iterator[Finding]:
        place = (len(self._names) - 1) << _LINE_BITS | number
        is_known = rows is not None and rows.mark(line)
        written = _WRITTEN.match(line) if is_known else None
        if written:
            self._add(written[1].decode(), written[2].decode(), place)
            return
        page = json_object(line)
        if page is None:
            yield Finding(code="E427", message="The row is not a JSON object.")
            return
        yield from _faults(page)
        # What is as this software writes it, to the byte, has no name twice.
        yield from _repeated(line) if as_written(page) != line else ()
        self._add(page.get("url"), page.get("ts"), place)
        if rows is not None and not is_known:
            yield from _strange(page, rows)

    def _add(self, url: object, ts: object, place: int) -> None:
        if isinstance(url, str) and isinstance(ts, str):
            key = agreement.key(url.partition("#")[0])
            self._exact.add(key_of(key, instant(ts)), place)
            self._keys.add(key_of(key), place)

    def mark(self, key: str, stamp: str) -> None:
        """Marks every page of a capture, by the sort key of its address: that is what players look a page up by."""
        if self._keys.find(key_of(key)) is None:
            return
        for table, each in ((self._exact, key_of(key, stamp)), (self._keys, key_of(key))):
            while table.mark(each):
                pass  # a page may be listed more than once

    def unknown(self) -> Iterator[Finding]:
        """The pages that no index row knows: of another time, or of no capture at all."""
        absent = set(self._keys.unmarked())
        for place in self._exact.unmarked():
            finding = Finding(code="W449", message="The index has captures of the page, but none at this time.")
            if place in absent:
                finding = Finding(code="E428", message="The index has no capture of the page.")
            yield finding.at(file=self._names[place >> _LINE_BITS], line=place & ((1 << _LINE_BITS) - 1))


def check_front(front: BinaryIO, whole: BinaryIO) -> Iterator[Finding]:
    """Where the list that is shown is not the beginning of the list of all pages, without its texts."""
    both = zip_longest(bounded_lines(front, _LINE_LIMIT), bounded_lines(whole, _LINE_LIMIT), fillvalue=b"")
    for number, (shown, listed) in enumerate(islice(both, 1, None), 2):
        if not shown:
            return
        page = json_object(listed)
        if page is None or as_written({name: page[name] for name in page if name != "text"}) != shown:
            yield Finding(code="E429", message="The row is not that of the list of all pages.", line=number)


def instant(ts: str) -> str:
    """The 14 digits of a page's time, in UTC; of one without an offset as far as it goes.

    >>> instant("2024-05-06T01:08:09+02:00"), instant("2024-05-06T07:08:09.5Z"), instant("2024-05")
    ('20240505230809', '20240506070809', '20240501000000')
    """
    if _OFFSET.search(ts[:40]):
        with suppress(ValueError, OverflowError):
            return f"{datetime.fromisoformat(ts[:40]).astimezone(UTC):%Y%m%d%H%M%S}"
    return timestamp(ts)


def _head(first: tuple[int, bytes] | None) -> Iterator[Finding]:
    if first is None:
        yield Finding(code="E427", message="The list of pages is empty; it needs a head.")
        return
    head = json_object(first[1])
    if head is None:
        yield Finding(code="E427", message="The row is not a JSON object.", line=1)
    elif not str(head.get("format", "")).startswith("json-pages-"):
        yield Finding(code="E427", message="The first row is no head with a `format`.", line=1)


def _is_page(line: bytes) -> bool:
    page = json_object(line)
    return page is not None and "url" in page and "format" not in page


def _strange(page: dict[str, Any], rows: Rows) -> Iterator[Finding]:
    """A row that is not as this software writes it: one of another form may say the same."""
    known = rows.mark(as_written(page))
    if not known:
        message = "The row stands twice." if known is False else "The row is not what an article here gives."
        yield Finding(code="E429", message=message)


def time_fault(name: str, value: object) -> Finding | None:
    """`W457` where a time is not as RFC 3339 writes it, `E427` where it cannot be read at all."""
    text = value if isinstance(value, str) and len(value) < _LONGEST else ""
    is_written = _RFC3339.fullmatch(text) is not None
    if is_written and _is_time(text):
        return None
    if not is_written and _READABLE.fullmatch(text):
        return Finding(code="W457", message=f"`{name}` is not as RFC 3339 writes a time.", found=text)
    return Finding(code="E427", message=f"`{name}` is no time.", found=str(value)[:200])


def _is_time(value: str) -> bool:
    """Whether there is such a day and time; a second of 60 is (RFC 3339 section 5.7)."""
    try:
        datetime.fromisoformat(value[:17].upper().replace(" ", "T") + value[17:19].replace("60", "59"))
    except ValueError:
        return False
    return True


def _repeated(line: bytes) -> Iterator[Finding]:
    found = repeats(line)
    if found is not None:
        yield found


def _faults(row: dict[str, Any]) -> Iterator[Finding]:
    for key in ("url", "ts"):
        if not isinstance(row.get(key), str):
            what = f"`{key}` of the page is no string" if key in row else f"The page has no `{key}`"
            yield Finding(code="E427", message=f"{what}.")
    fault = time_fault("ts", row["ts"]) if isinstance(row.get("ts"), str) else None
    if fault is not None:
        yield fault
    # Validators take a row that shares no key with the head for an empty one.
    if not row.get("id") and not row.get("title"):
        yield Finding(code="W450", message="The page has neither `id` nor `title`.")
