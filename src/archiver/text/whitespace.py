"""What no text can carry, and white space: the first and the last thing that repair does."""

import re
from collections.abc import Iterator

from archiver.text.ledger import Edit
from archiver.text.mojibake import edit

# Controls that stand for nothing are one edit together: a file may hold millions of them.
_UNFIT = re.compile("[\x00-\x08\x0e-\x12\x15-\x17\x1a\x1b\x1e\x1f\x7f]+|[\x0b-\x1f\ud800-\udfff\ufeff](?:(?<=\r)\n)?")
# U+2013, 2014, 2018, 2019, 201C and 201D cut to their low bytes, and where such a mark can stand.
_LOW_BYTES = {"\x13": "–", "\x14": "—", "\x18": "‘", "\x19": "’", "\x1c": "“", "\x1d": "”"}
_LOW_BYTE = re.compile(
    r"(?<=\w)\x19(?=\w)|(?<![^\s(])[\x18\x1c](?=\w)|(?<=[\w.,!?])[\x19\x1d](?![^\s.,;:)])|(?<= )[\x13\x14](?= )"
)
_BLANKS = " \t\xa0"
_BLANK_BEFORE_END = re.compile("\n(?<=[ \t\xa0]\n)")


def unfit(text: str) -> Iterator[Edit]:
    """The edits that take out what no text can carry, and that make every line end a line feed."""
    for match in _UNFIT.finditer(text):
        rule, after = _instead(match)
        if after != match.group():
            yield edit(match.start(), match.end(), after, rule)


def _instead(match: re.Match[str]) -> tuple[str, str]:
    """The rule for what no text can carry, and what stands instead."""
    found = match.group()
    if found[0] == "\r":
        return "line-end", "\n"
    if found == "\ufeff":
        return "byte-order-mark", found if match.start() else ""
    if found >= "\ud800":
        return "undecodable-byte" if "\udc80" <= found <= "\udcff" else "lone-surrogate", "\ufffd"
    if _LOW_BYTE.match(match.string, match.start()):
        return "low-byte", _LOW_BYTES[found]
    return "control-character", " " if found in "\x0b\x0c" else ""


def white_space(text: str) -> Iterator[Edit]:
    """The edits that make no-break spaces plain and take blanks from the ends of lines."""
    done = 0
    ends = (match.start() for match in _BLANK_BEFORE_END.finditer(text))
    for end in (*ends, len(text)):
        start = end - len(text[done:end]) + len(text[done:end].rstrip(_BLANKS))
        yield from _plain(text, done, start)
        if start < end:
            yield edit(start, end, "", "trailing-space")
        done = end


def _plain(text: str, start: int, end: int) -> Iterator[Edit]:
    while (start := text.find("\xa0", start, end)) >= 0:
        yield edit(start, start + 1, " ", "no-break-space")
        start += 1
