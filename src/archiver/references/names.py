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
    r"|(?:photo|image|picture|video|foto|bild|text|author|aut[eo]u?r|credit|crédit|source|reporter)\w*(?:\s\w{1,9})?\s?:)\s"
)
_NAMED_CREDIT = re.compile(
    r"(?i)[\s(\[|•—–-]{0,4}(?:(?:[^\W\d_]{1,12}\s){0,3}by:?|(?:photo|image)\s(?:via|courtesy\sof)|staff\swriter|instagram:)\s"
)
_CREDITED_WORDS = 3

# An em dash, whole or as broken software leaves it, may be glued to its neighbours; the others need a blank.
_EM = r"[—―⸺─\x97]|â€[”\"“]|â\x80\x94|&mdash;|&#(?:8212|[xX]2014);|\\u2014|-{2,5}|ÔÇö"
_DASH = re.compile(rf"(?:{_EM})\s{{0,3}}")
_HYPHEN = re.compile(
    r"(?:[–‒\x96]|â€“|â\x80\x93|&ndash;|&#(?:8211|[xX]2013);|\\u2013|[−‐]|\ufffd{1,3}"
    r"|(?<![^\s.!?…\"”’)\u2600-\U0010ffff])-|(?<=\w)-(?=\s[^\Wa-z\d_]))\s{1,3}"
    # Where it begins a line, what else is left of a dash, or stands for one.
    r"|(?<![^\n])(?:\?{1,3}[ ]|[~•][ ](?![^\n(]*[~•])|€”\s?|â€?[ ]|”[ ]?)"
)

_MAX_NAME = 60  # a display name has at most 50 characters; broken software makes it longer
_MAX_WORDS = 4
_SHORT_WORD = 3
_GLUED_WORDS = 5
_LONG_HANDLE = 4
_GLUING = '.!?…"”’)»]:;,'
_PARTICLE = re.compile(r"(?i:mc|mac|de|la|le|van|von|du|di|fitz)|(?:[A-Z]\.)+|[A-Z]['’]")
_AROUND = re.compile(r"\S*\Z")
_INITIAL = re.compile(r"(?<=\s)[A-Z]\.?(?=\s)")
_TITLES = "Rep|Sen|Gov|Dr|Mr|Mrs|Ms|Prof|Sec|Pres|Cmdr|Capt|Gen|Col|Lt|Sgt|Rev"
_ABBREVIATED = re.compile(rf"\b(?:[A-Z]|St|Jr|Sr|{_TITLES})\.")
_TITLE = re.compile(rf"(?:(?:{_TITLES}|St)\.|President|Mayor|Senator|Governor|The|Real)\s\Z")
_BLANK_BEFORE = re.compile(r"\n[ \t\xa0]*\n[ \t\xa0]*\Z")
_NO_NAME = re.compile(r"[@#\"”]")
GAP = re.compile(r"(?<![ \t\xa0])[ \t\xa0]{2,}+(?=\S)")
# A sentence's end, up to where the next begins. What is glued to a full stop begins one with a capital, with the number
# of a thread (`1/`), or as a small word behind a word. A link that follows is no sentence.
SENTENCE = re.compile(
    r"(?:(?<![A-Z])(?<!\b[DJMS]r)(?<!\bSt)(?<!\bSen)(?<!\bRep)(?<!\bGov)(?<!\bCmdr)(?<!\bCapt)(?<!\bProf)(?<!\bPh)\."
    r"(?=[\"”’)»\s]|[^\Wa-z\d_]|[@#“‘]|\d{1,2}/|(?<=[a-z]{4}\.)[a-z]{1,15}\s)|[!?…。！？]|:(?=\s))[\"”’)»]*\s*(?=\S)(?!https?:|pic\.)"
)
# What paragraphs end with; and a word with a capital that is glued to small letters: `knewBo`.
PARAGRAPH_ENDS = '.!?…:"”’)»。！？'
_GLUED = re.compile(r"[^\WA-Z\d_]{2,}[A-Z]")
_WORD = re.compile(r"(?:[A-Z]|(?<!\S)\S|(?<=[.!?…\"”])\S)(?:[^\sA-Z]*(?:[A-Z]+(?![^\sA-Z]))?)")
_CAPITALISED = re.compile(r"(?:(?<!\S)[^\Wa-z\d_]\S{0,30}\s{1,3}){1,6}\Z")


