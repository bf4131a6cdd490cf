"""Tweets as Twitter's widget shows them: `Follow`, name and @handle, the text, `7:42 PM - 21 Jul 2017`.

Where a text was taken off the rendered page, a tweet has no signature but the widget's own lines. The button beside the
account and the time before the day are the evidence; what lies between is the tweet's text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from archiver.model import Confidence, Moment, Span
from archiver.references.dates import written
from archiver.references.links import places
from archiver.references.tweets import Signature

_BUTTONS = ("Follow", "Folgen", "Seguir", "Suivre", "Segui", "Volgen", "フォローする")
_ACCOUNT = re.compile(rf"@([A-Za-z0-9_]{{1,20}})(\s*[·•]\s*(?:{'|'.join(_BUTTONS)})\b)?(?=\s)")
_NAME = re.compile(r"(?:[^@\n]{1,60}\n?)\Z")
_SEALS = "✔✓☑"
_SEAL = re.compile(r"\s*(?:[✔✓☑]\ufe0f?|Verified(?: account)?)\Z")
_SEALED = re.compile(rf"(?<![^\n])[^@\n]{{1,60}}[{_SEALS}]\ufe0f?\s{{0,2}}\Z")
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d\d[ \xa0](?:[AaPp]\.?[Mm]\.?[ \xa0])?[-–·•][ \xa0]?(?=\w)")
_HEAD = 80  # how far before the account the button stands
_REACH = 700  # how far after it the time does: a tweet, with what the widget says of its pictures

# Within the widget's own element every line is its own: account, text, time; and what it says of itself around them.
_HANDLE = re.compile(
    rf"@([A-Za-z0-9_]{{1,20}})(?!\w)(?:\s*[·•]\s*|\s+)?(?:{'|'.join(_BUTTONS)})?[ \xa0]*(?:[·•][ \xa0]*)?"
    r"(?=\n|\Z|[·•\d]|[A-Z][a-z]{2} \d)"
)
_COUNTED = r"(?:retweet|repost|quote|quote[ ]tweet|like|view|bookmark|share|comment)s?|repl(?:y|ies)"
_CHROME = re.compile(
    rf"""(?ix)
    [\d.,]+[ ]?[KMB]? | (?:[\d.,]+[KMB]?[ ])?(?:{_COUNTED})(?:[ ,·]+[\d.,]+[KMB]?[ ](?:{_COUNTED}))*
    | [·•ⓘ|]+ | {"|".join(_BUTTONS)} | following | embed | more | show[ ]more | verified[ ]account
    | (?:translate|show)[ ](?:this[ ])?(?:tweet|post|thread) | copy[ ]link(?:[ ]to[ ](?:tweet|post))?
    | read[ ][^\n]{{0,40}} | watch[ ]on[ ][^\n]{{1,20}} | twitter[ ]ads[ ][^\n]{{1,40}}
    | see[ ][^\n]{{1,60}}['’]s?[ ]other[ ](?:tweets|posts) | view[ ][^\n]{{0,40}}[ ]on[ ](?:twitter|x)
    | [\d.,]+[ ]people[ ]are[ ]talking[ ]about[ ]this | explore[ ]what[^\n]{{1,40}}
    | replying[ ]to[ ](?:@\w{{1,20}}(?:,[ ]|[ ]and[ ])?)+(?:\d+[ ]others)?"""
)
_LONGEST_HEAD = 200


class Parts(NamedTuple):
    """The parts of a tweet as the widget shows it: name and handle of its account, text and time."""

    name: Span
    handle: Span
    body: Span
    time: Span
    posted: Moment | None


def parts(reading: str, handle: str | None) -> Parts | None:
    """The parts of what is known to be one tweet; None where no account heads it.

    Nothing but a name may stand before the account, and no text on its line. Where there is no time, it has to be the
    one that is known from elsewhere, `handle`.

    >>> text = "Jo Lind\\n@jolind\\n·\\nFollow\\nIt broke.\\n7:42 PM · Jul 21, 2017\\n239\\nReply\\nCopy link to Tweet"
    >>> found = parts(text, None)
    >>> found.name.of(text), found.handle.of(text), found.body.of(text), found.posted.value
    ('Jo Lind', '@jolind', 'It broke.', '2017-07-21T19:42')
    """
    start = _behind_chrome(reading, 0, len(reading))
    at = reading.find("@", start, start + _LONGEST_HEAD)
    account = _HANDLE.match(reading, at) if at >= 0 else None
    if account is None or (name := _named(reading, Span(start, at))) is None:
        return None
    begin, date = account.end(), written(reading, account.end())
    time = Span(begin, date.end) if date else Span(0, 0)
    begin, end = (date.end if date else begin), len(reading)
    for found in _TIME.finditer(reading, begin):
        if later := written(reading, found.start()):
            date, time, end = later, Span(found.start(), later.end), found.start()
    if date is None and (handle is None or account[1].lower() != handle.lower()):
        return None
    begin = _behind_chrome(reading, begin, end)
    body = Span(begin, _before_chrome(reading, begin, end))
    return Parts(name, Span(at, account.end(1)), body, time, date.moment if date else None)


def parts_of(text: str, found: Signature) -> Parts:
    """The parts of a tweet that `shown` found."""
    start, end = found.span
    handle = text.index(f"@{found.handle}", start)
    time = found.body.end + len(text[found.body.end : end]) - len(text[found.body.end : end].lstrip())
    clock = _TIME.search(text, time, end)
    return Parts(
        Span(start, start + len(found.author or "")),
        Span(handle, handle + 1 + len(found.handle)),
        found.body,
        Span(clock.start() if clock else time, end),
        found.posted,
    )


def _named(reading: str, head: Span) -> Span | None:
    """The display name that a head holds before the account, without its seal; None where it is longer than a name."""
    name = _SEAL.sub("", head.of(reading).rstrip())
    return Span(head.start, head.start + len(name)) if len(name) <= _HEAD and name.count("\n") < 2 else None


def _behind_chrome(reading: str, low: int, high: int) -> int:
    """The first place that is no white space, behind lines of the widget's own."""
    while low < high:
        end = reading.find("\n", low, high)
        line = reading[low : end if end >= 0 else high].strip()
        if line and not _CHROME.fullmatch(line):
            return low + len(reading[low:high]) - len(reading[low:high].lstrip())
        low = end + 1 if end >= 0 else high
    return high


def _before_chrome(reading: str, low: int, high: int) -> int:
    """The last place that is no white space, before lines of the widget's own."""
    while low < high:
        start = max(reading.rfind("\n", low, high) + 1, low)
        line = reading[start:high].strip()
        if line and not _CHROME.fullmatch(line):
            return low + len(reading[low:high].rstrip())
        high = max(start - 1, low)
    return low


def may_show(text: str) -> bool:
    """Whether a text holds what every account of a widget has."""
    return "@" in text and any(sign in text for sign in (*_BUTTONS, *_SEALS))


def shown(text: str) -> Iterator[Signature]:
    """The tweets that a normalised text shows as the widget does, in its order and never overlapping.

    >>> text = "Follow\\nTideline ✔ @tideline\\nIt broke.\\n7:42 PM - 21 Jul 2017\\n239 Retweets"
    >>> [(found.author, found.handle, found.posted.value, found.body.of(text)) for found in shown(text)]
    [('Tideline', 'tideline', '2017-07-21T19:42', 'It broke.')]
    """
    floor = 0
    for at in places(text, "@") if may_show(text) else ():
        account = _ACCOUNT.match(text, at) if at >= floor else None
        found = _widget(text, floor, account) if account else None
        if found is not None:
            floor = found.span.end
            yield found


def _widget(text: str, floor: int, account: re.Match[str]) -> Signature | None:
    start = _name_start(text, max(floor, account.start() - _HEAD), account)
    if start is None:
        return None
    time = _TIME.search(text, account.end(), account.end() + _REACH)
    date = written(text, time.start()) if time else None
    if time is None or date is None or any(text.find(button, account.end(), time.start()) >= 0 for button in _BUTTONS):
        return None
    begin, end = account.end(), time.start()
    if not _SEAL.search(text[start : account.start()].rstrip()) and _is_in_prose(text, begin, end):
        return None
    begin = _behind_chrome(text, begin, end)
    end = _before_chrome(text, begin, end)
    name, seal = _SEAL.subn("", text[start : account.start()].rstrip())
    # On one line of prose the words between may be prose as well.
    sure = begin < end and (seal or "\n" in text[start:end])
    confidence: Confidence = "high" if sure else "low"
    body = Span(begin, end)
    return Signature(Span(start, date.end), body, name or None, account[1], date.moment, confidence, "embed")


def _is_in_prose(text: str, begin: int, time: int) -> bool:
    """Whether a time of day stands within a line, where lines bound the tweet's other parts."""
    line = text.rfind("\n", begin, time) + 1
    return line > 0 and bool(text[line:time].strip())


def _name_start(text: str, low: int, account: re.Match[str]) -> int | None:
    """Where the display name begins: after the button, on the account's line or the one above, or where a seal is."""
    at = account.start()
    if account[2]:
        name = _NAME.search(text, low, at)
        return name.start() if name else at
    button = max(
        (text.rfind(word, low, at) + len(word) for word in _BUTTONS if text.rfind(word, low, at) >= 0), default=None
    )
    if button is None and (sealed := _SEALED.search(text, low, at)):
        return sealed.start()
    if button is None or not text[button : button + 1].isspace() or "@" in text[button:at]:
        return None
    return button + len(text[button:at]) - len(text[button:at].lstrip())
