"""`verify(path)`: everything that is wrong with a package, a WACZ, a bag or a WARC file, from its container inwards.

structure (container, tag files, manifests, names) → fixity (every file against every digest of it) → records (grammar,
digests, schema, derivation) → relations (ids, references) → index, pages and run report against the records.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from archiver import __version__
from archiver.errors import CannotRead, NotAPackage
from archiver.findings import Finding
from archiver.pack import job
from archiver.package import layout
from archiver.storage import Place, place
from archiver.verify import pages, run
from archiver.verify.bag import Bag
from archiver.verify.index import INDEXES, Index
from archiver.verify.pages import Pages
from archiver.verify.survey import Survey
from archiver.verify.tree import Folder, Tree
from archiver.verify.wacz import WARC, Manifest, zip_structure
from archiver.verify.zips import Zip
from archiver.warc.members import ZSTD_STARTS
from archiver.warc.reader import is_warc

Level = Literal["structure", "fixity", "records", "full"]
LEVELS: tuple[Level, ...] = ("structure", "fixity", "records", "full")
_ALONE = (*WARC, ".arc", ".arc.gz")
_PAYLOAD = "data/"
_BAG = re.compile(r"(?:[^/]+/)?bagit\.txt")
_COMPRESSED = (b"\x1f\x8b", *ZSTD_STARTS)
# A process has to be started, and to import. So many bytes of records take it longer, and so many that are only hashed.
_WORTH_A_POOL = 1 << 25
_WORTH_HASHING_APART = 1 << 29
_BROKEN_PAGES = frozenset(("E427", "E429"))
Digests = dict[str, Mapping[str, str]]
Given = TypeVar("Given")
Made = TypeVar("Made")


def _nothing(_bytes: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How far to go, and with how much: see `verify`."""

    level: Level = "full"
    jobs: int = 1
    max_size: int | None = None
    on_plan: Callable[[int], object] = _nothing
    on_progress: Callable[[int], object] = _nothing


def verify(path: Place | str, options: Options = Options()) -> Iterator[Finding]:
    """What is wrong with the package at `path`; nothing, where all that can be checked is right.

    At `path`, a path or URL, is a bag, with or without a WACZ in it, an unpacked WACZ, a `.wacz`, or a WARC or ARC
    file. Each finding names its file within the package. `options.level` says how far to go: `structure` reads no more
    than manifests and directories, `fixity` every file against its digests, `records` the records too, and `full` also
    makes again what this very software can; a WARC file by itself is always read in full. A package is read by up to
    `jobs` processes. `on_plan` is told how many bytes there are to read, and `on_progress` how many more were. Raises
    NotAPackage for anything else at once, CannotRead where the disk fails, or where the package is longer, unpacked,
    than `max_size` bytes.
    """
    where = place(path)
    with _reading(where):
        found = _kind(where, options)
    return _guarded(where, found)


@contextmanager
def _reading(path: Place) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotRead(f"{path} cannot be read: {error.strerror or error}") from error


def _guarded(path: Place, found: Iterator[Finding]) -> Iterator[Finding]:
    with _reading(path):
        yield from found


def _kind(path: Place, options: Options) -> Iterator[Finding]:
    if path.is_dir():
        return _folder(path, options)
    with path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        if path.suffix == ".wacz" or is_zip:
            return _zip(path, options)
        if path.name.endswith(_ALONE) or is_warc(stream):
            _bounded(path, path.stat().st_size, options)
            return _alone(path, options)
    raise NotAPackage(f"{path} is no WACZ and no WARC file")


def _bounded(path: Place, size: int, options: Options) -> None:
    if options.max_size is not None and size > options.max_size:
        raise CannotRead(f"{path} holds {size:,} bytes, more than the {options.max_size:,} that may be read")


def _alone(path: Place, options: Options) -> Iterator[Finding]:
    options.on_plan(path.stat().st_size)
    survey = Survey(lambda _name: path.open("rb"), "", [path.name], alone=True)
    yield from _warcs(survey)
    yield from survey.losses.note()
    options.on_progress(path.stat().st_size)


def _folder(path: Place, options: Options) -> Iterator[Finding]:
    tree = Folder(path)
    names = tree.names()
    _bounded(path, sum(map(tree.size, names)), options)
    if "bagit.txt" in names or any(name.startswith("manifest-") and name.endswith(".txt") for name in names):
        return _bag(tree, options)
    if layout.DATAPACKAGE in names or any(name.startswith("archive/") and name.endswith(WARC) for name in names):
        return _unpacked(tree, options)
    raise NotAPackage(f"{path} is a folder, but neither a bag nor an unpacked WACZ")


