"""Normalising: named rules, applied in order, each change an edit that the ledger keeps.

Order matters. What no text can carry goes first (undecodable bytes, lone surrogates, control characters) together with line
ends; then encodings are undone line by line, so that no state leaks from one line to the next; white space goes last, because
a no-break space is also the second half of many a broken character. The line structure is kept: a rule never joins or splits.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from archiver import __version__
from archiver.model import Confidence, Repair
from archiver.text.ledger import Edit, edited, ledger, then

BY = f"archiver {__version__}"
# ftfy looks at a line as a whole. A line longer than this is cut at a blank, so that time and memory stay bounded.
LONGEST_PIECE = 20_000


class Rule(NamedTuple):
    """A rule's name is part of the record's format: it never changes its meaning."""

    confidence: Confidence
    says: str


RULES: dict[str, Rule] = {
    "byte-order-mark": Rule("certain", "A byte order mark at the start says how to decode; it is no part of the text."),
    "line-end": Rule("certain", "Lines end with a line feed."),
    "undecodable-byte": Rule("certain", "A byte that the encoding does not know is lost; U+FFFD marks its place."),
    "lone-surrogate": Rule("certain", "Half a surrogate pair is no character; U+FFFD marks its place."),
    "control-character": Rule("certain", "A control character has no place in text; a page or line feed of printers becomes a blank."),
    "mojibake": Rule("high", "The characters are UTF-8 that was read in another encoding; it is read as UTF-8 again."),
    "no-break-space": Rule("certain", "A no-break space becomes a plain one."),
    "trailing-space": Rule("certain", "Blanks at the end of a line are taken away."),
}

_UNFIT = re.compile(
    r"(?P<byte_order_mark>\A\ufeff)|(?P<line_end>\r\n?)|(?P<undecodable_byte>[\udc80-\udcff])"
    r"|(?P<lone_surrogate>[\ud800-\udfff])|(?P<control_character>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f])"
)
_INSTEAD: dict[str, str] = {
    "line_end": "\n", "undecodable_byte": "\ufffd", "lone_surrogate": "\ufffd", "byte_order_mark": "",
}
_SPACE = re.compile(r"(?P<trailing_space>[ \t\xa0]+$)|(?P<no_break_space>\xa0)", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A normalised text and the ledger that leads back to its source."""

    text: str
    repairs: tuple[Repair, ...]


def repair(source: str, field: str = "text") -> Repaired:
    """Normalise a decoded source; `field` names it in the ledger's entries.

    >>> repaired = repair("The cafÃ©\\xa0is open. \\r\\n")
    >>> repaired.text
    'The café is open.\\n'
    >>> [(entry.rule, entry.before, entry.after) for entry in repaired.repairs][:2]
    [('mojibake', 'Ã©', 'é'), ('no-break-space', '\\xa0', ' ')]
    """
    text, edits = source, list[Edit]()
    for stage in (_unfit, _mojibake, _white_space):
        made = list(stage(text))
        edits = then(source, edits, made)
        text = edited(text, made)
    return Repaired(text=text, repairs=ledger(source, edits, field))


def _unfit(text: str) -> Iterator[Edit]:
    for match in _UNFIT.finditer(text):
        kind = str(match.lastgroup)
        instead = _INSTEAD.get(kind, " " if match.group() in "\x0b\x0c" else "")
        yield _edit(match.start(), match.end(), instead, kind.replace("_", "-"))


def _white_space(text: str) -> Iterator[Edit]:
    for match in _SPACE.finditer(text):
        kind = str(match.lastgroup)
        yield _edit(match.start(), match.end(), " " if kind == "no_break_space" else "", kind.replace("_", "-"))


def _edit(start: int, end: int, after: str, rule: str, by: str = BY) -> Edit:
    return Edit(start=start, end=end, after=after, rule=rule, confidence=RULES[rule].confidence, by=by)


def _mojibake(text: str) -> Iterator[Edit]:
    """What ftfy changes, piece by piece. ASCII is never changed by its encoding steps, so it does not go there."""
    for start, piece in _pieces(text):
        if not piece.isascii():
            yield from _differences(piece, _fixed(piece), start)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + LONGEST_PIECE)
        if end < 0 and start + LONGEST_PIECE < len(text):
            end = text.rfind(" ", start, start + LONGEST_PIECE)
        end = end + 1 if end >= 0 else min(start + LONGEST_PIECE, len(text))
        yield start, text[start:end]
        start = end


def _fixed(piece: str) -> str:
    """`piece` with its encoding mended, again and again until nothing changes, so that normalising twice changes nothing."""
    fix = _ftfy()
    seen = {piece}
    while (fixed := fix(piece)) not in seen:
        seen.add(piece := fixed)
    return piece


@cache
def _ftfy() -> Callable[[str], str]:
    """ftfy with its encoding steps alone: the others would straighten quotes, split ligatures and unescape entities."""
    import ftfy

    config = ftfy.TextFixerConfig(
        unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False, fix_character_width=False,
        uncurl_quotes=False, fix_line_breaks=False, fix_surrogates=False, remove_control_chars=False, normalization=None,
    )  # fmt: skip
    return lambda piece: ftfy.fix_text(piece, config)


@cache
def _ftfy_version() -> str:
    return f"ftfy {version('ftfy')}"


def _differences(before: str, after: str, offset: int) -> Iterator[Edit]:
    """The edits that lead from `before` to `after`; neighbouring differences are one edit."""
    if before == after:
        return
    from rapidfuzz.distance import Levenshtein

    start = end = -1
    written = (0, 0)
    for tag, before_start, before_end, after_start, after_end in Levenshtein.opcodes(before, after):
        if tag == "equal":
            continue
        if before_start != end:
            if start >= 0:
                yield _edit(offset + start, offset + end, after[slice(*written)], "mojibake", _ftfy_version())
            start, written = before_start, (after_start, after_end)
        end, written = before_end, (written[0], after_end)
    yield _edit(offset + start, offset + end, after[slice(*written)], "mojibake", _ftfy_version())
