"""Links in plain text, bounded as a reader would bound them.

The scan stops at what every link has (`/`, `@`, `www.` or the dot of a domain), looks back for where it begins and
forward for where it ends. Each step is linear, each look back is bounded: a line of 10 MB costs what its length costs.
"""

import re
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from archiver.model import Span
from archiver.references.domains import is_top_level
from archiver.references.urls import SHORTENERS, canonical, escaped, host_of


class Surface(NamedTuple):
    """A link as it stands in a text: its place, its canonical URL, and whether `…` or `...` cut it short."""

    span: Span
    url: str
    truncated: bool


# Punctuation of Armenian, Arabic, Hindi, Amharic.
_FOREIGN = "\u055e\u0589\u060c\u061b\u061f\u06d4\u0964\u0965\u1361\u1362"
# What no reader takes for a part of a link: blanks, controls, quotes and brackets of prose, dashes and the ellipsis,
# symbols and emoji, and the scripts that write no space between a link and the text that follows it.
_BREAKS = (
    r"\x00-\x20\"<>\\^`{}\x7f-\xbf\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2000-\u2012\u2014-\u2bff\u2e00-\u9fff"
    r"\ua960-\ua97f\uac00-\uf8ff\uf900-\ufaff\ufe00-\ufe4f\ufeff-\uffff\U00010000-\U0010ffff" + _FOREIGN
)
# No server takes a longer link. The bound, and that of the nesting, keep a line of nothing but links linear.
_MAX_TAIL = 4096
_MAX_NESTING = 8
_TAIL = re.compile(rf"[/?#][^{_BREAKS}]{{0,{_MAX_TAIL - 1}}}")
_NEXT_LINK = re.compile(r"[,;|]+https?://", re.IGNORECASE)
_BRACKET = re.compile(r"[()\[\]]")
_TRAILING = f"!*';:,.$%@|&?–{_FOREIGN}"
# What is left of other markup ends a link: BBCode's closing tags, HTML's escapes of its own marks.
_MARKUP = re.compile(r"\[/|&(?:[lg]t|quot|nbsp|#0*(?:3[49]|6[02]|160));|&#x", re.IGNORECASE)

