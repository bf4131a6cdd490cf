"""A strict reader of zip files (PKWARE APPNOTE 6.3): every byte is accounted for, and nothing is unpacked.

The standard library's `zipfile` is made to read what it can; this is made to say what is wrong. It follows the central
directory, compares each local header with it, and offers members as streams: stored ones seek, deflated ones do not.
"""

import io
import stat
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from isal import isal_zlib

from archiver.errors import CannotRead
from archiver.findings import Finding
from archiver.storage import Place
from archiver.verify.streams import Inflated, Slice
from archiver.verify.tree import CHUNK, Hash, collisions, is_unsafe

STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1
UNIX = 3
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s2B5H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MOST_ENTRIES = 1 << 20
_MOST_DIRECTORY = 1 << 28
_ALL16, _ALL32 = 0xFFFF, 0xFFFFFFFF
_RATIO, _RATIO_FROM = 400, 1 << 28


class Entry(NamedTuple):
    """A member as the central directory has it; `stamp` is the DOS time and date, `extra` the extra fields' bytes."""

    name: str
    made: int
    system: int
    needed: int
    flags: int
    method: int
    stamp: tuple[int, int]
    crc: int
    packed: int
    size: int
    disk: int
    internal: int
    external: int
    extra: bytes
    comment: bytes
    offset: int


