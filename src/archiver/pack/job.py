"""What a worker is handed, and what it hands back: a job, and the receipt that its shard is on the disk."""

import hashlib
import platform
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import orjson

from archiver import __version__
from archiver.model import Digest, sha256
from archiver.pack.config import Config
from archiver.sources.shards import Shard
from archiver.storage import Place

FOLDERS = ("archive", "derived", "cdxj", "pages", "rejected", "receipts")
LISTS = ("cdxj", "pages", "rejected")
# The libraries that decide what a package's bytes are, beside this software itself.
DECIDING = (
    *("chardet", "deflate", "ftfy", "idna", "jsonschema", "orjson", "surt", "tldextract", "warcio"),
    *("trafilatura", "courlan", "justext", "lxml", "lxml_html_clean"),
)


@cache
def software() -> dict[str, str]:
    """Names and versions of the software that decides what a package's bytes are."""
    return {"archiver": __version__} | {name: version(name) for name in DECIDING}


def deciding(shard: Shard | None = None) -> dict[str, str]:
    """The same, and what else of a machine decides: for this shard, or for any.

    Python brings the character database, zlib deflates records of many megabytes, libxml2 parses pages, and pyarrow
    reads Parquet, where there is some.
    """
    parquet = shard is None or any(piece.kind == "parquet" for piece in shard.slices)
    return _beside() | ({"pyarrow": _version("pyarrow")} if parquet else {})


@cache
def _beside() -> dict[str, str]:
    from archiver.references.html.maintext import libxml2

    machine = {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION, "libxml2": libxml2()}
    return software() | machine


@cache
def _version(name: str) -> str:
    """What is installed; a machine may lack what another has."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Plain values, so that any process can take it. `folder`, a path or URL, is shared by all; `run` works in it.

    Items are counted from 0: `only` those of a range are processed, for a trial, and the `deadly` ones are rejected
    unprocessed, since they end the process (`recovery`).
    """

    shard: Shard
    config: Config
    folder: Place
    run: str = ""
    only: tuple[int, int] | None = None
    deadly: tuple[int, ...] = ()

    @property
    def number(self) -> str:
        """What the shard's files are called in the folders of the work folder."""
        return f"{self.shard.index:05}"

    @property
    def fingerprint(self) -> Digest:
        """Equal for equal work by equal software: a receipt that bears it stands for this job."""
        return sha256(repr((_lasting(self.shard), self.config, deciding(self.shard))).encode())

    @property
    def content(self) -> Digest:
        """Like the fingerprint, but without what is of this machine alone: it may show in the package."""
        return sha256(repr((_named(self.shard), self.config, __version__)).encode())


def _lasting(shard: Shard) -> Shard:
    """The shard as another run has it for the same sources: standard input is kept at another place by each."""
    pieces = (replace(piece, path="-", stamps=()) if piece.digest else piece for piece in shard.slices)
    return replace(shard, slices=tuple(pieces))


def _named(shard: Shard) -> list[tuple[object, ...]]:
    return [(piece.name, piece.start, piece.end, piece.size) for piece in shard.slices]


def _known(shard: Shard) -> list[tuple[object, ...]]:
    """The same, and of standard input the digest, of what describes a source the size."""
    known = ((piece.digest, *(stamp and stamp.size for stamp in piece.stamps[1:])) for piece in shard.slices)
    return [named + more for named, more in zip(_named(shard), known, strict=True)]


def identity_of(shards: Iterable[Shard], config: Config) -> Digest:
    """A digest over names and sizes of the sources and what describes them, every option but the time, and what decides
    bytes.
    """
    options = {name: value for name, value in config.to_dict().items() if name != "created"}
    digest = hashlib.sha256(b"(")
    software: dict[str, str] = {}
    for shard in shards:
        digest.update(f"{_known(shard)!r}, ".encode())
        software |= deciding(shard)
    digest.update(f"{options!r}, {software!r})".encode())
    return Digest("sha256:" + digest.hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcEntry:
    """A WARC file of a shard. `records_digest` is over the uncompressed records."""

    path: str
    length: int
    digest: Digest
    records: int
    records_digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a finished shard says of itself: its files with their digests, and counts by kind (`items`, `links`, …).

    `within` is the source that it begins in the midst of; `lines` is how many lines begin in a part of a source that
    is not the last: the numbers of the lines behind it hang on that.
    """

    index: int
    fingerprint: Digest
    files: tuple[WarcEntry, ...]
    lists: dict[str, Digest]
    counts: dict[str, dict[str, int]]
    within: str | None = None
    lines: int | None = None

    def to_bytes(self) -> bytes:
        """The receipt as JSON."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Receipt":
        """A receipt from its JSON."""
        value = orjson.loads(data)
        return cls(**{**value, "files": tuple(WarcEntry(**entry) for entry in value["files"])})


def lists(job: Job) -> dict[str, Digest]:
    """The digests of a shard's lists, by their folders. Raises OSError where one is not there."""
    return {name: digest_of(job.folder / name / job.number) for name in LISTS}


def receipt_path(job: Job) -> Place:
    """Where a job's receipt stands once its shard is finished."""
    return job.folder / "receipts" / job.number


def finished(job: Job) -> Receipt | None:
    """The receipt of a job that was done before, if it is for this very job and its files are still as it says."""
    try:
        receipt = Receipt.from_bytes(receipt_path(job).read_bytes())
        if receipt.fingerprint != job.fingerprint or receipt.lists != lists(job):
            return None
        intact = all(digest_of(job.folder / entry.path) == entry.digest for entry in receipt.files)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return receipt if intact else None


def digest_of(path: Place) -> Digest:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return Digest("sha256:" + hashlib.file_digest(stream, "sha256").hexdigest())
