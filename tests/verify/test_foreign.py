"""Packages of other software: older and newer versions, known faults, signatures, and what would not replay."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from archiver.findings import CODES
from archiver.verify import signature
from archiver.verify.verify import verify
from tests.verify.test_verify import INFO, PAGES, foreign, index_row, response
from tests.verify.test_zips import zipped
from tests.warc.warcs import BLOCK, PROFILE, record, sha256, urn
from tests.warc.warcs import zipped as members


def codes(path: Path) -> list[str]:
    found = [finding.code for finding in verify(path)]
    assert set(found) <= CODES.keys()
    return found


# Records that belong together


def segment(number: int, block: bytes, total: int | None = None, uri: str = "https://example.org/1") -> bytes:
    fields: dict[str, str | None] = {
        "WARC-Segment-Number": str(number),
        "WARC-Segment-Origin-ID": f"<{urn(1)}>",
        "Content-Type": None,
    }
    fields["WARC-Target-URI"] = uri
    fields["WARC-Segment-Total-Length"] = None if total is None else str(total)
    return record("continuation", number + 1, block, change=fields)


def first(payload: bytes, block: bytes = BLOCK, change: Mapping[str, str] = {}) -> bytes:
    return record(
        "resource", 1, block, change={"WARC-Segment-Number": "1", "WARC-Payload-Digest": sha256(payload)} | dict(change)
    )


WHOLE = BLOCK + b"And then she sat down.\n"
REST = WHOLE[len(BLOCK) :]
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
HTTP = {"WARC-Type": "response", "Content-Type": "application/http; msgtype=response"}
REVISIT = {"WARC-Profile": PROFILE, "WARC-Refers-To": f"<{urn(1)}>"}

SAME = REVISIT | {"WARC-Payload-Digest": sha256(BLOCK), "WARC-Refers-To-Target-URI": "https://example.org/1"}
FREE = {"WARC-Profile": PROFILE, "WARC-Payload-Digest": sha256(BLOCK)}
THEN = FREE | {"WARC-Refers-To-Target-URI": "https://example.org/1", "WARC-Refers-To-Date": "2024-05-06T07:08:09Z"}

FILES: dict[str, tuple[bytes, list[str]]] = {
    "segments": (first(WHOLE) + segment(2, REST, len(WHOLE)), []),
    "segments of a response": (first(WHOLE, HEAD + BLOCK, HTTP) + segment(2, REST, len(HEAD + WHOLE)), []),
    "the middle of a chain": (segment(5, BLOCK) + segment(6, REST, 1000), ["I616", "I616"]),
    "segment missing": (first(WHOLE) + segment(3, REST, len(WHOLE)), ["E225"]),
    "segment twice": (
        first(WHOLE) + segment(2, REST, len(WHOLE)) + segment(2, REST)[:-5] + b"x\r\n\r\n",
        ["E301", "E223", "E225"],
    ),
    "total too early": (first(WHOLE) + segment(2, b"", 5) + segment(3, REST, len(WHOLE)), ["E225"]),
    "another total": (first(WHOLE) + segment(2, REST, 5), ["E225"]),
    "segments of another address": (first(WHOLE) + segment(2, REST, len(WHOLE), "https://example.org/2"), ["E225"]),
    "another payload": (first(BLOCK) + segment(2, REST, len(WHOLE)), ["E225"]),
    "payload of nothing": (first(b"") + segment(2, REST, len(WHOLE)), ["E225"]),
    "payload of an unknown digest": (
        first(BLOCK, change={"WARC-Payload-Digest": "crc:00"}) + segment(2, REST, len(WHOLE)),
        ["W304"],
    ),
    "revisit": (
        record() + record("revisit", 2, b"", change=REVISIT | {"WARC-Payload-Digest": sha256(BLOCK)}),
        [],
    ),
    "revisit of another payload": (
        record() + record("revisit", 2, b"", change=REVISIT | {"WARC-Payload-Digest": sha256(b"")}),
        ["E617"],
    ),
    "revisit of what is elsewhere": (
        record(number=3) + record("revisit", 2, b"", change=REVISIT | {"WARC-Payload-Digest": sha256(b"")}),
        ["I616"],
    ),
    "revisit that refers to its own address and date": (
        record() + record("revisit", 2, b"", change=SAME | {"WARC-Refers-To-Date": "2024-05-06T07:08:09.5Z"}),
        [],
    ),
    "revisit of another address": (
        record() + record("revisit", 2, b"", change=SAME | {"WARC-Refers-To-Target-URI": "https://example.org/7"}),
        ["W246"],
    ),
    "revisit of another date": (
        record() + record("revisit", 2, b"", change=SAME | {"WARC-Refers-To-Date": "2024-05-05T07:08:09Z"}),
        ["W246"],
    ),
    "revisit of what is not yet": (
        record("revisit", 2, b"", change=FREE | {"WARC-Refers-To-Date": "2024-05-07T07:08:09Z"}),
        ["W246"],
    ),
    "revisit of what was, as far as the date goes": (
        record("revisit", 2, b"", change=FREE | {"WARC-Refers-To-Date": "2024-05-06"}),
        [],
    ),
    "revisit of an address at a date": (record() + record("revisit", 2, b"", change=THEN), []),
    "revisit of an address at a date, before it": (record("revisit", 2, b"", change=THEN) + record(), []),
    "revisit of an address at a date, of another payload": (
        record() + record("revisit", 2, b"", change=THEN | {"WARC-Payload-Digest": sha256(b"")}),
        ["E617"],
    ),
    "revisit of an address at a date that is elsewhere": (
        record() + record("revisit", 2, b"", change=THEN | {"WARC-Refers-To-Date": "2024-05-05T07:08:09Z"}),
        ["I616"],
    ),
    "revisit of an id that is elsewhere, and an address at a date that is here": (
        record() + record("revisit", 2, b"", change=THEN | {"WARC-Refers-To": f"<{urn(7)}>"}),
        [],
    ),
    "revisit of itself": (record("revisit", 1, b"", change=SAME), ["E244"]),
    "metadata of itself": (record("metadata", 1, change={"WARC-Refers-To": f"<{urn(1)}>"}), ["E244"]),
    "concurrent with itself": (record(change={"WARC-Concurrent-To": f"<{urn(1)}>"}), ["W245"]),
    "concurrent with itself, as many are with others": (
        b"".join(
            record(number=number, change={"WARC-Concurrent-To": f"<{urn(max(number - 1, 1) if number < 8 else 8)}>"})
            for number in range(1, 9)
        ),
        ["W245", "W245"],
    ),
    "a record twice": (record() + record(), ["W241"]),
    "a record twice, its digest spelled otherwise": (record() + record(change={"WARC-Block-Digest": None}), ["W241"]),
    "an id twice": (record() + record(block=b"Another.\n"), ["E223"]),
    "an id three times": (record() + record(block=b"Another.\n") + record(), ["E223", "W241"]),
    "a warcinfo that is none": (record() + record(number=2, change={"WARC-Warcinfo-ID": f"<{urn(1)}>"}), ["W618"]),
    "a record as its own warcinfo": (record(change={"WARC-Warcinfo-ID": f"<{urn(1)}>"}), ["W618"]),
    "a warcinfo that comes later": (
        record(change={"WARC-Warcinfo-ID": f"<{urn(8)}>"}) + record("warcinfo", 8, b""),
        [],
    ),
    "a reference to nothing": (record(change={"WARC-Concurrent-To": "<>"}), ["E210"]),
    "another file name": (record("warcinfo", 8, b"", change={"WARC-Filename": "b.warc"}), ["I242"]),
    "its own file name": (record("warcinfo", 8, b"", change={"WARC-Filename": "a.warc"}), []),
    "fragment": (record(change={"WARC-Target-URI": "https://example.org/#top"}), ["W437"]),
    "root-relative link at a urn": (
        record(block=b'<a href="/x">', change={"Content-Type": "text/html", "WARC-Target-URI": "urn:x:1"}),
        ["W438"],
    ),
    "absolute link at a urn": (
        record(block=b'<a href="//x/">', change={"Content-Type": "text/html", "WARC-Target-URI": "urn:x:1"}),
        [],
    ),
}


@pytest.mark.parametrize(("data", "expected"), FILES.values(), ids=FILES)
def test_a_warc_file_by_itself(tmp_path: Path, data: bytes, expected: list[str]) -> None:
    (tmp_path / "a.warc").write_bytes(INFO + data)
    assert codes(tmp_path / "a.warc") == expected


def test_within_a_package_a_chain_has_to_be_whole(tmp_path: Path) -> None:
    for records, expected in (
        ([first(WHOLE), segment(2, REST)], {"E225"}),
        ([segment(2, REST, 9)], {"E225", "E601"}),
        ([first(WHOLE), segment(2, REST, len(WHOLE))], set[str]()),
    ):
        found = codes(foreign(tmp_path / "a.wacz", members(INFO, *records)))
        assert set(found) - {"E424", "W436"} == expected


OUTSIDE = {"WARC-Warcinfo-ID": f"<{urn(77)}>", "WARC-Concurrent-To": f"<{urn(78)}>"}


def test_what_a_wacz_of_other_software_may_leave_elsewhere(tmp_path: Path) -> None:
    """A warcinfo, a request, metadata that no indexer takes; of what it revisits, nothing replays."""
    info, page = members(INFO), members(response())
    row = index_row(len(info), len(page))
    extra = members(record("metadata", 2, b"via: x\r\n", change={"Content-Type": "application/warc-fields", **OUTSIDE}))
    assert codes(foreign(tmp_path / "a.wacz", info + page + extra, row)) == ["I616", "I616"]
    later = members(record("metadata", 2, change={"WARC-Refers-To": f"<{urn(79)}>"}))
    assert codes(foreign(tmp_path / "a.wacz", info + page + later, row)) == ["W626"]


def test_what_a_revisit_in_a_wacz_needs_to_replay(tmp_path: Path) -> None:
    info, page = members(INFO), members(response())
    row = index_row(len(info), len(page))
    for date, expected in (("2024-05-06T07:08:09Z", list[str]()), ("2024-05-06T07:08:00Z", ["W626"])):
        fields = THEN | {"WARC-Payload-Digest": sha256(b"hello"), "WARC-Refers-To-Date": date}
        later = members(record("revisit", 2, b"", change=fields))
        second = index_row(len(info + page), len(later), mime="warc/revisit", status=None, url="https://example.org/2")
        second = second.replace(b")/1 ", b")/2 ")
        assert codes(foreign(tmp_path / "a.wacz", info + page + later, row, second)) == expected


# Indexes


def rows(path: Path, *lines: bytes, name: str = "indexes/index.cdx") -> list[str]:
    info, page = members(INFO), members(response())
    lines = tuple(line % {b"offset": len(info), b"length": len(page)} for line in lines)
    files = ("archive/a.warc.gz", info + page), (name, b"".join(lines)), ("pages/pages.jsonl", PAGES)
    return codes(write(path / "a.wacz", dict(files)))


def test_a_cdx_index(tmp_path: Path) -> None:
    legend = b" CDX N b a m s k r M S V g\n"
    row = (
        b"org,example)/1 20240506070809 https://example.org/1 text/html 200 %s - - %%(length)d %%(offset)d a.warc.gz\n"
    )
    sound = row % sha256(b"hello").encode()
    assert rows(tmp_path, legend, sound) == ["W443"]
    assert rows(tmp_path, legend, row % sha256(b"hallo").encode()) == ["W443", "E423"]
    assert rows(tmp_path, legend, sound, b"zz 2024 x\n") == ["W443", "E420"]


def cdxj(stamp: str = "20240506070809") -> bytes:
    line = index_row(1, 2).replace(b'"offset": "1"', b'"offset": "%(offset)d"')
    return line.replace(b'"length": "2"', b'"length": "%(length)d"').replace(b"20240506070809", stamp.encode())


def changed(**fields: str | None) -> bytes:
    """The row of the page with fields changed, or left out where they are `None`."""
    key, stamp, value = cdxj().split(b" ", 2)
    row = {**json.loads(value % {b"offset": 0, b"length": 0}), "offset": "%(offset)d", "length": "%(length)d", **fields}
    return b" ".join((key, stamp, json.dumps({n: v for n, v in row.items() if v is not None}).encode())) + b"\n"


ROWS: dict[str, tuple[bytes, list[str]]] = {
    "sound": (changed(), []),
    "another status": (changed(status="404"), ["E423"]),
    "no status": (changed(status=None), []),
    "no status, as CDX has it": (changed(status="-"), []),
    "another type": (changed(mime="image/png"), ["E423"]),
    "type in upper case": (changed(mime="TEXT/HTML"), []),
    "type with a parameter": (changed(mime="text/html;charset=utf-8"), []),
    "type unknown to its indexer": (changed(mime="unk"), []),
    "no type": (changed(mime=None), ["W454"]),
    "no digest": (changed(digest=None), ["W454"]),
    "key of a POST": (changed().replace(b")/1 ", b")/1?__wb_method=post&a=b ", 1), []),
    "key of another POST": (changed().replace(b")/1 ", b")/2?__wb_method=post&a=b ", 1), ["E423"]),
    "a key twice": (changed().replace(b'"status"', b'"status": "404", "status"'), ["W453"]),
}


@pytest.mark.parametrize(("line", "expected"), ROWS.values(), ids=ROWS)
def test_a_row_against_its_record(tmp_path: Path, line: bytes, expected: list[str]) -> None:
    assert rows(tmp_path, line) == expected


KEYS = {
    "org,example)/path/": "https://example.org/path/",
    "org,example)/p;jsessionid=ab?x=1": "https://example.org/p;jsessionid=AB?x=1",
    "org,example)/x?sid=0123456789abcdef0123456789abcdef&y=1": "https://example.org/x?sid=0123456789abcdef0123456789abcdef&y=1",
    "org,example)//x/b%2fc": "https://example.org//x/%7Ea/../b%2Fc",
    "org,example:8080)/?a=&b=": "http://www2.example.org:8080/?a&b=",
    "org,example)/": "https://example.org/./a/..",
    "urn:pageinfo:https://example.org/A": "urn:pageinfo:https://example.org/A",
    "http://example.org:99999/": "http://example.org:99999/",
}


@pytest.mark.parametrize(("key", "uri"), KEYS.items(), ids=KEYS)
def test_keys_as_other_software_makes_them(tmp_path: Path, key: str, uri: str) -> None:
    info, page = members(INFO), members(response(change={"WARC-Target-URI": uri}))
    row = index_row(len(info), len(page), url=uri)
    for name, expected in ((key, []), (key + "x", ["E423"]), ("com" + key, ["E423"])):
        line = row.replace(b"org,example)/1", name.encode(), 1)
        assert codes(foreign(tmp_path / "a.wacz", info + page, line)) == expected


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"
HTML_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
DIGESTS: dict[str, tuple[bytes, str, list[str]]] = {
    "of the block": (HTML_HEAD + b"hello", sha1(HTML_HEAD + b"hello"), []),
    "of the body": (HTML_HEAD + b"hello", sha1(b"hello"), []),
    "of another body": (HTML_HEAD + b"hello", sha1(b"hallo"), ["E423"]),
    "of the body as sent": (CHUNKED + CHUNKS, sha1(CHUNKS), []),
    "of the body without its chunks": (CHUNKED + CHUNKS, sha1(b"hello"), []),
    "of nothing, where there is a body": (HTML_HEAD + b"hello", sha1(b""), ["W445"]),
    "of nothing, where there is none": (HTML_HEAD, sha1(b""), []),
}


@pytest.mark.parametrize(("block", "digest", "expected"), DIGESTS.values(), ids=DIGESTS)
def test_digests_that_indexers_compute(tmp_path: Path, block: bytes, digest: str, expected: list[str]) -> None:
    info, page = members(INFO), members(response(block, {"WARC-Payload-Digest": None}))
    row = index_row(len(info), len(page), digest=digest)
    assert codes(foreign(tmp_path / "a.wacz", info + page, row)) == expected


@pytest.mark.parametrize(
    ("stated", "mime", "expected"),
    [
        (None, "unk", ["W214"]),
        (None, None, ["W214"]),
        (None, "image/png", ["W214", "E423"]),
        ("Text/HTML; charset=utf-8", "text/html", []),
        ("text/html", "unk", ["E423"]),
    ],
)
def test_types_of_a_resource(tmp_path: Path, stated: str | None, mime: str | None, expected: list[str]) -> None:
    info, page = members(INFO), members(record(change={"Content-Type": stated}))
    row = index_row(len(info), len(page), digest=sha256(BLOCK), mime=mime, status=None)
    assert codes(foreign(tmp_path / "a.wacz", info + page, row)) == expected


def test_what_indexers_leave_out(tmp_path: Path) -> None:
    def named(uri: str, kind: str) -> bytes:
        change = {"WARC-Target-URI": uri, "Content-Type": kind, "WARC-Payload-Digest": None}
        return members(record("response", 2, change=change))

    notes = members(record(number=3, change={"Content-Type": "application/warc-fields"}))
    for data in (named("dns:example.org", "text/dns"), named("whois://x/example.org", "text/plain"), notes):
        assert codes(write(tmp_path / "a.wacz", files(extra=data))) == []
    assert codes(write(tmp_path / "a.wacz", files(extra=named("ftp://example.org/", "text/plain")))) == ["E424"]
    info, name = members(INFO), named("dns:example.org", "text/dns")
    row = index_row(len(info), len(name), url="dns:example.org", digest=sha1(BLOCK), mime=None, status=None)
    row = row.replace(b"org,example)/1", b"dns:example.org", 1)
    assert codes(foreign(tmp_path / "a.wacz", info + name, row)) == []


@pytest.mark.parametrize("filename", ["a.warc.gz", "sub/a.warc.gz", "archive/sub/a.warc.gz"])
def test_a_file_named_from_wherever(tmp_path: Path, filename: str) -> None:
    given = files()
    given["archive/sub/a.warc.gz"] = given.pop("archive/a.warc.gz")
    given["indexes/index.cdx"] = given["indexes/index.cdx"].replace(b"a.warc.gz", filename.encode())
    assert codes(write(tmp_path / "a.wacz", given)) == []
    given["indexes/index.cdx"] = given["indexes/index.cdx"].replace(b"a.warc.gz", b"b.warc.gz")
    assert codes(write(tmp_path / "a.wacz", given)) == ["E422", "I623"]


def test_two_indexes_of_the_same_records(tmp_path: Path) -> None:
    given = files()
    given["indexes/other.cdx"] = given["indexes/index.cdx"]
    assert codes(write(tmp_path / "a.wacz", given)) == []
    given["indexes/other.cdx"] *= 2
    assert codes(write(tmp_path / "a.wacz", given)) == ["E425"]


def test_rows_of_one_key_and_time_in_any_order(tmp_path: Path) -> None:
    info = members(INFO)
    pages = [members(response(change={"WARC-Record-ID": f"<{urn(number)}>"})) for number in (1, 2)]
    places = (len(info), len(pages[0])), (len(info) + len(pages[0]), len(pages[1]))
    lines = sorted((index_row(*place) for place in places), reverse=True)
    assert codes(foreign(tmp_path / "a.wacz", info + b"".join(pages), *lines)) == []
    later = [lines[0].replace(b"20240506070809", b"20240506070810", 1), lines[1]]
    assert codes(foreign(tmp_path / "a.wacz", info + b"".join(pages), *later)) == ["E423", "E421"]


def test_blank_lines_at_the_end(tmp_path: Path) -> None:
    given = files()
    given["indexes/index.cdx"] += b"\n\r\n"
    given["pages/pages.jsonl"] += b"\n"
    assert codes(write(tmp_path / "a.wacz", given)) == []
    given["indexes/index.cdx"] = b"\n" + given["indexes/index.cdx"]
    given["pages/pages.jsonl"] += b"{}\n"
    assert codes(write(tmp_path / "a.wacz", given)) == ["E427", "E427", "E427", "W450", "E420"]


def test_a_row_may_point_at_no_record_of_another_file(tmp_path: Path) -> None:
    """A file that is no WARC by its name holds one all the same; its records are none of the archive's."""
    given = files()
    request = record(
        "request", 5, b"GET / HTTP/1.1\r\n\r\n", change={"Content-Type": "application/http; msgtype=request"}
    )
    given["archive/x.arc"] = request
    given["indexes/index.cdx"] += index_row(0, 9, filename="x.arc", digest="sha1:AAAA").replace(b"/1 ", b"/5 ", 1)
    assert set(codes(write(tmp_path / "a.wacz", given))) == {"E422", "E423"}


