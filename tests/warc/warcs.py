"""Builds small WARC files for tests, sound or broken in a chosen place; it shares no code with the writer."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping

BLOCK = b"The mayor spoke.\n"
PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def urn(number: int) -> str:
    return f"urn:uuid:00000000-0000-5000-8000-{number:012d}"


def headers(kind: str = "resource", number: int = 1, block: bytes = BLOCK) -> dict[str, str]:
    """The fields of a sound record of the type `kind`."""
    fields = {"WARC-Type": kind, "WARC-Record-ID": f"<{urn(number)}>", "WARC-Date": "2024-05-06T07:08:09Z"}
    if kind != "warcinfo":
        fields["WARC-Target-URI"] = f"https://example.org/{number}"
    fields["WARC-Block-Digest"] = sha256(block)
    if kind in ("resource", "conversion"):
        fields["WARC-Payload-Digest"] = sha256(block)
    media_type = "application/warc-fields" if kind == "warcinfo" else "text/plain"
    return fields | {"Content-Type": media_type, "Content-Length": str(len(block))}


def record(
    kind: str = "resource",
    number: int = 1,
    block: bytes = BLOCK,
    *,
    change: Mapping[str, str | None] | None = None,
    extra: Iterable[bytes] = (),
    version: str = "WARC/1.1",
    end: bytes = b"\r\n\r\n",
) -> bytes:
    """A record; `change` replaces fields or, with `None`, takes them out; `extra` are further lines of its head."""
    fields: dict[str, str | None] = {**headers(kind, number, block), **(change or {})}
    lines = [version.encode(), *(f"{name}: {value}".encode() for name, value in fields.items() if value is not None)]
    return b"\r\n".join((*lines, *extra)) + b"\r\n\r\n" + block + end


def zipped(*records: bytes) -> bytes:
    """One gzip member for each of `records`."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)
