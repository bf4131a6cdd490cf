"""The strict zip reader: whatever is wrong with a zip is said, and nothing hostile is followed."""

import io
import random
import struct
import warnings
import zlib
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import CannotRead
from archiver.findings import CODES
from archiver.verify.verify import verify
from archiver.verify.zips import Zip

TEXT = b"The pier is gone. " * 50


def zipped(*members: tuple[str, bytes], method: int = ZIP_STORED, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore", UserWarning)  # names that stand twice
        for name, data in members:
            archive.writestr(ZipInfo(name), data, method)
        archive.comment = comment
    return out.getvalue()


def streamed() -> bytes:
    """A zip written to a pipe: sizes and CRC follow the data."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("b.txt", TEXT)
    return pipe.data


def wide() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive, archive.open(ZipInfo("a.txt"), "w", force_zip64=True) as member:
        member.write(TEXT)
    return out.getvalue()


def linked(system: int = 3, mode: int = 0o120777) -> bytes:
    """A zip whose member is a link, as unpackers on Unix make one of it."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        info = ZipInfo("a.txt")
        info.create_system, info.external_attr = system, mode << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
TWO = zipped(("a.txt", TEXT), ("b.txt", b"x"))
SAME = zipped(("a", TEXT), ("b", TEXT))
DEFLATED = zipped(("a.txt", TEXT), method=ZIP_DEFLATED)


def padded(data: bytes) -> bytes:
    """The deflated member with a byte behind its last block, and every size made to fit."""
    start = 30 + len("a.txt")
    packed = len(data[start : data.index(CENTRAL)])
    size = struct.pack("<L", packed + 1)
    data = patched(patched(data, LOCAL, 18, size), CENTRAL, 20, size)
    data = data[: start + packed] + b"\0" + data[start + packed :]
    return patched(data, END, 16, struct.pack("<L", data.index(CENTRAL)))


def extra(data: bytes, where: bytes = CENTRAL) -> bytes:
    """A zip whose only member has these extra fields in one of its headers, and what they move made to fit."""
    zip_ = zipped(("a.txt", TEXT))
    at = zip_.index(where) + (30 if where == LOCAL else 46) + len("a.txt")
    broken = zip_[:at] + data + zip_[at:]
    broken = patched(broken, where, 28 if where == LOCAL else 30, struct.pack("<H", len(data)))
    directory = broken.index(CENTRAL)
    size = struct.pack("<2L", broken.index(END) - directory, directory)
    return patched(broken, END, 12, size)


def field(tag: int, data: bytes) -> bytes:
    return struct.pack("<2H", tag, len(data)) + data


def path(name: bytes) -> bytes:
    """The extra field of a name in UTF-8."""
    return field(0x7075, b"\x01" + struct.pack("<L", zlib.crc32(b"a.txt")) + name)


def bomb_behind_a_name() -> bytes:
    """Two members of one name, of which the second says that it is gigabytes long."""
    data = zipped(("a.txt", TEXT), ("b.txt", TEXT), method=ZIP_DEFLATED).replace(b"b.txt", b"a.txt")
    second = data.rindex(LOCAL), data.rindex(CENTRAL)
    for at in (second[0] + 22, second[1] + 24):
        data = data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]
    return data


def _unmarked(data: bytes) -> bytes:
    """A streamed zip whose data descriptors have no signature, as some old ones have none."""
    shorter = data.replace(DESCRIPTOR, b"")
    second, directory = shorter.rindex(LOCAL), shorter.index(CENTRAL)
    at = shorter.rindex(CENTRAL) + 42
    shorter = shorter[:at] + struct.pack("<L", second) + shorter[at + 4 :]
    return patched(shorter, END, 16, struct.pack("<L", directory))


