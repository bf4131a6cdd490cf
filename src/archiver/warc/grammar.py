"""The head of a WARC record: its grammar, and which fields a record type must, may and must not have.

The rules of WARC 1.1, sections 4 to 6, are the table `FIELDS`; `check` applies it. Nothing here reads a file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from archiver.findings import Finding

TYPES = frozenset(("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"))
VERSIONS = ("1.1", "1.0", "0.18", "0.17")

# Possessive quantifiers throughout: the text is hostile, and nothing here may be tried twice.
_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
# Every control character but the tab is outside TEXT (section 4); DEL too.
_LINE = re.compile(rf"({_NAME}):[ \t]*+([^\x00-\x08\x0a-\x1f\x7f]*)")
# A head as nearly all are: no line folded, none broken, each ended by CR LF.
_PLAIN_FIELD = re.compile(rf"({_NAME}):[ \t]*+([^\x00-\x08\x0a-\x1f\x7f]*+)\r\n")
_PLAIN_HEAD = re.compile(rf"(?:\r\n)?(?:{_NAME}:[ \t]*+[^\x00-\x08\x0a-\x1f\x7f]*+\r\n)*+(?:\r\n)?")
# RFC 3986 section 3: brackets stand around an address of IP version 6 or later, and nowhere else.
_URI_CHARS = r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*+(?:%[0-9A-Fa-f]{2}[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*+)*+"
_URI = (
    r"[A-Za-z][A-Za-z0-9+.\-]*+:(?://(?:[A-Za-z0-9\-._~:!$&'()*+,;=%]*+@)?+\[[0-9A-Fa-f:.vV]++\](?=[:/?#]|$))?+"
    rf"{_URI_CHARS}(?:#{_URI_CHARS})?+"
)
_URI_BARE = re.compile(_URI)
# What RFC 3986 wants escaped and browsers, crawlers and people write as it is.
_URI_LAX = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f<>]*")
_URI_BRACKETED = re.compile(rf"<{_URI.replace('|$', '|>')}>")
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+"'
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}(?:[ \t]*+;(?:[ \t]*+{_NAME}=(?:{_NAME}|{_QUOTED}))?+)*+[ \t]*+")
_PROFILE = re.compile(
    r"https?://netpreserve\.org/warc/(?:1\.[01]|0\.1[78])/revisit/((?:uri-agnostic-)?identical-payload-digest|server-not-modified)"
)
_NUMBER = re.compile(r"[0-9]{1,19}")
_LOWER_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9:.]{5,18}z", re.IGNORECASE)
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]|60)(\.[0-9]{1,9})?)?Z)?)?)?"
)


def is_date(value: str) -> bool:
    """Whether `value` is a WARC-Date (section 5.4): a UTC time, or a date as far as it is known.

    >>> is_date("2017-07-21T18:30:00Z"), is_date("2017-07"), is_date("2017-02-30T00:00:00Z")
    (True, True, False)
    """
    return len(value) <= _LONGEST_DATE and _is_date(value)


@lru_cache(maxsize=4096)
def _is_date(value: str) -> bool:
    match = _DATE.fullmatch(value)
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.group(1, 2, 3))
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_address(value: str) -> bool:
    """Whether `value` is an IPv4 or IPv6 address (section 5.10), which has no zone."""
    try:
        ip_address(value)
    except ValueError:
        return False
    return "%" not in value


def anything(_value: str) -> bool:
    """Of digests, which are looked at where they are compared."""
    return True


def number(value: str | None) -> int | None:
    """A field's digits as a number; `None` where it is missing or no number that can be meant."""
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None


class Field(NamedTuple):
    """What the standard says of a field: what its value `holds`, the types that `only` may have it, and that `must`.

    `misplaced` is the code for a field on another type. It is a fault (E213) where the standard says "shall not", and a
    warning (W226) where it says "may be used in" others (5.16), "undefined" (5.18) or "should not" (7). A payload's
    digest and type "shall not be used on records without a well-defined payload" (5.9, 5.19): which those are is left
    to the types' sections, warcio and all that is built on it writes them on metadata, other validators let them pass,
    and no reader is misled. So these are warnings, too.
    """

    name: str
    holds: Callable[[str], object]
    clause: str
    only: frozenset[str] = TYPES
    must: frozenset[str] = frozenset()
    repeats: bool = False
    code: str = "E208"
    misplaced: str = "E213"