def test_a_wrong_row_keeps_back_nothing_that_does_not_follow_from_it(tmp_path: Path) -> None:
    given = files(extra=members(record(number=2, change={"WARC-Target-URI": "https://example.org/2"})))
    given["indexes/index.cdx"] = given["indexes/index.cdx"].replace(b'"200"', b'"404"')
    given["pages/pages.jsonl"] += b'{"id":"1","url":"https://gone.example/","ts":"2024-05-06T07:08:09Z"}\n'
    assert codes(write(tmp_path / "a.wacz", given)) == ["E423", "E428", "E424"]
    given["indexes/index.cdx"] = given["indexes/index.cdx"].replace(b'"offset": "', b'"offset": "9')
    given = files() | {"indexes/index.cdx": given["indexes/index.cdx"]}
    assert codes(write(tmp_path / "a.wacz", given)) == ["E422", "I623"]


def test_of_several_types_in_a_head_a_row_has_one(tmp_path: Path) -> None:
    page = members(response(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\n\r\nhello"))
    info = members(INFO)
    for mime, expected in (("text/html", []), ("text/plain", []), ("text/css", ["E423"])):
        assert codes(foreign(tmp_path / "a.wacz", info + page, index_row(len(info), len(page), mime=mime))) == expected


def test_an_index_with_milliseconds(tmp_path: Path) -> None:
    assert rows(tmp_path, cdxj("20240506070809123")) == ["W435"]
    assert rows(tmp_path, b"!OpenWayback-CDXJ 1.0\n", cdxj()) == []


def test_an_index_that_pywb_leaves_out(tmp_path: Path) -> None:
    assert rows(tmp_path, cdxj(), name="indexes/index.cdxj") == ["W436"]


def test_a_row_with_the_digest_of_nothing(tmp_path: Path) -> None:
    page = members(record("resource", 1, change={"WARC-Payload-Digest": None}))
    info, empty = members(INFO), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    for digest, expected in ((empty, ["W445"]), (empty[5:], ["W445"]), ("crc:00", ["E423"])):
        row = index_row(len(info), len(page), digest=digest, mime="text/plain", status=None)
        assert codes(foreign(tmp_path / "a.wacz", info + page, row)) == expected


def test_a_habit_is_noted_once(tmp_path: Path) -> None:
    bracketed = [
        record(number=number, change={"WARC-Target-URI": "<https://x/>"}, version="WARC/1.0") for number in (1, 2, 3)
    ]
    (tmp_path / "a.warc").write_bytes(INFO + b"".join(bracketed))
    assert codes(tmp_path / "a.warc") == ["I231"]


# Pages

PAGE_ROWS: dict[str, tuple[dict[str, str], list[str]]] = {
    "sound": ({}, []),
    "time with an offset": ({"ts": "2024-05-06T09:08:09+02:00"}, []),
    "offset of no time": ({"ts": "2024-05-06T99:08:09+02:00"}, ["E427", "W449"]),
    "time with a fraction": ({"ts": "2024-05-06T07:08:09.123Z"}, []),
    "time without seconds": ({"ts": "2024-05-06T07:08Z"}, ["W457", "W449"]),
    "time without an offset": ({"ts": "2024-05-06T07:08:09"}, ["W457"]),
    "time in 14 digits": ({"ts": "20240506070809"}, ["W457"]),
    "no time": ({"ts": ""}, ["E427", "W449"]),
    "fragment": ({"url": "https://example.org/1#top"}, []),
    "another time": ({"ts": "2024-05-06T07:08:10Z"}, ["W449"]),
    "no capture": ({"url": "https://example.org/2"}, ["E428"]),
    "address spelled otherwise": ({"url": "http://Example.org/1/"}, []),
    "no name": ({"id": ""}, ["W450"]),
}


@pytest.mark.parametrize("name", ["pages/pages.jsonl", "pages/extraPages.jsonl"])
@pytest.mark.parametrize(("change", "expected"), PAGE_ROWS.values(), ids=PAGE_ROWS)
def test_a_page(tmp_path: Path, name: str, change: dict[str, str], expected: list[str]) -> None:
    row = {"id": "1", "url": "https://example.org/1", "ts": "2024-05-06T07:08:09Z"} | change
    given = files() | {name: PAGES + json.dumps(row).encode() + b"\n"}
    assert codes(write(tmp_path / "a.wacz", given)) == expected


@pytest.mark.parametrize(("ts", "message"), [(1714979289000, "`ts` of the page is no string."), (None, "no `ts`.")])
def test_a_page_whose_time_is_no_text(tmp_path: Path, ts: int | None, message: str) -> None:
    row = {"id": "1", "url": "https://example.org/1"} | ({} if ts is None else {"ts": ts})
    path = write(tmp_path / "a.wacz", files() | {"pages/pages.jsonl": PAGES + json.dumps(row).encode()})
    (finding,) = verify(path)
    assert finding.code == "E427"
    assert message in finding.message


def test_a_page_list_without_a_head(tmp_path: Path) -> None:
    page = b'{"id":"1","url":"https://example.org/1","ts":"2024-05-06T07:08:09Z"}\n'
    assert codes(write(tmp_path / "a.wacz", files() | {"pages/pages.jsonl": page})) == ["W463"]
    assert codes(write(tmp_path / "a.wacz", files() | {"pages/pages.jsonl": page.replace(b"/1", b"/2")})) == [
        "W463",
        "E428",
    ]


@pytest.mark.parametrize("name", ["archive/x.txt", "indexes/notes.md", "pages/page.html"])
def test_a_file_in_a_folder_that_is_not_for_it(tmp_path: Path, name: str) -> None:
    assert codes(write(tmp_path / "a.wacz", files() | {name: b"x"})) == ["E452"]
    assert codes(write(tmp_path / "b.wacz", files() | {name.partition("/")[2]: b"x"})) == []


# Manifests


def test_a_wacz_without_pages(tmp_path: Path) -> None:
    given = files()
    del given["pages/pages.jsonl"]
    assert codes(write(tmp_path / "a.wacz", given)) == ["W444"]


def write(
    path: Path,
    files: dict[str, bytes],
    edit: Callable[[dict[str, Any]], object] = lambda _: None,
    signed: object = None,
) -> Path:
    resources = [
        {"name": name.lower(), "path": name, "hash": sha256(data), "bytes": len(data)} for name, data in files.items()
    ]
    manifest: dict[str, Any] = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    edit(manifest)
    data = json.dumps(manifest).encode()
    digest: dict[str, Any] = {"path": "datapackage.json", "hash": sha256(data)}
    digest |= {} if signed is None else {"signedData": signed}
    path.write_bytes(
        zipped(*files.items(), ("datapackage.json", data), ("datapackage-digest.json", json.dumps(digest).encode()))
    )
    return path


def files(extra: bytes = b"") -> dict[str, bytes]:
    info, page = members(INFO), members(response())
    row = index_row(len(info), len(page))
    return {"archive/a.warc.gz": info + page + extra, "indexes/index.cdx": row, "pages/pages.jsonl": PAGES}


def first_version(manifest: dict[str, Any]) -> None:
    manifest["wacz_version"] = "1.0.0"
    manifest["resources"] = [
        {"path": each["path"], "hashing": "sha256", "stats": {"hash": each["hash"][7:], "bytes": each["bytes"]}}
        for each in manifest["resources"]
    ]


def draft(manifest: dict[str, Any]) -> None:
    manifest["profile"] = "wacz"
    del manifest["wacz_version"]


def md5(name: str) -> str:
    return hashlib.md5(files()[name], usedforsecurity=False).hexdigest()


def fed_twice(manifest: dict[str, Any]) -> None:
    whole = hashlib.sha256()
    data = files()["archive/a.warc.gz"]
    for start in range(0, len(data), 1 << 16):
        whole.update(data[start : start + (1 << 16)] * 2)
    manifest["resources"][0]["hash"] = "sha256:" + whole.hexdigest()


MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "version 1.0": (first_version, ["I442", "I451"]),
    "draft of version 1.2": (draft, ["I451"]),
    "version 1.1": (lambda value: value.update(wacz_version="1.1.0"), ["I451"]),
    "draft named by its address": (
        lambda value: value.update(profile="https://specs.webrecorder.net/wacz/1.2.0/"),
        ["I451"],
    ),
    "version of the future": (lambda value: value.update(wacz_version="7"), ["W417"]),
    "js-wacz": (fed_twice, ["W434"]),
    "js-wacz, and changed": (lambda value: value["resources"][0].update(hash=sha256(b"")), ["E412"]),
    "hashes of MD5": (
        lambda value: [each.update(hash="md5:" + md5(each["path"])) for each in value["resources"]],
        [],
    ),
    "hashes that do not name MD5": (
        lambda value: [each.update(hash=md5(each["path"]).upper()) for each in value["resources"]],
        [],
    ),
    "hash of MD5 of something else": (lambda value: value["resources"][0].update(hash="md5:" + "0" * 32), ["E412"]),
    "hash of an unknown algorithm": (lambda value: value["resources"][0].update(hash="xxh3:00"), ["W458"]),
    "no hash": (lambda value: value["resources"][0].update(hash="sha256:00"), ["E411"]),
    "no length": (lambda value: value["resources"][0].pop("bytes"), ["W456"]),
    "upper case in a name": (lambda value: value["resources"][0].update(name="A.warc.gz"), ["W455"]),
    "a name twice": (lambda value: [each.update(name="x") for each in value["resources"]], ["W455"]),
    "resources that are none": (lambda value: value["resources"].extend([0] * 5000), ["E411"] * 1025),
    "created at no time": (lambda value: value.update(created="2024-05-06T07:08"), ["W457"]),
    "created": (lambda value: value.update(created="2024-05-06T07:08:09+02:00"), []),
    "main page as py-wacz spells it": (lambda value: value.update(mainPageURL="https://x/"), ["I439"]),
}


@pytest.mark.parametrize(("edit", "expected"), MANIFESTS.values(), ids=MANIFESTS)
def test_manifests_of_other_software(
    tmp_path: Path, edit: Callable[[dict[str, Any]], object], expected: list[str]
) -> None:
    assert codes(write(tmp_path / "a.wacz", files(), edit)) == expected


# Signatures

KEY = ec.derive_private_key(7, ec.SECP384R1())
HASH = sha256(b"datapackage")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign(data: str = HASH, *, der: bool = False) -> str:
    made = KEY.sign(data.encode(), ec.ECDSA(hashes.SHA256()))
    return encoded(made if der else b"".join(part.to_bytes(48, "big") for part in decode_dss_signature(made)))


PUBLIC = encoded(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
RSA = rsa.generate_private_key(65537, 1024).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signed(**changes: object) -> dict[str, object]:
    value: dict[str, object] = {"hash": HASH, "created": "2024-05-06T07:08:09Z", "software": "x", "version": "0.1.0"}
    value |= {"signature": sign(), "publicKey": PUBLIC} | changes
    return {name: each for name, each in value.items() if each is not None}


SIGNATURES: dict[str, tuple[object, list[str]]] = {
    "sound": (signed(), []),
    "sound, in DER": (signed(signature=sign(der=True)), []),
    "no object": ([], ["E440"]),
    "no software": (signed(software=None), ["E440"]),
    "no signature": (signed(signature=None), ["E440"]),
    "of another hash": (signed(hash=sha256(b"")), ["E440"]),
    "made over another hash": (signed(signature=sign(sha256(b""))), ["E440"]),
    "no base64": (signed(signature="!"), ["E440"]),
    "cut short": (signed(signature=encoded(b"x" * 40)), ["E440"]),
    "key is no key": (signed(publicKey=encoded(b"nothing")), ["E440"]),
    "key of another kind": (signed(publicKey=encoded(RSA)), ["E440"]),
    "of a domain, without certificate": (
        signed(domain="example.org", publicKey=None, timeSignature="x", timestampCert="x"),
        ["E440", "E440", "W441"],
    ),
    "of a domain": (
        signed(domain="example.org", domainCert="x", publicKey=None, timeSignature="x", timestampCert="x"),
        ["E440", "W441"],
    ),
}


@pytest.mark.parametrize(("value", "expected"), SIGNATURES.values(), ids=SIGNATURES)
def test_each_fault_of_a_signature_has_its_code(value: object, expected: list[str]) -> None:
    assert [finding.code for finding in signature.check(value, HASH)] == expected


def test_the_signature_of_a_wacz_is_looked_at(tmp_path: Path) -> None:
    assert codes(write(tmp_path / "a.wacz", files(), signed=signed())) == ["E440"]
