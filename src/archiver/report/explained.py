"""Repairs explained to people: where, what stood there, what stands there now, by which rule, and why."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from archiver.model import Repair
from archiver.package.safe import exact
from archiver.report import plain
from archiver.text.rules import RULES, WHITE_SPACE

AROUND = 32
"""How much of the line is shown on either side of a change, in code points."""
LONGEST = 200
PLACES = 8
"""White space is told by rule; so many of its lines are named."""


def explained(source: str, text: str, repairs: Sequence[Repair]) -> Iterator[str]:
    """Each repair of `source` that led to `text`, with its line, a marked before and after, and its rule's sentence.

    White space is counted by rule. `repairs` are those of one field.

    >>> from archiver.text.repair import repair
    >>> repaired = repair("The cafÃ© is open.")
    >>> print("\\n".join(list(explained("The cafÃ© is open.", repaired.text, repaired.repairs))[:3]))
      line 1, column 8  mojibake (high)
        before  The caf⟦Ã©⟧ is open.
        after   The caf⟦é⟧ is open.
    """
    lines = _Lines(text)
    space: dict[str, list[int]] = defaultdict(list)
    for entry in repairs:
        if entry.rule in WHITE_SPACE:
            space[entry.rule].append(lines.place(entry.span.start)[0])
        else:
            yield from _change(source, text, entry, lines)
    for rule, places in sorted(space.items()):
        yield f"  {rule} × {len(places):,}, {_listed(places)}"
        yield f"    {RULES[rule].says}"


def suggested(source: str, text: str, suggestions: Iterable[Repair]) -> Iterator[str]:
    """Each repair that was seen and not made, told in the same way."""
    lines = _Lines(text)
    for entry in suggestions:
        yield from _change(source, text, entry, lines, made=False)


class _Lines:
    """Lines and columns of places in a text, both from one."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        while place := text.find("\n", self._starts[-1]) + 1:
            self._starts.append(place)

    def place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1


def _change(source: str, text: str, entry: Repair, lines: _Lines, *, made: bool = True) -> Iterator[str]:
    line, column = lines.place(entry.span.start)
    field = "" if entry.field == "text" else f"{entry.field}, "
    yield f"  {field}line {line}, column {column}  {entry.rule} ({entry.confidence})"
    yield f"    before  {_marked(source, *entry.source_span, entry.before)}"
    yield f"    {'after  ' if made else 'instead'} {_marked(text, *entry.span, entry.after)}"
    if entry.rule in RULES:
        yield f"    {RULES[entry.rule].says}"
    yield f"    {f'{entry.plan} ({entry.by})' if entry.plan else entry.by}"


def _marked(whole: str, start: int, end: int, changed: str) -> str:
    """The change within its line, between marks that no news article uses."""
    before = whole[max(0, start - AROUND) : start].rpartition("\n")[2]
    behind = whole[end : end + AROUND].partition("\n")[0]
    opening = "…" if start > AROUND and len(before) == AROUND else ""
    closing = "…" if len(behind) == AROUND and end + AROUND < len(whole) else ""
    return f"{opening}{plain.line(before)}⟦{exact(changed, LONGEST)}⟧{plain.line(behind)}{closing}"


def _listed(places: Sequence[int]) -> str:
    lines = sorted(set(places))
    shown = ", ".join(map(str, lines[:PLACES]))
    more = f" and {len(lines) - PLACES:,} more" if len(lines) > PLACES else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"


def rules() -> Iterator[str]:
    """Every rule: its name, how sure it is, and what it says."""
    longest = max(map(len, RULES))
    for name, rule in sorted(RULES.items()):
        yield f"{name:{longest}}  {rule.confidence:7}  {rule.says}"
