"""Values of options: what a command line writes, and what it stands for."""

import os
import re
from datetime import UTC, datetime
from typing import Any

import click

from archiver.errors import UsedWrongly

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SIZE = re.compile(r"([0-9]{1,12})\s*([KMG]?)(?:iB|B)?", re.IGNORECASE)
# Up to the year 5138.
_EPOCH = re.compile(r"[0-9]{1,11}")
_STEM = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class Time(click.ParamType[str]):
    """A moment in ISO 8601, as full UTC seconds. One without a zone is in UTC."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`2024-05-06T09:08:09+02:00` becomes `2024-05-06T07:08:09Z`."""
        try:
            given = datetime.fromisoformat(value)
            moment = given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time of ISO 8601, such as 2024-05-06T07:08:09Z", param, ctx)
        if moment.year < 1970:
            self.fail(f"{value!r} is before 1970; it is the time of packaging that is meant", param, ctx)
        return _written(moment)


class Size(click.ParamType[int]):
    """A number of bytes, with K, M or G for binary multiples."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """`64M` becomes 67108864."""
        match = _SIZE.fullmatch(str(value).strip())
        size = int(match[1]) * _UNITS[match[2].upper()] if match else 0
        if not size:
            self.fail(f"{value!r} is no size, such as 500000, 64M or 1G", param, ctx)
        return size


class Stem(click.ParamType[str]):
    """The beginning of file names that every system and every tool takes."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value itself."""
        if not _STEM.fullmatch(value):
            self.fail(
                f"{value!r} cannot begin the WARC files' names: use a-z, 0-9, '.', '_' and '-', "
                "and begin with a letter or a digit",
                param,
                ctx,
            )
        return str(value)


class Address(click.ParamType[str]):
    """An absolute URL."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value itself; what is archived is its RFC 3986 form."""
        from archiver.references.urls import absolute

        if absolute(value) is None:
            self.fail(f"{value!r} is no absolute URL, such as https://news.example/2017/harbour", param, ctx)
        return str(value)


class Encoding(click.ParamType[str]):
    """A character encoding that Python knows."""

    name = "ENCODING"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value itself."""
        try:
            "".encode(value)
        except (LookupError, ValueError):
            self.fail(f"{value!r} is no known encoding, such as utf-8 or windows-1252", param, ctx)
        return str(value)


class Field(click.ParamType[tuple[str, str]]):
    """`RECORDFIELD=JSONFIELD`."""

    name = "FIELD=JSONFIELD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """`text=articleBody` becomes the pair."""
        from archiver.sources.layouts import FIELDS

        if isinstance(value, tuple):
            return value
        field, separator, place = value.partition("=")
        if not separator or not place:
            self.fail(f"{value!r} is no FIELD=JSONFIELD, such as text=articleBody", param, ctx)
        if field not in FIELDS:
            self.fail(f"{field!r} is no field of a record; there are {', '.join(FIELDS)}", param, ctx)
        return field, place


def packaging_time(given: str | None) -> str:
    """The option's value, or what SOURCE_DATE_EPOCH says (reproducible-builds.org), or now."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if given or epoch is None:
        return given or _written(datetime.now(UTC))
    if not _EPOCH.fullmatch(epoch):
        raise UsedWrongly(f"SOURCE_DATE_EPOCH is {epoch!r}; it has to be a number of seconds since 1970")
    return _written(datetime.fromtimestamp(int(epoch), UTC))


def _written(moment: datetime) -> str:
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"
