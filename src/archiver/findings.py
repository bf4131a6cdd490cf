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
        """`error`, `warning` or `note`, by the code's letter.

        >>> Finding(code="W112", message="The URL has no scheme.").severity
        'warning'
        """
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
ARC = "https://archive.org/web/researcher/ArcFileFormat.php"
WACZ_AUTH = "https://specs.webrecorder.net/wacz-auth/0.1.0/"
WACZ = "https://specs.webrecorder.net/wacz/1.1.1/"
ZIP = "https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT"
BAGIT = "https://www.rfc-editor.org/rfc/rfc8493"
RFC6901 = "https://www.rfc-editor.org/rfc/rfc6901"

# fmt: off
CODES: dict[str, Code] = {
    # 1: source items
    "E101": Code("empty item", "The item holds no byte, or nothing but white space: there is no article in it."),
    "E102": Code("not text", "The bytes are not text: another format's signature, or mostly control characters."),
    "E103": Code("broken JSON", "The item is not one well-formed JSON value.", "RFC 8259 section 2", RFC8259 + "#section-2"),
    "E104": Code("not a JSON object", "An article is a JSON object; this item is another kind of value."),
    "E105": Code("no text", "No field of the object is known to hold the article's text; `--field text=NAME` names one."),
    "E106": Code("text is not a string", "The field that should hold the article's text holds another kind of value."),
    "E107": Code("item too large", "The item is larger than one item may be (`--max-item-size`). Its first 256 MiB are archived, or as much as an item may have where that is more; of what is cut off, length and digest are told."),
    "E108": Code("unknown kind of file", "The file's name says neither text nor JSON nor HTML, nor one of them compressed."),
    "E109": Code("unreadable file", "The file, or the folder with all that is in it, cannot be read: no permission, or a link that leads nowhere. What befalls more than the one file, such as an I/O error or a lost mount, ends the run instead."),
    "E110": Code("truncated or damaged compression", "The compressed source ends too early or is damaged from this place on, or its zstd window is larger than 2 GiB."),
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
    "W123": Code("encoding guessed", "Nothing states the encoding, and the bytes prove little: there are few beyond ASCII, or the "
                 "item is JSON and not UTF-8. `--encoding` or a sidecar can state it."),
    "E124": Code("JSON items not in UTF-8", "A file of JSON items is in UTF-16 or UTF-32 and cannot be cut into them: convert it to "
                 "UTF-8 first.", "RFC 8259 section 8.1", RFC8259 + "#section-8.1"),
    "E125": Code("broken UTF-16", "The bytes begin as UTF-16 or UTF-32, and one is missing or too many, or half a surrogate pair: no text "
                 "would give them back."),
    "E126": Code("item that ends its process", "Processing the item ended the process that did it, each time: a crash in a library, or "
                 "more memory than there is."),
    "E127": Code("damaged Parquet file", "The file, or some of its rows, cannot be read: it is no Parquet file, was cut short or changed, or several of its columns have one name."),
    "W121": Code("no main text", "No main text was told from the rest of the page; all of its text was taken."),
    "W122": Code("links left out", "Links of the page are left out: relative ones where the page's own address is not known, or "
                 "more than are read of one page."),
    "W128": Code("page read in part", "The page has more text, links or tweets than are read of one page; what stands behind is in the "
                 "original alone."),
    "W129": Code("tweet whose dates cannot be", "What is known of a tweet's date cannot be true together: the day written under it, the "
                 "time in its status id, the article's own date; or its id is none. Its `dates` are `impossible`."),
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
    "E220": Code("no record end", "A record does not end in two CR LF pairs, or in more.", "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "W221": Code("unknown WARC version", "The version is none that is known; the record is read as WARC 1.1.",
                 "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "W222": Code("no warcinfo first", "A file should start with a warcinfo record.", "WARC 1.1 section 5.5", WARC + "#warc-type-mandatory"),
    "E223": Code("record id repeated", "Two records that differ have one id.", "WARC 1.1 section 5.2", WARC + "#warc-record-id-mandatory"),
    "E224": Code("wrong segment number", "A continuation is segment 2 or more, any other segmented record is segment 1.",
                 "WARC 1.1 section 5.20", WARC + "#warc-segment-number"),
    "E225": Code("broken chain of segments", "Segments of a record are missing or stand twice, or their length, digest or target URI is not as stated.",
                 "WARC 1.1 section 7", WARC + "#record-segmentation"),
    "W226": Code("field without meaning", "A field stands on a record of a type for which the standard does not define it; much software "
                 "writes a payload digest on metadata records.", "WARC 1.1 section 5", WARC + "#named-fields"),
    "W227": Code("unusual date", "A date is in lower case, of a precision that its WARC version does not have, or so short that pywb "
                 "and cdxj-indexer fail on it.", "WARC 1.1 section 5.4", WARC + "#warc-date-mandatory"),
    "W228": Code("unusual warcinfo", "A warcinfo record is recommended to be application/warc-fields.", "WARC 1.1 section 6.2", WARC + "#warcinfo"),
    "W229": Code("URI not escaped", "A URI holds characters that have to be escaped; players that look it up as a browser spells it miss it.",
                 "WARC 1.1 section 5.14", WARC + "#warc-target-uri"),
    "E230": Code("empty file", "A WARC file has at least one record.", "WARC 1.1 section 4", WARC + "#file-and-record-model"),
    "I231": Code("URI in angle brackets, version 1.0", "WARC 1.0 has the brackets in its grammar and not in its examples; wget writes "
                 "them.", "WARC 1.0 section 4", WARC.replace("1.1", "1.0") + "#file-and-record-model"),
    "W232": Code("no HTTP message", "A response or request says that it is application/http, and its block does not begin so.",
                 "WARC 1.1 section 6.3", WARC + "#response"),
    "E233": Code("compressed as a whole", "The records of a file stand in one gzip member; players and indexers refuse it.",
                 "WARC 1.1 annex D.2", WARC + "#record-at-time-compression"),
    "E234": Code("malformed ARC header line", "A header line of an ARC file is not address, IP address, date, type and length.",
                 "ARC 1.0", ARC),
    "E235": Code("no ARC record end", "An ARC record is not followed by a line end: its length is wrong, or bytes were added.", "ARC 1.0", ARC),
    "W236": Code("unknown revisit profile", "A revisit is of a profile that no version of the standard defines; readers shall not interpret it.",
                 "WARC 1.1 section 6.7", WARC + "#revisit"),
    "W237": Code("ARC fields left out", "The line that opens an ARC file leaves fields out.", "ARC 1.0", ARC),
    "W238": Code("malformed warcinfo", "The block of a warcinfo record is of application/warc-fields, and is not made of named fields.",
                 "WARC 1.1 section 6.2", WARC + "#warcinfo"),
    "E239": Code("malformed ARC version block", "The block that opens an ARC file is not its version, a reserved field and an origin code, and "
                 "the names of the fields.", "ARC 1.0", ARC),
    "W240": Code("empty gzip member", "A gzip member of a WARC file holds nothing; some readers take it for the end of the file.",
                 "WARC 1.1 annex D.2", WARC + "#record-at-time-compression"),
    "W241": Code("record twice", "A record stands a second time, with its id, date, address and block: a copy, which contradicts nothing.",
                 "WARC 1.1 section 5.2", WARC + "#warc-record-id-mandatory"),
    "I242": Code("file renamed", "A WARC file has another name than its warcinfo record gives it.", "WARC 1.1 section 5.17", WARC + "#warc-filename"),
    "W243": Code("name and compression differ", "A WARC or ARC file is compressed, or is not, otherwise than its name says. WACZ 1.1.1 asks for `.warc.gz`, and "
                 "players go by the data.",
                 "WARC 1.1 annex D.3", WARC + "#gzip-warc-file-name-suffix"),
    "E244": Code("record of itself", "A record refers to itself as the one that it describes, revisits, was made from or continues.",
                 "WARC 1.1 sections 5.11 and 5.21", WARC + "#warc-refers-to"),
    "W245": Code("concurrent with itself", "A record names itself as another of its capture event.",
                 "WARC 1.1 section 5.7", WARC + "#warc-concurrent-to"),
    "W246": Code("revisit that does not fit", "A revisit is earlier than what it refers to, or names another address or date than that has.",
                 "WARC 1.1 section 6.7.2", WARC + "#profile-identical-payload-digest"),
    "I250": Code("WARC or ARC by its name alone", "A file of a bag's payload is named as a WARC or ARC file is, and does not begin as "
                 "one does; it is not read as one."),
    # 3: fixity
    "E301": Code("block digest differs", "A record's block is not what its digest says.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    "E302": Code("payload digest differs", "A record's payload is not what its digest says.",
                 "WARC 1.1 section 5.9", WARC + "#warc-payload-digest"),
    "E303": Code("malformed digest", "A digest is no value of its algorithm in hex, base32 or base64.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    "W304": Code("unknown digest algorithm", "A digest is of an algorithm that is not known, and is not checked.",
                 "WARC 1.1 section 5.8", WARC + "#warc-block-digest"),
    "I305": Code("digest of the decoded payload", "A payload digest is that of the body without its content encoding, as some software "
                 "takes it: the payload is intact.", "WARC 1.1 section 5.9", WARC + "#warc-payload-digest"),
    # 4: WACZ, its index and its pages
    "E401": Code("broken zip", "The zip's end record or central directory is missing, cut short or contradicts itself.",
                 "APPNOTE 4.3.16", ZIP),
    "E402": Code("zip headers disagree", "A member's local header, or the data descriptor behind it, says otherwise than the central directory, "
                 "or its sizes cannot be.", "APPNOTE 4.3.7", ZIP),
    "E403": Code("stray bytes in the zip", "Bytes of the zip belong to no member, or to two.", "APPNOTE 4.3.6", ZIP),
    "E404": Code("member twice", "Two members of the zip have one name; programs differ in which they read."),
    "E405": Code("unsafe name", "A name is absolute, has `..` or a backslash, or is no name: unpacked, it could land outside.",
                 "APPNOTE 4.4.17", ZIP),
    "E406": Code("unreadable member", "A member is encrypted, packed by an unknown method, or says that it inflates beyond all bounds."),
    "E407": Code("deflated WARC", "A WARC file or a compressed index is deflated within the zip; players need it stored.",
                 "WACZ 1.1.1 section 4", WACZ + "#zip-compression"),
    "E408": Code("damaged member", "A member's data are not of the length and CRC that the zip states.", "APPNOTE 4.4.7", ZIP),
    "E409": Code("zip header changed", "A header in a zip that this software wrote is not as it writes it."),
    "E410": Code("missing part", "A WACZ needs a manifest, WARC files, an index and a list of pages.",
                 "WACZ 1.1.1 section 3", WACZ + "#directory-layout"),
    "E411": Code("malformed manifest", "datapackage.json or its digest file is not JSON, or lacks what it must state.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E412": Code("resource differs", "A file is not what its hash in datapackage.json says.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E413": Code("resource's length differs", "A file is not as long as datapackage.json says.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E414": Code("unlisted file", "A file of the WACZ is not listed in datapackage.json.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E415": Code("listed file missing", "A file that datapackage.json lists is not there.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E416": Code("manifest differs", "datapackage.json is not what datapackage-digest.json says.",
                 "WACZ 1.1.1 section 5.4", WACZ + "#datapackage-digest-json"),
    "W417": Code("unknown version or key", "The manifest is of a version or profile, or has a key, that WACZ 1.1.1 does not know.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "W418": Code("no digest of the manifest", "Without datapackage-digest.json nothing vouches for datapackage.json.",
                 "WACZ 1.1.1 section 5.4", WACZ + "#datapackage-digest-json"),
    "E419": Code("resource listed twice", "datapackage.json lists a path twice."),
    "E420": Code("malformed index row", "A row is not a key, 14 digits and a JSON object, or its object has no `url`, `offset` or `length`.", "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E421": Code("index not sorted", "A row sorts before the one above it, so that look-ups miss it.",
                 "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E422": Code("row points nowhere", "No record of the file starts where an index row says: nothing does, or what does is within "
                 "another record's block or behind damage, or the file is not there.", "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E423": Code("row differs from its record", "An index row says otherwise than the record that it points at, or than that record's HTTP head.",
                 "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E424": Code("record not indexed", "The index has no row for a record that belongs in it.",
                 "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E425": Code("row twice", "The index has a row twice, or two rows that point at one record."),
    "E426": Code("broken ZipNum index", "The .idx and the blocks of a compressed index do not fit each other, one of the two is not "
                 "there, or the head of the .idx is missing or names another file or format.",
                 "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "E427": Code("malformed page row", "A row of the page list is not a page with its address and a time that can be read.",
                 "WACZ 1.1.1 section 5.2", WACZ + "#pages"),
    "E428": Code("page not in the index", "The index has no capture of a page at its time.", "WACZ 1.1.1 section 5.2", WACZ + "#pages"),
    "E429": Code("other list of pages", "A row of the page list is not that of an article of this package, stands twice, or is missing."),
    "E430": Code("link or special file", "A package holds plain files; what a link leads to is not part of it."),
    "W431": Code("zip comment", "The zip has a comment; no digest vouches for it.", "APPNOTE 4.3.16", ZIP),
    "W432": Code("names differ in case alone", "On many systems one of the two files replaces the other."),
    "W433": Code("64-bit sizes in the local header alone", "Players that trust the central directory read such a member's "
                 "data from the wrong place.", "APPNOTE 4.5.3", ZIP),
    "W434": Code("hash as js-wacz takes it", "A file's hash in datapackage.json is wrong, and equal to what a known fault of js-wacz gives: "
                 "the content is intact."),
    "W435": Code("17-digit timestamps", "Index rows have milliseconds; the CDXJ draft allows them, and most software reads 14 digits.",
                 "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "W436": Code("index that pywb does not read", "pywb takes `*.cdx` and `*.cdx.gz` for the index of a WACZ, and leaves any other name out."),
    "W437": Code("fragment in a target URI", "Players look a capture up by its address without a fragment, and never find this one."),
    "W438": Code("page that replays blank", "A page at a `urn:` address has a root-relative link; ReplayWeb.page shows it blank."),
    "I439": Code("key as py-wacz spells it", "datapackage.json has `mainPageURL`; the specification has `mainPageUrl`, and players use "
                 "neither.", "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E440": Code("signature does not hold", "The signature of the digest file is malformed, of another hash, or not made with its key.",
                 "WACZ Signing 0.1.0", WACZ_AUTH),
    "W441": Code("signature not checked to its root", "A signature with a domain's certificate holds for that key; who the key belongs to, and "
                 "when it was used, is not checked offline.", "WACZ Signing 0.1.0", WACZ_AUTH),
    "I442": Code("old form of the manifest", "datapackage.json is in the form of WACZ 1.0, with `stats` and `hashing`."),
    "W443": Code("CDX, not CDXJ", "The index is in the older CDX format; WACZ asks for CDXJ.", "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "W444": Code("no list of pages", "A WACZ of other software has no list of pages; py-wacz leaves it out where it detects none, and players "
                 "show no page.", "WACZ 1.1.1 section 3", WACZ + "#directory-layout"),
    "W445": Code("row with the digest of nothing", "An index row has the digest of no bytes, as cdxj-indexer writes it for records without a "
                 "payload digest; the record is intact.", "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "W446": Code("names differ in normal form alone", "Two names are the same text in two Unicode normal forms; on some systems one of the "
                 "files replaces the other."),
    "W447": Code("name read otherwise elsewhere", "A file's name has a backslash, or characters that steer a terminal or turn the text around them."),
    "E448": Code("other schema", "A schema in the package is not the one that this software holds under its name and version."),
    "W449": Code("page at another time", "The index has captures of a page, but none at the page's time; players show the nearest.",
                 "WACZ 1.1.1 section 5.2", WACZ + "#pages"),
    "W450": Code("page without a name", "A row of the page list has neither `id` nor `title`: validators and players pass it over."),
    "I451": Code("older or newer WACZ", "The manifest is of version 1.0.0 or 1.1.0, or of the draft of 1.2; it is read as such.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "E452": Code("stranger in a folder", "A file in archive/, indexes/ or pages/ is none of those that the folder is for.",
                 "WACZ 1.1.1 section 3", WACZ + "#directory-layout"),
    "W453": Code("key twice", "A JSON object names a key twice; one reader takes the first value, another the last.",
                 "RFC 8259 section 4", RFC8259 + "#section-4"),
    "W454": Code("row lacks a field", "An index row has no `digest`, or no `mime` where its record states one; players open such "
                 "a capture and cannot tell what it is.", "WACZ 1.1.1 section 5.1", WACZ + "#indexes"),
    "W455": Code("unusual name of a resource", "datapackage.json gives two resources one name, or a name that is not of lower-case "
                 "letters, digits, `.`, `-`, `_` and `/`; `wacz validate` refuses it.",
                 "Data Resource 1.0, name", "https://specs.frictionlessdata.io/data-resource/#name"),
    "W456": Code("resource without its length", "datapackage.json does not say how many bytes a file has.",
                 "WACZ 1.1.1 section 5.3", WACZ + "#datapackage-json"),
    "W457": Code("time in another form", "A time of the page list is readable, and not as RFC 3339 writes it, or one of datapackage.json is not so written.",
                 "WACZ 1.1.1 section 5.2", WACZ + "#pages"),
    "W458": Code("unknown hash algorithm", "datapackage.json states a hash of an algorithm that is not known; the file is not checked."),
    "W459": Code("odd zip header", "An extra field contradicts the header that it belongs to, or a local header has another time or "
                 "version than the central directory.", "APPNOTE 4.5", ZIP),
    "E460": Code("folder with data", "A member of the zip is a folder, and has data.", "APPNOTE 4.3.8", ZIP),
    "I462": Code("records not looked up", "A WARC file is deflated within the zip, and each record looked up in it has to be inflated "
                 "from the file's start; beyond a gibibyte no more are."),
    "W463": Code("page list without a head", "The first row of a page list is a page; the specification's example starts with a "
                 "head that has a `format`.", "WACZ 1.1.1 section 5.2", WACZ + "#pages"),
    # 5: article records
    "E501": Code("record breaks the schema", "The article record is not valid against the article schema."),
    "E502": Code("record is not JSON", "The record is not one well-formed JSON value.", "RFC 8259 section 2", RFC8259 + "#section-2"),
    "E503": Code("unknown schema", "The record names a schema of a major version or kind that is not known here."),
    # 6: derivation, and references between records
    "E601": Code("dangling reference", "A record names another that the package does not hold.",
                 "WARC 1.1 section 5.11", WARC + "#warc-refers-to"),
    "E602": Code("no original", "A record refers to no record that holds its original bytes.",
                 "WARC 1.1 section 5.11", WARC + "#warc-refers-to"),
    "E603": Code("other original", "An article was made from other bytes than the record that it refers to holds."),
    "E604": Code("no conversion", "The package does not hold the text that an article record speaks of."),
    "E605": Code("other text", "The conversion is not the text that its article record speaks of."),
    "E606": Code("original unreadable", "The original bytes cannot be decoded as recorded, or the pointer names no string in them.",
                 "RFC 6901 section 4", RFC6901 + "#section-4"),
    "E607": Code("derivation fails", "The repairs, made on the original, do not give the conversion."),
    "E608": Code("derivation does not lead back", "The repairs, taken back from the text, do not give the original."),
    "E609": Code("wrong place", "A span of a link or tweet does not hold what the record says, or they do not name each other."),
    "E610": Code("conversion of another address", "A conversion's target URI is not a copy of its original's.",
                 "WARC 1.1 section 5.14", WARC + "#warc-target-uri"),
    "E611": Code("counts do not add up", "The run report says otherwise than the records of the package."),
    "E612": Code("rejected items differ", "rejected.json does not list the rejected items that the WARC files hold."),
    "E613": Code("conversion of nothing", "No article record speaks of a conversion."),
    "E614": Code("record's id differs", "An article record's id is not that of the WARC record that holds it."),
    "I615": Code("not replayed", "An article too long to be held in memory was checked by its digests alone."),
    "I616": Code("record in another file", "A WARC file by itself, or a WACZ of other software, speaks of a record that is not in it."),
    "E617": Code("revisit of another payload", "A revisit's payload digest is not that of the record it refers to.",
                 "WARC 1.1 section 6.7.2", WARC + "#profile-identical-payload-digest"),
    "W618": Code("not a warcinfo", "A record names as its warcinfo a record of another type.",
                 "WARC 1.1 section 5.16", WARC + "#warc-warcinfo-id"),
    "E619": Code("no reading copy", "No reading copy stands behind the first article record of an original."),
    "E620": Code("record put in", "A package of this version holds a record that no item of it has, or one that was moved."),
    "E621": Code("reading copy differs", "A reading copy is not what its article's record and text give when it is made again."),
    "I622": Code("not made again", "The package is not of this very version of this software and of its libraries: its reading copies, "
                 "rows of pages, links, tweets and dates, or some of them, were not made again to be compared."),
    "I623": Code("what follows from damage", "Findings that only say that a damaged record or row is missed elsewhere are not listed, "
                 "but counted."),
    "E624": Code("links or tweets differ", "Links or tweets of an article record are not what its text gives when they are looked for again."),
    "E625": Code("fields differ", "A date, an address, a title, a site or authors of an article record are not what its original states."),
    "W626": Code("referred record not here", "In a WACZ of other software a record refers to one that it does not hold; a revisit of it "
                 "does not replay.", "WARC 1.1 section 5.11", WARC + "#warc-refers-to"),
    # 7: BagIt
    "E701": Code("no bag declaration", "bagit.txt is missing or malformed.", "RFC 8493 section 2.1.1", BAGIT + "#section-2.1.1"),
    "E702": Code("no manifest", "A bag needs a payload manifest.", "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "E703": Code("malformed manifest line", "A line is not a checksum, a blank and a path.", "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "E704": Code("file changed", "A file is not what its checksum says.", "RFC 8493 section 3", BAGIT + "#section-3"),
    "E705": Code("file missing", "A file that a manifest lists is not there.", "RFC 8493 section 3", BAGIT + "#section-3"),
    "E706": Code("file not listed", "A payload file is in no line of a manifest.", "RFC 8493 section 3", BAGIT + "#section-3"),
    "E707": Code("path leads out", "A path of a manifest or of fetch.txt leads out of the payload or of the bag.", "RFC 8493 section 5.4", BAGIT + "#section-5.4"),
    "W708": Code("unknown algorithm", "A manifest's algorithm is not known; it is not checked.",
                 "RFC 8493 section 2.4", BAGIT + "#section-2.4"),
    "E709": Code("Payload-Oxum differs", "The payload's size or count is not as stated, or stated twice or in no sound form.",
                 "RFC 8493 section 2.2.2", BAGIT + "#section-2.2.2"),
    "E710": Code("path listed twice", "A manifest lists a path twice, with two checksums.", "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "W712": Code("checksum in mixed case", "A checksum mixes upper and lower case, as no software writes it: it was changed."),
    "W713": Code("files to fetch", "The bag leaves files to be fetched; they are not checked.",
                 "RFC 8493 section 2.2.3", BAGIT + "#section-2.2.3"),
    "W714": Code("tag file not listed", "A tag file is not in the tag manifest; nothing vouches for it.",
                 "RFC 8493 section 2.2.1", BAGIT + "#section-2.2.1"),
    "E715": Code("malformed bag-info", "A line of bag-info.txt is not a label and a value.",
                 "RFC 8493 section 2.2.2", BAGIT + "#section-2.2.2"),
    "W711": Code("unknown BagIt version", "The version is none that is known; the bag is read as version 1.0.",
                 "RFC 8493 section 2.1.1", BAGIT + "#section-2.1.1"),
    "W717": Code("name in another normal form", "A manifest spells a name in another Unicode normal form than the file's.",
                 "RFC 8493 section 5.1", BAGIT + "#section-5.1"),
    "E718": Code("unknown encoding of tag files", "bagit.txt names an encoding that is not known.", "RFC 8493 section 2.1.1", BAGIT + "#section-2.1.1"),
    "E719": Code("no payload folder", "A bag has a folder `data/`, if an empty one.", "RFC 8493 section 2.1.2", BAGIT + "#section-2.1.2"),
    "W720": Code("line twice", "A manifest lists a path twice with one checksum.", "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "E721": Code("malformed fetch.txt", "A line of fetch.txt is not an address, a length and a path, or the file has another length.",
                 "RFC 8493 section 2.2.3", BAGIT + "#section-2.2.3"),
    "W722": Code("manifests differ", "A payload file is in one manifest and not in another; before version 1.0 that was allowed.",
                 "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "E723": Code("tag manifest lists a tag manifest", "A tag manifest must not list a tag manifest, itself least of all.",
                 "RFC 8493 section 2.2.1", BAGIT + "#section-2.2.1"),
    "W724": Code("percent sign not encoded", "Since version 1.0 a manifest writes the % of a file's name as %25; it was read as it is meant.",
                 "RFC 8493 section 2.1.3", BAGIT + "#section-2.1.3"),
    "W725": Code("path to fetch without data/", "fetch.txt names a payload file from the payload's folder, not from the bag's.",
                 "RFC 8493 section 2.2.3", BAGIT + "#section-2.2.3"),
    "W728": Code("manifest's name, before version 1.0", "The name of a manifest spells its algorithm with capitals or signs, which "
                 "BagIt forbids from version 1.0 on; it was read as it is meant.", "RFC 8493 section 2.4", BAGIT + "#section-2.4"),
    "E726": Code("manifest's name", "The name of a manifest spells its algorithm with capitals or signs; it was read as it is meant.",
                 "RFC 8493 section 2.4", BAGIT + "#section-2.4"),
    "W727": Code("unusual value in bag-info", "A reserved label of bag-info.txt has a value of another form, or stands more than once.",
                 "RFC 8493 section 2.2.2", BAGIT + "#section-2.2.2"),
    "W716": Code("no tag manifest", "Nothing vouches for the manifests themselves.", "RFC 8493 section 2.2.1", BAGIT + "#section-2.2.1"),
}
# fmt: on
