"""Everything that decides a package's bytes besides its input. What does not (workers, verbosity) is not in here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

from archiver.errors import UsedWrongly
from archiver.model import Confidence

MIB = 1024 * 1024
FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Of the packaging time: a conversion is dated a second after it, and has to have a date too."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_STEM = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
# What ends a line for some reader, what disturbs a terminal, and what no UTF-8 can carry.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of one packing run.

    `created` is the packaging time in full UTC seconds, `2024-05-06T07:08:09Z`. `fields` maps a record field to the
    JSON field that holds it, before the known layouts are tried. Sizes are bytes. `url`, `article_title` and `encoding`
    are what the caller knows of the items; `base_uri` is where the sources stood, for relative URLs and for text files.
    Repairs less sure than `min_confidence` are suggested, and not made. Raises UsedWrongly for a value that no package
    can carry.
    """

    created: str
    name: str = "articles"
    title: str | None = None
    description: str | None = None
    operator: str | None = None
    url: str | None = None
    article_title: str | None = None
    base_uri: str | None = None
    encoding: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    min_confidence: Confidence = "high"
    shard_size: int = 8 * MIB
    max_item_size: int = 64 * MIB
    warc_size: int = 1000 * MIB

    def __post_init__(self) -> None:
        """Raise UsedWrongly for the first value that cannot be meant."""
        for name in _FAULTS:
            value = getattr(self, name)
            wrong = None if value is None and name not in _ALWAYS else fault(name, value)
            if wrong:
                raise UsedWrongly(f"{name}: {wrong}")

    def to_dict(self) -> dict[str, Any]:
        """The options as the run report states them: those that were given, and the sizes."""
        return {key: value for key, value in asdict(self).items() if value not in (None, ())}


def fault(option: str, value: Any) -> str | None:
    """What keeps `value` from being the `option` of a Config, in a sentence that says what to do; None for nothing.

    >>> fault("title", "A harbour"), fault("title", "A\\nharbour")
    (None, "'A\\\\nharbour' has a character that a line of text cannot hold (U+000A); leave it out")
    """
    return _FAULTS[option](value)


def _created(value: Any) -> str | None:
    if not isinstance(value, str) or not _TIME.fullmatch(value) or not _is_time(value):
        return f"{value!r} is no time in full UTC seconds, such as 2024-05-06T07:08:09Z"
    if not FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
        return f"{value!r} is not of the years {FIRST_YEAR} to {LAST_YEAR}; it is the time of packaging that is meant"
    return None


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _name(value: Any) -> str | None:
    if isinstance(value, str) and _STEM.fullmatch(value):
        return None
    return (
        f"{value!r} cannot begin the WARC files' names: use a-z, 0-9, '.', '_' and '-', "
        "and begin with a letter or a digit"
    )


def _line(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"{value!r} is no text; give a string"
    unfit = _UNFIT.search(value)
    if unfit is None:
        return None
    named = f"U+{ord(unfit.group()):04X}"
    return f"{value!r} has a character that a line of text cannot hold ({named}); leave it out"


def _url(value: Any) -> str | None:
    from archiver.references.urls import absolute

    if not _line(value) and absolute(value) is not None:
        return None
    return f"{value!r} is no absolute URL, such as https://news.example/2017/harbour"


def _encoding(value: Any) -> str | None:
    try:
        "".encode(value)
    except (LookupError, TypeError, ValueError):
        return f"{value!r} is no known encoding, such as utf-8 or windows-1252"
    return None


def _fields(value: Any) -> str | None:
    return next(filter(None, map(_field, value)), None)


def _field(pair: tuple[str, str]) -> str | None:
    from archiver.sources.layouts import FIELDS

    field, place = pair
    if field not in FIELDS:
        return f"{field!r} is no field of a record; there are {', '.join(FIELDS)}"
    return _line(place)


def _confidence(value: Any) -> str | None:
    known = get_args(Confidence)
    return None if value in known else f"{value!r} is no confidence; there are {', '.join(known)}"


def _size(value: Any) -> str | None:
    if isinstance(value, int) and value > 0:
        return None
    return f"{value!r} is no size; give a number of bytes above 0"


_FAULTS: Mapping[str, Callable[[Any], str | None]] = {
    "created": _created,
    "name": _name,
    "title": _line,
    "description": _line,
    "operator": _line,
    "url": _url,
    "article_title": _line,
    "base_uri": _url,
    "encoding": _encoding,
    "fields": _fields,
    "min_confidence": _confidence,
    "shard_size": _size,
    "max_item_size": _size,
    "warc_size": _size,
}
_ALWAYS = frozenset(("created", "name", "fields", "min_confidence", "shard_size", "max_item_size", "warc_size"))
