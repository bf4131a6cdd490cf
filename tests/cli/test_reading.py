"""`archiver list`, `show` and `export`: a package's articles."""

import csv
import io
import json
from pathlib import Path

import pytest

from archiver.record import schema
from tests.cli.driver import ARTICLES, Run, rows


def test_list_has_a_line_for_each_article(run: Run, package: Path) -> None:
    lines = run("list", package).stdout.splitlines()
    assert len(lines) == 20
    assert lines[2].split()[1:4] == ["2017-07-21", "marram-bay-courier.example", "en-harbour-inquiry.txt"]
    assert any(" wire.jsonl@1016 " in line for line in lines)


def test_list_as_json_lines(run: Run, package: Path) -> None:
    listed = rows(run("list", package, "--format", "jsonl"))
    assert len(listed) == 20
    assert [row["source"] for row in listed if row["duplicate"]] == ["wire.jsonl"]


def test_list_of_what_was_rejected(run: Run, with_rejected: Path) -> None:
    told = run("list", "--rejected", with_rejected).stdout.splitlines()
    listed = rows(run("list", "--rejected", "--format", "jsonl", with_rejected))
    assert len(listed) == 14
    assert told[0].startswith(f"{listed[0]['source']['name']}, byte ")
    assert told[1].startswith(f"  {listed[0]['findings'][0]['code']} ")


def test_list_of_nothing_rejected(run: Run, package: Path) -> None:
    assert run("list", "--rejected", package).output == ""


@pytest.mark.parametrize("command", [["list"], ["export"], ["show", "x"]])
def test_what_is_no_package_is_said(run: Run, tmp_path: Path, command: list[str]) -> None:
    name, *more = command
    done = run(name, tmp_path, *more)
    assert done.exit_code == 3
    assert "is no package" in done.stderr


@pytest.mark.parametrize(
    "wanted",
    [
        "en-harbour-inquiry.txt",
        "en-harbour-inquiry.txt@0",
        "https://www.marram-bay-courier.example/news/2017/07/21/north-mole-logbook",
        "https://www.marram-bay-courier.example/news/2017/07/21/north-mole-logbook#top",
    ],
)
def test_show_finds_an_article_by_name_and_by_url(run: Run, package: Path, wanted: str) -> None:
    done = run("show", package, wanted)
    assert done.exit_code == 0
    assert done.stdout.startswith("INQUIRY: Harbour Board Was Shown Cracks")


def test_show_finds_an_article_by_its_id_and_the_beginning_of_it(run: Run, package: Path) -> None:
    record = rows(run("export", package))[3]
    for wanted in (record["id"], record["id"].removeprefix("urn:uuid:"), record["id"][9:17].upper()):
        assert json.loads(run("show", package, wanted, "--format", "json").stdout) == record


def test_show_says_which_articles_could_be_meant(run: Run, package: Path) -> None:
    done = run("show", package, "wire.jsonl")
    first, *candidates = done.stderr.splitlines()
    assert done.exit_code == 2
    assert first == "archiver: wire.jsonl names more than one article; give the id or NAME@OFFSET:"
    assert [line.split()[1] for line in candidates] == [f"wire.jsonl@{n}" for n in (0, 1016, 2000, 2956, 3920, 4935)]


def test_show_of_an_article_that_is_not_there(run: Run, package: Path) -> None:
    done = run("show", package, "no\nsuch")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no⟨U+000A⟩such" in done.stderr


def test_show_has_text_repairs_links_tweets_and_findings(run: Run, package: Path) -> None:
    shown = run("show", package, "en-harbour-inquiry.txt").stdout
    assert "\nText\n  INQUIRY" in shown
    for section in ("Repairs", "Links", "Tweets", "Findings"):
        assert f"\n{section} (" in shown
    assert "no-break-space" in shown
    assert "Tideline Live @tidelinelive_mb, 2017-07-21" in shown


@pytest.mark.parametrize("name", ["en-harbour-inquiry.txt", "es-mercado.json"])
def test_show_gives_the_original_bytes(run: Run, wacz: Path, name: str) -> None:
    assert run("show", wacz, name, "--original").stdout_bytes == (ARTICLES / name).read_bytes()


def test_export_gives_records_that_are_valid(run: Run, package: Path) -> None:
    records = rows(run("export", package))
    assert len(records) == 20
    assert all(isinstance(record["text"], str) for record in records)
    assert [finding for record in records for finding in schema.check(record, schema.ARTICLE)] == []


@pytest.mark.parametrize("table", ["articles", "links", "tweets", "repairs"])
def test_tables_are_the_same_in_both_formats(run: Run, package: Path, table: str) -> None:
    flat = rows(run("export", package, "--table", table))
    sheet = list(
        csv.DictReader(io.StringIO(run("export", package, "--table", table, "--format", "csv").stdout, newline=""))
    )
    assert len(sheet) == len(flat) > 10
    assert list(sheet[0]) == list(flat[0])
    assert [row["id"] for row in sheet] == [row["id"] for row in flat]


def test_csv_without_a_table_is_the_articles(run: Run, package: Path) -> None:
    assert (
        run("export", package, "--format", "csv").stdout
        == run("export", package, "--format", "csv", "--table", "articles").stdout
    )


def test_export_to_a_file(run: Run, package: Path, tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    assert run("export", package, "-o", out).output == ""
    assert out.read_bytes() == run("export", package).stdout_bytes
    refused = run("export", package, "-o", out)
    assert (refused.exit_code, refused.stderr) == (2, f"archiver: {out} exists; --overwrite replaces it\n")
    assert run("export", package, "-o", out, "--overwrite", "--table", "links").exit_code == 0
    assert out.read_bytes() == run("export", package, "--table", "links", "-o", "-").stdout_bytes


@pytest.mark.parametrize("name", ["empty.txt", "empty.txt@0"])
def test_of_a_rejected_item_it_is_said_that_it_was(run: Run, with_rejected: Path, name: str) -> None:
    done = run("show", with_rejected, name)
    assert (done.exit_code, done.stderr) == (
        2,
        f"archiver: {name} was rejected; archiver list --rejected says why\n",
    )
