"""The rules of repair as data: what each is called, how sure it is, and what it says to people.

**Confidence** says what stands behind a change:

* `certain`: nothing is guessed; the text says so itself, or what went cannot be text.
* `high`: a guess that the characters around it bear out; applied unless only what is certain is asked for.
* `low`: more than one reading is possible; listed as a suggestion, and applied only when that is asked for.

A **row** is one way to see a rule's damage in a line. Rows of `BEFORE` come first, so that whole characters reach
the encoding step; rows of `AFTER` see what that step has left. A rule's name is part of the record's format: it never
changes its meaning.
"""

import html
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from archiver.model import Confidence


class Rule(NamedTuple):
    """How sure a rule is, and one sentence for people."""

    confidence: Confidence
    says: str


RULES: dict[str, Rule] = {
    "byte-order-mark": Rule("certain", "A byte order mark at the start says how to decode; it is no part of the text."),
    "line-end": Rule("certain", "Lines end with a line feed."),
    "undecodable-byte": Rule("certain", "A byte that the encoding does not know is lost; U+FFFD marks its place."),
    "lone-surrogate": Rule("certain", "Half a surrogate pair is no character; U+FFFD marks its place."),
    "control-character": Rule("certain", "A control character has no place in text; a page feed becomes a blank."),
    "low-byte": Rule("high", "A typographic mark (U+2013 to U+201D) was cut to its low byte, a control character."),
    "mojibake": Rule("high", "The characters are UTF-8 that was read in another encoding; it is read as UTF-8 again."),
    "mixed-mojibake": Rule("high", "Among good characters, some UTF-8 was read in another encoding; it is read again."),
    "spaced-byte": Rule("high", "A no-break space that is the second byte of a letter became a plain space."),
    "lost-right-quote": Rule("high", "A right quotation mark lost its last byte (9D), undefined in windows-1252."),
    "lost-left-quote": Rule("high", "A left single quotation mark lost its last byte (98), undefined in windows-1251."),
    "lost-emoji-byte": Rule("high", "A part of an emoji lost a byte, undefined in windows-1252; only one fits."),
    "ambiguous-quote": Rule("low", "A mark between letters lost its last byte: an apostrophe or a quotation mark."),
    "half-replaced": Rule("high", "A quotation mark replaced two characters of a broken mark; the third is left."),
    "eaten-space": Rule("high", "An earlier repair made a dagger of a damaged right quotation mark and a space."),
    "stray-no-break-space": Rule("high", "`Â` is left of a no-break space; its second byte became a space or was trimmed."),
    "doubtful-no-break-space": Rule("low", "`Â` is left of a no-break space, or it is a letter of this language."),
    "spaced-a-grave": Rule("high", "`Ã` is left of `à`; its second byte became a space or was trimmed."),
    "windows-1252-control": Rule("high", "A control character (80 to 9F) is what windows-1252 has at that number."),
    "left-over-byte": Rule("high", "The last byte of a right quotation mark is left; the mark is there, or is wanted."),
    "lost-apostrophe": Rule("high", "Of an apostrophe inside an English contraction, only the first byte is left."),
    "escaped-twice": Rule("high", "A character reference was escaped once more than it was unescaped."),
    "character-reference": Rule("low", "A character reference was not unescaped, or is meant to be read as it stands."),
    "no-break-space": Rule("certain", "A no-break space becomes a plain one."),
    "trailing-space": Rule("certain", "Blanks at the end of a line are taken away."),
}  # fmt: skip

# The rules that change nothing that can be seen; reports count them, and do not show each.
WHITE_SPACE = frozenset({"byte-order-mark", "line-end", "no-break-space", "trailing-space"})