# A host after a scheme may be international, symbols and CJK included; ideographic full stops divide labels (UTS #46).
_HOST = re.compile(
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:%-]{1,64}@)?"
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]"
    rf"|[^\x00-,/:-@\[-^`{{-\xbf{_FOREIGN}\u2000-\u206f\u3000-\u3004\u3008-\u3020\ud800-\uf8ff\ufe00-\ufe4f\uff00-\uffff]{{1,255}})"
    r"(?::[0-9]{1,5})?"
)
# Without a scheme, the scripts that divide words: Latin, Greek, Cyrillic.
_PLAIN_HOST = re.compile(r"[A-Za-z0-9_\u00c0-\u052f-]+(?:\.[A-Za-z0-9_\u00c0-\u052f-]+)+(?::[0-9]{1,5})?")
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
_LOCAL_CHARACTERS = _HOST_CHARACTERS | frozenset("+%'~")
_PLACE_ON_HOST = re.compile(r":\S")
_GLUED = re.compile(r"(?<=[A-Za-z0-9])(?![A-Za-z0-9\u00c0-\u024f._-])")
_GLUED_WORD = re.compile(r"(?<=[a-z])\.?[A-Z][a-z]*\Z")
_SCHEME = re.compile(r"(?i)(?:https?|ftp)\Z")
# The codes of Twitter's own short links have at most ten characters, and its numbers no letters: what is glued to them
# is the text that follows.
_CODE_LENGTH = 10
_CODED = re.compile(
    rf"(?i:(?:https?://)?(?:pic\.twitter\.com|pic\.x\.com|t\.co))/(?P<code>[A-Za-z0-9]{{0,{_CODE_LENGTH}}})"
    r"(?P<query>\?[a-z]{1,20}=[a-z0-9]{1,20}(?:&(?:amp;)?[a-z]{1,20}=[a-z0-9]{1,20})*)?"
)
_NUMBERED = re.compile(
    r"(?i:(?:https?://)?(?:(?:www|mobile|m)\.)?(?:twitter|x)\.com/(?:\w{1,20}|i/web)/status(?:es)?/)[0-9]{15,19}"
    r"(?=\.?[^\W\d_])"
)
_ELLIPSIS = ("…", "...")
# What may stand between a link and the ellipsis that cuts it: what is no link's end, and a bracket that was not closed.
_CUT = re.compile(r"[.,;:!?&$%@|–-]*(?:[(\[]\S*?)?(?:…|\.\.\.)")
# The end of a host alone, as prose names a site, `Example.org`: a domain in small letters, and nothing tied to it.
_DOMAIN = re.compile(r"\.([a-z]{2,24}|рф|укр)(?![\w@(\[/\\-]|[ ]?=|\.\w|:[^\W\d])")
_TIED = "/@\\:=#$%&~+!…"
# A word and a colon before a link, `Source:example.org/a`: no scheme, and no place on a host.
_LABEL = re.compile(
    r"(?<![\w.@/:-])(?!(?i:https?|ftps?|mailto|urn|tag|magnet|data|acct|xmpp|sips?|git|ssh|sftp|javascript|file):)"
    r"[^\W\d_]{2,20}:\Z"
)
_CREDITED = re.compile(r"/[ \xa0][^\Wa-z\d_]")  # `Shutterstock.com/ Jane Doe`: a credit, and no path
# The domains that are written in capitals too; others are so in credit lines (`AP.IR/AFP`).
_IN_CAPITALS = frozenset(("COM", "EDU", "GOV", "INFO", "ORG"))
# Domains that file names end with more often than hosts do, and what names of programs' packages begin with.
_FILE_TYPES = frozenset(("md", "mov", "ps", "py", "sh", "so", "zip"))
_PACKAGES = frozenset(("com", "net", "org"))
# Domains that are small words too: behind a full stop that lacks its blank. What leads to a place tells a site.
_WORDS = frozenset(("am", "at", "be", "by", "in", "is", "it", "me", "my", "no", "so", "to", "us"))
_LEADS_TO = re.compile(r"(?i)(?:\b(?:at|on|via|from|visit|see|von|bei|auf|di|su|på)[ ]|\()\Z")
_HANDLE_HOST = ".bsky.social"  # under which accounts are named, not sites
_MAILTO = "mailto:"
_MAX_HOST = 253
_MAX_LOCAL = 64


def surfaces(text: str) -> Iterator[Surface]:
    """The links of a normalised text, in its order and never overlapping.

    >>> text = "See Example.org (www.example.org/a_(b)), or pic.twitter.com/Rm7LpXcD2y."
    >>> [surface.span.of(text) for surface in surfaces(text)]
    ['Example.org', 'www.example.org/a_(b)', 'pic.twitter.com/Rm7LpXcD2y']
    """
    floor = 0
    domains = (domain.start() for domain in _DOMAIN.finditer(text))
    for anchor in merge(places(text, "/", "@", "www.", "WWW.", "Www."), domains):
        found = _at(text, anchor, floor) if anchor >= floor else None
        if found is not None:
            floor = found.span.end
            yield found


def places(text: str, *needles: str) -> Iterator[int]:
    """Where each of the needles stands, in the text's order.

    `str.find` skips to the next one ten times as fast as a pattern would, and most articles hold few or none.
    """
    return merge(*(_places(text, needle) for needle in needles if needle in text))


def _places(text: str, needle: str) -> Iterator[int]:
    place = text.find(needle)
    while place >= 0:
        yield place
        place = text.find(needle, place + 1)


def _at(text: str, anchor: int, floor: int) -> Surface | None:
    """The link that the character at `anchor` gives away, beginning at `floor` or later."""
    character = text[anchor]
    if character == "@":
        return _mail(text, anchor, floor)
    if character == ".":
        return _alone(text, anchor, floor)
    if character != "/":
        return _www(text, anchor, floor)
    if text.startswith("://", anchor - 1) and anchor > floor:
        scheme = _SCHEME.search(text, max(floor, anchor - 6), anchor - 1)
        return _bounded(text, scheme.start(), anchor + 2, _HOST) if scheme else None
    return _bare(text, anchor, floor)


def _www(text: str, anchor: int, floor: int) -> Surface | None:
    """`www.` and what follows it, where it begins a host."""
    if anchor > floor and (text[anchor - 1].isalnum() or text[anchor - 1] in "@._-"):
        return None
    found = _bounded(text, anchor, anchor, _HOST)
    if found is None or not (found.truncated or _has_known_domain(found.url)):
        return None
    return found


