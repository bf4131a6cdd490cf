"""`verify(path)`: everything that is wrong with a package, a WACZ, a bag or a WARC file, from its container inwards.

structure (container, tag files, manifests, names) → fixity (every file against every digest of it) → records (grammar,
digests, schema, derivation) → relations (ids, references) → index, pages and run report against the records.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archiver.errors import CannotRead, NotAPackage
from archiver.findings import Finding
from archiver.package import layout
from archiver.verify import pages, run
from archiver.verify.bag import Bag
from archiver.verify.index import Index
from archiver.verify.survey import Survey
from archiver.verify.table import Table
from archiver.verify.tree import Folder, Tree, digests
from archiver.verify.wacz import WARC, Manifest, zip_structure
from archiver.verify.zips import Zip
from archiver.warc.reader import is_warc

_ALONE = (*WARC, ".arc", ".arc.gz")
_PAYLOAD = "data/"


def verify(path: Path | str) -> Iterator[Finding]:
    """What is wrong with the package at `path`; nothing, where all that can be checked is right.

    `path` is a bag, with or without a WACZ in it, an unpacked WACZ, a `.wacz`, or a WARC or ARC file. Each finding
    names its file within the package. Raises NotAPackage for anything else at once, CannotRead where the disk fails.
    """
    with _reading(Path(path)):
        found = _kind(Path(path))
    return _guarded(Path(path), found)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotRead(f"{path} cannot be read: {error.strerror or error}") from error


def _guarded(path: Path, found: Iterator[Finding]) -> Iterator[Finding]:
    with _reading(path):
        yield from found


def _kind(path: Path) -> Iterator[Finding]:
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        if path.suffix == ".wacz" or is_zip:
            return _zip(path)
        if path.name.endswith(_ALONE) or is_warc(stream):
            return _warcs(Survey(lambda _name: path.open("rb"), "", [path.name], alone=True))
    raise NotAPackage(f"{path} is no WACZ and no WARC file")


def _folder(path: Path) -> Iterator[Finding]:
    tree = Folder(path)
    names = tree.names()
    if "bagit.txt" in names or any(name.startswith("manifest-") and name.endswith(".txt") for name in names):
        return _bag(tree)
    if layout.DATAPACKAGE in names or any(name.startswith("archive/") and name.endswith(WARC) for name in names):
        return _wacz(tree, "", _hashed(tree, frozenset(("sha256",))))
    raise NotAPackage(f"{path} is a folder, but neither a bag nor an unpacked WACZ")


def _bag(tree: Folder) -> Iterator[Finding]:
    bag = Bag(tree)
    yield from tree.structure()
    yield from bag.structure()
    found = _hashed(tree, bag.algorithms | {"sha256"})
    yield from bag.fixity(found)
    if _holds_wacz(tree.names()):
        yield from _wacz(tree, _PAYLOAD, found)


def _holds_wacz(names: list[str]) -> bool:
    """Whether a bag's payload is a WACZ, if only by what is left of it."""
    parts = {name.split("/")[1] for name in names if name.startswith(_PAYLOAD)}
    return layout.DATAPACKAGE in parts or {"archive", "indexes", "pages"} <= parts


def _zip(path: Path) -> Iterator[Finding]:
    tree = Zip(path)
    yield from tree.structure()
    for name in tree.names():
        yield from tree.contents(name)
    yield from zip_structure(tree, Manifest(tree, ""))
    yield from _wacz(tree, "", _hashed(tree, frozenset(("sha256",))))


def _hashed(tree: Tree, algorithms: frozenset[str]) -> dict[str, Mapping[str, str]]:
    """The digests of all files, each read once."""
    found = {}
    for name in tree.names():
        with tree.open(name) as stream:
            found[name] = digests(stream, algorithms)
    return found


def _wacz(tree: Tree, prefix: str, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    manifest = Manifest(tree, prefix)
    yield from manifest.structure()
    yield from manifest.fixity(found)
    names = [name.removeprefix(prefix) for name in tree.names() if name.startswith(prefix)]
    warcs = [
        prefix + name
        for name in names
        if name.startswith((layout.ARCHIVE + "/", layout.DERIVED + "/")) and name.endswith(WARC)
    ]
    survey = Survey(tree.open, prefix, warcs)
    yield from _warcs(survey)
    yield from _listed(tree, prefix, names, survey)
    if layout.RUN in names:
        with tree.open(prefix + layout.RUN) as stream:
            yield from run.check(prefix, stream, survey.tally)
    if layout.REJECTED in names:
        with tree.open(prefix + layout.REJECTED) as stream:
            yield from run.check_rejected(prefix, stream, survey.tally)


def _warcs(survey: Survey) -> Iterator[Finding]:
    yield from survey.read()
    yield from survey.relations()


def _listed(tree: Tree, prefix: str, names: list[str], survey: Survey) -> Iterator[Finding]:
    """Pages and captures against the index."""
    listed = Table()
    if layout.PAGES in names:
        with tree.open(prefix + layout.PAGES) as stream:
            yield from pages.check(prefix + layout.PAGES, stream, listed)
    indexes = [name for name in names if name.startswith("indexes/") and name.endswith((".cdx", ".cdxj", ".cdx.gz"))]
    for name in indexes:
        yield from Index(tree, prefix, prefix + name, survey.captures, survey.record_at).check(listed)
    if indexes:
        yield from pages.unknown(prefix + layout.PAGES, listed)
        yield from survey.unindexed()
