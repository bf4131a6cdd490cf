"""Pages: their text as runs, their links and their tweets, each with its place."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archiver
from archiver.model import References, Run, Span, TweetReference
from archiver.references.html.read import Extract, read
from archiver.references.html.refer import left_out, references
from archiver.references.html.runs import Places, RunError, replay
from archiver.references.html.source import Page
from archiver.text.repair import repair
from tests.cases import cases

EXAMPLES = Path(__file__).parents[3] / "examples" / "pages"
FERRY = (
    "<p>The ferry between Marram Bay and Skarrow will sail again on Sundays, the harbour board said in a letter.</p>"
)
PIER = "<p>The first boat leaves the north pier at twenty to ten in the morning, weather permitting, as ever.</p>"
STATUS = "https://twitter.com/jo_e/status/888436297528508416"
BACK = f"<blockquote class=twitter-tweet>Back. &mdash; Jo (@jo_e) <a href={STATUS}>July 21, 2017</a></blockquote>"
DAYS = ("Mondays", "Fridays", "feast days", "two Tuesdays a month")


def found(source: str, page: str | None = "https://marram.example/a/b") -> tuple[Extract, str, References]:
    """The extract of a page, its normalised text, and its references."""
    extract = read(source)
    body = repair(extract.text)
    return extract, body.text, references(extract, body.text, body.repairs, page=page)


def told(tweet: TweetReference, text: str, refs: References) -> dict[str, Any]:
    """What a case says of a tweet; `stands` is what stands for it in the text."""
    return {
        "handle": tweet.handle,
        "status_id": tweet.status_id,
        "text": tweet.text,
        "region": tweet.region,
        "author": tweet.author,
        "posted": tweet.posted.value if tweet.posted else None,
        "dates": tweet.dates,
        "links": [refs.links[index].url for index in tweet.links],
        "mentions": list(tweet.mentions),
        "hashtags": list(tweet.hashtags),
        "occurrences": len(tweet.occurrences),
        "stands": tweet.span.of(text) if tweet.span else None,
    }


@pytest.mark.parametrize("case", cases("embeds"))
def test_tweets_of_a_page(case: Any) -> None:
    _, text, refs = found(case["input"])
    tweets = [tweet for tweet in refs.tweets if tweet.form == "embed"]
    assert [told(tweet, text, refs) for tweet in tweets] == case["expected"]
    for tweet in tweets:
        if tweet.region == "article" and tweet.text:
            assert tweet.span is not None
            assert text.index("statement") < tweet.span.start
            boat = case["input"].index("The first boat")
            assert (tweet.span.start < text.index("The first boat")) == (tweet.source_span.start < boat)


def test_a_tweet_in_three_places_is_one() -> None:
    case = next(param.values[0] for param in cases("embeds") if param.id == "three times")
    (tweet,) = found(case["input"])[2].tweets
    assert len(tweet.occurrences) == 3
    assert [span.of(case["input"])[:5].lower() for span in tweet.occurrences] == ["<bloc", "<bloc", "&lt;b"]
    assert tweet.source_span == tweet.occurrences[0]


def test_a_tweet_that_an_article_shows_twice_stands_there_twice() -> None:
    source = f"<article>{FERRY}{BACK}{PIER}{BACK}{FERRY}</article><aside>{BACK}</aside>"
    _, text, refs = found(source)
    ferry, pier = FERRY[3:-4], PIER[3:-4]
    written = "Back.\n— Jo (@jo_e) July 21, 2017"
    assert text.split("\n") == [ferry, *written.split("\n"), pier, *written.split("\n"), ferry]
    (tweet,) = refs.tweets
    assert (len(tweet.occurrences), tweet.links) == (3, (0, 1, 2))
    assert [link.region for link in refs.links] == ["article", "article", "page"]


@pytest.mark.parametrize("form", ["<textarea>It rained.</textarea>", "<noscript>It rained.</noscript>", ""])
def test_in_a_short_page_a_tweet_stands_where_it_stood(form: str) -> None:
    text = found(f"<html><body>{FERRY}{BACK}{PIER}{form}</body></html>")[1]
    assert text.index("in a letter.") < text.index("Back.") < text.index("July 21, 2017") < text.index("The first boat")


@pytest.mark.parametrize(
    "code",
    [
        """<blockquote class="bluesky-embed"><p>We must act</p>&mdash; Jo Lind (<a href="https://bsky.app/jo">@jo_e</a>)
        <a href="https://bsky.app/jo/post/1">October 1, 2024 at 3:04 PM</a></blockquote>""",
        """<blockquote class="mastodon-embed"><p>We must act</p>&mdash; Jo Lind (@jo_e)
        <a href="https://social.example/@jo_e/1">October 1, 2024</a></blockquote>""",
        f'<div class="share" data-url="{STATUS}">Share</div>',
        f'<span title="{STATUS}">Share</span>',
        f'<iframe src="https://platform.twitter.com/widgets/tweet_button.html#x=1&url={STATUS}"></iframe>',
        '<ul><li data-tweet-id="888436297528508416"><a href="https://twitter.com/intent/retweet?a=1">RT</a></li></ul>',
        "<textarea>RT @ada_e: so It rained there, the master said.</textarea>",
    ],
)
def test_what_is_no_tweet(code: str) -> None:
    source = f"<article>{FERRY}{code}{PIER}{FERRY}</article>"
    assert found(source)[2].tweets == ()
    holds(source)


def test_a_tweet_may_speak_of_another_network() -> None:
    said = '<p>Read <a href="https://blog.example/@ada_e">this</a>. — Jo (@jo_e) July 21, 2017</p>'
    assert [tweet.handle for tweet in found(f"<article>{FERRY}{said}{PIER}</article>")[2].tweets] == ["jo_e"]


def test_a_link_to_a_quoted_tweet_is_one_more_place_of_it() -> None:
    quote = next(param.values[0] for param in cases("embeds") if param.id == "blockquote")["input"]
    link = '<a href="https://x.com/marram/status/888436297528508416">this</a>'
    refs = found(f"{quote}<p>See {link}, said the board.</p>")[2]
    (tweet,) = refs.tweets
    assert len(tweet.occurrences) == 2
    assert [refs.links[index].text for index in tweet.links] == ["July 21, 2017", "this"]


def test_a_flattened_tweet_learns_its_id_from_the_link_of_its_date() -> None:
    signed = 'Back. — Jo (@jo_e) <a href="https://twitter.com/jo_e/status/888436297528508416">July 21, 2017</a>'
    (tweet,) = found(f"{FERRY}<p>{signed}</p>{PIER}")[2].tweets
    assert (tweet.form, tweet.handle, tweet.status_id, tweet.links) == ("signature", "jo_e", "888436297528508416", (0,))


@pytest.mark.parametrize(
    ("signed", "status_id", "dates"),
    [
        ('Back. — Jo (@jo_e) <a href="{0}/888436297528508416">July 21, 2017</a>', "888436297528508416", "consistent"),
        ('Back. — Jo (@jo_e) <a href="{0}/888436297528508416">May 2, 2015</a>', "888436297528508416", "impossible"),
        ('See <a href="{0}/700000000000000000">this</a>. — Jo (@jo_e) July 21, 2017', None, "unknown"),
    ],
)
def test_only_a_link_behind_its_text_is_a_tweets_own(signed: str, status_id: str | None, dates: str) -> None:
    source = f"{FERRY}<p>{signed.format('https://twitter.com/jo_e/status')}</p>{PIER}"
    (tweet,) = found(source)[2].tweets
    assert (tweet.status_id, tweet.dates) == (status_id, dates)


def test_one_tweet_that_many_links_name_is_one() -> None:
    (tweet,) = found('<a href="https://twitter.com/jo/status/888436297528508416">x</a> ' * 20_000)[2].tweets
    assert (len(tweet.occurrences), len(tweet.links)) == (20_000, 20_000)


def test_an_address_that_the_text_passes_over_is_a_link() -> None:
    url, lines = "https://twitter.com/jo/status/888436297528508416", "".join(FERRY.replace("Sun", day) for day in DAYS)
    failed = f'<figure><div class="wp-block-embed__wrapper">\n{url}\n</div></figure>'
    other = f"<div>{url[:-1]}</div><script>{url[:-2]}</script>"
    links = found(f"<article>{FERRY}{failed}{lines}{PIER}</article><footer>{other}</footer>")[2].links
    assert [(link.url, link.region, link.kind) for link in links] == [
        (url, "article", "tweet"),
        (url[:-1], "page", "tweet"),
    ]


def test_links_around_pictures_stand_where_they_stand() -> None:
    lines = "".join(FERRY.replace("Sundays", day) for day in DAYS)
    picture, nothing = '<a href="https://a.example/1"><img src=a></a>', '<p><a href="https://a.example/2"></a></p>'
    source = f"<article>{FERRY}{picture}{nothing}{lines}{PIER}</article><footer>{picture}</footer>"
    _, text, refs = found(source)
    assert [link.region for link in refs.links] == ["article", "article", "page"]
    assert [text[link.span.start :].startswith("\n") for link in refs.links if link.span] == [True, True]


@pytest.mark.parametrize(
    ("tag", "url"),
    [
        ('<a data-href="https://lazy.example/a">', "https://lazy.example/a"),
        ('<a href="#" data-href="/b">', "https://marram.example/b"),
        ('<a data-url="//lazy.example/c" href="javascript:void(0)">', "https://lazy.example/c"),
        ('<a href="https://own.example/" data-href="https://lazy.example/a">', "https://own.example/"),
        ('<a href="#part" data-href="it rained">', None),
        ('<a data-src="https://lazy.example/a">', None),
        ('<img data-src="https://lazy.example/a.jpg" srcset="https://lazy.example/a.jpg 1x">', None),
    ],
)
def test_a_link_that_waits_for_a_script(tag: str, url: str | None) -> None:
    source = FERRY.replace("Skarrow", f"{tag}Skarrow</a>") + PIER
    links = found(source)[2].links
    assert [link.url for link in links] == ([url] if url else [])
    for link in links:
        assert link.source_span.of(source) == link.href


def test_links_of_article_and_page() -> None:
    source = (
        '<base href="/deep/"><main><article>'
        + FERRY.replace("harbour board", '<a href="https://board.example/"> harbour <b>board</b> </a>')
        + PIER.replace("pier", "pier (see https://pier.example/a)")
        + "".join(FERRY.replace("Sundays", day) for day in DAYS)
        + '</article></main><footer><a href="x?a=1&amp;b=2"><img></a>'
        '<a href="mailto:desk@marram.example?subject=a"></a>'
        '<a href="#top">Top</a><a href="javascript:x()">No</a><map><area href="/map"></map></footer>'
    )
    _, text, refs = found(source)
    assert [(link.kind, link.region, link.url) for link in refs.links] == [
        ("outbound", "article", "https://board.example/"),
        ("outbound", "article", "https://pier.example/a"),
        ("internal", "page", "https://marram.example/deep/x?a=1&b=2"),
        ("mail", "page", "mailto:desk@marram.example"),
        ("internal", "page", "https://marram.example/map"),
    ]
    assert [link.source_span.of(source) for link in refs.links] == [link.href for link in refs.links]
    assert refs.links[0].text == "harbour board"
    assert refs.links[0].span is not None
    assert refs.links[0].span.of(text) == "harbour board"
    assert refs.links[2].path == "footer[1]/a[1]"


def test_what_is_left_out_is_said() -> None:
    extract = read(f'{FERRY}<a href="/a">A</a><a href="b">B</a><a href="#c">C</a>')
    assert [finding.found for finding in left_out(extract, None)] == ["2"]
    assert left_out(extract, "https://marram.example/") == []


def test_more_links_than_are_read_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.references.html.source._MOST_ANCHORS", 2)
    extract = read(FERRY + "<a href='https://a.example/'>x</a>" * 3)
    assert len(extract.page.anchors) == 2
    assert [finding.code for finding in left_out(extract, None)] == ["W122"]


@pytest.mark.parametrize(
    ("most", "source"),
    [
        ("words._MOST_TEXTS", "<p>a<p>b<p>c"),
        ("source._MOST_TAGS", "a<p>b<p>c<p>d"),
        (
            "embeds._MOST_HIDDEN",
            "".join(f"&lt;blockquote class=twitter-tweet&gt;{n}&lt;/blockquote&gt;" for n in range(3)),
        ),
        ("words._MOST_CHARACTERS", "<p>a<p>b<p>c"),
        ("words._MOST_RUNS", "<p>a<p>b<p>c"),
        ("refer._MOST_WRITTEN", "<p>https://a.example/<p>https://b.example/, https://c.example/"),
        ("refer._MOST_POINTED", "".join(f"<a href=//x.com/a/status/{n}>a</a>" for n in range(50000, 50003))),
        ("source._MOST_EMBEDS", "".join(f"<div data-tweet-id={n}>x</div>" for n in range(50000, 50003))),
    ],
)
def test_more_text_than_is_read_is_said(most: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"archiver.references.html.{most}", 2)
    monkeypatch.setattr("archiver.references.html.maintext._MOST_TAGS", 0)
    extract, _, refs = found(source)
    assert [finding.code for finding in left_out(extract, None)] == ["W128"]
    assert len(extract.text.split("\n")) == 2 or len(refs.tweets) == 2


def test_so_many_elements_of_a_tweet_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.references.html.source._MOST_INSIDE", 2)
    page = Page("<blockquote class=twitter-tweet>" + "<a href=/x>x</a>" * 3 + "</blockquote>")
    assert (len(page.embeds[0].inside), len(page.anchors), page.is_cut) == (2, 3, True)


def test_entities_and_white_space_are_runs() -> None:
    source = "<article>" + FERRY.replace("Bay and", "Bay\n  &amp;&nbsp;") + PIER + "</article>"
    extract = read(source)
    assert extract.text.startswith("The ferry between Marram Bay & Skarrow will")
    told = {run.source_span.of(source): run.text for run in extract.runs if run.text is not None}
    assert told["&amp;"] == "&"
    assert told["\n  "] == " "
    assert replay(source, extract.runs) == extract.text


@pytest.mark.parametrize(
    "run",
    [
        Run(Span(0, 99)),
        Run(Span(3, 2)),
        Run(Span(0, 3), "&"),
        Run(Span(0, 3), " "),
        Run(Span(0, 3), "rain"),
        Run(Span(4, 9), "<"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(run: Run) -> None:
    with pytest.raises(RunError, match="run 0"):
        replay("<p>x&amp; wind", [run])


def test_places_lead_both_ways() -> None:
    places = Places([Run(Span(3, 7)), Run(Span(7, 12), "&"), Run(Span(12, 12), "\n"), Run(Span(20, 24))])
    assert places.to_source(Span(0, 4)) == Span(3, 7)
    assert places.to_source(Span(4, 5)) == Span(7, 12)
    assert places.to_source(Span(5, 8)) == Span(12, 22)
    assert places.to_text(Span(4, 6)) == Span(1, 3)
    assert places.to_text(Span(5, 24)) == Span(2, 10)
    assert places.to_text(Span(13, 20)) is None
    assert [places.before(Span(3, end)) for end in (3, 5, 8, 20, 22)] == [None, 2, 5, 5, 8]
    assert places.before(Span(13, 20)) is None
    assert Places([]).to_source(Span(0, 0)) == Span(0, 0)


def test_a_page_without_main_text_is_taken_whole() -> None:
    extract = read("<p>Rain.</p><p>Wind.</p>")
    assert extract.text.split("\n")[-1] == "Wind."
    bare = read('<title>Rain &amp; wind</title><meta name="description" content="It blew."><body></body>')
    assert (bare.text, bare.is_main) == ("Rain & wind\nIt blew.", False)
    assert read("").text == ""


def test_the_front_door_reads_bytes() -> None:
    page = (EXAMPLES / "en-skarrow-ferry.html").read_bytes()
    refs = archiver.extract(page, media_type="text/html")
    assert [(tweet.form, tweet.handle) for tweet in refs.tweets] == [
        ("embed", "marram_harbour"),
        ("embed", "moira_of_skarrow"),
    ]
    assert refs.links[0].url == "https://www.marram-bay-courier.example/"


def test_paths_count_the_elements_of_a_name() -> None:
    page = Page("<html><body><p>a<p>b <a href=x>c</a><ul><li><li><a href=y>d</a></ul><br><div></div><div><a href=z>e")
    assert [anchor.element.path for anchor in page.anchors] == [
        "html[1]/body[1]/p[2]/a[1]",
        "html[1]/body[1]/ul[1]/li[2]/a[1]",
        "html[1]/body[1]/div[2]/a[1]",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 20_000,
        "<a href=https://a.example/ ><b>" * 5_000,
        "<a href='https://a.example/'>x</a>" * 10_000,
        "<blockquote class=twitter-tweet>" * 5_000,
        "<blockquote>(@jo) <a " * 5_000 + "/status/",
        "<blockquote class=twitter-tweet> " * 5_000,
        '<a b="' * 20_000,
        "<" * 100_000,
        "<!--" * 20_000,
        "<script>" * 20_000,
        "<textarea>" * 20_000,
        "&" * 100_000,
        "\0" * 100_000,
        "twitter-tweet blockquote" * 5_000,
        "&lt;blockquote twitter-tweet" * 5_000,
        "<p>" + "word " * 20_000,
        "</p>" * 30_000,
        "<p>x" * 1_000,
        "<ul><li>x" * 500,
        "<table><tr><td>x" * 500,
        "<b><i><p>x</b></i>" * 300,
        "<p><b><i><u><font size=1>x" * 300,
        "(@ada) " * 1_000,
        "— Ada (@ada_e) July 21, 2017 " * 200,
        "https://e.example/(((" * 300,
        "&lt;blockquote class=\\&quot;twitter-tweet\\&quot;&gt;" * 1_000,
        "\udc80<p>\ud800",
    ],
    ids=lambda source: source[:12].encode("ascii", "backslashreplace").decode(),
)
def test_hostile_pages_are_read(source: str) -> None:
    holds(source)


PIECES = (
    *("<p>", "</p>", "<div>", "</div>", "<br>", "<li>", "<td>", "<iframe data-tweet-id=20>", "</iframe>"),
    *("<a href='https://e.example/?a=1&amp;b=2'>", "</a>", "<a href=/x>", "<script>", "</script>", "<!--", "-->"),
    *("<a href=https://twitter.com/ada_e/status/888436297528508416>", "<textarea>", "</textarea>", "&lt;", "&nbsp;"),
    *("<blockquote class=twitter-tweet>", "</blockquote>", "&mdash; Ada (@ada_e) ", "July 21, 2017", "&#151;"),
    *("&lt;blockquote class=&quot;twitter-tweet&quot;&gt;", "&lt;/blockquote&gt;", "https://t.co/Zz9aa ", "<"),
    *("It rained in Quay Street all day long, the harbour master said. ", "cafÃ© ", "\n  ", '"', "\r\n"),
    *("\x00", "\udc81", "é\u0301", "字"),
)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=150)
@given(MARKUP)
def test_every_place_holds_what_is_said_to_stand_there(source: str) -> None:
    holds(source)


def holds(source: str) -> None:
    """The runs lead to the extracted text, and both spans of every reference to what they name."""
    extract, text, refs = found(source)
    assert replay(source, extract.runs) == extract.text
    for number, link in enumerate(refs.links):
        assert link.source_span.of(source) == link.href
        assert link.span is None or link.span.of(text) == link.text
        assert (link.span is None) == (link.region == "page")
        assert link.tweet is None or number in refs.tweets[link.tweet].links
    for number, tweet in enumerate(refs.tweets):
        assert all(refs.links[index].tweet == number for index in tweet.links)
        assert all(0 <= start <= end <= len(source) for start, end in (tweet.source_span, *tweet.occurrences))
        if tweet.span is not None and tweet.text and tweet.span.start < tweet.span.end:
            assert tweet.text in tweet.span.of(text)
        assert not tweet.status_id or tweet.status_id in unescape(tweet.source_span.of(source))
