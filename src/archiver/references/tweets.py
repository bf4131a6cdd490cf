"""Tweets that a text quotes with a signature, `— Name (@handle) July 21, 2017`, and what their text names.

`(@handle)` and a date right after it are the evidence. The rest is line structure: the display name stands between the
last dash and the parenthesis, and the tweet's text before the dash. Where software has lost the dash, or has run
paragraphs together, begin and name are the best guess that the text allows, and the `confidence` says so.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archiver.model import Confidence, Moment, Span, TweetForm
from archiver.references.dates import written
from archiver.references.links import places
from archiver.references.names import (
    GAP,
    MARKS,
    PARAGRAPH_ENDS,
    Name,
    begins_line,
    dashed,
    is_caption,
    is_whole_name,
    line_start,
    undashed,
)
from archiver.references.spelling import SENTENCE
from archiver.references.urls import status


class Signature(NamedTuple):
    """A quoted tweet: `span` covers text and signature, `body` the text alone (empty: there is none)."""

    span: Span
    body: Span
    author: str | None
    handle: str
    posted: Moment | None
    confidence: Confidence
    form: TweetForm = "signature"


_HANDLE = re.compile(
    r"[@＠]([A-Za-z0-9_]{1,20})[\s\u200e\u200f]?[)）](?P<parted>[ \xa0]{0,3}[,·|–—-][ \xa0]{0,3}(?=\S))?"
    r"(?:[ \xa0]{4,40}|[\s\u200e\u200f]{0,3})(?P<on>on[ \xa0](?=[A-Z\d]))?"
)
# What stands in its place behind a dash that begins a line, which is evidence enough: other brackets, Markdown.
_LOOSE_HANDLE = re.compile(
    r"[@＠][ \xa0]?([A-Za-z0-9_]{1,20})(?:\]\([^\s()]{1,100}\)[)）]?|\s?[)）\]])(?:\s{0,3}[,·–-]\s{0,3}|\s{0,40})\[?"
)
# A handle without brackets: behind an em dash that begins a line, and a name.
_BARE_HANDLE = re.compile(r"(?<=[ \xa0])[@＠]([A-Za-z0-9_]{1,20})(?:,?[ \xa0]{1,3}|[ \xa0]?[·|–—-][ \xa0]?)(?=\S)")
_BARE_DASH = re.compile(r"[—―⸺⸻]|--")
# What other software writes after `(@handle)` and a date. Instagram's captions have a time of day
# and its zone after it.
_CLOCK = re.compile(
    r"[,،]?[ \xa0](?![A-ZА-Я])[^\W\d_]{1,4}\.?(?:[ \xa0](?:las?|ore)(?:\(s\))?)?[ \xa0]\d{1,2}[:.h]\d\d"
    r"[ \xa0]?(?:[AaPp]\.?[Mm]\.?)?[ \xa0](?:[PMCEA][SD]T|UTC|GMT|[A-Z]{2,4}T\b)"
)
# A sentence that goes on behind a date: where no dash parts them, name and date are words of it.
_GOING_ON = re.compile(
    r",?[ \xa0](?:(?P<loose>at|in|on|of|from|to|for|with|as|after|before|during|until|by|about|via|um|im|auf|bei|mit"
    r"|dans|avec|pour|con|por)|and|or|but|when|where|while"
    r"|who|whose|which|that|is|was|are|were|will|would|has|had|said|says|wrote|tweeted|(?:to|by|in|on)to"
    r"|und|der|die|das|et|qui|est|para|que|fue)[ \xa0](?=\S)"
)
# What leads a sentence to a name, and how it goes on behind the date.
_LEADING = re.compile(
    r"(?i:(?<!\w)(?:with|by|from|of|to|for|at|about|via|and|or|like|follow|see|ask|contact|meet|interview|mit|von|bei|an"
    r"|con|de|avec|par|per))[ \xa0]\Z"
)
_LED_ON = re.compile(r":?[ \xa0][^\WA-Z\d_]")
_LEAD = 16
_REACH = 1024  # how far a signature looks back; what holds a line of 10 MB linear
# What a tweet has room for, with some for the links that articles give in full.
_ROOM = 400
_FORMER_ROOM = 200
_ROOM_GREW = "2017-11-07"  # the day on which 140 characters became 280
_BLANK_LINE = re.compile(r"\n[ \t\xa0]*\n\s*")
_MENTION = re.compile(
    r"[@＠](?:(?<![A-Za-z0-9_!#$%&*@＠].)|(?<=\b(?:RT|rt).))([A-Za-z0-9_]{1,20}+)(?![@＠\u00c0-\u024f]|://)"
)
_IN_TAGS = frozenset("_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7")


# An old retweet: it begins a line or a quotation, or has its colon.
_RETWEET = re.compile(
    r"(?:(?P<first>(?<![^\n])[ \t>*•–-]{0,4}[\"“”]?)|(?<=[“\"])|(?<=\s)(?=RT[ \xa0][@＠]\w{1,20}:))"
    r"\bRT[ \xa0][@＠]([A-Za-z0-9_]{1,20})(?P<colon>:[ \xa0]{0,2}|[ \xa0]{1,2})(?=\S)"
)
_QUOTES = {"“": "”", '"': '"', "”": "”"}
# What an article says before a tweet, on its line; the one may be a tweet's own words, the other hardly is.
_SAID = re.compile(r"\b(?:wrote|said|posted|added|replied):\s")
_TWEETED = re.compile(r"\b(?:[Tt]witter|[Tt]weet(?:ed|s|ing)?):\s+(?=\S)")


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
        matches = (pattern.match(text, at) for pattern in (_HANDLE, _LOOSE_HANDLE, _BARE_HANDLE))
        found = next((found for match in matches if match and (found := _signature(text, floor, match, ends))), None)
        if found is not None:
            floor = _behind_address(text, found, links)
            yield found


def _behind_address(text: str, signature: Signature, links: Sequence[Span]) -> int:
    """Where the next tweet may begin: behind the signature, and behind the tweet's address if that follows it."""
    following = bisect_left(links, signature.span.end, key=lambda link: link.start)
    for link in links[following : following + 1]:
        if is_its_address(text, signature, link):
            return link.end
    return signature.span.end


