"""Where a tweet ends, however its element does: the article goes on behind it, and nothing of it is lost."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.model import References
from archiver.references.html.read import read
from archiver.references.html.refer import references
from archiver.text.repair import repair

ABOVE, BELOW = (
    tuple(
        f"The harbour master of {place} said that the boats of the whole town would stay where they were all day."
        for place in places
    )
    for places in (("Skarrow", "Marram", "Tideline", "Quay Street"), ("Noost", "Hamnavoe", "Brough", "Yell Sound"))
)
TEXT = "<p>We must act now.</p>"
URL = "https://twitter.com/jolind/status/888436297528508416"
DATE = f'<a href="{URL}">July 21, 2017</a>'
SIGNED = f"{TEXT}&mdash; Jo Lind (@jolind) {DATE}"
OTHER = SIGNED.replace("act now", "go home").replace("8416", "8417")
DRAWN = "<p>Jo Lind</p><p>@jolind</p><p>We must act now.</p><p>7:42 PM - 21 Jul 2017</p>"
LINK = '<p>See <a href="https://noost.example/">the board of Noost</a>.</p>'


def read_page(embed: str) -> tuple[str, References]:
    """The text and the references of an article in whose midst an embed stands."""
    above, below = ("".join(f"<p>{line}</p>" for line in lines) for lines in (ABOVE, BELOW))
    extract = read(f"<html><body><article>{above}{embed}{below}{LINK}</article></body></html>")
    body = repair(extract.text)
    return body.text, references(extract, body.text, body.repairs, page="https://marram.example/a")


def is_whole(text: str) -> bool:
    """Whether all lines of the article stand in a text, in their order."""
    places = [text.find(line) for line in (*ABOVE, *BELOW, "See the board of Noost.")]
    return -1 not in places and places == sorted(places)


@pytest.mark.parametrize(
    ("embed", "texts"),
    [
        (f'<blockquote class="twitter-tweet">{SIGNED}', ["We must act now."]),
        (f'<div class="twitter-tweet">{SIGNED}', ["We must act now."]),
        (f'<div class="twitter-tweet"><div><section>{SIGNED}</section></div>', ["We must act now."]),
        (f'<blockquote class="twitter-tweet">{SIGNED.removesuffix("</a>")}', ["We must act now."]),
        (f'<blockquote class="twitter-tweet">{TEXT}<p>&mdash; Jo Lind (@jolind) July 21, 2017', ["We must act now."]),
        (f'<div data-tweet-id="888436297528508416">{TEXT}', ["We must act now."]),
        (f'<div data-tweet-id="888436297528508416">{TEXT[3:]}<p>{DATE}</p>', ["We must act now.\nJuly 21, 2017"]),
        ('<div data-tweet-id="888436297528508416">', [BELOW[0]]),
        ('<img data-tweet-id="888436297528508416">', [None]),
        (f'<div class=a><div class="twitter-tweet">{SIGNED}<p>{BELOW[0]}</p></div>', ["We must act now."]),
        (f'<div class="twitter-tweet">{DRAWN}<p>{BELOW[0]}</p></div>', ["We must act now."]),
        (f'<div class="twitter-tweet">{DRAWN}<p>239 Retweets</p></div>', ["We must act now."]),
        (
            f"<div data-tweet-id=888436297528508411><p>Own.</p><blockquote>{SIGNED}</blockquote></div>",
            ["Own.", "We must act now."],
        ),
        (
            f"<blockquote class=twitter-tweet>{SIGNED}<p><twitter-widget data-tweet-id=888436297528508411>",
            ["We must act now.", None],
        ),
        (f'<blockquote class="twitter-tweet">{SIGNED}{OTHER}</blockquote>', ["We must act now.", "We must go home."]),
        (
            f'<blockquote class="twitter-tweet">{SIGNED}<blockquote class="twitter-tweet">{OTHER}</blockquote>',
            ["We must act now.", "We must go home."],
        ),
        (
            f'<ul><li class="twitter-tweet">{SIGNED}<li class="twitter-tweet">{OTHER}</ul>',
            ["We must act now.", "We must go home."],
        ),
    ],
)
def test_the_article_goes_on_behind_a_tweet(embed: str, texts: list[str | None]) -> None:
    text, refs = read_page(embed)
    assert is_whole(text)
    assert [tweet.text for tweet in refs.tweets] == texts
    assert [(link.region, link.tweet) for link in refs.links][-1:] == [("article", None)]


def test_two_tweets_of_a_blockquote_stand_as_two() -> None:
    text, refs = read_page(f'<blockquote class="twitter-tweet">{SIGNED}{OTHER}</blockquote>')
    assert [tweet.status_id for tweet in refs.tweets] == ["888436297528508416", "888436297528508417"]
    assert [tweet.span.of(text).count("Jo Lind") for tweet in refs.tweets if tweet.span] == [1, 1]
    assert [link.tweet for link in refs.links] == [0, 1, None]


def test_what_stands_behind_a_closed_tweet_in_its_element_stays() -> None:
    text, _ = read_page(f'<div class="twitter-tweet"><blockquote>{SIGNED}</blockquote><p>The boats stayed.</p></div>')
    assert is_whole(text)
    assert "\nThe boats stayed.\n" in text


OPENINGS = (
    *('<blockquote class="twitter-tweet">', '<div class="twitter-tweet">', "<div data-tweet-id=888436297528508411>"),
    *("<blockquote class=twitter-tweet><div><p>", "<twitter-widget data-tweet-id=888436297528508411>", "<blockquote>"),
)
INNER = (SIGNED, OTHER, TEXT, DATE, DRAWN, "<p>— Jo Lind (@jolind) July 21, 2017</p>", "<p>Short.</p>", "<div>", "<p>")
EMBEDS = st.lists(
    st.tuples(st.sampled_from(OPENINGS), st.lists(st.sampled_from(INNER), max_size=3), st.booleans()), max_size=3
)


def code(embeds: list[tuple[str, list[str], bool]]) -> str:
    """Embeds one within the other or one behind the other, as they are closed or not."""
    return "".join(
        f"{opening}{''.join(inner)}{'</' + opening[1:].split('>')[0].split(' ')[0] + '>' if is_closed else ''}"
        for opening, inner, is_closed in embeds
    )


@settings(max_examples=120)
@given(EMBEDS)
@example([("<div data-tweet-id=888436297528508411>", [TEXT], False), (OPENINGS[0], [SIGNED], True)])
@example([(OPENINGS[0], [SIGNED], False), (OPENINGS[0], [OTHER], False)])
def test_no_embed_takes_the_articles_text(embeds: list[tuple[str, list[str], bool]]) -> None:
    assert is_whole(read_page(code(embeds))[0])
