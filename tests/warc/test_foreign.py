"""What other software writes: ARC files, Zstandard, and payload digests of decoded bodies."""

import gzip
import io
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.findings import CODES, Finding
from archiver.warc import codings
from archiver.warc.reader import Record, is_warc, read
from tests.warc.warcs import record, sha256, zipped

INFO = record("warcinfo", 9, b"software: test\r\n")


def found(data: bytes, *, keep: int = 1 << 20) -> tuple[list[Record], list[str]]:
    each = list(read(io.BytesIO(data), keep=keep))
    codes = [finding.code for finding in each if isinstance(finding, Finding)]
    assert set(codes) <= CODES.keys()
    return [one for one in each if isinstance(one, Record)], codes


# ARC


def opening(
    version: bytes = b"1 0", names: bytes = b"URL IP-address Archive-date Content-type Archive-length"
) -> bytes:
    block = version + b" Example\n" + names + b"\n"
    return b"filedesc://a.arc 0.0.0.0 20040506070809 text/plain %d\n" % len(block) + block + b"\n"


def document(
    body: bytes = b"HTTP/1.0 200 OK\r\n\r\nRain.", url: bytes = b"http://example.org/", **changes: bytes
) -> bytes:
    fields = {"ip": b"192.0.2.1", "date": b"20040506070809", "type": b"text/html", "length": b"%d" % len(body)}
    fields |= changes
    return b" ".join((url, *fields.values())) + b"\n" + body + b"\n"


ARC = opening() + document() + document(url=b"http://example.org/a b")


@pytest.mark.parametrize("data", [ARC, zipped(opening(), document(), document(url=b"http://example.org/a b"))])
def test_an_arc_file_is_read(data: bytes) -> None:
    records, codes = found(data)
    assert codes == []
    assert is_warc(io.BytesIO(data))
    assert [each.headers[0][1] for each in records] == [
        "filedesc://a.arc",
        "http://example.org/",
        "http://example.org/a b",
    ]
    assert records[1].block == b"HTTP/1.0 200 OK\r\n\r\nRain."
    assert sum(each.length or 0 for each in records) == len(data)


def test_an_arc_file_of_version_2_has_more_fields() -> None:
    names = b"URL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length"
    line = b"http://example.org/ 192.0.2.1 20040506070809 text/html 200 - - 0 a.arc 5\nRain.\n"
    sound = opening(b"2 0", names)
    for first in (sound, sound.replace(b"text/plain", b"text/plain 200 - - 0 a.arc", 1)):
        records, codes = found(first + line)
        assert codes == []
        assert records[1].get("Result-code") == "200"


ARC_FAULTS: dict[str, tuple[bytes, list[str]]] = {
    "line without length": (ARC + b"http://example.org/\n", ["E234", "E202"]),
    "length in words": (opening() + document(length=b"ten") + document(), ["E234", "E202"]),
    "date cut short": (opening() + document(date=b"2004"), ["E234"]),
    "month 13": (opening() + document(date=b"20041306070809"), ["E234"]),
    "no address": (opening() + document(ip=b"a.b.c.d"), ["E234"]),
    "length too small": (opening() + document(length=b"20") + document(), ["E235", "E202"]),
    "length too large": (opening() + document(length=b"2000"), ["E218", "E202"]),
    "garbage behind": (ARC + b"http://example.org/10", ["E234", "E202"]),
    "fields left out": (opening().replace(b"0.0.0.0 20040506070809", b"- -"), ["W237", "W237"]),
    "type in strange characters": (opening() + document().replace(b"text/html", b"text\\html"), ["E234"]),
    "backslash in an address": (
        opening() + document().replace(b"http://example.org/", b"http://example.org/a\\b", 1),
        [],
    ),
    "unknown version": (opening(b"3 0") + document(), ["E239"]),
    "other fields named": (opening(names=b"URL Date") + document(), ["E239"]),
    "version block cut short": (
        opening().replace(b"text/plain 68", b"text/plain 9", 1) + document(),
        ["E239", "E235", "E202"],
    ),
    "damaged member": (zipped(opening(), document())[:-3], ["E217", "E202"]),
}


@pytest.mark.parametrize(("data", "expected"), ARC_FAULTS.values(), ids=ARC_FAULTS)
def test_each_fault_of_an_arc_file_has_its_code(data: bytes, expected: list[str]) -> None:
    assert found(data)[1] == expected


