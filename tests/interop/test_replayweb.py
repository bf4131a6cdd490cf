"""ReplayWeb.page lists, finds and shows the articles of a `.wacz`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.interop import contents, replayweb

pytestmark = pytest.mark.interop

_PATIENCE = 30_000


@pytest.fixture(scope="module")
def player(wacz: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[replayweb.Player]:
    """Return a player for this module alone: Playwright keeps an event loop running for as long as it is up."""
    expect.set_options(timeout=_PATIENCE)
    folder = tmp_path_factory.mktemp("player")
    with replayweb.chromium() as browser, replayweb.playing(browser, wacz, folder) as playing:
        yield playing


def test_every_page_is_listed_by_its_title(player: replayweb.Player, bag: Path) -> None:
    rows = contents.pages(bag)
    listed = player.pages()
    expect(listed).to_have_count(len(rows))
    assert sorted(map(_squeeze, listed.all_text_contents())) == sorted(_squeeze(row["title"]) for row in rows)


def test_an_original_is_shown_in_its_own_charset(player: replayweb.Player, articles: list[contents.Article]) -> None:
    for article in articles:
        body = player.open(article.original.url, article.original.timestamp)
        expect(body).to_contain_text(article.undamaged_words[0])


def test_a_reading_copy_shows_title_and_text(player: replayweb.Player, articles: list[contents.Article]) -> None:
    for article in articles:
        body = player.open(article.reading.url, article.reading.timestamp)
        expect(body).to_contain_text(article.title)
        expect(body).to_contain_text(article.words[0])


def test_a_search_finds_the_one_article_that_has_the_word(
    player: replayweb.Player, articles: list[contents.Article]
) -> None:
    player.pages().first.wait_for()
    for article in articles:
        expect(player.search(telling_word(article, articles))).to_contain_text([article.title])


def telling_word(article: contents.Article, articles: list[contents.Article]) -> str:
    """Choose a word that no other article has, nor any title: only a search of the full text can find it."""
    elsewhere = " ".join(other.text for other in articles if other is not article)
    known = f"{elsewhere} {article.title}".casefold()
    return next(word for word in article.words if word.casefold() not in known)


def _squeeze(text: str) -> str:
    return " ".join(text.split())
