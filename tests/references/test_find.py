"""Links and tweets tied to each other, and every span of them."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Moment, References, Repair, Span
from archiver.pack.extract import extract
from archiver.references.find import find
from archiver.text.repair import repair

PUBLISHED = Moment(value="2017-07-20", precision="day", basis="field:date")
STATUS = "https://twitter.com/jolind/status/888436297528508416"


def same(span: Span) -> Span:
    return span


def shifted(span: Span) -> Span:
    return Span(span.start + 7, span.end + 7)


def check(text: str, found: References) -> None:
    """What every result promises: order, spans that slice right, and indexes that point at each other."""
    for link in found.links:
        assert link.span is not None
        assert link.span.of(text) == link.href == link.text
        assert link.tweet is None or found.links.index(link) in found.tweets[link.tweet].links
    for number, tweet in enumerate(found.tweets):
        assert tweet.span is not None
        assert tweet.text is None or tweet.text in tweet.span.of(text)
        assert tweet.handle is None or f"{tweet.handle}" in tweet.span.of(text)
        assert all(found.links[index].tweet == number for index in tweet.links)
    owned = [index for tweet in found.tweets for index in tweet.links]
    assert len(owned) == len(set(owned))
    for items in (found.links, found.tweets):
        spans = [item.span for item in items if item.span]
        assert spans == sorted(spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))


def test_a_signed_tweet_holds_its_links() -> None:
    quoted = "See @jo #now https://t.co/kT4vWq9ZbX pic.twitter.com/Rm7LpXcD2y\n— Jo (@jolind) July 21, 2017"
    text = f"Prose http://a.example/.\n{quoted}"
    found = find(text, to_source=shifted, page="https://www.a.example/b", published=PUBLISHED)
    check(text, found)
    assert [(link.kind, link.tweet, link.truncated) for link in found.links] == [
        ("internal", None, False),
        ("short", 0, False),
        ("media", 0, False),
    ]
    (tweet,) = found.tweets
    assert tweet.form == "signature"
    assert (tweet.handle, tweet.mentions, tweet.hashtags, tweet.links) == ("jolind", ("jo",), ("now",), (1, 2))
    assert (tweet.status_id, tweet.url, tweet.dates) == (None, None, "timezone")
    assert tweet.span is not None
    assert tweet.span.of(text) == quoted
    assert tweet.source_span == shifted(tweet.span)
    assert found.links[0].span is not None
    assert found.links[0].source_span == shifted(found.links[0].span)


def test_the_address_after_a_signature_is_the_tweets_own() -> None:
    text = f"It broke.\n— Jo (@JoLind) July 22, 2017\n{STATUS}\nhttps://x.com/other/status/888436297528508416"
    found = find(text, to_source=same)
    check(text, found)
    signed, other = found.tweets
    assert (signed.status_id, signed.url, signed.links) == ("888436297528508416", STATUS, (0,))
    assert signed.dates == "timezone"
    assert signed.span is not None
    assert signed.span.of(text).endswith("2017")
    assert (other.form, other.handle) == ("link", "other")


@pytest.mark.parametrize(
    "text",
    [
        f"A win — Jo (@jolind) July 21, 2017 {STATUS} Another one — Ann (@annbo) July 22, 2017",
        f"A win\n— Jo (@jolind) July 21, 2017\n{STATUS}\nAnother one\n— Ann (@annbo) July 22, 2017",
        f"A win.Jo Lind (@jolind) July 21, 2017{STATUS}Another one.Ann Lind (@annlind) July 22, 2017",
    ],
)
def test_an_address_between_two_tweets_is_the_firsts_alone(text: str) -> None:
    found = find(text, to_source=same)
    check(text, found)
    assert [(tweet.links, (tweet.text or "").rstrip(".")) for tweet in found.tweets] == [
        ((0,), "A win"),
        ((), "Another one"),
    ]


def test_an_address_that_the_next_tweet_holds_is_not_the_retweets() -> None:
    text = f"RT @jolind: it broke\n{STATUS} and more\n— Ann (@annbo) July 22, 2017"
    found = find(text, to_source=same)
    check(text, found)
    assert [(tweet.form, tweet.links) for tweet in found.tweets] == [("retweet", ()), ("signature", (0,))]


def test_an_address_after_prose_is_a_tweet_of_its_own() -> None:
    text = f"It broke.\n— Jo (@jolind) July 22, 2017\nAnd then: {STATUS}"
    assert [tweet.form for tweet in find(text, to_source=same).tweets] == ["signature", "link"]


def test_another_accounts_address_is_a_tweet_of_its_own() -> None:
    text = "It broke.\n— Jo (@jolind) July 22, 2017 https://twitter.com/i/web/status/888436297528508416"
    signed, other = find(text, to_source=same).tweets
    assert (signed.status_id, other.handle, other.status_id) == (None, None, "888436297528508416")


def test_a_status_in_a_signed_tweet_is_what_it_quotes() -> None:
    text = f"Look at this {STATUS}\n— Ann (@ann) July 22, 2017"
    found = find(text, to_source=same)
    check(text, found)
    assert [(tweet.form, tweet.status_id) for tweet in found.tweets] == [("signature", None)]
    assert found.links[0].kind == "tweet"


def test_tweets_that_stand_as_links() -> None:
    text = f"See {STATUS}?s=20 and http://twitter.com/#!/jolind/statuses/20 or pic.twitter.com/Rm7LpXcD2y."
    found = find(text, to_source=shifted, published=PUBLISHED)
    check(text, found)
    new, old, picture = found.tweets
    assert new.posted == Moment(value="2017-07-21T16:31:34Z", precision="second", basis="status-id")
    assert (new.form, new.url, new.dates, new.text) == ("link", STATUS, "timezone", None)
    assert (old.handle, old.status_id, old.posted, old.dates) == ("jolind", "20", None, "unknown")
    assert (picture.form, picture.handle, picture.url, picture.confidence) == ("media", None, None, None)
    assert found.links[0].span is not None
    assert new.source_span == shifted(found.links[0].span)
    assert [link.tweet for link in found.links] == [0, 1, 2]


def test_what_shares_is_no_tweet() -> None:
    text = "https://twitter.com/intent/tweet?url=x https://twitter.com/share https://www.facebook.com/sharer.php?u=x"
    found = find(text, to_source=same)
    assert {link.kind for link in found.links} == {"share"}
    assert not found.tweets


def test_a_day_that_no_calendar_has_is_impossible() -> None:
    (tweet,) = find("It broke.\n— Jo (@jolind) February 30, 2017", to_source=same).tweets
    assert (tweet.posted, tweet.dates) == (None, "impossible")


def test_nothing_in_a_link_is_mention_or_hashtag() -> None:
    text = "https://example.org/@ann#now @jo https://example.org/#b #c\n— Jo (@jolind) July 21, 2017"
    (tweet,) = find(text, to_source=same).tweets
    assert (tweet.mentions, tweet.hashtags) == (("jo",), ("c",))


def test_a_name_may_be_that_of_a_site() -> None:
    text = "See Example.org.\n— Example.com (@example) July 21, 2017\nSee example.net."
    found = find(text, to_source=same)
    check(text, found)
    assert [(link.href, link.tweet) for link in found.links] == [("Example.org", 0), ("example.net", None)]
    assert found.tweets[0].author == "Example.com"


def test_a_tweet_as_the_widget_shows_it() -> None:
    text = f"Look:\nFollow\nExample.org ✔ @jolind\nSee {STATUS}\n7:42 PM - 21 Jul 2017\n9 Retweets"
    found = find(text, to_source=shifted, published=PUBLISHED)
    check(text, found)
    (tweet,) = found.tweets
    assert (tweet.form, tweet.author, tweet.text, tweet.dates) == ("embed", "Example.org", f"See {STATUS}", "timezone")
    assert tweet.links == (0,)
    assert tweet.span is not None
    assert tweet.source_span == shifted(tweet.span)
    assert tweet.span.of(text).startswith("Example.org")


def test_a_signature_goes_before_a_widget_that_it_overlaps() -> None:
    text = "Follow Al @al It broke.\n— Jo (@jolind) July 21, 2017 7:42 PM - 22 Jul 2017"
    assert [(tweet.form, tweet.handle) for tweet in find(text, to_source=same).tweets] == [("signature", "jolind")]


def test_an_empty_text_points_nowhere() -> None:
    assert find("", to_source=same) == References(links=(), tweets=())


SNIPPETS = (
    "It broke. |\n|\n\n|  |— | - |Jo Lind |(@jolind) |July 21, 2017|2017年7月21日|(|)|…|https://t.co/kT4vWq9ZbX|"
    "@ann |#now |😂|\n— |pic.twitter.com/Rm7LpXcD2y|http://例え.jp/(a)|www.example.org|"
    "Jo (@jolind) July 21, 2017|. Ann Bo (@annbo) July 22, 2017|"
    "jo@example.org|bit.ly/x|by |RT @jolind: |Follow |Jo ✔ @jolind |7:42 PM - 21 Jul 2017|"
    "Example.org|\udc96|'|/|@|.|ü|語|" + STATUS
)
SIGNED = f"— Jo (@jolind) July 21, 2017 {STATUS}"  # its address may be taken for a part of what follows
PIECES = st.sampled_from([*SNIPPETS.split("|"), SIGNED, f"{SIGNED}\n"]) | st.text(max_size=4)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_span_slices_right(text: str) -> None:
    check(text, find(text, to_source=same, page="https://example.org/", published=PUBLISHED))


DAMAGED = (
    "It brokeâ€¦ |â€” |â\x80\x94 |\x97 |\xa0|\r\n|  |Ã¼|â€™s |â€œ|â€\x9d|https://t.co/kT4vWq9ZbX|https://bÃ¼cher.example/Ã¼|"
    "www.example.org/â€¦|JosÃ© (@jose) July 21, 2017|Jo Lind|(@jolind) 21 July 2017|Example.org|\u200b|\ufeff|â€“ "
)


@given(st.lists(st.sampled_from(DAMAGED.split("|")) | PIECES, max_size=30).map("".join))
@example("https://bÃ¼cher.example/Ã¼â€” ")
def test_every_span_leads_to_the_source(source: str) -> None:
    """What stands in the source is, with its repairs, what stands in the text, to the bounds of a repair it cuts."""
    repaired = repair(source)
    found = extract(source)
    check(repaired.text, found)
    places = [(link.span, link.source_span) for link in found.links]
    places += [(tweet.span, tweet.source_span) for tweet in found.tweets]
    for span, there in places:
        assert span is not None
        pieces, end = [], there.start
        for entry in repaired.repairs:
            if there.start <= entry.source_span.start and entry.source_span.end <= there.end:
                pieces += [source[end : entry.source_span.start], entry.after]
                end = entry.source_span.end
        assert "".join((*pieces, source[end : there.end])) == outward(span, repaired.repairs).of(repaired.text)


def outward(span: Span, repairs: Sequence[Repair]) -> Span:
    """The span moved to the bounds of the repairs that begin or end within it: one entry is never divided."""
    cut = [entry.span for entry in repairs if entry.span.start < span.end and entry.span.end > span.start]
    return Span(min([span.start, *(each.start for each in cut)]), max([span.end, *(each.end for each in cut)]))


def test_a_name_glued_to_a_link_is_no_part_of_it() -> None:
    text = "It broke http://t.co/AbCdEfGhJo Lind (@jolind) June 3, 2012"
    found = find(text, to_source=same)
    check(text, found)
    assert (found.tweets[0].author, found.tweets[0].text) == ("Jo Lind", "It broke http://t.co/AbCdEfGh")
    assert [(link.href, link.url, link.tweet) for link in found.links] == [
        ("http://t.co/AbCdEfGh", "http://t.co/AbCdEfGh", 0)
    ]


def test_a_status_number_that_is_cut_short_is_no_tweets() -> None:
    """It would be the number of another tweet, and give that one's time."""
    cut = STATUS[:-4] + "…"
    signed = f"It broke.\n— Jo (@jolind) July 21, 2017 {cut}"
    for text in (f"See {cut} and", signed):
        (tweet,) = find(text, to_source=same).tweets
        assert (tweet.handle, tweet.status_id, tweet.url) == ("jolind", None, None)
    assert find(f"See {cut} and", to_source=same).tweets[0].posted is None
    (whole,) = find(f"See {STATUS}?s=2… and", to_source=same).tweets
    assert whole.status_id == STATUS[-18:]


