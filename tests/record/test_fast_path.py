"""What the fast look calls valid, jsonschema calls valid too: on mutated records, and the formats schemas use."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.record import provenance, schema
from tests.articles import article

RECORD = json.loads(provenance.to_bytes(provenance.to_dict(article(), inline=True)))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


PLACES = [path for path in places(RECORD) if path]
STRINGS = st.sampled_from(
    [
        *(
            "",
            "x",
            "x\n",
            "\ud800",
            "2017",
            "2017-07",
            "2017-02-30",
            "0000-01-01",
            "9999-12-31",
            "2017-07-21T10:00Z",
            "2017-02-31T25:61:61+99:99",
        ),
        *("http://[a", "http://a/%zz", "https://x.example/é", "//x", "a:b", "mailto:a@b.example", "http://a:99999/"),
        *(
            "urn:uuid:00000000-0000-5000-8000-00000000000a",
            "sha256:" + "0" * 64,
            "sha256:" + "0" * 63,
            "en-GB",
            "en_GB",
        ),
        *("field:url", "day", "second", "year", "certain", "outbound", "text", "٢٠١٧-07-21", "/a~2", "/a~1b"),
    ]
)
VALUES = STRINGS | st.sampled_from(
    [None, True, 0, -1, 1.0, 1.5, 2**53 - 1, 2**53, 2**70, [], [1], [1, 2], [1, 2, 3], {}, {"value": "x"}]
)


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """A valid record with one to three of its values replaced, taken away or added to."""
    record = copy.deepcopy(RECORD)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        holder = record
        for key in path[:-1]:
            holder = holder[key] if _has(holder, key) else None
        if not _has(holder, path[-1]):
            continue
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "remove":
                del holder[path[-1]]
            case "add" if isinstance(holder, dict):
                holder[draw(STRINGS)] = draw(VALUES)
            case _:
                holder[path[-1]] = draw(VALUES)
    return record


def _has(holder: Any, key: Any) -> bool:
    if isinstance(holder, dict):
        return key in holder
    return isinstance(holder, list) and isinstance(key, int) and key < len(holder)


@settings(max_examples=1500)
@given(mutants())
def test_what_is_surely_valid_is_valid(record: Any) -> None:
    if schema.is_surely_valid(schema.ARTICLE, record):
        assert list(schema.verdict(schema.ARTICLE, record)) == []


def test_a_valid_record_is_surely_valid() -> None:
    assert schema.is_surely_valid(schema.ARTICLE, RECORD)
    assert list(schema.verdict(schema.ARTICLE, RECORD)) == []


@pytest.mark.parametrize("value", ["\ud800", 2**70, float("nan")])
def test_what_no_json_file_holds_is_left_to_jsonschema(value: Any) -> None:
    assert list(schema.check(RECORD | {"title": value})) == list(
        schema.verdict(schema.ARTICLE, RECORD | {"title": value})
    )
