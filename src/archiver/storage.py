"""Where bytes lie: on this machine, or at a URL of an object store. The one door to fsspec.

A place on this machine is a plain `pathlib.Path`, and nothing is imported for it. A `Remote` answers to as much of a
path's interface as is needed, so that few readers have to know which of the two they have: what is so of an object is
an OSError, as it is of a file. Where the store itself fails, Unreachable is raised: the next object would fare no
better. An object store has neither
folders nor renames: a folder is a prefix that some object has, and an object stands when all of it has been sent.
"""

import errno
import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol, TypeAlias, cast
from urllib.parse import unquote

from archiver.errors import Missing, Unreachable, UsedWrongly

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.:-]*)://")
_FILE, _MEMORY = "file", "memory"
# What has to be installed for a scheme, beside what fsspec brings itself.
_PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "archiver[s3]"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "az"), "adlfs"),
    **dict.fromkeys(("http", "https"), "fsspec[http]"),
    **dict.fromkeys(("sftp", "ssh"), "fsspec[sftp]"),
    "smb": "fsspec[smb]",
}
# Schemes of systems that have folders, which are to be made before a file can stand in them.
_WITH_FOLDERS = frozenset(("local", "sftp", "ssh", "smb", "hdfs", "webhdfs"))
# What a range request asks for, and how many answers a reader keeps: two readers may share a file.
_BLOCK, _KEPT = 4 << 20, 8
# One part of a multipart upload. S3 takes 10,000 of them, so this times as much is what one object can hold.
_PART = 32 << 20
_CHUNK = 1 << 20
# RFC 9110 sections 15.5.5 and 15.5.11.
_ABSENT = (404, 410)
# Where the stores' descriptions of an object say which version of it this is; the first that is there counts.
_VERSIONS = ("ETag", "etag", "LastModified", "last_modified", "updated", "mtime", "created")


class Status(NamedTuple):
    """What a store says of an object, under the names of `os.stat_result`. `st_mtime_ns` changes when the bytes do."""

    st_mode: int
    st_size: int
    st_mtime_ns: int


class Entry(Protocol):
    """What lies in a folder: an `os.DirEntry`, or what a store says as much of."""

    @property
    def name(self) -> str:
        """Its name within the folder."""

    @property
    def path(self) -> str:
        """Its path or URL."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""

    def is_symlink(self) -> bool:
        """Whether it is a link."""

    def stat(self) -> os.stat_result | Status:
        """Its mode, size and time of change. Raises OSError."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """An object or a prefix that was listed."""

    name: str
    path: str
    status: Status

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002
        return stat.S_ISDIR(self.status.st_mode)

    def is_symlink(self) -> bool:
        return False

    def stat(self) -> Status:
        return self.status


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
        with _told(self.url):
            store, path = _reached(self.url)
            return _status(store.info(path))

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

    def open(self, mode: str = "rb", buffering: int = io.DEFAULT_BUFFER_SIZE) -> io.BufferedReader:  # noqa: ARG002
        """The object's bytes, fetched by ranges. Raises OSError; while it is read too, e.g. where it has changed."""
        with _told(self.url):
            store, path = _reached(self.url)
            kept = {"cache_type": "blockcache", "cache_options": {"maxblocks": _KEPT}}
            file = store.open(path, "rb", block_size=_BLOCK, **kept)
        return io.BufferedReader(_Object(file, self.url), _CHUNK)

    def read_bytes(self) -> bytes:
        """All of the object. Raises OSError."""
        with _told(self.url):
            store, path = _reached(self.url)
            return bytes(store.cat_file(path))

    def write_bytes(self, data: bytes) -> None:
        """Put a small object there, in one request. Raises OSError."""
        with _told(self.url):
            store, path = _reached(self.url)
            _make_folder(store, path)
            store.pipe_file(path, data)

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Take the object away. Raises OSError."""
        try:
            with _told(self.url):
                store, path = _reached(self.url)
                store.rm_file(path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def rmdir(self) -> None:
        """Take away what empty folders are left of a prefix, in a system that has folders. Raises Unreachable."""
        with _told(self.url):
            store, path = _reached(self.url)
            if _has_folders(store):
                for folder in sorted({path, *store.find(path, withdirs=True)}, reverse=True):
                    store.rmdir(folder)

    @contextmanager
    def writing(self) -> Iterator[BinaryIO]:
        """A stream to the object, sent in parts; it stands there when the block has ended well, and only then."""
        with _told(self.url):
            store, path = _reached(self.url)
            _make_folder(store, path)
            file = store.open(path, "wb", block_size=_PART, autocommit=False)
        try:
            yield cast("BinaryIO", _Object(file, self.url))
            with _told(self.url):
                file.close()
                file.commit()
        except BaseException:
            _give_up(file, self.url)
            raise


Place: TypeAlias = Path | Remote
"""Where something is: a path on this machine, or a URL."""


def place(name: str | Place) -> Place:
    """The place that is meant: a URL is one by its `SCHEME://`, and one of the scheme `file` is a path (RFC 8089).

    Raises UsedWrongly for a file of another machine, and for one process's memory.

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
    return Remote(name) if scheme else Path(name)


