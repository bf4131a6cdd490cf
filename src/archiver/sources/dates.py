"""Dates as sources write them, read no more precisely than they are given, and never guessed."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from archiver.model import Moment, Precision, Stated

# No date is written longer; what is longer is prose.
MAX_LENGTH = 64

# Unix time is taken from the first web page (1991) to 2030: ten digits beyond that may be year, month, day and hour.
UNIX_TIME = range(681_000_000, 1_900_000_000)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HALF_DAY = 12

# Hours from UTC; the American names are RFC 5322's (section 4.3), other names have several meanings.
ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0} | {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
ZONES |= {"pst": -8, "pdt": -7}

YEAR = r"(?P<year>\d{4})"
DAY = r"(?P<day>\d{1,2})"
NAMED = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?:\s?(?P<half>[ap])\.?m\.?)?"
ZONE = rf"(?:\s?(?P<zone>{'|'.join(ZONES)}|[+-]\d\d(?::?\d\d)?))?"
TIME = rf"(?:(?:t|,?\s+(?:at\s+)?){CLOCK}{ZONE})?"

# What no shape matches, and what matches and is no day or time, is not read.
SHAPES = tuple(
    re.compile(shape, re.ASCII)
    for shape in (
        # ISO 8601-1, extended and basic; RFC 3339.
        YEAR,
        rf"{YEAR}-(?P<month>\d\d)",
        rf"{YEAR}(?P<dash>[-/.])(?P<month>\d{{1,2}})(?P=dash){DAY}{TIME}",
        rf"{YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?{ZONE})?",
        # RFC 5322 section 3.3, and what people write.
        rf"{WEEKDAY}{DAY}(?:st|nd|rd|th)?(?:\s+|-){NAMED}(?:,?\s+|-){YEAR}{TIME}",
        rf"{WEEKDAY}{NAMED}\s+{DAY}(?:st|nd|rd|th)?,?\s+{YEAR}{TIME}",
        rf"{NAMED}\s+{YEAR}",
        # Day and month in either order: read where only one of the two is a date.
        rf"(?P<one>\d{{1,2}})(?P<dash>[-/.])(?P<other>\d{{1,2}})(?P=dash){YEAR}{TIME}",
        # asctime and Twitter's API.
        rf"{WEEKDAY}{NAMED}\s+{DAY}\s+{CLOCK}{ZONE}\s+{YEAR}",
    )
)
UNIX_SHAPE = re.compile(r"(?P<seconds>\d{9,10})(?P<milliseconds>\d{3})?(?:\.\d+)?", re.ASCII)


def moment(stated: Stated) -> Moment | None:
    """The stated date, no more precise than it is; None where it cannot be read in exactly one way.

    Times with a zone become UTC; without one they stay without (ISO 8601-1 section 4.3). Fractions of a second are
    dropped. Numbers are Unix time, in seconds or milliseconds, where that gives a year from 1991 to 2030.

    >>> [moment(Stated(value=text, basis="field:date")) for text in ("07/08/2017", "2017-02-30", "soon")]
    [None, None, None]
    >>> moment(Stated(value="Fri, 21 Jul 2017 18:30:59 +0200", basis="field:date")).value
    '2017-07-21T16:30:59Z'
    """
    text = " ".join(stated.value[: 2 * MAX_LENGTH].lower().split())
    if len(text) > MAX_LENGTH:
        return None
    read = _read(text)
    return Moment(value=read[0], precision=read[1], basis=stated.basis) if read else None


@lru_cache(maxsize=1 << 10)  # the items of a collection are of few days, and all retrieved on fewer
def _read(text: str) -> tuple[str, Precision] | None:
    for shape in SHAPES:
        if found := shape.fullmatch(text):
            try:
                return _value({name: part for name, part in found.groupdict().items() if part})
            except (ValueError, OverflowError):
                # A day that its month does not have, an hour 25, a time before the year 1: no other shape can help.
                return None
    return _unix_time(text)


def _value(parts: Mapping[str, str]) -> tuple[str, Precision]:
    """ISO 8601 for the parts that were found. Raises `ValueError` where there is no such day or time, or two."""
    day = _day(parts)
    if "hour" in parts:
        return _time(day, parts)
    if {"day", "one"} & parts.keys():
        return day.isoformat(), "day"
    return (day.isoformat()[:7], "month") if {"month", "name"} & parts.keys() else (day.isoformat()[:4], "year")


def _day(parts: Mapping[str, str]) -> date:
    year = int(parts["year"])
    if "one" in parts:
        readings = {*_dates(year, parts["one"], parts["other"]), *_dates(year, parts["other"], parts["one"])}
        if len(readings) != 1:
            raise ValueError
        return readings.pop()
    month = MONTHS.index(parts["name"][:3]) + 1 if "name" in parts else int(parts.get("month", 1))
    return date(year, month, int(parts.get("day", 1)))


def _dates(year: int, month: str, day: str) -> Iterator[date]:
    with suppress(ValueError):
        yield date(year, int(month), int(day))


def _time(day: date, parts: Mapping[str, str]) -> tuple[str, Precision]:
    hour = int(parts["hour"])
    if "half" in parts:
        if not 1 <= hour <= HALF_DAY:
            raise ValueError
        hour = hour % HALF_DAY + (HALF_DAY if parts["half"] == "p" else 0)
    local = datetime(day.year, day.month, day.day, hour, int(parts["minute"]), int(parts.get("second", 0)))  # noqa: DTZ001
    precision: Precision = "second" if "second" in parts else "minute"
    if "zone" not in parts:
        return local.isoformat(timespec=f"{precision}s"), precision
    return _utc(local.replace(tzinfo=_zone(parts["zone"])), precision), precision


def _zone(written: str) -> timezone:
    if written in ZONES:
        return timezone(timedelta(hours=ZONES[written]))
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _unix_time(text: str) -> tuple[str, Precision] | None:
    found = UNIX_SHAPE.fullmatch(text)
    seconds = int(found["seconds"]) if found else 0
    return (_utc(datetime.fromtimestamp(seconds, UTC), "second"), "second") if seconds in UNIX_TIME else None


def _utc(instant: datetime, precision: Precision) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=f"{precision}s") + "Z"
