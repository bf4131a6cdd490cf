"""The encoding that a page declares in itself, and the page decoded by it (HTML standard, section 13.2.3.2)."""

import re
from dataclasses import replace

from archiver.findings import Finding
from archiver.text.decode import MARKS, Decoded, decode

# The standard looks at the first 1024 bytes; pages say it later, and browsers then start again.
_SEARCHED = 1024 * 1024
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"""(?i)<meta\s[^>]{0,500}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.+-]{1,40})""")
_XML = re.compile(rb"""\s{0,9}<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9_:.+-]{1,40})["']""")


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
        return decode(data, declared)
    stated = _stated(data)
    if stated is None:
        return decode(data)
    found = decode(data)
    # What could be read to find the declaration is no UTF-16 (section 13.2.3.2, the prescan's last steps).
    name = "utf-8" if stated.lower().startswith("utf-16") else stated
    if found.basis == "strict-decode" and not data.isascii() and name.lower() not in {"utf-8", "utf8"}:
        message = f"The page says that it is in {stated!r}, and is UTF-8; it was read as UTF-8."
        return replace(found, findings=(Finding(code="W111", message=message, found=stated),))
    decoded = decode(data, name)
    return replace(decoded, basis="meta") if decoded.basis == "declared" else decoded


def _stated(data: bytes) -> str | None:
    """The encoding of the XML declaration or of the first `<meta>` that names one."""
    head = _COMMENT.sub(b"", data[:_SEARCHED])
    match = _XML.match(head) or _META.search(head)
    return match[1].decode("ascii") if match else None
