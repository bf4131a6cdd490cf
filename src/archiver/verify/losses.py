"""What damage takes with it: bytes that were left out, and findings that only say so again in other words."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.findings import Finding

# What is found of records that are not there, where some could not be read.
_FOLLOW = frozenset(("E225", "E429", "E601", "E602", "E604", "E611", "E612", "E613", "I616"))
_END = 1 << 62
# Of a file with more gaps than these the rest is one; and no more findings than these are held to be kept back.
_MOST_SPANS = 1 << 16
_MOST_KEPT = 1 << 10


class Losses:
    """The spans of places whose bytes were left out, and how many findings of each code are kept back for them.

    One damaged byte would else be told by everything that hangs on the record that it is in.
    """

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self._sorted: list[tuple[int, int]] | None = None
        self._kept_back: Counter[str] = Counter()

    def begin(self, place: int) -> None:
        """Bytes are left out from here on."""
        if len(self.spans) < _MOST_SPANS:
            self.spans.append((place, _END))
        else:
            self.spans[-1] = self.spans[-1][0], _END

    def end(self, place: int) -> None:
        """A record starts here."""
        if self.spans and self.spans[-1][1] == _END:
            self.spans[-1] = self.spans[-1][0], place

    def extend(self, other: "Losses") -> None:
        """Adds what was lost elsewhere."""
        self.spans.extend(other.spans)

    def covers(self, place: int) -> bool:
        """Whether a place is within bytes that were left out. To be asked once all are known."""
        if self._sorted is None:
            self._sorted = sorted(self.spans)
        at = bisect_right(self._sorted, (place, _END)) - 1
        return at >= 0 and place < self._sorted[at][1]

    def keep_back(self, code: str, count: int = 1) -> None:
        """Counts findings that are explained by others."""
        self._kept_back[code] += count

    def explain(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings without those that follow from bytes that were left out."""
        for each in findings:
            if self.spans and each.code in _FOLLOW:
                self.keep_back(each.code)
            else:
                yield each

    def explain_by(self, causes: int, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, unless there are no more of them than of their `causes`."""
        rest = iter(findings)
        found = list(islice(rest, min(causes, _MOST_KEPT) + 1))
        if len(found) > min(causes, _MOST_KEPT):
            yield from found
            yield from rest
            return
        for each in found:
            self.keep_back(each.code)

    def note(self) -> Iterator[Finding]:
        """How many findings were kept back, and of which codes."""
        if self._kept_back:
            codes = ", ".join(f"{code} × {count}" for code, count in sorted(self._kept_back.items()))
            message = "Further findings only say again that what is damaged is missed elsewhere; they are not listed."
            yield Finding(code="I623", message=message, found=codes)