# What stands for bytes 80 to BF when windows-1252 or Latin-1 was read: the second and later bytes of a character.
CONTINUATION = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# `â€` and one of these is a whole quotation mark in windows-1250, which defines byte 9D.
_WINDOWS_1250 = "śťž"
_LOST = f"(?P<at>�|(?![{CONTINUATION}{_WINDOWS_1250}]))"
_TURKISH = re.compile("[İıŞşĞğ]|Â[A-Z]")
_CLOSING = frozenset(".!?…”’»«\"'),;:")
_BLANK_TO_THE_END = re.compile(r"\s*$")
# How far a quotation is looked for, in code points: longer ones are closed elsewhere, and the cost stays bounded.
_REACH = 1_000
_QUOTES = re.compile("[“”„‟]")
_EMOJI = f"(?:ðŸ[{CONTINUATION}]{{2}}|ï¸\x8f|â™[{CONTINUATION}]|â\x9d¤)"
_HALF_AN_EMOJI = re.compile(f"ðŸ[{CONTINUATION}]?$")
_QUESTION_MARK_AS_BYTE = re.compile(r"[.,!?…'’]â€\?|â€\?(?: [a-z(—–]| â€|[,.;:)])")
_REFERENCE = r"(?P<reference>(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)"
_PLAIN_AMPERSAND = re.compile("&amp;(?!amp;|#?[A-Za-z0-9]{1,24};)")
_LEFT_OF_APOSTROPHE = r"(?P<at>â(?:\?\?)?)"
# The English contractions in which the damaged mark can be nothing but an apostrophe: before it, after it.
_CONTRACTIONS = (
    (r"\b(?i:(?:do|does|did|is|are|was|were|has|have|had|ca|wo|would|could|should|ai|must|need)n)", r"[tT]\b"),
    (r"\b(?i:it|he|she|that|what|there|here|who|let|where)", r"(?:s|d|ll)\b"),
    (r"\bI", r"(?:m|ve|ll|d)\b"),
    (r"\b(?i:you|we|they)", r"(?:re|ve|ll|d)\b"),
)


def unclosed_quote(match: re.Match[str]) -> bool:
    """Whether a quotation mark was opened before the match, in reach, and not closed."""
    opened = ""
    for mark in _QUOTES.findall(match.string, max(0, match.start() - _REACH), match.start()):
        # In German and Czech the mark that opens elsewhere closes what `„` has opened.
        opened = "" if mark == "”" or (mark == "“" and opened in ("„", "‟")) else mark
    return opened != ""


def _no_open_quote(match: re.Match[str]) -> bool:
    return not unclosed_quote(match)


def _never_closed(match: re.Match[str]) -> bool:
    """Whether a quotation mark was opened before the match, and nothing but the match can have closed it."""
    after = match.string[match.end() : match.end() + _REACH]
    return unclosed_quote(match) and re.match("[^“”„]*(?:[“„]|$)", after) is not None


def _around(match: re.Match[str]) -> tuple[str, str]:
    """The characters before and after the match; a space where the line ends."""
    line, start, end = match.string, match.start(), match.end()
    return line[start - 1 : start] or " ", line[end : end + 1] or " "


def _between_letters(match: re.Match[str]) -> bool:
    before, after = _around(match)
    return before.isalnum() and after.isalnum() and after != "â"


def _right_quote(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 3) : match.start()]
    return not _between_letters(match) and not _HALF_AN_EMOJI.search(before)


def _spaces_kept(match: re.Match[str]) -> bool:
    """Whether, elsewhere in the line, the space after `à` stands beside the one that its second byte became."""
    return "Ã  " in match.string


def _question_mark_as_byte(match: re.Match[str]) -> bool:
    """Whether somewhere in the line `â€?` stands where no question ends: there, the mark stands for the byte."""
    return _has_question_mark_as_byte(match.string)


@lru_cache(maxsize=8)
def _has_question_mark_as_byte(line: str) -> bool:
    return _QUESTION_MARK_AS_BYTE.search(line) is not None