def test_a_retweet_without_a_signature_is_a_tweet() -> None:
    text = "Then:\nRT @tideline: it broke, says @ann #wall https://t.co/kT4vWq9ZbX via @desk\nSo."
    (tweet,) = extract(text).tweets
    assert (tweet.form, tweet.handle, tweet.posted, tweet.dates) == ("retweet", "tideline", None, "unknown")
    assert (tweet.links, tweet.mentions, tweet.hashtags) == ((0,), ("ann", "desk"), ("wall",))


def test_a_retweet_with_a_signature_is_that_of_the_signature() -> None:
    (tweet,) = extract("RT @tideline: it broke\n— Jo (@jo_e) July 21, 2017").tweets
    assert (tweet.form, tweet.handle, tweet.text) == ("signature", "jo_e", "RT @tideline: it broke")


def test_a_name_that_was_taken_for_a_links_end_is_taken_off_it() -> None:
    text = "See bit.ly/1abcdJo Lind (@jl_news) July 21, 2017"
    found = find(text, to_source=same)
    check(text, found)
    assert [(link.href, link.url, link.tweet) for link in found.links] == [("bit.ly/1abcd", "https://bit.ly/1abcd", 0)]
    assert (found.tweets[0].author, found.tweets[0].confidence) == ("Jo Lind", "low")
