"""What damage explains is counted, in bounded memory and time, and nothing else is kept back."""

import pytest

from archiver.findings import Finding
from archiver.verify import losses
from archiver.verify.losses import Losses


def finding(code: str) -> Finding:
    return Finding(code=code, message="x")


def codes(found: object) -> list[str]:
    return [each.code for each in found]  # type: ignore[attr-defined]


def test_a_place_is_covered_from_where_bytes_are_left_out_to_the_next_record() -> None:
    lost = Losses()
    for start, end in ((70, 90), (10, 20)):
        lost.begin(start)
        lost.end(end)
    lost.begin(200)
    places = (9, 10, 19, 20, 69, 70, 89, 90, 199, 200, 10**9)
    assert [place for place in places if lost.covers(place)] == [10, 19, 70, 89, 200, 10**9]


def test_nothing_is_kept_back_where_nothing_was_lost() -> None:
    lost = Losses()
    assert codes(lost.explain([finding("E601"), finding("E611")])) == ["E601", "E611"]
    assert list(lost.note()) == []


def test_what_follows_is_kept_back_and_the_rest_is_told() -> None:
    lost = Losses()
    lost.begin(0)
    assert codes(lost.explain([finding("E601"), finding("E301"), finding("E601")])) == ["E301"]
    (note,) = lost.note()
    assert (note.code, note.found) == ("I623", "E601 × 2")


@pytest.mark.parametrize(("causes", "told"), [(0, 3), (2, 3), (3, 0), (9, 0)])
def test_no_more_is_kept_back_than_there_are_causes(causes: int, told: int) -> None:
    assert len(list(Losses().explain_by(causes, [finding("E424")] * 3))) == told


def test_neither_gaps_nor_findings_are_held_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "_MOST_SPANS", 3)
    monkeypatch.setattr(losses, "_MOST_KEPT", 3)
    lost = Losses()
    for start in range(0, 1000, 10):
        lost.begin(start)
        lost.end(start + 5)
    assert len(lost.spans) == 3
    assert [lost.covers(place) for place in (4, 6, 24, 996)] == [True, False, True, False]
    assert len(list(lost.explain_by(100, [finding("E424")] * 50))) == 50
