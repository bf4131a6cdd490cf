"""Articles as lines, as a page, and as rows of tables."""

import csv
import io
import json
from dataclasses import replace

import pytest

from archiver.package.open import Entry
from archiver.package.pages import title_of
from archiver.record import provenance
from archiver.report import listing, plain, tables
from archiver.report.article import page
from tests.articles import article

ENTRY = Entry(article=article(), original_id="urn:uuid:9", warc="archive/a.warc.gz", is_duplicate=False)
BARE = article(
    **dict.fromkeys(("url", "title", "site", "language", "published", "retrieved")),
    **dict.fromkeys(("authors", "repairs", "links", "tweets", "findings"), ()),
    text="\n  First line\x1b\nSecond\n",
)


def test_a_row_on_a_pipe_is_not_cut() -> None:
    title = "A title that is longer than any line of a terminal could be, " * 4
    assert listing.row(article(title=title), None) == (
        f"00000000  2017-07-21  {'news.example':26}  {'pier.txt':24}  {title_of(article(title=title))}"
    )


@pytest.mark.parametrize("columns", [20, 80, 100, 200])
def test_a_row_on_a_terminal_fits(columns: int) -> None:
    row = listing.row(article(title="図書館" * 80, site="x" * 90, url=None), columns)
    assert plain.width(row) <= max(columns, 8 + 10 + 26 + 24 + 12 + 8)


def test_a_row_of_an_article_of_which_little_is_known() -> None:
    assert listing.row(BARE, None).split("  ", 1)[1].split() == ["—", "—", "pier.txt", "First", "line⟨U+001B⟩"]


def test_a_row_has_the_place_within_a_source() -> None:
    source = replace(article().source, name="a.jsonl", offset=7)
    assert " a.jsonl@7 " in listing.row(article(source=source), None)


def test_a_page_has_everything() -> None:
    shown = "\n".join(page(ENTRY))
    for part in (
        "The pier is gone\n────────────────\n",
        "id         urn:uuid:00000000-0000-5000-8000-000000000001\n",
        "url        https://news.example/pier (field:url)\n",
        "authors    Ada Example, Bo Example\n",
        "published  2017-07-21 (to the day, field:date)\n",
        "retrieved  2017-07-22T10:00:00Z (to the second, sidecar:retrieved)\n",
        "text/plain, utf-8 (detected)\n",
        "original   archive/a.warc.gz, urn:uuid:9\n",
        "Text\n  The pier’s gone",
        "mojibake",
        "⟨byte 81⟩",
        f"  {'18–34':>11}  https://t.co/Zz9 (short, in a tweet)\n",
        f"  {'0–63':>11}  Ada @ada_e, 2017-07-21 (signature, dates: consistent)\n               The pier’s gone",
        "Findings (1)\n  W114 $.text — ",
    ):
        assert part in shown, part
    assert "modified" not in shown


def test_a_page_of_an_article_of_which_little_is_known() -> None:
    shown = "\n".join(page(replace(ENTRY, article=BARE, is_duplicate=True)))
    assert "\x1b" not in shown
    assert "Repairs (0)" in shown
    assert "the same bytes came more than once" in shown


def test_what_a_tweet_and_a_link_lack_is_not_made_up() -> None:
    tweet = replace(article().tweets[0], author=None, handle=None, posted=None, text=None, status_id="99")
    link = replace(article().links[0], url="https://t.co/", tweet=None, truncated=True)
    nameless = replace(tweet, status_id=None)
    shown = "\n".join(page(replace(ENTRY, article=article(tweets=(tweet, nameless), links=(link,)))))
    assert "status 99 (signature" in shown
    assert "unknown (signature" in shown
    assert "https://t.co/Zz9 → https://t.co/ (short, cut short)" in shown


def test_a_repair_of_the_title_is_told() -> None:
    title = replace(article().repairs[0], field="title")
    shown = "\n".join(page(replace(ENTRY, article=article(repairs=(*article().repairs, title)))))
    assert "title  mojibake" in shown
    assert "Repairs (3)" in shown


@pytest.mark.parametrize("table", tables.COLUMNS)
def test_every_row_has_every_column(table: str) -> None:
    record = provenance.to_dict(article(), inline=True)
    for row in tables.rows(table, record):
        assert tuple(row) == tables.COLUMNS[table]
        assert (row["id"], row["source"], row["offset"]) == (record["id"], "pier.txt", 0)


def test_what_a_row_says() -> None:
    record = provenance.to_dict(article(), inline=True)
    (row,) = tables.rows("articles", record)
    assert (row["url"], row["url_basis"], row["published"]) == ("https://news.example/pier", "field:url", "2017-07-21")
    assert (row["repairs"], row["links"], row["tweets"], row["findings"]) == (2, 1, 1, ["W114"])
    assert (row["authors"], row["text"]) == (["Ada Example", "Bo Example"], record["text"])
    (link,) = tables.rows("links", record)
    assert (link["index"], link["start"], link["end"], link["source_start"]) == (0, 18, 34, 20)
    (tweet,) = tables.rows("tweets", record)
    assert (tweet["posted"], tweet["posted_precision"], tweet["links"]) == ("2017-07-21", "day", [0])
    mojibake, undecodable = tables.rows("repairs", record)
    assert (mojibake["field"], mojibake["before_code_points"]) == ("text", None)
    assert undecodable["before_code_points"] == [0xDC81]


def test_rows_are_the_same_in_both_formats() -> None:
    records = [provenance.to_dict(made, inline=True) for made in (article(), BARE)]
    lines = [json.loads(line) for line in tables.jsonl("articles", records)]
    text = b"".join(tables.csv_lines("articles", records)).decode()
    sheet = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["text"].removeprefix("'") for row in sheet] == [row["text"] for row in lines]
    assert [row["authors"] for row in sheet] == ["Ada Example; Bo Example", ""]
    assert [row["site"] for row in sheet] == ["The Example", ""]


def test_a_table_without_rows_has_its_head() -> None:
    assert b"".join(tables.csv_lines("tweets", [])).startswith(b"id,source,offset,index,form,")
    assert list(tables.jsonl("tweets", [])) == []


@pytest.mark.parametrize(
    "title",
    [
        *("=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "'tis"),
        *("A title", "1 = 1", " =1", "“-”", '"'),
    ],
)
def test_no_cell_is_a_formula_and_every_text_comes_back(title: str) -> None:
    record = provenance.to_dict(article(title=title), inline=True)
    data = b"".join(tables.csv_lines("articles", [record])).decode()
    (row,) = csv.DictReader(io.StringIO(data, newline=""))
    assert row["title"][:1] not in set("=+-@\t\r\n＝＋－＠")
    assert row["title"].removeprefix("'") == title
    (plain_row,) = tables.jsonl("articles", [record])
    assert json.loads(plain_row)["title"] == title
