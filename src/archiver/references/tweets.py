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

from archiver.model import Confidence, Moment, Span
from archiver.references.dates import written
from archiver.references.links import places


class Signature(NamedTuple):
    """A signed tweet: `span` covers text and signature, `body` the text alone (empty: there is none)."""

    span: Span
    body: Span
    author: str | None
    handle: str
    posted: Moment | None
    confidence: Confidence


class _Name(NamedTuple):
    """Where the signature begins (its dash, or its name), the display name, and how sure both are."""

    start: int
    author: str | None
    confidence: Confidence


_HANDLE = re.compile(r"[@＠]([A-Za-z0-9_]{1,20})\s?[)）]\s{0,3}")

# What other software writes around `(@handle)` and a date: Instagram's captions, and bylines.
_CAPTION = re.compile(r"(?i)\b(?:post|photo|video|reel|story)\s(?:shared|posted)\sby\s[^()]{0,60}\Z")
_CLOCK = re.compile(r"[,،]?\s(?:at|um|à|a las|às|alle|om|kl\.?)\s\d")
_BYLINE = re.compile(r"\s{0,9}(?i:by|von|par|por|di|door|av|from)\s(?:[^\Wa-z\d_]\S{0,30}\s{1,3}){1,5}\Z")

# An em dash, whole or as broken software leaves it, may be glued to its neighbours; the others need a blank.
_EM = r"[—―⸺\x97]|â€[”\"“]|â\x80\x94|&mdash;|&#8212;|---?|ÔÇö"
_DASH = re.compile(rf"(?:{_EM})\s{{0,3}}")
_HYPHEN = re.compile(
    r"(?:[–‒\x96]|â€“|â\x80\x93|&ndash;|&#8211;|\ufffd{1,3}|(?<![^\s.!?…\"”’)])-)\s{1,3}|(?<![^\n])\?[ ]"
)

_MAX_NAME = 60  # a display name has at most 50 characters; broken software makes it longer
_MAX_WORDS = 4
_NO_NAME = re.compile(r"[@#\"”]")
_MAX_TWEET = 400  # a tweet has at most 280, of which a link counts 23 whatever its length
_REACH = 1024  # how far a signature looks back; what holds a line of 10 MB linear
_GAP = re.compile(r"(?<![ \t\xa0])[ \t\xa0]{2,}+(?=\S)")
_BLANK_LINE = re.compile(r"\n[ \t\xa0]*\n\s*")
_SENTENCE = re.compile(
    r"(?:(?<![A-Z])(?<!\b[DJMS]r)(?<!\bSt)(?<!\bSen)(?<!\bRep)(?<!\bGov)\.|[!?…。！？]|:(?=\s))[\"”’)»]*\s*(?=\S)"
)
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
    ends = [link.end for link in links]
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
    if paren < 0 or text[paren + 1 : at].strip():
        return None
    date = written(text, match.end())
    low = max(floor, paren - _REACH)
    if date is None or _is_caption(text, low, paren, date.end):
        return None
    name = _dashed(text, low, paren, link_ends) or _undashed(text, low, paren, match[1], link_ends)
    if name is None:
        return None
    body, confidence = _body(text, low, name.start)
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
    before = text[max(low, paren - 2 * _MAX_NAME) : paren]
    return bool(_CLOCK.match(text, end) or (" by " in before and _CAPTION.search(before)))


def _dashed(text: str, low: int, paren: int, link_ends: Sequence[int]) -> _Name | None:
    """The name between a dash and the parenthesis: a dash that begins the line is the signature's, else the last is.

    No name goes over a line's end or holds a link; after a hyphen, which prose has too, it holds no sentence's end.
    """
    low = max(low, paren - _MAX_NAME, _last_link_end(link_ends, paren))
    dashes, weak = [*_DASH.finditer(text, low, paren)], False
    if not dashes:
        dashes, weak = [*_HYPHEN.finditer(text, low, paren)], True
    for dash in (*(dash for dash in dashes if _begins_line(text, low, dash.start())), *reversed(dashes)):
        author = text[dash.end() : paren].strip()
        if "\n" not in author and not (weak and _SENTENCE.search(author)):
            return _Name(dash.start(), author or None, "high")
    return None


def _undashed(text: str, low: int, paren: int, handle: str, link_ends: Sequence[int]) -> _Name | None:
    """A name without a dash: a line of its own, or glued to the tweet's text.

    A link, a gap or the line's beginning may bound it. A few words within such bounds are the name. Else words that the
    handle holds are, or else the last capitalised words: a guess, and called one.
    """
    line = _line_start(text, low, paren)
    if _BYLINE.match(text[line:paren]):
        return None
    edge = max(line, paren - _MAX_NAME, _last_link_end(link_ends, paren))
    edge = max([edge, *(gap.end() for gap in _GAP.finditer(text, edge, paren))])
    before = text[edge:paren]
    named = _named_by_handle(before, handle.lower())
    words = _CAPITALISED.search(before)
    if _is_name(before, named):
        return _name(text, edge, paren, certain=named is not None or (words is not None and not words.start()))
    if named is not None:
        return _name(text, edge + named, paren, certain=_squashed(before[named:]) == _squashed(handle))
    return _name(text, edge + words.start() if words else paren, paren, certain=False)


def _is_name(bounded: str, named: int | None) -> bool:
    """Whether all that stands within its bounds is a name, of which the words from `named` on stand in the handle."""
    if len(bounded) >= _MAX_NAME or len(bounded.split()) > _MAX_WORDS or _SENTENCE.search(bounded):
        return False
    glued = named is not None and bounded[:named][-1:].isalnum()
    return not glued and not _NO_NAME.search(bounded[:named])


def _last_link_end(link_ends: Sequence[int], place: int) -> int:
    before = bisect_right(link_ends, place)
    return link_ends[before - 1] if before else 0


def _name(text: str, start: int, paren: int, *, certain: bool) -> _Name:
    return _Name(start, text[start:paren].strip().lstrip(";:, ") or None, "high" if certain else "low")


def _named_by_handle(before: str, handle: str) -> int | None:
    """Where the last words begin that all stand in the handle: `Eva Lind` in `EvaBoLind`."""
    start = None
    for word in reversed([*_WORD.finditer(before)]):
        squashed = _squashed(word[0])
        if len(squashed) < 2 or squashed not in handle:
            break
        start = word.start()
    return start


def _squashed(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _body(text: str, low: int, sign: int) -> tuple[Span, Confidence]:
    """The tweet's text, which ends before the signature at `sign`, and whether there is doubt where it begins.

    It is the line before, or what stands before the signature on its line. Several lines are a tweet's where blank
    lines set them off as a paragraph and they are no longer than a tweet. Where paragraphs were run together into one
    line, a gap of two blanks is what is left of their bounds, or else the first sentence that a tweet has room for.
    """
    end = low + len(text[low:sign].rstrip())
    start = _line_start(text, low, end)
    blanks = _BLANK_LINE.finditer(text, max(low, end - _MAX_TWEET), end)
    paragraph = max((blank.end() for blank in blanks), default=start)
    confidence: Confidence = "high"
    if paragraph < start:
        start, confidence = paragraph, "low"
    elif gaps := [gap.end() for gap in _GAP.finditer(text, start, end)]:
        start, confidence = gaps[-1], "low"
    elif end - start > _MAX_TWEET:
        sentence = _SENTENCE.search(text, end - _MAX_TWEET, end)
        start, confidence = sentence.end() if sentence else end - _MAX_TWEET, "low"
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return (Span(start, end) if start < end else Span(sign, sign)), confidence


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
