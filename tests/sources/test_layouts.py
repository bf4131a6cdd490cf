"""Articles are found in what scrapers write, with the place of each value; what is no article says why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.model import Metadata, Stated
from archiver.sources.layouts import Item, recognise

TRAFILATURA = {
    "title": "Rain",
    "author": "A. Bee; C. Dee",
    "hostname": "example.org",
    "date": "2017-07-21",
    "fingerprint": "f",
    "id": None,
    "license": None,
    "comments": "",
    "raw_text": "It rained all.",
    "text": "It rained.\nAll day.",
    "language": None,
    "image": None,
    "pagetype": None,
    "filedate": "2017-08-01",
    "source": "https://example.org/rain",
    "source-hostname": "The Wire",
    "excerpt": "",
    "categories": "",
    "tags": "",
}
NEWS_PLEASE = {
    "authors": ["A. Bee"],
    "date_download": "2017-08-01 10:00:00",
    "date_modify": "None",
    "date_publish": "2017-07-21 09:00:00",
    "description": "d",
    "filename": "f",
    "image_url": None,
    "language": "en",
    "localpath": None,
    "title": "Rain",
    "title_page": None,
    "title_rss": None,
    "source_domain": "example.org",
    "maintext": "It rained.",
    "url": "https://example.org/rain",
}
NEWSPAPER = {
    "url": "https://example.org/rain",
    "read_more_link": "",
    "language": "en",
    "title": "Rain",
    "top_image": "",
    "images": [],
    "authors": ["A. Bee", "C. Dee"],
    "publish_date": "2017-07-21T09:00:00",
    "summary": "",
    "meta_lang": "en",
    "meta_site_name": "The Wire",
    "canonical_link": "https://example.org/rain",
    "text": "It rained.",
}
NEWS_ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Rain",
    "author": [{"@type": "Person", "name": "A. Bee"}, "C. Dee"],
    "publisher": {"@type": "Organization", "name": "The Wire"},
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://example.org/rain"},
    "datePublished": "2017-07-21",
    "dateModified": "2017-07-22",
    "inLanguage": "en",
    "articleBody": "It rained.",
}


def item(value: Any, **fields: str) -> Item:
    found = recognise(value, fields)
    assert isinstance(found, Item), found
    return found


def bases(found: Item) -> dict[str, Any]:
    known = found.metadata
    single = {name: getattr(known, name) for name in Metadata.__slots__ if name != "authors"}
    stated = {name: (one.value, one.basis) for name, one in single.items() if one}
    return stated | ({"authors": [(one.value, one.basis) for one in known.authors]} if known.authors else {})


def test_trafilatura() -> None:
    found = item(TRAFILATURA)
    assert (found.layout, found.pointer, found.text) == ("trafilatura", "/text", "It rained.\nAll day.")
    assert bases(found) == {
        "url": ("https://example.org/rain", "field:source"),
        "title": ("Rain", "field:title"),
        "authors": [("A. Bee", "field:author"), ("C. Dee", "field:author")],
        "site": ("The Wire", "field:source-hostname"),
        "published": ("2017-07-21", "field:date"),
        "retrieved": ("2017-08-01", "field:filedate"),
    }


def test_news_please() -> None:
    found = item(NEWS_PLEASE)
    assert (found.layout, found.pointer) == ("news-please", "/maintext")
    assert bases(found) == {
        "url": ("https://example.org/rain", "field:url"),
        "title": ("Rain", "field:title"),
        "authors": [("A. Bee", "field:authors/0")],
        "site": ("example.org", "field:source_domain"),
        "language": ("en", "field:language"),
        "published": ("2017-07-21 09:00:00", "field:date_publish"),
        "retrieved": ("2017-08-01 10:00:00", "field:date_download"),
    }


def test_newspaper() -> None:
    found = item(NEWSPAPER)
    assert (found.layout, found.pointer) == ("newspaper", "/text")
    assert bases(found)["site"] == ("The Wire", "field:meta_site_name")
    assert bases(found)["authors"] == [("A. Bee", "field:authors/0"), ("C. Dee", "field:authors/1")]
    assert bases(found)["published"] == ("2017-07-21T09:00:00", "field:publish_date")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (NEWS_ARTICLE, ""),
        ({"@graph": [{"@type": "WebPage"}, NEWS_ARTICLE]}, "/@graph/1"),
        ([{"@type": "BreadcrumbList"}, 5, NEWS_ARTICLE | {"@type": ["http://schema.org/ReportageNewsArticle"]}], "/2"),
        ([NEWS_ARTICLE], "/0"),
        ({"_source": NEWS_ARTICLE, "_index": "news"}, "/_source"),
    ],
)
def test_schema_org(value: Any, place: str) -> None:
    found = item(value)
    prefix = "field:" + (place[1:] + "/" if place else "")
    assert (found.layout, found.pointer) == ("schema.org", place + "/articleBody")
    assert bases(found) == {
        "url": ("https://example.org/rain", prefix + "mainEntityOfPage/@id"),
        "title": ("Rain", prefix + "headline"),
        "authors": [("A. Bee", prefix + "author/0/name"), ("C. Dee", prefix + "author/1")],
        "site": ("The Wire", prefix + "publisher/name"),
        "language": ("en", prefix + "inLanguage"),
        "published": ("2017-07-21", prefix + "datePublished"),
        "modified": ("2017-07-22", prefix + "dateModified"),
    }


@pytest.mark.parametrize(
    ("author", "found"),
    [
        ("A. Bee", [("A. Bee", "field:author")]),
        ({"name": "A. Bee"}, [("A. Bee", "field:author/name")]),
        ([{"name": "A. Bee"}], [("A. Bee", "field:author/0/name")]),
        ({"@id": "#bee", "@type": "Person"}, None),
        ("", None),
        ([], None),
    ],
)
def test_an_author_is_written_in_many_ways(author: Any, found: Any) -> None:
    read = item(NEWS_ARTICLE | {"author": author})
    assert bases(read).get("authors") == found
    assert read.findings == ()


def test_a_wrapper_is_entered_on_the_way() -> None:
    read = item(NEWS_ARTICLE | {"publisher": [{"@type": "Organization", "name": "The Wire"}]})
    assert read.metadata.site == Stated(value="The Wire", basis="field:publisher/0/name")


def test_a_publisher_that_is_only_referred_to_says_nothing() -> None:
    read = item(NEWS_ARTICLE | {"publisher": {"@id": "#wire"}})
    assert (read.metadata.site, read.findings) == (None, ())


@pytest.mark.parametrize(
    ("value", "layout", "pointer"),
    [
        ({"url": "u", "title": "t", "text": "x", "date": "d"}, "plain", "/text"),
        ({"content": "x", "source": "Wire", "published": "d", "title": "t"}, "plain", "/content"),
        ({"headline": "t", "body": "x", "content": "<p>x</p>"}, "plain", "/body"),
        ({"text": "", "article": "x"}, "plain", "/article"),
        ({"text": None, "body": 5, "content": "x"}, "plain", "/content"),
        ({"text": ["x"]}, "plain", "/text/0"),
        ({"article": {"articleBody": "x", "headline": "t"}}, "plain", "/article/articleBody"),
        ({"_source": {"body": "x"}}, "plain", "/_source/body"),
        ({"textContent": "x", "siteName": "s", "content": "<p>x</p>", "byline": "b"}, "readability", "/textContent"),
        ({"thread": {"site_full": "s"}, "crawled": "d", "text": "x", "published": "d"}, "webhose", "/text"),
    ],
)
def test_other_layouts(value: Any, layout: str, pointer: str) -> None:
    found = item(value)
    assert (found.layout, found.pointer, found.text) == (layout, pointer, "x")


def test_values_may_be_wrapped() -> None:
    found = item({"text": "x", "date": {"$date": {"$numberLong": "1500652800000"}}, "title": {"@value": "t"}})
    assert bases(found) == {
        "published": ("1500652800000", "field:date/$date/$numberLong"),
        "title": ("t", "field:title/@value"),
    }


@pytest.mark.parametrize("nothing", ["", " ", "None", "null", "NaN", "n/a", None])
def test_nothing_is_nothing_however_it_is_written(nothing: str | None) -> None:
    found = item({"text": "x", "url": nothing, "title": nothing, "date": nothing, "authors": [nothing]})
    assert (found.metadata, found.findings) == (Metadata(), ())


def test_a_field_of_another_type_is_left_out() -> None:
    found = item({"text": "x", "url": ["a", "b"], "title": {"en": "t"}, "authors": [{"nick": "bee"}], "site": True})
    assert found.metadata == Metadata()
    assert [(finding.code, finding.message.split()[0]) for finding in found.findings] == [
        ("W116", "field:url"),
        ("W116", "field:title"),
        ("W116", "field:authors/0"),
        ("W116", "field:site"),
    ]


def test_a_good_field_makes_up_for_a_bad_one() -> None:
    found = item({"text": "x", "date": ["a", "b"], "pubDate": "2017"})
    assert (bases(found), found.findings) == ({"published": ("2017", "field:pubDate")}, ())


def test_the_user_knows_better() -> None:
    value = {"text": "teaser", "doc": {"a/b": [{"~x": "It rained."}]}, "kicker": "Rain", "title": "Other", "url": "u"}
    found = item(value, text="/doc/a~1b/0/~0x", title="kicker", url="/nowhere/9999999999")
    assert (found.text, found.pointer) == ("It rained.", "/doc/a~1b/0/~0x")
    assert found.metadata.title == Stated(value="Rain", basis="field:kicker")
    assert found.metadata.url is None


@pytest.mark.parametrize(
    ("value", "fields", "code", "found"),
    [
        ([], {}, "E104", "an array"),
        (["a", "b"], {}, "E104", "an array"),
        ("text", {}, "E104", "a string"),
        (1.5, {}, "E104", "a number"),
        (None, {}, "E104", "null"),
        (True, {}, "E104", "a boolean"),
        ({}, {}, "E105", None),
        ({"text": None}, {}, "E105", None),
        ({"title": "t"}, {}, "E105", None),
        ({"text": "x"}, {"text": "body"}, "E105", None),
        ({"text": "x"}, {"text": "/text/0"}, "E105", None),
        ({"list": ["x", "y"]}, {"text": "/list/2"}, "E105", None),
        ({"text": ["a", "b"]}, {}, "E106", "an array"),
        ({"text": 5}, {}, "E106", "a number"),
        ({"text": {"a": 1}}, {}, "E106", "an object"),
        ({"text": False, "body": None}, {}, "E106", "a boolean"),
        ({"text": " \n\t"}, {}, "E101", None),
        ({"text": "", "body": ""}, {}, "E101", None),
    ],
)
def test_what_is_no_article(value: Any, fields: dict[str, str], code: str, found: str | None) -> None:
    finding = recognise(value, fields)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.found) == (code, found)


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "body", "@graph", "@type", "article", "_source", "author", "name", "$date"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_any_value_has_one_answer_and_its_pointer_leads_to_the_text(value: Any) -> None:
    found = recognise(value, {})
    if isinstance(found, Item):
        reached = value
        for step in found.pointer.split("/")[1:]:
            reached = reached[int(step)] if isinstance(reached, list) else reached[step]
        assert reached == found.text
        assert found.text.strip()
    else:
        assert found.code in {"E101", "E104", "E105", "E106"}


def test_the_answer_hangs_on_no_order_of_keys() -> None:
    turned = json.loads(json.dumps(dict(reversed(NEWS_PLEASE.items()))))
    assert item(turned) == item(NEWS_PLEASE)
