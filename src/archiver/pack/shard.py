"""One shard: its captures, processed and written. It sees its own items only, and leaves a receipt at the end.

archive/NAME-00007.warc.gz   derived/NAME-00007-derived.warc.gz   cdxj/00007   pages/00007   rejected/00007
    receipts/00007
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from hashlib import blake2b
from hashlib import sha256 as hasher
from itertools import islice
from typing import Any, BinaryIO

from archiver import __version__
from archiver.findings import Finding
from archiver.model import (
    PAGE_TYPES,
    Archived,
    Capture,
    Digest,
    Duplicate,
    Metadata,
    Outcome,
    Rejected,
    Stated,
    derived_id,
    sha256,
)
from archiver.pack.config import Config
from archiver.pack.durable import replacing, settle, write
from archiver.pack.job import (
    FOLDERS,
    LISTS,
    Job,
    Receipt,
    WarcEntry,
    receipt_path,
)
from archiver.pack.ordered import Ordered
from archiver.pack.process import process, rejected
from archiver.package import layout, pages, records
from archiver.record import provenance
from archiver.sources import seen
from archiver.sources.captures import captures
from archiver.sources.payloads import Limits
from archiver.sources.shards import Shard
from archiver.warc import cdxj
from archiver.warc.writer import WarcFile, WarcRecord, warcinfo

STANDARD = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


def write_shard(
    job: Job,
    heard: Callable[[Archived | Rejected, int], None] = lambda _outcome, _size: None,
    lap: Callable[[str], None] = lambda _stage: None,
    still: Callable[[Job], None] = lambda _job: None,
) -> Receipt:
    """Process and write a shard. Raises OSError where the disk does not take it.

    Raises CannotRead where a source fails, or is not what it was when the plan was made.

    `still` raises where the work is not wanted any more; it is called before any file gets its name.

    `heard` is called with each item's outcome, and how many bytes of the sources were read for it; `lap` with the name
    of each step as it ends, for whoever takes the time.
    """
    begun, read = list[int](), list[int]()
    with _Writer(job, still) as writer:
        for number, capture in _captures(job, begun.append, read.append):
            lap("read")
            outcome = _ends_process(capture) if number in job.deadly else process(capture, job.config)
            lap("process")
            writer.add(outcome)
            lap("write")
            heard(outcome, sum(read))
            read.clear()
        lap("read")
        seen.check(job.shard.slices)
        still(job)
    for folder in FOLDERS[:-1]:
        settle(job.folder / folder)
    still(job)
    receipt = Receipt(
        index=job.shard.index,
        fingerprint=job.fingerprint,
        files=tuple(writer.entries),
        lists=writer.lists,
        counts=writer.tally.to_dict(),
        within=_within(job.shard),
        lines=begun[0] if begun else None,
    )
    if job.only is None:  # nothing may take a trial for the whole
        write(receipt_path(job), receipt.to_bytes())
        settle(job.folder / "receipts")
    lap("settle")
    return receipt


def count_items(job: Job) -> int:
    """How many items a shard holds; none is processed."""
    return sum(1 for _ in _captures(job))


def _within(shard: Shard) -> str | None:
    """The source that the shard begins in the midst of."""
    first = shard.slices[0]
    return first.name if first.start else None


def _captures(job: Job, *hears: Callable[[int], None]) -> Iterator[tuple[int, Capture]]:
    """The items that the job is about, numbered from 0 within the shard."""
    limits = Limits(item=job.config.max_item_size)
    start, end = job.only or (0, None)
    return islice(enumerate(captures(job.shard, beside(job.config), limits, *hears)), start, end)


def _ends_process(capture: Capture) -> Rejected:
    message = "Processing this item ended the process that did it, each time; it was left unprocessed."
    finding = Finding(code="E126", message=message)
    return rejected(capture, sha256(capture.payload), (*capture.trouble, finding))


def beside(config: Config) -> Metadata:
    """What the options say of every item that does not say it itself."""
    return Metadata(
        url=_option("url", config.url),
        title=_option("title", config.article_title),
        encoding=_option("encoding", config.encoding),
    )


def _option(name: str, value: str | None) -> Stated | None:
    return Stated(value=value, basis=f"option:--{name}") if value else None


@dataclass(slots=True)
class _Tally:
    """Counts of what a shard met."""

    items: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    tweets: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.items[type(outcome).__name__.lower()] += 1
        if isinstance(outcome, Rejected):
            self.findings.update(finding.code for finding in outcome.findings)
            return
        article = (outcome.archived if isinstance(outcome, Duplicate) else outcome).article
        self.findings.update(finding.code for finding in article.findings)
        self.repairs.update(entry.rule for entry in article.repairs)
        self.links.update(link.kind for link in article.links)
        self.tweets.update(tweet.form for tweet in article.tweets)

    def to_dict(self) -> dict[str, dict[str, int]]:
        return {name: dict(getattr(self, name)) for name in ("items", "findings", "repairs", "links", "tweets")}


class _Volume:
    """A pair of WARC files that roll over together: a derived record stands in the file beside its original's."""

    def __init__(self, job: Job, serial: int) -> None:
        tail = f"-{serial:03}" if serial else ""
        self.name = f"{job.config.name}-{job.shard.index:05}{tail}{layout.WARC}"
        path = f"{layout.ARCHIVE}/{self.name}"
        self._files: dict[str, WarcFile] = {}
        with ExitStack() as self._stack:
            self.archive = self._open(job, path, "original bytes, provenance records and reading copies")
            self.derived = self._open(job, layout.derived(path), "conversions: the normalised texts")
            self._stack = self._stack.pop_all()

    def _open(self, job: Job, path: str, description: str) -> WarcFile:
        stream: BinaryIO = self._stack.enter_context(replacing(job.folder / path))
        file = self._files[path] = WarcFile(stream)
        fields = (
            ("software", f"archiver {__version__}"),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", STANDARD),
            ("description", f"{job.config.title or 'Archived articles'}: {description}"),
            ("operator", job.config.operator or ""),
        )
        record_id = derived_id("warcinfo", path, 0, job.content)
        file.write(warcinfo(id=record_id, date=job.config.created, filename=path.split("/")[1], fields=fields))
        return file

    def close(self, *trouble: Any) -> None:
        self._stack.__exit__(*(trouble or (None, None, None)))

    def entries(self) -> Iterator[WarcEntry]:
        for path, file in self._files.items():
            yield WarcEntry(
                path=path,
                length=file.length,
                digest=file.digest,
                records=file.count,
                records_digest=file.records_digest,
            )