def _no_break_space(match: re.Match[str]) -> bool:
    """Whether `Â` before a blank or a line's end can be no letter."""
    before, _ = _around(match)
    line = match.string
    if before.isspace():
        closed = line[max(0, match.start() - 8) : match.start()].rstrip()[-1:] in _CLOSING
        ends = _BLANK_TO_THE_END.match(line, match.end()) is not None
        return closed and (ends or not _other_letters(line, "Â"))
    # Turkish writes ASLÂ, HÂLÂ, MESELÂ; no language that newspapers are written in ends other words with it.
    return not before.isupper() or (before not in "LK" and not _has_turkish(line))


@lru_cache(maxsize=8)
def _has_turkish(line: str) -> bool:
    return _TURKISH.search(line) is not None


@lru_cache(maxsize=8)
def _other_letters(line: str, known: str) -> bool:
    """Whether the line has letters beyond ASCII beside the `known`: it is in a language that has more of them."""
    return any(character > "\x7f" and character.isalpha() and character not in known for character in line)


def _word_with_a_grave(match: re.Match[str]) -> bool:
    """Whether `à` ends a word here, or is one: in a line of its language, or in a phrase that English has."""
    before, _ = _around(match)
    phrase = (
        match.string[match.end() : match.end() + 8].lstrip(" ").startswith(("la ", "le ", "les ", "vis", "l'", "l’"))
    )
    return before.islower() or before in "'’(-" or (before.isspace() and (phrase or _other_letters(match.string, "ÂÃ")))


def _referred(match: re.Match[str]) -> str:
    """The character that a reference stands for; the reference itself where it stands for none."""
    character = html.unescape("&" + match["reference"])
    return character if len(character) == 1 else match.group()


def _of_no_markup(match: re.Match[str]) -> bool:
    """Whether the reference is of a character that prose has, in a line without markup, which may mean it literally."""
    character = _referred(match)
    prose = (character.isprintable() and character != "\ufffd") or character == "\xa0"
    return len(character) == 1 and character not in "<>&\"'" and prose and _no_markup(match) and not _in_address(match)


def _in_address(match: re.Match[str]) -> bool:
    """Whether the match stands in a URL, where `&amp;copy;` is a parameter of that name."""
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    return "://" in before.rpartition(" ")[2]


def _escaped_twice(match: re.Match[str]) -> bool:
    """Whether the line has neither markup nor `&amp;` for a plain `&`: else it may be about these very references."""
    return _no_markup(match) and _PLAIN_AMPERSAND.search(match.string) is None


def _no_markup(match: re.Match[str]) -> bool:
    return not _has_markup(match.string)


@lru_cache(maxsize=8)
def _has_markup(line: str) -> bool:
    return any(sign in line for sign in ("<", "`", "&lt;", "&amp;lt;"))


def _as_windows_1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("windows-1252")


class Row(NamedTuple):
    """One way to see a rule's damage: a sign without which it is not there, a pattern, what stands instead of the
    pattern's group `at` (or of all of it), and what else must hold around the match."""

    rule: str
    sign: str
    pattern: re.Pattern[str]
    after: str | Callable[[re.Match[str]], str]
    needs: Callable[[re.Match[str]], bool] | None
    group: str | int
    """`at`, or 0 where the pattern has no such group."""


def _row(
    rule: str,
    sign: str,
    pattern: str,
    after: str | Callable[[re.Match[str]], str],
    needs: Callable[[re.Match[str]], bool] | None = None,
) -> Row:
    compiled = re.compile(pattern)
    return Row(rule, sign, compiled, after, needs, "at" if "at" in compiled.groupindex else 0)


