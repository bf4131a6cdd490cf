"""Serve packages with pywb, the way its users do: `wb-manager init`, `wb-manager add`, `wayback`."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from tests.interop import peers

_COLLECTION = "c"
_START = 60.0
_ANSWER = 30.0


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection that is being served."""

    address: str

    def original(self, url: str, timestamp: str = "") -> bytes:
        """Return the archived bytes of a URL as they are; of its latest capture when no timestamp is given."""
        return self._get(f"{timestamp}id_", url)

    def page(self, url: str, timestamp: str = "") -> str:
        """Return the page that a reader's frame gets, with pywb's rewriting in it."""
        return self._get(f"{timestamp}mp_", url).decode()

    def content_type(self, url: str, timestamp: str) -> str:
        """Return what a browser is told about a URL's bytes."""
        with self._ask(f"{timestamp}id_", url) as answer:
            return answer.headers["Content-Type"]

    def _get(self, moment: str, url: str) -> bytes:
        with self._ask(moment, url) as answer:
            return answer.read()

    def _ask(self, moment: str, url: str) -> HTTPResponse:
        answer: HTTPResponse = urllib.request.urlopen(f"{self.address}/{_COLLECTION}/{moment}/{url}", timeout=_ANSWER)
        return answer


@contextmanager
def serving(folder: Path, *archives: Path) -> Iterator[Collection]:
    """Make a collection of WARC files, or of WACZ files, in an empty folder and serve it."""
    _fill(folder, archives)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    log = folder / "wayback.log"
    command = [str(peers.TOOLS / "wayback"), "--bind", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as said, subprocess.Popen(command, cwd=folder, stdout=said, stderr=said) as server:
        try:
            _wait_for(address, server, log)
            yield Collection(address)
        finally:
            _stop(server)


def _fill(folder: Path, archives: tuple[Path, ...]) -> None:
    peers.run("wb-manager", "init", _COLLECTION, cwd=folder)
    unpack = ["--unpack-wacz"] if any(path.suffix == ".wacz" for path in archives) else []
    peers.run("wb-manager", "add", *unpack, _COLLECTION, *(path.resolve() for path in archives), cwd=folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while not _answers(address):
        if server.poll() is not None or time.monotonic() > deadline:
            raise peers.PeerError(f"wayback did not come up\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/", timeout=_ANSWER):
            return True
    except urllib.error.URLError:
        return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
