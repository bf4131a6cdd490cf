"""Whose a quoted tweet is: where a display name begins before `(@handle)`, after a dash, on its own line, or glued.

Display names are free text. Where no dash says where one begins, the handle tells most, for it is mostly made of the
name; then capitals glued to small letters, and the bounds of lines, links and gaps.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from archiver.model import Confidence
from archiver.references.spelling import (
    ABBREVIATED,
    AROUND,
    GLUING,
    MAX_WORDS,
    SENTENCE,
    SHORT_WORD,
    TITLES,
    begun_at,
    exactly_named,
    glued_at,
    is_glued,
    named_by_handle,
    squashed,
)


class Name(NamedTuple):
    """Where the signature begins (its dash, or its name), the display name, and how sure both are."""

    start: int
    author: str | None
    confidence: Confidence
    is_dashed: bool = False


MARKS = " \t\n\xa0\u200e\u200f"

# What other networks write before a name.
_CAPTION = re.compile(
    r"(?i)(?:\b(?:post|photo|video|reel|story)\s(?:shared|posted)\sby|\bgeteilt\svon|\bp(?:artag|ubli)ée\spar|\bcondiviso\sda"
    r"|\b(?:compartid|publicad|(?:com)?partilhad)[ao]\s(?:de|por)|\bgedeeld\sdoor|публикация\sот|\bdel[at]t?\sa[vf]|\budostępnion\w{1,2}\sprzez|\bdistribuit\w{1,2}\sde"
    r"|\bsdílen\w{1,2}|\bdibagikan\soleh)"
    r"\s([^\n@]{0,60})\Z"
)
# Bylines and credits: who they name is the whole line, and there is no tweet's text before it. The second kind may be
# a tweet's words as well, so that it is one only where the handle says that the name is whole.
_CREDIT = re.compile(
    r"[\s(\[|•—–-]{0,4}(?i:(?:(?:posted|written|published|reported|edited|reviewed|updated|contributed|story|words|text"
    r"|photo(?:graphy|graph|s)?|image|picture|video|foto)\s)?(?:by|von|par|por|di|door|av|from)"
    r"|(?:photo|image|picture|video|foto|bild|text|author|aut[eo]u?r|credit|crédit|source|reporter)\w*(?:\s\w{1,9}){0,2}\s?:)\s"
)
_NAMED_CREDIT = re.compile(
    r"(?i)[\s(\[|•—–-]{0,4}(?:(?:[^\W\d_]{1,12}\s){0,3}by:?|(?:photo|image)\s(?:via|courtesy\sof)|staff\swriter|instagram:)\s"
)
_CREDITED_WORDS = 3
# Whom a byline names: one or more, with what they are, `Jo Lind, Senior Reporter` and `Jo Lind and Ann Bo`.
_PERSON = r"[^\Wa-z\d_][^\s,!]*(?:\s[^\Wa-z\d_][^\s,!]*){0,2}"
_JOINED = r"(?:,?\s(?i:and|und|et|y|e|og|och|en|&)|,)\s"
_PEOPLE = re.compile(rf"{_PERSON}(?:{_JOINED}{_PERSON}){{0,3}}")
_PEOPLE_BEFORE = re.compile(rf"(?:{_PERSON}{_JOINED}){{1,3}}")

# An em dash, whole or as broken software leaves it, may be glued to its neighbours; the others need a blank.
_EM = r"[—―⸺⸻─\x97]+|â€[”\"“]|â\x80\x94|&mdash;|&#(?:8212|[xX]2014);|\\u2014|-{2,5}|ÔÇö"
_DASH = re.compile(rf"(?:{_EM})\s{{0,3}}")
_HYPHEN = re.compile(
    r"(?:[–‒\x96]|â€“|â\x80\x93|&ndash;|&#(?:8211|[xX]2013);|\\u2013|[−‐]|\ufffd{1,3}"
    r"|(?<![^\s.!?…\"”’)\u2600-\U0010ffff])-|(?<=\w)-(?=\s[^\Wa-z\d_]))\s{1,3}"
    r"|(?<=[\s.!?…\"”’)])-(?=[^\Wa-z\d_][^\WA-Z\d_])"
    # Where it begins a line, what else is left of a dash, or stands for one.
    r"|(?<![^\n])(?:\?{1,3}[ ]|[~•_*][ ](?![^\n(]*[~•_*])|€”\s?|â€?[ ]|”[ ]?)"
)

_BAR = re.compile(r"(?<=\s)[|•·]\s")

_MAX_NAME = 60  # a display name has at most 50 characters; broken software makes it longer
_SHOUTED = re.compile(r"!!|[!?]{3}")
# Small words that names have in their midst, though they are longer than the others.
_JOINING = frozenset(("with", "from", "della", "degli", "voor", "para", "över", "über", "under"))
_LEAST_PROSE = 3
# A name within what was taken for a link: behind a file's ending or a code of known length; or its last capital.
_BEHIND_ENDING = re.compile(
    r"(?:\.(?:html?|php|aspx?|jpe?g|png|gif|pdf)|youtu\.be/[\w-]{11})(?P<name>[^\Wa-z\d_][^\WA-Z\d_]+)\Z"
)
_LAST_CAPITAL = re.compile(r"(?<=[\w/=-])(?P<name>[^\Wa-z\d_][^\WA-Z\d_]+)\Z")
_LAST_CAPITALS = re.compile(r"(?<![A-Z])[A-Z]{2,8}\Z")
_WHOLE_CODE = re.compile(r"(?i:t\.co|pic\.twitter\.com|pic\.x\.com)/[A-Za-z0-9]{10}\Z")
_LONG_FIRST_NAME = 4
_TITLE = re.compile(rf"(?:(?:{TITLES}|St)\.|President|Mayor|Senator|Governor|The|Real)\s\Z")
_BLANK_BEFORE = re.compile(r"\n[ \t\xa0]*\n[ \t\xa0]*\Z")
_NO_NAME = re.compile(r"[@#\"”]")
GAP = re.compile(r"(?<![ \t\xa0])[ \t\xa0]{2,}+(?=\S)")
# What paragraphs end with; and a word with a capital that is glued to small letters: `knewBo`.
PARAGRAPH_ENDS = '.!?…:"”’)»。！？'
_GLUED = re.compile(r"[^\WA-Z\d_]{2,}[A-Z]")
_CAPITALISED = re.compile(r"(?:(?<!\S)[^\Wa-z\d_]\S{0,30}\s{1,3}){1,6}\Z")


def line_start(text: str, low: int, place: int) -> int:
    return text.rfind("\n", low, place) + 1 or low


def begins_line(text: str, low: int, place: int) -> bool:
    """Whether nothing is said between the line's begin and `place`: marks alone, Markdown's among them."""
    return not _says(text[line_start(text, low, place) : place])


def is_caption(text: str, low: int, paren: int, handle: str) -> bool:
    """Whether another network's words lead to the name, with no end of a sentence or a paragraph in between."""
    caption = _CAPTION.search(text, max(low, paren - 2 * _MAX_NAME), paren)
    if caption and ("—" in caption[1] or "–" in caption[1]) and exactly_named(caption[1], handle.lower()) != 0:
        return False
    return caption is not None and not SENTENCE.search(caption[1]) and glued_at(caption[1], "") is None


def dashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> Name | None:
    """The name between a dash and the parenthesis: a dash that begins the line is the signature's, else the last is.

    No name goes over a line's end or holds a link. After a dash that prose may have too, it reads like no prose.
    """
    begin = max(low, _last_link_end(link_ends, paren))
    low = max(begin, paren - _MAX_NAME)
    strong, weak = ([*dash.finditer(text, low, paren)] for dash in (_DASH, _HYPHEN))
    first = [dash for dash in (*strong, *weak) if begins_line(text, begin, dash.start())]
    for dash in (*first, *reversed(strong), *reversed(weak)):
        author = text[dash.end() : paren].strip(MARKS)
        if author[:3].lower() == "by " and _is_credit(author + " ", handle.lower()):
            return None
        if "\n" not in author and (dash in first or not _is_prose(author, handle.lower(), weak=dash in weak)):
            earlier = None if dash in first else _earlier(text, strong, dash, author, handle.lower())
            if earlier:
                return Name(earlier.start(), text[earlier.end() : paren].strip(MARKS), "low", is_dashed=True)
            sure = dash in first or _is_sure(text[low : dash.start()], author, handle.lower(), weak=dash in weak)
            return Name(dash.start(), author or None, "high" if sure else "low", is_dashed=True)
    return None


def _is_sure(before: str, author: str, handle: str, *, weak: bool) -> bool:
    """Whether a dash within a line is plainly the signature's: a weak one ends a sentence, and words in small letters
    are what the handle says, for they may be the text's."""
    if before.rstrip()[-1:] in PARAGRAPH_ENDS:
        return True
    return not weak and (not author.islower() or exactly_named(author, handle) == 0)


