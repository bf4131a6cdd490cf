"""What lies in a folder, of which names alone are held: one folder may have a million of them."""

import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from stat import S_ISDIR

from archiver.storage.places import Remote, place
from archiver.storage.stores import Status, name_within, reached, status_of, told

# What no name has in it tells what a name is of, and sorts a folder as what is below it: "a-b" before "a/x".
_FOLDER, _LINK = b"/", b"\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What lies in a folder under `name`; `path` is its path or URL, and `status` what a store said of it.

    A link to a folder is a link, and no folder.
    """

    name: str
    path: str
    is_folder: bool
    is_link: bool
    status: Status | None = None

    def stat(self) -> os.stat_result | Status:
        """Its mode, size and time of change; of a link, those of what it leads to. Raises OSError."""
        return self.status or os.stat(self.path)  # noqa: PTH116  # a path object would cost more than the call


class Listing:
    """The entries of a folder, in the order of the bytes of the relative paths of all that is below it."""

    def __init__(self, folder: str, keys: list[bytes], statuses: Mapping[bytes, Status]) -> None:
        """`keys` are names, with a mark behind those of folders and of links."""
        self._above = folder.rstrip("/") + "/"
        self._keys = sorted(keys)
        self._statuses = statuses

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entry, self._keys)

    def file(self, name: str) -> Entry | None:
        """The file, or the link, of that name; None where there is none."""
        sought = os.fsencode(name)
        found = bisect_left(self._keys, sought)
        keys = self._keys[found : found + 1]
        return self._entry(keys[0]) if keys in ([sought], [sought + _LINK]) else None

    def _entry(self, key: bytes) -> Entry:
        name = os.fsdecode(key.rstrip(_FOLDER + _LINK))
        return Entry(
            name=name,
            path=self._above + name,
            is_folder=key.endswith(_FOLDER),
            is_link=key.endswith(_LINK),
            status=self._statuses.get(key),
        )


def scan(folder: str) -> Listing:
    """What lies in the folder, a path or URL. Raises OSError.

    A key may have an empty part, `a//b`: such an entry of `a` has no name, and cannot be looked into.
    """
    where = place(folder)
    if isinstance(where, Remote):
        return _listed(where)
    with os.scandir(folder) as entries:
        return Listing(folder, list(map(_key, entries)), {})


def _key(entry: "os.DirEntry[str]") -> bytes:
    mark = _FOLDER if entry.is_dir(follow_symlinks=False) else _LINK if entry.is_symlink() else b""
    return os.fsencode(entry.name) + mark


def _listed(folder: Remote) -> Listing:
    with told(folder.url):
        store, path = reached(folder.url)
        found = list(store.ls(path, detail=True))
    statuses: dict[bytes, Status] = {}
    while found:  # what a store says of an object is some 900 bytes
        info = found.pop()
        name, status = name_within(path, info), status_of(info)
        if name is not None:
            statuses[os.fsencode(name) + (_FOLDER if S_ISDIR(status.st_mode) else b"")] = status
    return Listing(folder.url, list(statuses), statuses)
