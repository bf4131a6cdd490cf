"""What records of a package say of each other, once all have gone by: ids, references, segments and revisits."""

from collections.abc import Iterator

from archiver.findings import Finding
from archiver.verify.gathered import REFERENCES, Gathered
from archiver.verify.lookup import Lookup, is_copy
from archiver.warc.reader import Record

_INFO = "WARC-Warcinfo-ID"
_TO = "WARC-Refers-To"


class Relations:
    """The relations among what was `gathered`; `lookup` reads records again by their places.

    A file that is `alone` may speak of records in others; of a package with a run report (`reported`) all is in it.
    """

    def __init__(self, gathered: Gathered, lookup: Lookup, *, alone: bool, reported: bool) -> None:
        self._gathered = gathered
        self._lookup = lookup
        self._alone = alone
        self._reported = reported

    def ids(self) -> Iterator[Finding]:
        """Ids that repeat, references that dangle, and records that refer to themselves."""
        yield from self._repeated()
        known = self._gathered.ids.find
        settled = frozenset(self._gathered.revisits.settled(known, self._gathered.dated.find))
        for name in REFERENCES:
            for key, place in zip(*self._gathered.references[name.lower()], strict=True):
                if name == _TO and place in settled:
                    continue
                if known(key) is None:
                    yield self._lookup.placed(place, self._dangling(name))
                elif name == _INFO and self._gathered.infos.find(key) is None:
                    message = f"{name} names a record that is no warcinfo."
                    yield self._lookup.placed(place, Finding(code="W618", message=message))
        for place, number in zip(*self._gathered.selfish, strict=True):
            code = "W245" if REFERENCES[number] == "WARC-Concurrent-To" else "E244"
            message = f"{REFERENCES[number]} names the record itself."
            yield self._lookup.placed(place, Finding(code=code, message=message))

    def kin(self) -> Iterator[Finding]:
        """Segments of one record, and revisits of another."""
        found, dated, revisits = self._lookup.found, self._gathered.dated.find, self._gathered.revisits
        for place, finding in self._gathered.segments.check(found, alone=self._alone):
            yield self._lookup.placed(place, finding)
        for place, finding in revisits.check(found, self._gathered.ids.find, dated):
            yield self._lookup.placed(place, finding)
        for place in () if self._reported else revisits.dangling(dated):
            message = "The revisit names by address and date a capture that is not here."
            yield self._lookup.placed(place, absent(self._alone, "W626", message))

    def _repeated(self) -> Iterator[Finding]:
        """Ids of several records: of others, or of copies of one."""
        before: int | None = None
        original: Record | None = None
        for first, second in self._gathered.ids.repeated():
            if first != before:
                before, original = first, self._lookup.found(first)
            where = "{} at byte {}".format(*self._lookup.where(first))
            record = self._lookup.found(second)
            if record is not None and original is not None and is_copy(record, original):
                finding = Finding(code="W241", message=f"The record is a copy of one in {where}.")
            else:
                finding = Finding(code="E223", message=f"The record has the id of another, in {where}.")
            name, offset = self._lookup.where(second)
            yield finding.at(file=name, offset=offset, record=record.id if record and record.length else None)

    def _dangling(self, name: str) -> Finding:
        """A record of other software may speak of one in another package: of its warcinfo (WARC 1.1 section 5.16), of a
        request, or of what a later crawl revisits, which then does not replay."""
        code = "E601" if self._reported or name == "WARC-Segment-Origin-ID" else "W626" if name == _TO else "I616"
        return absent(self._alone, code, f"{name} names a record that is not here.")


def absent(is_alone: bool, code: str, message: str) -> Finding:
    """That a record is not here: a file by itself may speak of others (`I616`)."""
    return Finding(code="I616" if is_alone else code, message=message)
