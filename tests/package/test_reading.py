"""The reading copy holds the text whole, marks what was done to it, and lets nothing of it out of its place."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.model import (
    Article,
    Link,
    LinkKind,
    Moment,
    Precision,
    Repair,
    Source,
    Span,
    Stated,
    TweetForm,
    TweetReference,
    sha256,
)
from archiver.package.reading import render
from archiver.text.repair import repair

ORIGINAL = "https://archiver.invalid/sha256/00/original.txt"
VOID = {"meta"}
TAGS = {
    "a", "article", "b", "bdi", "blockquote", "body", "caption", "code", "dd", "div", "dl", "dt", "figcaption",
    "figure", "h1", "h2", "h3", "head", "header", "html", "ins", "li", "main", "meta", "p", "section", "span", "style",
    "table", "tbody", "td", "th", "thead", "time", "title", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-labelledby", "charset", "cite", "class", "content", "datetime", "dir", "href", "http-equiv", "id", "lang",
    "name", "scope", "title",
}  # fmt: skip


class Page(HTMLParser):
    """What a page holds: its elements, and the text of its body and of the article in it."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.article = ""
        self.texts: dict[str, list[str]] = {}
        self.feed(html.decode())
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        classes = [attrs.get("class") for _, attrs in self.open]
        if "text" in classes and "added" not in classes:
            self.article += data
        for tag in {tag for tag, _ in self.open}:
            self.texts[tag][-1] += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag and attributes.items() <= attrs.items()]


def article(text: str, **more: Any) -> Article:
    payload = text.encode("utf-8", "replace")
    source = Source(
        name="folder/a.txt", offset=12, length=5087, digest=sha256(payload), media_type="text/plain", encoding="utf-8",
        encoding_basis="strict-decode", pointer=None,
    )  # fmt: skip
    plain = Article(
        id="urn:uuid:00000000-0000-5000-8000-000000000000", url=None, title=None, authors=(), site=None, language=None,
        published=None, modified=None, retrieved=None, source=source, text=text, repairs=(), links=(), tweets=(),
    )  # fmt: skip
    return replace(plain, **more)


def repaired(span: Span, before: str = "â€™", after: str = "’", rule: str = "mojibake", field: str = "text") -> Repair:
    return Repair(
        rule=rule, before=before, after=after, source_span=span, span=span, confidence="high", by="ftfy 6", field=field
    )


def link(span: Span, url: str, kind: LinkKind = "outbound") -> Link:
    return Link(href=url, url=url, kind=kind, text="", span=span, source_span=span)


def tweet(span: Span, form: TweetForm = "signature", **more: Any) -> TweetReference:
    plain = TweetReference(
        form=form, author=None, handle=None, status_id=None, url=None, posted=None, dates="unknown", text=None,
        span=span, source_span=span,
    )  # fmt: skip
    return replace(plain, **more)


def page(made: Article, original: str = ORIGINAL) -> Page:
    return Page(render(made, original))


CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
TEXTS = st.text(st.one_of(st.sampled_from("ab <>&\"'\n\n\t\r\u202e\u2069\u3000é字א"), CHARACTERS))
EVIL = ('"><script>alert(1)</script>', "</title><b>", "javascript:alert(1)", "\u202eevil\u2069", "\ud800", "\0")
HOSTILE = st.one_of(st.text(max_size=12), st.sampled_from(EVIL))