class _List:
    """A file of lines, and the digest of what was written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hasher()

    def write(self, line: bytes) -> None:
        self._stream.write(line)
        self._hash.update(line)

    @property
    def digest(self) -> Digest:
        return Digest("sha256:" + self._hash.hexdigest())


class _Writer:
    """The files of one shard. Leaving it in order gives them their names; leaving it by an error leaves nothing."""

    def __init__(self, job: Job, still: Callable[[Job], None]) -> None:
        self._job = job
        self._still = still
        self._date = job.config.created
        self._lines = Ordered(job.folder / "cdxj")
        # By a digest: a volume holds some hundred thousand, whose addresses would take more memory than all else.
        self._originals: dict[bytes, str] = {}
        self.tally = _Tally()
        self.entries: list[WarcEntry] = []
        self._volumes: list[_Volume] = []

    def __enter__(self) -> "_Writer":
        with ExitStack() as stack:
            opened = (stack.enter_context(replacing(self._job.folder / name / self._job.number)) for name in LISTS)
            self._lists = dict(zip(LISTS, map(_List, opened), strict=True))
            self._cdxj, self._pages, self._rejected = self._lists.values()
            stack.push(self._close_volume)
            stack.push(self._write_lines)
            # A range within one long line has no item, and needs no files; a package without any WARC file is none.
            if self._job.shard.index == 0:
                self._roll()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *trouble: Any) -> None:
        self._stack.__exit__(*trouble)

    def _write_lines(self, *trouble: Any) -> None:
        with closing(self._lines):
            if trouble[0] is None:
                for line in self._lines:
                    self._cdxj.write(line)

    def _close_volume(self, *trouble: Any) -> None:
        for volume in self._volumes[-1:]:
            volume.close(*trouble)
            self.entries += volume.entries()

    @property
    def lists(self) -> dict[str, Digest]:
        """The digests of the lists, of what was written and not of what can be read back."""
        return {name: file.digest for name, file in self._lists.items()}

    @property
    def _volume(self) -> _Volume:
        return self._volumes[-1]

    def add(self, outcome: Archived | Rejected) -> None:
        """Write an outcome's records. An item whose bytes stand in this shard already adds its own record alone."""
        self._roll()
        if isinstance(outcome, Rejected):
            original_id, _ = self._original(records.rejected_original(outcome, self._date))
            self._index(records.rejection(outcome, original_id, self._date))
            line = outcome.capture.line
            self._rejected.write(outcome.record if line is None else provenance.at_line(outcome.record, line))
            self.tally.add(outcome)
            return
        article = outcome.article
        original, address = records.original(outcome, self._date), records.address(outcome)
        conversion = records.conversion(article, original.id, str(original.uri), self._date)
        original_id, is_new = self._original(original, address, conversion.block_digest)
        self._index(records.provenance(outcome, original_id, self._date))
        self.tally.add(outcome if is_new else Duplicate(archived=outcome, original_id=original_id))
        if is_new:
            if original.uri != address:
                self._index(records.alias(outcome, original))
            self._index(records.reading_copy(article, address, self._date))
            self._pages.write(pages.row(article, self._date))
            if article.source.media_type in PAGE_TYPES:
                self._pages.write(pages.original_row(article, original.id, str(original.uri), self._date))
            self._volume.derived.write(conversion)

    def _original(self, record: WarcRecord, address: str | None = None, text: Digest | None = None) -> tuple[str, bool]:
        """The id of the record that holds the bytes of `address`, and whether it was written just now.

        Bytes that were read as another text, by another declared encoding, are an original of their own; `text` is the
        text's digest.
        """
        key = blake2b(f"{address or record.uri} {text}".encode(), digest_size=16).digest()
        is_new = key not in self._originals
        if is_new:
            self._index(record)
            self._originals[key] = record.id
        return self._originals[key], is_new

    def _index(self, record: WarcRecord) -> None:
        written = self._volume.archive.write(record)
        self._lines.add(cdxj.line(record, written, self._volume.name))

    def _roll(self) -> None:
        """Open the first volume, or the next where the last is full."""
        full = self._job.config.warc_size
        if self._volumes and max(self._volume.archive.length, self._volume.derived.length) < full:
            return
        if self._volumes:
            self._still(self._job)
        self._close_volume()
        self._originals.clear()
        self._volumes.append(_Volume(self._job, len(self._volumes)))