def line_start(text: str, low: int, place: int) -> int:
    return text.rfind("\n", low, place) + 1 or low


def begins_line(text: str, low: int, place: int) -> bool:
    """Whether nothing is said between the line's begin and `place`: marks alone, Markdown's among them."""
    return not any(_is_said(character) for character in text[line_start(text, low, place) : place])


def is_caption(text: str, low: int, paren: int, handle: str) -> bool:
    """Whether another network's words lead to the name, with no end of a sentence or a paragraph in between."""
    caption = _CAPTION.search(text, max(low, paren - 2 * _MAX_NAME), paren)
    if caption and ("—" in caption[1] or "–" in caption[1]) and _exactly_named(caption[1], handle.lower()) != 0:
        return False
    return caption is not None and not SENTENCE.search(caption[1]) and _glue(caption[1], "") is None


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
        if author[:3].lower() == "by " and _exactly_named(author, handle.lower()) == len("by "):
            return None
        if "\n" not in author and (dash in first or not _is_prose(author, handle.lower(), weak=dash in weak)):
            sure = dash in first or dash in strong or text[low : dash.start()].rstrip()[-1:] in PARAGRAPH_ENDS
            return Name(dash.start(), author or None, "high" if sure else "low", is_dashed=True)
    return None


def _is_prose(author: str, handle: str, *, weak: bool) -> bool:
    """Whether a dash within a line belongs to the tweet's text, so that the name has to be found in `author`.

    A gap says so, and a sentence's end after a hyphen; after an em dash, one before what the handle names. Else words
    that begin small do, where they hold a sentence's end or a capital.
    """
    sentence = SENTENCE.search(author)
    if GAP.search(author) or (sentence and (weak or (_named_by_handle(author, handle) or 0) >= sentence.end())):
        return True
    first, _, rest = author.partition(" ")
    # Short words stand in many a handle: `and` in `saltandrope`.
    if handle.startswith(_squashed(first)) or (len(first) > _SHORT_WORD and _squashed(first) in handle):
        return False
    is_phrase = bool(rest) and (weak or sentence is not None or rest != rest.lower())
    return bool(_GLUED.match(first)) or (first.islower() and is_phrase)


def undashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> Name | None:
    """A name without a dash; none where it is a byline or a credit: said so, or there is no text that it could sign."""
    line = line_start(text, low, low + len(text[low:paren].rstrip()))
    if _is_credit(text[max(line, paren - 2 * _MAX_NAME) : paren], handle.lower()):
        return None
    low, edge = max(line, paren - _MAX_NAME), max(line, paren - _MAX_NAME, _last_link_end(link_ends, paren))
    swallowed = _exactly_named(text[low:paren], handle.lower()) if low < edge else None
    if swallowed is not None and low + swallowed < edge and text[low + swallowed].isupper():
        return _name(text, low + swallowed, paren, certain=" " in text[low + swallowed : paren].strip())
    name = _glued(text, edge, paren, handle.lower(), has_body=edge > line)
    return name if line > 0 or text[: name.start].strip() else None


def _is_credit(line: str, handle: str) -> bool:
    """Whether a line before a handle is a byline or a credit: up to three capitalised words, or the handle itself."""
    exact = _exactly_named(line, handle)
    if exact is not None:
        credit = _CREDIT.match(line) or _NAMED_CREDIT.match(line)
        return credit is not None and credit.end() == exact
    credit = _CREDIT.match(line)
    name = line[credit.end() :].strip(MARKS) if credit else ""
    words = name.split()
    capitalised = all(word[0].isupper() or not word[0].isalpha() for word in words)
    whole = capitalised and not re.search("[!,]", name) and _glue(name, handle) is None
    return whole and 0 < len(words) <= _CREDITED_WORDS


