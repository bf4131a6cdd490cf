"""The CDXJ index of a WACZ, plain or ZipNum: its order, its rows, and each row against the record that it points at."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from archiver.findings import Finding
from archiver.model import sha256
from archiver.package import layout
from archiver.verify import agreement, captures
from archiver.verify.captures import FIELDS, INDEXED
from archiver.verify.gathered import Gathered
from archiver.verify.jsons import json_object, repeats
from archiver.verify.lookup import Lookup
from archiver.verify.pages import Pages
from archiver.verify.table import key_of_bytes
from archiver.verify.tree import CHUNK, Tree, bounded_lines, without_blank_end
from archiver.warc.reader import Record

INDEXES = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")
_LINE_LIMIT = 1 << 20
_BLOCK_LIMIT = 1 << 26
_ROW = re.compile(rb"([^ ]+) ([0-9]{14})([0-9]{3})? (\{.*\})\r?\n?")
_WRITTEN = re.compile(rb'([!-~]++) (([0-9]{14}) \{"url": "([!#-\[\]-~]*+)", "mime": "[ -~]*+\n)')
_POINTER = re.compile(rb"([^ ]+ [0-9]{14}(?:[0-9]{3})?) (\{.*\})\r?\n?")
# The older form, which pywb and ReplayWeb.page take too: first row, file, offset, length, and perhaps a number.
_POINTER_OLD = re.compile(rb"([^ \t]+ [0-9]{14})\t([^\t]+)\t([0-9]{1,15})\t([0-9]{1,15})(?:\t[0-9]+)?\r?\n?")
_META = b"!meta "
_ZIPNUM = "cdxj-gzip-1.0"
_NEEDED = ("url", "offset", "length")
# Lines that describe the index: OpenWayback's CDXJ, and ZipNum's.
_HEADS = (b"!", b"@")
# The letters of CDX, and the keys of CDXJ: https://iipc.github.io/warc-specifications/specifications/cdx-format/cdx-2015/
_LETTERS = {b"a": "url", b"m": "mime", b"k": "digest", b"S": "length", b"V": "offset", b"g": "filename", b"s": "status"}
_InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # isal's stub calls this class an instance


class Row(NamedTuple):
    """A row of an index: its sort key, its 14 digits, and its JSON, with every value as a string.

    `is_long` says whether milliseconds follow the digits.
    """

    key: str
    timestamp: str
    fields: Mapping[str, str]
    is_long: bool = False


class Index:
    """The index `name` of the WACZ at `prefix` in a tree; `gathered` are the records that should stand in it.

    When it was checked, `lost` is how many rows lead to no record, and `strange` how many have another address or time.
    """

    def __init__(self, tree: Tree, prefix: str, name: str, gathered: Gathered, lookup: Lookup) -> None:
        self._tree = tree
        self._prefix = prefix
        self._name = name
        self._captures, self._loose, self._losses = gathered.captures, gathered.loose, gathered.losses
        self._captures.again()
        self._lookup = lookup
        self._present = frozenset(tree.names())
        self._paths = _paths(tree.names(), prefix)
        self._is_long = False
        self.lost = 0
        self.strange = 0

    def check(self, pages: Pages) -> Iterator[Finding]:
        """What is wrong with the index; marks in `pages` the addresses and times that it knows."""
        before = b""
        legend: list[bytes] | None = None
        if self._name.endswith(".cdxj"):
            yield Finding(code="W436", message="pywb does not take a `.cdxj` for an index of a WACZ.", file=self._name)
        for number, line in enumerate(without_blank_end(self._lines()), 1):
            if isinstance(line, Finding):
                yield line
                continue
            if line.startswith(b" CDX "):
                legend = line.split()[1:]
                yield self._finding("W443", "The index is CDX; WACZ asks for CDXJ.", number)
                continue
            if line.startswith(_HEADS):
                continue
            if line < before and _sorted_by(line) < _sorted_by(before):
                yield self._finding("E421", "The row sorts before the one above it; look-ups will miss it.", number)
            before = line
            if self._is_expected(line, pages):
                continue
            row = parse(line) if legend is None else _from_cdx(line, legend)
            found = self._parsed(row, line, pages)
            yield from (each.at(file=self._name, line=number) for each in found)

    def _parsed(self, row: Row | None, line: bytes, pages: Pages) -> Iterator[Finding]:
        if row is not None and row.is_long and not self._is_long:
            self._is_long = True
            yield Finding(code="W435", message="Timestamps have 17 digits; most software reads 14.")
        lacking = [] if row is None else [name for name in _NEEDED if not row.fields.get(name)]
        if row is None or lacking:
            what = f"The row lacks {', '.join(lacking)}" if lacking else "This is no CDXJ row"
            self.lost += 1
            self.strange += 1
            message = f"{what}: a row is key, 14 digits, and a JSON object that leads to a record."
            yield Finding(code="E420", message=message, found=_shown(line))
            return
        pages.mark(agreement.key(row.fields.get("url", "")), row.timestamp)
        yield from self._row(row)
        repeated = repeats(line[line.find(b"{") :]) if b"{" in line else None
        if repeated is not None:
            yield repeated

    def _is_expected(self, line: bytes, pages: Pages) -> bool:
        """Whether a row is to the byte what this software writes of a record that is here, and for the first time."""
        match = _WRITTEN.fullmatch(line)
        if match is None:
            return False
        key, row, stamp, url = match.groups()
        name = key.decode()
        if name != agreement.key(url.decode()) or not self._captures.mark(key_of_bytes(row)):
            return False
        pages.mark(name, stamp.decode())
        return True

    def _row(self, row: Row) -> Iterator[Finding]:
        url = row.fields.get("url", "")
        if not agreement.is_key_of(row.key, url):
            yield Finding(
                code="E423",
                message="The row's key is not that of its URL.",
                found=row.key[:200],
                expected=agreement.key(url)[:200],
            )
        if not row.fields.get("digest"):
            yield Finding(code="W454", message="The row has no `digest`.")
        marked = self._mark(captures.stated(row.fields, row.timestamp))
        if marked is False:
            yield Finding(code="E425", message="The index has this row twice.")
        elif marked is None:
            yield from self._compare(row)

    def _mark(self, fields: Mapping[str, str]) -> bool | None:
        """Marks the record that a row with such fields is of; a row without a digest of its record says enough, too."""
        key = key_of_bytes(captures.row(fields))
        known: int | None = key
        if not fields["recordDigest"]:
            known = self._loose.find(key)
        return None if known is None else self._captures.mark(known)

    def _compare(self, row: Row) -> Iterator[Finding]:
        """A row that is not what is expected of any record: what it points at, and how the two differ."""
        filename, offset = row.fields.get("filename", ""), row.fields.get("offset", "")
        path = self._paths.get(filename, "")
        if path and not self._lookup.affords(path):
            return
        record = self._lookup.at(path, int(offset)) if path and _is_number(offset) else None
        if record is None and self._is_lost(path, offset):
            self._losses.keep_back("E422")
            self.lost += 1
            return
        if record is None:
            self.lost += 1
            yield Finding(code="E422", message="The row points at no record.", found=f"{filename}:{offset}"[:200])
            return
        wanted = captures.expected(record, path.rpartition("/")[2])
        marked = self._captures.mark(key_of_bytes(captures.row(wanted)))
        if marked is None and (record.type in INDEXED or not self._lookup.is_own(path, record)):
            self.lost += 1
            # What begins here is within another record's block, or behind damage.
            yield Finding(code="E422", message="The row points at no record of the file's own.", found=path[-200:])
            return
        if marked is False:
            yield Finding(code="E425", message="The index has a row of this record already.", record=record.id)
        if "mime" not in row.fields and agreement.is_page(record) and wanted["mime"] not in agreement.NO_TYPE:
            yield Finding(
                code="W454", message="The row has no `mime`.", record=record.id, expected=wanted["mime"][:200]
            )
        yield from self._unlike(row, wanted | {"filename": filename}, record)

    def _unlike(self, row: Row, wanted: Mapping[str, str], record: Record) -> Iterator[Finding]:
        """In what a row is not of the record that it points at."""
        wrong: set[str] = set()
        for name in FIELDS:
            found = row.timestamp if name == "timestamp" else row.fields.get(name)
            if found is None or agreement.agree(name, found, wanted[name], record):
                continue
            if name == "digest" and agreement.is_of_nothing(found, record):
                message = "The row has the digest of no bytes, as cdxj-indexer writes it for such records."
                yield Finding(code="W445", message=message, record=record.id, found=found[:200])
                continue
            wrong.add(name)
            message = f"The row's {name} is not that of the record it points at."
            yield Finding(code="E423", message=message, record=record.id, found=found[:200],
                          expected=wanted[name][:200])  # fmt: skip
        self.strange += not wrong.isdisjoint(("url", "timestamp"))

    def _is_lost(self, path: str, offset: str) -> bool:
        """Whether a row points into bytes that were left out when its file was read."""
        return _is_number(offset) and self._lookup.is_lost(path, int(offset), self._losses)

    def _lines(self) -> Iterator[bytes | Finding]:
        if not self._name.endswith(".gz"):
            with self._tree.open(self._name) as stream:
                yield from bounded_lines(stream, _LINE_LIMIT)
            return
        pointers = self._name.removesuffix(".gz").rpartition(".")[0] + ".idx"
        if pointers not in self._present:
            yield Finding(
                code="E426", message="The compressed index has no .idx beside it; players cannot use it.", file=pointers
            )
            return
        with self._tree.open(pointers) as idx, self._tree.open(self._name) as blocks:
            yield from self._blocks(pointers, idx, blocks)

    def _blocks(self, pointers: str, idx: BinaryIO, blocks: BinaryIO) -> Iterator[bytes | Finding]:
        """The lines of a ZipNum index: each line of the .idx points at a gzip member, and names its first row."""
        end: int | None = 0
        default: str | None = None
        for number, line in enumerate(bounded_lines(idx, _LINE_LIMIT), 1):
            if number == 1 and line.startswith(_META):
                default, fault = _head(line, self._name.rpartition("/")[2])
                lines: Iterable[bytes] = ()
            else:
                fault, lines, end = _block(line, blocks, end)
                if default is None and b"filename" not in line and b"\t" not in line:
                    default, fault = "", fault or "No head names the file that the blocks are in; players find none."
            if fault:
                yield Finding(code="E426", message=fault, file=pointers, line=number, found=_shown(line))
            yield from lines
        if end is not None and blocks.read(1):
            yield Finding(
                code="E426",
                message="The compressed index goes on where the .idx points at nothing more.",
                file=self._name,
                offset=end,
            )

    def _finding(self, code: str, message: str, line: int, found: str | None = None) -> Finding:
        return Finding(code=code, message=message, file=self._name, line=line, found=found)


def _paths(names: list[str], prefix: str) -> dict[str, str]:
    """The files of archive/ by what indexers call them: from there, from the WACZ's own root, or by the last part."""
    found: dict[str, str] = {}
    files = [name for name in names if name.startswith(f"{prefix}{layout.ARCHIVE}/")]
    for start in (None, prefix, f"{prefix}{layout.ARCHIVE}/"):
        found |= {name.rpartition("/")[2] if start is None else name.removeprefix(start): name for name in files}
    return found


