"""A web server for a handful of files that answers range requests, which the standard library's does not."""

import http.server
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK = 1 << 16
_MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wacz": "application/wacz"}


@dataclass(frozen=True, slots=True)
class _Part:
    """The bytes of a file that were asked for."""

    start: int
    stop: int
    whole: int
    is_range: bool


@contextmanager
def serving(files: Mapping[str, Path]) -> Iterator[str]:
    """Serve files under the given paths on a free port; give the address, without a slash at its end."""

    class Handler(_Handler):
        routes = files

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    routes: Mapping[str, Path]

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Say nothing: what matters is what the browser makes of it."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.routes.get(urlsplit(self.path).path)
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        part = _part_asked_for(self.headers.get("Range", ""), path.stat().st_size)
        self._head(path, part)
        if with_body:
            with path.open("rb") as file, suppress(ConnectionError):  # a browser hangs up on what it no longer needs
                _copy(file, part, self.wfile)

    def _head(self, path: Path, part: _Part) -> None:
        self.send_response(HTTPStatus.PARTIAL_CONTENT if part.is_range else HTTPStatus.OK)
        self.send_header("Content-Type", _MEDIA_TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(part.stop - part.start))
        self.send_header("Accept-Ranges", "bytes")
        if part.is_range:
            self.send_header("Content-Range", f"bytes {part.start}-{part.stop - 1}/{part.whole}")
        self.end_headers()


def _part_asked_for(header: str, size: int) -> _Part:
    """Read a Range header: `bytes=2-5`, `bytes=2-`, `bytes=-5`. Anything else asks for the whole file."""
    asked = _RANGE.fullmatch(header)
    first, last = asked.groups() if asked else ("", "")
    if first:
        return _Part(int(first), min(int(last) + 1, size) if last else size, size, is_range=True)
    if last:
        return _Part(max(size - int(last), 0), size, size, is_range=True)
    return _Part(0, size, size, is_range=False)


def _copy(source: BinaryIO, part: _Part, target: BufferedIOBase) -> None:
    source.seek(part.start)
    left = part.stop - part.start
    while left and (block := source.read(min(left, _BLOCK))):
        target.write(block)
        left -= len(block)
