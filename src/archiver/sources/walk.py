"""From the paths that were given to the files in them, in a fixed order, each file once.

Reads names and sizes only, but for standard input.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archiver.errors import CannotRead
from archiver.findings import Finding
from archiver.model import Digest
from archiver.sources.kinds import ENDINGS, KINDS, SIDECAR, kind_of, printable, sidecar_names, sniff
from archiver.sources.naming import mark
from archiver.sources.seen import look, stamp, stamped
from archiver.sources.shards import Slice, Stdin
from archiver.sources.troubles import reason
from archiver.storage import Entry, Listing, Place, place, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A path that was given: a folder to walk, a file, or spooled standard input, which has a digest.

    `real` has its links resolved.
    """

    path: Place
    real: str
    is_folder: bool
    digest: Digest | None = None

    @property
    def is_stdin(self) -> bool:
        """Whether it is standard input."""
        return self.digest is not None


def root_of(source: Place | Stdin) -> Root:
    """Look at what was given. Raises `CannotRead` where there is no file or folder, or it cannot be looked at."""
    path = source.path if isinstance(source, Stdin) else source
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}") from error
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise CannotRead(f"{path} is neither a file nor a folder")
    digest = _digest(source.path) if isinstance(source, Stdin) else None
    return Root(path=path, real=_real(str(path)), is_folder=stat.S_ISDIR(mode), digest=digest)


def _digest(spool: Path) -> Digest:
    with spool.open("rb") as stream:
        return Digest("sha256:" + hashlib.file_digest(stream, "sha256").hexdigest())


def files(roots: Sequence[Root]) -> Iterator[Slice | Finding]:
    """Every article file of `roots` as one slice, named as within its root; notes on what is left out.

    Folders come sorted by the bytes of the relative path. Hidden files are passed over in silence, sidecars too where
    the file that they describe lies beside them.
    """
    once = _Once(roots)
    for index, root in enumerate(roots):
        if root.is_folder:
            yield from _folder(root, partial(once.repeated, index))
        else:
            name = "stdin" if root.is_stdin else root.path.name
            yield _again(name) if once.repeated(index, root.real, is_link=False) else _given(root, name)


def _given(root: Root, name: str) -> Slice | Finding:
    """A file given by name: it is an item even where its name says nothing, unless it describes another."""
    if name.endswith(SIDECAR):
        return _left_out(name, "a sidecar is read with the file that it describes")
    kind, compression = sniff(str(root.path)) if root.is_stdin else kind_of(name)
    beside: Iterator[Place] = (root.path.with_name(sidecar) for sidecar in sidecar_names(name) if not root.is_stdin)
    sidecar = next(filter(_is_file, beside), None)
    met = stamp(root.path)
    return Slice(
        path=str(root.path),
        name=name,
        kind=kind,
        compression=compression,
        size=met.size if met else 0,
        sidecar=str(sidecar) if sidecar else None,
        stamps=(met, stamp(sidecar)) if sidecar else (met,),
        digest=root.digest,
    )


def _is_file(path: Place) -> bool:
    """Whether a file lies there. Raises CannotRead."""
    try:
        return path.is_file()
    except OSError as error:
        # As where no file can have a name so long.
        reason(error, str(path))
        return False


class _Found(NamedTuple):
    """An entry of a walked folder, its name relative to the root, and what lies beside it."""

    entry: Entry
    name: str
    beside: Listing


def _folder(root: Root, repeated: Callable[..., bool]) -> Iterator[Slice | Finding]:
    for found in _walk(str(root.path)):
        if isinstance(found, Finding):
            yield found
            continue
        is_link = found.entry.is_link and look(found.entry) is not None
        real = _real(found.entry.path) if is_link else f"{root.real.rstrip('/')}/{found.name}"
        met = _met(found)
        if isinstance(met, Slice) and repeated(real, is_link=is_link):
            met = _again(found.name)
        if met is not None:
            yield met


