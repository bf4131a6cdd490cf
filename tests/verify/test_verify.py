"""What `verify` takes, what it refuses, and how it meets hostile packages and memory's bounds."""

import base64
import gzip
import hashlib
import json
import os
import random
import re
import tracemalloc
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from archiver.errors import CannotRead, NotAPackage
from archiver.findings import CODES
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.verify.verify import Options, verify
from archiver.warc.reader import Record
from tests.verify.packages import copy, edit_file, edit_json, edit_record, rebag, records, remanifest, warc
from tests.verify.test_zips import zipped
from tests.warc.warcs import BLOCK, PROFILE, record, sha256, urn
from tests.warc.warcs import zipped as members


def codes(path: Path) -> list[str]:
    found = [finding.code for finding in verify(path)]
    assert set(found) <= CODES.keys()
    return found


def test_what_is_no_package_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Nothing to see.\n")
    with pytest.raises(NotAPackage, match="no WACZ and no WARC"):
        verify(tmp_path / "notes.txt")
    for data in (gzip.compress(b"Nothing to see.\n"), gzip.compress(b"WARC/1.1")[:12], gzip.compress(b"W")[:-9] + b"!"):
        (tmp_path / "notes.gz").write_bytes(data)
        with pytest.raises(NotAPackage):
            verify(tmp_path / "notes.gz")
    with pytest.raises(NotAPackage, match="neither a bag nor an unpacked WACZ"):
        verify(tmp_path)
    with pytest.raises(CannotRead, match="No such file"):
        verify(tmp_path / "none")


@pytest.mark.parametrize("folder", ["", "mine/"])
def test_a_zipped_bag_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "bag.zip").write_bytes(zipped((f"{folder}bagit.txt", b"x"), (f"{folder}data/a.txt", b"x")))
    with pytest.raises(NotAPackage, match="a zipped bag; unpack it"):
        verify(tmp_path / "bag.zip")
    (tmp_path / "a.wacz").write_bytes(zipped(("bagit.txt", b"x"), ("datapackage.json", b"{}")))
    assert "E410" in codes(tmp_path / "a.wacz")


