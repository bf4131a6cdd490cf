"""pywb serves the originals as they came, and the reading copies, from the WARC files and from the `.wacz`."""

import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop import contents, pywb

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module", params=["warcs", "wacz"])
def collection(
    request: pytest.FixtureRequest, bag: Path, wacz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[pywb.Collection]:
    archives = contents.warcs(bag, "archive") if request.param == "warcs" else [wacz]
    with pywb.serving(tmp_path_factory.mktemp("pywb"), *archives) as served:
        yield served


def test_an_original_comes_back_byte_for_byte(collection: pywb.Collection, articles: list[contents.Article]) -> None:
    for article in articles:
        original = article.original
        assert collection.original(original.url, original.timestamp) == original.payload, original.url


def test_a_browser_is_told_the_charset_of_an_original(
    collection: pywb.Collection, articles: list[contents.Article]
) -> None:
    for article in articles:
        original = article.original
        # pywb serves XHTML as HTML.
        told = original.content_type.replace("application/xhtml+xml", "text/html")
        assert collection.content_type(original.url, original.timestamp) == told, original.url


def test_the_latest_capture_of_an_original_is_the_original(
    collection: pywb.Collection, articles: list[contents.Article]
) -> None:
    """Neither the provenance record nor the normalised text may take its place."""
    for article in articles:
        assert collection.original(article.original.url) == article.original.payload, article.original.url


def test_a_reading_copy_shows_the_title(collection: pywb.Collection, articles: list[contents.Article]) -> None:
    for article in articles:
        page = collection.page(article.reading.url, article.reading.timestamp)
        assert article.title in html.unescape(page), article.reading.url
