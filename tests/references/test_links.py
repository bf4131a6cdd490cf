"""Links in plain text, bounded as a reader would bound them."""

from itertools import pairwise
from typing import Any

import pytest

from archiver.references.links import places, surfaces
from tests.cases import cases


@pytest.mark.parametrize("case", cases("links"))
def test_links(case: dict[str, Any]) -> None:
    text = case["input"]
    assert [surface.span.of(text) for surface in surfaces(text)] == case["expected"]


@pytest.mark.parametrize("case", cases("links"))
def test_no_link_is_taken_for_cut_short(case: dict[str, Any]) -> None:
    assert not any(surface.truncated for surface in surfaces(case["input"]))


@pytest.mark.parametrize("case", cases("truncated"))
def test_truncated(case: dict[str, Any]) -> None:
    text = case["input"]
    assert [[found.span.of(text), found.url, found.truncated] for found in surfaces(text)] == [case["expected"]]


def test_mail_addresses_have_a_url_of_their_own() -> None:
    (mail,) = surfaces("Desk: Jane.Doe%1@News.Example.ORG")
    assert mail.url == "mailto:Jane.Doe%251@news.example.org"


def test_a_link_longer_than_servers_take_is_cut_and_says_so() -> None:
    text = "https://example.org/" + "a" * 5000
    (link,) = surfaces(text)
    assert link.truncated
    assert len(link.span.of(text)) < len(text)


def test_places_come_in_order() -> None:
    assert list(places("a/b@c/@", "/", "@", "#")) == [1, 3, 5, 6]


BEGINNINGS = (
    "/",
    "@",
    "www.",
    "http://",
    "t.co/",
    "http://a.bc/(",
    "'http://a.bc/",
    "a@",
    "x.com/x/",
    "a.b" * 90 + "/",
)


@pytest.mark.parametrize("unit", BEGINNINGS)
def test_a_line_of_nothing_but_beginnings_ends(unit: str) -> None:
    """30,000 characters, each of which could begin a link that never ends: a quadratic scan would not come back."""
    text = unit * (30_000 // len(unit))
    assert all(one.span.end <= other.span.start for one, other in pairwise(surfaces(text)))
