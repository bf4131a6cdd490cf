"""Look at a `.wacz` in ReplayWeb.page, in a headless Chromium.

The functions give Playwright locators, so that a test says with `expect(...)` what it waits for.
"""

import base64
import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, sync_playwright

from tests.interop import peers, webserver

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 30_000.0  # milliseconds: a busy machine, not a slow player

# The player's own index.html and ui.js have to be there under /replay/ too: without them the first load races the
# service worker, and sometimes loses.
_PLAYER_FILES = {
    "/ui.js": "ui.js",
    "/replay/": "index.html",
    "/replay/index.html": "index.html",
    "/replay/ui.js": "ui.js",
    "/replay/sw.js": "sw.js",
}
_HOST_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>player</title>
<script src="/ui.js"></script>
<style>html, body {{ margin: 0; height: 100% }} replay-web-page {{ display: block; height: 100vh }}</style>
<replay-web-page source="/package.wacz" embed="default" replayBase="/replay/" {place}></replay-web-page>
</html>
"""


_FETCH = """async (address) => {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=peers.browser(), args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class Player:
    """ReplayWeb.page with one package in it. Everything it shows, it shows in one tab."""

    tab: Page
    address: str
    host_page: Path

    def pages(self) -> Locator:
        """Go to the list of pages; give their titles."""
        self._load("")
        return self._titles()

    def search(self, words: str) -> Locator:
        """Search the list of pages, which has to be on show; give the titles of those found."""
        self._player().locator("wr-page-view input[type=text]").fill(words)
        return self._player().locator("wr-page-entry:has(.col-index) .page-title")  # only what was found is numbered

    def search_all(self) -> None:
        """Let searches, from now on, find pages that stand in the list of all pages alone."""
        self._player().locator("wr-page-view input[type=checkbox]").check()

    def open(self, url: str, timestamp: str) -> Locator:
        """Go to an archived URL; give the body of what is replayed."""
        self._load(f'url="{html.escape(url)}" ts="{timestamp}"')
        return self._player().frame_locator("iframe").locator("body")

    def served(self, url: str, timestamp: str, modifier: str = "id_") -> bytes:
        """Return what the player's service worker gives for a URL, a page being open.

        By the modifier: the bytes as they are, or with `mp_` what is put into the frame, scripts and all.
        """
        player = self._replay().parent_frame
        assert player is not None
        return base64.b64decode(player.evaluate(_FETCH, self._address(url, timestamp, modifier)))

    def text(self, url: str, timestamp: str) -> str:
        """Go on from the page that is open to another; return all text of it, shown or not, once it is parsed."""
        frame = self._replay()
        frame.goto(self._address(url, timestamp, "mp_"), wait_until="domcontentloaded")
        return str(frame.evaluate("document.documentElement.textContent"))

    def _replay(self) -> Frame:
        """The frame in which pages are replayed."""
        return next(frame for frame in self.tab.frames if "mp_/" in frame.url and "/w/" in frame.url)

    def _address(self, url: str, timestamp: str, modifier: str) -> str:
        """Where the player replays a URL: in the collection of the page that is open."""
        collection = self._replay().url.partition("mp_/")[0].rpartition("/")[0]
        return f"{collection}/{timestamp}{modifier}/{url}"

    def _load(self, place: str) -> None:
        self.host_page.write_text(_HOST_PAGE.format(place=place), "utf-8")
        self.tab.goto(self.address)

    def _player(self) -> FrameLocator:
        return self.tab.frame_locator("replay-web-page iframe")

    def _titles(self) -> Locator:
        return self._player().locator("wr-page-entry .page-title")


@contextmanager
def playing(browser: Browser, package: Path, folder: Path) -> Iterator[Player]:
    """Load a `.wacz` into the player. The folder is for the page around it."""
    host_page = folder / "host.html"
    files = {"/": host_page, "/package.wacz": package}
    files |= {path: peers.PLAYER / name for path, name in _PLAYER_FILES.items()}
    with (
        webserver.serving(files) as address,
        browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC") as context,
    ):
        context.set_default_timeout(_PATIENCE)
        yield Player(context.new_page(), address, host_page)
