"""What is kept of the records of a package while they go by, in few bytes each, and how two such heaps become one."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archiver.verify.kinship import Revisits, Segments
from archiver.verify.losses import Losses
from archiver.verify.pages import Rows
from archiver.verify.table import Table

REFERENCES = ("WARC-Refers-To", "WARC-Concurrent-To", "WARC-Warcinfo-ID", "WARC-Segment-Origin-ID")

_COUNTED = (("findings", "code"), ("repairs", "rule"), ("links", "kind"), ("tweets", "form"))


@dataclass(slots=True)
class Tally:
    """What was counted on the way: articles, rejections, and what their records list, as the run report counts it.

    `hurt` are the files with an error of their own, whose records are surely not those that were counted once.
    """

    articles: int = 0
    rejected: int = 0
    rejections: Table = field(default_factory=Table)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name, _ in _COUNTED})
    warcs: dict[str, tuple[int, str]] = field(default_factory=dict)
    hurt: set[str] = field(default_factory=set)

    def add(self, record: Mapping[str, Any]) -> None:
        """Counts what a valid article or rejection record lists."""
        for name, kind in _COUNTED:
            counts = self.counts[name]
            for each in record.get(name, ()):
                counts[each[kind]] += 1

    def extend(self, other: "Tally") -> None:
        """Adds what another has counted."""
        self.articles += other.articles
        self.rejected += other.rejected
        self.rejections.extend(other.rejections)
        for name, counted in other.counts.items():
            self.counts[name].update(counted)
        self.warcs |= other.warcs
        self.hurt |= other.hurt


@dataclass(slots=True)
class Gathered:
    """What is kept of records that have gone by, for what can only be said of all together."""

    ids: Table = field(default_factory=Table)
    infos: Table = field(default_factory=Table)
    conversions: Table = field(default_factory=Table)
    captures: Table = field(default_factory=Table)
    # The keys of captures by those of their rows without a digest of the record, which other software may leave out.
    loose: Table = field(default_factory=Table)
    rows: Rows = field(default_factory=Rows)
    references: "dict[str, tuple[array[int], array[int]]]" = field(
        default_factory=lambda: {name.lower(): (array("Q"), array("Q")) for name in REFERENCES}
    )
    # Records that name themselves, and in which field: a number of `REFERENCES`.
    selfish: "tuple[array[int], array[int]]" = field(default_factory=lambda: (array("Q"), array("B")))
    deferred: "array[int]" = field(default_factory=lambda: array("Q"))
    unclaimed: set[int] = field(default_factory=set)
    segments: Segments = field(default_factory=Segments)
    revisits: Revisits = field(default_factory=Revisits)
    # What a revisit of other software may refer to by address and date alone, by `kinship.dated_key`.
    dated: Table = field(default_factory=Table)
    losses: Losses = field(default_factory=Losses)
    tally: Tally = field(default_factory=Tally)

    def extend(self, other: "Gathered") -> None:
        """Adds what was gathered elsewhere."""
        self.ids.extend(other.ids)
        self.infos.extend(other.infos)
        self.conversions.extend(other.conversions)
        self.captures.extend(other.captures)
        self.loose.extend(other.loose)
        self.rows.extend(other.rows)
        for name, (keys, places) in other.references.items():
            self.references[name][0].extend(keys)
            self.references[name][1].extend(places)
        for mine, theirs in zip(self.selfish, other.selfish, strict=True):
            mine.extend(theirs)
        self.deferred.extend(other.deferred)
        self.unclaimed |= other.unclaimed
        self.segments.extend(other.segments)
        self.revisits.extend(other.revisits)
        self.dated.extend(other.dated)
        self.losses.extend(other.losses)
        self.tally.extend(other.tally)