def _bag(tree: Folder, options: Options) -> Iterator[Finding]:
    bag = Bag(tree)
    manifest = Manifest(tree, _PAYLOAD) if _holds_wacz(tree) else None
    yield from tree.structure()
    yield from bag.structure()
    found: Digests = {}
    if options.level != "structure":
        found = yield from _read(tree, bag.algorithms | (manifest.algorithms if manifest else set()), options)
        wrong = list(bag.fixity(found))
        yield from wrong
        # Of what was changed the package's own manifest would only say the same.
        for name in {each.file or "" for each in wrong if each.code == "E704"} & found.keys():
            del found[name]
    if manifest is not None:
        yield from _contents(tree, manifest, found, options)
    else:
        yield from _payload(tree, options)


def _payload(tree: Folder, options: Options) -> Iterator[Finding]:
    """The WARC, ARC and WACZ files of a bag that is none of this software's: whatever else is in it, they are these."""
    payload = [name for name in tree.names() if name.startswith(_PAYLOAD)]
    named = [name for name in payload if name.endswith(_ALONE)]
    warcs = [name for name in named if _begins(tree, name)]
    for name in sorted(set(named) - set(warcs)):
        message = "The file is named as a WARC or ARC file is, and does not begin as one."
        yield Finding(code="I250", message=message, file=name)
    if _reads_records(options):
        jobs = options.jobs if sum(map(tree.size, warcs)) > _WORTH_A_POOL else 1
        survey = Survey(tree.open, _PAYLOAD, warcs, alone=True)
        yield from _warcs(survey, jobs)
        yield from survey.losses.note()
    for name in payload:
        if name.endswith(".wacz"):
            yield from (
                _within(name, each)
                for each in _zip(tree.place(name), replace(options, on_plan=_nothing, on_progress=_nothing))
            )


def _reads_records(options: Options) -> bool:
    return LEVELS.index(options.level) >= LEVELS.index("records")


def _within(name: str, finding: Finding) -> Finding:
    """A finding in a file of a package, its own file named from there."""
    return replace(finding, file=f"{name}/{finding.file}" if finding.file else name)


def _begins(tree: Folder, name: str) -> bool:
    """Whether a file begins as a WARC or ARC file does, or is compressed as its name says."""
    with tree.open(name) as stream:
        magic = stream.read(4)
        stream.seek(0)
        return magic.startswith(_COMPRESSED) or is_warc(stream)


def _holds_wacz(tree: Folder) -> bool:
    """Whether a bag's payload is a WACZ, if only by what is left of it: other packages have a datapackage.json too."""
    names = tree.names()
    parts = {name.split("/")[1] for name in names if name.startswith(_PAYLOAD)}
    if layout.DATAPACKAGE not in parts and not {"archive", "indexes", "pages"} <= parts:
        return False
    if any(name.startswith(f"{_PAYLOAD}{layout.ARCHIVE}/") and name.endswith(WARC) for name in names):
        return True
    return layout.DATAPACKAGE in parts and Manifest(tree, _PAYLOAD).is_wacz


def _zip(path: Place, options: Options) -> Iterator[Finding]:
    tree = Zip(path)
    if layout.DATAPACKAGE not in tree.names() and any(_BAG.fullmatch(name) for name in tree.names()):
        raise NotAPackage(f"{path} is a zipped bag; unpack it, and verify the folder")
    _bounded(path, sum(map(tree.size, tree.names())), options)
    return _zipped(tree, options)


def _zipped(tree: Zip, options: Options) -> Iterator[Finding]:
    manifest = Manifest(tree, "")
    found = list(tree.structure())
    yield from found
    if not tree.names() and any(each.code == "E401" for each in found):
        return  # what is in it cannot be said
    yield from zip_structure(tree, manifest)
    yield from _wacz(tree, manifest, options)


def _unpacked(tree: Folder, options: Options) -> Iterator[Finding]:
    yield from tree.structure()
    yield from _wacz(tree, Manifest(tree, ""), options)


def _wacz(tree: Tree, manifest: Manifest, options: Options) -> Iterator[Finding]:
    found: Digests = {}
    if options.level != "structure":
        found = yield from _read(tree, manifest.algorithms, options)
    yield from _contents(tree, manifest, found, options)


def _read(tree: Tree, algorithms: frozenset[str], options: Options) -> Generator[Finding, None, Digests]:
    """Reads every file once, for what the container says of its data; gives the digests of those that are sound."""
    found: Digests = {}
    names, size = tree.names(), sum(map(tree.size, tree.names()))
    options.on_plan(size)
    jobs = options.jobs if size > _WORTH_HASHING_APART else 1
    for name, (damage, digests) in zip(names, _each(partial(_digests, tree, algorithms), names, jobs), strict=True):
        yield from damage
        if not damage:  # of damaged data no manifest needs to say that they are others
            found[name] = digests
        options.on_progress(tree.size(name))
    return found


def _digests(tree: Tree, algorithms: frozenset[str], name: str) -> tuple[list[Finding], Mapping[str, str]]:
    """What the container says of a file's data, and the file's digests."""
    hashes = {algorithm: hashlib.new(algorithm, usedforsecurity=False) for algorithm in sorted(algorithms)}
    findings = list(tree.contents(name, hashes))
    return findings, {algorithm: each.hexdigest() for algorithm, each in hashes.items()}


