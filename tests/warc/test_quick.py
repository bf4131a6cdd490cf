"""Both lanes of the reader say the same of every file: sound, of other software, and broken in any place."""

import io
import re
import tracemalloc
from base64 import b32encode
from collections.abc import Callable
from hashlib import sha1
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.findings import Finding
from archiver.warc import digests, grammar, quick
from archiver.warc.members import Members, Plain
from archiver.warc.reader import Record, read
from tests.warc import test_foreign, test_reader
from tests.warc.warcs import BLOCK, PROFILE, record, sha256, urn, zipped

BODY = b"<p>Rain.</p>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY
MESSAGE = {"Content-Type": "application/http; msgtype=response", "WARC-Payload-Digest": sha256(BODY)}


def base32(data: bytes) -> str:
    return "sha1:" + b32encode(sha1(data).digest()).decode()


def record_of(kind: str, number: int) -> bytes:
    """A sound record; those of a kind differ in what differs in a file."""
    block = b"Line %d.\n" % number
    about = [f"WARC-Refers-To: <{urn(number - 1)}>".encode()]
    match kind:
        case "response" | "request":
            http = HTTP if kind == "response" else b"GET / HTTP/1.1\r\n\r\n" + BODY
            address = f"WARC-IP-Address: 192.0.2.{number}".encode()
            return record(kind, number, http, change=MESSAGE, extra=[address, b"X-Note: seen twice"])
        case "revisit":
            change = {"WARC-Payload-Digest": sha256(BODY)}
            return record(kind, number, b"", change=change, extra=[b"WARC-Profile: " + PROFILE.encode(), *about])
        case "old":
            change = {"WARC-Block-Digest": base32(block), "WARC-Payload-Digest": base32(block)}
            return record("resource", number, block, change=change, version="WARC/1.0")
        case "empty":
            return record("conversion", number, b"", change={"Content-Type": None}, extra=about)
        case _:
            return record(kind, number, block, extra=about if kind == "metadata" else [])


KINDS = ("resource", "response", "request", "metadata", "revisit", "conversion", "old", "empty")
SOUND = [record("warcinfo", 1, b"software: x\r\n")]
SOUND += [record_of(kind, 10 * place + number) for number in range(5) for place, kind in enumerate(KINDS, 1)]


Seen = list[tuple[Record | Finding, dict[str, str]]]


def seen(data: bytes) -> Seen:
    """What the reader gives of a file; the fields of a record by name are no part of its comparison."""
    return [(each, dict(each.fields) if isinstance(each, Record) else {}) for each in read(io.BytesIO(data))]


def carefully(data: bytes) -> Seen:
    with patch.object(quick, "_MOST_SHAPES", 0):
        return seen(data)


def quickly(data: bytes) -> Seen:
    with patch.object(quick, "_OFTEN", 1):
        return seen(data)


def taken(data: bytes) -> int:
    """How many records of a file the quick lane takes."""
    count = 0
    plain = quick.Lane.record

    def counted(lane: quick.Lane, unit: Plain | Members, offset: int) -> Record | None:
        nonlocal count
        found = plain(lane, unit, offset)
        count += found is not None
        return found

    with patch.object(quick.Lane, "record", counted):
        list(read(io.BytesIO(data)))
    return count


PACKS: tuple[Callable[[list[bytes]], bytes], ...] = (
    b"".join,
    lambda records: zipped(*records),
    lambda records: zipped(b"".join(records)),
)
PLAIN, MEMBERS, ONE_MEMBER = (pack(SOUND) for pack in PACKS)


@pytest.mark.parametrize("data", [PLAIN, MEMBERS, ONE_MEMBER], ids=["plain", "members", "one member"])
def test_what_is_plainly_right_takes_the_quick_lane(data: bytes) -> None:
    assert data is ONE_MEMBER or not [each for each, _ in quickly(data) if isinstance(each, Finding)]
    assert quickly(data) == carefully(data)
    # Each kind is learnt from its first four, but an old and a new resource differ in nothing but their version.
    assert taken(data) == len(KINDS)


