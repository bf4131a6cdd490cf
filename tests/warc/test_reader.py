"""The strict WARC reader: what a sound file yields, and which code each fault gives."""

import gzip
import hashlib
import io
import random
import struct
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.findings import CODES, Finding
from archiver.warc.reader import KEEP, Record, read
from tests.warc.warcs import BLOCK, PROFILE, headers, record, sha256, urn, zipped

INFO = record("warcinfo", 9, b"software: test\r\n")


def parts(data: bytes, *, keep: int = KEEP) -> tuple[list[Record], list[Finding]]:
    found = list(read(io.BytesIO(data), keep=keep))
    records = [each for each in found if isinstance(each, Record)]
    findings = [each for each in found if isinstance(each, Finding)]
    assert all(finding.code in CODES for finding in findings)
    return records, findings


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in parts(data)[1]]


@pytest.mark.parametrize("pack", [b"".join, lambda records: zipped(*records)], ids=["plain", "gzip"])
def test_offsets_lengths_and_digests_are_those_of_the_file(pack: Callable[[list[bytes]], bytes]) -> None:
    sources = [INFO, record(number=1), record("conversion", 2, b""), record(number=3, block=bytes(range(256)) * 999)]
    data = pack(sources)
    records, findings = parts(data)
    assert findings == []
    assert [each.type for each in records] == ["warcinfo", "resource", "conversion", "resource"]
    for each, source in zip(records, sources, strict=True):
        assert each.length is not None
        piece = data[each.offset : each.offset + each.length]
        assert (gzip.decompress(piece) if piece[:1] == b"\x1f" else piece) == source
        assert each.digest == sha256(piece)
        assert each.block is not None
        assert source.endswith(each.block + b"\r\n\r\n")
        assert each.block_digest == sha256(each.block)
    assert sum(each.length or 0 for each in records) == len(data)


def test_a_record_gives_its_fields_in_order_and_by_name() -> None:
    (only,), _ = parts(record())
    assert only.headers == tuple(headers().items())
    assert only.get("warc-TARGET-uri") == only.uri == "https://example.org/1"
    assert only.get("WARC-Refers-To") is None
    assert only.id == urn(1)
    assert only.version == "1.1"


def test_a_folded_line_is_one_value() -> None:
    (only,), findings = parts(record(extra=[b"X-Note: one", b"  two", b"\tthree"]))
    assert findings == []
    assert only.get("x-note") == "one two three"


def test_a_long_block_is_hashed_but_not_kept() -> None:
    block = b"0123456789" * 100_000
    (only,), findings = parts(zipped(record(block=block)), keep=1000)
    assert findings == []
    assert only.block is None
    assert (only.block_length, only.block_digest) == (len(block), sha256(block))


def test_wget_writes_target_uris_in_angle_brackets() -> None:
    bracketed = {"WARC-Target-URI": "<https://example.org/>"}
    (only,), findings = parts(record(change=bracketed))
    assert only.uri == "https://example.org/"
    assert [finding.code for finding in findings] == ["W215"]
    assert codes(record(change=bracketed, version="WARC/1.0")) == ["I231"]


def segment(number: int) -> bytes:
    lines = f"WARC-Segment-Number: {number}", f"WARC-Segment-Origin-ID: <{urn(1)}>"
    return record("continuation", 2, change={"Content-Type": None}, extra=[line.encode() for line in lines])


def patched(data: bytes, at: int, value: bytes) -> bytes:
    """The data with a byte of another value."""
    at %= len(data)
    return data[:at] + value + data[at + 1 :]


