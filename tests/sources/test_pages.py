"""What pages say of themselves, and on what basis."""

from dataclasses import fields
from typing import Any

import pytest

from archiver.model import Stated
from archiver.references.html.source import Page
from archiver.sources.pages import metadata
from tests.cases import cases

LINKED = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": "NewsArticle",
"headline": "Rain &amp; wind", "url": "https://e.example/ld", "author": [{"name": "Ada"}, {"name": "Bo"}],
"datePublished": "2017-07-21", "publisher": {"name": "The Example"}}]}</script>"""


@pytest.mark.parametrize(
    ("source", "field", "value", "basis"),
    [
        ('<link rel="canonical" href="https://e.example/a">', "url", "https://e.example/a", "html:canonical"),
        ('<link rel="Canonical nofollow" href=" HTTP://e.example/a ">', "url", "HTTP://e.example/a", "html:canonical"),
        ('<link rel=canonical href="/a"><meta property=og:url content=https://e.example/b>', "url",
         "https://e.example/b",
         "html:og:url"),
        (LINKED, "url", "https://e.example/ld", "html:json-ld:@graph/1/url"),
        (LINKED, "title", "Rain & wind", "html:json-ld:@graph/1/headline"),
        (LINKED + '<meta property="og:title" content="Wind">', "title", "Wind", "html:og:title"),
        ("<title>\n Rain &amp;\nwind </title>", "title", "Rain & wind", "html:title"),
        (LINKED, "site", "The Example", "html:json-ld:@graph/1/publisher/name"),
        ("<html lang=en-GB>", "language", "en-GB", "html:lang"),
        ('<html lang=en-GB><meta property="og:locale" content="en_US">', "language", "en_US", "html:og:locale"),
        (LINKED + '<meta name=date content="2001-01-01">', "published", "2017-07-21",
         "html:json-ld:@graph/1/datePublished"),
        ('<meta itemprop="datePublished" content="2017-07-22">', "published", "2017-07-22", "html:datepublished"),
        ('<meta property="article:modified_time" content="2017-07-23">', "modified", "2017-07-23",
         "html:article:modified_time"),
    ],
)  # fmt: skip
def test_a_field_and_its_basis(source: str, field: str, value: str, basis: str) -> None:
    found = getattr(metadata(Page(source)), field)
    assert (found.value, found.basis) == (value, basis)


@pytest.mark.parametrize("case", cases("metadata"))
def test_what_a_page_says_of_itself(case: Any) -> None:
    found = metadata(Page(case["input"]))
    assert {field.name: said for field in fields(found) if (said := told(getattr(found, field.name)))} == case[
        "expected"
    ]


def told(value: Any) -> Any:
    """Values with their bases, as a case has them."""
    return [value.value, value.basis] if isinstance(value, Stated) else [told(each) for each in value or ()]


def test_authors() -> None:
    assert [author.value for author in metadata(Page(LINKED)).authors] == ["Ada", "Bo"]
    profile = '<meta property="article:author" content="https://e.example/ada">'
    assert metadata(Page(profile)).authors == ()
    assert metadata(Page(profile + '<meta name="author" content="Ada">')).authors[0].basis == "html:author"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "<script type=application/ld+json>{broken</script>",
        '<script type="application/ld+json">{"@type": "Person", "name": "Ada"}</script>',
        '<link rel=canonical href="javascript:x()"><meta property=og:url content="urn:x">',
        '<meta name="author" content=" "><meta name="date" content="None">',
        f"<title>{'x' * 5000}</title>",
        '<meta property="og:title">',
    ],
)
def test_nothing_that_can_be_used(source: str) -> None:
    found = metadata(Page(source))
    assert not any((found.url, found.title, found.authors, found.site, found.language, found.published))


BLOCK = '<script type="application/ld+json">{}</script>'
PERSON = '{"@type": "Person", "@id": "#jo", "name": "Jo Lind"}'
ARTICLE = '{"@type": "Article", "headline": "Rain", "author": {"@id": "#jo"}, "publisher": {"@id": "#desk"}}'
DESK = '{"@type": "Organization", "@id": "#desk", "name": "The Desk"}'


@pytest.mark.parametrize(
    ("source", "authors", "site"),
    [
        (BLOCK.format(f'{{"@graph": [{ARTICLE}, {PERSON}, {DESK}]}}'), ["Jo Lind"], "The Desk"),
        (BLOCK.format(f"[{ARTICLE}, {PERSON}]"), ["Jo Lind"], None),
        (BLOCK.format(ARTICLE) + BLOCK.format(DESK) + BLOCK.format(PERSON), ["Jo Lind"], "The Desk"),
        (BLOCK.format(ARTICLE.replace('{"@id": "#jo"}', '[{"@id": "#jo"}, {"name": "Bo"}]')) + BLOCK.format(PERSON),
         ["Jo Lind", "Bo"], None),
        (BLOCK.format(ARTICLE), [], None),
        (BLOCK.format(ARTICLE.replace('"#jo"', "7")) + BLOCK.format(PERSON), [], None),
        (BLOCK.format(ARTICLE) + BLOCK.format(PERSON.replace('"name"', '"nick"')), [], None),
    ],
)  # fmt: skip
def test_who_is_named_by_id_alone_is_looked_up(source: str, authors: list[str], site: str | None) -> None:
    found = metadata(Page(source))
    assert [author.value for author in found.authors] == authors
    assert (found.site.value if found.site else None) == site