def test_reading_goes_on_behind_a_damaged_arc_record() -> None:
    for pack in (b"".join, lambda parts: zipped(*parts)):
        records, codes = found(pack([opening(), document(length=b"ten"), document(url=b"http://example.org/2")]))
        assert codes == ["E234", "E202"]
        assert records[-1].headers[0][1] == "http://example.org/2"


def test_a_long_arc_record_is_not_kept() -> None:
    records, _ = found(opening() + document(b"x" * 5000), keep=1000)
    assert (records[1].block, records[1].block_length, records[1].block_digest) == (None, 5000, sha256(b"x" * 5000))


# Zstandard

DICTIONARY = zstandard.train_dictionary(4096, [record(number=number) * 2 for number in range(200)])


def frames(*records: bytes) -> bytes:
    return b"".join(zstandard.ZstdCompressor(write_checksum=True).compress(each) for each in records)


def skippable(data: bytes, magic: int = 0x184D2A5D) -> bytes:
    return magic.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data


def with_dictionary(pack: Callable[[bytes], bytes], *records: bytes) -> bytes:
    compressor = zstandard.ZstdCompressor(dict_data=DICTIONARY, write_checksum=True)
    return skippable(pack(DICTIONARY.as_bytes())) + b"".join(compressor.compress(each) for each in records)


LARGE = record(number=3, block=random.Random(1).randbytes(300_000))
ZSTD = {
    "frames": frames(INFO, record(), record(number=2)),
    "dictionary": with_dictionary(bytes, INFO, record(), record(number=2)),
    "compressed dictionary": with_dictionary(frames, INFO, record(), record(number=2)),
    "records in several frames": frames(INFO, record()[:99], record()[99:-2], record()[-2:], record(number=2)),
    "a large record in several frames": frames(INFO, LARGE[:140_000], LARGE[140_000:], record(number=2)),
    "frames of one byte": frames(*(bytes([byte]) for byte in INFO), record(), record(number=2)),
    "empty frames": frames(b"", INFO, b"", b"", record()[:99], b"", record()[99:], record(number=2), b""),
    "skippable frames within": frames(INFO, record()[:99])
    + skippable(b"x", 0x184D2A51)
    + frames(record()[99:], record(number=2)),
    "dictionary, several frames": with_dictionary(bytes, INFO, record()[:99], record()[99:], record(number=2)),
    "skippable frames between": frames(INFO) + skippable(b"padding", 0x184D2A50) + frames(record(), record(number=2)),
}


@pytest.mark.parametrize("data", ZSTD.values(), ids=ZSTD)
def test_zstd_is_read_frame_by_frame(data: bytes) -> None:
    records, codes = found(data)
    assert codes == []
    assert [each.type for each in records] == ["warcinfo", "resource", "resource"]
    for each in records:
        stream = io.BytesIO(data)
        stream.seek(each.offset)
        again = next(iter(read(stream)))
        assert isinstance(again, Record)
        assert (again.offset, again.id, again.length) == (each.offset, each.id, each.length)


ZSTD_FAULTS: dict[str, tuple[bytes, list[str]]] = {
    "second frame of a record missing": (frames(INFO, record()[:-9], record(number=2)), ["E218", "E202"]),
    "second frame of a large record missing": (frames(INFO, LARGE[:140_000], LARGE), ["E218", "E202"]),
    "second frame of a record damaged": (
        frames(INFO, record()[:-9]) + frames(record()[-9:])[:-1] + b"!" + frames(record(number=2)),
        ["E217", "E202"],
    ),
    "bytes that are no frame": (frames(INFO, record()[:-9]) + b"nothing", ["E218", "E202", "E217", "E202"]),
    "several records in a frame": (frames(INFO + record() + record(number=2)), ["W216", "E233"]),
    "cut short": (frames(INFO, record())[:-5], ["E217", "E202"]),
    "skippable frame beyond the end": (
        frames(INFO) + b"\x50\x2a\x4d\x18\xff\xff\0\0" + frames(record(number=2), record(number=3)),
        ["E217", "E202"],
    ),
    "changed": (frames(INFO) + frames(record())[:-2] + b"!!", ["E217", "E202"]),
    "dictionary missing": (ZSTD["dictionary"][8 + len(DICTIONARY.as_bytes()) :], ["E217", "E202"]),
    # Found by fuzzing: libzstd takes such a dictionary, and fails when it is to be used.
    "dictionary that cannot be used": (
        skippable(DICTIONARY.as_bytes()[:8] + b"\xff" * 40 + DICTIONARY.as_bytes()[48:])
        + ZSTD["dictionary"][8 + len(DICTIONARY.as_bytes()) :],
        ["E217", "E202"],
    ),
    "dictionary damaged": (skippable(b"\x28\xb5\x2f\xfdnothing") + ZSTD["dictionary"][-200:], ["E217", "E202"]),
}