CASES = {
    **{f"reader: {name}": data for name, (data, _) in test_reader.FAULTS.items()},
    **{f"arc: {name}": data for name, (data, _) in test_foreign.ARC_FAULTS.items()},
    **{f"zstd: {name}": data for name, data in test_foreign.ZSTD.items()},
    **{f"zstd: {name}": data for name, (data, _) in test_foreign.ZSTD_FAULTS.items()},
}


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_both_lanes_agree_on_faults_behind_sound_records(data: bytes) -> None:
    for before in (b"", b"".join(SOUND[:9]), zipped(*SOUND[:9])):
        assert quickly(before + data) == carefully(before + data)


def bare_conversion(length: str, block: bytes = b"") -> bytes:
    return record("conversion", 300, block, change={"Content-Type": None, "Content-Length": length})


def revisit(*lines: bytes) -> bytes:
    return record("revisit", 300, b"", extra=lines)


NOT_MODIFIED = b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CHUNKED = b"\r\nTransfer-Encoding: chunked\r\n\r\n"
IDENTICAL = b"WARC-Profile: " + PROFILE.encode()
CONCURRENT = [f"WARC-Concurrent-To: <{urn(number)}>".encode() for number in (2, 3)]
# Records of which the first is as it should be, and the next ones look much like it.
DOUBTFUL = {
    "blanks around": [record(extra=[b"X-Note:" + each]) for each in (b" a", b" a ", b"  a", b" \ta", b" ", b"")],
    "no HTTP": [record_of("response", 1), record("response", 2, b"<p>", change={**MESSAGE, "WARC-IP-Address": "::1"})],
    "no HTTP head": [record("response", change={"Content-Type": "application/http"}, block=block)
                     for block in (HTTP, b"<p>\r\n\r\n")],
    "payload of a message": [record("response", block=block, change=MESSAGE) for block in (HTTP, HTTP + b"!")],
    "payload of a chunked message": [record("response", block=block, change=MESSAGE)
                                     for block in (HTTP, HTTP.replace(b"\r\n\r\n", CHUNKED))],
    "payload of a block": [record(), record(change={"WARC-Payload-Digest": sha256(b"")})],
    "digests in base32": [record(change={"WARC-Block-Digest": base32(block)}) for block in (BLOCK, BLOCK, b"")],
    "payload digest of a revisit": [
        revisit(NOT_MODIFIED, b"WARC-Payload-Digest: " + each) for each in (sha256(b"").encode(), b"sha256:0", b"crc:0")
    ],
    "no type of a block": [bare_conversion("0"), bare_conversion("3", b"one")],
    "no type of a block, zeros": [bare_conversion("00"), bare_conversion("3", b"one"), bare_conversion("000")],
    "another profile": [revisit(NOT_MODIFIED), revisit(IDENTICAL), revisit(b"WARC-Profile: x:y")],
    "segments": [record(extra=[b"WARC-Segment-Number: %d" % number]) for number in (1, 2)],
    "a field that repeats": [record("response", extra=CONCURRENT), record("response", extra=CONCURRENT[::-1])],
    "another type of message": [
        record("response", block=HTTP, change={"Content-Type": each, "WARC-Payload-Digest": sha256(HTTP)})
        for each in ("text/html", "application/http")
    ],
    "warcinfo": [record("warcinfo"), record("warcinfo", change={"Content-Type": "text/plain"})],
}  # fmt: skip


@pytest.mark.parametrize("records", DOUBTFUL.values(), ids=DOUBTFUL)
def test_both_lanes_agree_on_what_only_looks_plain(records: list[bytes]) -> None:
    for pack in PACKS:
        assert quickly(pack(records)) == carefully(pack(records))


TOKENS = (
    *(b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b"\x7f", b"\xff", b"\xc3\xa9", b"<", b">", b"%", b"%41", b"0"),
    *(b"WARC/1.1\r\n", b"\r\n\r\n", b"warc-type: ", b"2024-02-30", b"2023-02-29", b"00", b"-1", b"256", b"/", b"\\"),
    *(b"Transfer-Encoding: chunked\r\n", b"WARC-Segment-Number: 1\r\n", b"continuation", b"warcinfo"),
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """Sound records, and one more that is changed in a place or two, packed in one of three ways."""
    kind = draw(st.sampled_from(KINDS))
    made = bytearray(record_of(kind, 200))
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(made)))
        made[at : at + draw(st.integers(0, 3))] = draw(st.sampled_from(TOKENS) | st.binary(max_size=2))
    parts = [*SOUND, bytes(made), record_of(kind, 201)]
    return bytes(draw(st.sampled_from(PACKS))(parts))


