"""What may stand on a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.report import plain

HOSTILE = [
    "\x1b[2J",
    "\x07",
    "\x9b31m",
    "\r",
    "\x00",
    "\u202e",
    "\u2066",
    "\u2029",
    "\x85",
    "\ud800",
    "\udc80",
    "\ufff9",
]


@pytest.mark.parametrize("char", HOSTILE)
def test_what_disturbs_a_terminal_stands_by_name(char: str) -> None:
    for shown in (plain.line(f"a{char}b"), plain.block(f"a{char}b")):
        assert char[0] not in shown
        assert shown[1] == "⟨"


def test_harmless_text_stays() -> None:
    text = "Café 図書館 “quoted” سوق 👩‍🚀 e\u0301"
    assert plain.line(text) == plain.block(text) == text


@given(st.text(st.characters(), max_size=50))
def test_a_line_is_one_line_and_can_be_encoded(text: str) -> None:
    shown = plain.line(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in shown)
    assert shown.encode().decode() == shown


@given(st.text(st.characters(), max_size=50), st.text("> ", max_size=3))
def test_a_block_has_as_many_lines_as_line_feeds(text: str, indent: str) -> None:
    rows = plain.block(text, indent).split("\n")
    assert len(rows) == text.count("\n") + 1
    assert all(row.startswith(indent) for row in rows if row)


@given(st.text(max_size=60), st.integers(1, 40))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    shown = plain.cut(text, columns)
    assert plain.width(shown) <= columns
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@given(st.text(max_size=20), st.integers(0, 40))
def test_what_is_padded_is_at_least_so_wide(text: str, columns: int) -> None:
    assert plain.width(plain.padded(text, columns)) == max(columns, plain.width(text))
