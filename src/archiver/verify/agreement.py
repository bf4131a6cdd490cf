"""Whether an index row says of a record what the record says of itself, in any spelling that indexers have."""

import hashlib
import re
from contextlib import suppress
from urllib.parse import parse_qsl, unquote, urlsplit

from archiver.warc import cdxj, digests, http
from archiver.warc.reader import Record

NO_TYPE = ("unk", "no-type", "-", "")
# Of a captured request that is no GET, the key has the method and what was sent behind those of the URL.
_METHOD = "__wb_method="
_TYPE_END = re.compile(r"[;,\s]")
_WEB = re.compile(r"https?:", re.IGNORECASE)
_WWW = re.compile(r"www\d*\.")
_PORTS = {"http": 80, "https": 443}


def is_page(record: Record) -> bool:
    """Whether players look a record up; of the crawler's own notes, and of `dns:` and `whois:`, indexers take what they
    like."""
    is_fields = (record.get("Content-Type") or "").lower().startswith("application/warc-fields")
    return not is_fields and not (record.uri or "").lower().startswith(("dns:", "whois:"))


def agree(name: str, found: str, wanted: str, record: Record) -> bool:
    """Whether a row's field `name` may be `found`, where `captures.expected` gives `wanted`."""
    if name == "digest":
        return _same_digest(found, wanted, record)
    if name == "status":
        # Indexers write none, or what they like, for what has no HTTP head.
        return found in (wanted, "-") or not wanted
    return found == wanted or (name == "mime" and _same_type(found, wanted, record))


def is_of_nothing(found: str, record: Record) -> bool:
    """Whether a row of a record that has bytes, and no payload digest, has the digest of none."""
    if not record.block_length or record.get("WARC-Payload-Digest") is not None:
        return False
    stated = _parsed(found)
    return stated is not None and stated.value == digests.compute(stated.algorithm, b"")


def key(url: str) -> str:
    """The sort key of a URL; the URL itself where it has none, as indexers write it.

    >>> key("https://Example.org/a/"), key("http://example.org:99999/")
    ('org,example)/a', 'http://example.org:99999/')
    """
    try:
        return cdxj.key(url).decode("utf-8", "replace")
    except ValueError:
        return url


def is_key_of(found: str, url: str) -> bool:
    """Whether a row's key is one of its URL: as surt makes it, or as warcio.js does.

    >>> [is_key_of(f"org,example)/a{end}", "https://example.org/a/?b=1") for end in ("?b=1", "/?b=1", "b?b=1")]
    [True, True, False]
    """
    wanted = key(url)
    return found == wanted or (_METHOD in found and _path(found) == _path(wanted)) or _is_key_of_js(found, url)


def _is_key_of_js(found: str, url: str) -> bool:
    """warcio.js, and so Browsertrix and js-wacz, leaves paths, session ids and what is not of the web as they are."""
    if not _WEB.match(url):
        return found == url
    with suppress(ValueError):
        parts = urlsplit(url.lower())
        host = _WWW.sub("", parts.hostname or "", count=1).encode("idna").decode()
        port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
        start = f"{','.join(reversed(host.split('.')))}{port})"
        path, _, query = found.removeprefix(start).partition("?")
        if found.startswith(start) and unquote(path) == unquote(_resolved(parts.path or "/")):
            return _METHOD in query or _pairs(query) == _pairs(parts.query)
    return False


def _resolved(path: str) -> str:
    """A path without the segments `.` and `..`."""
    kept: list[str] = []
    parts = path.split("/")
    for part in parts[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join([*kept, ""] if parts[-1] in (".", "..") else kept)


def _pairs(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query, keep_blank_values=True))


def _path(text: str) -> str:
    return text.partition("?")[0]


def _same_type(found: str, wanted: str, record: Record) -> bool:
    """Where a head names no media type, indexers decide what it is called; of several that it names they take one."""
    bare = _TYPE_END.split(found.lower(), maxsplit=1)[0]
    if record.type in ("resource", "metadata"):
        return bare == wanted.lower() or (found in NO_TYPE and wanted in NO_TYPE)
    if record.type != "response" or wanted in NO_TYPE or found in NO_TYPE:
        return True
    return bare in http.media_types(record.block or b"")


def _parsed(text: str) -> digests.Labelled | None:
    """The digest of a row; CDX has SHA-1 without its name."""
    with suppress(KeyError):
        return digests.parse(text if ":" in text else f"sha1:{text}")
    return None


def _same_digest(found: str, wanted: str, record: Record) -> bool:
    """Equal in any spelling; of a record without a payload digest, indexers compute one by whatever algorithm."""
    if found == wanted:
        return True
    stated = _parsed(found)
    if stated is None:
        return False
    if record.get("WARC-Payload-Digest") is None and record.block is not None:
        return stated.value in _computed(stated.algorithm, record, record.block)
    return stated == _parsed(wanted)


def _computed(algorithm: str, record: Record, block: bytes) -> list[bytes]:
    """What indexers make of a block: the digest of it, of the body behind its HTTP head, and of that as it was sent."""
    known = [digests.compute(algorithm, block)]
    if (record.get("Content-Type") or "").lower().startswith("application/http"):
        sums = [hashlib.new(algorithm, usedforsecurity=False) for _ in range(2)]
        entity = http.Entity(sums[:1], sums[1:])
        entity.feed(block)
        known += [each.digest() for each in (sums if entity.is_chunked else sums[:1])]
    return known
