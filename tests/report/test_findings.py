"""Findings as lines."""

import pytest

from archiver.findings import CODES, Finding
from archiver.report import findings


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({}, "E501 — no."),
        ({"file": "a"}, "E501 a — no."),
        ({"file": "a", "offset": 0}, "E501 a, byte 0 — no."),
        ({"file": "a", "line": 3, "offset": 9}, "E501 a, line 3, byte 9 — no."),
        ({"file": "a", "record": "urn:uuid:1", "path": "$.x"}, "E501 a, urn:uuid:1, $.x — no."),
        ({"path": "$"}, "E501 $ — no."),
    ],
)
def test_a_line_says_what_is_known_of_the_place(place: dict[str, object], shown: str) -> None:
    assert findings.row(Finding(code="E501", message="no.", **place)) == shown  # type: ignore[arg-type]


def test_a_path_that_the_sentence_begins_with_is_said_once() -> None:
    assert findings.row(Finding(code="E501", message="$.url: no.", path="$.url", file="a")) == "E501 a — $.url: no."


def test_a_file_s_name_is_disarmed() -> None:
    assert findings.row(Finding(code="I117", message="no.", file="a\n\x1b[1m")) == "I117 a⟨U+000A⟩⟨U+001B⟩[1m — no."


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        ({}, ""),
        ({"E301": 1}, "1 error"),
        ({"E301": 1, "E302": 1200, "W214": 2}, "1,201 errors, 2 warnings"),
        ({"I117": 1, "W214": 1}, "1 warning, 1 note"),
    ],
)
def test_the_tally(codes: dict[str, int], shown: str) -> None:
    assert findings.tally(codes) == shown


def test_every_code_has_a_line_in_the_legend() -> None:
    lines = list(findings.legend([*CODES, *CODES]))
    assert len(lines) == len(CODES)
    assert all(line.startswith(code) for line, code in zip(lines, sorted(CODES), strict=True))
