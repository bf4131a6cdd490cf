"""The conversions of a file of `derived/`, read in step with the articles of its partner in `archive/`."""

from collections.abc import Iterator, Mapping

from archiver.findings import Finding
from archiver.warc.reader import Record, bare


class Conversions:
    """The conversions of a derived file, taken as the articles of its archive file come by."""

    def __init__(self, walk: Iterator[tuple[int, Record | Finding]]) -> None:
        self._walk = walk
        self._findings: list[Finding] = []
        self._left: list[int] = []
        self._next: tuple[int, Record] | None = None

    def of(self, original_id: str, seen: Mapping[str, object]) -> Record | None:
        """The conversion of an original, if it is the next. One whose original has gone by already is passed over."""
        while (each := self._peek()) is not None:
            place, record = each
            about = bare(record.get("WARC-Refers-To")) or ""
            if about == original_id:
                self._next = None
                return record
            if about not in seen:
                return None
            self._next = None
            self._left.append(place)
        return None

    def findings(self) -> Iterator[Finding]:
        """What was found in the file since the last call."""
        found, self._findings = self._findings, []
        yield from found

    def rest(self) -> list[int]:
        """The places of the conversions that no article took."""
        while (each := self._peek()) is not None:
            self._left.append(each[0])
            self._next = None
        return self._left

    def _peek(self) -> tuple[int, Record] | None:
        while self._next is None:
            each = next(self._walk, None)
            if each is None:
                return None
            if isinstance(each[1], Finding):
                self._findings.append(each[1])
            elif each[1].type == "conversion":
                self._next = (each[0], each[1])
        return self._next
