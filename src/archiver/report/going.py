"""How a packing run goes, and how it went: rates and times, which never stand in a package."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from archiver.report import plain
from archiver.sources.kinds import printable
from archiver.sources.plan import number_of

if TYPE_CHECKING:
    from archiver.pack.assemble import Report

STAGES = {"plan": "planning", "shards": "packing", "assembly": "putting together"}
UNITS = ("B", "KB", "MB", "GB", "TB")


def going(state: Mapping[str, Any]) -> str:
    """A line of the log.

    >>> print(going({"stage": "shards", "items": 41_000, "rejected": 12, "bytes": 2.1e8, "bytes_total": 5.4e9,
    ...     "items_per_second": 1203.4, "seconds_left": 4300}))
    packing: 41,000 items (12 rejected), 210 MB of 5.4 GB (3 %), 1,203 items/s, 1 h 11 min left
    """
    parts = [f"{STAGES[state['stage']]}: {plain.count(state['items'], 'item')} ({state['rejected']:,} rejected)"]
    if state["bytes_total"]:
        share = int(100 * state["bytes"] / state["bytes_total"])
        parts.append(f"{size(state['bytes'])} of {size(state['bytes_total'])} ({share} %)")
    if state["items_per_second"]:
        parts.append(f"{state['items_per_second']:,.0f} items/s")
    if state["seconds_left"] and state["stage"] == "shards":
        parts.append(f"{duration(state['seconds_left'])} left")
    return ", ".join(parts)


def facts(report: "Report", out: str, course: Mapping[str, Any]) -> dict[str, Any]:
    """A run report with its times: what was packed, why something was not, and what the time went to."""
    items = report.counts["items"]
    found = Counter(report.counts.get("findings", {})) + Counter(note.code for note in report.notes)
    return {
        "package": printable(out),
        "items": {"total": sum(items.values()), **items},
        "reasons": {code: number for code, number in found.items() if code.startswith("E")},
        "notes": number_of(report.notes),
        **course,
    }


def to_bytes(run: Mapping[str, Any]) -> bytes:
    """The report as JSON."""
    return orjson.dumps(run, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def is_of(report: bytes, out: str) -> bool:
    """Whether the bytes are the report of a run for `out`."""
    try:
        run = orjson.loads(report)
    except ValueError:
        return False
    return isinstance(run, dict) and run.get("package") == printable(out) and "worker_seconds" in run


def took(run: Mapping[str, Any]) -> Iterator[str]:
    """Lines: how long the stages took, and what the workers did in that time."""
    seconds = dict(run["seconds"])
    total = seconds.pop("total")
    stages = ", ".join(f"{STAGES[name]} {duration(each)}" for name, each in seconds.items())
    rate = run["items_per_second"]
    yield f"Took {duration(total)}: {stages}." + (f" {rate:,.0f} items/s." if rate else "")
    before = run["shards"]["finished_before"]
    if before:
        yield f"{before:,} of {plain.count(run['shards']['total'], 'shard')} had been finished before."
    steps = run["worker_seconds"]
    worked = sum(steps.values())
    if worked:
        shares = (f"{name} {each / worked:.0%}" for name, each in sorted(steps.items(), key=lambda step: -step[1]))
        yield f"The workers' time: {', '.join(shares)}."


def size(number: float) -> str:
    """Bytes for people, in powers of 1000.

    >>> size(0), size(5_420_000), size(999), size(48_000_000_000)
    ('0 B', '5.4 MB', '999 B', '48 GB')
    """
    unit = 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit and number < 10 else f"{number:.0f} {UNITS[unit]}"


def duration(seconds: float) -> str:
    """Seconds for people.

    >>> duration(0.42), duration(75), duration(4300)
    ('0.4 s', '1 min 15 s', '1 h 11 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    return f"{hours:,} h {left} min" if hours else f"{minutes} min {rest} s"
