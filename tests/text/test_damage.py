"""What is called calm, neither ftfy nor any rule of ours would change: that is what lets most lines be left alone."""

import itertools
import json
import re
from pathlib import Path

import ftfy
import ftfy.badness
import ftfy.chardata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.text import mojibake
from archiver.text.damage import LONGEST_PIECE, is_suspicious, suspicious_lines
from archiver.text.ledger import edited
from archiver.text.repair import repair
from archiver.text.rules import AFTER, BEFORE
from archiver.text.whitespace import unfit, white_space

DATA = Path(__file__).parents[1] / "data"
CASES = [
    row
    for name in ("damaged", "untouched", "suggested", "known-failures")
    for row in json.loads((DATA / "cases" / f"{name}.json").read_text(encoding="utf-8"))
]
CLEAN: dict[str, list[str]] = json.loads((DATA / "clean_lines.json").read_text(encoding="utf-8"))
# The encoding steps alone, as in repair; run here by way of ftfy's own front door.
SAFE = ftfy.TextFixerConfig(
    unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False, fix_character_width=False,
    uncurl_quotes=False, fix_line_breaks=False, fix_surrogates=False, remove_control_chars=False, normalization=None,
)  # fmt: skip


def part_of_mojibake() -> list[str]:
    """Every character that plays a part in what ftfy looks for, and some of those that do not."""
    classes = [*ftfy.badness.MOJIBAKE_CATEGORIES.values(), *ftfy.chardata.UTF8_CLUES.values()]
    known = re.compile("[" + "".join(classes) + "]")
    found = {chr(number) for number in range(0x80, 0x10000) if known.match(chr(number))}
    return sorted(found | set("“”‘’–—…•\xa0àâéüñ中あ한अاא’ếȘ😀\u200d\ufe0f½�œ"))


def changed(line: str) -> bool:
    """Whether ftfy or a rule of ours makes anything of `line`, white space aside."""
    seen = ((row, row.pattern.search(line)) for row in (*BEFORE, *AFTER))
    rows = any(match and (row.needs is None or row.needs(match)) for row, match in seen)
    return mojibake.is_bad(line) or ftfy.fix_text(line, SAFE) != line or rows or any(unfit(line))


@pytest.mark.parametrize("frame", ["a{}{}b", " {}{} "])
def test_two_characters_that_are_calm_together_are_not_bad(frame: str) -> None:
    lines = (frame.format(*pair) for pair in itertools.product(part_of_mojibake(), repeat=2))
    assert [line for line in lines if not is_suspicious(line) and mojibake.is_bad(line)] == []


@pytest.mark.parametrize("frame", ["a{}{}b", " {}{} ", "{}{}", "n{}{}s", "({}{})", "A{}{}?"])
def test_two_small_letters_that_are_calm_together_are_left_alone(frame: str) -> None:
    small = [chr(number) for number in (*range(0xDF, 0x180), 0x219, 0x21B) if chr(number).islower()]
    lines = [frame.format(*pair) for pair in itertools.product(small, repeat=2)]
    calm = [line for line in lines if not is_suspicious(line)]
    assert len(calm) > len(lines) // 2
    assert [line for line in calm if changed(line)] == []


@pytest.mark.parametrize("frame", ["a{}b", " {} ", "{}", "n{}t", "“{}”", "{}, "])
def test_a_character_that_is_calm_alone_is_left_alone(frame: str) -> None:
    lines = [frame.format(character) for character in part_of_mojibake()]
    assert [line for line in lines if not is_suspicious(line) and changed(line)] == []


@settings(max_examples=200)
@given(st.text(st.sampled_from([*"aIt n.&;-'\"", *part_of_mojibake()]), max_size=12))
def test_generated_lines_that_are_calm_are_left_alone(line: str) -> None:
    assert is_suspicious(line) or not changed(line)


@settings(max_examples=300)
@given(st.text(st.sampled_from([*"aIt n.&;-'\"", *part_of_mojibake()]), max_size=60))
def test_what_is_bad_is_seen_by_looking_at_its_places_alone(line: str) -> None:
    assert mojibake.is_bad(line) == mojibake._has_badness(line)


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("中Ã©中", True),
        ("한×中", False),
        ("中\u3000À€中", True),
        ("あœあ", True),
        ("中À中", False),
        ("Ã la carte", True),
        ("MANHÃ É", False),
        ("a “Ã É", False),
        ("x Â ", True),
        ("œ", False),
        ("œ!", True),
    ],
)
def test_what_is_bad_at_the_edges_of_a_line(line: str, bad: bool) -> None:
    assert mojibake.is_bad(line) == mojibake._has_badness(line) == bad


@settings(max_examples=150)
@given(st.text(max_size=30))
def test_any_line_that_is_calm_is_left_alone(line: str) -> None:
    line = line.replace("\r", "")
    assert is_suspicious(line) or not changed(line)
    if not is_suspicious(line):
        assert repair(line).text == edited(line, white_space(line))


@pytest.mark.parametrize("line", [row.get("input", row.get("text")) for row in CASES])
def test_every_case_is_looked_at_where_something_is_found(line: str) -> None:
    assert is_suspicious(line) or "\r" in line or not changed(line)


@pytest.mark.parametrize("line", [*(f"a{letter}“ b" for letter in "ВГДЕРСТУЖЗΒΓΔΕΞΟ"), "так тАЬ да"])
def test_damage_can_begin_with_a_letter_of_another_alphabet(line: str) -> None:
    assert is_suspicious(line)
    assert not is_suspicious(line.replace("“", "").replace("АЬ", "ак"))


def test_most_lines_of_the_common_languages_are_not_looked_at() -> None:
    lines = [line for lines in CLEAN.values() for line in lines]
    assert sum(map(is_suspicious, lines)) < len(lines) // 2
    assert not any(map(is_suspicious, CLEAN["English"]))


def test_suspicious_lines_come_with_their_place() -> None:
    text = "calm\nitâ€™s\n\ncalm\nsaid.â€"
    found = list(suspicious_lines(text))
    assert [line for _, line in found] == ["itâ€™s", "said.â€"]
    assert all(text[place : place + len(line)] == line for place, line in found)


@pytest.mark.parametrize("blank", [" ", ""])
def test_a_line_that_is_too_long_comes_in_pieces(blank: str) -> None:
    text = "first\n" + ("xxxxâ€™" + blank) * 10_000
    pieces = list(suspicious_lines(text))
    assert len(pieces) > 1
    assert "".join(piece for _, piece in pieces) == text[6:]
    assert max(len(piece) for _, piece in pieces) <= LONGEST_PIECE