def _sorted_by(line: bytes) -> bytes:
    """What rows are sorted by: key and time. In which order their JSON stands is nobody's promise."""
    return b" ".join(line.split(b" ", 2)[:2])


def lonely(names: Iterable[str]) -> Iterator[Finding]:
    """The `.idx` files whose compressed index is not there."""
    present = frozenset(names)
    for name in sorted(present):
        if name.endswith(".idx") and not any(name[:-4] + end in present for end in (".cdx.gz", ".cdxj.gz")):
            message = "The .idx has no compressed index beside it; what it points at is not there."
            yield Finding(code="E426", message=message, file=name)


def parse(line: bytes) -> Row | None:
    """A row from its line; `None` where the line is none.

    >>> parse(b'org,example)/ 20240506070809 {"url": "https://example.org/", "offset": 7}').fields["offset"]
    '7'
    """
    match = _ROW.fullmatch(line)
    value = json_object(match[4]) if match else None
    if match is None or value is None:
        return None
    fields = {name: text if isinstance(text, str) else str(text) for name, text in value.items()}
    return Row(match[1].decode("utf-8", "replace"), match[2].decode("ascii"), fields, match[3] is not None)


def _from_cdx(line: bytes, legend: list[bytes]) -> Row | None:
    """A row of a CDX file, whose first line names the columns."""
    cells = dict(zip(legend, line.split(), strict=False))
    key, stamp = cells.get(b"N", b"").decode("utf-8", "replace"), cells.get(b"b", b"").decode("ascii", "replace")
    if len(cells) != len(legend) or not (key and len(stamp) == 14 and _is_number(stamp)):
        return None
    named = {name: cells[letter].decode("utf-8", "replace") for letter, name in _LETTERS.items() if letter in cells}
    return Row(key, stamp, {name: text for name, text in named.items() if text != "-"})


