"""What a file's name says of it: its kind, its compression, and what its sidecar would be called."""

import os
from typing import Literal

from archiver.sources.streams import COMPRESSIONS, Compression, compression_of, opened
from archiver.text.decode import MARKS

Kind = Literal["text", "json", "jsonl", "html", "xhtml", "parquet", "unknown"]

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "xhtml",
    ".parquet": "parquet",
}
SIDECAR = ".meta.json"

# What a name may end with beside its stem: `.txt`, `.txt.gz`, `.json.zst` …
ENDINGS = ("", *COMPRESSIONS, *(kind + compression for kind in KINDS for compression in ("", *COMPRESSIONS)))

SNIFFED = 65536

# Which of the first four bytes are zero where the first two characters are ASCII, as JSON's are (RFC 4627 section 3).
ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32-be",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (False, True, False, True): "utf-16-le",
}


def kind_of(name: str) -> tuple[Kind, Compression | None]:
    """The kind and compression that the file's name states, whatever its case.

    >>> kind_of("2017/Report.TXT"), kind_of("wire.ndjson.zst"), kind_of("page.pdf.gz")
    (('text', None), ('jsonl', 'zstd'), ('unknown', None))
    """
    # A dot at the beginning hides a file; it begins no suffix.
    stem, dot, suffix = name.lower().lstrip(".").rpartition(".")
    compression = COMPRESSIONS.get(dot + suffix)
    if compression:
        _, dot, suffix = stem.rpartition(".")
    kind = KINDS.get(dot + suffix, "unknown")
    if kind == "parquet" and compression:
        # It is compressed within, and is read from its end.
        kind = "unknown"
    return kind, None if kind == "unknown" else compression


def sniff(path: str) -> tuple[Kind, Compression | None]:
    """The kind and compression that the first bytes show, for a source without a name.

    The first byte that is no white space decides: `{` begins JSON Lines, `[` a JSON array, all else is text, and so is
    what cannot even be decompressed: whoever reads it will meet the damage.
    """
    compression = compression_of(path)
    with opened(path, compression) as stream:
        first = first_character(stream.read(SNIFFED))
    kinds: dict[str, Kind] = {"{": "jsonl", "[": "json"}
    return kinds.get(first, "text"), compression


def wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 and its byte order, where a JSON text's first bytes show it; None for UTF-8 and all else.

    >>> wide('{"a"'.encode("utf-16-be")), wide('[7'.encode("utf-32")), wide(b'{"a"')
    ('utf-16-be', 'utf-32-le', None)
    """
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    shown = marked or ZEROS.get(tuple(byte == 0 for byte in head[:4]))
    return None if shown == "utf-8" else shown


def first_character(head: bytes) -> str:
    """The first character that is no white space, after a byte order mark; empty where there is none."""
    return head.decode(wide(head) or "utf-8", "replace").removeprefix("\ufeff").lstrip()[:1]


def sidecar_names(name: str) -> tuple[str, ...]:
    """The names under which a file's sidecar may lie beside it, the most exact first.

    >>> sidecar_names("report.txt.gz")
    ('report.txt.gz.meta.json', 'report.txt.meta.json', 'report.meta.json')
    """
    stems = [name]
    if kind_of(name)[1]:
        stems.append(stems[-1].rpartition(".")[0])
    stems.append(stems[-1].rpartition(".")[0])
    return tuple(stem + SIDECAR for stem in stems if stem)


def printable(name: str) -> str:
    r"""The name as JSON text can carry it: a byte that is no UTF-8 stands as `\xNN`, a backslash is doubled.

    Different names stay different.

    >>> print(printable("caf\udce9.txt"), printable(r"caf\xe9.txt"))
    caf\xe9.txt caf\\xe9.txt
    """
    return os.fsencode(name.replace("\\", "\\\\")).decode("utf-8", "backslashreplace")
