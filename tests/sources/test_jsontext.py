"""JSON is read strictly, the fast way and the slow way alike."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.sources import jsontext
from archiver.sources.jsontext import MAX_DEPTH, Parsed, parse


def value(text: str) -> Any:
    parsed = parse(text)
    assert isinstance(parsed, Parsed), parsed
    return parsed.value


def fault(text: str) -> str:
    finding = parse(text)
    assert isinstance(finding, Finding), finding
    assert finding.code == "E103"
    return finding.message


# With lone low surrogates; a high one before them would make a pair, which is one character.
any_text = st.text(st.characters(exclude_categories=["Cs"]) | st.characters(categories=["Cs"], min_codepoint=0xDC00))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=15,
)


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_what_was_written_is_read(written: Any, is_ascii: bool, indent: int | None) -> None:
    text = json.dumps(written, ensure_ascii=is_ascii, indent=indent)
    assert value(text) == written


@given(values, st.data())
def test_both_ways_agree_on_any_text(written: Any, data: st.DataObject) -> None:
    text = json.dumps(written, ensure_ascii=False)
    place = data.draw(st.integers(0, len(text)))
    damage = data.draw(st.sampled_from(["", "1", '"', ",", "}", "]", "\\", " ", "\x00", "x"]))
    text = text[:place] + damage + text[place:]
    fast, slow = parse(text), jsontext._parse_slowly(text, shift=0)
    assert isinstance(fast, Finding) == isinstance(slow, Finding)
    assert fast == slow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeff{}", {}),
        ('"\\ud800"', "\ud800"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\udce9"', "\udce9"),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551616", 1.8446744073709552e19),
        ('["\\ud800", 123456789012345678901234567890]', ["\ud800", 1.2345678901234568e29]),
        (' \t\r\n"x" ', "x"),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)),
    ],
)
def test_values_at_the_edge(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1 (code point 0)"),
        ("NaN", "NaN is no JSON value"),
        ('{"a": -Infinity}', "-Infinity is no JSON value"),
        ("1e999", "too large for a double"),
        ("9" * 5000, "too large for a double"),
        ('{"a": 1,}', "line 1, column"),
        ("{'a': 1}", "line 1, column 2"),
        ('"a\nb"', "line 1, column 3"),
        ('{"a": 1} {"b": 2}', "Extra data"),
        ('\ufeff{"é": x}', "line 1, column 7 (code point 7)"),
        ("\u00a01", "line 1, column 1"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested more than"),
        ("[" * 100_000 + "]" * 100_000, "nested more than"),
        ('{"a":' * 5000 + '"\\ud800"' + "}" * 5000, "nested more than"),
    ],
)
def test_faults_have_a_place_or_a_reason(text: str, message: str) -> None:
    assert message in fault(text)


@pytest.mark.parametrize("colon", [":", " :", "\t:", "\n :"])
def test_of_a_repeated_key_the_last_value_counts(colon: str) -> None:
    parsed = parse(f'{{"text"{colon} 1, "in": {{"x": 1, "x": 2, "é": "\\":"}}, "text"{colon} "\\" : "}}')
    assert isinstance(parsed, Parsed)
    assert parsed.value == {"text": '" : ', "in": {"x": 2, "é": '":'}}
    (note,) = parsed.findings
    assert (note.code, '"text", "x"' in note.message) == ("I119", True)


def test_quotes_before_colons_in_strings_are_no_keys() -> None:
    assert parse('{"text": "he said \\": no\\" :"}') == Parsed(value={"text": 'he said ": no" :'})


@pytest.mark.parametrize("blank", ["", " ", "\t", "\n", "\r", " \r\n\t "])
@pytest.mark.parametrize("text", ["none", "a colon: here", 'quoted \\":'])
def test_a_key_that_comes_twice_is_seen_whatever_stands_before_its_colon(blank: str, text: str) -> None:
    parsed = parse(f'{{"text"{blank}: "{text}", "a": 1, "a"{blank}: 2}}')
    assert isinstance(parsed, Parsed)
    assert [note.code for note in parsed.findings] == ["I119"]
