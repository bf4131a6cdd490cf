"""The headers of a zip's members (PKWARE APPNOTE 6.3): what they say, and where they contradict themselves."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

_ALL32 = 0xFFFFFFFF
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
_UTF8 = 0x800
_SIGNATURE = b"PK\x07\x08"
_DESCRIPTORS = (struct.Struct("<3L"), struct.Struct("<L2Q"))


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


def entry_of(fields: tuple[Any, ...], rest: bytes) -> Entry:
    """A member by its header of the central directory; `rest` is name, extra fields and comment."""
    made, system, needed, flags, method, time, day, crc, packed, size, name_length, extra_length, _, disk, internal = (
        fields[1:16]
    )
    external, offset = fields[16:]
    extra = rest[name_length : name_length + extra_length]
    size, packed, offset = widened(extra, (size, packed, offset))
    return Entry(
        name=decoded_name(rest[:name_length], flags),
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


def decoded_name(name: bytes, flags: int) -> str:
    """Bit 11 says UTF-8 (APPNOTE appendix D); without it the name is of code page 437."""
    return name.decode("utf-8", "backslashreplace") if flags & _UTF8 else name.decode("cp437")


def widened(extra: bytes, values: tuple[int, ...]) -> list[int]:
    """The values with those that are all ones taken from the zip64 extra field (APPNOTE 4.5.3), in its order."""
    wide = dict(_extra_fields(extra)).get(_ZIP64, b"")
    numbers = iter(struct.unpack_from(f"<{len(wide) // 8}Q", wide))
    return [next(numbers, value) if value == _ALL32 else value for value in values]


def has_zip64(extra: bytes) -> bool:
    """Whether the extra fields have one of 64-bit sizes."""
    return any(tag == _ZIP64 for tag, _ in _extra_fields(extra))


def extra_fault(extra: bytes, values: tuple[int, ...], name: bytes) -> str | None:
    """What is wrong with extra fields (APPNOTE 4.5), beside `values` as the header itself has them, and its `name`."""
    found = list(_extra_fields(extra))
    if extra[sum(4 + len(data) for _, data in found) :].strip(b"\0"):
        return "An extra field reaches beyond the header, or bytes stand behind the last one"
    wide = [data for tag, data in found if tag == _ZIP64]
    if len(wide) > 1:
        return "There are several extra fields of 64-bit sizes"
    # "MUST only appear if the corresponding field is set to 0xFFFFFFFF" (4.5.3); four bytes more are the disk's number.
    if wide and len(wide[0]) not in (8 * values.count(_ALL32), 8 * values.count(_ALL32) + 4):
        return "The extra field of 64-bit sizes holds others than the header leaves to it"
    for tag, data in found:
        if tag == _UNICODE_PATH and data[1:5] == struct.pack("<L", zlib.crc32(name)) and data[5:] != name:
            return None if not name.isascii() else "An extra field gives the member another name"
    return None


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields that are whole: tag and data."""
    at = 0
    while len(extra) - at >= 4:
        tag, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            return
        yield tag, extra[at + 4 : at + 4 + length]
        at += 4 + length


def descriptor(stream: BinaryIO, at: int, stated: tuple[int, int, int]) -> tuple[int, bool]:
    """The length of the data descriptor (APPNOTE 4.3.9), and whether it says the CRC and sizes that are `stated`.

    Most begin with a signature, and those of zip64 have sizes of 64 bits; neither is said anywhere.
    """
    stream.seek(at)
    head = stream.read(24)
    for start in (len(_SIGNATURE), 0) if head.startswith(_SIGNATURE) else (0,):
        for form in _DESCRIPTORS:
            if len(head) >= start + form.size and form.unpack_from(head, start) == stated:
                return start + form.size, True
    start = len(_SIGNATURE) if head.startswith(_SIGNATURE) else 0
    return start + (20 if head[start + 20 : start + 22] == b"PK" else 12), False
