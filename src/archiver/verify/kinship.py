"""Records that belong together: the segments of a long record, and revisits of what was captured before."""

import hashlib
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

from archiver.findings import Finding
from archiver.verify.captures import timestamp
from archiver.verify.table import key_of
from archiver.warc import digests, grammar, http
from archiver.warc.reader import Record, bare

At = Callable[[int], Record | None]
"""Reads the record at a place of the package."""
Find = Callable[[int], int | None]
"""Gives the place of a record by some key of it."""


class _Segment(NamedTuple):
    number: int
    place: int
    length: int
    total: int | None
    uri: int


class Segments:
    """The chains of segmented records (WARC 1.1 section 7), gathered as records go by and looked at when all have."""

    def __init__(self) -> None:
        self.chains: dict[int, list[_Segment]] = {}

    def add(self, place: int, record: Record) -> None:
        """Enters a record that has a segment number."""
        number = grammar.number(record.get("WARC-Segment-Number"))
        first = record.type != "continuation"
        origin = record.id if first else bare(record.get("WARC-Segment-Origin-ID"))
        if number is not None and origin is not None:
            total = grammar.number(record.get("WARC-Segment-Total-Length"))
            segment = _Segment(number, place, record.block_length, total, key_of(record.uri or ""))
            self.chains.setdefault(key_of(origin), []).append(segment)

    def extend(self, other: "Segments") -> None:
        """Enters all that another has gathered."""
        for origin, chain in other.chains.items():
            self.chains.setdefault(origin, []).extend(chain)

    def check(self, record_at: At, *, alone: bool) -> Iterator[tuple[int, Finding]]:
        """What is wrong with each chain, and the place of its first segment here.

        A file that is `alone` may hold the middle of a chain.
        """
        for chain in self.chains.values():
            chain.sort()
            fault = _fault(chain, alone=alone)
            if fault is None and chain[0].number == 1 and chain[-1].total is not None:
                fault = _payload_fault([segment.place for segment in chain], record_at)
            if fault:
                yield chain[0].place, Finding(code="E225", message=fault)


def _fault(chain: list[_Segment], *, alone: bool) -> str | None:
    numbers = [segment.number for segment in chain]
    if len(set(numbers)) < len(numbers):
        return "Two segments of the record have one number."
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or (numbers[0] != 1 and not alone):
        return f"The record's segments are not all here: numbers {numbers[:9]}."
    if len({segment.uri for segment in chain}) > 1:
        return "The record's segments have different target URIs (WARC 1.1 section 7)."
    if any(segment.total is not None for segment in chain[:-1]):
        return "A segment that is not the last states the total length."
    total, length = chain[-1].total, sum(segment.length for segment in chain)
    if total is None:
        return None if alone else "The last segment does not state the total length."
    if numbers[0] == 1 and total != length:
        return f"The record's segments have {length} bytes together, and not {total} as the last one says."
    return None


def _payload_fault(places: list[int], record_at: At) -> str | None:
    """The first segment's payload digest is that of the whole (section 5.9); not looked at if a block is too long."""
    records = (record_at(place) for place in places)
    first = next(records, None)
    stated = _stated(first) if first is not None else None
    if first is None or stated is None:
        return None
    sums = [hashlib.new(stated.algorithm, usedforsecurity=False) for _ in range(2)]
    is_http = (first.get("Content-Type") or "").lower().startswith("application/http")
    entity = http.Entity(sums[:1], sums[1:]) if is_http else None
    tell: Callable[[bytes], object] = entity.feed if entity else sums[0].update
    for record in (first, *records):
        if record is None or record.block is None:
            return None
        tell(record.block)
    known = sums if entity and entity.is_chunked else sums[:1]
    if stated.value in [each.digest() for each in known]:
        return None
    return "The payload digest of the first segment is not that of all segments together."


def _stated(record: Record) -> digests.Labelled | None:
    try:
        return digests.parse(record.get("WARC-Payload-Digest") or "")
    except KeyError:
        return None


