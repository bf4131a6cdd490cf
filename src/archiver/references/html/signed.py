"""How a tweet's words divide: its text, and the signature below it or the account above it."""

import re
from typing import NamedTuple

from archiver.model import Moment, Span
from archiver.references import dates, tweets, widgets
from archiver.references.html.words import Words

_DASHES = "—–―-\x97"
_SIGN = r"(?:[—–―\x97]|(?<!\S)-{1,3})"
# A name and a handle whose date nothing can read: in parentheses behind a dash or at a line's beginning, or bare
# behind a dash that begins a line.
_DATELESS = re.compile(
    rf"(?m)(?:(?P<dash>{_SIGN})|^)\s{{0,3}}(?P<name>[^\n@＠—–―]{{0,60}}?)\s?[(（]\s?[@＠](?P<inner>[A-Za-z0-9_]{{1,20}})\s?[)）]"
    rf"|^{_SIGN}\s{{0,3}}[@＠](?P<bare>[A-Za-z0-9_]{{1,20}})"
)
_LONGEST_DATE = 60
_HANDLE = re.compile(r"[@＠]([A-Za-z0-9_]{1,20})\s?[)）]")


class Signed(NamedTuple):
    """How a tweet's words divide, text and then signature, and what that says. Spans count characters of the words.

    Where the account stands above the text, as the widget has it, `head` are its name and handle, and the signature
    is the time alone.
    """

    body: Span
    signature: Span
    author: str | None
    handle: str | None
    posted: Moment | None
    has_dash: bool
    head: tuple[Span, Span] | None = None


def divided(words: Words, handle: str | None = None) -> Signed:
    """Text and signature of a tweet; without a signature that can be read, all of it is text.

    `handle` is the account that the link of its date names, if there is one.
    """
    whole = Span(0, len(words))
    reading = words.reading(whole, "\n")
    signatures = list(tweets.signatures(reading)) if "@" in reading or "＠" in reading else []
    last = signatures[-1] if signatures else None
    if last is None or not _is_of(last.handle, handle):
        last = _dateless(reading, handle) or last
    if last is None and (seen := widgets.parts(reading, handle)):
        return drawn(reading, seen)
    if last is None:
        stated = [match[1] for match in _HANDLE.finditer(reading)]
        author = handle or (stated[-1] if stated else None)
        return Signed(whole, Span(len(words), len(words)), None, author, None, has_dash=True)
    end = last.body.end if last.body.start < last.body.end else last.span.start
    start, stop = count(reading[:end]), count(reading[: last.span.end])
    has_dash = reading[end:].lstrip()[:1] in _DASHES
    return Signed(Span(0, start), Span(start, stop), last.author, last.handle, last.posted, has_dash)


def drawn(reading: str, parts: widgets.Parts) -> Signed:
    """The parts of a tweet as the widget has drawn it."""
    name, handle, body, time = (Span(count(reading[:start]), count(reading[:end])) for start, end in parts[:4])
    author = " ".join(parts.name.of(reading).split()) or None
    by = parts.handle.of(reading)[1:]
    return Signed(body, time, author, by, parts.posted, has_dash=False, head=(name, handle))


def _is_of(found: str, handle: str | None) -> bool:
    return handle is None or found.lower() == handle.lower()


def _dateless(reading: str, handle: str | None) -> tweets.Signature | None:
    """The last signature without a date that is known as one. Without a dash, the link has to name its account."""
    found = [match for match in _DATELESS.finditer(reading) if _is_of(match["inner"] or match["bare"], handle)]
    found = [match for match in found if match["dash"] or match["bare"] or handle]
    if not found:
        return None
    match = found[-1]
    line_end = reading.find("\n", match.end())
    end = len(reading) if len(reading) - match.end() <= _LONGEST_DATE or line_end < 0 else line_end
    rest = reading[match.end() : end]
    date = dates.written(reading, match.end() + len(rest) - len(rest.lstrip()))
    body = Span(0, len(reading[: match.start()].rstrip()))
    author, by = (match["name"] or "").strip() or None, match["inner"] or match["bare"]
    return tweets.Signature(Span(match.start(), end), body, author, by, date.moment if date else None, "low")


def count(reading: str) -> int:
    """The number of characters, without white space."""
    return sum(map(len, reading.split()))