def is_its_address(text: str, signature: Signature, link: Span) -> bool:
    """Whether a link that follows a signature, after no more than blanks, is the address of the very tweet."""
    if text[signature.span.end : link.start].strip(" \t\n\xa0)]("):
        return False
    named = status(link.of(text))
    return named is not None and (named.handle or "").lower() == signature.handle.lower()


def _signature(text: str, floor: int, match: re.Match[str], link_ends: Sequence[int]) -> Signature | None:
    """The signed tweet of a handle in parentheses, where a date follows it and it is no caption or byline."""
    paren = _bracket(text, floor, match)
    if paren is None:
        return None
    is_loose = match.re is not _HANDLE or text[paren] == "["
    paren -= text[paren - 1 : paren + 1] == "(["
    date = written(text, match.end())
    low = max(floor, paren - _REACH)
    if date is None or is_caption(text, low, paren, match[1]):
        return None
    name = dashed(text, low, paren, match[1], link_ends) or undashed(text, low, paren, match[1], link_ends)
    begins = name is not None and begins_line(text, low, name.start)
    if name is None or (is_loose and not (begins and name.is_dashed)) or not _is_evident(text, match, name, date.end):
        return None
    if not name.is_dashed and (_CLOCK.match(text, date.end) or _goes_on(text, name, date.end)):
        return None
    if not begins and _CLOCK.match(text, date.end):
        return None
    is_former = date.moment is not None and date.moment.value < _ROOM_GREW
    sign = line_start(text, low, name.start) if begins else name.start
    body, confidence = _body(text, low, sign, date.end, _FORMER_ROOM if is_former else _ROOM)
    # A line below the first of all may be the byline below a title.
    is_title = (
        body.start == 0 and text[body.end - 1 : body.end] not in PARAGRAPH_ENDS and bool(text[date.end :].strip())
    )
    is_below_title = not name.is_dashed and begins and is_title
    is_led = not name.is_dashed and _LEADING.search(text, max(low, name.start - _LEAD), name.start) is not None
    doubts = is_below_title or is_led or match.re is _BARE_HANDLE
    confidence = "low" if doubts or "low" in {confidence, name.confidence} else "high"
    return Signature(Span(body.start, date.end), body, name.author, match[1], date.moment, confidence)


def _bracket(text: str, floor: int, match: re.Match[str]) -> int | None:
    """Where the bracket before a handle stands, or the handle itself where it has none; None for no signature's."""
    at = match.start()
    if match.re is _BARE_HANDLE:
        low = max(floor, at - _FORMER_ROOM)
        return at if _BARE_DASH.match(text[line_start(text, low, at) : at].lstrip(" \t\xa0>")) else None
    paren = max(text.rfind(bracket, max(floor, at - 2), at) for bracket in "(（[")
    return None if paren < 0 or text[paren + 1 : at].strip(MARKS) else paren


def _is_evident(text: str, match: re.Match[str], name: Name, end: int) -> bool:
    """Whether a date that is parted from the handle, or a handle without brackets, is a signature's all the same.

    A dash says so, or the text that the name is glued to; behind `on` and bare handles, an em dash that begins a line.
    """
    if match.re is _BARE_HANDLE:
        return _BARE_DASH.match(text, name.start) is not None and is_whole_name(name.author or "", match[1])
    if match.re is not _HANDLE:
        return True
    if match["on"]:
        return name.is_dashed and text[end : end + 1] in {"", "\n"}
    if match["parted"] and name.is_dashed:
        return _GOING_ON.match(text, end) is None
    return not match["parted"] or not text[name.start - 1 : name.start].isspace()