def _met(found: _Found) -> Slice | Finding | None:
    """What an entry of a walked folder is: a file to read, something left out, or a sidecar in its place."""
    entry, name, beside = found
    if entry.name.endswith(SIDECAR):
        stem = entry.name.removesuffix(SIDECAR)
        has_file = any(beside.file(stem + ending) for ending in ENDINGS)
        return None if has_file else _left_out(name, "no file lies beside it that it could describe")
    kind, compression = kind_of(entry.name)
    status = look(entry)
    mode = status.st_mode if status else stat.S_IFREG  # the worker that fails to open it archives the reason
    if stat.S_ISDIR(mode):
        return _left_out(name, "links to folders are not followed")
    if not stat.S_ISREG(mode):
        return _left_out(name, "it is neither a file nor a folder")
    if kind == "unknown":
        return _left_out(name, f"its name ends in none of {' '.join(KINDS)}, nor in one of these and .gz or .zst")
    sidecar = next(filter(None, map(beside.file, sidecar_names(entry.name))), None)
    met = stamped(status)
    return Slice(
        path=entry.path,
        name=name,
        kind=kind,
        compression=compression,
        size=met.size if met else 0,
        sidecar=sidecar.path if sidecar else None,
        stamps=(met, stamp(sidecar)) if sidecar else (met,),
    )


def _real(path: str) -> str:
    """The path with its links resolved. A URL is the only name of what it names."""
    return os.path.realpath(path) if isinstance(place(path), Path) else path.rstrip("/")


def _walk(folder: str) -> Iterator[_Found | Finding]:
    """All below `folder` but folders, in the byte order of the relative paths; links to folders are not entered."""
    prefix = folder.rstrip("/") + "/"
    stack = [_listing(folder, prefix)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, _Found) and found.entry.is_folder:
            stack.append(_listing(found.entry.path, prefix))
        else:
            yield found


def _listing(folder: str, prefix: str) -> Iterator[_Found | Finding]:
    try:
        listing = scan(folder)
    except OSError as error:
        said = f"The folder cannot be read, nor what is in it: {reason(error, folder)}."
        yield Finding(code="E109", message=said, file=printable(folder.removeprefix(prefix)))
        return
    for entry in listing:
        below = entry.path.removeprefix(prefix)
        if not entry.name:
            yield _unreachable(below)
        elif not entry.name.startswith("."):
            yield _Found(entry, below, listing)


class _Once:
    """Knows a file that is met again by its real path, and remembers none but the marks of links' targets.

    A file belongs to the first root that reaches it. A link gives way to the file itself where some root reaches that.
    """

    def __init__(self, roots: Sequence[Root]) -> None:
        self._first: dict[str, int] = {}
        for index, root in enumerate(roots):
            self._first.setdefault(root.real, index)
        self._linked: set[int] = set()

    def repeated(self, index: int, real: str, *, is_link: bool) -> bool:
        """Whether the file met in root number `index` is, or will be, taken elsewhere."""
        if not is_link:
            return index > 0 and any(owner < index for owner in self._owners(real))
        if any(True for _ in self._owners(real)):
            return True
        target = mark(real)
        is_known = target in self._linked
        self._linked.add(target)
        return is_known

    def _owners(self, real: str) -> Iterator[int]:
        if real in self._first:
            yield self._first[real]
        folder, name = os.path.split(real)
        is_walked = kind_of(name)[0] != "unknown" and not name.endswith(SIDECAR)
        while is_walked and name and not name.startswith("."):
            if folder in self._first:
                yield self._first[folder]
            folder, name = os.path.split(folder)


def _again(name: str) -> Finding:
    message = "The file is given, or linked to, more than once; it is taken once."
    return Finding(code="I118", message=message, file=printable(name))


def _unreachable(prefix: str) -> Finding:
    message = "Keys with two slashes in a row cannot be listed; what lies below this one is not read."
    return Finding(code="E109", message=message, file=printable(f"{prefix}/"))


def _left_out(name: str, reason: str) -> Finding:
    return Finding(code="I117", message=f"Left out: {reason}.", file=printable(name))
