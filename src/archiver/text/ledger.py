"""The ledger: every change between a decoded source and its normalised text, and how to walk it in both directions.

An `Edit` is a change in the making, placed in the text that it changes; `then` composes what two rules did one after
the other; `ledger` turns edits into the `Repair`s of the record. Repairs are sorted, do not overlap and are total: what
no repair names is equal on both sides.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from archiver.model import Confidence, Repair, Span


class LedgerError(ValueError):
    """A ledger does not fit the text that it is played on; `index` is the entry that does not."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(f"repair {index}: {message}")
        self.index = index


class Edit(NamedTuple):
    """Replace code points `start` to `end` of a text by `after`, because of `rule`; `plan` as `Repair` has it.

    A tuple, for there are thousands of them where a text is damaged throughout.
    """

    start: int
    end: int
    after: str
    rule: str
    confidence: Confidence
    by: str
    plan: str | None = None

    def moved(self, by: int) -> "Edit":
        """The same edit, so many code points further on."""
        return Edit(self.start + by, self.end + by, *self[2:])


def apply(source: str, repairs: Sequence[Repair]) -> str:
    """The normalised text: `source` with every repair made. Raises LedgerError where an entry does not fit.

    >>> from archiver.model import Span
    >>> entry = Repair(rule="mojibake", before="â€™", after="’", source_span=Span(2, 5), span=Span(2, 3),
    ...                confidence="high", by="ftfy 6.3.1")
    >>> apply("itâ€™s", [entry]), unapply("it’s", [entry])
    ('it’s', 'itâ€™s')
    """
    return _play(source, [(entry.source_span, entry.span, entry.before, entry.after) for entry in repairs])


def unapply(text: str, repairs: Sequence[Repair]) -> str:
    """The decoded source again: `text` with every repair taken back. Raises LedgerError where an entry does not fit."""
    return _play(text, [(entry.span, entry.source_span, entry.after, entry.before) for entry in repairs])


def _play(text: str, changes: Iterable[tuple[Span, Span, str, str]]) -> str:
    pieces: list[str] = []
    done = written = 0
    for index, (here, there, old, new) in enumerate(changes):
        if here.start < done:
            raise LedgerError(index, f"starts at {here.start}, before the end of the entry before it ({done})")
        if text[here.start : here.end] != old or here.end > len(text):
            raise LedgerError(index, f"the text at {here.start} to {here.end} is not what the entry says")
        written += here.start - done
        if (written, written + len(new)) != there:
            raise LedgerError(index, f"its other side stands at {written}, not at {there.start}")
        pieces += (text[done : here.start], new)
        done, written = here.end, there.end
    pieces.append(text[done:])
    return "".join(pieces)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """`text` with sorted, disjoint `edits` made."""
    pieces: list[str] = []
    done = 0
    for edit in edits:
        pieces += (text[done : edit.start], edit.after)
        done = edit.end
    pieces.append(text[done:])
    return "".join(pieces)