def _earlier(
    text: str, dashes: Sequence[re.Match[str]], dash: re.Match[str], author: str, handle: str
) -> re.Match[str] | None:
    """The dash before, where what stands between them reads like a name: `— Jo Lind — Reporter`, which may be one."""
    place = dashes.index(dash) if dash in dashes else 0
    words = [squashed(word) for word in author.split()]
    if not place or any(
        word and (handle.startswith(word) or (len(word) > SHORT_WORD and word in handle)) for word in words
    ):
        return None
    between = text[dashes[place - 1].end() : dash.start()].strip(MARKS)
    is_name = between.replace(" ", "").isalpha() and _is_capitalised(between)
    return dashes[place - 1] if is_name and len(between.split()) in {2, _CREDITED_WORDS} else None


def _is_prose(author: str, handle: str, *, weak: bool) -> bool:
    """Whether a dash within a line belongs to the tweet's text, so that the name has to be found in `author`.

    A gap says so, a name glued to other words, and a sentence's end after a hyphen; after an em dash, one before what
    the handle names. Else words that begin small do, where they hold a sentence's end or a capital.
    """
    if _holds_glued_name(author, handle):
        return True
    sentence = SENTENCE.search(author)
    if GAP.search(author) or (sentence and (weak or (named_by_handle(author, handle) or 0) >= sentence.end())):
        return True
    first, _, rest = author.partition(" ")
    # Short words stand in many a handle: `and` in `saltandrope`.
    if handle.startswith(squashed(first)) or (len(first) > SHORT_WORD and squashed(first) in handle):
        return False
    is_phrase = bool(rest) and (weak or sentence is not None or rest != rest.lower() or rest == rest.upper())
    return bool(_GLUED.match(first)) or (first.islower() and is_phrase)


def _holds_glued_name(author: str, handle: str) -> bool:
    """Whether words that were taken for a name end with one, glued to them: `Police say 3 are deadABC News`.

    To a word in small letters, an end mark behind one, or more than one word, where the glued is what the handle says.
    """
    glue, exact = glued_at(author, handle), exactly_named(author, handle)
    glue = exact if exact and not author[exact - 1].isspace() else glue
    if not glue:
        return False
    left = author[:glue].split()
    word = left[-1].rstrip(GLUING) if left else ""
    if word.islower() and len(word) >= SHORT_WORD and word.isalpha():
        return True
    return glue == exact and len(left) > 1 and author[glue].isupper()


def undashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> Name | None:
    """A name without a dash; none where it is a byline or a credit: said so, or there is no text that it could sign."""
    line = line_start(text, low, low + len(text[low:paren].rstrip()))
    before = text[max(line, paren - 2 * _MAX_NAME) : paren]
    behind_dash = max((dash.end() for dashes in (_DASH, _HYPHEN, _BAR) for dash in dashes.finditer(before)), default=0)
    if any(_is_credit(part, handle.lower()) for part in {before, before[behind_dash:]}):
        return None
    low, edge = max(line, paren - _MAX_NAME), max(line, paren - _MAX_NAME, _last_link_end(link_ends, paren))
    swallowed = exactly_named(text[low:paren], handle.lower()) if low < edge else None
    if swallowed is not None and low + swallowed < edge and text[low + swallowed].isupper():
        return _name(text, low + swallowed, paren, certain=" " in text[low + swallowed : paren].strip())
    name = _glued_to_link(text, line, edge, paren, handle.lower()) if line < edge else None
    name = name or _glued(text, edge, paren, handle.lower(), has_body=edge > line)
    return name if line > 0 or text[: name.start].strip() else None


