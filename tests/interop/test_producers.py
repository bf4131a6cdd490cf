"""What the field's crawlers and packers write of a small site is without error, and their habits are named."""

import gzip
import http.server
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.verify.verify import verify
from tests.interop import peers

pytestmark = [pytest.mark.interop, pytest.mark.slow]
WARCIT = peers.ROOT / "build" / "warcit" / "bin" / "warcit"
LINKS = ("a.html", "gzip", "chunked", "moved", "none", "picture", "caf%C3%A9", "q?a[]=1")
HOME = "".join(f'<a href="/{name}">{name}</a>' for name in LINKS).encode()
PAGE = "<p>Über den Fluß.</p>".encode()
BODIES: dict[str, tuple[dict[str, str], bytes]] = {
    "/": ({"Content-Type": "text/html"}, HOME),
    "/a.html": ({"Content-Type": "text/html; charset=utf-8"}, PAGE),
    "/gzip": ({"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE, mtime=0)),
    "/chunked": ({"Content-Type": "text/html", "Transfer-Encoding": "chunked"}, b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"),
    "/picture": ({"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "/caf%C3%A9": ({"Content-Type": "text/plain"}, b""),
    "/q": ({}, PAGE),
}


class _Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/moved":
            self._answer(302, {"Location": "/a.html"}, b"")
        elif path in BODIES:
            self._answer(200, *BODIES[path])
        else:
            self.send_error(404)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        length = {} if "Transfer-Encoding" in headers else {"Content-Length": str(len(body))}
        for name, value in (headers | length).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Return the address of a site of a few pages, with a slash at its end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def codes(*paths: Path) -> set[str]:
    """The codes of what is found in files that are surely there."""
    assert paths
    assert all(path.stat().st_size > 200 for path in paths)
    return {finding.code for path in paths for finding in verify(path)}


def wget(folder: Path, site: str, *options: str) -> list[Path]:
    """The files that wget records of the site. It ends with 8, since a page is not there."""
    if shutil.which("wget") is None:
        pytest.skip("no wget on PATH")
    command = ["wget", "-q", "-r", "-l2", "--warc-file=w", *options, site]
    done = subprocess.run(command, cwd=folder, check=False, timeout=120)
    assert done.returncode == 8
    return sorted(folder.glob("w*.warc*"))


@pytest.mark.parametrize("option", ["--warc-cdx", "--no-warc-compression", "--warc-max-size=2k"])
def test_wget(tmp_path: Path, site: str, option: str) -> None:
    assert codes(*wget(tmp_path, site, option)) <= {"I231", "I616", "W229"}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_warcio_captures(tmp_path: Path, site: str, version: str) -> None:
    script = (
        "from warcio.capture_http import capture_http\nimport requests\n"
        f"with capture_http('a.warc.gz', warc_version='{version}'):\n"
        f"    for name in {('', *LINKS)!r}: requests.get({site!r} + name)\n"
    )
    peers.run("python", "-c", script, cwd=tmp_path)
    assert codes(tmp_path / "a.warc.gz") <= {"W222", "W229"}


def test_warcit(tmp_path: Path) -> None:
    if not WARCIT.is_file():
        pytest.skip("warcit is not set up: make build/warcit/bin/warcit")
    pages = peers.ROOT / "examples" / "pages"
    subprocess.run([WARCIT, "-q", "https://example.org/", pages], cwd=tmp_path, check=True, timeout=120)
    assert codes(*tmp_path.glob("*.warc.gz")) == set()


def test_pywb_records(tmp_path: Path, site: str) -> None:
    peers.run("wb-manager", "init", "c", cwd=tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(peers.TOOLS / "wayback"), "--record", "--live", "--bind", "127.0.0.1", "-p", port]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for name in ("", *LINKS):
                _asked(f"http://127.0.0.1:{port}/c/record/mp_/{site}{name}")
            time.sleep(2)
        finally:
            server.terminate()
    assert codes(*tmp_path.glob("collections/c/archive/*.warc.gz")) <= {"W222", "W229"}


def _asked(address: str) -> None:
    """Ask for a page, as soon as the server is up. What it answers does not matter."""
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("pywb does not start")


def test_wacz_create(tmp_path: Path, site: str) -> None:
    (warc,) = wget(tmp_path, site)
    peers.run("wacz", "create", "-o", tmp_path / "a.wacz", "-f", warc)
    assert codes(tmp_path / "a.wacz") <= {"I231", "W229", "W444", "W445"}
    peers.run("wacz", "create", "-o", tmp_path / "b.wacz", "-f", warc, "--detect-pages")
    assert not {code for code in codes(tmp_path / "b.wacz") if code.startswith("E")}