def test_a_folder_that_cannot_be_read(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    package = copy(bag, tmp_path)
    findings = verify(package)
    monkeypatch.setattr("archiver.verify.tree.Folder.open", refuse)
    with pytest.raises(CannotRead, match="Permission denied"):
        list(findings)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.bin", "b.bin"])
def test_a_warc_by_itself(tmp_path: Path, name: str) -> None:
    both = record("warcinfo", 9, b"software: x\r\n"), record()
    (tmp_path / name).write_bytes(b"".join(both) if name in ("a.warc", "a.bin") else members(*both))
    assert codes(tmp_path / name) == []
    (tmp_path / name).write_bytes(record() + record(change={"WARC-Date": "2024-05-07"}))
    assert codes(tmp_path / name) == [*(["W243"] if name.endswith("gz") else []), "W222", "E223"]


def test_references_within_a_warc(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    forward = {"WARC-Concurrent-To": f"<{urn(2)}>", "WARC-Warcinfo-ID": f"<{urn(9)}>"}
    info = record("warcinfo", 9, b"software: x\r\n")
    path.write_bytes(info + record(change=forward) + record(number=2))
    assert codes(path) == []
    path.write_bytes(info + record(change=forward))
    (finding,) = verify(path)
    assert (finding.code, finding.file, finding.offset, finding.record) == ("I616", "a.warc", len(info), urn(1))
    assert "WARC-Concurrent-To" in finding.message


def test_a_plain_bag(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/letter 100%.txt").write_text("Dear reader")
    (tmp_path / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    digests = {"md5": "d" * 32, "sha1": "5" * 40}
    for name, wrong in digests.items():
        (tmp_path / f"manifest-{name}.txt").write_text(f"{wrong} *data/letter 100%25.txt\n")
    assert codes(tmp_path) == ["W716", "E704", "E704"]


def write_zip(path: Path, *files: tuple[str, bytes]) -> Path:
    """A WACZ of any files, listed as they should be."""
    resources = [{"name": name.lower(), "path": name, "hash": sha256(data), "bytes": len(data)} for name, data in files]
    manifest = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    data = json.dumps(manifest).encode()
    digest = json.dumps({"path": "datapackage.json", "hash": sha256(data)}).encode()
    path.write_bytes(zipped(*files, ("datapackage.json", data), ("datapackage-digest.json", digest)))
    return path


PAGES = b'{"format": "json-pages-1.0", "id": "pages", "title": "x"}\n'
INFO = record("warcinfo", 9, b"software: other\r\n")
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhello"


def response(block: bytes = HTTP, change: Mapping[str, str | None] = {}) -> bytes:
    fields = {"Content-Type": "application/http; msgtype=response", "WARC-Payload-Digest": sha256(b"hello")}
    return record("response", 1, block, change={**fields, **change})


def index_row(offset: int, length: int, **fields: str | None) -> bytes:
    row = {"url": "https://example.org/1", "mime": "text/html", "status": "200", "digest": sha256(b"hello")}
    row |= {"length": str(length), "offset": str(offset), "filename": "a.warc.gz"}
    row = {name: value for name, value in {**row, **fields}.items() if value is not None}
    return b"org,example)/1 20240506070809 " + json.dumps(row).encode() + b"\n"


def foreign(path: Path, warc_data: bytes, *rows: bytes) -> Path:
    files = ("archive/a.warc.gz", warc_data), ("indexes/index.cdx", b"".join(rows)), ("pages/pages.jsonl", PAGES)
    return write_zip(path, *files)


def test_a_wacz_of_other_software(tmp_path: Path) -> None:
    info, page = members(INFO), members(response())
    path = tmp_path / "a.wacz"
    offset, length = len(info), len(page)
    for fields in ({}, {"recordDigest": sha256(page)}, {"mime": "unk"}, {"status": None}):
        assert codes(foreign(path, info + page, index_row(offset, length, **fields))) == []
    assert codes(foreign(path, info + page, index_row(offset, length, digest="sha1:" + "0" * 40))) == ["E423"]
    assert codes(foreign(path, info + page, index_row(offset, length, digest="crc:00"))) == ["E423"]
    assert codes(foreign(path, info + page, index_row(offset, length, url="http://x:y/"))) == ["E423", "E423"]
    assert codes(foreign(path, info + page)) == ["E424"]
    revisit = record("revisit", 1, b"", change={"WARC-Profile": PROFILE, "WARC-Payload-Digest": sha256(b"hello")})
    row = index_row(offset, len(members(revisit)), mime="warc/revisit", status=None)
    assert codes(foreign(path, info + members(revisit), row)) == []


def test_a_row_says_where_its_record_is_and_stands_once(tmp_path: Path) -> None:
    info, page = members(INFO), members(response())
    path, offset, length = tmp_path / "a.wacz", len(info), len(page)
    for name in ("url", "offset", "length"):
        row = re.sub(rb'"%s": "[^"]*", ' % name.encode(), b"", index_row(offset, length))
        assert codes(foreign(path, info + page, row)) == ["E420", "I623"]
    once = index_row(offset, length)
    assert codes(foreign(path, info + page, once, once)) == ["E425"]
    digested = index_row(offset, length, recordDigest=sha256(page))
    assert codes(foreign(path, info + page, *sorted([once, digested]))) == ["E425"]


def test_a_row_leads_to_no_record_within_a_block(tmp_path: Path) -> None:
    within = response()
    page = record("resource", 2, within, change={"Content-Type": "application/warc"})
    rows = [
        index_row(len(INFO) + page.index(within), len(within), filename="a.warc"),
        index_row(
            len(INFO),
            len(page),
            filename="a.warc",
            digest=sha256(within),
            mime="application/warc",
            url="https://example.org/2",
        ).replace(b")/1 ", b")/2 "),
    ]
    files = ("archive/a.warc", INFO + page), ("indexes/index.cdx", b"".join(rows)), ("pages/pages.jsonl", PAGES)
    assert codes(write_zip(tmp_path / "a.wacz", *files)) == ["E422"]


SHA1 = base64.b32encode(hashlib.sha1(BLOCK, usedforsecurity=False).digest()).decode()


def test_a_row_of_a_record_without_payload_digest(tmp_path: Path) -> None:
    page = members(record("resource", 1, change={"WARC-Payload-Digest": None}))
    info = members(INFO)
    for digest, expected in (("VM3D6VRN3VHU6LYZXHB3FJYZP5T3YXJQ", ["E423"]), (SHA1, []), ("sha1:" + SHA1, [])):
        row = index_row(len(info), len(page), digest=digest, mime="text/plain", status=None)
        assert codes(foreign(tmp_path / "a.wacz", info + page, row)) == expected


def test_a_deflated_warc_is_read_all_the_same(tmp_path: Path) -> None:
    page = members(INFO, response())
    row = index_row(len(members(INFO)), len(members(response())), mime="unk")
    files = ("archive/a.warc.gz", page), ("indexes/index.cdx", row), ("pages/pages.jsonl", PAGES)
    write_zip(tmp_path / "a.wacz", *files)
    with ZipFile(tmp_path / "a.wacz") as old, ZipFile(tmp_path / "b.wacz", "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert codes(tmp_path / "b.wacz") == ["E407"]


def test_of_a_deflated_warc_not_all_is_inflated_again_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.verify.lookup._MOST_VAIN", 1)
    info, page = members(INFO), members(response())
    rows = [index_row(len(info), len(page), mime=f"image/{number}") for number in range(9)]
    path = write_zip(tmp_path / "a.wacz", ("archive/a.warc.gz", info + page), ("indexes/index.cdx", b"".join(rows)))
    assert codes(path).count("E423") == 9
    with ZipFile(path) as old, ZipFile(tmp_path / "b.wacz", "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    found = [each for each in verify(tmp_path / "b.wacz") if each.code in ("E423", "I462")]
    assert [(each.code, each.file) for each in found] == [
        ("E423", "indexes/index.cdx"),
        ("I462", "archive/a.warc.gz"),
    ]


def test_a_row_that_says_enough_needs_no_look_at_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("archiver.verify.lookup.Lookup.at", refuse)
    digest = "B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A"
    moved = b"HTTP/1.1 302 Found\r\n\r\n"
    change = {"Content-Type": "application/http", "WARC-Payload-Digest": f"sha1:{digest}", "WARC-Profile": PROFILE}
    info, here = members(INFO), members(record("revisit", 1, moved, change=change))
    row = index_row(len(info), len(here), digest=digest, mime="warc/revisit", status="302")
    assert codes(foreign(tmp_path / "a.wacz", info + here, row)) == []
    plain = {"Content-Type": "application/http", "WARC-Payload-Digest": sha256(b"")}
    here = members(record("response", 1, moved, change=plain))
    row = index_row(len(info), len(here), digest=sha256(b""), mime=None, status="302")
    assert codes(foreign(tmp_path / "a.wacz", info + here, row)) == []


def test_a_row_has_the_status_of_a_revisit(tmp_path: Path) -> None:
    fields = {"Content-Type": "application/http", "WARC-Payload-Digest": sha256(b""), "WARC-Profile": PROFILE}
    info, here = members(INFO), members(record("revisit", 1, b"HTTP/1.1 302 Found\r\n\r\n", change=fields))
    for status, expected in ((None, list[str]()), ("-", []), ("302", []), ("200", ["E423"])):
        row = index_row(len(info), len(here), digest=sha256(b""), mime="warc/revisit", status=status)
        assert codes(foreign(tmp_path / "a.wacz", info + here, row)) == expected


def test_a_row_that_points_into_another_record(tmp_path: Path) -> None:
    within = record("request", 7, b"GET /1 HTTP/1.1\r\n\r\n", change={"Content-Type": "application/http"})
    outer = record("resource", 2, within)
    files = {"archive/a.warc": INFO + response() + outer}
    start = len(INFO + response()) + outer.index(within)
    fields = {"filename": "a.warc", "mime": "x"}
    rows = [
        index_row(len(INFO), len(response()), filename="a.warc"),
        index_row(start, len(within), digest="sha1:" + "A" * 32, **fields),
    ]
    path = write_zip(tmp_path / "a.wacz", *files.items(), ("indexes/index.cdx", b"".join(rows)))
    assert [each.code for each in verify(path) if each.line == 2] == ["E422"]


@pytest.mark.parametrize(
    ("name", "data", "is_said"),
    [
        ("a.warc", members(INFO, response()), True),
        ("a.warc.gz", INFO + response(), True),
        ("a.warc.zst", INFO + response(), True),
        ("a.warc.gz", b"?" + members(INFO, response())[1:], False),
    ],
)
def test_a_name_that_hides_the_compression(tmp_path: Path, name: str, data: bytes, is_said: bool) -> None:
    assert codes(write_zip(tmp_path / "a.wacz", (f"archive/{name}", data))).count("W243") == is_said
    (tmp_path / name).write_bytes(data)
    assert codes(tmp_path / name).count("W243") == is_said


def test_damage_is_told_once_and_what_follows_is_counted(bag: Path, wacz: Path, tmp_path: Path) -> None:
    draw = random.Random(5)
    root = copy(bag, tmp_path)
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    for path in [*files, copy(wacz, tmp_path)] * 3:
        data = path.read_bytes()
        at = draw.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        found = codes(root if root in path.parents else path)
        path.write_bytes(data)
        assert 0 < len(found) <= 4, (path, at, found)


PAGE_LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a link led elsewhere": lambda value: value["links"][0].update(url="https://evil.example/"),
    "a link of another kind": lambda value: value["links"][0].update(kind="media"),
    "a tweet of another account": lambda value: value["tweets"][0].update(handle="eve"),
    "another tweet": lambda value: value["tweets"][0].update(status_id="888436297528508417"),
}


@pytest.mark.parametrize("name", PAGE_LIES)
def test_what_a_page_s_record_says_in_two_ways_agrees(tmp_path: Path, name: str) -> None:
    tweet = "https://twitter.com/tideline/status/888436297528508416"
    signed = f'&mdash; T (@tideline) <a href="{tweet}">July 21, 2017</a>'
    quoted = f'<blockquote class="twitter-tweet"><p>Tide.</p>{signed}</blockquote>'
    words = "<p>It rained in Quay Street all day, said the <a href='/a?b&amp;c'>harbour master</a> on Friday.</p>" * 3
    (tmp_path / "a.html").write_text(f"<html><body><article>{words}{quoted}</article></body></html>")
    (tmp_path / "a.html.meta.json").write_text('{"url": "https://news.example/"}')
    config = Config(created="2024-05-06T07:08:09Z")
    pack([tmp_path / "a.html"], tmp_path / "out", config)
    assert codes(tmp_path / "out") == []

    def is_article(each: Record) -> bool:
        return each.type == "metadata" and "/article/" in (each.uri or "")

    edit_json(tmp_path / "out", is_article, PAGE_LIES[name])
    assert "E624" in codes(tmp_path / "out")


def test_what_follows_from_a_lost_record_is_counted(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path) / "data"
    lost = next(each for each in records(warc(root.parent)) if each.type == "resource")
    data = bytearray(warc(root.parent).read_bytes())
    data[lost.offset + 40] ^= 0x10
    warc(root.parent).write_bytes(data)
    found = list(verify(root))
    assert [each.code for each in found] == ["E412", "E217", "E202", "I623"]
    assert found[-1].found == "E422 × 1, E429 × 1, E601 × 3, E602 × 2"


def test_a_lie_beside_the_damage_is_still_told(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    edit_file(root, "indexes/index.cdx", lambda data: b"".join(data.splitlines(keepends=True)[2:]))
    path = warc(root)
    lost = next(each for each in records(path) if each.type == "resource")
    data = bytearray(path.read_bytes())
    data[lost.offset + 40] ^= 0x10
    path.write_bytes(data)
    assert {"E704", "E217", "E424"} <= set(codes(root))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of several shards, with copies in one and across shards, and a ZipNum index."""
    folder = tmp_path_factory.mktemp("many")
    lines = [json.dumps({"url": f"https://news.example/{n}", "text": f"Rain on day {n % 50}.  \n"}) for n in range(60)]
    (folder / "a.jsonl").write_text("\n".join(lines * 2) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.pack.assemble.PLAIN_LINES", 20)
        patch.setattr("archiver.warc.cdxj.BLOCK_LINES", 16)
        pack([folder / "a.jsonl"], folder / "out", Config(created="2024-05-06T07:08:09Z", shard_size=3000))
    return folder / "out"


def test_copies_and_many_shards(many: Path) -> None:
    assert len(list((many / "data/archive").iterdir())) > 2
    assert (many / "data/indexes/index.idx").exists()
    assert codes(many) == []


ZIPNUM: dict[str, Callable[[Path], object]] = {
    "no idx": lambda root: (root / "data/indexes/index.idx").unlink(),
    "block changed": lambda root: edit_file(root, "indexes/index.cdx.gz", lambda data: data[:30] + b"!" + data[31:]),
    "bytes behind": lambda root: edit_file(root, "indexes/index.cdx.gz", lambda data: data + gzip.compress(b"x")),
    "bytes left out": lambda root: edit_file(root, "indexes/index.cdx.gz", lambda data: data[:-20]),
    "line of the idx gone": lambda root: edit_file(root, "indexes/index.idx", lambda d: _without(d, 1)),
    "line of the idx broken": lambda root: edit_file(
        root, "indexes/index.idx", lambda d: d.replace(b'{"off', b'("off', 1)
    ),
    "another first row": lambda root: edit_file(
        root, "indexes/index.idx", lambda d: d.replace(b"\ninvalid", b"\nvalid", 1)
    ),
    "no compressed index": lambda root: (root / "data/indexes/index.cdx.gz").unlink(),
    "no head": lambda root: edit_file(root, "indexes/index.idx", lambda d: _without(d, 0)),
    "head of no JSON": lambda root: edit_file(root, "indexes/index.idx", lambda d: d.replace(b'{"format', b"(", 1)),
    "head of another format": lambda root: edit_file(
        root, "indexes/index.idx", lambda d: d.replace(b"gzip-1", b"xz-1")
    ),
    "head of another file": lambda root: edit_file(root, "indexes/index.idx", lambda d: d.replace(b"x.cdx", b"y.cdx")),
}


def _without(data: bytes, number: int) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:number] + lines[number + 1 :])


def test_a_block_that_is_not_gzip(many: Path, tmp_path: Path) -> None:
    root = copy(many, tmp_path)
    member = b"no gzip at all"
    pointer = {"offset": 0, "length": len(member), "digest": sha256(member)}
    idx = b"invalid,archiver)/a 20240506070809 " + json.dumps(pointer).encode() + b"\n"
    edit_file(root, "indexes/index.cdx.gz", lambda _: member)
    edit_file(root, "indexes/index.idx", lambda data: data.splitlines(keepends=True)[0] + idx)
    found = codes(root)
    assert found[0] == "E426"
    assert "E424" in found


@pytest.mark.parametrize("name", ZIPNUM)
def test_each_fault_of_a_compressed_index_is_found(many: Path, tmp_path: Path, name: str) -> None:
    root = copy(many, tmp_path)
    ZIPNUM[name](root)
    if name not in ("no idx", "no compressed index"):
        remanifest(root)
    assert codes(root).count("E426") == 1


def test_an_idx_in_its_older_form_is_read(many: Path, tmp_path: Path) -> None:
    root = copy(many, tmp_path)

    def older(data: bytes) -> bytes:
        lines = []
        for number, line in enumerate(data.splitlines()[1:], 1):
            key, stamp, pointer = line.split(b" ", 2)
            place = json.loads(pointer)
            lines.append(b"%b %b\tindex.cdx.gz\t%d\t%d\t%d\n" % (key, stamp, place["offset"], place["length"], number))
        return b"".join(lines)

    edit_file(root, "indexes/index.idx", older)
    assert codes(root) == []


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "numbers as fractions": lambda value: value["links"][0].update(span=[1.0, 2.0]),
    "a number beyond all bounds": lambda value: value["source"].update(length=10**30),
    "a mountain of arrays": lambda value: value.update(title=json.loads("[" * 500 + "]" * 500)),
    "an escape sequence": lambda value: value["source"].update(encoding="\x1b[2J\x00"),
    "spans without end": lambda value: value["repairs"][0].update(span=[2**62, 2**63], source_span=[2**62, 2**63]),
    "another id": lambda value: value.update(id="urn:uuid:../../../etc/passwd"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_record_is_a_finding(bag: Path, tmp_path: Path, name: str) -> None:
    root = copy(bag, tmp_path)
    edit_json(root, lambda each: each.type == "metadata", HOSTILE[name])
    assert codes(root) != []


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    "name",
    ["datapackage.json", "datapackage-digest.json", "pages/pages.jsonl", "provenance/run.json", "indexes/index.cdx"],
)
@pytest.mark.parametrize(
    "data", [DEEP, b"\xff\xfe\0", b'{"a": "\\ud800"}', b"{" * 70_000 + b"\n", b"null", b"\0" * 5000]
)
def test_hostile_files_are_findings(bag: Path, tmp_path: Path, name: str, data: bytes) -> None:
    root = copy(bag, tmp_path)
    (root / "data" / name).write_bytes(data)
    rebag(root)
    assert codes(root) != []


def test_a_link_is_not_followed(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    secret = tmp_path / "secret"
    (root / "data/pages/pages.jsonl").rename(secret)
    (root / "data/pages/pages.jsonl").symlink_to(secret)
    found = codes(root)
    assert found[0] == "E430"
    assert "E705" in found


def test_a_name_that_is_no_text(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    (Path(os.fsdecode(os.fsencode(root) + b"/data/\xff.txt"))).write_text("x")
    assert codes(root)[0] == "E430"


def test_files_too_long_to_be_read_whole(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.verify.wacz._LIMIT", 100)
    monkeypatch.setattr("archiver.verify.bag._TAG_LIMIT", 100)
    found = codes(bag)
    assert {"E411", "E703"} <= set(found)


def test_an_article_too_long_to_be_replayed(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.verify.survey.KEEP", 2000)
    root = copy(bag, tmp_path)
    edit_record(root, lambda each: each.type == "resource", lambda _fields, _block: b"x" * 3000)
    assert {"E603", "I615"} <= set(codes(root))


def test_a_zip_of_ours_that_was_packed_anew(wacz: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    with ZipFile(wacz) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert set(codes(path)) == {"E409"}


def test_a_page_may_be_listed_twice_by_other_software(tmp_path: Path) -> None:
    info, page = members(INFO), members(response())
    row = b'{"id": "1", "url": "https://example.org/1", "ts": "2024-05-06T07:08:09Z"}\n'
    files = ("archive/a.warc.gz", info + page), ("indexes/index.cdx", index_row(len(info), len(page)))
    path = write_zip(tmp_path / "a.wacz", *files, ("pages/pages.jsonl", PAGES + row + row))
    assert codes(path) == []


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.warc.members._WINDOW", 1 << 14)
    monkeypatch.setattr("archiver.warc.members._BEGINNING", 1 << 12)

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.warc.gz"
        path.write_bytes(members(INFO, *(record(number=number) for number in range(10, count))))
        tracemalloc.reset_peak()
        assert codes(path) == []
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    peak(8500)  # what is kept of header lines that were read is bounded, and full from here on
    few, many = peak(500), peak(8500)
    tracemalloc.stop()
    assert (many - few) / 8000 < 60


def test_damage_to_a_record_is_placed_in_its_file(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    path = warc(root)
    path.write_bytes(path.read_bytes()[:-20])
    remanifest(root)
    damage = [finding for finding in verify(root) if finding.code == "E217"]
    assert [finding.file for finding in damage] == ["data/archive/articles-00000.warc.gz"]


def test_processes_find_what_one_finds(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.verify.verify._WORTH_A_POOL", 0)
    monkeypatch.setattr("archiver.verify.verify._WORTH_HASHING_APART", 0)
    root = copy(many, tmp_path)
    for path in sorted((root / "data/archive").iterdir())[1:3]:
        path.write_bytes(path.read_bytes()[:-20])
    planned: list[int] = []
    options = Options(jobs=2, on_plan=planned.append)
    assert list(verify(many, options)) == []
    assert planned
    assert list(verify(root, options)) == list(verify(root))


def test_records_of_a_deflated_file_are_not_looked_up_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.verify.lookup._MOST_VAIN", 1 << 14)
    change = {"WARC-Payload-Digest": None, "WARC-Block-Digest": None}
    data = INFO + b"".join(record(number=number, block=b"x" * 2000, change=change) for number in range(10, 209))
    given = ("archive/a.warc", data), ("indexes/index.cdx", b""), ("pages/pages.jsonl", PAGES)
    write_zip(tmp_path / "a.wacz", *given)
    with ZipFile(tmp_path / "a.wacz") as stored, ZipFile(tmp_path / "b.wacz", "w", ZIP_DEFLATED) as deflated:
        for name in stored.namelist():
            deflated.writestr(name, stored.read(name))
    assert codes(tmp_path / "a.wacz") == ["E424"] * 199
    found = codes(tmp_path / "b.wacz")
    assert (found[0], found[-1]) == ("E407", "I462")
    assert 0 < found.count("E424") < 20


def test_a_block_of_short_lines_is_not_held_as_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("index._BLOCK_LIMIT", "wacz._LIMIT"):  # what is read at most is set aside at once
        monkeypatch.setattr(f"archiver.verify.{name}", 1 << 22)
    info, block = members(INFO), gzip.compress(b"a\n" * (1 << 20))
    head = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
    pointers = head + b'org,example)/1 20240506070809 {"offset": 0, "length": %d}\n' % len(block)
    given = ("archive/a.warc.gz", info), ("indexes/index.cdx.gz", block), ("indexes/index.idx", pointers)
    path = write_zip(tmp_path / "a.wacz", *given, ("pages/pages.jsonl", PAGES))
    tracemalloc.start()
    found = [each.code for each in islice(verify(path), 100)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["E426", *["E420"] * 99]
    assert peak < 24 << 20
