"""Repairs are told with their place, a marked before and after, and the reason."""

import pytest

from archiver.report.explained import explained, rules, suggested
from archiver.text.repair import repair
from archiver.text.rules import RULES


def told(source: str) -> list[str]:
    """What is told of a text's repairs."""
    repaired = repair(source)
    return list(explained(source, repaired.text, repaired.repairs))


def test_a_change_has_line_column_context_and_reason() -> None:
    lines = told("First.\nThe cafÃ© is open.\n")
    assert lines[:3] == [
        "  line 2, column 8  mojibake (high)",
        "    before  The caf⟦Ã©⟧ is open.",
        "    after   The caf⟦é⟧ is open.",
    ]
    assert lines[3].strip() == RULES["mojibake"].says
    assert "utf-8 (ftfy" in lines[4]


def test_long_lines_are_shown_around_the_change() -> None:
    before = next(line for line in told("word " * 30 + "cafÃ©" + " word" * 30) if "before" in line)
    assert before.startswith("    before  …")
    assert before.endswith("…")
    assert len(before) < 100


def test_white_space_is_counted_by_rule_with_its_lines() -> None:
    assert told("a\xa0b\xa0c\n" * 12)[0] == "  no-break-space × 24, lines 1, 2, 3, 4, 5, 6, 7, 8 and 4 more"


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202e"])
def test_what_stands_beside_a_change_does_not_move_the_cursor(hostile: str) -> None:
    assert hostile not in "".join(told(f"The cafÃ© {hostile} is open."))


def test_what_was_not_made_says_what_would_stand_instead() -> None:
    source = "heâ€s late"
    repaired = repair(source)
    lines = list(suggested(source, repaired.text, repaired.suggestions))
    assert lines[0] == "  line 1, column 3  ambiguous-quote (low)"
    assert lines[2] == "    instead he⟦’⟧s late"


def test_every_rule_is_listed_once() -> None:
    assert [line.split()[0] for line in rules()] == sorted(RULES)
