"""BagIt 1.0 (RFC 8493): the tag files around a payload whose digests are known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver import __version__
from archiver.model import Digest, sha256

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# RFC 8493 section 2.1.3: in a manifest's paths, these and nothing else are percent-encoded.
_ENCODED = str.maketrans({"%": "%25", "\n": "%0A", "\r": "%0D"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file of a package: its path, relative, with /; its length in bytes; its digest."""

    path: str
    length: int
    digest: Digest


def tag_files(payload: Iterable[FileEntry], info: Iterable[tuple[str, str]], date: str) -> Iterator[tuple[str, bytes]]:
    """The tag files by name, the tag manifest last. Payload paths are relative to the bag (`data/…`)."""
    entries = sorted(payload, key=lambda entry: entry.path)
    files = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": _info([*info, *_measured(entries, date)]),
        "manifest-sha256.txt": manifest((entry.path, entry.digest) for entry in entries),
    }
    yield from files.items()
    yield "tagmanifest-sha256.txt", manifest((name, sha256(data)) for name, data in sorted(files.items()))


def _measured(entries: list[FileEntry], date: str) -> Iterator[tuple[str, str]]:
    yield "Bag-Software-Agent", f"archiver {__version__}"
    yield "Bagging-Date", date[:10]
    yield "Payload-Oxum", f"{sum(entry.length for entry in entries)}.{len(entries)}"


def manifest(digests: Iterable[tuple[str, Digest]]) -> bytes:
    """The lines of a manifest: hex digest, two blanks, path (RFC 8493 section 2.1.3)."""
    lines = (f"{digest.removeprefix('sha256:')}  {path.translate(_ENCODED)}\n" for path, digest in digests)
    return "".join(lines).encode()


def _info(fields: Iterable[tuple[str, str]]) -> bytes:
    """bag-info.txt (section 2.2.2): a value's line breaks would begin a label of their own, so they become blanks."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in fields).encode()
