"""Damaged text comes back, good text stays as it is, and every change can be taken back."""

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.text.ledger import apply, unapply
from archiver.text.repair import Repaired, repair
from archiver.text.rules import AFTER, BEFORE, RULES

CASES = Path(__file__).parents[1] / "data" / "cases"
NOISE = "%âãÏÓ xœí]Ys·~çŸÀ›¥Ê‡™…û(•ª,Ù±¤Ø‰’¼¤ü@‰¢D›—HÊ*å×§"
CLEAN: dict[str, list[str]] = json.loads((CASES.parent / "clean_lines.json").read_text(encoding="utf-8"))


def cases(name: str) -> list[Any]:
    """The cases of one file, each under its label."""
    rows = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["label"]) for row in rows]


def checked(source: str) -> Repaired:
    """`source` repaired, and what holds of every repair held."""
    repaired = repair(source)
    assert apply(source, repaired.repairs) == repaired.text
    assert unapply(repaired.text, repaired.repairs) == source
    for entry in repaired.repairs:
        assert entry.source_span.of(source) == entry.before
        assert entry.span.of(repaired.text) == entry.after
        assert entry.confidence == RULES[entry.rule].confidence != "low"
    for entry in repaired.suggestions:
        assert entry.source_span.of(source) == entry.before
    assert repair(repaired.text).text == repaired.text
    return repaired


@pytest.mark.parametrize("case", cases("damaged"))
def test_damage_is_repaired_by_its_rule(case: dict[str, str]) -> None:
    repaired = checked(case["input"])
    assert repaired.text == case["expected"]
    assert case["rule"] in {entry.rule for entry in repaired.repairs}


@pytest.mark.parametrize("case", cases("untouched"))
def test_what_is_not_damaged_or_is_lost_stays_as_it_is(case: dict[str, str]) -> None:
    assert checked(case["text"]).text == case["text"]


@pytest.mark.parametrize("case", cases("suggested"))
def test_what_can_be_read_in_two_ways_is_suggested(case: dict[str, str]) -> None:
    repaired = checked(case["input"])
    assert repaired.text == case["input"]
    assert [(entry.rule, entry.after) for entry in repaired.suggestions] == [(case["rule"], case["after"])]
    assert repair(case["input"], min_confidence="low").text == case["applied"]
    assert repair(case["input"], min_confidence="low").suggestions == ()


@pytest.mark.parametrize("case", cases("known-failures"))
@pytest.mark.xfail(reason="known: the evidence is not in the line", strict=True)
def test_known_failures(case: dict[str, str]) -> None:
    assert repair(case["input"]).text == case["expected"]


@pytest.mark.parametrize("language", sorted(CLEAN))
def test_clean_lines_of_many_languages_stay_as_they_are(language: str) -> None:
    for line in CLEAN[language]:
        assert checked(line).text == line


@pytest.mark.parametrize("language", sorted(CLEAN))
@pytest.mark.parametrize("times", [1, 2, 3])
def test_lines_that_kept_every_byte_come_back(language: str, times: int) -> None:
    for line in CLEAN[language]:
        damaged = line
        for _ in range(times):
            damaged = damaged.encode().decode("sloppy-windows-1252")
        assert checked(damaged).text == line.replace("\xa0", " ")


@pytest.mark.parametrize("language", sorted(CLEAN))
def test_lines_of_which_some_characters_are_broken_come_back(language: str) -> None:
    chance = random.Random(language)
    for line in CLEAN[language]:
        broken = (one.encode().decode("sloppy-windows-1252") if chance.random() < 0.4 else one for one in line)
        assert checked("".join(broken)).text == line.replace("\xa0", " ")


def test_no_state_leaks_from_line_to_line() -> None:
    lines = [case.values[0]["input"] for case in cases("damaged") if "\n" not in case.values[0]["input"]]
    lines = [line for line in lines if "\r" not in line and not line.startswith(("\ufeff", "ï»¿"))]
    assert repair("\n".join(lines)).text.split("\n") == [repair(line).text for line in lines]


def test_every_rule_has_a_case_and_every_row_a_rule() -> None:
    shown = {case.values[0]["rule"] for name in ("damaged", "suggested") for case in cases(name)}
    assert shown == set(RULES)
    assert {row.rule for row in (*BEFORE, *AFTER)} < set(RULES)


def test_a_row_is_found_only_where_its_sign_is() -> None:
    lines = [case.values[0]["input"] for name in ("damaged", "suggested") for case in cases(name)]
    for row in (*BEFORE, *AFTER):
        assert all(row.sign in line for line in lines if row.pattern.search(line))