FAULTS: dict[str, tuple[bytes, list[str]]] = {
    "nothing like WARC": (b"Once upon a time\r\n", ["E201", "E202"]),
    "garbage between records": (record() + b"\0" * 50 + record(number=2), ["E201", "E202"]),
    "version line broken": (record(version="WARC/one") + record(number=2), ["E201", "E202"]),
    "version unknown": (record(version="WARC/1.2"), ["W221"]),
    "line without colon": (record(extra=[b"nonsense"]), ["E203"]),
    "name with a blank": (record(extra=[b"X Y: 1"]), ["E203"]),
    "control character in a value": (record(extra=[b"X-Y: a\x07b"]), ["E203"]),
    "lone CR in a value": (record(extra=[b"X-Y: a\rb"]), ["E203"]),
    "not UTF-8": (record(extra=[b"X-Y: \xff"]), ["E204"]),
    "LF alone in the head": (record().replace(b"\r\nWARC-Date", b"\nWARC-Date"), ["E205"]),
    "LF alone everywhere": (record(end=b"").replace(b"\r\n", b"\n") + b"\r\n\r\n", ["E205"]),
    "no id": (record(change={"WARC-Record-ID": None}), ["E206"]),
    "no date": (record(change={"WARC-Date": None}), ["E206"]),
    "no type": (record(change={"WARC-Type": None}), ["E206"]),
    "no target": (record(change={"WARC-Target-URI": None}), ["E206"]),
    "no length": (record(change={"Content-Length": None}) + record(number=2), ["E206", "E202"]),
    "revisit without profile": (record("revisit", block=b""), ["E206"]),
    "date twice": (record(extra=[b"WARC-Date: 2024-05-06T07:08:09Z"]), ["E207"]),
    "Concurrent-To may repeat": (record(extra=[f"WARC-Concurrent-To: <{urn(n)}>".encode() for n in (2, 3)]), []),
    "media type": (record(change={"Content-Type": "text"}), ["E208"]),
    "media type with parameters": (record(change={"Content-Type": 'text/plain; charset=utf-8;a="b;c"'}), []),
    "address": (record(extra=[b"WARC-IP-Address: 256.0.0.1"]), ["E208"]),
    "address of version 6": (record(extra=[b"WARC-IP-Address: 2001:db8::1"]), []),
    "month 13": (record(change={"WARC-Date": "2024-13-01T00:00:00Z"}), ["E209"]),
    "date with offset": (record(change={"WARC-Date": "2024-05-06T07:08:09+02:00"}), ["E209"]),
    "date with fraction": (record(change={"WARC-Date": "2024-05-06T07:08:09.123456789Z"}), []),
    "date to the year": (record(change={"WARC-Date": "2024"}), ["W227"]),
    "date in lower case": (record(change={"WARC-Date": "2024-05-06t07:08:09z"}), ["W227"]),
    "date with fraction in WARC 1.0": (
        record(change={"WARC-Date": "2024-05-06T07:08:09.1Z"}, version="WARC/1.0"),
        ["W227"],
    ),
    "version in lower case": (record(version="warc/1.0"), []),
    "version 0.17": (record(version="WARC/0.17"), []),
    "segment 1 of a continuation": (segment(1), ["E224"]),
    "segment 2 of a resource": (record(extra=[b"WARC-Segment-Number: 2"]), ["E224"]),
    "warcinfo that is no fields": (record("warcinfo", block=b"software x\r\n"), ["W238"]),
    "warcinfo in Latin-1": (record("warcinfo", block=b"operator: Ren\xe9\r\n"), ["W238"]),
    "warcinfo with LF, a blank line, and a folded one": (record("warcinfo", block=b"a: b\n\tc\n\n"), []),
    "warcinfo without a last line end": (record("warcinfo", block=b"software: x"), []),
    "empty warcinfo": (record("warcinfo", block=b""), []),
    "warcinfo of another type": (record("warcinfo", change={"Content-Type": "text/plain"}), ["W228"]),
    "a method of one's own": (
        record(
            "request", block=b"X1_Y / HTTP/1.1\r\n\r\n", change={"Content-Type": "application/http; msgtype=request"}
        ),
        [],
    ),
    "no HTTP message": (record("response", change={"Content-Type": "application/http; msgtype=response"}), ["W232"]),
    "empty file": (b"", ["E230"]),
    "revisit of a strange profile": (record("revisit", block=b"", change={"WARC-Profile": "http://x/"}), ["W236"]),
    "revisit without payload digest": (record("revisit", block=b"", change={"WARC-Profile": PROFILE}), ["E206"]),
    "id without brackets": (record(change={"WARC-Record-ID": urn(1)}), ["E210"]),
    "blank in the target": (record(change={"WARC-Target-URI": "https://example.org/a b"}), ["E210"]),
    "target not ASCII": (record(change={"WARC-Target-URI": "https://example.org/ä"}), ["W229"]),
    "negative length": (record(change={"Content-Length": "-1"}) + record(number=2), ["E211", "E202"]),
    "length beyond bounds": (record(change={"Content-Length": "9" * 40}) + record(number=2), ["E211", "E202"]),
    "type of another standard": (record(change={"WARC-Type": "screenshot"}), ["W212"]),
    "target on warcinfo": (record("warcinfo", block=b"", change={"WARC-Target-URI": "https://example.org/"}), ["E213"]),
    "payload digest on metadata": (record("metadata", change={"WARC-Payload-Digest": sha256(BLOCK)}), ["W226"]),
    "Refers-To on a resource": (record(change={"WARC-Refers-To": f"<{urn(2)}>"}), ["E213"]),
    "block without type": (record(change={"Content-Type": None}), ["W214"]),
    "no block, no type": (record(block=b"", change={"Content-Type": None}), []),
    "whole file gzipped": (gzip.compress(INFO + record() + record(number=2)), ["W216", "E233"]),
    "garbage in a member": (zipped(record() + b"garbage", record(number=2)), ["E201", "E202"]),
    "gzip cut short": (zipped(record())[:-3], ["E217", "E202"]),
    "gzip checksum": (zipped(INFO) + zipped(record())[:-8] + b"\0\0\0\0" + zipped(record())[-4:], ["E217", "E202"]),
    "block cut short": (record()[:-10], ["E218", "E202"]),
    "length too large": (record(change={"Content-Length": "25"}) + record(number=2), ["E301", "E302", "E220", "E202"]),
    "length too small": (record(change={"Content-Length": "3"}) + record(number=2), ["E301", "E302", "E220", "E202"]),
    "head without end": (b"WARC/1.1\r\n" + b"X-Y: z\r\n" * 200_000, ["E219", "E202"]),
    "last line end missing": (record(end=b"\r\n"), ["E220"]),
    "no line ends": (record(end=b"") + record(number=2), ["E220"]),
    "too many line ends": (record(end=b"\r\n\r\n\r\n") + record(number=2), ["E220"]),
    "too many line ends behind the last record": (record(end=b"\r\n\r\n\n"), ["E220"]),
    "line ends before the first record": (b"\r\n" + record(number=2), ["E201", "E202"]),
    "zeros behind the last record": (record() + bytes(512), ["E201", "E202"]),
    "zeros behind the last member": (zipped(record()) + bytes(512), ["E217", "E202"]),
    "empty member": (zipped(record(), b"", record(number=2)), ["W240"]),
    "empty member at the end": (zipped(record(), b""), ["W240"]),
    "reserved bits in a gzip header": (
        zipped(record()) + patched(zipped(record(number=3)), 3, b"\x20") + zipped(record(number=2)),
        ["E217", "E202"],
    ),
    "unknown method in a gzip header": (
        zipped(record()) + patched(zipped(record(number=3)), 2, b"\x07") + zipped(record(number=2)),
        ["E217", "E202"],
    ),
    "name without end in a gzip header": (
        zipped(record()) + patched(zipped(record(number=3)), 3, b"\x08") + zipped(record(number=2)),
        ["E217", "E202"],
    ),
    "length in a gzip trailer": (
        zipped(record()) + patched(zipped(record(number=3)), -4, b"\xff") + zipped(record(number=2)),
        ["E217", "E202"],
    ),
    "a record in two members": (
        zipped(record()[:250], record()[250:], record(number=2)),
        ["E219", "E202", "E201", "E202"],
    ),
    "block changed": (record(change={"WARC-Payload-Digest": None}).replace(b"mayor", b"major"), ["E301"]),
    "payload changed": (record(change={"WARC-Block-Digest": None}).replace(b"mayor", b"major"), ["E302"]),
    "digest of the wrong length": (record(change={"WARC-Block-Digest": "sha256:abc"}), ["E303"]),
    "digest without label": (record(change={"WARC-Block-Digest": "abc"}), ["E303"]),
    "digest not in its alphabet": (record(change={"WARC-Block-Digest": "sha1:" + "1" * 32}), ["E303"]),
    "unknown algorithm": (record(change={"WARC-Block-Digest": "crc32:00000000"}), ["W304"]),
}


