"""Where bytes lie: a path of this machine, or the URL of an object.

A place on this machine is a plain `pathlib.Path`, and nothing is imported for it. A `Remote` answers to as much of a
path's interface as is needed, so that few readers have to know which of the two they have: what is so of an object is
an OSError, as it is of a file. An object store has neither folders nor renames: a folder is a prefix that some object
has, and an object stands when all of it has been sent.
"""

import io
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast
from urllib.parse import unquote

from archiver.errors import UsedWrongly
from archiver.storage.stores import (
    Object,
    Status,
    give_up,
    has_folders,
    make_folder,
    reached,
    status_of,
    told,
)

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.:-]*)://")
_FILE, _MEMORY = "file", "memory"
# What a range request asks for, and how many answers a reader keeps: two readers may share a file.
_ANYWHERE = {"block_size": 4 << 20, "cache_type": "blockcache", "cache_options": {"maxblocks": 8}}
# How much a reader from front to back is ahead of what it was asked for: an object no larger is one request.
AHEAD = 2 << 20
_ONWARDS = {"block_size": AHEAD, "cache_type": "readahead"}
# One part of a multipart upload. S3 takes 10,000 of them, so this times as much is what one object can hold.
_PART = 32 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Remote:
    """A URL, with as much of `pathlib.Path` as is needed. Any of it raises Unreachable."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> "Remote":
        return Remote(f"{self.url.rstrip('/')}/{name}")

    @property
    def name(self) -> str:
        """What stands behind the last slash."""
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The name's ending, with its dot."""
        return Path(self.name).suffix

    @property
    def parent(self) -> "Remote":
        """The folder that it lies in."""
        return Remote(self.url.rstrip("/").rpartition("/")[0])

    def with_name(self, name: str) -> "Remote":
        """What lies beside it under another name."""
        return self.parent / name

    def stat(self) -> Status:
        """What the store says of it. Raises OSError: FileNotFoundError where there is nothing."""
        with told(self.url):
            store, path = reached(self.url)
            return status_of(store.info(path))

    def exists(self) -> bool:
        """Whether there is an object, or a prefix of one."""
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def is_dir(self) -> bool:
        """Whether it is a prefix."""
        try:
            return stat.S_ISDIR(self.stat().st_mode)
        except FileNotFoundError:
            return False

    def is_file(self) -> bool:
        """Whether it is an object."""
        return self.exists() and not self.is_dir()

    def open(self, mode: str = "rb", buffering: int = _CHUNK) -> io.BufferedReader:  # noqa: ARG002
        """The object's bytes, fetched by ranges. Raises OSError; while it is read too, e.g. where it has changed.

        `buffering=0` is for whoever has a buffer, and reads from front to back: nothing is kept, nor fetched twice.
        """
        with told(self.url):
            store, path = reached(self.url)
            file = store.open(path, "rb", **(_ANYWHERE if buffering else _ONWARDS))
        return io.BufferedReader(Object(file, self.url), buffering or io.DEFAULT_BUFFER_SIZE)

    def read_bytes(self) -> bytes:
        """All of the object. Raises OSError."""
        with told(self.url):
            store, path = reached(self.url)
            return bytes(store.cat_file(path))

    def write_bytes(self, data: bytes) -> None:
        """Put a small object there, in one request. Raises OSError."""
        with told(self.url):
            store, path = reached(self.url)
            make_folder(store, path)
            store.pipe_file(path, data)

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Take the object away. Raises OSError."""
        try:
            with told(self.url):
                store, path = reached(self.url)
                store.rm_file(path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def rmdir(self) -> None:
        """Take away what empty folders are left of a prefix, in a system that has folders. Raises Unreachable."""
        with told(self.url):
            store, path = reached(self.url)
            if has_folders(store):
                for folder in sorted({path, *store.find(path, withdirs=True)}, reverse=True):
                    store.rmdir(folder)

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """A stream to the object, sent in parts; it stands there when the block has ended well, and only then."""
        with told(self.url):
            store, path = reached(self.url)
            make_folder(store, path)
            file = store.open(path, "wb", block_size=_PART, autocommit=False)
        try:
            yield cast("BinaryIO", Object(file, self.url))
            with told(self.url):
                file.close()
                file.commit()
        except BaseException:
            give_up(file, self.url)
            raise


Place: TypeAlias = Path | Remote
"""Where something is: a path on this machine, or a URL."""


def place(name: str | Place) -> Place:
    """The place that is meant: a URL is one by its `SCHEME://`, and one of the scheme `file` is a path (RFC 8089).

    Raises UsedWrongly for a file of another machine, for one process's memory, and for a URL that is not in UTF-8.

    >>> place("s3://bucket/wire.jsonl"), str(place("file:///a%20b")), str(place("wire.jsonl"))
    (Remote(url='s3://bucket/wire.jsonl'), '/a b', 'wire.jsonl')
    """
    if not isinstance(name, str):
        return name
    scheme = _scheme(name)
    if scheme == _FILE:
        return Path(unquote(_local(name)))
    if scheme == _MEMORY:
        raise UsedWrongly(f"{name} lies in the memory of one process, which others do not see; name another place")
    if scheme and name.encode(errors="replace").decode() != name:
        raise UsedWrongly(f"{name} is no URL: it holds bytes that are not UTF-8")
    return Remote(name) if scheme else Path(name)


def _local(url: str) -> str:
    """The path of a URL of the scheme `file` (RFC 8089 section 2)."""
    host, slash, path = url[len("file://") :].partition("/")
    if host.lower() not in ("", "localhost"):
        raise UsedWrongly(f"{url} names a file of the machine {host}; a path of this one begins with file:///")
    return slash + path


def beginning(file: Place, size: int) -> bytes:
    """The first `size` bytes of a file that has as many, asked for alone. Raises OSError."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return stream.read(size)
    with told(file.url):
        store, path = reached(file.url)
        return bytes(store.cat_file(path, start=0, end=size))


def files(root: Place) -> dict[str, int]:
    """The path below `root` of every file there, sorted, and its length in bytes. Raises OSError."""
    if isinstance(root, Path):
        found = {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*") if path.is_file()}
        return dict(sorted(found.items()))
    with told(root.url):
        store, path = reached(root.url)
        listed = store.find(path, detail=True)
    start = len(path.rstrip("/")) + 1
    return {name[start:]: int(info["size"]) for name, info in sorted(listed.items()) if _below(name, path)}


def _below(name: str, folder: str) -> bool:
    return name.rstrip("/") != folder.rstrip("/")


def _scheme(name: str) -> str:
    found = _URL.match(name)
    return found["scheme"].lower() if found else ""
