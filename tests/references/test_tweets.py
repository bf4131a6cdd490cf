"""Signed tweets: whose, of when, and what is their text."""

from itertools import pairwise
from typing import Any

import pytest

from archiver.references.links import surfaces
from archiver.references.tweets import hashtags, mentions, retweets, signatures
from tests.cases import cases


def found(text: str) -> list[list[str | None]]:
    links = [surface.span for surface in surfaces(text)]
    return [
        [
            tweet.author,
            tweet.handle,
            tweet.posted.value if tweet.posted else None,
            tweet.body.of(text) or None,
            tweet.confidence,
        ]
        for tweet in signatures(text, links)
    ]


@pytest.mark.parametrize("case", cases("signatures"))
def test_signatures(case: dict[str, Any]) -> None:
    assert found(case["input"]) == case["expected"]


ENDINGS = (
    "We act now.",
    "We act now!",
    "We act now",
    "Who is it?",
    "He said “no”",
    'He said "no"',
    "so it is…",
    "It was 2017",
    "at the NATO",
    "We won #Maga",
    "We won #MAGA",
    "cc @ann",
    "cc @CNN",
    "see https://t.co/kT4vWq9ZbX",
    "see pic.twitter.com/Rm7LpXcD2y",
    "see http://bit.ly/1abcd2E",
    "see https://example.org/a-b-c",
    "Sad 😭",
    "We — all of us — knew",
    "Thanks - it meant a lot",
    "so (really)",
    "50%",
    "Jan. 6",
    "by Jo Ann",
    "in New York",
    "Go Ohio",
    "at 5 p.m.",
    "via @nytimes",
    "Oh, no,",
    "look:",
    "the U.S.",
)
NAMES = (
    "Jo Lind (@jolind)",
    "Jo Lind (@jl_news)",
    "Ada B. Orsen (@realAdaOrsen)",
    "KDRT News (@KDRT)",
    "The Pier (@thepier)",
    "PierTube Makers (@ptm)",
    "BuzzPier (@buzz_p)",
    "Rep. Bo Berg (@RepBerg)",
    "Cass❤️ (@cassx)",
    "mara (@mara)",
    "tugcat (@foobar)",
    "Bo McKay (@bomck)",
    "Mary-Ann Lund (@MaryAnnXYZ)",
    "J.K. Rowe (@jk_rowe)",
    "Jean-Luc O'Brien (@jlob)",
)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_glued_to_any_ending_is_right_or_in_doubt(ending: str, name: str) -> None:
    author = name.partition(" (")[0]
    tweets = found(f"Prose.\n\n{ending}{name} July 21, 2017\n\nMore.")
    assert tweets or ending.startswith("by ")  # which may be a byline's
    assert all(tweet[4] == "low" or (tweet[0], tweet[3]) == (author, ending) for tweet in tweets)


@pytest.mark.parametrize("case", cases("entities"))
def test_mentions_and_hashtags(case: dict[str, Any]) -> None:
    assert [list(mentions(case["input"])), list(hashtags(case["input"]))] == case["expected"]


@pytest.mark.parametrize(
    "unit",
    [
        "(@a) July 1, 2017 ",
        "(@a) Jul 1, 2017 at 1 ",
        " " * 999 + "(@a) July 1, 2017",
        "-" * 60 + "(@a) July 1, 2017",
        "(@",
    ],
)
def test_a_line_of_nothing_but_signatures_ends(unit: str) -> None:
    """100,000 characters on one line: looking back from each signature to the line's begin would not come back."""
    text = unit * (100_000 // len(unit))
    assert all(one.span.end <= other.span.start for one, other in pairwise(signatures(text)))


def test_a_far_line_begin_is_not_looked_for() -> None:
    """Beyond its reach a signature takes what a tweet has room for."""
    (tweet,) = signatures("a" * 5000 + " — Jo (@jo) July 1, 2017")
    assert tweet.body.end - tweet.body.start == 200
    assert tweet.confidence == "low"


@pytest.mark.parametrize(
    ("text", "retweet"),
    [
        ("Then:\nRT @tideline: it broke\nSo.", ("tideline", "it broke", "high")),
        ("> RT @tideline: RT @ann: it broke", ("tideline", "RT @ann: it broke", "high")),
        ("RT @tideline it broke", ("tideline", "it broke", "low")),
        ("It read “RT @tideline: it broke” and no more.", ("tideline", "it broke", "low")),
        ("“RT @tideline: it broke”\nSo.", ("tideline", "it broke", "high")),
        ("Whoa if true RT @tideline: it broke", ("tideline", "it broke", "low")),
        ("RT @tideline: " + "no " * 200, ("tideline", ("no " * 200)[:400].rstrip(), "low")),
    ],
)
def test_retweets(text: str, retweet: tuple[str, str, str]) -> None:
    assert [(found.handle, found.body.of(text), found.confidence) for found in retweets(text)] == [retweet]


@pytest.mark.parametrize(
    "text",
    [
        "The RT @tideline of it.",
        "ART @tideline: it broke",
        "RT @: no",
        "via @tideline",
        "RT @x",
        'He said "RT @ann " and left.',
    ],
)
def test_no_retweets(text: str) -> None:
    assert list(retweets(text)) == []
