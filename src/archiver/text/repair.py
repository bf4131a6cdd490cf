"""Normalising: named rules, applied in order, each change an edit that the ledger keeps.

Order matters. What no text can carry goes first (undecodable bytes, lone surrogates, control characters) together with
line ends; then damaged lines are mended one by one, so that no state leaks from one line to the next; white space goes
last, because a no-break space is also the second half of many a broken character. The line structure is kept: a rule
never joins or splits lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from archiver.model import Confidence, Repair, Span
from archiver.text import mojibake
from archiver.text.damage import is_suspicious, suspicious_lines
from archiver.text.ledger import Alignment, Edit, apply, edited, joined, ledger, then
from archiver.text.rules import AFTER, BEFORE, CONTINUATION, RULES, Row
from archiver.text.whitespace import unfit, white_space

CONFIDENCES: tuple[Confidence, ...] = ("low", "high", "certain")
# A line, and then the text, is mended again until nothing is left to mend. What takes longer than this is no damage.
_MOST_ROUNDS = 50
# What a character leaves that cannot be had back: U+FFFD, a byte without meaning, an emoji or a mark that lost bytes.
_LOST = re.compile(f"\ufffd+|[\x80-\x9f]+|ðŸ[{CONTINUATION}]?(?![{CONTINUATION}])(?:â€(?![{CONTINUATION}]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A normalised text and the ledger that leads back to its source.

    `suggestions` were seen and not made, being less sure than was asked for: `before` stands at `source_span` of the
    source, and what became of it, at `span` of the text, would become `after`. `lost` are the places in the text
    where characters are lost for good, or where data stands that is no text.
    """

    text: str
    repairs: tuple[Repair, ...]
    suggestions: tuple[Repair, ...] = ()
    lost: tuple[Span, ...] = ()


def repair(source: str, field: str = "text", *, min_confidence: Confidence = "high") -> Repaired:
    """Normalise a decoded source. `field` is for the entries; what is less sure than `min_confidence` is suggested.

    >>> repaired = repair("The cafÃ©\\xa0is open. \\r\\n")
    >>> repaired.text
    'The café is open.\\n'
    >>> [(entry.rule, entry.before, entry.after) for entry in repaired.repairs][:2]
    [('mojibake', 'Ã©', 'é'), ('no-break-space', '\\xa0', ' ')]
    >>> [(entry.rule, entry.before, entry.after) for entry in repair("heâ€s late").suggestions]
    [('ambiguous-quote', 'â€', '’')]
    """
    if "\r" not in source and not is_suspicious(source):
        edits = list(white_space(source))
        if not edits:
            return Repaired(text=source, repairs=())
        return Repaired(text=edited(source, edits), repairs=ledger(source, edits, field))
    edits = _normalised(source, min_confidence)
    text = edited(source, edits)
    repairs = ledger(source, edits, field)
    lines = list(suspicious_lines(text))
    further = _normalised(text, "low") if _further(lines, min_confidence) else []
    suggestions = _suggested(source, repairs, ledger(text, further, field))
    return Repaired(text=text, repairs=repairs, suggestions=suggestions, lost=tuple(_lost(lines)))


def _further(lines: Iterable[tuple[int, str]], least: Confidence) -> bool:
    """Whether rules less sure than `least` find something in mended lines."""
    if least == "certain":
        return True
    unsure = _unsure(least)
    return any(row.sign in line and _by_row(line, row) for _, line in lines for row in unsure)


@cache
def _unsure(least: Confidence) -> tuple[Row, ...]:
    return tuple(row for row in (*BEFORE, *AFTER) if not _sure(row.rule, least))


def _suggested(source: str, repairs: Sequence[Repair], entries: Sequence[Repair]) -> tuple[Repair, ...]:
    """Entries about the normalised text, told of the source. One within a repair is told of all that it wrote."""
    text = apply(source, repairs)
    alignment = Alignment(repairs)
    return tuple(_told(entry, source, text, repairs, alignment) for entry in entries)


def _told(entry: Repair, source: str, text: str, repairs: Sequence[Repair], alignment: Alignment) -> Repair:
    start, end = entry.source_span
    touched = [one.span for one in repairs if one.span.start < end and one.span.end > start] if start < end else []
    here = Span(min([start, *(one.start for one in touched)]), max([end, *(one.end for one in touched)]))
    there = alignment.to_source(here)
    after = text[here.start : start] + entry.after + text[end : here.end]
    return replace(entry, before=there.of(source), after=after, source_span=there, span=here)


def _lost(suspicious: Iterable[tuple[int, str]]) -> Iterator[Span]:
    """Where something is lost, in order: lines that are no text, and in others what `_LOST` finds."""
    for place, line in suspicious:
        if mojibake.is_bad(line) and mojibake.is_noise(line):
            yield Span(place, place + len(line))
        else:
            yield from (Span(place + match.start(), place + match.end()) for match in _LOST.finditer(line))


def _normalised(source: str, least: Confidence) -> list[Edit]:
    """The edits that lead to a text in which no rule as sure as `least` finds anything."""
    edits: list[Edit] = []
    text = source
    for _ in range(_MOST_ROUNDS):
        done = text
        for stage in (unfit, lambda text: _mended_lines(text, least), white_space):
            if made := [edit for edit in stage(text) if _sure(edit.rule, least)]:
                edits = then(source, edits, made)
                text = edited(text, made)
        if text == done:
            break
    return list(joined(edits))


@cache
def _sure(rule: str, least: Confidence) -> bool:
    return CONFIDENCES.index(RULES[rule].confidence) >= CONFIDENCES.index(least)


def _mended_lines(text: str, least: Confidence) -> Iterator[Edit]:
    for place, line in suspicious_lines(text):
        for edit in _mended(line, least):
            yield edit.moved(place)


def _mended(line: str, least: Confidence) -> list[Edit]:
    """The edits of one line: rule after rule, until none finds anything."""
    edits: list[Edit] = []
    text = line
    for _ in range(_MOST_ROUNDS):
        made = _next(text, least)
        if not made:
            break
        edits = then(line, edits, made)
        text = edited(text, made)
    return edits


def _next(line: str, least: Confidence) -> list[Edit]:
    """The first edits that some rule makes in `line`; none where nothing is left to do, or where it is no text."""
    bad = mojibake.is_bad(line)
    reading = bad and _sure("mojibake", least)
    if reading and (made := mojibake.mend(line, exact=True)):
        return made
    if bad and mojibake.is_noise(line):
        return []
    return _by_rows(line, BEFORE, least) or (mojibake.mend(line) if reading else []) or _by_rows(line, AFTER, least)


def _by_rows(line: str, rows: tuple[Row, ...], least: Confidence) -> list[Edit]:
    return next(filter(None, (_by_row(line, row) for row in _applied(rows, least) if row.sign in line)), [])


@cache
def _applied(rows: tuple[Row, ...], least: Confidence) -> tuple[Row, ...]:
    return tuple(row for row in rows if _sure(row.rule, least))


def _by_row(line: str, row: Row) -> list[Edit]:
    edits: list[Edit] = []
    for match in row.pattern.finditer(line):
        start, end = match.span(row.group)
        after = row.after if isinstance(row.after, str) else row.after(match)
        if line[start:end] != after and (row.needs is None or row.needs(match)):
            edits.append(mojibake.edit(start, end, after, row.rule))
    return edits
