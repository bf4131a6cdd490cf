"""A strict reader of zip files (PKWARE APPNOTE 6.3): every byte is accounted for, and nothing is unpacked.

The standard library's `zipfile` is made to read what it can; this is made to say what is wrong. It follows the central
directory, compares each local header with it, and offers members as streams: stored ones seek, deflated ones do not.
"""

import io
import stat
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from isal import isal_zlib

from archiver.errors import CannotRead
from archiver.findings import Finding
from archiver.storage import Place
from archiver.verify.streams import Inflated, Slice
from archiver.verify.tree import CHUNK, Hash, collisions, is_unsafe
from archiver.verify.zipheaders import Entry, decoded_name, descriptor, entry_of, extra_fault, has_zip64, widened

STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1
UNIX, MACOS = 3, 19
_STREAMED = 0x8
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s2B5H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MOST_ENTRIES = 1 << 20
_MOST_DIRECTORY = 1 << 28
_ALL16, _ALL32 = 0xFFFF, 0xFFFFFFFF
_RATIO, _RATIO_FROM = 400, 1 << 28


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
            entry = entry_of(fields, directory[start:at])
            self._enter(entry, fields, directory[start : start + name_length])
            found.append(entry)
        if at != len(directory) or len(found) != count:
            message = f"The central directory has {len(found)} whole entries; the end record counts {count}."
            self._note("E401", message, offset=base + min(at, len(directory)))
        return found

    def _enter(self, entry: Entry, fields: tuple[Any, ...], name: bytes) -> None:
        if entry.name in self._entries:
            self._note("E404", "Two members have this name; programs differ in which they read.", file=entry.name)
        elif is_unsafe(entry.name.removesuffix("/")):
            self._note("E405", "The member's name could lead out of the folder it is unpacked into.", file=entry.name)
        self._check_extra(entry, entry.extra, (fields[10], fields[9], fields[17]), name)
        self._entries[entry.name] = entry

    def _check_extra(self, entry: Entry, extra: bytes, values: tuple[int, ...], name: bytes) -> None:
        fault = extra_fault(extra, values, name) if extra else None
        if fault is not None:
            self._note("W459", f"{fault}; programs differ in what they read.", file=entry.name, offset=entry.offset)

    def _read_local(self, stream: BinaryIO, entry: Entry, directory: int) -> tuple[int, int, str] | None:
        """Compares the local header with the central directory; where header and data start and end."""
        stream.seek(min(entry.offset, directory))
        head = stream.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            self._note("E402", "The central directory points at no local header.", file=entry.name, offset=entry.offset)
            return None
        fields = _LOCAL.unpack(head)
        name, extra = stream.read(fields[9]), stream.read(fields[10])
        self._check_extra(entry, extra, (fields[8], fields[7]), name)
        self._compare(entry, fields, name, extra)
        start = entry.offset + _LOCAL.size + len(name) + len(extra)
        end = start + entry.packed
        if fields[2] & _STREAMED:
            length, agrees = descriptor(stream, end, (entry.crc, entry.packed, entry.size))
            if not agrees and end <= directory:
                message = "The data descriptor behind the member says otherwise than the central directory."
                self._note("E402", message, file=entry.name, offset=end)
            end += length
        self._offer(entry, start, directory)
        return entry.offset, end, entry.name

    def _compare(self, entry: Entry, fields: tuple[Any, ...], name: bytes, extra: bytes) -> None:
        """The local header (APPNOTE 4.3.7) says what the central directory does."""
        _, needed, flags, method, time, day, crc, packed, size, _, _ = fields
        if has_zip64(extra) and not has_zip64(entry.extra):
            message = "The local header alone has sizes of 64 bits; players that read the directory take them for data."
            self._note("W433", message, file=entry.name, offset=entry.offset)
        size, packed = widened(extra, (size, packed))
        pairs = [(crc, entry.crc), (packed, entry.packed), (size, entry.size)]
        # Bit 3: the sizes follow the data in a descriptor (APPNOTE 4.4.4), and the header may hold none.
        unstated = (0, _ALL32) if flags & _STREAMED else ()
        agree = all(here == there or here in unstated for here, there in pairs)
        if not agree or (flags, method, decoded_name(name, flags)) != (entry.flags, entry.method, entry.name):
            message = "The local header says otherwise than the central directory."
            self._note("E402", message, file=entry.name, offset=entry.offset)
        # It is written before its offset is known to need 64 bits, and so asks for less (APPNOTE 4.4.3).
        asked = entry.needed if entry.extra and (needed, entry.needed) == (20, 45) else needed
        if (asked, time, day) != (entry.needed, *entry.stamp):
            message = "The local header has another time, or asks for another version, than the central directory."
            self._note("W459", message, file=entry.name, offset=entry.offset)

    def _offer(self, entry: Entry, start: int, directory: int) -> None:
        """Lets a member be read, if there is nothing against it. Of two with one name the last counts, or none."""
        self._data.pop(entry.name, None)
        if _is_special(entry):
            self._note("E430", "The member is a link or a special file; it is not followed.", file=entry.name)
        elif entry.flags & ENCRYPTED or entry.method not in (STORED, DEFLATED):
            self._note("E406", "The member is encrypted, or packed by a method other than deflate.", file=entry.name)
        elif start + entry.packed > directory or (entry.method == STORED and entry.packed != entry.size):
            self._note("E402", "The member's sizes cannot be right.", file=entry.name, offset=entry.offset)
        elif entry.size > max(_RATIO_FROM, entry.packed * _RATIO):
            self._note(
                "E406", f"The member says that it inflates to more than {_RATIO} times its size.", file=entry.name
            )
        elif entry.name.endswith("/"):
            if entry.size:
                self._note("E460", "The member is a folder, and has data.", file=entry.name, offset=entry.offset)
        elif not is_unsafe(entry.name):
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


def _is_special(entry: Entry) -> bool:
    """Whether unpackers make no plain file of a member: some make a link of it, whatever system it says it is from."""
    kind = stat.S_IFMT(entry.external >> 16)
    return kind == stat.S_IFLNK or (entry.system in (UNIX, MACOS) and kind not in (0, stat.S_IFREG, stat.S_IFDIR))
