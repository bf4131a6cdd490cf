"""Canonical URLs, what they lead to, and the tweets that they name."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3986_validator import validate_rfc3986  # type: ignore[import-untyped]

from archiver.references.urls import absolute, canonical, kind, status
from tests.cases import cases

TARGET = re.compile(r"""[a-z][a-z0-9+.-]*://[!$%&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]+""")


@pytest.mark.parametrize("case", cases("urls"))
def test_absolute(case: dict[str, Any]) -> None:
    assert absolute(case["input"], case.get("base")) == case["expected"]


@pytest.mark.parametrize("case", [case for case in cases("urls") if case.values[0]["expected"]])
def test_the_canonical_form_is_its_own(case: dict[str, Any]) -> None:
    assert absolute(case["expected"]) == case["expected"]


@pytest.mark.parametrize(
    ("surface", "url"),
    [
        ("pic.twitter.com/Rm7LpXcD2y", "https://pic.twitter.com/Rm7LpXcD2y"),
        ("t.co/kT4vWq9ZbX", "https://t.co/kT4vWq9ZbX"),
        ("www.example.org", "https://www.example.org/"),
        ("//example.org/a", "https://example.org/a"),
        ("example.org:8080/a", "https://example.org:8080/a"),
        ("http://example.org/a", "http://example.org/a"),
        ("web.archive.org/web/2017/http://example.org/", "https://web.archive.org/web/2017/http://example.org/"),
        ("/index.html", None),
        ("intranet/a", None),
        ("mailto:desk@example.org", None),
        ("javascript:alert(1)", None),
        ("see example.org", None),
        ("", None),
    ],
)
def test_prose_may_leave_the_scheme_out(surface: str, url: str | None) -> None:
    assert canonical(surface) == url


def test_with_a_base_nothing_is_guessed() -> None:
    assert canonical("www.example.org", "https://example.com/a/") == "https://example.com/a/www.example.org"


@pytest.mark.parametrize("case", cases("kinds"))
def test_kind(case: dict[str, Any]) -> None:
    assert kind(case["input"], case.get("page", "https://www.example.org/a")) == case["expected"]


@pytest.mark.parametrize("case", cases("statuses"))
def test_status(case: dict[str, Any]) -> None:
    found = status(case["input"])
    assert (list(found) if found else None) == case["expected"]


def test_a_status_has_one_url() -> None:
    found = [status(f"https://{host}/jane/status/20?s=1") for host in ("x.com", "mobile.twitter.com")]
    assert {status.url for status in found if status} == {"https://twitter.com/jane/status/20"}


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["http://example.org/", "https://", "x:", "http:"]))
def test_a_url_is_fit_for_a_header_or_there_is_none(host: str, path: str, start: str) -> None:
    for value in (start + host + path, f"{start}{host}.org/{path}", f"http://example.org/{path}", host):
        for url in (absolute(value), canonical(value), absolute(value, "https://example.org/a")):
            assert url is None or (TARGET.fullmatch(url) and validate_rfc3986(url, rule="URI"))
            assert url is None or absolute(url) == url
            assert url is None or kind(url, "https://example.org/") in {"internal", "outbound"}


@pytest.mark.parametrize(
    "url",
    [
        "https://twitter.com/sharethis",
        "https://twitter.com/shareholders",
        "https://twitter.com/share_desk",
        "https://facebook.com/sharersunited",
        "https://www.reddit.com/submitted",
        "https://jo.tumblr.com/shared-garden",
    ],
)
def test_a_longer_word_shares_nothing(url: str) -> None:
    assert kind(url) == "outbound"


@pytest.mark.parametrize(
    "url",
    [
        "https://twitter.com/share",
        "https://twitter.com/share?url=x",
        "https://www.facebook.com/sharer.php?u=x",
        "https://www.facebook.com/sharer/sharer.php?u=x",
        "https://www.reddit.com/submit?url=x",
        "https://www.tumblr.com/share/link",
    ],
)
def test_what_shares(url: str) -> None:
    assert kind(url) == "share"
