"""Strings from an article, fit to stand in a page: they neither become markup nor disturb what stands beside them."""

import html
import re

# Control characters, line separators, and what turns the direction of writing: a stray U+2069 ends any isolate (UAX 9).
_DISTURBING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb]")
_SPECIAL = re.compile("[&<>\"'\r\0]")
_NOT_PLAIN = re.compile(f"{_DISTURBING.pattern}|{_SPECIAL.pattern}")
# A reference may be followed when it leads to the web or to a letter and is nothing but visible ASCII (RFC 3986).
_LIVE = re.compile(r"(?i:https?://|mailto:)[!-~]++")


def escape(text: str) -> str:
    """`text` as HTML, for an element's content or an attribute in quotation marks.

    >>> escape('<a href="x">')
    '&lt;a href=&quot;x&quot;&gt;'
    """
    if not _SPECIAL.search(text):
        return text
    # HTML reads a carriage return as a line feed, and carries no NUL (HTML Standard, sections 13.2.3.5 and 13.2.5.1).
    return html.escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


def content(text: str) -> str:
    """`text` as HTML for an element's content alone, where quotation marks are nothing special: many, in an article.

    >>> content('"A" < B')
    '"A" &lt; B'
    """
    return html.escape(text, quote=False).replace("\r", "&#13;").replace("\0", "\ufffd")


def isolated(text: str) -> str:
    """`text` as HTML that keeps its direction of writing to itself; characters that would disturb are named instead.

    >>> isolated("left\\u202etfel")
    '<bdi>left⟨U+202E⟩tfel</bdi>'
    """
    return f"<bdi>{escape(disarmed(text))}</bdi>" if _NOT_PLAIN.search(text) else f"<bdi>{text}</bdi>"


def disarmed(text: str, keep: str = "") -> str:
    """`text` with a name for each character that would disturb what stands beside it, except those of `keep`.

    >>> disarmed("left\\u202etfel\\x1b[2J\\n")
    'left⟨U+202E⟩tfel⟨U+001B⟩[2J⟨U+000A⟩'
    >>> disarmed("one\\ntwo", keep="\\n")
    'one\\ntwo'
    """
    if not _DISTURBING.search(text):
        return text
    return _DISTURBING.sub(lambda match: match.group() if match.group() in keep else _named(match.group()), text)


def exact(text: str, longest: int) -> str:
    """`text`, with a name for each character that cannot be seen; cut after `longest` code points. It is not yet HTML.

    >>> exact("it\\xe2\\x80\\x99s", 60), exact("\\udc9d", 60), exact("abc", 2)
    ('itâ⟨U+0080⟩⟨U+0099⟩s', '⟨byte 9D⟩', 'ab…')
    """
    shown = text[:longest]
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else _named(char) for char in shown)
    return shown if len(text) <= longest else shown + "…"


def _named(char: str) -> str:
    """An undecodable byte is a code point from U+DC80 to U+DCFF (PEP 383)."""
    point = ord(char)
    return f"⟨byte {point - 0xDC00:02X}⟩" if 0xDC80 <= point <= 0xDCFF else f"⟨U+{point:04X}⟩"


def is_live(reference: str) -> bool:
    """Whether a link may lead there: `javascript:` and its like never run.

    >>> is_live("https://example.org/"), is_live("javascript:alert(1)")
    (True, False)
    """
    return _LIVE.fullmatch(reference) is not None


def anchor(reference: str, text: str) -> str:
    """A link where `reference` may be followed, and else the text alone; `text` is isolated."""
    return f'<a href="{escape(reference)}">{isolated(text)}</a>' if is_live(reference) else isolated(text)
