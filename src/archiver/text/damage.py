"""Which lines cannot be damaged: nearly all of them, and ftfy would spend nearly all its time on leaving them alone.

Damage shows where two characters beyond ASCII stand beside each other that no text has beside each other. So a line is
calm whose characters beyond ASCII stand alone, or beside typographic marks, or are letters of one of the alphabets that
no misreading produces; and a few characters are never calm. The tests hold this against ftfy and against our own rules:
what is calm, neither of them changes.
"""

import re
from collections.abc import Iterator

from archiver.text.rules import CONTINUATION

# A line is looked at as a whole. One longer than this is cut at a blank, so that time and memory stay bounded.
LONGEST_PIECE = 20_000
# The second and later bytes of a character, as they were misread; no character has more than these, twice over.
_CONTINUES = re.compile(f"[{CONTINUATION}]")
_LONGEST_CHARACTER = 8

# Marks that may stand beside each other, and beside letters of ALPHABETS.
_MARKS = "“”‘’–—…•\xa0"
# Letters and signs that are not what single bytes were misread as, or not beside their like.
_FAR = (
    "\u0590-\u05cf\u0620-\u1fff\u2600-\u27bf\u2e80-\ud7ff\uf900-\ufaff\ufe00-\ufe0f\uff01-\uffef"
    "\U0001f000-\U0001ffff\U00020000-\U0003ffff"
)
_ALPHABETS = f"Ά-ώА-ЯЁІЇЄа-яёіїє{_FAR}"
# All of them but the letters with which damage can begin: the search passes over these without a stop.
_NEVER_FIRST = f"Ά-ΑΖ-ΝΠ-ώАБИ-ПФ-ЯЁІЇЄа-су-яёіїє{_FAR}"
_QUOTES = "«»"  # these may stand beside letters of ALPHABETS
# Small letters may stand beside some of the marks, and two of them by themselves.
_SMALL = "ß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĺļľłńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžșț"
_BESIDE_SMALL = "’–—…\xa0"
_SUSPICIOUS = re.compile(
    # Anything but ASCII, marks and letters as above; control characters, `&` and `”` begin damage of their own.
    f"[^\t\n -%'-~{_MARKS.replace('”', '')}{_NEVER_FIRST}]"
    "(?:"
    f"(?<=[^\x00-\x7f{_MARKS}{_ALPHABETS}{_SMALL}{_QUOTES}])(?:(?=[^\x00-\x7f])|(?<=[^\x00-\x7f].))"
    f"|(?<=[{_QUOTES}])(?:(?=[^\x00-\x7f{_ALPHABETS}])|(?<=[^\x00-\x7f{_ALPHABETS}].))"
    f"|(?<=[{_SMALL}])(?:(?=[^\x00-\x7f{_BESIDE_SMALL}{_SMALL}])|(?<=[^\x00-\x7f{_BESIDE_SMALL}{_SMALL}].)"
    f"|(?=[{_SMALL}][^\x00-\x7f])|(?<=[^\x00-\x7f][{_SMALL}].))"
    "|(?<=[\x00-\x08\x0b-\x1f\x7f-\x9fÂÃŒœ†\ud800-\udfff\ufeff\ufffd])"
    r"|(?<=&)#?[0-9A-Za-z]{2,25};"
    "|(?<=”)[”“]"
    r"|(?<=[A-Za-z]â)(?:\?\?|(?:s|t|re|ve|ll|d|m)\b)"
    "|(?<=[A-Za-z][ВГДЕРСТУЖЗΒΓΔΕΞΟ])[^\x00-\x7f]"
    "|(?<=[ВГРСΒΓΞΟ])[“”‘•«»]"
    "|(?<=т)А[ЬЭЩШУФж]"
    ")",
    re.DOTALL,
)


def is_suspicious(line: str) -> bool:
    """Whether `line` has to be looked at; a line that is not suspicious is left alone by ftfy and by every rule.

    >>> is_suspicious("“It’s the café’s,” she said – and left…"), is_suspicious("itâ€™s")
    (False, True)
    """
    if line.isascii() and "&" not in line and line.replace("\n", "").replace("\t", "").isprintable():
        return False
    return _SUSPICIOUS.search(line) is not None


def suspicious_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of `text` that have to be looked at, each with its place (in code points) and without its line end."""
    done = 0
    while found := _SUSPICIOUS.search(text, done):
        start = text.rfind("\n", done, found.start()) + 1 or done
        end = text.find("\n", found.start())
        done = len(text) if end < 0 else end + 1
        yield from _pieces(text, start, done if end < 0 else end)


def _between_characters(text: str, cut: int) -> int:
    """A place at most a few code points before `cut` that is not within a broken character."""
    for place in range(cut, cut - _LONGEST_CHARACTER, -1):
        if not _CONTINUES.match(text, place):
            return place
    return cut


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    while end - start > LONGEST_PIECE:
        blank = text.rfind(" ", start, start + LONGEST_PIECE) + 1
        cut = blank if blank > start else _between_characters(text, start + LONGEST_PIECE)
        yield start, text[start:cut]
        start = cut
    yield start, text[start:end]