def _glued_to_link(text: str, line: int, edge: int, paren: int, handle: str) -> Name | None:
    """A name whose first word was taken for the end of a link: where one word at most follows it, or it is long."""
    words = text[edge:paren].split()
    link = text[max(line, edge - 2 * _MAX_NAME) : edge]
    if (not text[edge].isspace() and edge < paren) or _WHOLE_CODE.search(link):
        return None
    if (
        len(words) > _CREDITED_WORDS
        or not all(word[0].isupper() for word in words)
        or exactly_named(" ".join(words), handle) == 0
    ):
        return None
    certain, first = _BEHIND_ENDING.search(link), _LAST_CAPITAL.search(link)
    name = certain or first
    length = len(name["name"]) if name else _capitals(link, handle)
    if not length or not (certain or len(words) == 1 or length >= _LONG_FIRST_NAME):
        return None
    return _name(text, edge - length, paren, certain=False)


def _capitals(link: str, handle: str) -> int:
    """How many capitals at a link's end are what a handle begins with: `ABC` of `@ABC`."""
    capitals = _LAST_CAPITALS.search(link)
    last = capitals[0].lower() if capitals else ""
    return next((length for length in range(len(last), 1, -1) if handle.startswith(last[-length:])), 0)


def _is_credit(line: str, handle: str) -> bool:
    """Whether a line before a handle is a byline or a credit: of up to three capitalised words each, or the handle."""
    exact = exactly_named(line, handle)
    if exact is not None:
        ends = [credit.end() for credit in (_CREDIT.match(line), _NAMED_CREDIT.match(line)) if credit]
        return any(end == exact or _PEOPLE_BEFORE.fullmatch(line, end, exact) for end in ends)
    credit = _CREDIT.match(line)
    name = line[credit.end() :].strip(MARKS) if credit else ""
    return _PEOPLE.fullmatch(name) is not None and glued_at(name, handle) is None


def _glued(text: str, edge: int, paren: int, handle: str, *, has_body: bool) -> Name:
    """A name on a line of its own, or glued to the tweet's text. It begins at `edge`, the line's or a link's, or later.

    Words that are the handle are the name, and so is what is glued to the text before. A gap may bound it as well; a
    few words within such bounds are a name too. Else words that the handle holds are, or else the last capitalised
    words: a guess, and called one.
    """
    gap = max((gap.end() for gap in GAP.finditer(text, edge, paren)), default=edge)
    before = text[gap:paren]
    has_body = has_body or gap > edge
    exact, glue, named = exactly_named(before, handle), glued_at(before, handle), named_by_handle(before, handle)
    is_name = _is_name(before, named)
    if has_body and is_name and _is_capitalised(before):
        return _name(text, gap, paren, certain=True)
    if exact is not None and (glue is None or glue >= exact or _is_whole(before, exact, glue)):
        return _titled(text, gap, gap + exact, paren, certain=_is_apart(before, exact))
    if glue is not None:
        first = squashed(before[glue:].split()[0])
        certain = is_glued(before[glue - 1], before[glue]) and len(first) > 1 and first in handle
        return _name(text, gap + glue, paren, certain=certain)
    begun = begun_at(before, handle)
    if begun is not None:
        return _titled(text, gap, gap + begun, paren, certain=False)
    if is_name or (_stands_alone(text, gap, paren) and not SENTENCE.search(before) and not _reads_on(before)):
        return _name(text, gap, paren, certain=has_body and named == 0)
    begin = named if named is not None else _last_capitalised(before)
    return _titled(text, gap, gap + begin, paren, certain=False)


def _last_capitalised(before: str) -> int:
    """Where the last words with capitals begin, after the end of a sentence: all of them, or the last two of many."""
    sentence = max((sentence.end() for sentence in SENTENCE.finditer(ABBREVIATED.sub(_blanked, before))), default=0)
    words = _CAPITALISED.search(before, sentence)
    if words is None:
        return len(before)
    begins = [word.start() for word in re.finditer(r"\S+", before) if word.start() >= words.start()]
    return begins[-2] if len(begins) > _CREDITED_WORDS else words.start()


