"""A repair told to people is safe to print and says where it is."""

from archiver.model import Repair, Span
from archiver.text.explain import AROUND, explain, visible
from archiver.text.repair import repair
from archiver.text.rules import RULES


def test_each_repair_is_told_with_its_line_and_its_rule() -> None:
    source = "First.\nSaid â€œyesâ€ twice.\nunder oath.Â"
    repaired = repair(source)
    told = [explain(entry, source, repaired.text) for entry in repaired.repairs]
    assert [(one.line, one.before, one.after) for one in told] == [
        (2, "Said ⟦â€œ⟧yesâ€ twice.", "Said ⟦“⟧yes” twice."),
        (2, "Said â€œyes⟦â€⟧ twice.", "Said “yes⟦”⟧ twice."),
        (3, "under oath.⟦Â⟧", "under oath.⟦⟧"),
    ]
    assert [one.says for one in told] == [RULES[entry.rule].says for entry in repaired.repairs]


def test_a_suggestion_shows_what_would_stand_there() -> None:
    source = "heâ€s late"
    repaired = repair(source)
    told = explain(repaired.suggestions[0], source, repaired.text)
    assert (told.before, told.after, told.confidence) == ("he⟦â€⟧s late", "he⟦’⟧s late", "low")


def test_a_long_line_is_shown_in_part() -> None:
    source = "x" * 500 + "â€™" + "y" * 500
    told = explain(repair(source).repairs[0], source, repair(source).text)
    assert told.before == "x" * AROUND + "⟦â€™⟧" + "y" * AROUND


def test_a_rule_of_another_version_has_no_sentence() -> None:
    place = Span(0, 1)
    entry = Repair(rule="new", before="a", after="b", source_span=place, span=place, confidence="high", by="x")
    assert explain(entry, "a", "b").says == ""


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    assert visible("\x1b[31m\u202e\u200b\x9b\ud800é“") == "\\x1b[31m\\u202e\\u200b\\x9b\\ud800é“"
