"""The only door to jsonschema: the published schemas, and what in a record breaks them.

jsonschema-rs looks first, in a hundredth of the time: what it calls valid is valid. The verdict on everything
else, and every message, is jsonschema's. `tests/record/test_fast_path.py` holds the one to the other.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from archiver.errors import UsedWrongly
from archiver.findings import Finding

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

BASE = "https://archiver.invalid/schemas/"
ARTICLE = BASE + "article.v1.schema.json"
REJECTION = BASE + "rejection.v1.schema.json"
RUN = BASE + "run.v1.schema.json"
# A value quoted in a message is cut here, so that a message stays a sentence.
QUOTED = 60


def folder() -> Traversable:
    """Where the schemas lie: inside the installed package, or at the top of the repository it runs from."""
    installed = files("archiver") / "schemas"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "schemas"


def names() -> tuple[str, ...]:
    """The names of the schemas, such as `article.v1`."""
    return tuple(sorted(entry.name.removesuffix(".schema.json") for entry in folder().iterdir() if _is_schema(entry)))


def _is_schema(entry: Traversable) -> bool:
    return entry.name.endswith(".schema.json")


def source(name: str) -> bytes:
    """The schema file's bytes; `name` is as in `names()`, or without its version: `article`.

    Raises UsedWrongly for a name that there is not.
    """
    for known in names():
        if name in (known, known.split(".")[0]):
            return (folder() / f"{known}.schema.json").read_bytes()
    raise UsedWrongly(f"there is no schema {name!r}; there are {', '.join(names())}")


def identifier(name: str) -> str:
    """The identifier (`$id`) of the schema that `source` gives for `name`."""
    return str(orjson.loads(source(name))["$id"])


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    schemas = [orjson.loads(source(name)) for name in names()]
    return {schema["$id"]: schema for schema in schemas}


@cache
def _validator(identifier: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_schemas()[identifier], format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def _fast(identifier: str) -> "jsonschema_rs.Draft202012Validator":
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(_schemas()[identifier], validate_formats=True)


def is_surely_valid(identifier: str, value: object) -> bool:
    """Whether the fast look already shows that `value` is valid; where it does not, jsonschema has to decide."""
    try:
        return _fast(identifier).is_valid(value)
    except ValueError:  # what no JSON file can hold: a lone surrogate, a huge integer
        return False


def check(value: object, schema: str | None = None) -> Iterator[Finding]:
    """What in `value` breaks its schema, in the record's order: E501 by JSON path, or one E503 for an unknown schema.

    `schema` is the identifier to hold it to; by default the one that the record itself names.

    >>> [finding.path for finding in check({"schema": ARTICLE}, ARTICLE)][:1]
    ['$']
    >>> [finding.code for finding in check({"schema": "https://archiver.invalid/schemas/article.v9.schema.json"})]
    ['E503']
    """
    named = value.get("schema") if isinstance(value, dict) else None
    identifier = schema or named or ARTICLE
    if not isinstance(identifier, str) or identifier not in _schemas():
        message = f"the record names the schema {_quoted(identifier)}, which this version does not know"
        yield Finding(code="E503", message=message, path="$.schema", expected=", ".join(sorted(_schemas())))
    elif not is_surely_valid(identifier, value):
        yield from verdict(identifier, value)


def verdict(identifier: str, value: object) -> Iterator[Finding]:
    """What jsonschema finds wrong with `value`, one finding each."""
    errors = _validator(identifier).iter_errors(value)
    in_order = sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])
    # jsonschema reports each missing property by itself; one sentence names them all.
    yield from dict.fromkeys(_finding(innermost) for error in in_order for innermost in _innermost(error))


def _finding(error: "ValidationError") -> Finding:
    return Finding(code="E501", message=f"{error.json_path}: {_sentence(error)}", path=error.json_path)


def _innermost(error: "ValidationError") -> "Iterator[ValidationError]":
    """The faults themselves: of alternatives, those of the one that is meant, which is that of the value's type."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [faults for faults in branches.values() if not any(map(_is_of_another_type, faults))]
    if not meant:
        yield error
        return
    for fault in min(meant, key=len):
        yield from _innermost(fault)


def _is_of_another_type(error: "ValidationError") -> bool:
    """Whether the value itself, and nothing in it, is of another type."""
    return error.validator == "type" and not error.relative_path


def _types(error: "ValidationError") -> list[str]:
    """The types that a value may have."""
    inner = error.context or [error]
    wanted: list[Any] = [each.validator_value for each in inner if each.validator == "type"]
    return [name for names in wanted for name in ([names] if isinstance(names, str) else names)]


def _sentence(error: "ValidationError") -> str:
    """What is wrong and what to do, in one sentence."""
    wanted: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    found = _quoted(instance)
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in instance]
            return f"lacks {_listed(missing)}; add it, with null where it was looked for and not found"
        case "additionalProperties":
            unknown = [name for name in instance if name not in schema.get("properties", {})]
            return f"has {_listed(unknown)}, which the schema does not know; take it out, or correct its name"
        case "enum":
            return f"is {found}; it must be one of {_listed(wanted)}"
        case "const":
            return f"is {found}; it must be {_quoted(wanted)}"
        case "type" | "anyOf":
            return f"is {found}; it must be of type {' or '.join(_types(error))}"
        case "pattern" if "title" in schema:
            return f"is {found}; it must be {schema['title']}"
        case "pattern":
            return f"is {found}, which does not match {wanted}"
        case _:
            return f"is {found}{_bound(error)}"


def _bound(error: "ValidationError") -> str:
    """How much there may be, of what is too little or too much."""
    wanted: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "minItems":
            return f"; it must have at least {wanted} item{'s' if wanted > 1 else ''}"
        case "items":
            return f"; it must have no more than {len(schema.get('prefixItems', ()))} items"
        case "uniqueItems":
            return "; each item may stand in it once"
        case "minLength":
            return f"; it must not be empty{', but null where there is none' if _may_be_null(schema) else ''}"
        case "minimum" | "maximum":
            return f"; it must be {wanted} or {'more' if error.validator == 'minimum' else 'less'}"
        case "format":
            return f", which is no {wanted}"
        case _:
            return f", which breaks the schema's {error.validator} ({_quoted(wanted)})"


def _may_be_null(schema: Any) -> bool:
    return "null" in schema.get("type", ())


def _quoted(value: object) -> str:
    text = _json(value)
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def _json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # what no JSON file can hold: a lone surrogate, a huge integer
        return ascii(value)


def _listed(values: Any) -> str:
    return ", ".join(_quoted(value) for value in values)
