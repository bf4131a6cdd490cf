"""What a packing run says when it is done."""

from archiver.findings import Finding
from archiver.model import sha256
from archiver.pack.assemble import Report
from archiver.report import going
from archiver.report.packed import rejection, summary

RECORD = {
    "source": {"name": "a.jsonl", "offset": 12, "length": 3, "digest": sha256(b""), "media_type": "text/plain"},
    "findings": [{"code": "E101", "severity": "error", "message": "There is\x1b[2J nothing."}],
}


def lines(rejected: int = 0, notes: int = 0, shown: int | None = 2, out: str = "out", duplicate: int = 0) -> list[str]:
    """The summary of a run that archived seven articles."""
    counts = {"items": {"archived": 7, "duplicate": duplicate, "rejected": rejected}}
    note = Finding(code="I117", message="Left out.", file="x.pdf")
    report = Report(counts=counts, rejected=rejected, notes=(note,) * notes, digest=sha256(b""))
    return list(summary(report, out, [RECORD] * rejected, shown=shown))


def test_all_is_well() -> None:
    assert lines() == [
        "Packed 7 items into out: 7 archived.",
        "",
        "Next: archiver verify out",
        "      archiver replay out",
    ]


def test_the_counts_add_up() -> None:
    assert lines(rejected=1, duplicate=2)[0] == (
        "Packed 10 items into out: 7 archived, 2 of the same bytes as another, 1 rejected."
    )


def test_rejections_and_notes_are_told_up_to_a_bound() -> None:
    told = lines(rejected=3, notes=4)
    assert told.count("  a.jsonl, byte 12 — E101 There is⟨U+001B⟩[2J nothing.") == 2
    assert "  … and 1 more: archiver list out --rejected" in told
    assert told.count("  I117 x.pdf — Left out.") == 2
    assert "  … and 2 more: out, provenance/run.json" in told


def test_notes_that_were_too_many_are_counted() -> None:
    rest = Finding(code="I117", message="There are 12345 more of these.", found="12345")
    counts = {"items": {"archived": 7, "duplicate": 0, "rejected": 0}}
    notes = (*[Finding(code="I117", message="Left out.", file="x.pdf")] * 4, rest)
    report = Report(counts=counts, rejected=0, notes=notes, digest=sha256(b""))
    assert "  … and 12,347 more: out, provenance/run.json" in summary(report, "out", [], shown=2)
    assert list(summary(report, "out", [], shown=None))[-4] == "  I117 — There are 12345 more of these."
    assert going.facts(report, "out", {})["notes"] == 12349


def test_without_a_bound_all_are_told() -> None:
    told = lines(rejected=3, notes=4, shown=None)
    assert sum("E101" in line for line in told) == 3
    assert not any("more" in line for line in told)


def test_a_name_stands_as_a_shell_takes_it() -> None:
    assert "Next: archiver verify 'my papers'" in lines(out="my papers")


def test_the_first_item_of_a_source_goes_without_its_place() -> None:
    record = {**RECORD, "source": {**RECORD["source"], "offset": 0}}  # type: ignore[dict-item]
    assert rejection(record).startswith("  a.jsonl — ")
