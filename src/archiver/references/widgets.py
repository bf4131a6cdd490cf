"""Tweets as Twitter's widget shows them: `Follow`, name and @handle, the text, `7:42 PM - 21 Jul 2017`.

Where a text was taken off the rendered page, a tweet has no signature but the widget's own lines. The button beside the
account and the time before the day are the evidence; what lies between is the tweet's text.
"""

import re
from collections.abc import Iterator

from archiver.model import Confidence, Span
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


def shown(text: str) -> Iterator[Signature]:
    """The tweets that a normalised text shows as the widget does, in its order and never overlapping.

    >>> text = "Follow\\nTideline ✔ @tideline\\nIt broke.\\n7:42 PM - 21 Jul 2017\\n239 Retweets"
    >>> [(found.author, found.handle, found.posted.value, found.body.of(text)) for found in shown(text)]
    [('Tideline', 'tideline', '2017-07-21T19:42', 'It broke.')]
    """
    floor = 0
    for at in places(text, "@") if "@" in text and any(sign in text for sign in (*_BUTTONS, *_SEALS)) else ():
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
    begin += len(text[begin:end]) - len(text[begin:end].lstrip())
    end = max(begin, end - len(text[begin:end]) + len(text[begin:end].rstrip()))
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