def _glued(text: str, edge: int, paren: int, handle: str, *, has_body: bool) -> Name:
    """A name on a line of its own, or glued to the tweet's text. It begins at `edge`, the line's or a link's, or later.

    Words that are the handle are the name, and so is what is glued to the text before. A gap may bound it as well; a
    few words within such bounds are a name too. Else words that the handle holds are, or else the last capitalised
    words: a guess, and called one.
    """
    gap = max((gap.end() for gap in GAP.finditer(text, edge, paren)), default=edge)
    before = text[gap:paren]
    has_body = has_body or gap > edge
    exact, glue, named = _exactly_named(before, handle), _glue(before, handle), _named_by_handle(before, handle)
    is_name = _is_name(before, named)
    if has_body and is_name and _is_capitalised(before):
        return _name(text, gap, paren, certain=True)
    if exact is not None and (glue is None or glue >= exact or _is_whole(before, exact, glue)):
        return _titled(text, gap, gap + exact, paren, certain=_is_apart(before, exact))
    if glue is not None:
        first = _squashed(before[glue:].split()[0])
        return _name(text, gap + glue, paren, certain=len(first) > 1 and first in handle)
    begun = _begun(before, handle)
    if begun is not None:
        return _titled(text, gap, gap + begun, paren, certain=False)
    if is_name or (_stands_alone(text, gap, paren) and not SENTENCE.search(before)):
        return _name(text, gap, paren, certain=has_body and named == 0)
    words = _CAPITALISED.search(before)
    begin = named if named is not None else words.start() if words else len(before)
    return _titled(text, gap, gap + begin, paren, certain=False)


def _is_whole(before: str, exact: int, glue: int) -> bool:
    """Whether words that are the handle are more of a name than what is glued before them."""
    word = _AROUND.search(before[:glue])
    return " " in before[exact:].strip() or before[exact].islower() or bool(word and word[0][:1] in {"@", "#"})


def _begun(before: str, handle: str) -> int | None:
    """Where the one of the last words stands that the handle begins with: `Jo Ann Lind` of `joann_news`."""
    words = [word for word in _WORD.finditer(before) if not word[0].isspace()]
    for word in reversed(words[-_MAX_WORDS:]):
        squashed = _squashed(word[0])
        if len(squashed) >= _SHORT_WORD and handle.startswith(squashed):
            return word.start()
    return None


def _titled(text: str, low: int, start: int, paren: int, *, certain: bool) -> Name:
    """The name with the titles before it, `Rep. Jo Lind`."""
    while title := _TITLE.search(text, low, start):
        start = title.start()
    start -= text[low:start].endswith("#")
    if not any(_is_said(character) for character in text[low:start]):
        start = low
    return _name(text, start, paren, certain=certain)


def _stands_alone(text: str, start: int, paren: int) -> bool:
    """Whether a line behind a blank line holds nothing but what may be a name."""
    return bool(_BLANK_BEFORE.search(text, max(0, start - _MAX_NAME), start)) and not _NO_NAME.search(
        text, start, paren
    )


def _is_said(character: str) -> bool:
    """Whether a tweet may consist of it: a letter, a digit, an emoji."""
    return character.isalnum() or (character >= "\u2600" and unicodedata.category(character) == "So")


def _is_apart(before: str, start: int) -> bool:
    """Whether it is plain that the name is no longer: it has two words, or no word with a capital right before it."""
    left = before[:start]
    if " " in before[start:].strip() or not left.strip():
        return start == 0 or not (left[-1].islower() and before[start].islower())
    if left[-1].isspace() and before[start].islower():
        return True
    word = left.split()[-1]
    return word == word.lower() or not word[-1].isalnum()


def _exactly_named(before: str, handle: str) -> int | None:
    """Where the words begin that are the handle, letter by letter; initials and emoji among them are passed over.

    Handles put `real` before a name, and digits and lines around it. Within a word only a long handle tells its begin.
    """
    bare = handle.replace("_", "")
    ended, plain = bare.rstrip("0123456789"), bare.strip("0123456789")
    without_initials = _INITIAL.sub(lambda initial: " " * len(initial[0]), before)
    for wanted in dict.fromkeys(each.removeprefix("real") for each in (bare, ended, plain)):
        for letters in (before, without_initials):
            start = _spelt(letters, wanted) if len(wanted) > 1 else None
            if start is not None and _may_begin(before, start, wanted):
                return start
    return None