def _types(names: str) -> frozenset[str]:
    return frozenset(names.split())


def pattern_of(field: Field) -> str:
    """The pattern that `holds` a field's value. Only of fields whose rule is a pattern."""
    pattern: re.Pattern[str] = field.holds.__self__  # type: ignore[attr-defined]  # a pattern's own method
    return pattern.pattern


_PAYLOADS = _types("response resource request revisit conversion continuation")
_CAPTURES = _types("response resource request metadata revisit")

FIELDS: Mapping[str, Field] = {
    field.name.lower(): field
    for field in (
        Field("WARC-Record-ID", _URI_BRACKETED.fullmatch, "5.2", must=TYPES, code="E210"),
        Field("Content-Length", _NUMBER.fullmatch, "5.3", must=TYPES, code="E211"),
        Field("WARC-Date", is_date, "5.4", must=TYPES, code="E209"),
        Field("WARC-Type", re.compile(_NAME).fullmatch, "5.5", must=TYPES),
        # "Segments other than the first should not contain other optional fields" (section 7).
        Field("Content-Type", _MEDIA_TYPE.fullmatch, "5.6", only=TYPES - {"continuation"}, misplaced="W226"),
        Field("WARC-Concurrent-To", _URI_BRACKETED.fullmatch, "5.7", only=_CAPTURES, repeats=True, code="E210"),
        Field("WARC-Block-Digest", anything, "5.8"),
        Field("WARC-Payload-Digest", anything, "5.9", only=_PAYLOADS, misplaced="W226"),
        Field("WARC-IP-Address", is_address, "5.10", only=_CAPTURES),
        Field("WARC-Refers-To", _URI_BRACKETED.fullmatch, "5.11", only=_types("metadata revisit conversion"),
              code="E210"),
        Field("WARC-Refers-To-Target-URI", _URI_BARE.fullmatch, "5.12", only=_types("revisit"), code="E210",
              misplaced="W226"),
        Field("WARC-Refers-To-Date", is_date, "5.13", only=_types("revisit"), code="E209", misplaced="W226"),
        Field("WARC-Target-URI", _URI_BARE.fullmatch, "5.14", only=TYPES - {"warcinfo"}, must=_PAYLOADS, code="E210"),
        Field("WARC-Truncated", re.compile(_NAME).fullmatch, "5.15"),
        Field("WARC-Warcinfo-ID", _URI_BRACKETED.fullmatch, "5.16", only=TYPES - {"warcinfo"}, code="E210",
              misplaced="W226"),
        Field("WARC-Filename", str, "5.17", only=_types("warcinfo")),
        Field("WARC-Profile", _URI_BARE.fullmatch, "5.18", only=_types("revisit"), must=_types("revisit"), code="E210",
              misplaced="W226"),
        Field("WARC-Identified-Payload-Type", _MEDIA_TYPE.fullmatch, "5.19", only=_PAYLOADS, misplaced="W226"),
        Field("WARC-Segment-Number", _NUMBER.fullmatch, "5.20", must=_types("continuation")),
        Field("WARC-Segment-Origin-ID", _URI_BRACKETED.fullmatch, "5.21", only=_types("continuation"),
              must=_types("continuation"), code="E210"),
        Field("WARC-Segment-Total-Length", _NUMBER.fullmatch, "5.22", only=_types("continuation")),
    )
}  # fmt: skip

_MUST: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name, field in FIELDS.items() if kind in field.must) for kind in TYPES
}
_MUST_ANY = tuple(name for name, field in FIELDS.items() if field.must == TYPES)