def test_adjacent_changes_by_different_rules_stay_apart() -> None:
    repaired = checked("â€˜noâ€™â€ he said")
    assert [(entry.rule, entry.before, entry.after) for entry in repaired.repairs] == [
        ("mojibake", "â€˜", "‘"),
        ("mojibake", "â€™", "’"),
        ("lost-right-quote", "â€", "”"),
    ]


def test_the_plan_stands_in_the_entry_layer_by_layer() -> None:
    once, twice = checked("itâ€™s").repairs[0], checked("itÃ¢â‚¬â„¢s").repairs[0]
    assert once.plan == "encode windows-1252 → decode utf-8"
    assert twice.plan == f"{once.plan} → {once.plan}"
    assert once.by.startswith("ftfy ")
    assert checked("under oath.Â").repairs[0].plan is None


def test_only_what_is_certain_can_be_asked_for() -> None:
    repaired = repair("itâ€™s here \n", min_confidence="certain")
    assert repaired.text == "itâ€™s here\n"
    assert [(entry.rule, entry.after) for entry in repaired.suggestions] == [("mojibake", "’")]
    assert repaired.suggestions[0].span.of(repaired.text) == "â€™"


def test_a_suggestion_is_told_of_the_source() -> None:
    source = "Itâ€™s\xa0so, heâ€s late"
    repaired = checked(source)
    (entry,) = repaired.suggestions
    assert entry.source_span.of(source) == "â€"
    assert entry.span.of(repaired.text) == "â€"
    assert entry.span != entry.source_span


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("It was the \ufffdrst time", ["\ufffd"]),
        ("Well done ðŸ½â€", ["ðŸ½â€"]),
        ("a\udc9db", ["\ufffd"]),
        ("odd \x81 byte", ["\x81"]),
        (f"good\n{NOISE}", [NOISE]),
        ("“It’s fine,” she said", []),
    ],
)
def test_what_is_lost_for_good_is_reported(source: str, lost: list[str]) -> None:
    repaired = checked(source)
    assert [span.of(repaired.text) for span in repaired.lost] == lost


def test_a_very_long_line_is_repaired_piece_by_piece() -> None:
    source = "It was â€œcleanâ€, he said. " * 1_000 + "x" * 30_000 + "â€™"
    repaired = checked(source)
    assert repaired.text == "It was “clean”, he said. " * 1_000 + "x" * 30_000 + "’"


def test_the_name_of_the_field_stands_in_every_entry() -> None:
    assert {entry.field for entry in repair("itâ€™s\xa0so ", "title").repairs} == {"title"}


FRAGMENTS = [
    *"aZ .,?!\"'&;\n\r\t\x00\x19\x1c\x85\x93\x9d\xa0“”‘’„–—…•†",
    *"ÂÃâ€™œ©Ð¿Ñðïéàü\ufffd\udc81\ud800\ufeffгРЂ√Ä中א😀\u200d",
    "â€", "â€™", "â€\x9d", "Ã©", "Ã ", "Â ", "ï¸", "ðŸ˜‚", "ðŸ", "word ", "Ã¢â‚¬", "â‚¬", "Å‚", "вЂ™", "Ð¿",
    "&amp;", "amp;", "rsquo;", "#39;", "ÔÇÖ", "”™", "don", "t ",
]  # fmt: skip


@settings(max_examples=120)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_repairing_can_be_taken_back_and_done_again(source: str) -> None:
    repaired = checked(source)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert repaired.text.count("\n") == lines


@settings(max_examples=80)
@given(st.text(max_size=60))
def test_any_text_can_be_repaired_and_taken_back(source: str) -> None:
    checked(source)


@pytest.mark.parametrize("fragment", ["Ã ", "Â ", "“†a", "â€?", "&amp;", "†", "\x93a"])
def test_hostile_lines_take_steps_in_proportion(fragment: str) -> None:
    def steps(length: int) -> int:
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        text = fragment * (length // len(fragment))
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            repair(text)
        finally:
            sys.setprofile(before)
        return calls

    steps(500)  # what is built once is built
    assert steps(4_000) < 10 * steps(500)


def test_a_suggestion_within_a_repair_is_told_of_all_of_it() -> None:
    source = "xÃ©Ã¢â‚¬Ã©y"
    repaired = repair(source)
    for entry in repaired.suggestions:
        assert entry.source_span.of(source) == entry.before
        here = repaired.text[: entry.span.start] + entry.after + repaired.text[entry.span.end :]
        assert here == "xé’éy"