@pytest.mark.parametrize(("data", "expected"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_code(data: bytes, expected: list[str]) -> None:
    assert codes(data) == expected


@pytest.mark.parametrize("fault", [name for name, (data, _) in FAULTS.items() if data.endswith(record(number=2))])
def test_reading_goes_on_behind_the_fault(fault: str) -> None:
    records, _ = parts(FAULTS[fault][0])
    assert records[-1].id == urn(2)


HEADERS = {
    "a name": (0x08, b"a.warc\0"),
    "a comment": (0x10, b"rain\0"),
    "an extra field": (0x04, b"\x04\0sl\0\0"),
    "a header checksum": (0x02, None),
}


@pytest.mark.parametrize("what", HEADERS)
def test_gzip_headers_may_hold_more(what: str) -> None:
    flags, more = HEADERS[what]
    member = zipped(record())
    head = member[:3] + bytes([flags]) + member[4:10]
    more = struct.pack("<H", zlib.crc32(head) & 0xFFFF) if more is None else more
    assert codes(zipped(INFO) + head + more + member[10:]) == []
    if what == "a header checksum":
        assert codes(zipped(INFO) + head + b"\0\0" + member[10:]) == ["E217", "E202"]


def test_findings_name_offset_and_record() -> None:
    _, (finding,) = parts(INFO + record(change={"WARC-Date": "soon"}))
    assert (finding.offset, finding.record, finding.found) == (len(INFO), urn(1), "soon")


@pytest.mark.parametrize("damage", range(3, 400, 13))
def test_a_damaged_member_loses_no_other_record(damage: int) -> None:
    block = hashlib.sha512(b"x").hexdigest().encode() * 3
    first, second, third = (zipped(record(number=number, block=block)) for number in (1, 2, 3))
    broken = bytearray(second)
    broken[damage % len(second)] ^= 0xFF
    records, _ = parts(first + bytes(broken) + third)
    assert {urn(1), urn(3)} <= {each.id for each in records}


def test_damage_within_a_file_gzipped_as_a_whole() -> None:
    packed = bytearray(gzip.compress(INFO + record(block=bytes(range(256)) * 3000) + record(number=2)))
    packed[len(packed) // 2] ^= 0xFF
    records, findings = parts(bytes(packed) + zipped(record(number=3)))
    assert [each.id for each in records if each.offset] == [urn(3)]
    assert findings[0].code in ("E217", "E301")


def test_garbage_that_looks_like_a_gzip_member_is_passed_over() -> None:
    garbage = b"\x1f\x8b\x08\x00" * 100 + gzip.compress(b"no WARC", mtime=0)
    records, findings = parts(zipped(INFO) + garbage + zipped(record()))
    assert [each.id for each in records] == [urn(9), urn(1)]
    assert [finding.code for finding in findings] == ["E217", "E202"]
    assert findings[1].offset == len(zipped(INFO))


def test_damage_where_a_record_does_not_end() -> None:
    """Found by random damage: no record end, and the checksum behind it wrong, in the next piece that is inflated."""
    for size in range(16_000, 16_060):
        member = zipped(record(block=random.Random(1).randbytes(size), end=b"xyz\r"))
        found = codes(zipped(INFO) + member[:-8] + bytes(4) + member[-4:] + zipped(record(number=2)))
        assert found in (["E217", "E202"], ["E220", "E202"])


def test_damage_behind_a_record_in_the_same_member() -> None:
    tail = gzip.compress(record() + b"x" * 300_000, mtime=0)
    records, findings = parts(zipped(INFO) + tail[:-40] + bytes(40))
    assert [each.id for each in records] == [urn(9), urn(1)]
    assert [finding.code for finding in findings] == ["E201", "E202"]


DIGEST = hashlib.sha1(BLOCK, usedforsecurity=False).digest()
SPELLINGS = {
    "hex": DIGEST.hex(),
    "upper-case hex": DIGEST.hex().upper(),
    "base32": b32encode(DIGEST).decode(),
    "lower-case base32": b32encode(DIGEST).decode().lower(),
    "base64": b64encode(DIGEST).decode(),
    "base64url without padding": urlsafe_b64encode(DIGEST).decode().rstrip("="),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_digests_in_every_spelling(spelling: str) -> None:
    sound = {"WARC-Block-Digest": "SHA-1:" + spelling, "WARC-Payload-Digest": "sha1:" + spelling}
    assert codes(record(change=sound)) == []
    assert codes(record(change=sound).replace(b"mayor", b"major")) == ["E301", "E302"]


def http(body: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", *lines)) + b"\r\n\r\n" + body


def response(block: bytes, payload: bytes, **change: str) -> bytes:
    fields: dict[str, str | None] = {"Content-Type": "application/http", "WARC-Payload-Digest": sha256(payload)}
    return record("response", block=block, change=fields | dict(change))


CHUNKED = b"5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
TE = b"Transfer-Encoding: gzip, Chunked"
PAYLOADS: dict[str, tuple[bytes, list[str]]] = {
    "body": (response(http(b"hello"), b"hello"), []),
    "other body": (response(http(b"hello"), b"hallo"), ["E302"]),
    "no blank line": (response(b"HTTP/1.1 200 OK\r\n", b""), []),
    "without its chunks": (response(http(CHUNKED, TE), b"hello world"), []),
    "with its chunks": (response(http(CHUNKED, TE), CHUNKED), []),
    "chunks behind which trailers stand": (
        response(http(b"5\r\nhello\r\n0\r\nExpires: now\r\n\r\n", TE), b"hello"),
        [],
    ),
    "sizes in upper case, with zeros and blanks": (
        response(http(b"000A \r\nhello mayo\r\n01\r\nr\r\n000\r\n\r\n", TE), b"hello mayor"),
        [],
    ),
    "chunks whose lines end in LF alone": (response(http(b"5\nhello\n0\n\n", TE), b"hello"), []),
    "chunks without a last one": (response(http(b"5\r\nhello\r\n", TE), b"hello"), []),
    "a size beyond all bounds": (response(http(b"f" * 40 + b"\r\nhello", TE), b"hello"), ["E302"]),
    "neither": (response(http(CHUNKED, TE), b"hello"), ["E302"]),
    "broken chunks": (response(http(b"zz\r\nhello", TE), b"hello"), ["E302"]),
    "a segment": (response(http(b"hel"), b"hello", **{"WARC-Segment-Number": "1"}), []),
    "a revisit": (
        record("revisit", block=b"", change={"WARC-Profile": PROFILE, "WARC-Payload-Digest": sha256(b"a")}),
        [],
    ),
}


@pytest.mark.parametrize(("data", "expected"), PAYLOADS.values(), ids=PAYLOADS)
def test_the_payload_of_a_response_is_its_entity(data: bytes, expected: list[str]) -> None:
    assert codes(data) == expected


def test_a_large_chunked_body_streams() -> None:
    body = b"x" * 3_000_000
    chunked = b"".join(b"%x\r\n%b\r\n" % (700_001, body[at : at + 700_001]) for at in range(0, 2_800_000, 700_001))
    whole = chunked[: -len(b"\r\n")] + b"\r\n%x\r\n%b\r\n0\r\n\r\n" % (3_000_000 - 2_800_004, body[2_800_004:])
    assert codes(zipped(response(http(whole, TE), body))) == []


class Pipe(io.BytesIO):
    """A stream that cannot seek, as standard input or a deflated member of a zip."""

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("data", [data for data, _ in FAULTS.values()], ids=FAULTS)
def test_a_stream_that_cannot_seek_is_read_once(data: bytes) -> None:
    sound = [each for each in read(Pipe(zipped(INFO, record()))) if isinstance(each, Finding)]
    assert sound == []
    faulty = [each.code for each in read(Pipe(data)) if isinstance(each, Finding)]
    assert bool(faulty) == bool(codes(data))


def test_a_bomb_is_not_inflated_to_its_end() -> None:
    head = record(block=b"", end=b"").replace(b"Content-Length: 0", b"Content-Length: %d" % (1 << 40))
    deflater = zlib.compressobj(9, wbits=31)
    start, zeros = (deflater.compress(data) + deflater.flush(zlib.Z_FULL_FLUSH) for data in (head, bytes(1 << 22)))
    bomb = start + zeros * 100
    assert codes(bomb + zipped(record(number=2))) == ["E217", "E202"]


@settings(max_examples=150)
@given(st.data())
def test_no_damage_makes_the_reader_fail_or_loop(data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from([zipped(INFO, record(), record(number=2)), INFO + record() + record(number=2)]))
    start = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(start, min(start + 40, len(sound))))
    parts(sound[:start] + data.draw(st.binary(max_size=40)) + sound[end:])


def test_a_head_of_sixty_thousand_fields() -> None:
    many = [b"X-%d: y" % number for number in range(60_000)]
    assert codes(record(extra=many)) == []
    assert codes(record(extra=[*many, b"WARC-Date: 2024-05-06T07:08:09Z"])) == ["E207"]


def test_a_member_in_the_header_of_a_damaged_one_is_not_read() -> None:
    """The header is longer than what the inflater is given at once, and the next piece begins with another member."""
    inner = zipped(record(number=2))
    extra = b"\0" * ((1 << 14) - 12) + inner
    sound = zipped(record())
    damaged = bytearray(sound[:3] + b"\x04" + sound[4:10] + len(extra).to_bytes(2, "little") + extra + sound[10:])
    assert parts(bytes(damaged))[0][0].id == urn(1)
    damaged[-6] ^= 1
    records, findings = parts(bytes(damaged))
    assert [finding.code for finding in findings][:2] == ["E217", "E202"]
    assert [each.id for each in records] == [urn(2)]