def parse(head: bytes) -> tuple["Headers", list[Finding]]:
    """The named fields of a record's head (what stands between its version line and the blank line), and its faults."""
    findings: list[Finding] = []
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding(code="E204", message=f"Byte {error.start} of the record's head is not UTF-8."))
        text = head.decode("utf-8", "replace")
    if _PLAIN_HEAD.fullmatch(text):
        return tuple([(name, value.rstrip(" \t")) for name, value in _PLAIN_FIELD.findall(text)]), findings
    if text.count("\n") != text.count("\r\n"):
        findings.append(Finding(code="E205", message="A line of the head ends in LF alone, not in CR LF."))
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    fields: list[tuple[str, str]] = []
    for line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if match is None:
            findings.append(_broken(line))
        else:
            fields.append((match[1], match[2].rstrip(" \t")))
    return tuple(fields), findings


def _unfolded(text: str) -> list[str]:
    """The lines, those that start with a blank joined to the one before (LWS, section 4)."""
    if "\r\n " in text or "\r\n\t" in text:
        text = re.sub(r"\r\n[ \t]+", " ", text)
    return [line for line in text.split("\r\n") if line]


def _broken(line: str) -> Finding:
    return Finding(
        code="E203",
        message="A line of the head is no named field (a token, a colon, a value without control characters).",
        found=line[:200],
    )


_MOST_FIELDS = 60
_LONGEST_NAMES = 4000
_LONGEST_DATE = 40
Headers = tuple[tuple[str, str], ...]


class _Shape(NamedTuple):
    """What a record's field names say by themselves; most records of a file have one of few shapes."""

    known: tuple[tuple[int, Field], ...]
    findings: tuple[Finding, ...]


@lru_cache(maxsize=512)
def _shape(names: tuple[str, ...], kind: str, is_empty: bool) -> _Shape:
    keys = tuple(name.lower() for name in names)
    known = tuple((at, FIELDS[key]) for at, key in enumerate(keys) if key in FIELDS)
    return _Shape(known, (*_repeated(keys), *_placement(frozenset(keys), kind, is_empty)))


def by_name(fields: Headers) -> dict[str, str]:
    """The values of a record's fields by their names in lower case: the first, where a name repeats."""
    return {name.lower(): value for name, value in reversed(fields)}