DESCRIPTOR = b"PK\x07\x08"
STREAMED = streamed()
BROKEN: dict[str, tuple[bytes, list[str]]] = {
    "sound": (TWO, []),
    "sound, deflated": (DEFLATED, []),
    "sound, streamed": (streamed(), []),
    "with a folder": (zipped(("folder/", b""), ("folder/a.txt", TEXT)), []),
    "not ASCII": (zipped(("später.txt", TEXT)), []),
    "empty file": (b"", ["E401"]),
    "no zip": (b"Once upon a time", ["E401"]),
    "end cut off": (TWO[:-10], ["E401"]),
    "directory gone": (patched(TWO, END, 16, b"\xff\xff\xff\x7f"), ["E401"]),
    "count too high": (patched(TWO, END, 8, b"\x03\0\x03\0"), ["E401"]),
    "two disks": (patched(TWO, END, 4, b"\x01\0"), ["E401"]),
    "directory entry broken": (patched(TWO, CENTRAL, 0, b"XX"), ["E401", "E403"]),
    "another name": (patched(TWO, LOCAL, 30, b"z"), ["E402"]),
    "another time": (patched(TWO, LOCAL, 10, b"\x01"), ["W459"]),
    "another version": (patched(TWO, LOCAL, 4, b"\x0a"), ["W459"]),
    "another method": (patched(TWO, LOCAL, 8, b"\x08"), ["E402"]),
    "other flags": (patched(TWO, LOCAL, 6, b"\x02"), ["E402"]),
    "another size": (patched(TWO, LOCAL, 22, b"\x01"), ["E402"]),
    "another packed size": (patched(TWO, LOCAL, 18, b"\x01"), ["E402"]),
    "streamed, another CRC behind the data": (patched(STREAMED, DESCRIPTOR, 4, b"\0\0"), ["E402"]),
    "streamed, another size behind the data": (patched(STREAMED, DESCRIPTOR, 12, b"\x01\x02"), ["E402"]),
    "streamed, another CRC before the data": (patched(STREAMED, LOCAL, 14, b"\x01"), ["E402"]),
    "streamed, without the mark": (_unmarked(STREAMED), []),
    "sound, with an extra field": (extra(field(0x5455, b"\x01" + bytes(4))), []),
    "sound, with padding": (extra(field(0x5455, b"\x01" + bytes(4)) + bytes(3)), []),
    "extra field beyond its header": (extra(field(0x5455, b"\x01" + bytes(4))[:-2]), ["W459"]),
    "extra field beyond the local header": (extra(field(0x5455, b"\x01" + bytes(4))[:-2], LOCAL), ["W459"]),
    "64-bit sizes beside those of the header": (extra(field(1, bytes(8))), ["W459"]),
    "64-bit sizes twice": (extra(field(1, b"") * 2), ["W459"]),
    "the same name in an extra field": (extra(path(b"a.txt")), []),
    "another name in an extra field": (extra(path(b"../x")), ["W459"]),
    "folder with data": (zipped(("folder/", TEXT)), ["E460"]),
    "another CRC": (patched(TWO, LOCAL, 14, b"\0\0\0\0"), ["E402"]),
    "no local header": (patched(TWO, LOCAL, 0, b"XX"), ["E402", "E403"]),
    "sizes that cannot be": (patched(TWO, CENTRAL, 20, b"\xff\xff\xff\x7f"), ["E402", "E402", "E403"]),
    "bytes before": (b"#!/bin/sh\n" + TWO, ["E401", "E403", "E403"]),
    "bytes behind": (TWO + b"\0", ["E403"]),
    "overlapping members": (
        patched(SAME, b"b" + END, -4, b"\0\0\0\0"),
        ["E402", "E403", "E403"],
    ),
    "a symbolic link": (linked(), ["E430"]),
    "a symbolic link, from macOS": (linked(19), ["E430"]),
    "a symbolic link, from DOS": (linked(0), ["E430"]),
    "a pipe": (linked(3, 0o010644), ["E430"]),
    "bomb behind a name that stands twice": (bomb_behind_a_name(), ["E404", "E406"]),
    "name twice": (zipped(("a.txt", TEXT), ("a.txt", b"x")), ["E404"]),
    "parent folder": (zipped(("../a.txt", TEXT)), ["E405"]),
    "parent folder within": (zipped(("a/../../b.txt", TEXT)), ["E405"]),
    "absolute": (zipped(("/etc/passwd", TEXT)), ["E405"]),
    "drive": (zipped(("C:/a.txt", TEXT)), ["E405"]),
    "backslash": (zipped(("a\\b.txt", TEXT)), ["E405"]),
    "terminal escape": (zipped(("\x1b[2J.txt", TEXT)), ["E405"]),
    "encrypted": (patched(patched(TWO, LOCAL, 6, b"\x01"), CENTRAL, 8, b"\x01"), ["E406"]),
    "bzip2": (zipped(("a.txt", TEXT), method=ZIP_BZIP2), ["E406"]),
    "bomb by its size": (
        patched(patched(DEFLATED, LOCAL, 22, b"\xff\xff\xff\x7f"), CENTRAL, 24, b"\xff\xff\xff\x7f"),
        ["E406"],
    ),
    "data changed": (TWO.replace(b"pier", b"peer", 1), ["E408"]),
    "deflated data changed": (patched(DEFLATED, b"a.txt", 8, b"\xff\xff"), ["E408"]),
    "bytes behind the deflated data": (padded(DEFLATED), ["E408"]),
    "longer than it says": (patched(patched(DEFLATED, LOCAL, 22, b"\x08"), CENTRAL, 24, b"\x08"), ["E408"]),
    "comment": (zipped(("a.txt", TEXT), comment=b"hello"), ["W431"]),
    "names that differ in case": (zipped(("a.txt", TEXT), ("A.txt", TEXT)), ["W432"]),
    "64-bit sizes in the local header": (wide(), ["W433"]),
}


