"""What a packing run says when it is done."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from archiver.pack.assemble import Report
from archiver.report import findings, plain
from archiver.sources.plan import number_of

SHOWN = 10


def summary(report: Report, out: str, rejections: Iterable[Mapping[str, Any]], *, shown: int | None) -> Iterator[str]:
    """Lines: what was packed, what was rejected and left out, and what to do next.

    At most `shown` rejections and notes are told, all where it is None.
    """
    where = plain.line(shlex.quote(out))
    items = report.counts["items"]
    total = sum(items.values())
    if report.has_stood:
        yield f"{where} stands already, with {plain.count(total, 'item')}: {_described(items)}. Nothing was done:"
        yield "the sources have the names and sizes of those that it was made of. Their bytes were not compared."
    else:
        yield f"Packed {plain.count(total, 'item')} into {where}: {_described(items)}."
    if report.rejected:
        yield ""
        yield "Rejected, with their bytes archived all the same:"
        yield from map(rejection, islice(rejections, shown))
        yield from _more(report.rejected, shown, f"archiver list {where} --rejected")
    if report.notes:
        yield ""
        yield "About the sources:"
        errors_first = sorted(report.notes, key=lambda note: note.severity != "error")
        yield from (f"  {findings.row(note)}" for note in errors_first[:shown])
        yield from _more(number_of(report.notes), shown, f"{where}, provenance/run.json")
    yield ""
    yield f"Next: archiver verify {where}"
    yield f"      archiver replay {where}"


def _described(items: Mapping[str, int]) -> str:
    parts = [f"{items['archived']:,} archived"]
    if items["duplicate"]:
        parts.append(f"{items['duplicate']:,} of the same bytes as another")
    if items["rejected"]:
        parts.append(f"{items['rejected']:,} rejected")
    return ", ".join(parts)


def _more(number: int, shown: int | None, where: str) -> Iterator[str]:
    if shown is not None and number > shown:
        yield f"  … and {number - shown:,} more: {where}"


def rejection(record: Mapping[str, Any]) -> str:
    """A rejected item on one line: where it stood, and why it is no article."""
    source, found = record["source"], record["findings"][0]
    return plain.line(f"  {place(source)} — {found['code']} {found['message']}")


def place(source: Mapping[str, Any]) -> str:
    """Where an item stood: its line where it is one, else its first byte.

    >>> place({"name": "wire.jsonl", "offset": 8192, "line": 7}), place({"name": "a.json", "offset": 8192})
    ('wire.jsonl, line 7', 'a.json, byte 8192')
    """
    if "line" in source:
        return f"{source['name']}, line {source['line']}"
    return f"{source['name']}, byte {source['offset']}" if source["offset"] else str(source["name"])