def _blanked(match: re.Match[str]) -> str:
    return "x" * len(match[0])


def _reads_on(before: str) -> bool:
    """Whether a line is more than a name: words in small letters before one with a capital, among many, or closed by
    an end mark."""
    words = [word for word in before.split() if word[0].isalpha()]
    small = [place for place, word in enumerate(words) if word.islower()]
    long = [place for place in small if len(words[place]) > SHORT_WORD and words[place] not in _JOINING]
    if before.rstrip()[-1:] in {".", "!", "?", "…"} and len(words) >= _LEAST_PROSE and long:
        return True
    if len(words) > MAX_WORDS:
        return bool(long) or 2 * len(small) > len(words)
    return bool(long) and any(word[0].isupper() for word in words[long[0] :])


def _is_whole(before: str, exact: int, glue: int) -> bool:
    """Whether words that are the handle are more of a name than what is glued before them."""
    word = AROUND.search(before[:glue])
    return " " in before[exact:].strip() or before[exact].islower() or bool(word and word[0][:1] in {"@", "#"})


def _titled(text: str, low: int, start: int, paren: int, *, certain: bool) -> Name:
    """The name with the titles before it, `Rep. Jo Lind`."""
    while title := _TITLE.search(text, low, start):
        start = title.start()
    start -= text[low:start].endswith("#")
    if not _says(text[low:start]):
        start = low
    return _name(text, start, paren, certain=certain)


def _stands_alone(text: str, start: int, paren: int) -> bool:
    """Whether a line behind a blank line holds nothing but what may be a name."""
    return bool(_BLANK_BEFORE.search(text, max(0, start - _MAX_NAME), start)) and not _NO_NAME.search(
        text, start, paren
    )


def _says(before: str) -> bool:
    """Whether a tweet may consist of it: of letters, digits, emoji, or `!!`."""
    return bool(_SHOUTED.search(before)) or any(
        character.isalnum() or (character >= "\u2600" and unicodedata.category(character) == "So")
        for character in before
    )


def _is_apart(before: str, start: int) -> bool:
    """Whether it is plain that the name is no longer: it has two words, or no word with a capital right before it."""
    left = before[:start]
    if " " in before[start:].strip() or not left.strip():
        return start == 0 or not (left[-1].islower() and before[start].islower())
    if left[-1].isspace() and before[start].islower():
        return True
    word = left.split()[-1]
    return word == word.lower() or not word[-1].isalnum()


def _is_name(bounded: str, named: int | None) -> bool:
    """Whether all that stands within its bounds is a name, of which the words from `named` on stand in the handle."""
    if len(bounded) >= _MAX_NAME or len(bounded.split()) > MAX_WORDS or SENTENCE.search(bounded) or _reads_on(bounded):
        return False
    before = bounded[:named]
    if named is not None and (before[-1:].isalnum() or any(word.islower() for word in before.split())):
        return False
    return not _NO_NAME.search(before.removesuffix("#")) and bounded.rstrip()[-1:] not in "。！？…"


def is_whole_name(author: str, handle: str) -> bool:
    """Whether it can be nothing but a name: words with capitals, two of them at least, or what the handle says."""
    words = author.split()
    known = len(words) > 1 or squashed(author) in handle.lower()
    return known and len(words) <= MAX_WORDS and _is_capitalised(author)


def _is_capitalised(name: str) -> bool:
    """Whether every word has a capital; the scripts that have none leave it open where a name begins."""
    return all(word[0].isupper() or not word[0].isalpha() for word in name.split()) and name.upper() != name.lower()


def _last_link_end(link_ends: Sequence[int], place: int) -> int:
    before = bisect_right(link_ends, place)
    return link_ends[before - 1] if before else 0


def _name(text: str, start: int, paren: int, *, certain: bool) -> Name:
    return Name(start, text[start:paren].strip(MARKS).lstrip(";:, ") or None, "high" if certain else "low")
