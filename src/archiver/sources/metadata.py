"""Metadata from JSON values: only what is of the type that its field promises, each with its basis."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from archiver.findings import Finding
from archiver.model import Metadata, Stated

# What careless writers put where nothing is known; in lower case.
NOTHING = frozenset({"", "none", "null", "nan", "nat", "undefined", "n/a"})


def merged(*ranked: Metadata) -> Metadata:
    """For each field the first of `ranked` that says anything.

    >>> merged(Metadata(), Metadata(site=Stated(value="A", basis="field:site")), Metadata()).site.value
    'A'
    """
    chosen: dict[str, Any] = {}
    for one in ranked:
        if one == _NOTHING_SAID:
            continue
        for name in _FIELDS:
            if value := getattr(one, name):
                chosen.setdefault(name, value)
    return Metadata(**chosen)


_NOTHING_SAID = Metadata()
_FIELDS = tuple(field.name for field in fields(Metadata))


def stated(value: Any, basis: str) -> Stated | Finding | None:
    """A string or number as a stated value, None for nothing, `W116` for another type.

    >>> stated(" None ", "field:date"), stated(1500652800, "field:date").value, stated(["x"], "field:url").code
    (None, '1500652800', 'W116')
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return wrong_type(value, basis)
    text = str(value)
    return None if text.strip().lower() in NOTHING else Stated(value=text, basis=basis)


def names(value: Any, basis: str, separator: str | None = None) -> tuple[Stated, ...] | Finding:
    """The authors in a string, an object with a `name`, or an array of these; `W116` where a part is anything else.

    >>> [(author.value, author.basis) for author in names([{"name": "A. Bee"}, "C. Dee"], "field:author")]
    [('A. Bee', 'field:author/0/name'), ('C. Dee', 'field:author/1')]
    >>> [author.value for author in names("A. Bee; C. Dee", "field:author", separator=";")]
    ['A. Bee', 'C. Dee']
    """
    if isinstance(value, list):
        parts = [names(part, f"{basis}/{index}", separator) for index, part in enumerate(value)]
        broken = next((part for part in parts if isinstance(part, Finding)), None)
        return broken or tuple(author for part in parts if isinstance(part, tuple) for author in part)
    if isinstance(value, Mapping):
        return names(value["name"], basis + "/name", separator) if "name" in value else wrong_type(value, basis)
    if not isinstance(value, str | None):
        return wrong_type(value, basis)
    author = stated(value, basis)
    if separator is None or not isinstance(author, Stated):
        return author if isinstance(author, Finding) else (author,) if author else ()
    parts_of = (part.strip() for part in author.value.split(separator))
    return tuple(Stated(value=part, basis=basis) for part in parts_of if part)


def wrong_type(value: Any, basis: str, code: str = "W116", expected: str = "a string") -> Finding:
    """The finding that `basis` holds a value of another type than `expected`."""
    found = json_type(value)
    return Finding(code=code, message=f"{basis} holds {found}, not {expected}.", found=found, expected=expected)


def json_type(value: Any) -> str:
    """What JSON calls the value's type, with its article.

    >>> json_type(None), json_type([1]), json_type({}), json_type(1.5), json_type(True)
    ('null', 'an array', 'an object', 'a number', 'a boolean')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "a number"