class Zip:
    """The members of a zip file; `made64` is the version that wrote its zip64 end record, where it has one.

    Raises CannotRead where it cannot be opened; what is wrong is in `structure`.
    """

    def __init__(self, path: Place) -> None:
        self._path = path
        self._findings: list[Finding] = []
        self._entries: dict[str, Entry] = {}
        self._data: dict[str, int] = {}
        self.made64: int | None = None
        try:
            with path.open("rb") as stream:
                self._read(stream)
        except OSError as error:
            raise CannotRead(f"{path} cannot be read: {error.strerror}") from error
        self._names = sorted(self._data)

    def names(self) -> list[str]:
        """The names of the members that can be read, sorted; folders are left out."""
        return self._names

    def size(self, name: str) -> int:
        """The length of a member's data, in bytes, as the central directory states it."""
        return self._entries[name].size

    def open(self, name: str) -> BinaryIO:
        """A stream of a member's data; damaged data ends early, and `contents` says so."""
        return io.BufferedReader(self._raw(name), CHUNK)

    def _raw(self, name: str) -> Slice | Inflated:
        entry = self._entries[name]
        stored = Slice(self._path, self._data[name], entry.packed)
        return stored if entry.method == STORED else Inflated(stored, entry.size)

    def entries(self) -> list[Entry]:
        """The members in the order of the central directory."""
        return list(self._entries.values())

    def structure(self) -> Iterator[Finding]:
        """What is wrong with the zip's own structure."""
        yield from self._findings
        yield from collisions(self._entries)

    def contents(self, name: str, hashes: Mapping[str, Hash]) -> Iterator[Finding]:
        """What is wrong with a member's data: its length or its CRC (APPNOTE 4.4.7). `hashes` are told the data."""
        entry, crc, length = self._entries[name], 0, 0
        with self._raw(name) as stream:
            while data := stream.read(CHUNK):
                crc, length = isal_zlib.crc32(data, crc), length + len(data)
                for each in hashes.values():
                    each.update(data)
            whole = stream.is_whole if isinstance(stream, Inflated) else True
        if (crc, length) != (entry.crc, entry.size) or not whole:
            yield Finding(
                code="E408",
                message="The member's data are not what the zip says: they were changed, or cut short.",
                file=name,
                found=f"{length} bytes, CRC {crc:08x}",
                expected=f"{entry.size} bytes, CRC {entry.crc:08x}",
            )

    def _note(self, code: str, message: str, **place: Any) -> None:
        self._findings.append(Finding(code=code, message=message, **place))

    def _read(self, stream: BinaryIO) -> None:
        place = self._find_end(stream)
        if place is None:
            self._note("E401", "The zip has no end record: it is cut short, or damaged at its end.")
            return
        count, size, offset, end = place
        if size > _MOST_DIRECTORY or count > _MOST_ENTRIES or offset + size > end:
            self._note("E401", "The zip's end record points at no central directory.", offset=end)
            return
        stream.seek(offset)
        spans = self._read_directory(stream.read(size), count, offset)
        used = [self._read_local(stream, entry, offset) for entry in spans]
        self._check_gaps(sorted(span for span in used if span), offset)
        if offset + size != end:
            self._note("E403", "Bytes stand between the central directory and the end record.", offset=offset + size)

    def _find_end(self, stream: BinaryIO) -> tuple[int, int, int, int] | None:
        """Count of entries, size and offset of the central directory, and the place where the end records start."""
        length = stream.seek(0, io.SEEK_END)
        start = max(length - _END.size - _ALL16, 0)
        stream.seek(start)
        tail = stream.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            return None
        _, disk, first, here, *narrow, comment = _END.unpack_from(tail, at)
        if at + _END.size + comment != len(tail):
            self._note(
                "E403", "Bytes stand behind the end record that it does not count as a comment.", offset=start + at
            )
        if comment:
            self._note("W431", "The zip has a comment; nothing vouches for it.", offset=start + at)
        wide = self._find_end64(stream, start + at)
        true = wide or (*narrow, start + at)
        # What does not fit, or may not, is all ones here and stands in the zip64 end record (APPNOTE 4.4.1.4).
        fits = all(
            ours in (full, ones) for ours, full, ones in zip(narrow, true, (_ALL16, _ALL32, _ALL32), strict=False)
        )
        if (disk, first) != (0, 0) or here != narrow[0] or not fits:
            self._note("E401", "The end record contradicts itself, or speaks of several disks.", offset=start + at)
        return true[0], true[1], true[2], true[3]

    def _find_end64(self, stream: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
        """The same from the zip64 end record (APPNOTE 4.3.14), where its locator stands before the end record."""
        at = end - _END64_LOCATOR.size - _END64.size
        if at < 0:
            return None
        stream.seek(at)
        record, locator = stream.read(_END64.size), stream.read(_END64_LOCATOR.size)
        mark, disk, place, disks = _END64_LOCATOR.unpack(locator)
        if mark != b"PK\x06\x07":
            return None
        sign, length, self.made64, needed, *numbers, here, count, size, offset = _END64.unpack(record)
        if (sign, length, needed, numbers) != (b"PK\x06\x06", _END64.size - 12, 45, [0, 0]) or here != count:
            self._note("E401", "The zip64 end record is malformed, or speaks of several disks.", offset=at)
        if (disk, place, disks) != (0, at, 1):
            self._note("E401", "The zip64 locator does not point at the zip64 end record before it.", offset=end)
        return count, size, offset, at

    def _read_directory(self, directory: bytes, count: int, base: int) -> list[Entry]:
        found: list[Entry] = []
        at = 0
        while directory.startswith(b"PK\x01\x02", at) and len(directory) - at >= _CENTRAL.size:
            fields = _CENTRAL.unpack_from(directory, at)
            name_length, extra_length, comment_length = fields[11:14]
            start = at + _CENTRAL.size
            at = start + name_length + extra_length + comment_length
            entry = _entry(fields, directory[start:at])
            self._enter(entry)
            found.append(entry)
        if at != len(directory) or len(found) != count:
            message = f"The central directory has {len(found)} whole entries; the end record counts {count}."
            self._note("E401", message, offset=base + min(at, len(directory)))
        return found

    def _enter(self, entry: Entry) -> None:
        if entry.name in self._entries:
            self._note("E404", "Two members have this name; programs differ in which they read.", file=entry.name)
        elif is_unsafe(entry.name.removesuffix("/")):
            self._note("E405", "The member's name could lead out of the folder it is unpacked into.", file=entry.name)
        self._entries[entry.name] = entry

    def _read_local(self, stream: BinaryIO, entry: Entry, directory: int) -> tuple[int, int, str] | None:
        """Compares the local header with the central directory; where header and data start and end."""
        stream.seek(min(entry.offset, directory))
        head = stream.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            self._note("E402", "The central directory points at no local header.", file=entry.name, offset=entry.offset)
            return None
        _, needed, flags, method, time, day, crc, packed, size, name_length, extra_length = _LOCAL.unpack(head)
        name, extra = stream.read(name_length), stream.read(extra_length)
        size, packed = _widened(extra, (size, packed))
        streamed = bool(flags & 0x8)
        # A local header is written before its offset is known to need 64 bits, and so asks for less (APPNOTE 4.4.3).
        asked = entry.needed if entry.extra and (needed, entry.needed) == (20, 45) else needed
        local = (asked, flags, method, (time, day), _decoded_name(name, flags))
        central = (entry.needed, entry.flags, entry.method, entry.stamp, entry.name)
        if _has_zip64(extra) and not _has_zip64(entry.extra):
            message = "The local header alone has sizes of 64 bits; players that read the directory take them for data."
            self._note("W433", message, file=entry.name, offset=entry.offset)
        # Bit 3: the sizes follow the data in a descriptor (APPNOTE 4.4.4), and the header may hold zeros.
        if local != central or (not streamed and (crc, packed, size) != (entry.crc, entry.packed, entry.size)):
            self._note(
                "E402",
                "The local header says otherwise than the central directory.",
                file=entry.name,
                offset=entry.offset,
            )
        start = entry.offset + _LOCAL.size + name_length + extra_length
        self._offer(entry, start, directory)
        return (
            entry.offset,
            start + entry.packed + (_descriptor(stream, start + entry.packed) if streamed else 0),
            entry.name,
        )

    def _offer(self, entry: Entry, start: int, directory: int) -> None:
        """Lets a member be read, if there is nothing against it."""
        if entry.system == UNIX and stat.S_IFMT(entry.external >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            self._note("E430", "The member is a link or a special file; it is not followed.", file=entry.name)
        elif entry.flags & ENCRYPTED or entry.method not in (STORED, DEFLATED):
            self._note("E406", "The member is encrypted, or packed by a method other than deflate.", file=entry.name)
        elif start + entry.packed > directory or (entry.method == STORED and entry.packed != entry.size):
            self._note("E402", "The member's sizes cannot be right.", file=entry.name, offset=entry.offset)
        elif entry.size > max(_RATIO_FROM, entry.packed * _RATIO):
            self._note(
                "E406", f"The member says that it inflates to more than {_RATIO} times its size.", file=entry.name
            )
        elif not entry.name.endswith("/") and not is_unsafe(entry.name):
            self._data[entry.name] = start

    def _check_gaps(self, spans: list[tuple[int, int, str]], directory: int) -> None:
        """Members follow one another from the first byte to the central directory; nothing else is there.

        Of members that share bytes only the first is read: a few kilobytes shared by many would be read for ever.
        """
        before = 0
        for start, end, name in [*spans, (directory, directory, "")]:
            if start > before:
                self._note("E403", f"{start - before} bytes belong to no member.", offset=before)
            elif start < before:
                message = "Members overlap, or a member reaches into the central directory; it is not read."
                self._note("E403", message, file=name or None, offset=start)
                self._data.pop(name, None)
            before = max(before, min(end, directory))


def _entry(fields: tuple[Any, ...], rest: bytes) -> Entry:
    (
        _,
        made,
        system,
        needed,
        flags,
        method,
        time,
        day,
        crc,
        packed,
        size,
        name_length,
        extra_length,
        _,
        disk,
        internal,
    ) = fields[:16]
    external, offset = fields[16:]
    extra = rest[name_length : name_length + extra_length]
    size, packed, offset = _widened(extra, (size, packed, offset))
    return Entry(
        name=_decoded_name(rest[:name_length], flags),
        made=made,
        system=system,
        needed=needed,
        flags=flags,
        method=method,
        stamp=(time, day),
        crc=crc,
        packed=packed,
        size=size,
        disk=disk,
        internal=internal,
        external=external,
        extra=extra,
        comment=rest[name_length + extra_length :],
        offset=offset,
    )


def _decoded_name(name: bytes, flags: int) -> str:
    """Bit 11 says UTF-8 (APPNOTE appendix D); without it the name is of code page 437."""
    return name.decode("utf-8", "backslashreplace") if flags & 0x800 else name.decode("cp437")


def _widened(extra: bytes, values: tuple[int, ...]) -> list[int]:
    """The values with those that are all ones taken from the zip64 extra field (APPNOTE 4.5.3), in its order."""
    at, wide = 0, b""
    while len(extra) - at >= 4:
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            wide = extra[at + 4 : at + 4 + length]
        at += 4 + length
    numbers = iter(struct.unpack_from(f"<{len(wide) // 8}Q", wide))
    return [next(numbers, value) if value == _ALL32 else value for value in values]


def _has_zip64(extra: bytes) -> bool:
    return extra.startswith(b"\x01\x00")


def _descriptor(stream: BinaryIO, at: int) -> int:
    """The length of the data descriptor (APPNOTE 4.3.9): with a signature in all but a few old files."""
    stream.seek(at)
    head = stream.read(24)
    signature = 4 if head.startswith(b"PK\x07\x08") else 0
    return signature + (20 if head[signature + 20 : signature + 22] == b"PK" else 12)
