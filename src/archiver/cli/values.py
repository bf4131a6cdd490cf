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


class Location(click.Path):
    """A path, or a URL of an object store."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The place that is meant."""
        from archiver.storage import place

        return place(str(super().convert(value, param, ctx)))


class Option(click.ParamType[str]):
    """A text that can be the option `field` of a Config."""

    field: str

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value itself."""
        from archiver.pack.config import fault

        wrong = fault(self.field, value)
        if wrong:
            self.fail(wrong, param, ctx)
        return str(value)


class Line(Option):
    """One line of text: nothing that ends a line, steers a terminal, or is no character at all."""

    name = "TEXT"
    field = "title"


class Stem(Option):
    """The beginning of file names that every system and every tool takes."""

    name = "NAME"
    field = "name"


class Address(Option):
    """An absolute URL; what is archived is its RFC 3986 form."""

    name = "URL"
    field = "url"


class Encoding(Option):
    """A character encoding that Python knows."""

    name = "ENCODING"
    field = "encoding"


class Time(Option):
    """A moment in ISO 8601, as full UTC seconds. One without a zone is in UTC."""

    name = "TIME"
    field = "created"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """`2024-05-06T09:08:09+02:00` becomes `2024-05-06T07:08:09Z`."""
        try:
            given = datetime.fromisoformat(value)
            moment = given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time of ISO 8601, such as 2024-05-06T07:08:09Z", param, ctx)
        return super().convert(_written(moment), param, ctx)


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


class Field(click.ParamType[tuple[str, str]]):
    """`RECORDFIELD=JSONFIELD`."""

    name = "FIELD=JSONFIELD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """`text=articleBody` becomes the pair."""
        from archiver.pack.config import fault

        if isinstance(value, tuple):
            return value
        field, separator, place = value.partition("=")
        if not separator or not place:
            self.fail(f"{value!r} is no FIELD=JSONFIELD, such as text=articleBody", param, ctx)
        wrong = fault("fields", ((field, place),))
        if wrong:
            self.fail(wrong, param, ctx)
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