@st.composite
def spans_of(draw: st.DrawFn, text: str) -> Span:
    """Any span, or one of whole lines."""
    edges = [0, *(at for at, char in enumerate(text) if char == "\n"), len(text)]
    places = st.one_of(st.integers(0, len(text)), st.sampled_from(edges), st.sampled_from(edges).map(lambda at: at + 1))
    start, end = sorted(min(draw(places), len(text)) for _ in "ab")
    return Span(start, end)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    text = draw(TEXTS)
    spans = st.lists(spans_of(text), max_size=6)
    urls = st.one_of(st.just("https://example.org/?a=1&b=2"), HOSTILE)
    moments = st.builds(Moment, value=HOSTILE, precision=st.just("day"), basis=HOSTILE)
    names = st.none() | HOSTILE
    posted = st.none() | moments
    codes = st.sampled_from(["W114", "E999"])
    return article(
        text,
        title=draw(names), site=draw(names), language=draw(names), published=draw(posted),
        authors=tuple(draw(st.lists(HOSTILE, max_size=2))),
        url=draw(st.none() | st.builds(Stated, value=urls, basis=HOSTILE)),
        repairs=tuple(repaired(span, draw(HOSTILE), draw(HOSTILE), draw(HOSTILE)) for span in draw(spans)),
        links=tuple(link(span, draw(urls)) for span in draw(spans)),
        tweets=tuple(
            tweet(span, author=draw(names), handle=draw(names), url=draw(st.none() | urls), posted=draw(posted))
            for span in draw(spans)
        ),
        findings=tuple(Finding(code=draw(codes), message=draw(HOSTILE)) for _ in draw(spans)),
    )  # fmt: skip


@settings(max_examples=60)
@given(articles(), HOSTILE)
def test_the_text_stands_whole_and_nothing_gets_out_of_its_place(made: Article, original: str) -> None:
    shown = page(made, original)
    assert shown.article == made.text
    assert {tag for tag, _ in shown.elements} <= TAGS
    assert {name for _, attrs in shown.elements for name in attrs} <= ATTRIBUTES
    hrefs = [str(attrs[name]) for _, attrs in shown.elements for name in ("href", "cite") if name in attrs]
    assert all(re.match(r"https?://|mailto:|#", href, re.IGNORECASE) for href in hrefs)


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    html = render(article("A line."), ORIGINAL)
    shown = Page(html)
    places = [html.index(part) for part in (b'<meta charset="utf-8">', b"content-security-policy", b"<title>")]
    assert places == sorted(places)
    assert places[0] < 100
    assert shown.all("meta", name="robots", content="noindex")
    assert str(shown.all("meta", name="generator")[0]["content"]).startswith("archiver ")
    assert "default-src 'none'" in str(shown.all("meta", **{"http-equiv": "content-security-policy"})[0]["content"])
    assert "url(" not in shown.texts["style"][0]
    assert "/*" not in shown.texts["style"][0]
    assert not {"script", "img", "link"} & {tag for tag, _ in shown.elements}


def test_lines_are_paragraphs_and_blank_lines_keep_them_apart() -> None:
    html = render(article("One.\nTwo.\n \n\n\nThree.", title="Title"), ORIGINAL).decode()
    assert '<p dir="auto">One.\n</p><p dir="auto">Two.\n</p><div class="blank"> \n\n\n</div><p dir="auto">Th' in html


def test_quotation_marks_stand_as_they_are_in_the_text_and_what_html_would_change_does_not() -> None:
    html = render(article('It\'s "so" <b> &amp;\r\n\0', title="T"), ORIGINAL).decode()
    assert '<p dir="auto">It\'s "so" &lt;b&gt; &amp;amp;&#13;\n</p><p dir="auto">\ufffd</p>' in html


def test_blank_lines_stand_together_where_a_mark_is_among_them() -> None:
    html = render(article("One.\n\n\nTwo.", title="T", repairs=(repaired(Span(5, 6)),)), ORIGINAL).decode()
    assert '<p dir="auto">One.\n</p><div class="blank">\n\n</div><p dir="auto">Two.</p>' in html


LONG = "A beginning that goes on " * 10