def _alone(text: str, dot: int, floor: int) -> Surface | None:
    """A host without scheme and path, `Example.org`, whose last dot is at `dot`: only where its domain exists.

    No site is named by numbers (`7.30.pm`), nor by a single letter, as abbreviations are (`e.g.in`).
    """
    start = _back(text, dot, max(floor, dot - _MAX_HOST), _HOST_CHARACTERS)
    labels = text[start:dot].split(".")
    possessive = start > floor and text[start - 1] in "'’" and text[start - 2 : start - 1].isalnum()
    if (
        possessive
        or _is_tied(text, start, floor)
        or len(labels[-1]) < 2
        or labels[0] in _PACKAGES
        or all(map(str.isdecimal, labels))
    ):
        return None
    found = _bounded(text, start, start, _PLAIN_HOST)
    domain = host_of(found.url).rpartition(".")[2] if found else ""
    if found is None or domain in _FILE_TYPES or found.span.of(text).lower().endswith(_HANDLE_HOST):
        return None
    if domain in _WORDS and len(labels) == 1 and labels[0].isalpha() and labels[0].islower():
        return found if _LEADS_TO.search(text, max(floor, start - 8), start) else None
    return found if is_top_level(domain) else None


def _bare(text: str, slash: int, floor: int) -> Surface | None:
    """A host and path without scheme, such as `bit.ly/7k3WQZm`: only where the host's domain exists and a path follows.

    `pic.twitter.com` glued to a word still begins where it begins.
    """
    if not text[slash - 1 : slash].isalnum():
        return None
    start = _back(text, slash, max(floor, slash - _MAX_HOST), _HOST_CHARACTERS)
    host = text[start:slash]
    if host.lower().endswith(("pic.twitter.com", "pic.x.com")):
        start += host.lower().rindex("pic.")
        return _bounded(text, start, start, _PLAIN_HOST)
    domain = host.rpartition(".")[2]
    if not _PLAIN_HOST.fullmatch(host) or not domain.isalpha() or not _is_written_so(host, domain):
        return None
    if _is_tied(text, start, floor) or not is_top_level(domain.lower()):
        return None
    found = _bounded(text, start, start, _PLAIN_HOST)
    if found is None or found.truncated or found.span.end > slash + 1:
        return found
    return None if domain in _FILE_TYPES | _WORDS or _CREDITED.match(text, slash) else found


def _is_written_so(host: str, domain: str) -> bool:
    """Whether the domain of a host is in small letters, or in capitals and one that is known in them."""
    return domain.islower() or (domain.isupper() and (domain in _IN_CAPITALS or host.lower() in SHORTENERS))


def _is_tied(text: str, start: int, floor: int) -> bool:
    """Whether a host without scheme is a part of what stands right before it."""
    if start <= floor or text[start - 1] not in _TIED:
        return False
    return text[start - 1] != ":" or _LABEL.search(text, max(floor, start - 22), start) is None


def _mail(text: str, at: int, floor: int) -> Surface | None:
    """An e-mail address; a handle with a host (`@jane@mastodon.example`) and a place on one (`git@host:x`) are none."""
    if not text[at + 1 : at + 2].isalnum():
        return None
    start = _back(text, at, max(floor, at - _MAX_LOCAL), _LOCAL_CHARACTERS)
    local = text[start:at].lstrip(".-'%+~")
    start = at - len(local)
    domain = _PLAIN_HOST.match(text, at + 1)
    if not local or domain is None or (start > floor and text[start - 1] in "@/"):
        return None
    host = domain[0].partition(":")[0].rstrip("-_")
    if not host.rpartition(".")[2].isalpha() or len(host.rpartition(".")[2]) < 2:
        return None
    end = at + 1 + len(host)
    url = canonical(host)
    if url is None or _PLACE_ON_HOST.match(text, end):
        return None
    address = f"{_MAILTO}{escaped(local.replace('%', '%25'))}@{url[len('https://') : -1]}"
    if text[max(floor, start - len(_MAILTO)) : start].lower() != _MAILTO:
        return Surface(Span(start, end), address, False)
    query = _TAIL.match(text, end) if text[end : end + 1] == "?" else None
    last = _stripped(text, end, query.end()) if query else end
    return Surface(Span(start - len(_MAILTO), last), address + escaped(text[end:last]), False)


