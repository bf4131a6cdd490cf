"""An S3 server for tests: moto's, in a process of its own, that logs its requests and fails when it is told to.

    python tests/s3server.py            prints the port that it listens on, and serves until it is ended

`POST /-/fail/KIND/METHOD/COUNT` makes the next COUNT requests of that method fail: `503` answers so, `reset` breaks the
connection off. `POST /-/refuse/PATH` answers all with 503 that lies below PATH, until PATH is empty. `GET /-/log` gives
the requests since it was asked last, as JSON: method, path with query, range.
"""

import json
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

Start = Callable[..., Any]
BUSY = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class Faulty:
    """A WSGI application around moto's."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._log: list[tuple[str, str, str]] = []
        self._failing: deque[tuple[str, str]] = deque()
        self._refused = ""

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request: one of ours, one that is to fail, or one for moto."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith("/-/"):
            return self._told(path.split("/", 3)[2:], start)
        self._log.append((method, f"{path}?{environ.get('QUERY_STRING', '')}", environ.get("HTTP_RANGE", "")))
        if self._refused and path.startswith(f"/{self._refused}") and method in ("GET", "PUT", "POST"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return _busy(start)
        if self._failing and self._failing[0][1] == method:
            kind, _ = self._failing.popleft()
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            if kind == "503":
                return _busy(start)
            connection: socket.socket = environ["werkzeug.socket"]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return []
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    def _told(self, words: list[str], start: Start) -> Iterable[bytes]:
        if words[0] == "fail":
            kind, method, count = words[1].split("/")
            self._failing = deque([(kind, method)] * int(count))
        if words[0] == "refuse":
            self._refused = words[1]
        body = json.dumps(self._log if words[0] == "log" else len(self._failing)).encode()
        if words[0] == "log":
            self._log.clear()
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


def _busy(start: Start) -> Iterable[bytes]:
    start("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(BUSY)))])
    return [BUSY]


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, Faulty(), threaded=True)
    print(server.port, flush=True)
    server.serve_forever()
