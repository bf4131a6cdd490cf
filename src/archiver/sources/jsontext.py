"""JSON texts, strictly (RFC 8259), and with the whole of what is wrong as one finding."""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from archiver.findings import Finding

# Deeper values are refused (RFC 8259 section 9 lets a parser set a limit): whether a parser that recurses reaches the
# bottom would hang on how deep its caller stands.
MAX_DEPTH = 200
TOO_DEEP = f": it is nested more than {MAX_DEPTH} deep"

# No integer of 64 bits has more digits, with its sign; Python refuses to convert very many of them.
MAX_DIGITS = 20

NAMED = 5

KEY_END = re.compile(r'"[ \t\n\r]*+:')
BLANK_AND_COLON = (" :", "\t:", "\n:", "\r:")
CONTAINERS = (dict, list)
BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The value of a JSON text, and notes on it (`I119`)."""

    value: Any
    findings: tuple[Finding, ...] = ()


def parse(text: str) -> Parsed | Finding:
    r"""The value of the JSON text, or `E103` with what breaks it and where.

    A byte order mark before it is passed over (RFC 8259 section 8.1). `NaN` and `Infinity` are refused; a lone
    surrogate, escaped or not, is kept as the code point that it is. Numbers beyond 64 bits become floats. Of a key that
    occurs more than once the last value counts, and `I119` says so.

    >>> parse('{"a": [1, "\\ud800"]}').value
    {'a': [1, '\ud800']}
    >>> parse("[1,\n 2").message
    "Not well-formed JSON at line 2, column 3 (code point 6): Expecting ',' delimiter."
    """
    body = text.removeprefix(BOM)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        # It is stricter than RFC 8259 (a lone surrogate) and its messages do not count code points.
        return _parse_slowly(body, shift=len(text) - len(body))
    keys = _count_keys(value)
    # A key ends in a quote and a colon. A string may hold the same, so only as many of them as keys prove no duplicate.
    if keys is None or keys != _count_key_ends(body):
        return _parse_slowly(body, shift=len(text) - len(body))
    return Parsed(value=value)


def _count_key_ends(body: str) -> int:
    """How many quotes in the text have a colon behind them, or blanks and a colon."""
    if any(written in body for written in BLANK_AND_COLON):
        return len(KEY_END.findall(body))
    return body.count('":')


def _parse_slowly(body: str, *, shift: int) -> Parsed | Finding:
    repeated: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counted = Counter(key for key, _ in pairs)
        repeated.extend(key for key, count in counted.items() if count > 1)
        return dict(pairs)

    decoder = json.JSONDecoder(
        object_pairs_hook=collect, parse_constant=_refuse, parse_int=_integer, parse_float=_finite
    )
    try:
        value = decoder.decode(body)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno} (code point {error.pos + shift})"
        return _broken(f"at {place}: {error.msg}")
    except _RefusedError as error:
        return _broken(str(error))
    except RecursionError:
        return _broken(TOO_DEEP)
    return Parsed(value=value, findings=_notes(repeated)) if _count_keys(value) is not None else _broken(TOO_DEEP)


class _RefusedError(Exception):
    """Python's parser would take it, but it is no JSON, or no number that others can read."""


def _refuse(constant: str) -> NoReturn:
    raise _RefusedError(f": {constant} is no JSON value")


def _integer(digits: str) -> int | float:
    value = int(digits) if len(digits) <= MAX_DIGITS else None
    return value if value is not None and -(2**63) <= value < 2**64 else _finite(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _RefusedError(": a number is too large for a double (RFC 8259 section 6)")
    return value


def _count_keys(value: Any) -> int | None:
    """How many keys all objects in the value have together; None where it is nested too deeply."""
    keys, level = 0, [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                keys += len(container)
                inner.extend(container.values())
            elif isinstance(container, list):
                inner.extend(container)
        level = [child for child in inner if isinstance(child, CONTAINERS)]
        if not level:
            return keys
    return None


def _notes(repeated: list[str]) -> tuple[Finding, ...]:
    if not repeated:
        return ()
    names = ", ".join(json.dumps(name) for name in sorted(set(repeated))[:NAMED])
    return (Finding(code="I119", message=f"An object names a key more than once; the last value counts: {names}."),)


def _broken(reason: str) -> Finding:
    return Finding(code="E103", message=f"Not well-formed JSON{reason if reason[0] == ':' else ' ' + reason}.")