def _each(work: Callable[[Given], Made], items: Sequence[Given], jobs: int) -> Iterator[Made]:
    """What `work` makes of each item, in their order, by up to `jobs` processes."""
    if min(jobs, len(items)) < 2:
        yield from map(work, items)
        return
    from archiver.pack import engines

    with engines.processes(min(jobs, len(items))) as pool:
        yield from engines.in_order(pool, work, items, window=2 * jobs)


def _contents(tree: Tree, manifest: Manifest, found: Digests, options: Options) -> Iterator[Finding]:
    """The WACZ within a tree."""
    prefix = manifest.prefix
    yield from manifest.structure()
    if options.level != "structure":
        yield from manifest.fixity(found)
    if not _reads_records(options):
        return
    names = [name.removeprefix(prefix) for name in tree.names() if name.startswith(prefix)]
    warcs = [
        prefix + name
        for name in names
        if name.startswith((layout.ARCHIVE + "/", layout.DERIVED + "/")) and name.endswith(WARC)
    ]
    software, packed = run.made(tree, prefix)
    remade = options.level == "full" and manifest.is_ours and software.get("archiver") == __version__
    again = remade and software == job.software()
    survey = Survey(tree.open, prefix, warcs, reported=layout.RUN in names, remade=remade,
                    options=packed if again else None)  # fmt: skip
    size = sum(map(tree.size, warcs))
    yield from _warcs(survey, options.jobs if size > _WORTH_A_POOL else 1)
    if options.level == "full" and survey.tally.articles and not again:
        yield _not_again(prefix + layout.RUN, software)
    yield from survey.losses.explain(_listed(tree, prefix, names, survey, is_ours=manifest.is_ours))
    yield from survey.losses.explain(_reported(tree, prefix, names, survey))
    yield from survey.lookup.refused()
    yield from survey.losses.note()


def _not_again(name: str, software: Mapping[str, str]) -> Finding:
    """What of a package with articles cannot be held to what this software makes of them today."""
    here = job.software()
    others = sorted(each for each in here.keys() | software.keys() if here.get(each) != software.get(each))
    found, expected = (", ".join(f"{each} {of.get(each)}" for each in others)[:200] for of in (software, here))
    what = "links, tweets, dates" if software.get("archiver") == __version__ else "reading copies, pages, links, tweets"
    message = f"The package is not of this very software: its {what} were not made again to be compared."
    return Finding(code="I622", message=message, file=name, found=found, expected=expected)


def _reported(tree: Tree, prefix: str, names: list[str], survey: Survey) -> Iterator[Finding]:
    """The run report and the list of rejected items against the records."""
    if layout.RUN in names:
        with tree.open(prefix + layout.RUN) as stream:
            yield from run.check(prefix, stream, survey.tally)
    if layout.REJECTED in names:
        with tree.open(prefix + layout.REJECTED) as stream:
            yield from run.check_rejected(prefix, stream, survey.tally)


def _warcs(survey: Survey, jobs: int = 1) -> Iterator[Finding]:
    pairs = list(survey.pairs())
    if min(jobs, len(pairs)) < 2:
        yield from survey.read()
    else:
        for found, part in _each(survey.part, pairs, jobs):
            yield from found
            survey.gathered.extend(part)
    yield from survey.losses.explain(survey.relations())


def _listed(tree: Tree, prefix: str, names: list[str], survey: Survey, *, is_ours: bool) -> Iterator[Finding]:
    """Pages and captures against the index."""
    listed = Pages(is_ours=is_ours)
    odd = 0
    whole = layout.ALL_PAGES if layout.ALL_PAGES in names else layout.PAGES
    for name in names:
        if name.startswith("pages/") and name.endswith(".jsonl"):
            with tree.open(prefix + name) as stream:
                for each in listed.check(prefix + name, stream, survey.rows if name == whole else None):
                    odd += each.code in _BROKEN_PAGES
                    yield each
    if is_ours and whole != layout.PAGES and layout.PAGES in names:
        with tree.open(prefix + layout.PAGES) as front, tree.open(prefix + whole) as stream:
            yield from (each.at(file=prefix + layout.PAGES) for each in pages.check_front(front, stream))
    if whole in names:
        yield from survey.losses.explain_by(odd, survey.unlisted())
    indexes = [name for name in names if name.startswith("indexes/") and name.endswith(INDEXES)]
    lost = strange = 0
    for name in indexes:
        index = Index(tree, prefix, prefix + name, survey.gathered, survey.lookup)
        yield from index.check(listed)
        lost += index.lost
        strange += index.strange
    if indexes:
        yield from survey.losses.explain_by(strange, listed.unknown())
        yield from survey.losses.explain_by(lost, survey.unindexed())
