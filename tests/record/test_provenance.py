"""Records go out to JSON and come back the same; what JSON cannot carry is kept exactly."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.model import Repair, Span, sha256
from archiver.record import provenance, schema
from archiver.text.ledger import unapply
from tests.articles import PAYLOAD, TEXT, article


def test_an_article_comes_back_as_it_was() -> None:
    record = json.loads(provenance.to_bytes(provenance.to_dict(article(), inline=True)))
    assert provenance.from_dict(record, record["text"]) == article()


@pytest.mark.parametrize("inline", [True, False])
def test_the_record_is_valid(inline: bool) -> None:
    assert list(schema.check(json.loads(provenance.to_bytes(provenance.to_dict(article(), inline=inline))))) == []


def test_in_a_package_the_text_is_named_by_its_digest() -> None:
    record = provenance.to_dict(article(), inline=False)
    assert record["text"] == {"digest": sha256(TEXT.encode()), "length": len(TEXT.encode())}


def test_the_ledger_of_a_written_record_leads_back_to_the_bytes() -> None:
    record = json.loads(provenance.to_bytes(provenance.to_dict(article(), inline=True)))
    source = unapply(record["text"], provenance.repairs_from(record))
    assert source.encode("utf-8", "surrogateescape") == PAYLOAD


@given(st.text(st.characters(), min_size=1, max_size=5) | st.text("\ud83d\udc81\udfffa", min_size=1, max_size=4))
def test_every_code_point_survives_json(before: str) -> None:
    entry = Repair(
        rule="mojibake",
        before=before,
        after="x",
        source_span=Span(0, len(before)),
        span=Span(0, 1),
        confidence="low",
        by="t",
        field="title",
    )
    record = provenance.to_dict(article(repairs=(entry,)), inline=True)
    assert provenance.repairs_from(json.loads(provenance.to_bytes(record))) == (entry,)


def test_what_json_cannot_carry_is_shown_as_lost_and_kept_as_numbers() -> None:
    written = provenance.to_dict(article(), inline=True)["repairs"][1]
    assert (written["before"], written["before_code_points"]) == ("\ufffd", [0xDC81])


def test_a_rejection_says_its_errors_first() -> None:
    findings = (Finding(code="W115", message="a"), Finding(code="E103", message="b"))
    source = {"name": "a.json", "offset": 0, "length": 1, "digest": sha256(b"{"), "media_type": "application/json"}
    record = provenance.rejection("urn:uuid:00000000-0000-5000-8000-000000000001", source, findings)
    assert [finding["code"] for finding in record["findings"]] == ["E103", "W115"]
    assert list(schema.check(record)) == []
