"""The data is not right: findings as values, and the one table of their codes.

A code is a letter and three digits. The letter is the severity: E breaks a *must*, W breaks a *should* or loses
something, I is a note. The first digit is the subject: 1 source items, 2 WARC, 3 fixity, 4 WACZ with its index and pages,
5 article records, 6 derivation and references between records, 7 BagIt. A code's meaning never changes; new ones are added.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "I": "note"}


class Code(NamedTuple):
    """A row of the table: what the code says, and the clause that it rests on (empty: this project's own promise)."""

    title: str
    meaning: str
    clause: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not right, and its place.

    `file` is a path or source name, `offset` bytes into it, `line` one-based, `record` a WARC-Record-ID or article id,
    `path` a JSON path such as `$.links[0].href`. `message` is a sentence for people; `found` and `expected` are facts.
    """

    code: str
    message: str
    file: str | None = None
    offset: int | None = None
    line: int | None = None
    record: str | None = None
    path: str | None = None
    found: str | None = None
    expected: str | None = None

    @property
    def severity(self) -> Severity:
        """`error`, `warning` or `note`, by the code's letter."""
        return SEVERITIES[self.code[0]]

    def at(self, **place: Any) -> "Finding":
        """The same finding with more of its place known: each layer adds its own piece, once."""
        return replace(self, **{key: value for key, value in place.items() if getattr(self, key) is None})

    def to_dict(self) -> dict[str, Any]:
        """Code, severity, message and what is known of the place; unknown parts are left out."""
        known = ("file", "offset", "line", "record", "path", "found", "expected")
        facts = {name: getattr(self, name) for name in known}
        head = {"code": self.code, "severity": self.severity, "message": self.message}
        return head | {name: value for name, value in facts.items() if value is not None}


RFC8259 = "https://www.rfc-editor.org/rfc/rfc8259"
RFC3986 = "https://www.rfc-editor.org/rfc/rfc3986"
WARC = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
UNICODE = "https://www.unicode.org/versions/latest/core-spec/chapter-3/"

CODES: dict[str, Code] = {
    # 1: source items
    "E101": Code("empty item", "The item holds no byte, or nothing but white space: there is no article in it."),
    "E102": Code("not text", "The bytes are not text: another format's signature, or mostly control characters."),
    "E103": Code("broken JSON", "The item is not one well-formed JSON value.", "RFC 8259 section 2", RFC8259 + "#section-2"),
    "E104": Code("not a JSON object", "An article is a JSON object; this item is another kind of value."),
    "E105": Code("no text", "No field of the object is known to hold the article's text; `--field text=NAME` names one."),
    "E106": Code("text is not a string", "The field that should hold the article's text holds another kind of value."),
    "E107": Code("item too large", "The item is larger than one item may be (`--max-item-size`)."),
    "E108": Code("unknown kind of file", "The file's name says neither text nor JSON nor one of them compressed."),
    "E109": Code("unreadable file", "The file cannot be read: permission, an I/O error, or it has gone."),
    "E110": Code("truncated or damaged compression", "The compressed source ends too early or is damaged from this place on."),
    "W111": Code("encoding is not as declared", "The declared encoding is unknown, or does not give the bytes back; another was used."),
    "W112": Code("unusable URL", "The URL cannot be used as it is: no scheme, control characters, or no host. The record's url is null.",
                 "RFC 3986 section 3", RFC3986 + "#section-3"),
    "W113": Code("unreadable date", "The date is in no form that can be read without guessing. The record's date is null."),
    "W114": Code("lost characters", "Characters were lost before the text came here; they cannot be restored and stand as U+FFFD."),
    "W115": Code("unusable sidecar", "The sidecar file is not a JSON object of known fields; what could not be used was left out."),
    "W116": Code("field of another type", "A metadata field holds another kind of value than its name promises; it was left out."),
    "I117": Code("file left out", "A walked folder holds a file that no article can be read from; it was left out."),
    "I118": Code("same file again", "The same file was given, or is linked to, more than once; it was taken once."),
    "I119": Code("duplicate key", "A JSON object names a key more than once; the last value was taken.",
                 "RFC 8259 section 4", RFC8259 + "#section-4"),
    "W120": Code("unfinished JSON array", "The file ends before its array does; what stands there was taken."),
    # 2: WARC
    "E201": Code("no record where one should start", "The bytes at a record's place do not begin with a WARC version line.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E202": Code("bytes left out", "Damage was skipped up to the next place that proves to be a record's start."),
    "E203": Code("malformed header line", "A line of a record's head is no named field.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E204": Code("header is not UTF-8", "A record's head holds bytes that are not UTF-8.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E205": Code("header line ends in LF", "A line of a record's head ends in LF alone.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E206": Code("missing field", "A record lacks a field that records of its type must have.",
                 "WARC 1.1 section 5", WARC + "#named-fields"),
    "E207": Code("repeated field", "A field stands twice in one record and may not.", "WARC 1.1 section 5.1", WARC + "#general"),
    "E208": Code("malformed field", "A field's value is not of the form that the standard gives it.",
                 "WARC 1.1 section 5", WARC + "#named-fields"),
    "E209": Code("malformed date", "A WARC date is no UTC date or time of the W3C profile of ISO 8601.",
                 "WARC 1.1 section 5.4", WARC + "#warc-date-mandatory"),
    "E210": Code("malformed URI", "A field that holds a URI or a record's id holds something else.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E211": Code("malformed length", "Content-Length is no number of bytes.",
                 "WARC 1.1 section 5.3", WARC + "#content-length-mandatory"),
    "W212": Code("unknown record type", "The record's type is none of the standard's eight; readers shall skip it.",
                 "WARC 1.1 section 5.5", WARC + "#warc-type-mandatory"),
    "E213": Code("field on the wrong type", "A field stands on a record of a type that must not have it.",
                 "WARC 1.1 section 5", WARC + "#named-fields"),
    "W214": Code("no Content-Type", "A record with a block should say what it holds.",
                 "WARC 1.1 section 5.6", WARC + "#content-type"),
    "W215": Code("URI in angle brackets", "WARC 1.1 writes target URIs bare; many readers take the brackets for part of it.",
                 "WARC 1.1 section 5.14", WARC + "#warc-target-uri"),
    "W216": Code("several records in a gzip member", "Each record should be a gzip member of its own; indexes cannot point "
                 "into one, and players refuse the file.", "WARC 1.1 annex D.2", WARC + "#record-at-time-compression"),
    "E217": Code("unreadable record", "A record's compressed bytes are damaged, or end too early."),
    "E218": Code("record cut short", "The file ends before the record's block does.",
                 "WARC 1.1 section 5.3", WARC + "#content-length-mandatory"),
    "E219": Code("endless header", "A record's head has no end within the mebibyte that is read of it.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "E220": Code("no record end", "A record does not end in two CR LF pairs.", "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "W221": Code("unknown WARC version", "The version is none that is known; the record is read as WARC 1.1.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "W222": Code("no warcinfo first", "A file should start with a warcinfo record.", "WARC 1.1 section 5.5", WARC + "#warc-type-mandatory"),
    "E223": Code("record id repeated", "Two records have one id.", "WARC 1.1 section 5.2", WARC + "#warc-record-id-mandatory"),
    # 3: fixity
    "E301": Code("block digest differs", "A record's block is not what its digest says.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    "E302": Code("payload digest differs", "A record's payload is not what its digest says.",
                 "WARC 1.1 section 5.9", WARC + "#warc-payload-digest"),
    "E303": Code("malformed digest", "A digest is no value of its algorithm in hex, base32 or base64.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    "W304": Code("unknown digest algorithm", "A digest is of an algorithm that is not known, and is not checked.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    # 5: article records
    "E501": Code("record breaks the schema", "The article record is not valid against the article schema."),
    "E502": Code("record is not JSON", "The record is not one well-formed JSON value.", "RFC 8259 section 2", RFC8259 + "#section-2"),
    "E503": Code("unknown schema", "The record names a schema of a major version or kind that is not known here."),
}


def severity_of(code: str) -> Severity:
    """The severity that a code's letter stands for.

    >>> severity_of("W112")
    'warning'
    """
    return SEVERITIES[code[0]]
