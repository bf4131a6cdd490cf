"""Articles as flat rows for spreadsheets and data frames: one row an article, link, tweet or repair."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archiver.record import provenance

Row = dict[str, Any]
Record = Mapping[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "articles": (
        *("id", "source", "offset", "length", "digest", "media_type", "encoding", "url", "url_basis", "title"),
        *("authors", "site", "language", "published", "published_basis", "modified", "retrieved"),
        *("repairs", "links", "tweets", "findings", "text"),
    ),
    "links": (
        *("id", "source", "offset", "index", "href", "url", "kind", "text"),
        *("start", "end", "source_start", "source_end", "tweet", "truncated"),
    ),
    "tweets": (
        *("id", "source", "offset", "index", "form", "author", "handle", "status_id", "url", "posted"),
        *("posted_precision", "dates", "text", "start", "end", "source_start", "source_end"),
        *("links", "mentions", "hashtags", "confidence"),
    ),
    "repairs": (
        *("id", "source", "offset", "index", "field", "rule", "before", "before_code_points", "after"),
        *("start", "end", "source_start", "source_end", "confidence", "by", "plan"),
    ),
}
"""The columns of each table; every row has all of them."""

# What spreadsheets take for the beginning of a formula, or drop and then look at what follows; and the mark itself.
_RUNNABLE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def rows(table: str, record: Record) -> Iterator[Row]:
    """The rows that an article record, with its text, adds to a table."""
    head = {"id": record["id"], "source": record["source"]["name"], "offset": record["source"]["offset"]}
    found = [_article(record)] if table == "articles" else map(_placed, record[table], range(len(record[table])))
    for row in found:
        known = head | row
        yield {column: known.get(column) for column in COLUMNS[table]}


def _article(record: Record) -> Row:
    source = record["source"]
    stated = {name: (record[name] or {}).get("value") for name in ("url", "published", "modified", "retrieved")}
    bases = {f"{name}_basis": (record[name] or {}).get("basis") for name in ("url", "published")}
    numbers = {name: len(record[name]) for name in ("repairs", "links", "tweets")}
    codes = [finding["code"] for finding in record["findings"]]
    authors = [author["name"] for author in record["authors"]]
    return {
        **source,
        **record,
        **stated,
        **bases,
        **numbers,
        "findings": codes,
        "authors": authors,
        "source": source["name"],
    }


def _placed(entry: Record, index: int) -> Row:
    """A link, tweet or repair with its spans and its date flat."""
    start, end = entry["span"] or (None, None)
    source_start, source_end = entry["source_span"]
    posted = entry.get("posted") or {}
    spans = {"start": start, "end": end, "source_start": source_start, "source_end": source_end}
    dated = {"posted": posted.get("value"), "posted_precision": posted.get("precision")}
    return {"index": index, "field": "text", **entry, **spans, **dated}


def jsonl(table: str, articles: Iterable[Record]) -> Iterator[bytes]:
    """The table as JSON Lines."""
    for record in articles:
        for row in rows(table, record):
            yield provenance.to_bytes(row)


def csv_lines(table: str, articles: Iterable[Record]) -> Iterator[bytes]:
    """The table as CSV (RFC 4180) in UTF-8, with a head; a list's items stand with `; ` between.

    No cell is a formula: text that begins like one has an apostrophe before it, and so has text that begins with one.
    """
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS[table])
    writer.writeheader()
    for record in articles:
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows(table, record))
        yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: Any) -> Any:
    """A value as a cell. An apostrophe goes before text that a spreadsheet could run, and before an apostrophe.

    So one apostrophe at a cell's beginning, where there is one, is never the value's own.

    >>> _cell("=HYPERLINK(0)"), _cell("'tis"), _cell("1 = 1"), _cell(["@SUM", "b"]), _cell(-1)
    ("'=HYPERLINK(0)", "''tis", '1 = 1', "'@SUM; b", -1)
    """
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNNABLE) else value


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
