"""Where a package's bytes are: a folder, or a zip read without unpacking it. Both give names, sizes and streams.

Names are relative, with `/`. Nothing is opened that is no regular file inside the folder.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar
from unicodedata import normalize

from archiver.findings import Finding
from archiver.storage import Place, files

CHUNK = 1 << 20
# C0, DEL, C1, and what turns the direction of the text around it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Opener = Callable[[str], BinaryIO]


_BLANK = (b"\n", b"\r\n")
_MOST_BLANK = 1 << 10
Line = TypeVar("Line")


class Hash(Protocol):
    """What is told of a file's bytes; hashlib's objects are such."""

    def update(self, data: bytes, /) -> None:
        """Takes the next bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes so far, in hex."""


class Tree(Protocol):
    """The files of a package."""

    def names(self) -> list[str]:
        """The names of all its files, sorted."""

    def size(self, name: str) -> int:
        """The length of a file in bytes."""

    def open(self, name: str) -> BinaryIO:
        """A stream of the file's bytes."""

    def structure(self) -> Iterator[Finding]:
        """What is wrong with the container itself."""

    def contents(self, name: str, hashes: Mapping[str, Hash]) -> Iterator[Finding]:
        """Reads a file once: what the container says is wrong with its data. `hashes` are told the data."""


class Folder:
    """A folder, or a prefix of a store. Links and special files are named in `structure`, and not among its files."""

    def __init__(self, root: Place) -> None:
        self._root = root
        self._findings: list[Finding] = []
        self._sizes: dict[str, int] = {}
        if isinstance(root, Path):
            self._walk(root)
        else:
            self._sizes = files(root)
        self._names = sorted(self._sizes)

    def _walk(self, root: Path) -> None:
        folders = [""]
        while folders:
            prefix = folders.pop()
            for entry in sorted((root / prefix).iterdir()):
                if stat.S_ISDIR(entry.lstat().st_mode):
                    folders.append(f"{prefix}{entry.name}/")
                else:
                    self._enter(prefix + entry.name, entry.lstat())

    def _enter(self, name: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            kind = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
            self._irregular(name, f"This is {kind}; it is not followed, and cannot be part of a package.")
        elif not name.isascii() and not _is_text(name):
            self._irregular(name, "The file's name is not UTF-8.")
        else:
            self._sizes[name] = status.st_size

    def _irregular(self, name: str, message: str) -> None:
        self._findings.append(
            Finding(code="E430", message=message, file=name.encode("utf-8", "backslashreplace").decode())
        )

    def names(self) -> list[str]:
        """The names of all its files, sorted."""
        return self._names

    def size(self, name: str) -> int:
        """The length of a file in bytes."""
        return self._sizes[name]

    def open(self, name: str) -> BinaryIO:
        """A stream of the file's bytes. Raises OSError."""
        return (self._root / name).open("rb")

    def place(self, name: str) -> Place:
        """Where a file lies."""
        return self._root / name

    def contents(self, name: str, hashes: Mapping[str, Hash]) -> Iterator[Finding]:
        """Tells `hashes` the bytes of a file. A folder says nothing of them itself. Raises OSError."""
        with self.open(name) as stream:
            while data := stream.read(CHUNK):
                for each in hashes.values():
                    each.update(data)
        yield from ()

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of this name, empty or not."""
        return (self._root / name).is_dir()

    def structure(self) -> Iterator[Finding]:
        """Links, special files, and names that are no text, or trouble elsewhere."""
        yield from self._findings
        yield from collisions(self._names)
        for name in self._names:
            # Line ends in names are what BagIt has an encoding for.
            if "\\" in name or _CONTROL.search(name.replace("\r", "").replace("\n", "")):
                message = "The file's name has control characters or a backslash; other systems read it as another."
                yield Finding(code="W447", message=message, file=name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def collisions(names: Iterable[str]) -> Iterator[Finding]:
    """Names that on other systems are one: they differ in case alone, or in their Unicode normal form.

    >>> [each.code for each in collisions(["a/b", "A/b", "caf\u00e9", "cafe\u0301", "a/c"])]
    ['W432', 'W446']
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(name.lower() if name.isascii() else normalize("NFC", name).casefold(), name)
        if first is not name:
            is_form = normalize("NFC", first) == normalize("NFC", name)
            what, code = ("Unicode normal form", "W446") if is_form else ("case", "W432")
            message = f"The name differs from that of {first} in {what} alone; elsewhere one file replaces the other."
            yield Finding(code=code, message=message, file=name)


def is_unsafe(name: str) -> bool:
    """Whether a name could lead out of the folder that it is unpacked into, or is no name at all.

    >>> [is_unsafe(name) for name in ("archive/a.warc", "/etc/passwd", "a/../../b", "C:/x", "a\\\\b", "")]
    [False, True, True, True, True, True]
    """
    return leads_out(name) or _CONTROL.search(name) is not None


def leads_out(name: str) -> bool:
    """Whether a name could lead out of its folder.

    >>> [leads_out(name) for name in ("data/a\\n.txt", "data/../../b", "/tmp/x")]
    [False, True, True]
    """
    parts = name.split("/")
    return "" in parts or "." in parts or ".." in parts or "\\" in name or name[1:2] == ":"


def bounded_lines(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """The lines of a file, with their ends; of one that is longer than `limit` bytes only its beginning.

    >>> import io
    >>> list(bounded_lines(io.BytesIO(b"one\\ntwo and a half\\nthree"), 8))
    [b'one\\n', b'two and ', b'three']
    """
    while line := stream.readline(limit):
        yield line
        while len(line) == limit and not line.endswith(b"\n"):
            line = stream.readline(limit)


def without_blank_end(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines, or what else stands among them, without those at the end that are blank.

    >>> list(without_blank_end([b"one\\n", b"\\n", b"two\\n", b"\\r\\n", b"\\n"]))
    [b'one\\n', b'\\n', b'two\\n']
    """
    blank: list[Line] = []
    for line in lines:
        if line in _BLANK and len(blank) < _MOST_BLANK:
            blank.append(line)
            continue
        if blank:
            yield from blank
            blank.clear()
        yield line


def read_small(tree: Tree, name: str, limit: int) -> bytes | None:
    """A file's bytes; `None` where it is longer than `limit`, which no sound file of its kind is."""
    with tree.open(name) as stream:
        data = stream.read(limit + 1)
    return data if len(data) <= limit else None
