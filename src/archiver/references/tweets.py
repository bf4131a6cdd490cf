"""Tweets that a text quotes with a signature, `— Name (@handle) July 21, 2017`, and what their text names.

`(@handle)` and a date right after it are the evidence. The rest is line structure: the display name stands between the
last dash and the parenthesis, and the tweet's text before the dash. Where software has lost the dash, or has run
paragraphs together, begin and name are the best guess that the text allows, and the `confidence` says so.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archiver.model import Confidence, Moment, Span, TweetForm
from archiver.references.dates import written
from archiver.references.links import places


class Signature(NamedTuple):
    """A quoted tweet: `span` covers text and signature, `body` the text alone (empty: there is none)."""

    span: Span
    body: Span
    author: str | None
    handle: str
    posted: Moment | None
    confidence: Confidence
    form: TweetForm = "signature"


class _Name(NamedTuple):
    """Where the signature begins (its dash, or its name), the display name, and how sure both are."""

    start: int
    author: str | None
    confidence: Confidence


_HANDLE = re.compile(r"[@＠]([A-Za-z0-9_]{1,20})[\s\u200e\u200f]?[)）][\s\u200e\u200f]{0,3}")
_MARKS = " \t\n\xa0\u200e\u200f"

# What other software writes around `(@handle)` and a date. Instagram's captions have a time of day after it.
_CLOCK = re.compile(
    r"[,،]?[ \xa0](?![A-ZА-Я])[^\W\d_]{1,4}\.?(?:[ \xa0](?:las?|ore)(?:\(s\))?)?[ \xa0]\d{1,2}[:.h]\d\d"
)
_CAPTION = re.compile(
    r"(?i)(?:\b(?:post|photo|video|reel|story)\s(?:shared|posted)\sby|\bgeteilt\svon|\bp(?:artag|ubli)ée\spar|\bcondiviso\sda"
    r"|\b(?:compartid|publicad|(?:com)?partilhad)[ao]\s(?:de|por)|\bgedeeld\sdoor|публикация\sот|\bdel[at]t?\sa[vf])"
    r"\s[^\n—–@]{0,60}\Z"
)
# Bylines and credits have no tweet's text before them.
_CREDIT = re.compile(
    r"[\s(\[|•]{0,4}(?i:(?:(?:posted|written|published|reported|edited|reviewed|story|words|text|photo(?:graph|s)?|image"
    r"|picture|video|foto)\s)?(?:by|von|par|por|di|door|av|from)\s"
    r"|(?:photo|image|picture|video|foto|bild|text|author|aut[eo]u?r|credit|crédit|source|reporter)\w*(?:\s\w{1,9})?\s?:\s)"
    r"(?:[^\Wa-z\d_]\S{0,30}\s{1,3}){1,5}\Z"
)

# An em dash, whole or as broken software leaves it, may be glued to its neighbours; the others need a blank.
_EM = r"[—―⸺\x97]|â€[”\"“]|â\x80\x94|&mdash;|&#8212;|---?|ÔÇö"
_DASH = re.compile(rf"(?:{_EM})\s{{0,3}}")
_HYPHEN = re.compile(
    r"(?:[–‒\x96]|â€“|â\x80\x93|&ndash;|&#8211;|\ufffd{1,3}|(?<![^\s.!?…\"”’)])-)\s{1,3}|(?<![^\n])\?[ ]"
)

_MAX_NAME = 60  # a display name has at most 50 characters; broken software makes it longer
_MAX_WORDS = 4
_SHORT_WORD = 3
_NO_NAME = re.compile(r"[@#\"”]")
_REACH = 1024  # how far a signature looks back; what holds a line of 10 MB linear
# What a tweet has room for, with some for the links that articles give in full.
_ROOM = 400
_FORMER_ROOM = 200
_ROOM_GREW = "2017-11-07"  # the day on which 140 characters became 280
_GAP = re.compile(r"(?<![ \t\xa0])[ \t\xa0]{2,}+(?=\S)")
_BLANK_LINE = re.compile(r"\n[ \t\xa0]*\n\s*")
# A sentence's end, up to where the next begins. What is glued to a full stop begins one with a capital, with the number
# of a thread (`1/`), or as a small word behind a word. A link that follows is no sentence.
_SENTENCE = re.compile(
    r"(?:(?<![A-Z])(?<!\b[DJMS]r)(?<!\bSt)(?<!\bSen)(?<!\bRep)(?<!\bGov)(?<!\bCmdr)(?<!\bCapt)(?<!\bProf)\."
    r"(?=[\"”’)»\s]|[^\Wa-z\d_]|[@#“‘]|\d{1,2}/|(?<=[a-z]{4}\.)[a-z]{1,15}\s)|[!?…。！？]|:(?=\s))[\"”’)»]*\s*(?=\S)(?!https?:|pic\.)"
)
# What paragraphs end with; and a word with a capital that is glued to small letters: `knewBo`.
_PARAGRAPH_ENDS = '.!?…:"”’)»。！？'
_GLUED = re.compile(r"[^\WA-Z\d_]{2,}[A-Z]")
_WORD = re.compile(r"(?:[A-Z]|(?<!\S)\S|(?<=[.!?…\"”])\S)(?:[^\sA-Z]*(?:[A-Z]+(?![^\sA-Z]))?)")
_CAPITALISED = re.compile(r"(?:(?<!\S)[^\Wa-z\d_]\S{0,30}\s{1,3}){1,6}\Z")

_MENTION = re.compile(
    r"[@＠](?:(?<![A-Za-z0-9_!#$%&*@＠].)|(?<=\b(?:RT|rt).))([A-Za-z0-9_]{1,20}+)(?![@＠\u00c0-\u024f]|://)"
)
_IN_TAGS = frozenset("_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7")


def signatures(text: str, links: Sequence[Span] = ()) -> Iterator[Signature]:
    """The signed tweets of a normalised text, in its order and never overlapping; `links` are the places of its links.

    >>> text = "NEW: a report\\n— Tideline (@tideline) July 21, 2017"
    >>> [(found.author, found.handle, found.posted.value, found.body.of(text)) for found in signatures(text)]
    [('Tideline', 'tideline', '2017-07-21', 'NEW: a report')]
    """
    floor = 0
    # A name may be that of a site; only more of an address than its host tells where a name begins.
    ends = [link.end for link in links if "/" in link.of(text)]
    for at in places(text, "@", "＠"):
        match = _HANDLE.match(text, at)
        found = _signature(text, floor, match, ends) if match else None
        if found is not None:
            floor = found.span.end
            yield found


def _signature(text: str, floor: int, match: re.Match[str], link_ends: Sequence[int]) -> Signature | None:
    """The signed tweet of a handle in parentheses, where a date follows it and it is no caption or byline."""
    at = match.start()
    paren = max(text.rfind("(", max(floor, at - 2), at), text.rfind("（", max(floor, at - 2), at))
    if paren < 0 or text[paren + 1 : at].strip(_MARKS):
        return None
    date = written(text, match.end())
    low = max(floor, paren - _REACH)
    if date is None or _is_caption(text, low, paren, date.end):
        return None
    name = _dashed(text, low, paren, match[1], link_ends) or _undashed(text, low, paren, match[1], link_ends)
    if name is None:
        return None
    is_former = date.moment is not None and date.moment.value < _ROOM_GREW
    body, confidence = _body(text, low, name.start, date.end, _FORMER_ROOM if is_former else _ROOM)
    confidence = "low" if "low" in {confidence, name.confidence} else "high"
    return Signature(Span(body.start, date.end), body, name.author, match[1], date.moment, confidence)


def mentions(text: str) -> tuple[str, ...]:
    """The accounts that a tweet's text names, without @, by twitter-text's rules; repeated ones once.

    >>> mentions("RT @jane: ask ＠desk_1, not me@example.org")
    ('jane', 'desk_1')
    """
    return tuple(dict.fromkeys(_MENTION.findall(text) if "@" in text or "＠" in text else ()))


def hashtags(text: str) -> tuple[str, ...]:
    """The hashtags of a tweet's text, without #, by twitter-text's rules; repeated ones once.

    >>> hashtags("#HarbourForums ＃大丈夫。 #1 #1st a#b &#nbsp;")
    ('HarbourForums', '大丈夫', '1st')
    """
    found = (_tag(text, place) for place in places(text, "#", "＃"))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _is_caption(text: str, low: int, paren: int, end: int) -> bool:
    return bool(_CLOCK.match(text, end) or _CAPTION.search(text, max(low, paren - 2 * _MAX_NAME), paren))


def _dashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> _Name | None:
    """The name between a dash and the parenthesis: a dash that begins the line is the signature's, else the last is.

    No name goes over a line's end or holds a link. After a dash that prose may have too, it reads like no prose.
    """
    low = max(low, paren - _MAX_NAME, _last_link_end(link_ends, paren))
    strong, weak = ([*dash.finditer(text, low, paren)] for dash in (_DASH, _HYPHEN))
    first = [dash for dash in (*strong, *weak) if _begins_line(text, low, dash.start())]
    for dash in (*first, *reversed(strong), *reversed(weak)):
        author = text[dash.end() : paren].strip(_MARKS)
        if "\n" not in author and (dash in first or not _is_prose(author, handle.lower(), weak=dash in weak)):
            sure = dash in first or dash in strong or text[low : dash.start()].rstrip()[-1:] in _PARAGRAPH_ENDS
            return _Name(dash.start(), author or None, "high" if sure else "low")
    return None


def _is_prose(author: str, handle: str, *, weak: bool) -> bool:
    """Whether a dash within a line belongs to the tweet's text, so that the name has to be found in `author`.

    A gap says so, and a sentence's end after a hyphen; after an em dash, one before what the handle names. Else words
    that begin small do, where they hold a sentence's end or a capital.
    """
    sentence = _SENTENCE.search(author)
    if _GAP.search(author) or (sentence and (weak or (_named_by_handle(author, handle) or 0) >= sentence.end())):
        return True
    first, _, rest = author.partition(" ")
    # Short words stand in many a handle: `and` in `saltandrope`.
    if handle.startswith(_squashed(first)) or (len(first) > _SHORT_WORD and _squashed(first) in handle):
        return False
    is_phrase = bool(rest) and (weak or sentence is not None or rest != rest.lower())
    return bool(_GLUED.match(first)) or (first.islower() and is_phrase)


def _undashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> _Name | None:
    """A name without a dash; none where it is a byline or a credit: said so, or there is no text that it could sign."""
    line = _line_start(text, low, low + len(text[low:paren].rstrip()))
    if _CREDIT.match(text, line, paren):
        return None
    name = _glued(text, max(line, paren - _MAX_NAME, _last_link_end(link_ends, paren)), paren, handle)
    return name if line > 0 or text[: name.start].strip() else None


def _glued(text: str, edge: int, paren: int, handle: str) -> _Name:
    """A name on a line of its own, or glued to the tweet's text. It begins at `edge`, the line's or a link's, or later.

    A gap may bound it as well. A few words within such bounds are the name. Else words that the handle holds are, or
    else the last capitalised words: a guess, and called one.
    """
    edge = max([edge, *(gap.end() for gap in _GAP.finditer(text, edge, paren))])
    before = text[edge:paren]
    named = _named_by_handle(before, handle.lower())
    words = _CAPITALISED.search(before)
    if _is_name(before, named):
        return _name(text, edge, paren, certain=named == 0 or _is_capitalised(before))
    if named is not None:
        named -= before[:named].endswith("#")
        return _name(text, edge + named, paren, certain=_squashed(before[named:]) == _squashed(handle))
    return _name(text, edge + words.start() if words else paren, paren, certain=False)


def _is_name(bounded: str, named: int | None) -> bool:
    """Whether all that stands within its bounds is a name, of which the words from `named` on stand in the handle."""
    if len(bounded) >= _MAX_NAME or len(bounded.split()) > _MAX_WORDS or _SENTENCE.search(bounded):
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


def _name(text: str, start: int, paren: int, *, certain: bool) -> _Name:
    return _Name(start, text[start:paren].strip(_MARKS).lstrip(";:, ") or None, "high" if certain else "low")


def _named_by_handle(before: str, handle: str) -> int | None:
    """Where the last words begin that all stand in the handle: `Eva Lind` in `EvaBoLind`.

    Where they are not all of it, one more word with a capital is taken for the name's: `Bo Berg` of `skipberg`.
    """
    start = None
    for word in reversed([*_WORD.finditer(before)]):
        squashed = _squashed(word[0])
        if len(squashed) < 2 or squashed not in handle:
            more = start is not None and word[0][0].isupper() and not _SENTENCE.search(word[0] + " x")
            return word.start() if more and _squashed(before[start:]) != _squashed(handle) else start
        start = word.start()
    return start


def _squashed(name: str) -> str:
    """Letters and digits alone, in lower case and without accents, as handles are made of names."""
    letters = name if name.isascii() else unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if letter.isalnum()).lower()


def _body(text: str, low: int, sign: int, after: int, room: int) -> tuple[Span, Confidence]:
    """The tweet's text, which ends before the signature at `sign`, and whether there is doubt where it begins.

    It is the line before, or what stands before the signature on its line. Several lines are a tweet's where blank
    lines set them off as a paragraph and they are no longer than a tweet. Where paragraphs were run together into one
    line, a gap of two blanks is what is left of their bounds, or else the first sentence that a tweet has room for.
    """
    end = low + len(text[low:sign].rstrip())
    start = _line_start(text, low, end)
    blanks = _BLANK_LINE.finditer(text, max(low, end - _ROOM), end)
    paragraph = max((blank.end() for blank in blanks), default=start)
    confidence: Confidence = "high"
    if paragraph < start:
        start, confidence = paragraph, "low"
    elif gaps := [gap.end() for gap in _GAP.finditer(text, start, end)]:
        start, confidence = gaps[-1], "low"
    elif end - start > _ROOM or (_is_run_in(text, low, Span(start, end), after) and _SENTENCE.search(text, start, end)):
        start, confidence = _first_with_room(text, Span(start, end), room), "low"
    elif _is_continued(text, low, start):
        confidence = "low"
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return (Span(start, end) if start < end else Span(sign, sign)), confidence


def _first_with_room(text: str, line: Span, room: int) -> int:
    """Where the first sentence begins that a tweet has room for, if the line holds more than that."""
    if line.end - line.start <= room:
        return line.start
    sentence = _SENTENCE.search(text, line.end - room, line.end)
    return sentence.end() if sentence else line.end - room


def _is_run_in(text: str, low: int, line: Span, after: int) -> bool:
    """Whether paragraphs were run together: the text begins behind another tweet, or more follows on the one line."""
    if line.start == low > 0 and text[low - 1] != "\n":
        return True
    if "\n" in text[line.end : after]:
        return False
    line_end = text.find("\n", after, after + _REACH)
    follows = text[after : line_end if line_end >= 0 else after + _REACH].strip(" \t\xa0.…")
    return bool(follows) or (line.start == 0 and line_end < 0)


def _is_continued(text: str, low: int, start: int) -> bool:
    """Whether the line before may be a part of the same tweet: it stands right above, and ends like no paragraph."""
    above = text[low : max(low, start - 1)]
    return bool(above) and above[-1] != "\n" and above.rstrip()[-1:] not in _PARAGRAPH_ENDS


def _line_start(text: str, low: int, place: int) -> int:
    return text.rfind("\n", low, place) + 1 or low


def _begins_line(text: str, low: int, place: int) -> bool:
    return not text[_line_start(text, low, place) : place].strip()


def _tag(text: str, hash_at: int) -> str:
    """The tag that the # at `hash_at` begins; empty where it begins none. A tag needs a letter."""
    if hash_at and (text[hash_at - 1] == "&" or _is_tag_character(text[hash_at - 1])):
        return ""
    end = hash_at + 1
    while end < len(text) and _is_tag_character(text[end]):
        end += 1
    tag = text[hash_at + 1 : end]
    if text[end : end + 1] in {"#", "＃"} or text.startswith("://", end):
        return ""
    return tag if any(unicodedata.category(character)[0] in "LM" for character in tag) else ""


def _is_tag_character(character: str) -> bool:
    if character in _IN_TAGS:
        return True
    category = unicodedata.category(character)
    return category == "Nd" or (category[0] in "LM" and character not in "\ufe0e\ufe0f\u20e3")