@pytest.mark.parametrize(
    ("text", "title", "headlines", "named"),
    [
        ("Harbour opens\nIt did.", "Harbour opens", ["Harbour opens\n"], "Harbour opens"),
        ("\n\nHarbour opens\nIt did.", None, ["Harbour opens\n"], "Harbour opens"),
        ("It did.\nIt shut.", "Harbour opens", ["Harbour opens"], "Harbour opens"),
        (LONG, None, ["A beginning that goes on A beginning that goes on A beginning that goes on A…"], None),
        (LONG, "Harbour opens", ["Harbour opens"], "Harbour opens"),
        ("字" * 200, None, ["字" * 80 + "…"], None),
        ("", None, ["Untitled"], "Untitled"),
        ("\n\n", " ", ["Untitled"], "Untitled"),
    ],
)
def test_there_is_one_headline(text: str, title: str | None, headlines: list[str], named: str | None) -> None:
    shown = page(article(text, title=title))
    assert shown.texts["h1"] == headlines
    assert shown.texts["title"] == [named or headlines[0]]
    assert shown.article == text


def test_the_first_line_is_no_headline_where_it_is_a_tweet() -> None:
    text = "The ferry is late.\n— Wren (@wren) July 21, 2017"
    shown = page(article(text, tweets=(tweet(Span(0, len(text))),)))
    assert shown.texts["h1"] == ["The ferry is late."]
    assert shown.texts["blockquote"] == [text]


def test_a_repair_is_marked_where_it_stands_and_listed() -> None:
    shown = page(article("It’s so.", repairs=(repaired(Span(2, 3)),)))
    [mark] = shown.all("ins", id="r1")
    assert mark["title"] == "mojibake: â€™ → ’"
    assert shown.texts["ins"] == ["repairs", "’"]
    assert shown.all("a", href="#r1")
    assert shown.texts["tr"][1:] == [
        "mojibakeThe characters are UTF-8 that was read in another encoding; it is read as UTF-8 again. ftfy 61",
        "No.It wasIt isRule, confidencePlace in source",
        "1â€™’mojibake, high2",
    ]


@pytest.mark.parametrize(("text", "at"), [("ab", 0), ("ab", 1), ("ab", 2), ("ab\ncd", 2), ("ab\ncd", 3), ("ab\n", 3)])
def test_a_deletion_is_marked_once_without_width(text: str, at: int) -> None:
    made = article(text, links=(link(Span(0, 1), "https://example.org/"),), repairs=(repaired(Span(at, at), "Â", ""),))
    shown = page(made)
    assert len(shown.all("ins", id="r1", title="mojibake: Â → nothing")) == 1
    assert shown.texts["ins"] == ["repairs", ""]
    assert shown.article == text


def test_white_space_is_counted_and_not_marked() -> None:
    done = repair("One \xa0two. \r\nThree.\r\n")
    shown = page(article(done.text, repairs=done.repairs))
    assert "ins" not in shown.texts
    assert shown.texts["caption"] == ["Repairs by rule"]
    assert [row.split("L")[0] for row in shown.texts["tr"][1:2]] == ["line-end"]


def test_the_software_of_a_rule_is_named_in_order() -> None:
    repairs = [replace(repaired(Span(at, at + 1)), by=f"tool {name}") for at, name in enumerate("dacb")]
    assert "tool a, tool b, tool c, tool d" in page(article("text", repairs=tuple(repairs))).texts["table"][0]


def test_what_is_lost_is_marked_as_lost() -> None:
    done = repair("He said \udc93no.")
    shown = page(article(done.text, repairs=done.repairs))
    [legend, mark] = shown.all("ins", **{"class": "lost"})
    assert mark["title"] == "undecodable-byte: ⟨byte 93⟩ → \ufffd"
    assert "id" not in legend
    assert "\ufffd is lost (1)" in shown.texts["header"][0]


def test_repairs_of_other_fields_are_listed_and_not_marked() -> None:
    shown = page(article("It’s so.", title="Théo", repairs=(repaired(Span(2, 3), "Ã©", "é", field="title"),)))
    assert not shown.all("ins", id="r1")
    assert shown.texts["tr"][-1] == "1Ã©émojibake, hightitle 2"


def test_a_title_beside_the_text_tells_its_own_direction() -> None:
    """A browser passes over a <bdi> where it looks for the direction of what holds it."""
    html = render(article("It rained.", title="سوق\u202eنخلان"), ORIGINAL).decode()
    assert '<h1 dir="auto">سوق⟨U+202E⟩نخلان</h1>' in html