def check(version: str, fields: Headers, values: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with a record's fields by WARC 1.1, sections 5 and 6: missing, repeated, misplaced, malformed.

    `values` are the fields `by_name`.
    """
    is_empty = not values.get("content-length", "0").strip("0")
    # Heads beyond all measure are not remembered.
    kind, names = values.get("warc-type", "").lower(), tuple([name for name, _ in fields])
    is_kept = len(names) <= _MOST_FIELDS and len(kind) + sum(map(len, names)) <= _LONGEST_NAMES
    shape = (_shape if is_kept else _shape.__wrapped__)(names, kind, is_empty)
    for at, field in shape.known:
        if not field.holds(fields[at][1]):
            yield from _malformed(field, fields[at][1], version)
    yield from shape.findings
    yield from _form(version, values)


def _repeated(keys: tuple[str, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for key in keys:
        if key in seen and key in FIELDS and not FIELDS[key].repeats:
            yield Finding(code="E207", message=f"{FIELDS[key].name} is repeated ({_section(FIELDS[key])}).")
        seen.add(key)


def _placement(keys: frozenset[str], kind: str, is_empty: bool) -> Iterator[Finding]:
    for key in _MUST.get(kind, _MUST_ANY):
        if key not in keys:
            name, of = FIELDS[key].name, f"'{kind}'" if kind in TYPES else "every"
            yield Finding(code="E206", message=f"{name} is missing; {of} record has it ({_section(FIELDS[key])}).")
    if kind not in TYPES:
        if kind:
            yield Finding(code="W212", message="The record's type is none of the standard's eight.", found=kind[:100])
        return
    for key in sorted(keys & FIELDS.keys()):
        field = FIELDS[key]
        if kind not in field.only:
            rule = "must not stand" if field.misplaced == "E213" else "has no meaning"
            message = f"{field.name} {rule} on a '{kind}' record ({_section(field)})."
            yield Finding(code=field.misplaced, message=message)
    if not is_empty and "content-type" not in keys and kind != "continuation":
        yield Finding(code="W214", message="The record has a block but no Content-Type (section 5.6).")


def _form(version: str, values: Mapping[str, str]) -> Iterator[Finding]:
    """What is well formed and still unusual: by the text of older versions, or by what readers make of it."""
    date, kind = values.get("warc-date", ""), values.get("warc-type", "").lower()
    if date and is_date(date):
        # Version 1.0 has one form (section 5.4); crawlers wrote fractions before 1.1 let them, and readers take them.
        if version != "1.1" and len(date) != len("2024-05-06T07:08:09Z"):
            message = "Before WARC 1.1 a WARC-Date is written in full seconds."
            yield Finding(code="W227", message=message, found=date[:200])
        elif len(date) < len("2024-05-06"):
            message = "The WARC-Date is less than a day; pywb and cdxj-indexer fail on the whole file."
            yield Finding(code="W227", message=message, found=date[:200])
    segment = number(values.get("warc-segment-number"))
    if segment is not None and (segment < 2 if kind == "continuation" else segment != 1):
        message = "A continuation is segment 2 or more, and any other record segment 1 (WARC 1.1 section 5.20)."
        yield Finding(code="E224", message=message, found=str(segment))
    if kind == "revisit" and "warc-profile" in values:
        yield from _revisit(bare(values["warc-profile"]), values)
    if kind == "warcinfo" and not values.get("content-type", "application/warc-fields").lower().startswith(
        "application/warc-fields"
    ):
        message = "A warcinfo record is recommended to be application/warc-fields (WARC 1.1 section 6.2)."
        yield Finding(code="W228", message=message, found=values["content-type"][:200])


def _revisit(profile: str, values: Mapping[str, str]) -> Iterator[Finding]:
    match = _PROFILE.fullmatch(profile)
    if match is None:
        yield Finding(code="W236", message="The revisit's profile is none of the standard's.", found=profile[:200])
    elif match[1].endswith("identical-payload-digest") and "warc-payload-digest" not in values:
        message = "WARC-Payload-Digest is missing; this revisit profile has it (WARC 1.1 section 6.7.2)."
        yield Finding(code="E206", message=message)


def _malformed(field: Field, value: str, version: str) -> Iterator[Finding]:
    if field.holds == _URI_BARE.fullmatch and _URI_BRACKETED.fullmatch(value):
        # The grammar of 1.0 asks for the brackets, its examples leave them out; 1.1 does away with them (section 4).
        code, message = (
            ("W215", "") if version == "1.1" else ("I231", ", as the grammar of WARC 1.0 has it and wget does")
        )
        yield Finding(
            code=code,
            message=f"{field.name} stands in angle brackets{message} ({_section(field)}).",
            found=value[:200],
        )
    elif field.holds == _URI_BARE.fullmatch and _URI_LAX.fullmatch(bare(value)):
        message = f"{field.name} holds characters that RFC 3986 wants escaped ({_section(field)})."
        yield Finding(code="W229", message=message, found=value[:200])
    elif field.code == "E209" and _LOWER_DATE.fullmatch(value) and is_date(value.upper()):
        yield Finding(code="W227", message=f"{field.name} is written in lower case.", found=value[:200])
    else:
        yield Finding(code=field.code, message=f"{field.name} is malformed ({_section(field)}).", found=value[:200])


def bare(uri: str) -> str:
    """A URI without the angle brackets of the grammar.

    >>> bare("<urn:uuid:16da6da0-bcdc-49c3-927e-57494593dddd>")
    'urn:uuid:16da6da0-bcdc-49c3-927e-57494593dddd'
    """
    return uri[1:-1] if uri and uri[0] == "<" and uri[-1] == ">" else uri


def _section(field: Field) -> str:
    return f"WARC 1.1 section {field.clause}"
