"""Where a value stands in a JSON text, however it is laid out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.verify.places import members, place, start

KEYS = st.text("ab_-", min_size=1, max_size=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def paths(value: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """The path of every value within."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, f"{path}[{index}]")


@given(VALUES, st.sampled_from([None, 0, 2]), st.sampled_from(["", "\n ", "\ufeff"]))
def test_the_value_of_every_path_is_found(value: Any, indent: int | None, head: str) -> None:
    text = head + json.dumps(value, indent=indent)
    for path, wanted in paths(value):
        found, _ = json.JSONDecoder().raw_decode(text, place(text, start(text), path))
        assert found == wanted


TWICE = '{"a": {"x": 1}, "a": [2]}'


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("$.a", "[2]"), ("$['a']", "[2]"), ("$.a[7]", "[2]"), ("$.a.b", "[2]")),
        *(("$.b", TWICE[:-1]), ("$[0]", TWICE[:-1]), ("$", TWICE[:-1])),
    ],
)
def test_the_last_of_a_key_counts_and_what_is_not_there_is_looked_for_as_far_as_it_goes(path: str, value: str) -> None:
    assert TWICE[place(TWICE, 0, path) : -1] == value


def test_what_is_no_container_has_no_members() -> None:
    assert list(members("7", 0)) == list(members('"a"', 0)) == list(members("[ ]", 0)) == []
    assert list(members('[1, {"a": 1} ]', 0)) == [(0, 1), (1, 4)]