@settings(max_examples=300)
@given(data=broken())
def test_both_lanes_agree_on_a_record_that_was_changed(data: bytes) -> None:
    assert quickly(data) == carefully(data)


@settings(max_examples=150)
@given(data=st.sampled_from([PLAIN, MEMBERS]), at=st.floats(0, 1), new=st.binary(max_size=3))
def test_both_lanes_agree_on_a_file_that_was_changed(data: bytes, at: float, new: bytes) -> None:
    place = int(at * len(data))
    data = data[:place] + new + data[place + len(new) :]
    assert quickly(data) == carefully(data)


def test_a_shape_holds_only_what_the_grammar_holds() -> None:
    dates = [
        f"{year}-{month:02}-{day:02}T23:59:59Z"
        for year in ("0000", "2023", "2024")
        for month in range(14)
        for day in range(33)
    ]
    assert any(map(grammar.is_date, dates))
    addresses = ["0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4."]
    others = [
        "<urn:x:y>",
        "urn:x:y",
        "http://[::1]/?q#f",
        "10",
        "resource",
        'text/plain; a="b\\"c"; d=e',
        "sha1:AB",
        "a b",
    ]
    values = [*dates, *addresses, *others]
    controls = [chr(code) for code in (*range(32), 127)]
    values += [f"{each[:at]}{escape}{control}{each[at:]}" for each in (*others, dates[-40], addresses[0])
               for at in range(len(each) + 1) for escape in ("", "\\") for control in controls]  # fmt: skip
    for field in grammar.FIELDS.values():
        pattern = re.compile(quick._plain_value(field))
        fits = [value for value in values if pattern.fullmatch(value)]
        assert fits, field.name
        for value in fits:
            assert field.holds(value), (field.name, value)
            assert grammar._LINE.fullmatch(f"{field.name}: {value}"), (field.name, value)


@pytest.mark.parametrize("control", [b"\x01", b"\x1b", b"\x7f", b"\r"])
def test_a_control_character_is_found_behind_any_number_of_sound_records(control: bytes) -> None:
    for before in (0, 8):
        types = [b'text/plain; a="b"'] * before + [b'text/plain; a="\\' + control + b'"']
        data = b"".join(record(number=number, change={"Content-Type": None}, extra=[b"Content-Type: " + each])
                        for number, each in enumerate(types, 1))  # fmt: skip
        assert [each.code for each, _ in seen(data) if isinstance(each, Finding)][:1] == ["E203"]


def test_long_heads_are_not_remembered() -> None:
    long = b"a" * 200_000
    ways: tuple[Callable[[int], list[bytes]], ...] = (
        lambda n: [b'Content-Type: application/http; a="%d%s"' % (n, long)],
        lambda n: [b"Content-Type: application/http", b"X-%d-%s: a" % (n, long[:20_000])],
        lambda n: [b"Content-Type: application/http", *[b"X-%d-%s: a" % (n, long[:3000])] * 50],
    )
    for extra in ways:
        data = b"".join(
            record("response", n, HTTP, change={"Content-Type": None}, extra=extra(n)) for n in range(1, 41)
        )
        stream = io.BytesIO(data)
        tracemalloc.start()
        for _ in read(stream):
            pass
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert held < 1 << 21


def test_shapes_are_bounded() -> None:
    lines = [[b"X-%d: y" % number] for number in range(60)]
    data = b"".join(record(number=number, extra=extra) for number, extra in enumerate(lines * 6, 1))
    assert taken(data) == 2 * quick._MOST_SHAPES
    assert quickly(data) == carefully(data)


def test_digests_of_every_spelling_are_known_on_the_quick_lane() -> None:
    block = b"Rain.\n"
    spellings = [sha256(block), sha256(block).upper(), base32(block), "md5:" + digests.compute("md5", block).hex()]
    data = b"".join(record(number=number, block=block, change={"WARC-Block-Digest": spelled})
                    for number, spelled in enumerate(spellings * 2, 1))  # fmt: skip
    assert taken(data) == 2 * len(spellings) - 4
