"""One pass over all WARC files of a package: what each says by itself, and what can only be said of all together.

A file of `archive/` is read in step with the file of `derived/` that bears its name, so that an article's three records
are at hand together. What is not at hand (a duplicate's original, say) is looked up behind the pass, by its place.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from copy import copy
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

import orjson

from archiver.findings import Finding
from archiver.package import layout
from archiver.record import schema
from archiver.record.provenance import to_bytes
from archiver.verify import derivation, replay
from archiver.verify.agreement import is_page
from archiver.verify.captures import INDEXED, expected, row
from archiver.verify.conversions import Conversions
from archiver.verify.gathered import REFERENCES, Gathered, Tally
from archiver.verify.items import Described, Items
from archiver.verify.jsons import has_fraction, repeats
from archiver.verify.kinship import dated_key
from archiver.verify.lookup import KEEP, Lookup
from archiver.verify.losses import Losses
from archiver.verify.naming import is_renamed, misnamed, renamed
from archiver.verify.pages import Rows
from archiver.verify.relations import Relations, absent
from archiver.verify.table import Table, key_of, key_of_bytes
from archiver.verify.tree import Opener
from archiver.warc.reader import Record, bare, read

_INFO = "warc-warcinfo-id"
_REFERENCE_NAMES = [name.lower() for name in REFERENCES]
_REFERENCE_FIELDS = frozenset(_REFERENCE_NAMES)
_ARTICLE = layout.provenance_uri("").removesuffix(".json")
_REJECTION = layout.rejection_uri("").removesuffix(".json")
Key = TypeVar("Key")
Value = TypeVar("Value")

_NEAR = 512
# So many originals of a file are remembered, of which what an article says was found to be so.
_SETTLED = 1 << 16


class Survey:
    """The WARC files `warcs` of a package. `open_file` opens one by its name; `prefix` is where their folders stand.

    A file that is `alone` may speak of records in others, so that a dangling reference is no fault there. Digests over
    a file's uncompressed records are taken where it is `reported`: there is a run report that they are held against.
    Of a package of this very version reading copies and page rows are `remade`; where the libraries are the same too,
    what records state is found again, with the `options` of the run.
    """

    def __init__(
        self,
        open_file: Opener,
        prefix: str,
        warcs: list[str],
        *,
        alone: bool = False,
        reported: bool = False,
        remade: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._open = open_file
        self._prefix = prefix
        self._warcs = warcs
        self._alone = alone
        self._reported = reported
        self._remade = remade
        self._options = options
        self._near: dict[str, str] = {}
        self._original: Record | None = None
        self._items: Items | None = None
        self._settled: dict[int, int] = {}
        self.gathered = Gathered()
        self.lookup = Lookup(open_file, warcs, self.gathered.ids)

    @property
    def captures(self) -> Table:
        """The records that belong in an index."""
        return self.gathered.captures

    @property
    def losses(self) -> Losses:
        """What could not be read."""
        return self.gathered.losses

    @property
    def tally(self) -> Tally:
        """What was counted."""
        return self.gathered.tally

    def read(self) -> Iterator[Finding]:
        """Reads every file once, and yields what is wrong with records by themselves and with articles at hand."""
        for name, partner in self.pairs():
            yield from self.read_pair(name, partner)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The files that are read in step: each of `archive/` with its partner, if it has one."""
        waiting = dict.fromkeys(self._warcs)
        for name in self._warcs:
            if name in waiting:
                partner = self._prefix + layout.derived(name.removeprefix(self._prefix))
                partner = partner if name != partner and partner in waiting else ""
                waiting.pop(name)
                waiting.pop(partner, None)
                yield name, partner

    def part(self, pair: tuple[str, str]) -> tuple[list[Finding], Gathered]:
        """What is found in one pair by itself, in whatever process; `extend` takes over what was gathered."""
        apart = copy(self)
        return list(apart.read_pair(*pair)), apart.gathered

    def __reduce__(self) -> tuple[Callable[[], "Survey"], tuple[()]]:
        """A copy has read nothing: to another process goes no more than it needs."""
        how: dict[str, Any] = {"alone": self._alone, "reported": self._reported, "remade": self._remade}
        how |= {"options": self._options}
        return partial(Survey, self._open, self._prefix, self._warcs, **how), ()

    def relations(self) -> Iterator[Finding]:
        """What can be said when all is read: ids that repeat or dangle, and articles whose records stand far apart."""
        relations = Relations(self.gathered, self.lookup, alone=self._alone, reported=self._reported)
        yield from relations.ids()
        for place in self.gathered.deferred:
            yield from self._late(place)
        yield from relations.kin()
        for place in sorted(self.gathered.unclaimed) if self.tally.articles else ():
            yield self.lookup.placed(
                place, Finding(code="E613", message="No article record speaks of this conversion.")
            )

    @property
    def rows(self) -> Rows | None:
        """The rows that the list of pages should have, where they were made again."""
        return self.gathered.rows if self._remade else None

    def unlisted(self) -> Iterator[Finding]:
        """The articles that no row of the list of pages was of, where the rows were made again."""
        for place in self.gathered.rows.unmarked() if self._remade else ():
            yield self.lookup.placed(
                place, Finding(code="E429", message="The list of pages has no row for this article.")
            )

    def unindexed(self) -> Iterator[Finding]:
        """The captures that no index row was found for."""
        for place in self.captures.unmarked():
            if not self._reported and self._is_optional(place):
                continue
            yield self.lookup.placed(place, Finding(code="E424", message="The index has no row for this record."))

    def _is_optional(self, place: int) -> bool:
        """Whether indexers leave a record out: of what is no page of the web they take what they like."""
        if not self.lookup.affords(self.lookup.where(place)[0]):
            return True
        record = self.lookup.found(place)
        return record is not None and (record.type == "metadata" or not is_page(record))

    def read_pair(self, name: str, partner: str) -> Iterator[Finding]:
        """Reads a file and its partner in step; there may be no partner."""
        conversions = Conversions(self._walk(partner) if partner else iter(()))
        items = self._items = Items(self.gathered.rows) if self._remade else None
        self._settled = {}
        for place, each in self._walk(name):
            if isinstance(each, Finding):
                if items and each.severity == "error":
                    items.lost()
                yield each
            elif each.type == "conversion":
                self.gathered.unclaimed.add(place)
            elif each.type == "metadata" and (each.uri or "").startswith((_ARTICLE, _REJECTION)):
                yield from (
                    found.at(file=name, offset=each.offset, record=each.id)
                    for found in self._described(place, each, conversions)
                )
            elif items and each.type in INDEXED:
                yield from (found.at(file=name) for found in items.capture(each))
            yield from conversions.findings()
        yield from (found.at(file=name) for found in items.end()) if items else ()
        self.gathered.unclaimed.update(conversions.rest())
        yield from conversions.findings()

    def _walk(self, name: str) -> Iterator[tuple[int, Record | Finding]]:
        """The records of a file and their places; each is entered into the tables first."""
        start = self.lookup.place(name, 0)
        is_archive = name.startswith(f"{self._prefix}{layout.ARCHIVE}/")
        filename = name.rpartition("/")[2]
        with self._open(name) as stream:
            yield from ((0, each.at(file=name)) for each in misnamed(filename, stream))
        whole, count = sha256(), 0
        noted: set[str] = set()
        with self._open(name) as stream:
            for each in read(stream, keep=KEEP, tap=whole.update if self._reported else None):
                if isinstance(each, Finding):
                    self._hurt(start, name, each)
                    # A habit of the software that wrote the file is noted once.
                    if each.code not in noted:
                        yield 0, each.at(file=name)
                    if each.severity == "note":
                        noted.add(each.code)
                    continue
                place = start | each.offset
                self.gathered.losses.end(place)
                if "I242" not in noted and is_renamed(each, filename):
                    noted.add("I242")
                    yield 0, renamed(each, filename).at(file=name, offset=each.offset, record=each.id)
                if not count and each.type != "warcinfo" and each.version != "ARC":
                    message = "The file does not start with a warcinfo record."
                    yield 0, Finding(code="W222", message=message, file=name, offset=0)
                count += 1
                self._enter(place, each)
                if each.type in INDEXED:
                    if is_archive:
                        self._capture(place, expected(each, filename))
                    for finding in replay.check(each):
                        yield 0, finding.at(file=name, offset=each.offset, record=each.id)
                yield place, each
        self.tally.warcs[name.removeprefix(self._prefix)] = (count, "sha256:" + whole.hexdigest())

    def _hurt(self, start: int, name: str, finding: Finding) -> None:
        if finding.severity == "error":
            self.tally.hurt.add(name.removeprefix(self._prefix))
        if finding.code == "E202":
            self.gathered.losses.begin(start | (finding.offset or 0))

    def _capture(self, place: int, fields: dict[str, str]) -> None:
        key = key_of_bytes(row(fields))
        self.captures.add(key, place)
        if not self._reported:
            self.gathered.loose.add(key_of_bytes(row(fields | {"recordDigest": ""})), key)

    def _enter(self, place: int, record: Record) -> None:
        if record.id is not None:
            self.gathered.ids.add(key_of(record.id), place)
            if record.type == "warcinfo":
                self.gathered.infos.add(key_of(record.id), place)
            _remember(self._near, record.id, record.type, _NEAR)
        if record.type in ("resource", "response"):
            self._original = record
            if not self._reported:
                self.gathered.dated.add(dated_key(record.uri or "", record.get("WARC-Date") or ""), place)
        if not _REFERENCE_FIELDS.isdisjoint(record.fields):
            self._refer(place, record)
        if record.type == "conversion":
            self.gathered.conversions.add(_conversion_key(record.get("WARC-Refers-To"), record.block_digest), place)
        if "warc-segment-number" in record.fields:
            self.gathered.segments.add(place, record)
        if record.type == "revisit":
            self.gathered.revisits.add(place, record)

    def _refer(self, place: int, record: Record) -> None:
        """Keeps the references of a record that do not lead to one that has just gone by."""
        for name, value in _references(record):
            target = bare(value) or ""
            if target and target == record.id and name != _INFO:
                self.gathered.selfish[0].append(place)
                self.gathered.selfish[1].append(_REFERENCE_NAMES.index(name))
            kind = self._near.get(target, "") if target else None
            if kind == "" or (name == _INFO and kind not in ("warcinfo", None)):
                keys, places = self.gathered.references[name]
                keys.append(key_of(target))
                places.append(place)

    def _described(self, place: int, record: Record, conversions: Conversions) -> Iterator[Finding]:
        """An article or rejection record: its JSON, its schema, and, where all is at hand, its derivation."""
        value = yield from self._valid(record)
        if value is None:
            if self._items:
                self._items.lost()
            return
        self.tally.add(value)
        refers_to = bare(record.get("WARC-Refers-To")) or ""
        original = self._original if self._original and self._original.id == refers_to else None
        if (record.uri or "").startswith(_REJECTION):
            self.tally.rejected += 1
            self.tally.rejections.add(key_of((record.block or b"").decode("utf-8", "replace").strip()), place)
            conversion = None
        else:
            self.tally.articles += 1
            conversion = conversions.of(refers_to, self._near)
        found: list[Finding] = []
        if original is not None and (conversion is not None or "text" not in value):
            found = list(self._derivation(value, original, conversion))
            if not found:
                _remember(self._settled, key_of(refers_to), _content(value), _SETTLED)
        elif self._settled.get(key_of(refers_to)) != _content(value):  # of a duplicate that says the same all is known
            self.gathered.deferred.append(place)
        yield from found
        if self._items:
            about = Described(place=place, record=record, value=value, conversion=conversion, is_sound=not found)
            yield from self._items.described(about)

    def _valid(self, record: Record) -> Generator[Finding, None, dict[str, Any] | None]:
        try:
            value = orjson.loads(record.block or b"")
        except orjson.JSONDecodeError as error:
            yield Finding(code="E502", message=f"The record is not JSON: {error}.")
            return None
        expected = schema.REJECTION if (record.uri or "").startswith(_REJECTION) else schema.ARTICLE
        faults = list(schema.check(value, expected))
        yield from faults
        if faults:
            return None
        repeated = repeats(record.block or b"") if to_bytes(value) != record.block else None
        if repeated is not None:
            yield repeated
        if has_fraction(record.block or b""):
            yield Finding(code="E501", message="A number of the record is written as a fraction; all are whole.")
            return None
        name = value["id"].removeprefix("urn:uuid:") + ".json"
        if record.id != value["id"] or not (record.uri or "").endswith("/" + name):
            message = "The record's id is not that of its WARC-Record-ID and WARC-Target-URI."
            yield Finding(code="E614", message=message, path="$.id", found=value["id"])
        return dict(value)

    def _late(self, place: int) -> Iterator[Finding]:
        """An article whose original or conversion was not at hand: both are read again, by their places."""
        name, offset = self.lookup.where(place)
        record = self.lookup.found(place)
        # Where records share a gzip member, what stands at a place is the first of them (W216).
        if record is None or record.length is None:
            return
        value = orjson.loads(record.block or b"")
        original = self.lookup.found(self.gathered.ids.find(key_of(bare(record.get("WARC-Refers-To")) or "")))
        found: list[Finding] = []
        if original is None:
            message = "The record refers to no record here that holds its original bytes."
            found.append(absent(self._alone, "E602", message))
        elif "text" not in value:
            found += self._derivation(value, original, None)
        else:
            found += self._late_derivation(value, original)
        yield from (each.at(file=name, offset=offset, record=record.id) for each in found)

    def _late_derivation(self, value: Mapping[str, Any], original: Record) -> Iterator[Finding]:
        digest = value["text"]["digest"] if isinstance(value["text"], dict) else ""
        place = self.gathered.conversions.find(_conversion_key(original.id, digest))
        conversion = self.lookup.found(place)
        if conversion is None:
            message = "No conversion here has the digest of the article's text."
            yield absent(self._alone, "E604", message).at(path="$.text")
            return
        self.gathered.unclaimed.discard(place or 0)
        yield from self._derivation(value, original, conversion)

    def _derivation(self, value: Mapping[str, Any], original: Record, conversion: Record | None) -> Iterator[Finding]:
        if conversion is None:
            yield from derivation.check_bytes(value, original)
            return
        found = list(derivation.check(value, original, conversion))
        yield from found
        if self._options is not None and not found and conversion.block and original.block is not None:
            from archiver.verify import again  # it takes what extracts and repairs, and foreign files need none of that

            yield from again.check(value, conversion.block.decode(), original.block, self._options)


def _remember(memory: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Enters a value, and forgets the one that was entered first where there are more than so many."""
    memory[key] = value
    if len(memory) > most:
        memory.pop(next(iter(memory)))


def _content(value: Mapping[str, Any]) -> int:
    """A key of what a record says of an item's bytes, wherever these stood in the sources."""
    source = {name: stated for name, stated in value["source"].items() if name not in ("name", "offset", "line")}
    return key_of_bytes(to_bytes({**value, "id": "", "source": source}))


def _references(record: Record) -> list[tuple[str, str]]:
    """The fields that name other records, by their names in lower case; a field may come several times."""
    if len(record.fields) == len(record.headers):
        return [(name, record.fields[name]) for name in _REFERENCE_NAMES if name in record.fields]
    named = ((header.lower(), value) for header, value in record.headers)
    return [(name, value) for name, value in named if name in _REFERENCE_FIELDS]


def _conversion_key(refers_to: str | None, digest: str) -> int:
    return key_of(bare(refers_to) or "", digest)
