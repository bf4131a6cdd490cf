"""Saved pages, packed: where their bytes stand, and what verify proves of them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from archiver.model import Archived, Capture, Rejected
from archiver.pack.config import Config
from archiver.pack.process import process
from archiver.pack.run import pack
from archiver.package.open import open_package
from archiver.verify.derivation import check
from archiver.verify.verify import verify
from archiver.warc.reader import Record
from tests.verify import packages

CONFIG = Config(created="2024-05-06T07:08:09Z")
PROSE = "<p>It rained in Quay Street all day, said the harbour master, and then it rained in the night as well.</p>"
URL = "https://e.example/rain"
PAGE = f'<html><head><link rel="canonical" href="{URL}"><title>Rain</title></head><body>{PROSE}<a href="/b">b</a>'


def outcome(payload: bytes, media_type: str = "text/html", config: Config = CONFIG) -> Archived | Rejected:
    """What becomes of one page."""
    return process(Capture(name="rain.html", offset=0, payload=payload, media_type=media_type), config)


def records(package: Path) -> list[tuple[str, str, str, str, bytes]]:
    """Type, target URI, content type, payload digest and block of every record that a player sees."""
    found = []
    for warc in sorted((package / "data" / "archive").iterdir()):
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type in {"resource", "revisit"}:
                    names = ("WARC-Target-URI", "Content-Type", "WARC-Payload-Digest")
                    values = [record.rec_headers.get_header(name) for name in names]
                    found.append((record.rec_type, *values, record.content_stream().read()))
    return found


def test_a_page_stands_at_its_url_and_at_its_digest(tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text(PAGE, encoding="utf-8")
    pack([tmp_path / "rain.html"], tmp_path / "out", CONFIG)
    assert list(verify(tmp_path / "out")) == []
    original, alias, reading = records(tmp_path / "out")
    assert original[:3] == ("resource", URL, "text/html; charset=utf-8")
    assert original[4] == PAGE.encode()
    digest = original[3].removeprefix("sha256:")
    assert alias[:2] == ("revisit", f"https://archiver.invalid/sha256/{digest}/original.html")
    assert (alias[3], alias[4]) == (original[3], b"")
    assert alias[1].encode() in reading[4]
    rows = [json.loads(row) for row in (tmp_path / "out/data/pages/pages.jsonl").read_text().splitlines()[1:]]
    assert [row["url"] for row in rows] == [reading[1], URL]


def test_two_pages_of_one_url_are_both_to_be_had(tmp_path: Path) -> None:
    """In one shard or in two: the address of its digest is each page's own."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.html").write_text(PAGE.replace("night", name), encoding="utf-8")
    files = [tmp_path / "a.html", tmp_path / "b.html"]
    for size in (1, 1 << 20):
        pack(files, tmp_path / str(size), Config(created=CONFIG.created, shard_size=size))
        assert list(verify(tmp_path / str(size))) == []
        rows = (tmp_path / str(size) / "data/indexes/index.cdx").read_text().splitlines()
        urls = [json.loads(row.split(" ", 2)[2])["url"] for row in rows]
        assert urls.count(URL) == 2
        assert len({url for url in urls if url.endswith("/original.html")}) == 2


