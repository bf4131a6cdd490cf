"""The encoding that a page declares in itself, and the page decoded by it (HTML standard, section 13.2.3.2)."""

import re
from dataclasses import replace

from archiver.findings import Finding
from archiver.text.decode import MARKS, Decoded, decode

# The standard looks at the first 1024 bytes; pages say it later, and browsers then start again.
_SEARCHED = 1024 * 1024
_ATTRIBUTES = rb"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])*+"""
# Comments hide what stands in them; a declaration in any other tag's attribute is none.
_TAG = re.compile(rb"(?is)<!--.*?(?:-->|\Z)|<(meta(?=[\s/])|[a-z])(" + _ATTRIBUTES + rb")")
_PAIR = re.compile(rb"""([^\s"'>/=][^\s>/=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+""")
_IN_CONTENT = re.compile(rb"""(?i)charset\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s;"']+))""")
_XML = re.compile(rb"""\s{0,9}<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9_:.+-]{1,40})["']""")
_NAME = re.compile(rb"[A-Za-z0-9_:.+-]{1,40}")

# The labels of the Encoding Standard (section 4.2) that Python does not know, or knows for another encoding.
_LABELS: dict[str, str] = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "iso-8859-2": "iso88592",
    "iso-8859-6": "csiso88596e csiso88596i iso-8859-6-e iso-8859-6-i",
    "iso-8859-7": "sun_eu_greek",
    "iso-8859-8": "csiso88598e csiso88598i iso-8859-8-e iso-8859-8-i logical visual",
    "iso-8859-15": "csisolatin9",
    "koi8-r": "koi koi8",
    "koi8-u": "koi8-ru",
    "mac-roman": "csmacintosh mac x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "dos-874 windows-874",
    "cp1252": "ansi_x3.4-1968 ascii us-ascii x-cp1252 x-user-defined",
    **{f"cp{page}": f"x-cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    "gb18030": "csgb2312 gb_2312 gb_2312-80 x-gbk",
    "big5": "cn-big5 x-x-big5",
    "euc_jp": "cseucpkdfmtjapanese x-euc-jp",
    "cp932": "windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 iso-ir-149 ks_c_5601-1989 ksc_5601 windows-949",
}
_NAMES = {label: name for name, labels in _LABELS.items() for label in labels.split()}
_WIDE = frozenset(("utf-16", "ucs-2", "csunicode", "iso-10646-ucs-2", "unicode", "unicodefeff", "unicodefffe"))


def decode_page(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a page losslessly: by its byte order mark, as declared beside it, as it says itself, or by its bytes.

    Bytes that are UTF-8 and not ASCII alone are in no other encoding by chance: a page that says otherwise was stored
    by software that converted it, and `W111` says so. Never raises.

    >>> decode_page(b'<meta charset="windows-1251"><p>\\xcf\\xee').basis
    'meta'
    """
    if any(data.startswith(mark) for mark, _ in MARKS):
        return decode(data)
    if declared is not None:
        return decode(data, _named(declared))
    stated = _stated(data)
    if stated is None:
        return decode(data)
    # What could be read to find the declaration is no UTF-16 (the prescan's last steps).
    name = "utf-8" if stated.lower().removesuffix("le").removesuffix("be") in _WIDE else _named(stated)
    if name.lower() not in {"utf-8", "utf8"} and not data.isascii():
        found = decode(data)
        if found.basis == "strict-decode":
            message = f"The page says that it is in {stated!r}, and is UTF-8; it was read as UTF-8."
            return replace(found, findings=(Finding(code="W111", message=message, found=stated),))
    decoded = decode(data, name)
    return replace(decoded, basis="meta") if decoded.basis == "declared" else decoded


def _named(label: str) -> str:
    """The name by which Python knows an encoding, if it is one that Python does not know by its label."""
    return _NAMES.get(label.strip().lower(), label)


def _stated(data: bytes) -> str | None:
    """The encoding of the XML declaration or of the first `<meta>` that names one (the standard's prescan)."""
    xml = _XML.match(data, 0, _SEARCHED)
    if xml:
        return xml[1].decode("ascii")
    metas = (tag[2] for tag in _TAG.finditer(data, 0, _SEARCHED) if (tag[1] or b"").lower() == b"meta")
    labels = (label.strip() for label in map(_label, metas) if label)
    return next((label.decode("ascii") for label in labels if _NAME.fullmatch(label)), None)


def _label(attributes: bytes) -> bytes | None:
    """What a `<meta>` states: its `charset`, or that within the `content` of one that stands for a header."""
    found: dict[bytes, bytes] = {}
    for pair in _PAIR.finditer(attributes):
        found.setdefault(pair[1].lower(), pair[2] or pair[3] or pair[4] or b"")
    if b"charset" in found:
        return found[b"charset"]
    if found.get(b"http-equiv", b"").strip().lower() != b"content-type":
        return None
    match = _IN_CONTENT.search(found.get(b"content", b""))
    return (match[1] or match[2] or match[3]) if match else None