def _spelt(letters: str, wanted: str) -> int | None:
    """Where the end of `letters` begins that spells `wanted`, marks and blanks aside."""
    for place in range(len(letters) - 1, -1, -1):
        letter = _squashed(letters[place])
        if not wanted.endswith(letter):
            return None
        wanted = wanted.removesuffix(letter)
        if not wanted:
            return place
    return None


def _may_begin(before: str, start: int, wanted: str) -> bool:
    left = before[:start]
    if not left or not left[-1].isalnum():
        return not left.endswith(("'", "’", "-"))
    # `itRihanna`, and `itrihanna` where it is no word's usual end
    return before[start].isupper() or (len(wanted) > _LONG_HANDLE and " " in left)


def _glue(before: str, handle: str) -> int | None:
    """The last place where a name is glued to text: a capital right behind a small letter, a mark, a quote or an emoji.

    A word that stands in the handle is whole (`BuzzFeed`), and so are particles and initials (`McKay`, `J.K.`).
    """
    for place in range(len(before) - 1, 0, -1):
        if not _is_glued(before[place - 1], before[place]):
            continue
        word = _AROUND.search(before, 0, place)
        left = word[0] if word else ""
        if _squashed(left + before[place:].split()[0]) in handle or _PARTICLE.fullmatch(left):
            continue
        rest = before[place:]
        return None if len(rest.split()) > _GLUED_WORDS or SENTENCE.search(_ABBREVIATED.sub("", rest)) else place
    return None


def _is_glued(one: str, other: str) -> bool:
    if one >= "\u2600" and unicodedata.category(one) in {"So", "Mn", "Sk"}:
        return other.isalpha()
    return other.isupper() and (one.islower() or one in _GLUING)


def _is_name(bounded: str, named: int | None) -> bool:
    """Whether all that stands within its bounds is a name, of which the words from `named` on stand in the handle."""
    if len(bounded) >= _MAX_NAME or len(bounded.split()) > _MAX_WORDS or SENTENCE.search(bounded):
        return False
    before = bounded[:named]
    if named is not None and (before[-1:].isalnum() or any(word.islower() for word in before.split())):
        return False
    return not _NO_NAME.search(before.removesuffix("#")) and bounded.rstrip()[-1:] not in "。！？…"


def _is_capitalised(name: str) -> bool:
    """Whether every word has a capital; the scripts that have none leave it open where a name begins."""
    return all(word[0].isupper() or not word[0].isalpha() for word in name.split()) and name.upper() != name.lower()


def _last_link_end(link_ends: Sequence[int], place: int) -> int:
    before = bisect_right(link_ends, place)
    return link_ends[before - 1] if before else 0


def _name(text: str, start: int, paren: int, *, certain: bool) -> Name:
    return Name(start, text[start:paren].strip(MARKS).lstrip(";:, ") or None, "high" if certain else "low")


def _named_by_handle(before: str, handle: str) -> int | None:
    """Where the last words begin that all stand in the handle: `Eva Lind` in `EvaBoLind`.

    Where they are not all of it, one more word with a capital is taken for the name's: `Bo Berg` of `skipberg`.
    """
    start = None
    for word in reversed([*_WORD.finditer(before)]):
        squashed = _squashed(word[0])
        if len(squashed) < 2 or squashed not in handle:
            more = start is not None and word[0][0].isupper() and not SENTENCE.search(word[0] + " x")
            return word.start() if more and _squashed(before[start:]) != _squashed(handle) else start
        start = word.start()
    return start


def _squashed(name: str) -> str:
    """Letters and digits alone, in lower case and without accents, as handles are made of names."""
    letters = name if name.isascii() else unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if letter.isalnum()).lower()
