"""Files made to hurt: never a crash, a hang, memory without bound, or a write; always a finding, and nothing raw."""

import gzip
import io
import json
import re
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.findings import CODES, Finding
from archiver.verify.lookup import Lookup
from archiver.verify.table import Table
from archiver.verify.verify import verify
from archiver.verify.zips import Zip
from archiver.warc import members, window
from archiver.warc.reader import Record, read
from tests.verify.test_foreign import files, write
from tests.verify.test_verify import PAGES
from tests.warc.warcs import record, sha256, zipped

INFO = record("warcinfo", 9, b"software: test\r\n")


class Endless(io.RawIOBase):
    """A file of a head and so many equal bytes, which is nowhere whole."""

    def __init__(self, head: bytes, byte: bytes, length: int) -> None:
        self._head, self._byte, self._length, self._at = head, byte, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._length)[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        size = max(min(size, self._length - self._at), 0)
        data = self._head[self._at : self._at + size]
        self._at += size
        return data + self._byte * (size - len(data))


ENDLESS = {
    "a line of the head": (b"WARC/1.1\r\nX-Y: ", b"a", ["E219", "E202"]),
    "the version line": (b"WARC/", b"1", ["E219", "E202"]),
    "line ends": (b"WARC/1.1\r\n", b"\n", ["E205", "E206", "E206", "E206", "E206", "E202"]),
    "zeros": (b"", b"\0", ["E201", "E202"]),
    "an ARC line": (b"filedesc://", b"a", ["E234", "E202"]),
    "a block": (record(block=b"", end=b"").replace(b"Length: 0", b"Length: %d" % (1 << 40)), b"a", ["E218", "E202"]),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_read_in_bounded_memory(what: str) -> None:
    head, byte, expected = ENDLESS[what]
    tracemalloc.start()
    found = list(read(Endless(head, byte, 1 << 26)))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [each.code for each in found if isinstance(each, Finding)] == expected
    assert peak < 1 << 24


class Counted(io.BytesIO):
    """A file that counts the bytes that are read of it."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


ARC_OPENING = b"filedesc://a.arc 192.0.2.1 20240506070809 text/plain 0\n\n"
ARC_LINE = b"http://example.org/ 192.0.2.1 20240506070809 text/html "
HEAD = b"WARC/1.0\r\nContent-Length: "
AGAIN = {
    "lengths beyond the end": b"".join([HEAD + b"99999999999\r\n\r\n"] * 4000),
    "lengths that end anywhere": b"".join([HEAD + b"100000\r\n\r\n"] * 8000) + bytes(200_000),
    "heads without an end": b"WARC/1.0\r\nAb: \r\n" * 8000 + bytes(1 << 20),
    "lines of an ARC beyond the end": ARC_OPENING + (ARC_LINE + b"99999999999\n") * 4000,
    "lines of an ARC that end anywhere": ARC_OPENING + (ARC_LINE + b"100000\n") * 8000 + bytes(200_000),
}


@pytest.mark.parametrize("data", AGAIN.values(), ids=AGAIN)
def test_lengths_that_are_wrong_lead_over_the_same_bytes_a_few_times_alone(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = 0
    until = members.Plain.until

    def counted(self: members.Plain, mark: re.Pattern[bytes], limit: int) -> bytes | None:
        nonlocal searched
        before = self._vain
        found = until(self, mark, limit)
        searched += self._vain - before
        return found

    taken = 0
    take = members.Plain._taken

    def counted_take(self: members.Plain, data: bytes) -> None:
        nonlocal taken
        taken += len(data)
        take(self, data)

    monkeypatch.setattr(members.Plain, "until", counted)
    monkeypatch.setattr(members.Plain, "_taken", counted_take)
    stream = Counted(data)
    found = [each.code for each in read(stream) if isinstance(each, Finding)]
    assert found.count("E202") > 3900
    assert stream.count + taken < (1 << 25) + (1 << 24) + 20 * len(data)
    assert searched < (1 << 24) + 4 * len(data) + 8000 * window._HURRIED


def test_a_hundred_thousand_tiny_records() -> None:
    tiny = b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:x:%d>\r\nWARC-Date: 2024\r\nContent-Length: 0"
    data = INFO + b"".join(tiny % number + b"\r\n" * 4 for number in range(100_000))
    count = sum(isinstance(each, Record) for each in read(io.BytesIO(data)))
    assert count == 100_001


def codes(path: Path) -> list[str]:
    found = [finding.code for finding in verify(path)]
    assert set(found) <= CODES.keys()
    return found


KEY = b"org,example)/1 20240506070809 "
META = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
BLOCK = zipped(files()["indexes/index.cdx"])


def pointer(offset: object, length: object) -> bytes:
    return KEY + json.dumps({"offset": offset, "length": length, "digest": sha256(BLOCK)}).encode() + b"\n"


POINTERS: dict[str, tuple[bytes, list[str]]] = {
    "sound": (pointer(0, len(BLOCK)), []),
    "round and round": (pointer(0, len(BLOCK)) * 3, ["E426", "E426"]),
    "backwards": (pointer(0, len(BLOCK)) + pointer(-5, len(BLOCK)), ["E426"]),
    "beyond all bounds": (pointer(0, 1 << 62), ["E426", "E424"]),
    "of no length": (pointer(0, 0), ["E426", "E424"]),
    "fractions": (pointer(0.0, 1e9), ["E426", "E424"]),
    "text": (pointer("0", "9"), ["E426", "E424"]),
    "a line of a megabyte": (KEY + b"a" * (1 << 21) + b"\n", ["E426", "E424"]),
}


@pytest.mark.parametrize(("lines", "expected"), POINTERS.values(), ids=POINTERS)
def test_pointers_of_a_compressed_index_lead_forward_alone(tmp_path: Path, lines: bytes, expected: list[str]) -> None:
    given = files()
    del given["indexes/index.cdx"]
    given |= {"indexes/index.cdx.gz": BLOCK, "indexes/index.idx": META + lines}
    assert codes(write(tmp_path / "a.wacz", given)) == expected


def quine() -> bytes:
    """A gzip file that inflates to itself.

    In units of five bytes, with `L` for the head of a stored block of four units, and `R` for a block that repeats the
    last four: head L head L R · L R L R L R · L R tail R tail, where head and tail are three units each.
    """
    nothing, literal = b"\0\0\0\xff\xff", struct.pack("<B2H", 0, 20, 20 ^ 0xFFFF)
    # A fixed block: twice ten bytes from twenty bytes ago, and its end. Codes have their first bit first.
    match = "0001000" + "01000" + "110"
    bits = "010" + match + match + "0000000"
    repeat = int(bits[::-1], 2).to_bytes(5, "little")
    for stamp in range(64):
        head = struct.pack("<4BL2B", 0x1F, 0x8B, 8, 0, stamp, 0, 3) + nothing

        def whole(crc: int, head: bytes = head) -> bytes:
            tail = nothing + b"\x03\0" + struct.pack("<2L", crc, 120)
            core = literal + repeat + literal + repeat + literal + repeat
            return head + literal + head + literal + repeat + core + literal + repeat + tail + repeat + tail

        crc = fixed_point(lambda crc, whole=whole: zlib.crc32(whole(crc)))  # type: ignore[misc]
        if crc is not None:
            return whole(crc)
    raise AssertionError


def fixed_point(crc_of: Callable[[int], int]) -> int | None:
    """The number that is its own image under a map that is affine over its bits, if there is one."""
    base = crc_of(0)
    rows = [(crc_of(1 << bit) ^ base ^ (1 << bit), 1 << bit) for bit in range(32)]
    left, solution = base, 0
    for place in reversed(range(32)):
        pivot = next((row for row in rows if row[0] >> place & 1), None)
        if pivot is None:
            if left >> place & 1:
                return None
            continue
        rows = [(row[0] ^ pivot[0], row[1] ^ pivot[1]) if row[0] >> place & 1 else row for row in rows if row != pivot]
        if left >> place & 1:
            left, solution = left ^ pivot[0], solution ^ pivot[1]
    return solution


def test_a_file_that_inflates_to_itself(tmp_path: Path) -> None:
    data = quine()
    assert gzip.decompress(data) == data
    (tmp_path / "a.warc.gz").write_bytes(data)
    assert codes(tmp_path / "a.warc.gz") == ["E201", "E202"]
    found = codes(write(tmp_path / "a.wacz", files() | {"archive/b.warc.gz": data, "indexes/b.cdx.gz": data}))
    assert {"E201", "E426"} <= set(found)


def test_what_inflates_to_more_of_its_kind_is_inflated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file that unpacks to itself would be for ever."""
    inner = zipped(INFO, record())
    for _ in range(20):
        inner = zipped(inner)
    (tmp_path / "a.warc.gz").write_bytes(inner)
    assert codes(tmp_path / "a.warc.gz") == ["E201", "E202"]
    path = write(tmp_path / "a.wacz", files())
    for _ in range(5):
        path = write(path, files() | {"extra/a.wacz": path.read_bytes()})
    opened: list[str] = []
    real = Zip.__init__

    def counted(self: Zip, place: Path) -> None:
        opened.append(str(place))
        real(self, place)

    monkeypatch.setattr(Zip, "__init__", counted)
    assert codes(path) == []
    assert opened == [str(path)]


@pytest.mark.parametrize("name", ["indexes/index.cdx", "pages/pages.jsonl"])
def test_a_row_of_megabytes_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("archiver.verify.pages._LINE_LIMIT", 1 << 16)
    row = b'{"url": "https://example.org/' + b"a" * (1 << 22) + b'"}\n'
    given = files()
    given[name] = KEY + row + given[name] if name.startswith("indexes") else PAGES + row
    assert codes(write(tmp_path / "a.wacz", given)) == (["E420"] if name.startswith("indexes") else ["E427"])


def test_marks_of_equal_keys_are_found_at_once() -> None:
    class Marks(bytearray):
        looks = 0

        def __getitem__(self, at: Any) -> Any:
            Marks.looks += 1
            return super().__getitem__(at)

    table = Table()
    for value in range(2000):
        table.add(7 << 56, value)
    table.add(8 << 56, 1)
    assert table.find(7 << 56) == 0
    table._marks = Marks(2001)
    assert [table.mark(7 << 56) for _ in range(4000)] == [True] * 2000 + [False] * 2000
    assert [table.mark(8 << 56), table.mark(8 << 56), table.mark(9 << 56)] == [True, False, None]
    assert Marks.looks <= 4000


def test_a_record_of_many_findings_is_read_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    at = Lookup.at

    def counted(self: Lookup, name: str, offset: int) -> Record | None:
        nonlocal count
        count += 1
        return at(self, name, offset)

    monkeypatch.setattr(Lookup, "at", counted)
    lines = [b"WARC-Concurrent-To: <urn:x:%d>" % number for number in range(200)]
    (tmp_path / "a.warc").write_bytes(INFO + record(extra=lines))
    assert codes(tmp_path / "a.warc") == ["I616"] * 200
    assert count == 1


def test_a_zip_whose_directory_counts_for_ever(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)
    (tmp_path / "a.wacz").write_bytes(b"PK\x03\x04" + end)
    assert "E401" in codes(tmp_path / "a.wacz")
