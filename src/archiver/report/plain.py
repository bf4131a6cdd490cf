"""Strings for a terminal: nothing in an article or a file name moves the cursor or poses as our own words."""

import unicodedata

from archiver.package.safe import disarmed


def line(text: str) -> str:
    """`text` for a place of one line: control characters, line breaks and turns of direction stand by name.

    >>> line("Two\\nlines \\x1b[31m")
    'Two⟨U+000A⟩lines ⟨U+001B⟩[31m'
    """
    return disarmed(text)


def block(text: str, indent: str = "") -> str:
    """`text` of several lines, each behind `indent`; its line breaks and tabs stay, all else is as in `line`.

    >>> block("one\\ntwo\\x07", "  ")
    '  one\\n  two⟨U+0007⟩'
    """
    return "\n".join(indent + row if row else "" for row in disarmed(text, keep="\n\t").split("\n"))


def width(text: str) -> int:
    """How many columns of a terminal the text takes (UAX 11): wide characters two, combining ones none.

    >>> width("abc"), width("図書館"), width("e\\u0301")
    (3, 6, 1)
    """
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """`text` if it fits into `columns`, else its beginning and an ellipsis.

    >>> cut("a long title", 8), cut("図書館", 4), cut("short", 8)
    ('a long …', '図…', 'short')
    """
    if width(text) <= columns:
        return text
    taken, room = 0, columns - 1
    for char in text:
        room -= _columns(char)
        if room < 0:
            break
        taken += 1
    return text[:taken] + "…"


def padded(text: str, columns: int) -> str:
    """`text` and blanks up to `columns`; longer text stays as it is."""
    return text + " " * (columns - width(text))


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "error"), count(1200, "article"), count(2, "copy")
    ('1 error', '1,200 articles', '2 copies')
    """
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"
