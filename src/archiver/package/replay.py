"""Serving a package with pywb: a temporary collection made of the package's own WARC files, index and page list.

pywb runs as a program of its own, in whatever environment it is installed; its pins need not agree with ours.
"""

import gzip
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from archiver.errors import CannotRead, Missing, UsedWrongly
from archiver.package import layout
from archiver.package.open import Package
from archiver.package.safe import escape, isolated

COLLECTION = "archive"
HOST = "127.0.0.1"
LISTED = 1000
"""So many pages stand in the list that a browser loads."""

# The server is asked this often, so many seconds apart, whether it is up: a slow disk loads pywb for a while.
_ASKED, _APART = 600, 0.1
_STOPPING = 10
_REQUIREMENTS = "'pywb>=2.10,<3' 'cryptography<48'"
# A brace that is no brace any more: the list is a template to pywb, and an article's title may not be code in it.
_INERT = str.maketrans({"{": "&#123;", "}": "&#125;"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A package that is being served: the addresses of its page list, of the first reading copy and of its original."""

    pages: str
    reading: str | None
    original: str | None
    server: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Return never; raises Missing when the server ends by itself."""
        status = self.server.wait()
        raise Missing(f"pywb ended by itself, with status {status}")


def find_wayback(folders: Iterable[Path], home: Path, named: Path | None = None) -> Path:
    """pywb's server program in the first of `folders` that holds it; `named` is the folder that the user named, if any.

    Raises Missing, with what to type to install it, of which one way is an environment of its own at `home`.
    """
    for folder in folders:
        found = shutil.which("wayback", path=str(folder))
        if found:
            return Path(found).absolute()
    place = f"in {named}, where --pywb says" if named else "here"
    raise Missing(
        f"pywb, which replays packages, is not installed {place}. Either\n"
        "    pip install 'archiver[replay]'\n"
        "or, in an environment of its own, which is found there from then on,\n"
        f"    python3 -m venv {home}\n"
        f"    {home}/bin/pip install {_REQUIREMENTS}"
    )


@contextmanager
def serving(package: Package, root: Path, wayback: Path, port: int | None) -> Iterator[Site]:
    """Serve the package that lies at `root` on this machine alone, on `port` or one that is free, until the block ends.

    Raises UsedWrongly for a port that is taken, Missing where pywb does not start, CannotRead.
    """
    port = _free_port(port)
    with tempfile.TemporaryDirectory(prefix="archiver-replay-") as name:
        folder = Path(name)
        _collect(package, root, folder / "collections" / COLLECTION)
        log = folder / "wayback.log"
        command = [str(wayback), "--bind", HOST, "--port", str(port), "--directory", name]
        with (
            log.open("wb") as said,
            # The user's own pywb. In a session of its own, since Ctrl-C is ours to answer.
            subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True) as server,  # noqa: S603
        ):
            try:
                _wait_for(server, port, log)
                yield _site(package, f"http://{HOST}:{port}/{COLLECTION}/", server)
            finally:
                _stop(server)


def _free_port(wanted: int | None) -> int:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise UsedWrongly(f"port {wanted} cannot be used ({error.strerror}); --port names another") from error
        return int(probe.getsockname()[1])


def _collect(package: Package, root: Path, collection: Path) -> None:
    """A collection as pywb wants it: WARC files, one index, and our page list in the place of its search page.

    The package's own index is taken: indexing again would list what is not there to be replayed, and takes long.
    """
    for name in ("archive", "indexes", "templates"):
        (collection / name).mkdir(parents=True)
    for name in package.files.names():
        path = PurePosixPath(name)
        if name.startswith(f"{layout.ARCHIVE}/"):
            _give(package, root, name, collection / "archive" / path.name)
        elif name.startswith("indexes/") and path.suffix != ".idx":
            _unpack(package, name, collection / "indexes" / f"{path.name.removesuffix('.gz')}j")
    (collection / "templates" / "search.html").write_text(_contents(package), encoding="utf-8")


def _give(package: Package, root: Path, name: str, target: Path) -> None:
    """A WARC file under another name: by a link where it lies open, else as a copy."""
    lying = next((path for path in (root / "data" / name, root / name) if path.is_file()), None)
    if lying:
        target.symlink_to(lying.absolute())
        return
    with package.files.open(name) as source, target.open("wb") as stream:
        shutil.copyfileobj(source, stream)


def _unpack(package: Package, name: str, target: Path) -> None:
    with package.files.open(name) as source, target.open("wb") as stream:
        plain = gzip.GzipFile(fileobj=source) if name.endswith(".gz") else source
        shutil.copyfileobj(plain, stream)


def _rows(package: Package) -> Iterator[dict[str, Any]]:
    name = layout.ALL_PAGES if layout.ALL_PAGES in package.files.names() else layout.PAGES
    with package.files.open(name) as stream:
        for number, line in enumerate(stream, 1):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise CannotRead(f"{name}, line {number} is not JSON; archiver verify says more") from error
            if isinstance(row, dict) and isinstance(row.get("url"), str):
                yield row


def _contents(package: Package) -> str:
    """The page list as a page."""
    rows = _rows(package)
    items = "\n".join(_item(row) for row in islice(rows, LISTED))
    rest = sum(1 for _ in rows)
    more = f"<p>… and {rest:,} more; <code>archiver list</code> names them all.</p>" if rest else ""
    title = escape(str(package.datapackage().get("title") or "Articles")).translate(_INERT)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:1.05rem/1.5 Georgia,serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}
li{{margin:.4rem 0}}</style></head>
<body><h1>{title}</h1>
<ol>
{items}
</ol>
{more}</body></html>
"""


def _item(row: dict[str, Any]) -> str:
    address = escape(f"/{COLLECTION}/{row['url']}").translate(_INERT)
    title = isolated(str(row.get("title") or row["url"])).translate(_INERT)
    return f'<li><a href="{address}">{title}</a></li>'


def _site(package: Package, pages: str, server: subprocess.Popen[bytes]) -> Site:
    first = next(package.articles(), None) if layout.RUN in package.files.names() else None
    if first is None:
        return Site(pages=pages, reading=None, original=None, server=server)
    source = first.article.source
    return Site(
        pages=pages,
        reading=pages + layout.reading_uri(first.article.id),
        original=pages + layout.original_uri(source.digest, source.media_type),
        server=server,
    )


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(_ASKED):
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            try:
                server.wait(_APART)
            except subprocess.TimeoutExpired:
                continue
            break
        else:
            return
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise Missing("\n".join(("pywb does not start. It says:", *said[-5:])))


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOPPING)
    except subprocess.TimeoutExpired:
        server.kill()