def then(source: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """The edits of `source` that amount to `first`, and then `second` made on the result of `first`.

    Edits that only touch stay apart, each with its own rule. Where one of `second` overlaps what `first` wrote, the two
    become one edit under the rule that is less sure, so that a guess never hides behind what followed from it; of
    equally sure ones under that which has no plan, and then under the first: it explains what stood in the source.
    """
    if not first or not second:
        return list(first or second)
    composed = (_merged(source, group, shift) for group, shift in _groups(first, second))
    return [edit for edit in composed if source[edit.start : edit.end] != edit.after]


_Group = tuple[list[Edit], list[Edit]]


def _groups(first: Sequence[Edit], second: Sequence[Edit]) -> Iterator[tuple[_Group, int]]:
    """Runs of edits that overlap in the middle text, each with the shift from source to middle text before it."""
    group: _Group = ([], [])
    high = shift = moved = 0
    for start, end, stage, edit in _in_middle(first, second):
        if (group[0] or group[1]) and start >= high:
            yield group, shift
            group, shift = ([], []), shift + moved
            moved = 0
        group[stage].append(edit)
        high = max(high, end)
        moved += len(edit.after) - (edit.end - edit.start) if stage == 0 else 0
    yield group, shift


def _in_middle(first: Sequence[Edit], second: Sequence[Edit]) -> list[tuple[int, int, int, Edit]]:
    """All edits with their place in the middle text; what has no width there comes before what starts there."""
    placed = [(edit.start, edit.end, 1, edit) for edit in second]
    shift = 0
    for edit in first:
        start = edit.start + shift
        placed.append((start, start + len(edit.after), 0, edit))
        shift += len(edit.after) - (edit.end - edit.start)
    return sorted(placed, key=lambda item: item[:3])


def _merged(source: str, group: _Group, shift: int) -> Edit:
    first, second = group
    if not second:
        return first[0]
    start = min([edit.start for edit in first[:1]] + [second[0].start - shift])
    behind = shift + sum(len(edit.after) - (edit.end - edit.start) for edit in first)
    end = max([edit.end for edit in first[-1:]] + [second[-1].end - behind])
    middle = edited(source[start:end], _moved(first, -start))
    after = edited(middle, _moved(second, -(start + shift)))
    explaining = min(first + second, key=lambda edit: (_SURENESS.index(edit.confidence), edit.plan is not None))
    return explaining._replace(start=start, end=end, after=after, plan=_plan(group))


_SURENESS: tuple[Confidence, ...] = ("low", "high", "certain")


def _plan(group: _Group) -> str | None:
    """The steps of both stages, one after the other."""
    plans = (next((edit.plan for edit in stage if edit.plan), None) for stage in group)
    return " → ".join(plan for plan in plans if plan) or None


def _moved(edits: Iterable[Edit], by: int) -> Iterator[Edit]:
    return (edit.moved(by) for edit in edits)


def joined(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Sorted, disjoint edits, with those made one that touch and that one rule made in one way."""
    last: Edit | None = None
    for edit in edits:
        if last and last.end == edit.start and last[3:] == edit[3:]:
            last = Edit(last.start, edit.end, last.after + edit.after, *edit[3:])
            continue
        if last:
            yield last
        last = edit
    if last:
        yield last


def ledger(source: str, edits: Iterable[Edit], field: str = "text") -> tuple[Repair, ...]:
    """The entries of the record for sorted, disjoint `edits` of `source`."""
    shift = 0
    entries = []
    for edit in edits:
        start = edit.start + shift
        shift += len(edit.after) - (edit.end - edit.start)
        entries.append(
            Repair(
                rule=edit.rule,
                before=source[edit.start : edit.end],
                after=edit.after,
                source_span=Span(edit.start, edit.end),
                span=Span(start, start + len(edit.after)),
                confidence=edit.confidence,
                by=edit.by,
                field=field,
                plan=edit.plan,
            )
        )
    return tuple(entries)


class Alignment:
    """Maps places in the normalised text to places in the decoded source."""

    def __init__(self, repairs: Sequence[Repair]) -> None:
        self._repairs = repairs
        self._starts = [entry.span.start for entry in repairs]
        self._ends = [entry.span.end for entry in repairs]

    def to_source(self, span: Span) -> Span:
        """The part of the source that became `span`. A boundary inside a repair moves outward to the repair's boundary.

        >>> entry = Repair(rule="mojibake", before="â€™", after="’", source_span=Span(2, 5), span=Span(2, 3),
        ...                confidence="high", by="ftfy 6.3.1")
        >>> Alignment([entry]).to_source(Span(3, 4))
        Span(start=5, end=6)
        """
        return Span(self._start(span.start), max(self._start(span.start), self._end(span.end)))

    def _start(self, at: int) -> int:
        """The leftmost source place for a span that starts at `at`: behind every repair that ends there."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return at
        entry = self._repairs[index]
        if at < entry.span.end:
            return entry.source_span.start
        return entry.source_span.end + (at - entry.span.end)

    def _end(self, at: int) -> int:
        """The rightmost source place for a span that ends at `at`: before every repair that starts there."""
        index = bisect_left(self._ends, at)
        if index == len(self._repairs):
            return at if not self._repairs else self._repairs[-1].source_span.end + (at - self._ends[-1])
        entry = self._repairs[index]
        if entry.span.start < at:
            return entry.source_span.end
        return entry.source_span.start - (entry.span.start - at)