class Revisits:
    """Revisits: each is later than what it refers to and, where that is here, of its payload (section 6.7).

    What a revisit refers to it names by its id, or by its address and date, which is all that players look for.
    """

    def __init__(self) -> None:
        # Of each revisit its place, and the keys of the two; 0 for what it does not name.
        self.places, self.ids, self.dates = array("Q"), array("Q"), array("Q")
        self.early: list[int] = []

    def add(self, place: int, record: Record) -> None:
        """Enters a revisit."""
        target, uri = bare(record.get("WARC-Refers-To")), bare(record.get("WARC-Refers-To-Target-URI"))
        date = record.get("WARC-Refers-To-Date")
        self.places.append(place)
        self.ids.append(key_of(target) if target and target != record.id else 0)
        self.dates.append(dated_key(uri, date) if uri and date else 0)
        if _is_before(record.get("WARC-Date"), date):
            self.early.append(place)

    def extend(self, other: "Revisits") -> None:
        """Enters all that another has gathered."""
        self.places.extend(other.places)
        self.ids.extend(other.ids)
        self.dates.extend(other.dates)
        self.early.extend(other.early)

    def check(self, record_at: At, known: Find, dated: Find) -> Iterator[tuple[int, Finding]]:
        """What is wrong with revisits, each against what it refers to.

        `known` gives the place of a record by the key of its id, `dated` that of a capture by its `dated_key`.
        """
        for place in self.early:
            yield place, Finding(code="W246", message="The revisit is earlier than the capture that it refers to.")
        for place, target, date in zip(self.places, self.ids, self.dates, strict=True):
            original = known(target) if target else None
            original = dated(date) if original is None and date else original
            if original is None:
                continue
            here, there = record_at(place), record_at(original)
            if here is not None and there is not None:
                yield from ((place, each) for each in _unlike(here, there))

    def dangling(self, dated: Find) -> Iterator[int]:
        """The revisits that name no id, and an address and date of which there is no capture here."""
        for place, target, date in zip(self.places, self.ids, self.dates, strict=True):
            if date and not target and dated(date) is None:
                yield place

    def settled(self, known: Find, dated: Find) -> Iterator[int]:
        """The revisits whose id leads to nothing here, while their address and date lead to a capture."""
        for place, target, date in zip(self.places, self.ids, self.dates, strict=True):
            if target and date and known(target) is None and dated(date) is not None:
                yield place


def dated_key(uri: str, date: str) -> int:
    """The key of a capture by its address and the second of its date, as far as that goes."""
    return key_of(uri, timestamp(date))


def _unlike(revisit: Record, original: Record) -> Iterator[Finding]:
    """In what a revisit is not of its original."""
    here, there = _stated(revisit), _stated(original)
    is_identical = "identical-payload-digest" in (revisit.get("WARC-Profile") or "") and original.type != "revisit"
    if is_identical and here and there and here.algorithm == there.algorithm and here != there:
        message = "The revisit's payload digest is not that of the record that it refers to."
        found, expected = (f"{each.algorithm}:{each.value.hex()}" for each in (here, there))
        yield Finding(code="E617", message=message, found=found, expected=expected)
    uri, date = bare(revisit.get("WARC-Refers-To-Target-URI")), revisit.get("WARC-Refers-To-Date")
    if uri is not None and uri != original.uri:
        yield _other("WARC-Refers-To-Target-URI", uri, original.uri)
    if date is not None and not _digits(date).startswith(_digits(original.get("WARC-Date"))[: len(_digits(date))]):
        yield _other("WARC-Refers-To-Date", date, original.get("WARC-Date"))


def _other(name: str, found: str, expected: str | None) -> Finding:
    message = f"{name} is not that of the record that the revisit refers to."
    return Finding(code="W246", message=message, found=found[:200], expected=(expected or "")[:200])


def _is_before(date: str | None, other: str | None) -> bool:
    """Whether a date is before another, as far as both go."""
    one, two = _digits(date), _digits(other)
    common = min(len(one), len(two))
    return one[:common] < two[:common]


def _digits(date: str | None) -> str:
    return "".join(char for char in (date or "")[:40] if char.isdecimal())
