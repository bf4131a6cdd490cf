"""Findings that are noted before they are asked for: so many, and how many more there are."""

from collections import Counter
from collections.abc import Iterator

from archiver.findings import Finding

_MOST = 1 << 10


class Noted:
    """Findings in the order in which they were noted: of each code no more than 1,024, and how many more there are."""

    def __init__(self) -> None:
        self._held: list[Finding] = []
        self._counts: Counter[str] = Counter()

    def append(self, finding: Finding) -> None:
        """Notes a finding."""
        self._counts[finding.code] += 1
        if self._counts[finding.code] <= _MOST:
            self._held.append(finding)

    def __iter__(self) -> Iterator[Finding]:
        yield from self._held
        for code, count in sorted(self._counts.items()):
            if count > _MOST:
                first = next(each for each in self._held if each.code == code)
                yield Finding(code=code, message=f"There are {count - _MOST:,} more of these.", file=first.file)