def _bounded(text: str, start: int, host_start: int, host: re.Pattern[str]) -> Surface | None:
    """The link that starts at `start`, with its host at `host_start`, up to where a reader sees its end."""
    match = host.match(text, host_start)
    if match is None:
        return None
    coded = _CODED.match(text, start)
    whole = coded or _NUMBERED.match(text, start)
    end, limit = (whole.end(), whole.end()) if whole else _end(text, start, match)
    truncated = _CUT.match(text, end, limit + len("...")) is not None or end - match.end() >= _MAX_TAIL
    if coded and len(coded["code"]) == _CODE_LENGTH and not coded["query"]:
        truncated = False
    elif coded and not coded["code"] and not truncated:
        return None
    url = canonical(text[start:end].replace("&amp;", "&"))
    # A name without a dot is known in some office alone; cut short, it may have been any name.
    if url is None or not (truncated or any(mark in host_of(url) for mark in ".:")):
        return None
    return Surface(Span(start, end), url, truncated)


def _end(text: str, start: int, host: re.Match[str]) -> tuple[int, int]:
    """Where a link ends: after its host, or after its path, query and fragment without the sentence's own marks.

    And where what stands there with no blank in between ends, its marks and open brackets among it.
    """
    cut = _glued(host)
    if cut < host.end():
        return cut, cut
    end = host.end()
    tail = _TAIL.match(text, end)
    if tail is None:
        end = _stripped(text, host.start(), end, _TRAILING + "-_")
        return end, end
    whole = _unmarked(text, end, tail.end())
    if text[start - 1 : start] == "'" and (closing := text.find("'", end, whole)) >= 0:
        whole = closing
    limit = _stripped(text, end, _balanced(text, end, whole))
    if text[limit - 1] == "s" and text[limit - 2] == "'" and limit - 2 > end:  # a possessive is the sentence's
        limit -= 2
    return max(limit, end), whole


def _glued(host: re.Match[str]) -> int:
    """Where a host's last label ends, if text is glued to it.

    No top-level domain mixes scripts; and none is known that `example.orgThe` or `example.org.The` could end with.
    """
    label = host[0].rfind(".") + 1
    if label and not host[0][label:].isascii():
        mixed = _GLUED.search(host[0], label)
        return host.start() + mixed.start() if mixed else host.end()
    word = _GLUED_WORD.search(host[0])
    if word and not is_top_level(host[0][label:].lower()) and is_top_level(host[0][: word.start()].rpartition(".")[2]):
        return host.start() + word.start()
    return host.end()


def _stripped(text: str, start: int, end: int, marks: str = _TRAILING) -> int:
    """`end` without the punctuation that closes the sentence and not the link."""
    while end > start and text[end - 1] in marks:
        end -= 1
    return end


def _unmarked(text: str, start: int, end: int) -> int:
    """Where what is left of other markup begins, or the next link of a list; `end` where there is none."""
    if text.find("://", start, end) >= 0 and (other := _NEXT_LINK.search(text, start, end)):
        end = other.start()
    if text.find("&", start, end) < 0 and text.find("[/", start, end) < 0:
        return end
    markup = _MARKUP.search(text, start, end)
    return markup.start() if markup else end


def _balanced(text: str, start: int, end: int) -> int:
    """Where the first bracket stands that has no partner within the link; `end` where all have one."""
    open_at: list[int] = []
    opened = ""
    for bracket in _BRACKET.finditer(text, start, end):
        if bracket[0] in "([" and len(opened) < _MAX_NESTING:
            open_at.append(bracket.start())
            opened += bracket[0]
        elif opened[-1:] + bracket[0] in {"()", "[]"}:
            open_at.pop()
            opened = opened[:-1]
        else:
            return open_at[0] if open_at else bracket.start()
    return open_at[0] if open_at else end


def _back(text: str, place: int, floor: int, characters: frozenset[str]) -> int:
    while place > floor and (text[place - 1] in characters or "\u00c0" <= text[place - 1] <= "\u052f"):
        place -= 1
    return place


def _has_known_domain(url: str) -> bool:
    return is_top_level(host_of(url).rpartition(".")[2])