def test_a_link_holds_its_repairs_and_a_repair_is_cut_at_its_edge() -> None:
    links = (link(Span(4, 23), "https://a.example/x"),)
    made = article("see https://a.example/x", links=links, repairs=(repaired(Span(2, 6)),))
    html = render(made, ORIGINAL).decode()
    mark = '<ins id="r1" title="mojibake: â€™ → ’">e </ins>'
    inner = '<a href="https://a.example/x"><ins title="mojibake: â€™ → ’">ht</ins>tps://a.example/x</a>'
    assert f'<h1 dir="auto">se{mark}{inner}</h1>' in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", " https://a.example/", "data:text/html,x", "https://a b", "/a"])
def test_a_link_that_may_not_be_followed_is_text(url: str) -> None:
    made = article("a link", links=(link(Span(2, 6), url),), url=Stated(value=url, basis="field:url"))
    shown = page(made, original=url)
    assert {attrs["href"] for attrs in shown.all("a")} == {"#provenance"}


def test_of_overlapping_marks_the_first_counts() -> None:
    links = (link(Span(2, 6), "https://b.example/"), link(Span(0, 4), "https://a.example/"))
    shown = page(article("a link", links=links))
    assert [attrs["href"] for attrs in shown.all("a")][2:3] == ["https://a.example/"]
    assert not shown.all("a", href="https://b.example/")


POSTED = Moment(value="2017-07-21T16:14Z", precision="minute", basis="status-id")
STATUS = "https://twitter.com/wren/status/1"


@pytest.mark.parametrize(
    ("more", "caption"),
    [
        ({"author": "Wren", "handle": "wren"}, []),
        ({"author": "Wren", "posted": replace(POSTED, basis="signature")}, []),
        ({"author": "Oda", "handle": "oda_f"}, ["Oda · @oda_f"]),
        ({"posted": POSTED, "url": STATUS}, [f"21 July 2017, 16:14 UTC · {STATUS}"]),
        ({"url": "javascript:alert(1)"}, []),
    ],
)
def test_a_tweet_is_a_quote_and_says_what_its_text_does_not(more: dict[str, Any], caption: Sequence[str]) -> None:
    quoted = "Late again.\n— Wren (@wren) July 21, 2017"
    shown = page(article(f"Before.\n{quoted}\nAfter.", tweets=(tweet(Span(8, 8 + len(quoted)), **more),)))
    assert shown.texts["blockquote"] == [quoted + "\n"]
    assert shown.texts.get("figcaption", []) == caption
    assert [attrs.get("cite") for attrs in shown.all("blockquote")] == [STATUS if more.get("url") == STATUS else None]


def test_a_tweet_within_a_line_stays_in_it() -> None:
    made = article("As pic.twitter.com/x shows.", tweets=(tweet(Span(3, 20), "media", handle="wren", posted=POSTED),))
    shown = page(made)
    assert not shown.all("blockquote")
    [mark] = shown.all("span", **{"class": "tweet"})
    assert mark["title"] == "Tweet, @wren, 2017-07-21T16:14Z"


@pytest.mark.parametrize(
    ("value", "precision", "read"),
    [
        ("2017", "year", "2017"),
        ("2017-07", "month", "July 2017"),
        ("2017-07-01", "day", "1 July 2017"),
        ("2017-07-21T18:30", "minute", "21 July 2017, 18:30"),
        ("2017-07-21T18:30:05+02:00", "second", "21 July 2017, 18:30 +02:00"),
    ],
)
def test_a_date_is_read_no_more_precisely_than_it_is_known(value: str, precision: Precision, read: str) -> None:
    shown = page(article("Text.", published=Moment(value=value, precision=precision, basis="field:date")))
    assert shown.texts["time"] == [read]
    assert shown.all("time", datetime=value)
    assert f"{value}, to the {precision} (field:date)" in shown.texts["dd"]


