"""The front door to links and tweets: what packing finds, without a package."""

import archiver
from archiver.model import Archived, Capture
from archiver.pack.config import Config
from archiver.pack.process import process

FERRY = "<p>The ferry between Marram Bay and Skarrow will sail again on Sundays, the board said in a letter.</p>"
EMBED = (
    '<blockquote class="twitter-tweet"><p>Back.</p>&mdash; Jo (@jo_e) '
    '<a href="https://twitter.com/jo_e/status/{}">July 21, 2017</a></blockquote>'
)
PAGE = '<meta property="article:{}" content="{}">' + FERRY + EMBED.format("888436297528508416") + FERRY


def test_tweets_of_a_page_are_weighed_against_its_own_date() -> None:
    for name, value, dates in (
        ("published_time", "2017-07-21T08:00:00Z", "consistent"),
        ("published_time", "2017-07-01", "impossible"),
        ("published_time", "soon", "consistent"),
        ("modified_time", "2017-07-01", "impossible"),
    ):
        page = PAGE.format(name, value)
        (tweet,) = archiver.extract(page, media_type="text/html").tweets
        assert tweet.dates == dates
        capture = Capture(name="a.html", offset=0, payload=page.encode(), media_type="text/html")
        outcome = process(capture, Config(created="2024-05-06T07:08:09Z"))
        assert isinstance(outcome, Archived)
        assert outcome.article.tweets == (tweet,)


def test_what_cannot_be_is_said_in_the_record() -> None:
    ids = [str(2**63 - 1), str(2**63), "888436297528508416"]
    text = "\n\n".join(f"It rained. https://twitter.com/jo_e/status/{number}" for number in ids)
    text += "\n\nSo it ends.\n— Jo (@jo_e) February 31, 2017"
    capture = Capture(name="a.txt", offset=0, payload=text.encode(), media_type="text/plain")
    outcome = process(capture, Config(created="2024-05-06T07:08:09Z"))
    assert isinstance(outcome, Archived)
    said = [(finding.code, finding.path, finding.found, finding.message) for finding in outcome.article.findings]
    assert said == [
        ("W129", "$.tweets[0].dates", ids[0], "The tweet has an id of a time that has not come, 2080-07-10."),
        ("W129", "$.tweets[1].dates", ids[1], "The tweet has an id that is none: zero, or of more than 63 bits."),
        ("W129", "$.tweets[3].dates", None, "The tweet is signed with a day that no calendar has."),
    ]


def test_only_so_many_are_told_one_by_one() -> None:
    text = "\n".join(f"https://twitter.com/jo_e/status/{2**63 + number}" for number in range(60))
    capture = Capture(name="a.txt", offset=0, payload=text.encode(), media_type="text/plain")
    outcome = process(capture, Config(created="2024-05-06T07:08:09Z"))
    assert isinstance(outcome, Archived)
    assert len(outcome.article.findings) == 50
    assert outcome.article.findings[0].message.endswith(" So it is with 60 tweets.")
