"""Object stores as fsspec has them, and what is wrong with them in our words. The one door to fsspec.

What is so of an object is an OSError, as it is of a file. Where the store itself fails, Unreachable is raised: the next
object would fare no better.
"""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.errors import Missing, Unreachable

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

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
# RFC 9110 sections 15.5.5 and 15.5.11.
_ABSENT = (404, 410)
# Where the stores' descriptions of an object say which version of it this is; the first that is there counts.
_VERSIONS = ("ETag", "etag", "LastModified", "Last-Modified", "last_modified", "updated", "mtime", "created")


class Status(NamedTuple):
    """What a store says of an object, under the names of `os.stat_result`. `st_mtime_ns` changes when the bytes do."""

    st_mode: int
    st_size: int
    st_mtime_ns: int


def name_within(folder: str, info: dict[str, Any]) -> str | None:
    """What is listed is called so within its folder; None for the folder's own marker, an object of the prefix's name.

    It is empty for all that lies below two slashes in a row, which a store lists as the folder itself once more.
    """
    name = str(info["name"]).rstrip("/")
    if name != folder.rstrip("/"):
        return name.rpartition("/")[2]
    return "" if "DIRECTORY" in (info.get("StorageClass"), info.get("storageClass")) else None


def status_of(info: dict[str, Any]) -> Status:
    """What a store's description of an object or a prefix comes to."""
    is_folder = info["type"] == "directory"
    version = next((str(info[key]) for key in _VERSIONS if info.get(key)), "")
    number = int.from_bytes(sha256(version.encode()).digest()[:7])
    return Status(stat.S_IFDIR if is_folder else stat.S_IFREG, int(info.get("size") or 0), number)


def reached(url: str) -> "tuple[AbstractFileSystem, str]":
    """The file system that the URL's scheme stands for, and the path in it.

    Not by fsspec's `url_to_fs`: that takes a key with `::` in it for a chain of addresses.
    """
    try:
        from fsspec import get_filesystem_class

        kind = get_filesystem_class(url.partition("://")[0])
        # What was listed is never remembered: others write there too.
        store = kind(**kind._get_kwargs_from_urls(url), use_listings_cache=False)  # noqa: SLF001  # as url_to_fs does
        return store, kind._strip_protocol(url)  # noqa: SLF001
    except ImportError as error:
        raise _missing(url) from error
    except ValueError as error:
        raise Unreachable(f"{url}: the scheme of this address is not known ({error})") from error


def _missing(url: str) -> Missing:
    package = _PACKAGES.get(url.partition("://")[0], "fsspec, and what it needs for this scheme,")
    return Missing(f"{url} lies in an object store, and what reads it is not installed; install {package} with pip")


@contextmanager
def told(url: str) -> Iterator[None]:
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


def make_folder(store: "AbstractFileSystem", path: str) -> None:
    """Make the folder of a file, where the system has folders; elsewhere the same call could make a bucket."""
    if has_folders(store):
        store.makedirs(path.rpartition("/")[0], exist_ok=True)


def has_folders(store: "AbstractFileSystem") -> bool:
    """Whether the system has folders that are there without a file in them."""
    names = (store.protocol,) if isinstance(store.protocol, str) else store.protocol
    return not _WITH_FOLDERS.isdisjoint(names)


def give_up(file: Any, url: str) -> None:
    """Drop what was sent of an object so far."""
    from fsspec.spec import AbstractBufferedFile

    with suppress(OSError, Unreachable), told(url):
        file.discard()
    if isinstance(file, AbstractBufferedFile):
        # Closing it would send the rest.
        file.closed = True
    else:
        file.close()


class Object(io.RawIOBase):
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
        with told(self._url):
            return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any) -> int:
        with told(self._url):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        with told(self._url):
            return int(self._file.write(data))

    def close(self) -> None:
        if self._file.readable():
            self._file.close()
        super().close()
