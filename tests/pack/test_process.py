"""One capture, one outcome: what becomes of good items, odd ones and bad ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.model import Archived, Article, Capture, Metadata, Rejected, Stated, sha256
from archiver.pack.config import Config
from archiver.pack.process import process
from archiver.record import schema
from archiver.text.ledger import unapply

CONFIG = Config(created="2024-05-06T07:08:09Z")


def text(payload: bytes, **known: Any) -> Capture:
    """A text file."""
    return Capture(name="pier.txt", offset=0, payload=payload, media_type="text/plain", **known)


def item(value: object) -> Capture:
    """A JSON item."""
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Capture(name="wire.jsonl", offset=10, payload=payload, media_type="application/json")


def archived(capture: Capture, config: Config = CONFIG) -> Article:
    """The article that a capture becomes."""
    outcome = process(capture, config)
    assert isinstance(outcome, Archived), outcome.findings
    return outcome.article


def test_a_text_becomes_an_article_with_its_record() -> None:
    payload = "The pierâ€™s gone. https://t.co/Zz9aa\r\n— Ada (@ada_e) July 21, 2017\r\n".encode()
    outcome = process(text(payload), CONFIG)
    assert isinstance(outcome, Archived)
    article = outcome.article
    assert article.text == "The pier’s gone. https://t.co/Zz9aa\n— Ada (@ada_e) July 21, 2017\n"
    assert [tweet.handle for tweet in article.tweets] == ["ada_e"]
    assert [link.url for link in article.links] == ["https://t.co/Zz9aa"]
    assert (article.source.encoding, article.source.encoding_basis) == ("utf-8", "strict-decode")
    record = json.loads(outcome.record)
    assert list(schema.check(record)) == []
    assert record["text"] == {"digest": sha256(article.text.encode()), "length": len(article.text.encode())}


def test_spans_slice_both_texts() -> None:
    payload = "Itâ€™s\xa0here: https://t.co/Zz9aa\n— Ada\xa0(@ada_e) July 21, 2017".encode()
    article = archived(text(payload))
    source = unapply(article.text, [entry for entry in article.repairs if entry.field == "text"])
    assert source.encode() == payload
    (link,) = article.links
    assert link.span is not None
    assert link.span.of(article.text) == link.source_span.of(source) == "https://t.co/Zz9aa"
    (tweet,) = article.tweets
    assert tweet.span is not None
    assert tweet.span.of(article.text) == article.text
    assert tweet.source_span.of(source) == source


@pytest.mark.parametrize(
    ("dates", "verdict"),
    [
        ({"date": "2017-07-18"}, "impossible"),
        ({"date": "2017-07-18", "modified": "2017-07-25"}, "consistent"),
        ({"date": "2017-07-25", "modified": "2017-07-18"}, "consistent"),
        ({"retrieved": "2017-07-18"}, "impossible"),
        ({}, "unknown"),
    ],
)
def test_a_tweet_is_weighed_against_the_articles_last_version(dates: dict[str, str], verdict: str) -> None:
    article = archived(item({"text": "It broke.\n— Ada (@ada_e) July 21, 2017", **dates}))
    assert [tweet.dates for tweet in article.tweets] == [verdict]


def test_what_the_item_says_goes_before_what_is_said_beside_it() -> None:
    capture = item(
        {"text": "The pier is gone.", "title": "Gone", "url": "https://news.example/a#top", "date": "2017-07-21"}
    )
    beside = Metadata(
        title=Stated(value="Other", basis="option:--title"), site=Stated(value="The\xa0Example", basis="sidecar:site")
    )
    article = archived(Capture(**{**{name: getattr(capture, name) for name in capture.__slots__}, "beside": beside}))
    assert (article.title, article.site) == ("Gone", "The Example")
    assert article.url == Stated(value="https://news.example/a", basis="field:url")
    assert article.published is not None
    assert (article.published.value, article.published.precision, article.published.basis) == (
        "2017-07-21",
        "day",
        "field:date",
    )
    assert article.source.pointer == "/text"
    assert [(entry.field, entry.before, entry.after) for entry in article.repairs] == [("site", "\xa0", " ")]


def test_authors_that_are_nothing_leave_no_gap_in_the_ledger() -> None:
    article = archived(item({"text": "The pier is gone.", "authors": ["\u200b \x00", "\x00", "Bo\xa0Example"]}))
    assert article.authors[-1] == "Bo Example"
    assert {entry.field for entry in article.repairs} <= {f"authors/{index}" for index in range(len(article.authors))}


def test_a_base_uri_places_text_files_and_resolves_relative_urls() -> None:
    config = Config(created=CONFIG.created, base_uri="https://news.example/2017/")
    assert archived(text(b"The pier is gone."), config).url == Stated(
        value="https://news.example/2017/pier.txt", basis="option:--base-uri"
    )
    placed = archived(item({"text": "The pier is gone.", "url": "../a b"}), config)
    assert placed.url == Stated(value="https://news.example/a%20b", basis="field:url")
    assert archived(item({"text": "The pier is gone."}), config).url is None


def test_a_field_option_names_the_text() -> None:
    config = Config(created=CONFIG.created, fields=(("text", "words"),))
    assert archived(item({"words": "The pier is gone.", "text": "x"}), config).source.pointer == "/words"


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"text": "A pier.", "url": "news.example/a"}, "W112", "$.url"),
        ({"text": "A pier.", "url": "https://"}, "W112", "$.url"),
        ({"text": "A pier.", "date": "07/08/2017"}, "W113", "$.published"),
        ({"text": "A pier\ufffd."}, "W114", "$.text"),
        ({"text": "A \ud83d pier."}, "W114", "$.text"),
    ],
)
def test_what_cannot_be_used_is_noted_and_the_article_archived(value: object, code: str, path: str) -> None:
    article = archived(item(value))
    assert [(finding.code, finding.path) for finding in article.findings] == [(code, path)]


@pytest.mark.parametrize(
    ("capture", "code"),
    [
        (text(b""), "E101"),
        (text(b" \r\n\x00\n"), "E101"),
        (text(b"%PDF-1.4\n%\xe2\xe3\n1 0 obj"), "E102"),
        (item(b'{"text": "A pier'), "E103"),
        (item(b"\xff\xfe\x00"), "E125"),
        (item(b"{\xff\xfe\x00"), "E103"),
        (text("Rain, again and again.".encode("utf-16-le") + b"\n"), "E102"),
        (item([1]), "E104"),
        (item({"title": "A pier"}), "E105"),
        (item({"text": 7}), "E106"),
        (item({"text": " "}), "E101"),
        (item({"text": "\x00\x01"}), "E101"),
        (text(b"A pier.", trouble=(Finding(code="E110", message="cut"),)), "E110"),
    ],
)
def test_what_is_no_article_is_rejected_with_its_reason_and_its_bytes(capture: Capture, code: str) -> None:
    outcome = process(capture, CONFIG)
    assert isinstance(outcome, Rejected)
    assert code in [finding.code for finding in outcome.findings]
    record = json.loads(outcome.record)
    assert list(schema.check(record)) == []
    assert record["source"]["digest"] == sha256(capture.payload)


def test_a_language_that_is_none_is_left_out() -> None:
    outcome = process(item({"text": "A pier.", "language": "not a language!"}), CONFIG)
    assert isinstance(outcome, Archived)
    assert outcome.article.language is None
    assert [finding.code for finding in outcome.article.findings] == ["W116"]


@given(st.binary(max_size=200))
def test_any_bytes_have_an_outcome_and_a_way_back(payload: bytes) -> None:
    outcome = process(text(payload), CONFIG)
    if isinstance(outcome, Archived):
        article = outcome.article
        source = unapply(article.text, article.repairs)
        assert source.encode(str(article.source.encoding), "surrogateescape") == payload


@given(st.text(st.characters(), max_size=100))
def test_any_json_text_has_an_outcome_and_a_way_back(value: str) -> None:
    outcome = process(item({"text": value, "title": value}), CONFIG)
    if isinstance(outcome, Archived):
        article = outcome.article
        in_text = [entry for entry in article.repairs if entry.field == "text"]
        assert unapply(article.text, in_text) == json.loads(json.dumps(value))


@pytest.mark.parametrize(("said", "tag"), [("en_GB.UTF-8", "en-GB"), ("zh-Hant-TW", "zh-Hant-TW"), ("de", "de")])
def test_a_locale_is_a_language_tag_too(said: str, tag: str) -> None:
    assert archived(item({"text": "A pier.", "language": said})).language == tag


def test_the_guessed_encoding_of_a_json_item_is_said() -> None:
    article = archived(item(b'{"text": "caf\xe9"}'))
    assert (article.text, article.source.encoding) == ("café", "cp1252")
    assert [finding.code for finding in article.findings] == ["W123"]


def test_broken_utf16_is_rejected() -> None:
    outcome = process(text("Rain, again.".encode("utf-16") + b"\n"), CONFIG)
    assert isinstance(outcome, Rejected)
    assert [finding.code for finding in outcome.findings] == ["E125"]
