"""Take pictures of a package, for a person to look at. From the top of the repository:

    python -m tests.tools.screenshot PACKAGE.wacz OUTDIR

It writes

    reading-desktop.png, provenance-desktop.png   both ends of an article's reading copy, as a file of its own
    reading-dark.png, provenance-dark.png         the same where dark colours are asked for
    reading-phone.png, provenance-phone.png       the same on a telephone
    player-pages.png                              ReplayWeb.page: the list of pages
    player-reading.png                            ReplayWeb.page: the reading copy
"""

import argparse
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.interop import contents, replayweb

# Fonts and pictures have come, and what they moved has been drawn.
_DRAWN = """async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# What Playwright wants to know of a screen.
_SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 1400}},
    "dark": {"viewport": {"width": 1280, "height": 1400}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}


def main() -> None:
    arguments = _parse()
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, replayweb.chromium() as browser:
        folder = Path(name)
        article = _choose(_unpack(arguments.package, folder), arguments.title)
        print(f"taking pictures of: {article.title}")
        _picture_file(browser, article, folder / "reading.html", arguments.outdir)
        with replayweb.playing(browser, arguments.package, folder) as player:
            _picture_player(player, article, arguments.outdir)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take pictures of a package.")
    parser.add_argument("package", type=Path, help="a .wacz file")
    parser.add_argument("outdir", type=Path, help="folder for the PNG files")
    parser.add_argument("--title", default="", help="a part of the article's title; otherwise one with many tweets")
    return parser.parse_args()


def _unpack(package: Path, folder: Path) -> list[contents.Article]:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "data")
    return contents.articles(folder)


def _choose(articles: list[contents.Article], title: str) -> contents.Article:
    fitting = [article for article in articles if title.casefold() in article.title.casefold()]
    if not fitting:
        raise SystemExit(f"no article has a title with {title!r}")
    return max(fitting, key=lambda article: article.reading.payload.count(b"<blockquote"))


def _picture_file(browser: Browser, article: contents.Article, file: Path, outdir: Path) -> None:
    file.write_bytes(article.reading.payload)
    for name, screen in _SCREENS.items():
        with browser.new_context(**screen) as context:
            page = context.new_page()
            page.goto(file.as_uri())
            _take(page, page.locator("body"), outdir / f"reading-{name}.png")
            end = page.get_by_role("heading", name="Provenance", exact=True)
            end.evaluate("(heading) => heading.scrollIntoView()")
            _take(page, end, outdir / f"provenance-{name}.png")


def _picture_player(player: replayweb.Player, article: contents.Article, outdir: Path) -> None:
    listed = player.pages()
    listed.first.wait_for()
    _take(player.tab, listed.first, outdir / "player-pages.png")
    body = player.open(article.reading.url, article.reading.timestamp)
    expect(body).to_contain_text(article.words[0])
    _take(player.tab, body, outdir / "player-reading.png")


def _take(page: Page, shown: Locator, target: Path) -> None:
    shown.evaluate(_DRAWN)
    page.screenshot(path=target, animations="disabled")
    print(target)


if __name__ == "__main__":
    main()
