"""ReplayWeb.page with a list that is longer than it should be shown: its beginning is, and all of it is found."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.package import pages
from tests.interop import contents, peers, replayweb
from tests.interop.test_replayweb import telling_word

pytestmark = pytest.mark.interop
EXAMPLES = [peers.ROOT / "examples" / name for name in ("articles", "pages")]
LISTED = 3
LOOKED_AT = 4


def test_the_first_pages_are_shown_and_all_are_found(
    articles: list[contents.Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_LISTED", LISTED)
    pack(EXAMPLES, tmp_path / "long.wacz", Config(created="2024-05-06T07:08:09Z"))
    expect.set_options(timeout=30_000)
    with replayweb.chromium() as browser, replayweb.playing(browser, tmp_path / "long.wacz", tmp_path) as player:
        expect(player.pages()).to_have_count(LISTED)
        player.search_all()
        for article in articles[:LOOKED_AT]:
            expect(player.search(telling_word(article, articles))).to_contain_text([article.title])
        for article in articles[-LOOKED_AT:]:
            expect(player.open(article.reading.url, article.reading.timestamp)).to_contain_text(article.title)
