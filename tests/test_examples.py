"""The examples, packed and held to what was written down of them before the tool saw them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.package.open import Entry, Package, Rejection, open_package
from archiver.record.provenance import to_dict
from archiver.references.urls import absolute
from archiver.text.ledger import unapply
from archiver.verify.verify import verify

ROOT = Path(__file__).parents[1]
TRUTH = ROOT / "tests" / "data" / "examples-truth"
CONFIG = Config(created="2024-05-06T07:08:09Z", title="Examples")


def truths() -> list[dict[str, Any]]:
    """What is known of each article, those of a JSON Lines file one by one."""
    files = [json.loads(path.read_bytes()) for path in sorted(TRUTH.glob("*.json"))]
    return [{**file, **article} for file in files for article in file.get("articles", [file])]


def place(truth: dict[str, Any]) -> tuple[str, int | None]:
    """File name and line."""
    return Path(truth["source"]).name, truth.get("line")


@pytest.fixture(scope="module", params=["examples", "examples.wacz"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example articles as a package, of both forms."""
    out = tmp_path_factory.mktemp("examples") / str(request.param)
    report = pack([ROOT / "examples" / "articles"], out, CONFIG)
    assert report.rejected == 0
    return out


@pytest.fixture(scope="module")
def records(package: Path) -> dict[tuple[str, int | None], dict[str, Any]]:
    """The records by file name and line."""
    found = {}
    for entry in open_package(package).articles():
        source = entry.article.source
        before = (ROOT / "examples" / "articles" / source.name).read_bytes()[: source.offset]
        line = before.count(b"\n") + 1 if source.name.endswith(".jsonl") else None
        found[source.name, line] = to_dict(entry.article, inline=True)
    return found


def test_a_package_of_examples_is_sound(package: Path) -> None:
    assert list(verify(package)) == []


def test_every_example_is_described(records: dict[tuple[str, int | None], dict[str, Any]]) -> None:
    assert set(records) == {place(truth) for truth in truths()}


@pytest.mark.parametrize("truth", truths(), ids=lambda truth: "-".join(map(str, filter(None, place(truth)))))
class TestArticle:
    """One example against its truth."""

    def test_encoding(self, truth: dict[str, Any], records: Any) -> None:
        source = records[place(truth)]["source"]
        same = {"windows-1252": "cp1252", "windows-1251": "cp1251", "shift_jis": "cp932", "iso-8859-2": "iso8859-2"}
        wanted = truth["encoding"].lower()
        assert source["encoding"] in {wanted, same.get(wanted), wanted.replace("utf-16le", "utf-16-le")}

    def test_metadata(self, truth: dict[str, Any], records: Any) -> None:
        record = records[place(truth)]
        if "url" in truth:
            assert record["url"]["value"] == absolute(truth["url"])
        if "authors" in truth:
            assert [author["name"] for author in record["authors"]] == truth["authors"]
        if "published" in truth:
            assert record["published"]["value"].startswith(truth["published"][:10])
        if record["source"]["media_type"] == "application/json":
            assert record["title"] == truth["title"]

    def test_links(self, truth: dict[str, Any], records: Any) -> None:
        links = [link for link in records[place(truth)]["links"] if link["kind"] != "mail"]
        assert [link["href"] for link in links] == truth["links"]
        assert {link["href"]: link["kind"] for link in links} == truth["link_kinds"]

    def test_tweets(self, truth: dict[str, Any], records: Any) -> None:
        record = records[place(truth)]
        found = [
            {
                "form": tweet["form"],
                "author": tweet["author"],
                "handle": tweet["handle"],
                "date": tweet["posted"] and tweet["posted"]["value"][:10],
                "status_id": tweet["status_id"],
                "text": tweet["text"],
                "links": [record["links"][index]["href"] for index in tweet["links"]],
            }
            for tweet in record["tweets"]
        ]
        keys = found[0] if found else ()
        assert found == [{key: spaced(tweet[key]) for key in keys} for tweet in truth["tweets"]]

    def test_mentions_and_hashtags_of_tweets(self, truth: dict[str, Any], records: Any) -> None:
        tweets = records[place(truth)]["tweets"]
        assert {name for tweet in tweets for name in tweet["mentions"]} <= set(truth["mentions"])
        assert {name for tweet in tweets for name in tweet["hashtags"]} <= set(truth["hashtags"])

    def test_damaged_lines_are_repaired_and_no_other_is_touched(self, truth: dict[str, Any], records: Any) -> None:
        record = records[place(truth)]
        lines = record["text"].split("\n")
        repaired = {int(number): plain(line) for number, line in truth.get("repaired_lines", {}).items()}
        assert {number: plain(lines[number - 1]) for number in repaired} == repaired

    def test_the_ledger_leads_back(self, truth: dict[str, Any], package: Path) -> None:
        for entry in open_package(package).articles():
            if entry.article.source.name == place(truth)[0] and entry.article.source.pointer is None:
                source = unapply(entry.article.text, [e for e in entry.article.repairs if e.field == "text"])
                original = (ROOT / truth["source"]).read_bytes()
                assert source.encode(str(entry.article.source.encoding), "surrogateescape") == original


def plain(line: str) -> str:
    """A line with its white space as normalising leaves it."""
    return line.replace("\xa0", " ").rstrip()


def spaced(value: Any) -> Any:
    """The same for any value of a tweet."""
    return plain(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The broken examples, each file named by itself, as a package that verifies."""
    out = tmp_path_factory.mktemp("broken") / "out"
    files = sorted(path for path in (ROOT / "examples" / "broken").iterdir() if not path.name.endswith(".meta.json"))
    pack(files, out, CONFIG)
    assert list(verify(out)) == []
    return open_package(out)


def test_broken_items_end_as_was_written_down(broken: Package) -> None:
    found: dict[tuple[str, int | None], list[tuple[str, set[str]]]] = defaultdict(list)
    for entry in broken:
        source, outcome, codes = outcome_of(entry)
        found[where(source)].append((outcome, codes))
    for wanted in json.loads((TRUTH / "broken" / "expected.json").read_bytes()):
        outcomes = found[place(wanted)]
        if wanted["outcome"] is None:
            continue
        assert outcomes, wanted
        for outcome, codes in outcomes:
            assert outcome == wanted["outcome"], wanted
            assert set(wanted["codes"]) <= codes, wanted


def outcome_of(entry: Entry | Rejection) -> tuple[dict[str, Any], str, set[str]]:
    """Where an item came from, what became of it, and what was found."""
    record = entry.record if isinstance(entry, Rejection) else to_dict(entry.article, inline=True)
    outcome = "rejected" if isinstance(entry, Rejection) else "archived"
    return record["source"], outcome, {finding["code"] for finding in record["findings"]}


def where(source: dict[str, Any]) -> tuple[str, int | None]:
    """File name and line of a broken item."""
    name = source["name"]
    data = (ROOT / "examples" / "broken" / name).read_bytes()
    return name, data[: source["offset"]].count(b"\n") + 1 if name.endswith(".jsonl") else None