def _goes_on(text: str, name: Name, end: int) -> bool:
    """Whether name and date stand within a sentence: nothing but a blank before them, and a small word behind.

    Behind a sentence's end a preposition says nothing; behind a word that leads to a name, every small word tells.
    """
    before = text[max(0, name.start - _LEAD) : name.start]
    if before.rstrip(" \xa0\n") == before != "":
        return False
    first = (name.author or "").partition(" ")[0]
    if _LED_ON.match(text, end) and (_LEADING.search(before) or _LEADING.match(f"{first} ")):
        return True
    going_on = _GOING_ON.match(text, end)
    is_behind_sentence = before.rstrip(" \xa0")[-1:] in {".", "!", "?", "…"}
    return going_on is not None and not (going_on["loose"] and is_behind_sentence)


def retweets(text: str) -> Iterator[Signature]:
    """The retweets of a normalised text, `RT @handle: …`, whose text is the rest of their line or quotation.

    >>> text = "Then this:\\nRT @tideline: the bells ring at noon\\nSo it was."
    >>> [(found.handle, found.body.of(text), found.confidence) for found in retweets(text)]
    [('tideline', 'the bells ring at noon', 'high')]
    """
    floor = 0
    for match in _RETWEET.finditer(text) if "RT" in text else ():
        if match.start() >= floor:
            found = _retweet(text, match)
            floor = found.span.end
            if found.body.start < found.body.end:
                yield found


def _retweet(text: str, match: re.Match[str]) -> Signature:
    start, begin, limit = match.start() + match[0].index("RT"), match.end(), match.end() + _ROOM
    line_end = text.find("\n", begin, limit)
    end = line_end if line_end >= 0 else min(limit, len(text))
    quote = _QUOTES.get(text[start - 1 : start])
    closing = text.find(quote, begin, end) if quote else -1
    rest = text[closing + 1 : end].strip() if closing >= 0 else ""
    body = Span(begin, begin + len(text[begin : closing if closing >= 0 else end].rstrip()))
    is_whole = match["first"] is not None and (line_end >= 0 or end == len(text)) and not rest
    sure: Confidence = "high" if is_whole and match["colon"].startswith(":") else "low"
    return Signature(Span(start, body.end), body, None, match[2], None, sure, "retweet")


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


def _body(text: str, low: int, sign: int, after: int, room: int) -> tuple[Span, Confidence]:
    """The tweet's text, which ends before the signature at `sign`, and whether there is doubt where it begins.

    It is the line before, or what stands before the signature on its line. Several lines are a tweet's where blank
    lines set them off as a paragraph and they are no longer than a tweet. Where paragraphs were run together into one
    line, a gap of two blanks is what is left of their bounds, or else the first sentence that a tweet has room for.
    """
    end = low + len(_unquoted(text[low:sign].rstrip()))
    start = line_start(text, low, end)
    blanks = _BLANK_LINE.finditer(text, max(low, end - _ROOM), end)
    paragraph = max((blank.end() for blank in blanks), default=start)
    confidence: Confidence = "high"
    if paragraph < start:
        start, confidence = paragraph, "low"
    elif gaps := [gap.end() for gap in GAP.finditer(text, start, end)]:
        start, confidence = gaps[-1], "low"
    elif end - start > _ROOM or (_is_run_in(text, low, Span(start, end), after) and SENTENCE.search(text, start, end)):
        start, confidence = _first_with_room(text, Span(start, end), room), "low"
    elif _is_continued(text, low, start) or _SAID.search(text, start, end):
        confidence = "low"
    if tweeted := _TWEETED.search(text, start, end):
        start, confidence = tweeted.end(), "low"
    start, end = _bare(text, start, end)
    return (Span(start, end) if start < end else Span(sign, sign)), confidence


def _unquoted(before: str) -> str:
    """What stands before a signature, without the empty lines of a Markdown quotation at its end."""
    while before.endswith(">") and before.rstrip(" \t>").endswith("\n"):
        before = before.rstrip(" \t>").rstrip()
    return before


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A body without the blanks and the Markdown around it: `> ` before a quotation, `*` around what is emphasised."""
    start += len(text[start:end]) - len(text[start:end].lstrip().removeprefix("> ").lstrip())
    if end - start > 2 and text[start] == text[end - 1] and text[start] in "*_":
        start, end = start + 1, end - 1
    return start, end


def _first_with_room(text: str, line: Span, room: int) -> int:
    """Where the first sentence begins that a tweet has room for, if the line holds more than that."""
    if line.end - line.start <= room:
        return line.start
    sentence = SENTENCE.search(text, line.end - room, line.end)
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
    return bool(above) and above[-1] != "\n" and above.rstrip()[-1:] not in PARAGRAPH_ENDS


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
