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


def linked() -> bytes:
    """A zip whose member is a link, as unpackers on Unix make one of it."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        info = ZipInfo("a.txt")
        info.create_system, info.external_attr = 3, 0o120777 << 16
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
    "another time": (patched(TWO, LOCAL, 10, b"\x01"), ["E402"]),
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


@settings(max_examples=150, deadline=None)
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