def test_one_page_twice_is_a_duplicate(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.html").write_text(PAGE, encoding="utf-8")
    for size in (1, 1 << 20):
        config = Config(created=CONFIG.created, shard_size=size)
        report = pack([tmp_path / "a.html", tmp_path / "b.html"], tmp_path / str(size), config)
        assert report.counts["items"] == {"archived": 1, "duplicate": 1, "rejected": 0}
        assert list(verify(tmp_path / str(size))) == []


@pytest.mark.parametrize(
    ("head", "config"),
    [
        ("", CONFIG),
        ('<link rel="canonical" href="ftp://e.example/a">', CONFIG),
        ('<link rel="canonical" href="https://archiver.invalid/article/x.html">', CONFIG),
    ],
)
def test_a_page_without_an_address_of_its_own_stands_at_its_digest(head: str, config: Config, tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text(head + PROSE, encoding="utf-8")
    pack([tmp_path / "rain.html"], tmp_path / "out", config)
    original, _reading = records(tmp_path / "out")
    assert original[1].startswith("https://archiver.invalid/sha256/")
    assert list(verify(tmp_path / "out")) == []


def test_the_base_uri_says_where_a_page_stood() -> None:
    found = outcome(PROSE.encode(), config=Config(created=CONFIG.created, base_uri="https://e.example/saved/"))
    assert isinstance(found, Archived)
    assert found.article.url is not None
    assert found.article.url.value == "https://e.example/saved/rain.html"
    assert found.article.url.basis == "option:--base-uri"


def test_a_record_of_a_page_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text(PAGE, encoding="utf-8")
    pack([tmp_path / "rain.html"], tmp_path / "out", CONFIG)
    (entry,) = open_package(tmp_path / "out").articles()
    made = outcome(PAGE.encode())
    assert isinstance(made, Archived)
    assert entry.article == made.article
    assert entry.article.runs


def test_bad_pages_are_rejected_with_the_reason(tmp_path: Path) -> None:
    for payload, code in ((b"%PDF-1.4 ...", "E102"), (b"", "E101")):
        found = outcome(payload)
        assert isinstance(found, Rejected)
        assert code in [finding.code for finding in found.findings]
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(PAGE.encode() * 9, mtime=0)[:-20])
    report = pack([tmp_path / "cut.html.gz"], tmp_path / "out", CONFIG)
    assert report.counts["findings"]["E110"] == 1


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("rain.htm", "text/html"), ("rain.HTML", "text/html"), ("rain.xhtml", "application/xhtml+xml")],
)
@pytest.mark.parametrize("is_pressed", [False, True])
def test_pages_by_their_names(name: str, media_type: str, is_pressed: bool, tmp_path: Path) -> None:
    """A compressed page is the page: its bytes are kept as a server would have sent them."""
    path = tmp_path / (f"{name}.gz" if is_pressed else name)
    path.write_bytes(gzip.compress(PAGE.encode(), mtime=0) if is_pressed else PAGE.encode())
    pack([path], tmp_path / "out", CONFIG)
    original, *_ = records(tmp_path / "out")
    assert original[1:3] == (URL, f"{media_type}; charset=utf-8")
    assert original[4] == PAGE.encode()
    assert list(verify(tmp_path / "out")) == []


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://cdn.example/x/", "https://cdn.example/b"),
        ("/x/", "https://e.example/b"),
        ("//cdn.example", "https://cdn.example/b"),
        ("javascript:x()", "https://e.example/b"),
        ("", "https://e.example/b"),
    ],
)
def test_relative_links_rest_on_the_base(base: str, url: str) -> None:
    bases = f'<base target="_top"><base href="{base}"><base href="/no/">'
    found = outcome(PAGE.replace("<head>", f"<head>{bases}").encode())
    assert isinstance(found, Archived)
    assert [link.url for link in found.article.links] == [url]


def test_a_page_without_a_word_is_a_capture_all_the_same(tmp_path: Path) -> None:
    page = b"<html><script src='app.js'></script><p> </p>"
    found = outcome(page)
    assert isinstance(found, Archived)
    assert [finding.code for finding in found.article.findings] == ["W121"]
    (tmp_path / "app.html").write_bytes(page)
    pack([tmp_path / "app.html"], tmp_path / "out", CONFIG)
    assert list(verify(tmp_path / "out")) == []


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Record, Record]:
    """The article record of a packed page, its original and its conversion."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "rain.html").write_text(PAGE, encoding="utf-8")
    pack([folder / "rain.html"], folder / "out", CONFIG)
    archive = packages.records(packages.warc(folder / "out"))
    original = next(record for record in archive if record.type == "resource")
    record = json.loads(next(record.block or b"" for record in archive if record.type == "metadata"))
    conversion = packages.records(packages.warc(folder / "out", "derived"))[-1]
    return record, original, conversion


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (("runs", 0, "source_span", 0), "E607"),
        (("runs", 0, "source_span", 1), "E607"),
        (("links", 0, "source_span", 0), "E609"),
        (("links", 0, "href"), "E609"),
    ],
)
def test_a_changed_place_is_found(path: Any, code: str, stored: tuple[dict[str, Any], Record, Record]) -> None:
    record, original, conversion = stored
    assert list(check(record, original, conversion)) == []
    changed = json.loads(json.dumps(record))
    *way, last = path
    place = changed
    for step in way:
        place = place[step]
    place[last] = place[last] + 1 if isinstance(place[last], int) else place[last] + "x"
    assert code in [finding.code for finding in check(changed, original, conversion)]


def test_runs_that_lie_outside_of_the_page_are_found(stored: tuple[dict[str, Any], Record, Record]) -> None:
    record, original, conversion = stored
    changed = record | {"runs": [{"source_span": [0, 10**6]}]}
    (finding,) = check(changed, original, conversion)
    assert (finding.code, finding.path) == ("E607", "$.runs[0]")


def test_occurrences_that_lie_outside_of_the_page_are_found(stored: tuple[dict[str, Any], Record, Record]) -> None:
    record, original, conversion = stored
    tweet = {"span": None, "source_span": [0, 1], "links": [], "occurrences": [[0, 1], [5, 10**6]]}
    (finding,) = check(record | {"tweets": [tweet]}, original, conversion)
    assert (finding.code, finding.path) == ("E609", "$.tweets[0].occurrences")
