"""The list of pages (WACZ 1.1.1 section 5.2.2): its head, its rows, and each page's address and time in the index."""

from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import orjson

from archiver.findings import Finding
from archiver.verify.captures import timestamp
from archiver.verify.items import key_of_row
from archiver.verify.table import Table, key_of
from archiver.verify.tree import bounded_lines

_LINE_LIMIT = 1 << 25


def check(name: str, stream: BinaryIO, pages: Table) -> Iterator[Finding]:
    """What is wrong with the rows of a page list; enters the address and time of each, with its line, into `pages`."""
    number = 0
    for number, line in enumerate(bounded_lines(stream, _LINE_LIMIT), 1):
        row = _object(line)
        if row is None:
            yield Finding(code="E427", message="The row is not a JSON object.", file=name, line=number)
        elif number == 1:
            if not str(row.get("format", "")).startswith("json-pages-"):
                yield Finding(code="E427", message="The first row is no head with a `format`.", file=name, line=1)
        else:
            yield from (Finding(code="E427", message=message, file=name, line=number) for message in _faults(row))
            if isinstance(row.get("url"), str) and isinstance(row.get("ts"), str):
                pages.add(key_of(row["url"], timestamp(row["ts"])), number)
    if not number:
        yield Finding(code="E427", message="The list of pages is empty; it needs a head.", file=name)


def unknown(name: str, pages: Table) -> Iterator[Finding]:
    """The pages that no index row knows."""
    for number in pages.unmarked():
        yield Finding(code="E428", message="The index has no capture of the page at this time.", file=name, line=number)


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


def _faults(row: dict[str, Any]) -> Iterator[str]:
    for key in ("url", "ts"):
        if not isinstance(row.get(key), str):
            yield f"The page has no `{key}`."
    # Validators take a row that shares no key with the head for an empty one.
    if not row.get("id") and not row.get("title"):
        yield "The page has neither `id` nor `title`."


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