def _head(line: bytes, name: str) -> tuple[str, str | None]:
    """The file that the head of an .idx names for its lines, and what is wrong with the head of that of `name`."""
    head = json_object(line[line.index(b"{") :]) if b"{" in line else None
    if head is None:
        return "", "The head of the .idx is no JSON object."
    if head.get("format") != _ZIPNUM:
        return name, f"The head of the .idx names another format than {_ZIPNUM}."
    return name, None if head.get("filename", name) == name else "The head of the .idx names another file."


def _block(line: bytes, blocks: BinaryIO, start: int | None) -> tuple[str | None, Iterable[bytes], int | None]:
    """What is wrong with a block, its lines, and where it ends; blocks follow one another without a gap.

    `start` is where it should start, `None` behind a line that did not say where its block ends.
    """
    found = _pointer(line)
    if found is None:
        return "This is no line of an .idx: key, 14 digits, JSON object.", [], None
    first, pointer = found
    offset, length = pointer.get("offset"), pointer.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or not 0 < length <= _BLOCK_LIMIT:
        return "The line has no sound offset and length of a block.", [], None
    gap = "The block does not start where the one before it ends." if start not in (None, offset) else None
    if not _forward(blocks, offset):
        return gap or "The block lies before another one's end, or beyond that of the file.", [], None
    member = blocks.read(length)
    data = _inflated(member)
    lines = bounded_lines(io.BytesIO(data), _LINE_LIMIT)
    if pointer.get("digest", sha256(member)) != sha256(member):
        return gap or "The block is not what its digest says.", lines, offset + length
    if not data.startswith(first + b" "):
        return gap or "The block cannot be read, or its first row is another.", lines, offset + length
    return gap, lines, offset + length


def _forward(stream: BinaryIO, offset: int) -> bool:
    """Reads on to an offset; `False` where it lies behind, or beyond the end."""
    while (left := offset - stream.tell()) > 0:
        if not stream.read(min(left, CHUNK)):
            return False
    return left == 0


def _pointer(line: bytes) -> tuple[bytes, dict[str, object]] | None:
    """The first row that a line of an .idx names, and where it points."""
    match = _POINTER.fullmatch(line)
    value = json_object(match[2]) if match else None
    if match is not None and value is not None:
        return match[1], value
    old = _POINTER_OLD.fullmatch(line)
    return old and (
        old[1],
        {"filename": old[2].decode("utf-8", "replace"), "offset": int(old[3]), "length": int(old[4])},
    )


def _inflated(member: bytes) -> bytes:
    inflater = isal_zlib.decompressobj(wbits=31)
    try:
        data = bytes(inflater.decompress(member, _BLOCK_LIMIT))
    except _InflateError:
        return b""
    return data if inflater.eof and not inflater.unused_data else b""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _shown(line: bytes) -> str:
    return line[:200].decode("utf-8", "backslashreplace").rstrip("\n")