@pytest.mark.parametrize("value", ["yesterday", "2017-13-01", "2017-00", "٢٠١٧"])
def test_what_is_no_date_is_shown_as_it_is(value: str) -> None:
    shown = page(article("Text.", published=Moment(value=value, precision="day", basis="field:date")))
    assert value in shown.texts["p"][0]
    assert "time" not in shown.texts


def test_the_provenance_says_where_all_comes_from() -> None:
    made = article(
        "a link, a tweet",
        title="Harbour", authors=("Wren", "Oda"), site="The Courier", language="en-GB",
        url=Stated(value="https://courier.example/1", basis="sidecar:url"),
        links=(link(Span(2, 6), "https://a.example/"), link(Span(8, 15), "https://t.co/x", "short")),
        findings=(Finding(code="W114", message="2 characters were lost."), Finding(code="E999", message="Odd.")),
    )  # fmt: skip
    made = replace(made, source=replace(made.source, pointer="/body", encoding=None, encoding_basis=None))
    shown = page(made)
    facts = dict(zip(shown.texts["dt"], shown.texts["dd"], strict=True))
    assert facts == {
        "Title": "Harbour", "Authors": "Wren, Oda", "Publication": "The Courier", "Language": "en-GB",
        "Published": "not stated", "Modified": "not stated", "Retrieved": "not stated",
        "Address": "https://courier.example/1 (sidecar:url)", "Source": "folder/a.txt, 5,087 bytes from byte 12",
        "Field": "/body", "Read as": "text/plain, unknown encoding (unknown)", "Digest": made.source.digest,
        "Article": made.id, "Original": ORIGINAL, "Links": "2 (outbound 1, short 1)", "Tweets": "none",
    }  # fmt: skip
    assert shown.texts["li"] == ["W114 lost characters: 2 characters were lost.", "E999 error: Odd."]
    assert "None: the text is as it was found." in shown.texts["p"]
    assert shown.all("article", lang="en-GB", dir="ltr")
    assert shown.texts["p"][0] == "The Courier · Wren, Oda"


@pytest.mark.parametrize(
    ("text", "direction"), [("12 — سوق", "rtl"), ("שלום", "rtl"), ("Souq سوق", "ltr"), ("…", "ltr")]
)
def test_the_page_runs_the_way_the_text_does(text: str, direction: str) -> None:
    assert page(article(text)).all("article", lang="", dir=direction)


def test_what_turns_the_direction_is_named_in_the_provenance() -> None:
    shown = page(article("Text.", title="left\u202etfel", site="a\u2069b"))
    assert shown.texts["dd"][0] == "left⟨U+202E⟩tfel"
    assert "\u202e" not in "".join(shown.texts["body"])
    assert "\u2069" not in "".join(shown.texts["body"])


def test_long_lists_are_cut_and_say_so() -> None:
    text = "x" * 300
    made = article(
        text,
        repairs=tuple(repaired(Span(at, at + 1), "y" * 500, "x") for at in range(300)),
        findings=tuple(Finding(code="W114", message="Lost.") for _ in range(201)),
    )
    shown = page(made)
    assert len(shown.texts["tr"]) == 1 + 1 + 1 + 200
    assert shown.texts["tr"][-1] == f"200{'y' * 120}…xmojibake, high199"
    assert len(shown.texts["li"]) == 200
    assert shown.texts["p"][-2:] == [
        "The first 200 of 201; the article record in the package holds all.",
        "The first 200 of 300; the article record in the package holds all.",
    ]
    assert len(shown.all("ins", title=f"mojibake: {'y' * 60}… → x")) == 300
    assert not shown.all("ins", id="r201")


@pytest.mark.parametrize(
    "text", ["word " * 400_000, "\n" * 2_000_000, " " * 2_000_000, "a\n" * 20_000, " \n" * 500_000 + "x"]
)
def test_a_long_text_of_anything_is_rendered(text: str) -> None:
    step = max(len(text) // 5_000, 1)
    made = article(text, repairs=tuple(repaired(Span(at, at + 1)) for at in range(0, len(text) - 1, step)))
    assert render(made, ORIGINAL).endswith(b"</html>\n")
