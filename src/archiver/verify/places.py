"""Where in a JSON text a value stands. The text is one that was parsed before: it is well-formed, and not too deep."""

import json
import re
from collections.abc import Iterator

# The steps of a JSON path, as the checks of the schema write it.
_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]|\['([^']*)'\]")
_BLANK = re.compile(r"[\ufeff \t\n\r]*+")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def start(text: str) -> int:
    """Where the text's value starts, in code points."""
    return _after_blank(text, 0)


def place(text: str, at: int, path: str) -> int:
    """Where the value of a JSON path stands, in code points, of the value that starts at `at`.

    Where there is none, the place of what should hold it. Of a key that occurs more than once the last counts.

    >>> text = '{"a": [1, {"b": 2}]}'
    >>> place(text, 0, "$.a[1].b"), place(text, 0, "$.a[1].c"), place(text, 0, "$")
    (16, 10, 0)
    """
    for step in _STEP.finditer(path):
        wanted = step[1] or step[3] or int(step[2])
        found = [where for key, where in members(text, at) if key == wanted]
        if not found:
            return at
        at = found[-1]
    return at


def members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """The key, or the index, of each member of the object or array that starts at `at`, and where its value starts."""
    is_object = text[at] == "{"
    if not is_object and text[at] != "[":
        return
    number = 0
    at = _after_blank(text, at + 1)
    while text[at] not in "}]":
        key: str | int = number
        if is_object:
            key, at = _DECODER.raw_decode(text, at)
            at = _after_blank(text, _after_blank(text, at) + 1)
        yield key, at
        _, at = _DECODER.raw_decode(text, at)
        at = _after_blank(text, at)
        if text[at] == ",":
            at = _after_blank(text, at + 1)
        number += 1


def _after_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