# A lost byte is given back, as the control character of its number; the encoding step then reads the whole character.
BEFORE: tuple[Row, ...] = (
    _row("escaped-twice", "&amp;", f"&amp;{_REFERENCE}", _referred, _of_no_markup),
    _row("escaped-twice", "&amp;", "&amp;amp;", "&", _escaped_twice),
    _row("character-reference", "&", f"&{_REFERENCE}", _referred, _of_no_markup),
    _row("spaced-byte", "× ", f"×(?P<at> )(?=×[{CONTINUATION} ])", "\xa0"),
    _row("spaced-byte", "Ã ", "Ã(?P<at> )(?=[a-z])", "\xa0", _spaces_kept),
    _row("lost-emoji-byte", "â€", f"{_EMOJI}â€{_LOST}(?=â™|ðŸ|â¤|â\x9d¤|âš|âœ)", "\x8d"),
    _row("lost-emoji-byte", "ï¸", f"ï¸{_LOST}", "\x8f"),
    _row("lost-emoji-byte", "¤", r"(?<!\w)â(?P<at>�?)¤(?!\w)", "\x9d"),
    _row("lost-right-quote", "â€?", r"â€(?P<at>\?)", "\x9d", _question_mark_as_byte),
    _row("lost-right-quote", "â€", f"â€{_LOST}", "\x9d", _right_quote),
    _row("ambiguous-quote", "â€", f"â€(?:�|(?![{CONTINUATION}{_WINDOWS_1250}]))", "’", _between_letters),
    _row("lost-left-quote", "вЂ", "(?<![\u0400-\u04ff])вЂ(?P<at>�?)(?=[A-Za-z])", "\x98"),
    _row("half-replaced", "”™", r"(?<=\w)”™(?=\w)", "’"),
    _row("half-replaced", "”™", r"(?<=[\w.,!?…”])”™(?!\w)", "’", _no_open_quote),
    _row("half-replaced", "”¢", "”¢", "•"),
    _row("half-replaced", "”œ", r"(?<![^\s(])”œ(?=\w)|(?<=[\w.,!?])”œ(?!\w)", "“"),
    _row("half-replaced", "”ž", r"(?<![^\s(])”ž(?=\w)", "„"),
    _row("half-replaced", "”“", r"(?<=[0-9])”“(?=[0-9])|(?<= )”“(?= )", "–"),
    _row("half-replaced", "””", r"(?<= )””(?= )|(?<=\w)””(?=\w)", "—"),
    _row("half-replaced", "”˜", r"(?<![^\s(])”˜(?=\w)", "‘"),
    _row("half-replaced", "”¦", "”¦", "…"),
)
AFTER: tuple[Row, ...] = (
    _row(
        "eaten-space",
        "†",
        r"(?<=[^\s†(\[“„‘«/])†(?=[^\W\d_]|[“‘\"'(@#$—–…])|(?<=[^\s†\d(\[“„‘«/])†(?=\d)",
        "” ",
        unclosed_quote,
    ),
    _row("eaten-space", "†", r"(?<=[a-z.,!?…])†(?=[^\W\d_])", "” "),
    _row("eaten-space", "†", r"(?<=[.,!?…])†(?=[ \xa0])", "”", _never_closed),
    _row("stray-no-break-space", "Â", "Â(?=[ \xa0\t]|$)", "", _no_break_space),
    _row("doubtful-no-break-space", "Â", "Â(?=[ \xa0\t]|$)", ""),
    _row("spaced-a-grave", "Ã ", r"Ã(?= (?! |quel[ae]|quilo|s )[\w“«‘\"(])", "à", _word_with_a_grave),
    _row("spaced-a-grave", "Ã ", r"Ã (?=[ .,;:!?)-]|quel[ae]|quilo|s )", "à", _word_with_a_grave),
    _row("spaced-a-grave", "Ã", r"(?<=[a-zß-ÿ])Ã$", "à"),
    _row("left-over-byte", "\x9d", '(?<=["”])\x9d', ""),
    _row("left-over-byte", "\x9d", "\x9d", "”", unclosed_quote),
    _row("windows-1252-control", "", "[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]", _as_windows_1252),
    *(_row("lost-apostrophe", "â", f"{word}{_LEFT_OF_APOSTROPHE}(?={rest})", "’") for word, rest in _CONTRACTIONS),
)