@pytest.mark.parametrize(("data", "expected"), ZSTD_FAULTS.values(), ids=ZSTD_FAULTS)
def test_each_fault_of_a_zstd_file_has_its_code(data: bytes, expected: list[str]) -> None:
    assert found(data)[1] == expected


def test_reading_goes_on_behind_a_damaged_frame() -> None:
    first = frames(INFO)
    records, codes = found(first[:-2] + b"!!" + frames(record(number=2)))
    assert codes == ["E217", "E202"]
    assert [each.type for each in records] == ["resource"]


class Pipe(io.BytesIO):
    """A stream that cannot seek."""

    def seekable(self) -> bool:
        return False


def test_what_a_skippable_frame_claims_beyond_the_end_is_read() -> None:
    data = ZSTD_FAULTS["skippable frame beyond the end"][0]
    assert [each.type for each in found(data)[0]] == ["warcinfo", "resource", "resource"]
    assert [each.code for each in read(Pipe(data)) if isinstance(each, Finding)] == ["E217", "E202"]


def test_a_zstd_bomb_is_not_decompressed_to_its_end() -> None:
    head = record(block=b"", end=b"").replace(b"Content-Length: 0", b"Content-Length: %d" % (1 << 40))
    assert found(frames(head + bytes((1 << 28) + (1 << 20))))[1] == ["E217", "E202"]


# Payload digests


def response(body: bytes, encoding: str, stated: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n\r\n".encode()
    change = {"Content-Type": "application/http; msgtype=response", "WARC-Payload-Digest": sha256(stated)}
    return record("response", block=head + body, change=change)


TEXT = b"The mayor spoke. " * 20
CODED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "X-Gzip": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "deflate ": zlib.compress(TEXT)[2:-4],
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "identity, br": brotli.compress(TEXT),
    "br\r\nContent-Encoding: gzip": gzip.compress(brotli.compress(TEXT), mtime=0),
}


@pytest.mark.parametrize("encoding", CODED)
def test_a_payload_digest_may_be_that_of_the_decoded_body(encoding: str) -> None:
    body = CODED[encoding]
    assert found(response(body, encoding, body))[1] == []
    assert found(response(body, encoding, TEXT))[1] == ["I305"]
    assert found(response(body, encoding, TEXT + b"!"))[1] == ["E302"]
    assert found(response(body[:-9], encoding, TEXT))[1] == ["E302"]
    assert found(response(b"not so coded", encoding, TEXT))[1] == ["E302"]


def test_a_body_of_several_zstd_frames() -> None:
    body = zstandard.compress(TEXT[:99]) + zstandard.compress(TEXT[99:])
    assert found(response(body, "zstd", TEXT))[1] == ["I305"]


def test_an_identity_body_is_its_own_payload() -> None:
    assert found(response(TEXT, "identity", TEXT))[1] == []
    assert found(response(TEXT, "identity", b""))[1] == ["E302"]
    assert found(response(TEXT, "compress", b""))[1] == ["E302"]


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "deflate"])
def test_a_coded_bomb_is_not_decoded_to_its_end(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codings, "LIMIT", 1 << 16)
    monkeypatch.setattr(codings, "_STEP", 1 << 12)
    zeros = bytes(1 << 20)
    pack = {"br": brotli.compress, "zstd": zstandard.compress, "gzip": gzip.compress, "deflate": zlib.compress}
    assert codings.undone([coding], pack[coding](zeros)) is None
    assert codings.undone([coding], pack[coding](zeros[: 1 << 15])) == zeros[: 1 << 15]


@settings(max_examples=100)
@given(st.data())
def test_no_damage_makes_the_reader_fail_or_loop(data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from([ARC, zipped(opening(), document()), *ZSTD.values()]))
    start = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(start, min(start + 40, len(sound))))
    found(sound[:start] + data.draw(st.binary(max_size=40)) + sound[end:])
