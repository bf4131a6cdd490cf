"""From finished shards to a package under its final name: the only part that sees the whole, and only as streams."""

import heapq
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256 as hasher
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import orjson

from archiver.errors import CannotWrite
from archiver.findings import Finding
from archiver.model import Digest, sha256
from archiver.pack import destination
from archiver.pack.config import Config
from archiver.pack.durable import replacing, settle
from archiver.pack.job import Receipt, digest_of, software
from archiver.pack.workfolder import Work, give_name
from archiver.package import bag, layout, pages, wacz
from archiver.package.bag import FileEntry
from archiver.record import provenance, schema
from archiver.storage import Place, Remote
from archiver.warc import cdxj

# Above this many lines players start faster with a ZipNum index; below it, a plain one serves every URI scheme.
PLAIN_LINES = 10_000
# So many files are merged at a time; a process may have 256 open on some systems.
_OPEN = 200
_CHUNK = 1 << 20
# The index key of an article's original bytes; a rejected item's end in `.bin`.
_ORIGINAL = re.compile(rb"/sha256/[0-9a-f]{64}/original\.(?!bin$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did: `counts["items"]` adds up to everything that the sources held. `notes` are about the sources.

    `has_stood` where the package was there before, and nothing was done.
    """

    counts: dict[str, dict[str, int]]
    rejected: int
    notes: tuple[Finding, ...]
    digest: Digest
    has_stood: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether something that was to be packed is missing: an item was rejected, or a folder could not be read."""
        return self.rejected > 0 or any(note.severity == "error" for note in self.notes)


class Stage:
    """A folder in the making: it writes files durably and remembers length and digest of each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entries: list[FileEntry] = []
        shutil.rmtree(root.parent, ignore_errors=True)
        root.mkdir(parents=True)

    def write(self, path: str, chunks: Iterable[bytes]) -> FileEntry:
        """Write the file `path` from `chunks`."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, length = hasher(), 0
        with replacing(target) as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                length += len(chunk)
        return self._entered(FileEntry(path=path, length=length, digest=Digest("sha256:" + digest.hexdigest())))

    def link(self, path: str, source: Place, length: int, digest: Digest) -> None:
        """Give a finished file a second name: the shard keeps its own, so that a broken run can be taken up again."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(source, target, digest)
        self._entered(FileEntry(path=path, length=length, digest=digest))

    def _entered(self, entry: FileEntry) -> FileEntry:
        self.entries.append(entry)
        return entry

    def settle(self) -> None:
        """Make every name in it last, and what stands beside it."""
        for folder in [self.root.parent, self.root, *(path for path in self.root.rglob("*") if path.is_dir())]:
            settle(folder)


def _link_or_copy(source: Place, target: Path, digest: Digest) -> None:
    with suppress(OSError):  # a file system without hard links, or another one
        if isinstance(source, Path):
            target.hardlink_to(source)
            return
    with source.open("rb") as given, replacing(target) as stream:
        stream.writelines(_checked(iter(partial(given.read, _CHUNK), b""), source, digest))


def _checked(chunks: Iterable[bytes], source: Place, digest: Digest) -> Iterator[bytes]:
    """The same chunks. Raises CannotWrite at their end where they are not what the shard's receipt says."""
    met = hasher()
    for chunk in chunks:
        met.update(chunk)
        yield chunk
    _check(source, "sha256:" + met.hexdigest(), digest)


def _check(source: Place, met: str, digest: Digest) -> None:
    if met != digest:
        raise CannotWrite(f"{source} is not as its shard's receipt says; something else has written there")


def assemble(
    receipts: Sequence[Receipt],
    work: Work,
    out: Place,
    config: Config,
    *,
    identity: Digest,
    notes: Sequence[Finding],
    last: Callable[[], None] = lambda: None,
) -> Report:
    """Put the package together in the work folder and give it the name `out`, in one rename; or send it there.

    Replaces what stands there, unless `last` raises, which is called just before. Raises OSError where the disk does
    not take it; `out` is then as it was, unless it is a bag in a store (`destination.publish`). Raises CannotWrite
    where a shard is not what its receipt says. Bytes that pass by are compared; WARC files that are linked are not read
    again: their bytes were looked at when they were written, or taken up again, and a worker of a run that was given up
    asks who holds the folder before it gives any file its name (`workfolder.is_held`).
    """
    folder, shards = work
    stage = Stage(folder / "stage" / "data")
    counts = _counts(receipts)
    for entry in (entry for receipt in receipts for entry in receipt.files):
        stage.link(entry.path, shards / entry.path, entry.length, entry.digest)
    lists = {shards / "cdxj" / f"{receipt.index:05}": receipt.lists["cdxj"] for receipt in receipts}
    copies = _write_index(stage, _few(lists, folder / "merging"))
    counts["items"]["archived"] -= copies
    counts["items"]["duplicate"] += copies
    _write_pages(stage, shards, receipts)
    stage.write(layout.REJECTED, _rejected(_rejections(shards, receipts)))
    stage.write(layout.RUN, [_run(receipts, counts, config, identity, notes)])
    for name in schema.names():
        stage.write(layout.schema(name), [schema.source(name)])
    digest = _write_manifests(stage, counts, config)
    _give_name(stage, out, config, last)
    return Report(counts=counts, rejected=counts["items"]["rejected"], notes=tuple(notes), digest=digest)


def _counts(receipts: Iterable[Receipt]) -> dict[str, dict[str, int]]:
    totals: dict[str, Counter[str]] = {"items": Counter({"archived": 0, "duplicate": 0, "rejected": 0})}
    for receipt in receipts:
        for name, counts in receipt.counts.items():
            totals.setdefault(name, Counter()).update(counts)
    return {name: dict(sorted(counter.items())) for name, counter in sorted(totals.items())}


def _each(folder: Place, name: str, receipts: Iterable[Receipt]) -> Iterator[bytes]:
    """The lines of the shards' files of that name, shard after shard."""
    for receipt in receipts:
        with (folder / name / f"{receipt.index:05}").open("rb") as lines:
            yield from _checked(lines, folder / name / f"{receipt.index:05}", receipt.lists[name])


def _write_pages(stage: Stage, shards: Place, receipts: Sequence[Receipt]) -> None:
    """The list of pages; where it is too long for a player, its beginning, and the whole beside it."""
    if sum(1 for _ in islice(_each(shards, "pages", receipts), pages.MOST_LISTED + 1)) <= pages.MOST_LISTED:
        stage.write(layout.PAGES, chain([pages.HEAD], _pages(shards, receipts)))
        return
    first = islice(_pages(shards, receipts), pages.MOST_LISTED)
    stage.write(layout.PAGES, chain([pages.HEAD], map(pages.without_text, first)))
    stage.write(layout.ALL_PAGES, chain([pages.ALL_HEAD], _pages(shards, receipts)))


def _pages(shards: Place, receipts: Sequence[Receipt]) -> Iterator[bytes]:
    """The rows of all pages, with their texts unless that makes the list too large for a player."""
    size = sum((shards / "pages" / f"{receipt.index:05}").stat().st_size for receipt in receipts)
    rows = _each(shards, "pages", receipts)
    return map(pages.without_text, rows) if size > pages.MOST_WITH_TEXT else rows


def _rejections(folder: Place, receipts: Iterable[Receipt]) -> Iterator[bytes]:
    """The rejection records of all shards, each with the line of its whole source."""
    before: int | None = 0
    for receipt in receipts:
        before = before if receipt.within else 0
        for row in _each(folder, "rejected", [receipt]):
            yield _in_whole(row, receipt.within, before) if receipt.within else row
        before = None if before is None or receipt.lines is None else before + receipt.lines


def _in_whole(row: bytes, name: str, before: int | None) -> bytes:
    """A row of a shard that begins in the midst of the source `name`, behind so many lines; None: nobody knows."""
    source = orjson.loads(row)["source"]
    if source["name"] != name or "line" not in source:
        return row
    return provenance.at_line(row, None if before is None else before + source["line"])


def _rejected(rows: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON array with a row a line."""
    separator = b"[\n"
    for row in rows:
        yield separator + row.rstrip(b"\n")
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


class _Merged:
    """The index lines of all shards, sorted; counts on the way what the shards could not know of each other."""

    def __init__(self, sources: Iterable[Iterable[bytes]]) -> None:
        self._sources = sources
        self.copies = 0

    def __iter__(self) -> Iterator[bytes]:
        before = b""
        for line in heapq.merge(*self._sources):
            key = line.split(b" ", 1)[0]
            # Bytes that several shards hold stand at one address: each copy behind the first is a duplicate.
            self.copies += key == before and _ORIGINAL.search(key) is not None
            before = key
            yield line


def _write_index(stage: Stage, paths: Sequence[Path]) -> int:
    """Merge the shards' index lines into the package's index, and give the number of duplicates across shards."""
    with ExitStack() as stack:
        lines = _Merged([stack.enter_context(path.open("rb")) for path in paths])
        stream = iter(lines)
        first = list(islice(stream, PLAIN_LINES + 1))
        if len(first) <= PLAIN_LINES:
            stage.write(layout.INDEX, first)
        else:
            _write_zipnum(stage, chain(first, stream))
        return lines.copies


def _few(lists: Mapping[Place, Digest], folder: Path) -> list[Path]:
    """The same lines in so few sorted files that all can be open at once; a store's are fetched."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    few = [_here(path, folder, digest) for path, digest in lists.items()]
    for number in count():
        if len(few) <= _OPEN:
            break
        groups = [few[at : at + _OPEN] for at in range(0, len(few), _OPEN)]
        few = [_merge(group, folder / f"{number}-{at}") for at, group in enumerate(groups)]
    return few


def _here(path: Place, folder: Path, digest: Digest) -> Path:
    if isinstance(path, Path):
        _check(path, digest_of(path), digest)
        return path
    _link_or_copy(path, folder / path.name, digest)
    return folder / path.name


def _merge(paths: Sequence[Path], target: Path) -> Path:
    with ExitStack() as stack:
        lines = [stack.enter_context(path.open("rb")) for path in paths]
        stack.enter_context(replacing(target)).writelines(heapq.merge(*lines))
    return target


def _write_zipnum(stage: Stage, lines: Iterable[bytes]) -> None:
    pointers: list[bytes] = []

    def members() -> Iterator[bytes]:
        for block in cdxj.zipnum(lines, Path(layout.ZIPNUM).name):
            pointers.append(block.idx_line)
            yield block.member

    stage.write(layout.ZIPNUM, members())
    stage.write(layout.ZIPNUM_IDX, pointers)


def _run(
    receipts: Iterable[Receipt], counts: dict[str, Any], config: Config, identity: Digest, notes: Iterable[Finding]
) -> bytes:
    """The run report. No time but the packaging time, and nothing of the workers: it is the same for the same input."""
    report = {
        "schema": schema.RUN,
        "created": config.created,
        "software": software(),
        "options": config.to_dict(),
        "input": identity,
        "items": sum(counts["items"].values()),
        "counts": counts,
        "notes": [finding.to_dict() for finding in notes],
        "warcs": [_warc(entry) for receipt in receipts for entry in receipt.files],
    }
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _warc(entry: Any) -> dict[str, Any]:
    return {"path": entry.path, "records": entry.records, "records_digest": entry.records_digest}


def describe(counts: dict[str, dict[str, int]]) -> str:
    """The counts of a run in one sentence.

    >>> describe({"items": {"archived": 3, "duplicate": 0, "rejected": 1}})
    '4 items: 3 archived, 0 duplicate, 1 rejected.'
    """
    items = counts["items"]
    parts = ", ".join(f"{number:,} {name}" for name, number in items.items())
    return f"{sum(items.values()):,} items: {parts}."


def _write_manifests(stage: Stage, counts: dict[str, dict[str, int]], config: Config) -> Digest:
    title = config.title or "Archived articles"
    described = config.description or describe(counts)
    manifest = wacz.datapackage(stage.entries, title=title, description=described, created=config.created)
    stage.write(layout.DATAPACKAGE, [manifest])
    stage.write(layout.DATAPACKAGE_DIGEST, [wacz.datapackage_digest(manifest)])
    return sha256(manifest)


def _give_name(stage: Stage, out: Place, config: Config, last: Callable[[], None]) -> None:
    if out.suffix == ".wacz":
        finished = stage.root.with_name("package.wacz")
        with replacing(finished) as stream:
            wacz.write_zip(stream, stage.root, wacz.in_zip_order(entry.path for entry in stage.entries))
    else:
        finished = stage.root.parent
        _write_bag(stage, config)
        stage.settle()
    last()
    if isinstance(out, Remote):
        destination.publish(finished, out)
        return
    give_name(finished, out, stage.root.parents[1])
    settle(out.parent)


def _write_bag(stage: Stage, config: Config) -> None:
    payload = [
        FileEntry(path=f"data/{entry.path}", length=entry.length, digest=entry.digest) for entry in stage.entries
    ]
    info = [("External-Description", config.title or "Archived articles")]
    info += [("Contact-Name", config.operator)] if config.operator else []
    for name, data in bag.tag_files(payload, info, config.created):
        with replacing(stage.root.parent / name) as stream:
            stream.write(data)
