"""From bytes to text without loss: whatever the bytes are, encoding the text again gives them back.

An undecodable byte 0xNN stands in the text as U+DCNN (PEP 383, Python's `surrogateescape`). A byte order mark stands in
it as U+FEFF; taking it away is a repair like any other.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from archiver.findings import Finding

Basis = Literal["declared", "byte-order-mark", "meta", "strict-decode", "detected", "fallback"]

# The longest first: UTF-32's mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Codecs of Python's that turn bytes into text but are no character encoding; the first two also take quadratic time.
NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7", "mbcs", "oem"}
)

# A byte too many or half a surrogate pair has no lossless place in a text of these.
WIDE = frozenset(name for _, name in MARKS) - {"utf-8"}

# Names that leave the byte order to the mark, which has to stay in the text here.
UNMARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

# Encodings that are declared where a superset is meant (WHATWG Encoding Standard, section 4.2).
SUPERSETS = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}

# How much of a file a guess looks at.
SAMPLE = 64 * 1024

# So many well-formed characters beyond ASCII for each byte that is none are no chance: the encoding is UTF-8, damaged.
GOOD_PER_BAD = 2

# What is looked for: the legacy encodings of the web (WHATWG Encoding Standard, section 4.2), by Python's names.
MULTIBYTE = frozenset({"gb18030", "big5hkscs", "euc_jis_2004", "euc_kr", "cp949", "cp932", "shift_jis_2004"})
ENCODINGS = sorted(
    MULTIBYTE
    | {f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"cp866", "cp874", *(f"cp{page}" for page in range(1250, 1259))}
    | {"koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "iso2022_jp_2", "utf-8"}
)

# In a text of multi-byte characters at least one byte in three is beyond ASCII, and there are more good characters for
# a stray byte than chance would give.
HIGH_SHARE = 3
GOOD_PER_STRAY = 10

# A guess that rests on fewer bytes, each beyond ASCII or zero, is said to be one: of those from fewer than ten one in
# twenty is wrong (measured on sentences in all the languages of the tests), of those from more none was.
ENOUGH = 20

HIGH = re.compile(rb"[\x80-\xff]")
CLUE = re.compile(rb"[\x00\x80-\xff]")
# Lone surrogates, which lax software writes, have the form too.
UTF8_FORM = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
BEYOND_ASCII = re.compile("[^\x00-\x7f]")
ESCAPED = re.compile("[\udc80-\udcff]")
STRANGE = re.compile("[\x80-\x9f\udc80-\udcff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# A stray NUL does not make an article binary; a ninth of random bytes are controls.
FEW_CONTROLS = 4
TEXT_PER_CONTROL = 20

MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (or DOCX, ODT, EPUB)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"OggS", "Ogg media"),
    (b"ID3", "an MP3 file"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`text.encode(encoding, "surrogateescape")` is the bytes; `encoding` is a codec's canonical name."""

    text: str
    encoding: str
    basis: Basis
    findings: tuple[Finding, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode losslessly: as declared, by the byte order mark, as UTF-8, or by what the bytes look like.

    Where the declared encoding cannot be meant, `W111` says so and the bytes decide. `W123` says of a guess that it
    rests on few bytes or none, `E125` that UTF-16 or UTF-32 is broken and this no text. Never raises.

    >>> decode("naïve".encode("utf-16")).text, decode(b"caf\\xe9 \\x96 the best").encoding
    ('\\ufeffnaïve', 'cp1252')
    """
    found = _decoded(data, declared, GUESSES)
    is_proved = found.encoding == "utf-8" or len(CLUE.findall(_sample(data))) >= ENOUGH
    return found if found.basis == "detected" and is_proved else _said(found)


def decode_json(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a JSON text losslessly: as declared, by byte order mark or zeros, or as UTF-8 (RFC 8259 section 8.1).

    One that is none of these is UTF-8 where most of its bytes beyond ASCII have that form, else windows-1252, and never
    a third encoding; `W123` says that it was guessed. `W111` and `E125` as of `decode`. Never raises.

    >>> [decode_json(item).encoding for item in (b'"caf\\xe9"', b'"caf\\xc3\\xa9, th\\xc3\\xa9 \\xff"')]
    ['cp1252', 'utf-8']
    """
    return _said(_decoded(data, declared, JSON_GUESSES))


def _said(found: Decoded) -> Decoded:
    """With `W123` where nothing but the bytes tells the encoding."""
    if found.basis not in {"detected", "fallback"} or any(finding.code == "E125" for finding in found.findings):
        return found
    message = f"The encoding was guessed from the bytes: {found.encoding}. Declare it where that is wrong."
    return replace(found, findings=(*found.findings, Finding(code="W123", message=message, found=found.encoding)))


def _decoded(data: bytes, declared: str | None, guesses: "Guesses") -> Decoded:
    findings: tuple[Finding, ...] = ()
    if declared is not None:
        text, encoding = _as_declared(data, declared)
        if text is not None:
            return Decoded(text=text, encoding=encoding, basis="declared")
        message = f"The bytes are not in the declared encoding {declared!r}, or it is unknown; another was used."
        findings = (Finding(code="W111", message=message, found=declared),)
    for guess, basis in guesses:
        name = guess(data)
        text = _lossless(data, name) if name else None
        if name and text is not None:
            return Decoded(text=text, encoding=name, basis=basis, findings=findings)
        if name in WIDE and basis == "byte-order-mark":
            message = f"The bytes begin as {name}, and are not: one is missing or too many, or half a surrogate pair."
            findings += (Finding(code="E125", message=message, found=name),)
            break
    return Decoded(text=data.decode("utf-8", "surrogateescape"), encoding="utf-8", basis="fallback", findings=findings)


def not_text(data: bytes) -> Finding | None:
    """`E102` where the bytes are another format, or mostly control characters; None for text.

    >>> not_text(b"%PDF-1.7 ...").found, not_text("Rain, again.".encode("utf-16"))
    ('a PDF document', None)
    """
    kind = next((kind for magic, kind in MAGIC if data.startswith(magic)), None)
    wide = _by_zeros(data)
    if kind is None and not _by_mark(data) and (wide is None or _lossless(data, wide) is None):
        sample = data[:SAMPLE]
        controls = len(CONTROLS.findall(sample))
        if controls > FEW_CONTROLS and controls * TEXT_PER_CONTROL > len(sample):
            kind = "data full of control characters"
    return Finding(code="E102", message=f"The bytes are not text but {kind}.", found=kind) if kind else None


def _as_declared(data: bytes, declared: str) -> tuple[str | None, str]:
    name = _charset(declared)
    if name is None:
        return None, declared
    name = (_by_mark(data) or _by_zeros(data) or UNMARKED[name]) if name in UNMARKED else name
    for candidate in (name, SUPERSETS.get(name, name)):
        text = _lossless(data, candidate)
        if text is not None and not STRANGE.search(text):
            return text, candidate
    text = _lossless(data, name)
    return (text if text is not None and _is_mostly_decoded(text, 1) else None), name


def _charset(name: str) -> str | None:
    """The canonical name of a character encoding that Python knows."""
    try:
        canonical = codecs.lookup(name.strip()).name
        # Refused for a mere transform such as rot13.
        "".encode(canonical)
    except (LookupError, ValueError):
        return None
    return None if canonical in NO_CHARSETS else canonical


def _lossless(data: bytes, encoding: str) -> str | None:
    """The text, where encoding it again gives the bytes back."""
    try:
        text = data.decode(encoding, "surrogateescape")
        if encoding == "utf-8":  # of which PEP 383 promises it
            return text
        return text if text.encode(encoding, "surrogateescape") == data else None
    except UnicodeError:
        return None


def _is_mostly_decoded(text: str, good_per_bad: int) -> bool:
    """Whether there are so many characters beyond ASCII for each byte that could not be decoded."""
    bad = sum(1 for _ in ESCAPED.finditer(text))
    good = sum(1 for _ in BEYOND_ASCII.finditer(text)) - bad
    return bad == 0 or good >= good_per_bad * bad


def _by_mark(data: bytes) -> str | None:
    return next((name for mark, name in MARKS if data.startswith(mark)), None)


def _by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: the upper halves of ASCII characters are zero, and the lower ones are not."""
    sample = data[: SAMPLE if len(data) > SAMPLE else len(data) // 2 * 2]
    if 0 not in sample:
        return None
    zeros = {"utf-16-be": sample[0::2].count(0), "utf-16-le": sample[1::2].count(0)}
    name = max(zeros, key=lambda order: zeros[order])
    if not sample or min(zeros.values()) * 20 > zeros[name] or zeros[name] * 20 < len(sample):
        return None
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    return None if CONTROL.search(text) else name


def _as_utf8(data: bytes) -> str | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _utf8_or_cp1252(data: bytes) -> str:
    sample = _sample(data)
    rest, good = UTF8_FORM.subn(b"", sample)
    return "utf-8" if good >= GOOD_PER_BAD * len(HIGH.findall(rest)) else "cp1252"


def _mostly_utf8(data: bytes) -> str | None:
    text = _sample(data).decode("utf-8", "surrogateescape")
    return "utf-8" if _is_mostly_decoded(text, GOOD_PER_BAD) else None


def _detected(data: bytes) -> str | None:
    """What the bytes look like. One stray byte makes a multi-byte text look like none: then half of it is asked too."""
    sample = _sample(data)
    name = _verdict(sample)
    if name in MULTIBYTE or HIGH_SHARE * len(HIGH.findall(sample)) < len(sample):
        return name
    middle = len(sample) // 2
    for half in (_verdict(sample[:middle]), _verdict(sample[middle:])):
        if half in MULTIBYTE and _is_mostly_decoded(sample.decode(half, "surrogateescape"), GOOD_PER_STRAY):
            return half
    return name


def _verdict(sample: bytes) -> str | None:
    """The detector's word, or cp1252 where that gives the same text: most news is in it."""
    from chardet import detect

    found = detect(sample, include_encodings=ENCODINGS, compat_names=False, no_match_encoding="utf-8")
    name = _charset(found["encoding"] or "")
    if name is None or name == "utf-8":
        return None
    is_cp1252 = sample.decode("cp1252", "surrogateescape") == sample.decode(name, "surrogateescape")
    return "cp1252" if is_cp1252 else name


def _sample(data: bytes) -> bytes:
    """A piece of the data that begins shortly before its first byte beyond ASCII."""
    first = HIGH.search(data)
    start = max(first.start() - SAMPLE // 16, 0) if first else 0
    return data[start : start + SAMPLE]


Guesses = tuple[tuple[Callable[[bytes], str | None], Basis], ...]

_BY_FORM: Guesses = ((_by_mark, "byte-order-mark"), (_by_zeros, "detected"), (_as_utf8, "strict-decode"))
GUESSES: Guesses = (*_BY_FORM, (_mostly_utf8, "detected"), (_detected, "detected"))
JSON_GUESSES: Guesses = (*_BY_FORM, (_utf8_or_cp1252, "detected"))