def found(path: Path) -> list[str]:
    archive = Zip(path)
    findings = [*archive.structure(), *(finding for name in archive.names() for finding in archive.contents(name, {}))]
    assert all(finding.code in CODES for finding in findings)
    return [finding.code for finding in findings]


@pytest.mark.parametrize(("data", "expected"), BROKEN.values(), ids=BROKEN)
def test_each_fault_has_its_code(tmp_path: Path, data: bytes, expected: list[str]) -> None:
    path = tmp_path / "a.wacz"
    path.write_bytes(data)
    assert found(path) == expected


def test_of_members_that_share_bytes_one_is_read(tmp_path: Path) -> None:
    """A kernel of zeros under many names: a few kilobytes that unpack to gigabytes."""
    sound = zipped(*((f"{number:04}", b"") for number in range(500)))
    kernel = zipped(("0000", bytes(1 << 22)), method=ZIP_DEFLATED)
    local, entry = kernel[: kernel.index(CENTRAL)], kernel[kernel.index(CENTRAL) : kernel.index(END)]
    entries = b"".join(patched(entry, b"0000", 0, b"%04d" % number) for number in range(500))
    end = patched(
        patched(sound[-22:], END, 12, struct.pack("<L", len(entries))), END, 16, struct.pack("<L", len(local))
    )
    path = tmp_path / "a.wacz"
    path.write_bytes(local + entries + end)
    assert Zip(path).names() == ["0000"]
    assert found(path) == ["E402"] * 499 + ["E403"] * 499


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_members_are_read_without_unpacking(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(("a.txt", TEXT), ("b.txt", bytes(3_000_000)), method=method))
    archive = Zip(path)
    assert archive.names() == ["a.txt", "b.txt"]
    assert archive.size("b.txt") == 3_000_000
    with archive.open("a.txt") as stream:
        assert stream.read() == TEXT
    with archive.open("b.txt") as stream:
        assert stream.seekable() == (method == ZIP_STORED)
        assert stream.read(10) == bytes(10)
    assert list(tmp_path.iterdir()) == [path]


def test_a_stored_member_can_seek(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(("a.txt", b"0123456789")))
    with Zip(path).open("a.txt") as stream:
        assert (stream.seek(7), stream.read()) == (7, b"789")
        assert (stream.seek(-3, io.SEEK_END), stream.read(1), stream.tell()) == (7, b"7", 8)
        assert (stream.seek(1, io.SEEK_CUR), stream.read()) == (9, b"9")
        assert stream.seek(99) == 99
        assert stream.read() == b""


def test_a_zip_with_64_bit_places_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zipfile.ZIP64_LIMIT", 1000)
    monkeypatch.setattr("zipfile.ZIP_FILECOUNT_LIMIT", 2)
    path = tmp_path / "a.zip"
    data = zipped(("a.txt", TEXT), ("b.txt", b"x" * 300), ("c.txt", b"y"))
    path.write_bytes(data)
    archive = Zip(path)
    assert found(path) == []
    with archive.open("c.txt") as stream:
        assert stream.read() == b"y"
    for mark, offset in ((b"PK\x06\x07", 8), (b"PK\x06\x06", 4), (b"PK\x06\x06", 24), (b"PK\x06\x06", 32)):
        path.write_bytes(patched(data, mark, offset, b"\x07"))
        assert "E401" in found(path)


def test_a_missing_zip_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="No such file"):
        Zip(tmp_path / "none.wacz")


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.sampled_from([TWO, DEFLATED, streamed(), wide()]))
def test_no_damage_makes_the_reader_fail(
    tmp_path_factory: pytest.TempPathFactory, draw: random.Random, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.wacz"
    broken = bytearray(data)
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(broken))
        broken[at : at + draw.randrange(4)] = draw.randbytes(draw.randrange(5))
    path.write_bytes(broken)
    found(path)
    assert all(finding.code in CODES for finding in verify(path))


def test_the_crc_is_that_of_zlib() -> None:
    assert zlib.crc32(TEXT) == ZipFile(io.BytesIO(TWO)).getinfo("a.txt").CRC