def _local(url: str) -> str:
    """The path of a URL of the scheme `file` (RFC 8089 section 2)."""
    host, slash, path = url[len("file://") :].partition("/")
    if host.lower() not in ("", "localhost"):
        raise UsedWrongly(f"{url} names a file of the machine {host}; a path of this one begins with file:///")
    return slash + path


def scan(folder: str) -> list[Entry]:
    """What lies in the folder, a path or URL, in no order. Raises OSError."""
    if not _scheme(folder):
        with os.scandir(folder) as entries:
            return list(entries)
    with _told(folder):
        store, path = _reached(folder)
        found = store.ls(path, detail=True)
    above = folder.rstrip("/") + "/"
    # A store may list the folder's own marker, an object that is called as the prefix is.
    names = ((info["name"].rstrip("/").rpartition("/")[2], info) for info in found if _below(info["name"], path))
    return [_Listed(name, above + name, _status(info)) for name, info in names]


def files(root: Place) -> dict[str, int]:
    """The path below `root` of every file there, sorted, and its length in bytes. Raises OSError."""
    if isinstance(root, Path):
        found = {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*") if path.is_file()}
        return dict(sorted(found.items()))
    with _told(root.url):
        store, path = _reached(root.url)
        listed = store.find(path, detail=True)
    start = len(path.rstrip("/")) + 1
    return {name[start:]: int(info["size"]) for name, info in sorted(listed.items()) if _below(name, path)}


def _below(name: str, folder: str) -> bool:
    return name.rstrip("/") != folder.rstrip("/")


def _scheme(name: str) -> str:
    found = _URL.match(name)
    return found["scheme"].lower() if found else ""


def _status(info: dict[str, Any]) -> Status:
    is_folder = info["type"] == "directory"
    version = next((str(info[key]) for key in _VERSIONS if info.get(key)), "")
    number = int.from_bytes(sha256(version.encode()).digest()[:7])
    return Status(stat.S_IFDIR if is_folder else stat.S_IFREG, int(info.get("size") or 0), number)


def _reached(url: str) -> "tuple[AbstractFileSystem, str]":
    """The file system that the URL's scheme stands for, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise _missing(url) from error
    try:
        # What was listed is never remembered: others write there too.
        store, path = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise _missing(url) from error
    except ValueError as error:
        raise Unreachable(f"{url}: the scheme of this address is not known ({error})") from error
    return store, path


def _missing(url: str) -> Missing:
    package = _PACKAGES.get(_scheme(url), "fsspec, and what it needs for this scheme,")
    return Missing(f"{url} lies in an object store, and what reads it is not installed; install {package} with pip")


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What is so of the one object is an OSError, as it is on a disk; all else that a library raises is Unreachable."""
    try:
        yield
    except FileNotFoundError as error:
        # Of HTTP fsspec says of everything that it is not there, and why only behind it.
        cause = error.__cause__
        if isinstance(cause, Exception) and _is_failure(cause):
            raise Unreachable(f"{url}: {_said(cause)}") from error
        said = error.strerror or str(error)
        raise FileNotFoundError(errno.ENOENT, said if " " in said else os.strerror(errno.ENOENT), url) from error
    except Exception as error:
        # s3fs has this one in no place that could be asked for without it.
        if type(error).__name__ == "FileExpired":
            raise OSError(errno.ESTALE, "it was changed while it was read", url) from error
        # Python's own kinds are bugs, but for OSError. Each library has a tree of its own for what the network does.
        if type(error).__module__ in ("builtins", Missing.__module__) and not isinstance(error, OSError):
            raise
        raise Unreachable(f"{url}: {_said(error)}") from error


def _is_failure(cause: Exception) -> bool:
    """Whether it is the store or the way to it that failed, and not one object that is not there."""
    if isinstance(cause, OSError):
        return not isinstance(cause, FileNotFoundError)
    status = getattr(cause, "status", None)
    return isinstance(status, int) and status not in _ABSENT


def _said(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.rstrip(".")


def _make_folder(store: "AbstractFileSystem", path: str) -> None:
    """Make the folder of a file, where the system has folders; elsewhere the same call could make a bucket."""
    if _has_folders(store):
        store.makedirs(path.rpartition("/")[0], exist_ok=True)


def _has_folders(store: "AbstractFileSystem") -> bool:
    names = (store.protocol,) if isinstance(store.protocol, str) else store.protocol
    return not _WITH_FOLDERS.isdisjoint(names)


def _give_up(file: Any, url: str) -> None:
    """Drop what was sent of an object so far."""
    from fsspec.spec import AbstractBufferedFile

    with suppress(OSError, Unreachable), _told(url):
        file.discard()
    if isinstance(file, AbstractBufferedFile):
        # Closing it would send the rest.
        file.closed = True
    else:
        file.close()


class _Object(io.RawIOBase):
    """A file of fsspec's, whose troubles are OSErrors."""

    def __init__(self, file: Any, url: str) -> None:
        self._file = file
        self._url = url

    def readable(self) -> bool:
        return bool(self._file.readable())

    def writable(self) -> bool:
        return bool(self._file.writable())

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _told(self._url):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        with _told(self._url):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        with _told(self._url):
            return int(self._file.write(data))

    def close(self) -> None:
        if self._file.readable():
            self._file.close()
        super().close()
