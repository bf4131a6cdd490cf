"""The ledger composes, plays in both directions, and refuses what does not fit."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Confidence, Repair, Span
from archiver.text.ledger import Alignment, Edit, LedgerError, apply, edited, joined, ledger, then, unapply


def edit(start: int, end: int, after: str, rule: str = "one") -> Edit:
    return Edit(start=start, end=end, after=after, rule=rule, confidence="certain", by="test")


@st.composite
def edits_of(draw: st.DrawFn, text: str, rule: str) -> list[Edit]:
    """Sorted, disjoint edits of `text`, none of which is empty on both sides."""
    bounds = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    made = [edit(start, end, draw(st.text("xyz", max_size=3)), rule) for start, end in pairs]
    starts = [one.start for one in made]
    return [one for one in made if starts.count(one.start) == 1 and text[one.start : one.end] != one.after]


@st.composite
def stages(draw: st.DrawFn) -> tuple[str, list[Edit], list[Edit]]:
    source = draw(st.text("abcdef\udc81", max_size=20))
    first = draw(edits_of(source, "first"))
    return source, first, draw(edits_of(edited(source, first), "second"))


@given(stages())
def test_composing_two_stages_gives_what_the_stages_give(drawn: tuple[str, list[Edit], list[Edit]]) -> None:
    source, first, second = drawn
    assert edited(source, then(source, first, second)) == edited(edited(source, first), second)


@given(stages())
def test_a_ledger_plays_in_both_directions(drawn: tuple[str, list[Edit], list[Edit]]) -> None:
    source, first, second = drawn
    composed = then(source, first, second)
    entries = ledger(source, composed)
    text = edited(source, composed)
    assert apply(source, entries) == text
    assert unapply(text, entries) == source
    assert all(entry.source_span.of(source) == entry.before and entry.span.of(text) == entry.after for entry in entries)


@given(stages(), st.data())
def test_a_span_maps_to_the_source_that_became_it(
    drawn: tuple[str, list[Edit], list[Edit]], data: st.DataObject
) -> None:
    source, first, second = drawn
    entries = ledger(source, then(source, first, second))
    text = apply(source, entries)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    there = Alignment(entries).to_source(Span(start, end))
    within = [entry for entry in entries if entry.span.start < end and entry.span.end > start]
    assert 0 <= there.start <= there.end <= len(source)
    assert all(there.start <= entry.source_span.start and entry.source_span.end <= there.end for entry in within)
    if start < end and not within:
        assert there.of(source) == text[start:end]


def test_edits_that_touch_stay_apart() -> None:
    composed = then("ab", [edit(0, 1, "x", "first")], [edit(1, 2, "y", "second")])
    assert [(one.rule, one.start, one.end) for one in composed] == [("first", 0, 1), ("second", 1, 2)]


def test_edits_that_overlap_become_one_under_the_first_rule() -> None:
    composed = then("abcd", [edit(1, 2, "xx", "first")], [edit(2, 4, "", "second")])
    assert [(one.rule, one.start, one.end, one.after) for one in composed] == [("first", 1, 3, "x")]


def test_a_second_stage_that_undoes_the_first_leaves_nothing() -> None:
    assert then("abc", [edit(1, 2, "x")], [edit(1, 2, "b")]) == []


def entry(before: str, after: str, source_span: Sequence[int], span: Sequence[int]) -> Repair:
    return Repair(
        rule="r", before=before, after=after, source_span=Span(*source_span), span=Span(*span), confidence="low", by="t"
    )


@pytest.mark.parametrize(
    ("entries", "index", "says"),
    [
        ([entry("b", "x", (1, 2), (1, 2)), entry("a", "y", (0, 1), (0, 1))], 1, "before the end"),
        ([entry("z", "x", (1, 2), (1, 2))], 0, "not what the entry says"),
        ([entry("", "x", (9, 9), (9, 10))], 0, "not what the entry says"),
        ([entry("b", "x", (1, 2), (2, 3))], 0, "other side"),
        ([entry("b", "x", (1, 2), (1, 3))], 0, "other side"),
    ],
)
def test_a_ledger_that_does_not_fit_is_refused(entries: list[Repair], index: int, says: str) -> None:
    with pytest.raises(LedgerError, match=says) as raised:
        apply("abc", entries)
    assert raised.value.index == index


def sure(start: int, end: int, after: str, confidence: Confidence, plan: str | None = None) -> Edit:
    return Edit(start=start, end=end, after=after, rule=confidence, confidence=confidence, by="test", plan=plan)


def test_of_edits_that_become_one_the_less_sure_names_it() -> None:
    composed = then("abcd", [sure(1, 2, "xx", "certain")], [sure(2, 4, "y", "low")])
    assert [(one.rule, one.confidence) for one in composed] == [("low", "low")]


def test_of_equally_sure_edits_the_one_without_a_plan_names_it_and_plans_add_up() -> None:
    (twice,) = then("abc", [sure(0, 1, "xy", "high", plan="one")], [sure(0, 2, "z", "high", plan="two")])
    assert twice.plan == "one → two"
    (guess,) = then("abc", [sure(1, 1, "!", "high")], [sure(0, 2, "z", "high", plan="two")])
    assert (guess.start, guess.end, guess.plan) == (0, 1, "two")


def test_edits_that_touch_are_joined_where_one_rule_made_them_in_one_way() -> None:
    made = [edit(0, 1, "x"), edit(1, 2, "y"), edit(2, 3, "z", "two"), edit(4, 5, "", "two")]
    assert [(one.start, one.end, one.after) for one in joined(made)] == [(0, 2, "xy"), (2, 3, "z"), (4, 5, "")]
    assert list(joined([])) == []
