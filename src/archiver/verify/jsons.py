"""JSON objects of a package, and whether every reader would read the same in them."""

import re
from typing import Any

import orjson

from archiver.findings import Finding
from archiver.sources.jsontext import Parsed, parse

_FRACTION = re.compile(rb"[0-9][.eE]")


def json_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is; `None` where it is none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def repeats(data: bytes) -> Finding | None:
    """`W453` where an object within a JSON text names a key twice.

    >>> repeats(b'{"url": "a", "url": "b"}').message
    'An object names a key more than once, and readers differ in which they take: "url".'
    """
    try:
        parsed = parse(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    for each in parsed.findings if isinstance(parsed, Parsed) else ():
        names = each.message.rpartition(": ")[2].removesuffix(".")
        message = f"An object names a key more than once, and readers differ in which they take: {names}."
        return Finding(code="W453", message=message)
    return None


def has_fraction(text: bytes) -> bool:
    """Whether a number of a JSON text is written as one: JSON Schema takes 1.0 for an integer, but it is no place."""
    outside_strings = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    return _FRACTION.search(b"".join(outside_strings)) is not None
