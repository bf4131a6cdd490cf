"""ARC 1.0 and 1.1, the format before WARC: `filedesc:` first, then records of a header line and so many bytes.

The format: https://archive.org/web/researcher/ArcFileFormat.php
"""

import hashlib
import re
from collections.abc import Generator, Iterator

from archiver.findings import Finding
from archiver.model import Digest
from archiver.warc import grammar
from archiver.warc.members import Members, Plain
from archiver.warc.record import Record
from archiver.warc.window import DamagedError

OPENING = b"filedesc:"
NAMES = ("URL", "IP-address", "Archive-date", "Content-type", "Archive-length")
_NAMES_2 = (*NAMES[:4], "Result-code", "Checksum", "Location", "Offset", "Filename", NAMES[4])
_NEWLINE = re.compile(rb"\n")
_LINE_LIMIT = 1 << 16
# 1.0, 1.1, where metadata follow, and 2.0, whose lines have more fields.
_VERSION = re.compile(rb"(?:1 [01]|2 0) [^\r\n]*\r?")
_DATE = re.compile(r"[0-9]{14}")
# Crawlers wrote a type alone, `html`, or `no-type`, where a server named none.
_TYPE = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:/[!-~]*)?")
_LENGTH = re.compile(r"[0-9]{1,15}")
# What proves a record's start behind damage: a line that ends in address, date, type and length.
_START = re.compile(
    rb"(?<=\n)[a-z][a-z0-9+.\-]{1,30}:[^\r\n]{1,2000}? [0-9a-f.:]{2,45} [0-9]{14} [!-~]{1,200} "
    rb"(?:[!-~]{1,200} ){0,5}[0-9]{1,12}\r?\n"
)
_NO_END = "The record is not followed by a line end: its length is wrong, or bytes were added."
_MEMBER = re.compile(rb"[a-z][a-z0-9+.\-]{1,30}:[!-~]")


def records(unit: Plain | Members, offset: int | None, keep: int) -> Iterator[Record | Finding]:
    """The records of an ARC file that begins at `offset`, and its faults; `keep` is the longest block that is kept."""
    unit.start, unit.opening = _START, _MEMBER
    names: tuple[str, ...] = NAMES
    while offset is not None:
        is_lost = False
        try:
            for each in _record(unit, offset, names, keep):
                yield each
                if isinstance(each, Record) and (each.uri or "").startswith("filedesc:"):
                    names = _names(each.block or b"")
                    yield from _version_faults(each, names)
        except DamagedError as damage:
            message = f"The record cannot be read to its end: {damage}."
            yield Finding(code="E217", message=message, offset=offset)
            is_lost = True
        except _LostError:
            is_lost = True
        if is_lost and (yield from skip(unit, offset)) is None:
            return
        offset = unit.begin()


class _LostError(Exception):
    """The record's end is not known."""


def skip(unit: Plain | Members, offset: int) -> Generator[Finding, None, int | None]:
    """Goes on behind damage, and says what was left out."""
    found = unit.resync()
    where = "no record follows" if found is None else f"the next record starts at byte {found}"
    yield Finding(code="E202", message=f"The bytes from {offset} on are left out; {where}.", offset=offset)
    return found


def _names(block: bytes) -> tuple[str, ...]:
    """The fields of the header lines, as the version block says: its first line is version, reserved and origin."""
    return _NAMES_2 if block.startswith(b"2 ") else NAMES


def _version_faults(opening: Record, names: tuple[str, ...]) -> Iterator[Finding]:
    """The version block: a line of version, reserved and origin code, and one that names the fields."""
    first, _, rest = (opening.block or b"").partition(b"\n")
    named = rest.partition(b"\n")[0].decode("ascii", "replace").strip()
    if not _VERSION.fullmatch(first):
        message = "The first line of the version block is not a known version, a reserved field and an origin code."
        yield _version_fault(opening, message, first.decode("ascii", "backslashreplace"))
    elif named.lower().split() != [name.lower() for name in names]:
        yield _version_fault(opening, "The version block does not name the fields of its version.", named)


def _version_fault(opening: Record, message: str, found: str) -> Finding:
    return Finding(code="E239", message=message, offset=opening.offset, found=found[:200])


def _record(unit: Plain | Members, offset: int, names: tuple[str, ...], keep: int) -> Iterator[Record | Finding]:
    line = unit.until(_NEWLINE, _LINE_LIMIT) or b""
    if line.startswith(OPENING):
        # The line that opens the file comes before what says how many fields lines have.
        names = _NAMES_2 if line.count(b" ") >= len(_NAMES_2) - 1 else NAMES
    fields = _fields(line, names)
    faults = list(_faults(fields))
    yield from (finding.at(offset=offset) for finding in faults)
    length = fields.get("Archive-length", "")
    if not _LENGTH.fullmatch(length):
        raise _LostError
    read = unit.holds(int(length))
    if read == int(length):
        if not unit.is_worth(read, b"\n", b"\r"):
            yield Finding(code="E235", message=_NO_END, offset=offset)
            raise _LostError
        whole = hashlib.sha256()
        block, read = unit.block(read, keep, whole.update)
    if read < int(length):
        message = f"The record is cut short: its block has {read} of {length} bytes."
        yield Finding(code="E218", message=message, offset=offset, found=str(read), expected=length)
        raise _LostError
    ended = _end(unit)
    extent = unit.close()
    yield Record(
        offset=offset,
        length=None if extent is None else extent.length,
        digest=None if extent is None else extent.digest,
        version="ARC",
        headers=tuple(fields.items()),
        block=block,
        block_length=read,
        block_digest=Digest("sha256:" + whole.hexdigest()),
        type="",
        id=None,
        uri=fields["URL"],
        fields={name.lower(): value for name, value in fields.items()},
    )
    if not ended:
        yield Finding(code="E235", message=_NO_END, offset=offset)
        raise _LostError


def _fields(line: bytes, names: tuple[str, ...]) -> dict[str, str]:
    """The fields of a header line. An address may hold blanks, so they are counted from the end."""
    parts = line.decode("utf-8", "replace").rstrip("\r\n").rsplit(" ", len(names) - 1)
    return dict(zip(names, parts, strict=False)) if len(parts) == len(names) else {"URL": " ".join(parts)}


def _faults(fields: dict[str, str]) -> Iterator[Finding]:
    if len(fields) < len(NAMES):
        message = "This is no header line of an ARC record: address, IP address, date, type and length."
        yield Finding(code="E234", message=message, found=fields["URL"][:200])
        return
    faults = {
        "IP-address": not grammar.is_address(fields["IP-address"]),
        "Archive-date": not (_DATE.fullmatch(fields["Archive-date"]) and _is_date(fields["Archive-date"])),
        "Content-type": not _TYPE.fullmatch(fields["Content-type"]),
        "Archive-length": not _LENGTH.fullmatch(fields["Archive-length"]),
        "URL": ":" not in fields["URL"],
    }
    for name in (name for name, wrong in faults.items() if wrong):
        # The line that opens the file describes no capture, and much software leaves its fields out.
        code = "W237" if fields["URL"].startswith("filedesc:") and fields[name] == "-" else "E234"
        yield Finding(code=code, message=f"{name} of the ARC header line is malformed.", found=fields[name][:200])


def _is_date(digits: str) -> bool:
    day, time = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}", f"{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    return grammar.is_date(f"{day}T{time}Z")


def _end(unit: Plain | Members) -> bool:
    """Takes the line ends behind a record; `False` where something else stands there."""
    blank = not unit.more()
    while unit.startswith(b"\n", b"\r"):
        unit.skip(1)
        blank = True
    return blank
