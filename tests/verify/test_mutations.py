"""Every kind of damage to a package has its own code, also where all digests around it were mended."""

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.findings import CODES
from archiver.package import pages
from archiver.verify.verify import LEVELS, Options, verify
from archiver.warc.reader import Record
from tests.verify.packages import (
    build,
    copy,
    edit_file,
    edit_json,
    edit_record,
    rebag,
    records,
    remanifest,
    retag,
    warc,
)
from tests.verify.test_foreign import PUBLIC, sign, signed

Mutation = Callable[[Path], object]
PAGES = "pages/pages.jsonl"
ALL_PAGES = "pages/extraPages.jsonl"


def codes(path: Path) -> list[str]:
    found = list(verify(path))
    assert all(finding.code in CODES and finding.message for finding in found)
    return [finding.code for finding in found]


def test_a_sound_bag_has_no_finding(bag: Path) -> None:
    assert codes(bag) == []


def test_a_sound_wacz_has_no_finding(wacz: Path) -> None:
    assert codes(wacz) == []


def test_a_sound_package_that_is_signed_has_no_finding(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    signature()(root)
    assert codes(root) == []


@pytest.mark.parametrize(
    "form", [pages.without_text, lambda row: json.dumps(json.loads(row), sort_keys=True).encode() + b"\n"]
)
def test_a_list_of_pages_may_have_another_form(bag: Path, tmp_path: Path, form: Callable[[bytes], bytes]) -> None:
    """All rows without their texts, or with their names in another order."""
    root = copy(bag, tmp_path)
    rows(lambda lines: [lines[0], *map(form, lines[1:])], PAGES)(root)
    assert codes(root) == []


def test_the_mutations_reach_every_part() -> None:
    """WARC, fixity, WACZ with index and pages and signature, records, derivation, bag."""
    reached = Counter(code[1] for code, _ in MUTATIONS.values())
    assert set(reached) == set("234567")
    assert reached.total() > 140
    assert len({code for code, _ in MUTATIONS.values()}) > 70


def test_its_parts_by_themselves_have_no_finding(bag: Path) -> None:
    assert codes(bag / "data") == []
    assert codes(warc(bag)) == ["I616"] * 5  # the conversions are in the other file


# Which record


def original(record: Record) -> bool:
    return record.type == "resource" and "/sha256/" in (record.uri or "")


def article(record: Record) -> bool:
    return record.type == "metadata" and "/article/" in (record.uri or "")


def json_article(record: Record) -> bool:
    return article(record) and b"c.jsonl" in (record.block or b"")


def dated_article(record: Record) -> bool:
    return article(record) and b"d.json" in (record.block or b"")


def reading(record: Record) -> bool:
    return record.type == "resource" and "/article/" in (record.uri or "")


def rejection(record: Record) -> bool:
    return record.type == "metadata" and "/rejected/" in (record.uri or "")


def conversion(record: Record) -> bool:
    return record.type == "conversion"


def field(which: Callable[[Record], bool], name: str, value: str | None, folder: str = "archive") -> Mutation:
    def change(fields: dict[str, str], block: bytes) -> bytes:
        fields[name] = value or ""
        if value is None:
            del fields[name]
        return block

    return lambda root: edit_record(root, which, change, folder)


def block(which: Callable[[Record], bool], old: bytes, new: bytes, folder: str = "archive") -> Mutation:
    def change(_fields: dict[str, str], data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return lambda root: edit_record(root, which, change, folder)


def put(which: Callable[[Record], bool], *path: Any) -> Mutation:
    """Sets the value at a path of an article record; the last of `path` is the value."""

    def change(record: dict[str, Any]) -> None:
        value: Any = record
        for part in path[:-2]:
            value = value[part]
        value[path[-2]] = path[-1]

    return lambda root: edit_json(root, which, change)


def raw(name: str, edit: Callable[[bytes], bytes]) -> Mutation:
    """Edits a file and mends nothing."""
    return lambda root: (root / name).write_bytes(edit((root / name).read_bytes()))


def mended(name: str, edit: Callable[[bytes], bytes]) -> Mutation:
    """Edits a file of the WACZ and mends the manifests."""
    return lambda root: edit_file(root, name, edit)


def rows(edit: Callable[[list[bytes]], list[bytes]], name: str = "indexes/index.cdx") -> Mutation:
    return mended(name, lambda data: b"".join(edit(data.splitlines(keepends=True))))


def row(old: str, **changes: str | None) -> Mutation:
    """Changes fields of the first index row that has `old` in it, or takes out those that are `None`."""

    def edit(lines: list[bytes]) -> list[bytes]:
        at = next(at for at, line in enumerate(lines) if old.encode() in line)
        key, stamp, value = lines[at].decode().split(" ", 2)
        fields = {name: each for name, each in {**json.loads(value), **changes}.items() if each is not None}
        lines[at] = f"{fields.pop('key', key)} {fields.pop('stamp', stamp)} {json.dumps(fields)}\n".encode()
        return lines

    return rows(edit)


def page(**changes: str) -> Mutation:
    """Changes the first row of the page list."""
    return rows(
        lambda lines: [lines[0], json.dumps(json.loads(lines[1]) | changes).encode() + b"\n", *lines[2:]], PAGES
    )


def manifest(edit: Callable[[dict[str, Any]], object]) -> Mutation:
    """Edits datapackage.json, and mends its digest and the bag."""

    def mutate(root: Path) -> None:
        path = root / "data/datapackage.json"
        value = json.loads(path.read_bytes())
        edit(value)
        path.write_text(json.dumps(value))
        _redigest(root)

    return mutate


def signature(**changes: object) -> Mutation:
    """Signs the package, and then changes parts of the signature."""

    def mutate(root: Path) -> None:
        path = root / "data/datapackage-digest.json"
        value = json.loads(path.read_bytes())
        sound = signed(hash=value["hash"], signature=sign(value["hash"]))
        path.write_text(json.dumps(value | {"signedData": sound | changes}))
        rebag(root)

    return mutate


def _title_twice(data: bytes) -> bytes:
    return data.replace(b'"profile"', b'"title": "x", "title": "y", "profile"', 1)


def _redigest(root: Path) -> None:
    """Makes the digest of datapackage.json fit it, and the bag."""
    digest = hashlib.sha256((root / "data/datapackage.json").read_bytes()).hexdigest()
    value = {"path": "datapackage.json", "hash": "sha256:" + digest}
    (root / "data/datapackage-digest.json").write_text(json.dumps(value))
    rebag(root)


def run_report(edit: Callable[[dict[str, Any]], object]) -> Mutation:
    def change(data: bytes) -> bytes:
        value = json.loads(data)
        edit(value)
        return json.dumps(value).encode()

    return mended("provenance/run.json", change)


def members(edit: Callable[[list[bytes]], list[bytes]], folder: str = "archive") -> Mutation:
    """Edits the list of a WARC file's records, uncompressed, and mends the manifests but not the index."""

    def mutate(root: Path) -> None:
        path = warc(root, folder)
        plain = gzip.decompress(path.read_bytes()).split(b"WARC/1.1\r\n")[1:]
        records = edit([b"WARC/1.1\r\n" + each for each in plain])
        path.write_bytes(b"".join(gzip.compress(each, mtime=0) for each in records))
        remanifest(root)

    return mutate


def remove(name: str) -> Mutation:
    return lambda root: (root / name).unlink()


def gone(name: str) -> Mutation:
    """Removes a file of the WACZ and every word of it."""

    def unlist(value: dict[str, Any]) -> None:
        value["resources"] = [each for each in value["resources"] if each["path"] != name]

    return both(remove(f"data/{name}"), manifest(unlist))


def both(*steps: Mutation) -> Mutation:
    def mutate(root: Path) -> None:
        for step in steps:
            step(root)

    return mutate


def retagged(mutation: Mutation) -> Mutation:
    return both(lambda root: mutation(root), retag)


def speak_of_conversion(root: Path) -> None:
    """Lets the first article speak of its conversion as it now is."""
    text = next(each.block or b"" for each in records(warc(root, "derived")) if conversion(each))
    measured = {"digest": "sha256:" + hashlib.sha256(text).hexdigest(), "length": len(text)}
    edit_json(root, article, lambda value: value.update(text=measured))


OTHER = "urn:uuid:00000000-0000-5000-8000-000000000000"
ZERO = "sha256:" + "0" * 64

MUTATIONS: dict[str, tuple[str, Mutation]] = {
    # WARC
    "first record is no warcinfo": ("W222", members(lambda records: records[1:])),
    "garbage at the end": ("E201", members(lambda records: [*records[:-1], records[-1] + b"garbage"])),
    "garbage at the end, uncompressed": ("E217", both(lambda root: _append(warc(root), b"garbage"), remanifest)),
    "truncated": ("E217", both(lambda root: warc(root).write_bytes(warc(root).read_bytes()[:-9]), remanifest)),
    "members joined": ("W216", members(lambda records: [records[0], records[1] + records[2], *records[3:]])),
    "no date": ("E206", field(original, "WARC-Date", None)),
    "date twice": ("E207", field(original, "warc-date", "2024-05-06T07:08:09Z")),
    "broken date": ("E209", field(original, "WARC-Date", "2024-05-32T00:00:00Z")),
    "broken id": ("E210", field(original, "WARC-Record-ID", "none")),
    "broken target": ("E210", field(original, "WARC-Target-URI", "not a URI")),
    "payload digest on metadata": ("W226", field(article, "WARC-Payload-Digest", ZERO)),
    "concurrent to a conversion": ("E213", field(conversion, "WARC-Concurrent-To", f"<{OTHER}>", "derived")),
    "unknown type": ("W212", field(original, "WARC-Type", "photograph")),
    "no content type": ("W214", field(original, "Content-Type", None)),
    "record twice": ("W241", members(lambda records: [*records, records[0]])),
    "record id twice": ("E223", members(lambda r: [*r, r[0].replace(b"WARC-Date: 2024", b"WARC-Date: 2023")])),
    "line without colon": ("E203", members(lambda r: [r[0].replace(b"WARC-Type:", b"WARC-Type"), *r[1:]])),
    "no final line ends": ("E220", members(lambda records: [*records[:-1], records[-1][:-4]])),
    "block digest": ("E301", members(lambda r: [r[0].replace(b"software", b"Software"), *r[1:]])),
    "block digest in another spelling": (
        "E303",
        members(lambda r: [r[0].replace(b"Digest: sha256:", b"Digest: sha256:f"), *r[1:]]),
    ),
    "unknown digest": ("W304", members(lambda r: [r[0].replace(b"sha256:", b"crc:"), *r[1:]])),
    # references and derivation
    "refers to nothing": ("E601", field(article, "WARC-Refers-To", f"<{OTHER}>")),
    "refers to nothing that holds bytes": ("E602", field(article, "WARC-Refers-To", None)),
    "other bytes": ("E603", block(original, b"pier", b"peer")),
    "other source digest": ("E603", put(article, "source", "digest", ZERO)),
    "other source length": ("E603", put(article, "source", "length", 86)),
    "rejected bytes changed": ("E603", put(rejection, "source", "length", 1)),
    "conversion gone": ("E604", members(lambda records: [records[0], *records[2:]], "derived")),
    "members all joined": ("W216", members(lambda records: [b"".join(records)])),
    "conversion is no UTF-8": ("E605", both(block(conversion, b"pier", b"\xff", "derived"), speak_of_conversion)),
    "conversion changed": ("E605", block(conversion, b"pier", b"peer", "derived")),
    "other text digest": ("E605", put(article, "text", "digest", ZERO)),
    "text in the record": ("E605", put(article, "text", "The pier is gone.")),
    "no such encoding": ("E606", put(article, "source", "encoding", "klingon")),
    "encoding that is none": ("E606", put(article, "source", "encoding", "punycode")),
    "encoding that loses bytes": ("E606", put(article, "source", "encoding", "utf-8-sig")),
    "pointer to nothing": ("E606", put(json_article, "source", "pointer", "/body")),
    "pointer into a string": ("E606", put(json_article, "source", "pointer", "/title/0")),
    "pointer to no string": ("E606", put(json_article, "source", "pointer", "")),
    "repair of nothing": ("E607", put(article, "repairs", 0, "before", "xyz")),
    "repair to something else": ("E607", put(article, "repairs", 0, "after", "!")),
    "repair left out": ("E607", lambda root: edit_json(root, article, lambda value: value["repairs"].pop())),
    "repair does not lead back": ("E608", put(article, "repairs", 0, "span", [9, 10])),
    "repair of the title": ("E608", put(json_article, "title", "Tea")),
    "span beside the link": ("E609", put(article, "links", 0, "span", [0, 5])),
    "span beyond the text": ("E609", put(article, "tweets", 0, "span", [0, 5000])),
    "source span backwards": ("E609", put(article, "links", 0, "source_span", [5, 0])),
    "link to no tweet": ("E609", put(article, "links", 0, "tweet", 7)),
    "tweet with no link": ("E609", put(article, "tweets", 0, "links", [3])),
    "conversion elsewhere": ("E610", field(conversion, "WARC-Target-URI", "https://example.org/", "derived")),
    "rejected item not listed": ("E612", mended("provenance/rejected.json", lambda _: b"[]\n")),
    "rejected item changed": (
        "E612",
        mended("provenance/rejected.json", lambda d: d.replace(b"empty", b"Empty")),
    ),
    "conversion twice": ("E613", members(lambda records: [*records, _renumbered(records[2])], "derived")),
    "record of another id": ("E614", put(article, "id", "urn:uuid:00000000-0000-5000-8000-000000000000")),
    # run report
    "count of items": ("E611", run_report(lambda run: run.update(items=9))),
    "count of articles": ("E611", run_report(lambda run: run["counts"]["items"].update(archived=9))),
    "count of rejected": ("E611", run_report(lambda run: run["counts"]["items"].update(rejected=9))),
    "count of repairs": ("E611", run_report(lambda run: run["counts"]["repairs"].update({"line-end": 1}))),
    "digest of records": ("E611", run_report(lambda run: run["warcs"][0].update(records_digest=ZERO))),
    "run report is no JSON": ("E502", mended("provenance/run.json", lambda data: data[1:])),
    "run report breaks its schema": ("E501", run_report(lambda run: run.pop("created"))),
    # article records
    "record is no JSON": ("E502", block(article, b"{", b"")),
    "record lacks a field": ("E501", lambda root: edit_json(root, article, lambda value: value.pop("title"))),
    "record has a field too many": ("E501", put(article, "mood", "gloomy")),
    "record of another schema": ("E501", put(article, "schema", "https://example.org/schema")),
    # index
    "row cut short": ("E420", rows(lambda lines: [lines[0][:40] + b"\n", *lines[1:]])),
    "row without JSON": ("E420", rows(lambda lines: [*lines, b"zz 20240506070809 []\n"])),
    "rows out of order": ("E421", rows(lambda lines: [*lines[2:], *lines[:2]])),
    "row to nothing": ("E422", row("/sha256/", offset="3")),
    "row to no file": ("E422", row("/sha256/", filename="other.warc.gz")),
    "row with a strange offset": ("E422", row("/sha256/", offset="-1")),
    "row with another URL": ("E423", row("/sha256/", url="https://example.org/")),
    "row with another key": ("E423", row("/sha256/", key="invalid,archiver)/b")),
    "row with another time": ("E423", row("/sha256/", stamp="20240506070810")),
    "row with another type": ("E423", row("/sha256/", mime="text/html")),
    "row with another digest": ("E423", row("/sha256/", digest=ZERO)),
    "row of metadata with another digest": ("E423", row("metadata://", digest=ZERO)),
    "row with another length": ("E423", row("/sha256/", length="17")),
    "row with another record digest": ("E423", row("/sha256/", recordDigest=ZERO)),
    "row without a type": ("W454", row("/sha256/", mime=None)),
    "row without a digest": ("W454", row("/sha256/", digest=None)),
    "row with an empty digest": ("W454", row("/sha256/", digest="")),
    "row with a key twice": ("W453", rows(lambda r: [r[0].replace(b'"url"', b'"url": "", "url"'), *r[1:]])),
    "row left out": ("E424", rows(lambda lines: lines[1:])),
    "row twice": ("E425", rows(lambda lines: [lines[0], *lines])),
    # pages
    "page list empty": ("E427", mended(PAGES, lambda _: b"")),
    "page list without head": ("E427", rows(lambda lines: lines[1:], PAGES)),
    "page is no JSON": ("E427", rows(lambda lines: [*lines, b"nothing\n"], PAGES)),
    "page without address": ("E427", rows(lambda r: [*r, b'{"id":"x","ts":"2024-05-06"}\n'], PAGES)),
    "page without name": (
        "W450",
        rows(lambda r: [*r, b'{"url":"https://x/","ts":"2024-05-06"}\n'], PAGES),
    ),
    "page elsewhere": ("E428", mended(PAGES, lambda data: data.replace(b".html", b".htm"))),
    "page at another time": ("W449", mended(PAGES, lambda data: data.replace(b":09Z", b":10Z"))),
    "page at no time": ("E427", page(ts="yesterday")),
    "page on no day": ("E427", page(ts="2024-02-30T07:08:09Z")),
    "page with a time in another form": ("W457", page(ts="2024-05-06 07:08")),
    "page with a key twice": ("W453", mended(PAGES, lambda data: data.replace(b'"ts"', b'"ts": "", "ts"'))),
    "page left out": ("E429", rows(lambda lines: [lines[0], *lines[2:]], PAGES)),
    "page twice": ("E429", rows(lambda lines: [*lines, lines[1]], PAGES)),
    "page with another title": ("E429", page(title="Tea")),
    "page with another text": ("E429", page(text="Tea.")),
    "page with another id": ("E429", page(id="7d2c")),
    "page without its text": ("E429", rows(lambda r: [*r[:2], pages.without_text(r[2]), *r[3:]], PAGES)),
    # reading copies, and what nothing speaks of
    "reading copy changed": ("E621", block(reading, b"pier", b"peer")),
    "reading copy with a script": ("E621", block(reading, b"</body>", b"<script>alert(1)</script></body>")),
    "reading copy of another type": ("E621", field(reading, "Content-Type", "text/plain")),
    "reading copy gone": ("E619", members(lambda r: [each for each in r if not _is_reading(each)])),
    "last reading copy gone": ("E619", lambda root: members(_without_last_reading)(root)),
    "reading copy twice": ("E620", members(lambda r: [*r, _renumbered(next(filter(_is_reading, r)))])),
    "original put in": ("E620", members(lambda r: [*r, _renumbered(r[1])])),
    "original put in before another": ("E620", members(lambda r: [r[0], _renumbered(r[1]), *r[1:]])),
    "metadata put in": ("E620", field(reading, "WARC-Type", "metadata")),
    # what a record says, against what this version finds
    "link led elsewhere": ("E624", put(article, "links", 0, "url", "https://evil.example/")),
    "link of another kind": ("E624", put(article, "links", 0, "kind", "internal")),
    "link put in": (
        "E624",
        lambda root: edit_json(root, article, lambda v: v["links"].append(_unowned(v["links"][0]))),
    ),
    "tweet by another author": ("E624", put(article, "tweets", 0, "author", "Eve")),
    "tweet of another handle": ("E624", put(article, "tweets", 0, "handle", "eve")),
    "tweet at another date": ("E624", put(article, "tweets", 0, "posted", "value", "2017-07-22")),
    "tweet with another text": ("E624", put(article, "tweets", 0, "text", "See")),
    "tweet that is sure": ("E624", put(article, "tweets", 0, "confidence", "low")),
    "tweet left out": ("E624", lambda root: edit_json(root, article, _without_tweet)),
    "article at another address": ("E625", put(json_article, "url", "value", "https://news.example/d")),
    "article with a date put in": (
        "E625",
        put(dated_article, "published", {"value": "2017-07-22", "precision": "day", "basis": "field:date"}),
    ),
    "article by another author": ("E625", put(dated_article, "authors", [{"name": "Eve"}])),
    "article of another site": ("E625", put(dated_article, "site", "The Other Gazette")),
    "record with a key twice": ("W453", block(article, b'"title":', b'"title":"x","title":')),
    "of other libraries": ("I622", run_report(lambda run: run["software"].update(ftfy="0.0.1"))),
    "of other software, it says": ("I622", manifest(lambda value: value.update(software="other 1.0"))),
    "of another version": ("I622", run_report(lambda run: run["software"].update(archiver="0.0.1"))),
    # WACZ
    "manifest gone": ("E410", both(remove("data/datapackage.json"), rebag)),
    "index gone": ("E410", both(remove("data/indexes/index.cdx"), remanifest)),
    "pages gone": ("E410", both(remove("data/pages/pages.jsonl"), remanifest)),
    "WARC gone": ("E410", both(lambda root: warc(root).unlink(), remanifest)),
    "listed file gone": ("E415", both(remove("data/provenance/run.json"), rebag)),
    "file not listed": ("E414", both(lambda root: (root / "data/provenance/x.json").write_text("1"), rebag)),
    "manifest is no JSON": ("E411", both(raw("data/datapackage.json", lambda d: d[1:]), rebag)),
    "manifest is no object": ("E411", both(raw("data/datapackage.json", lambda _: b"[]"), rebag)),
    "manifest is an empty object": ("E411", both(raw("data/datapackage.json", lambda _: b"{}"), rebag)),
    "manifest without version": ("E411", manifest(lambda value: value.pop("wacz_version"))),
    "resource without hash": ("E411", manifest(lambda value: value["resources"][0].pop("hash"))),
    "resources are no list": ("E411", manifest(lambda value: value.update(resources=7))),
    "resource differs": ("E412", manifest(lambda value: value["resources"][0].update(hash=ZERO))),
    "resource's length differs": ("E413", manifest(lambda value: value["resources"][0].update(bytes=1))),
    "resource twice": ("E419", manifest(lambda value: value["resources"].append(value["resources"][0]))),
    "resource without its length": ("W456", manifest(lambda value: value["resources"][0].pop("bytes"))),
    "resource with a name in upper case": ("W455", manifest(lambda value: value["resources"][0].update(name="A"))),
    "two resources with one name": (
        "W455",
        manifest(lambda value: value["resources"][0].update(name=value["resources"][1]["name"])),
    ),
    "resource with an unknown hash": ("W458", manifest(lambda value: value["resources"][0].update(hash="crc32:00ff"))),
    "resource with half a hash": ("E411", manifest(lambda value: value["resources"][0].update(hash="sha256:00ff"))),
    "manifest with a key twice": ("W453", both(raw("data/datapackage.json", _title_twice), _redigest)),
    "manifest with a time in another form": ("W457", manifest(lambda value: value.update(created="6 May 2024"))),
    "resource outside": ("E405", manifest(lambda value: value["resources"][0].update(path="../x"))),
    "other version": ("W417", manifest(lambda value: value.update(wacz_version="1.2.0"))),
    "manifest changed": ("E416", both(raw("data/datapackage.json", lambda d: d + b"\n"), rebag)),
    "digest of the manifest gone": ("W418", both(remove("data/datapackage-digest.json"), rebag)),
    **{
        f"{name} gone, and not listed": ("E410", gone(f"provenance/{name}"))
        for name in ("run.json", "rejected.json", "article.v1.schema.json", "run.v1.schema.json")
    },
    "schema of another making": ("E448", mended("provenance/article.v1.schema.json", lambda _: b"{}")),
    # signature
    "signature of another hash": ("E440", signature(hash=ZERO)),
    "signature made over another hash": ("E440", signature(signature=sign(ZERO))),
    "signature cut short": ("E440", signature(signature=sign()[:40])),
    "signature of another key": ("E440", signature(publicKey=PUBLIC[:-8] + "AAAAAAA=")),
    "signature without its software": ("E440", signature(software=7)),
    "signature of a domain": ("W441", signature(domain="example.org")),
    # bag
    "declaration gone": ("E701", retagged(remove("bagit.txt"))),
    "declaration broken": ("E701", retagged(raw("bagit.txt", lambda data: data.replace(b"1.0", b"one")))),
    "manifest of the bag gone": ("E702", retagged(remove("manifest-sha256.txt"))),
    "tag manifest gone": ("W716", remove("tagmanifest-sha256.txt")),
    "tag file not listed": ("W714", lambda root: (root / "notes.txt").write_text("x")),
    "manifest line broken": ("E703", retagged(raw("manifest-sha256.txt", lambda data: data + b"nonsense\n"))),
    "manifest not UTF-8": ("E703", retagged(raw("manifest-sha256.txt", lambda data: data + b"\xff\n"))),
    "checksum cut short": ("E703", retagged(raw("manifest-sha256.txt", lambda data: data[2:]))),
    "payload changed": ("E704", raw("data/pages/pages.jsonl", lambda data: data + b"\n")),
    "tag file changed": ("E704", raw("bag-info.txt", lambda data: data + b"X: y\n")),
    "payload gone": ("E705", remove("data/provenance/run.json")),
    "payload added": ("E706", lambda root: (root / "data/provenance/x.json").write_text("1")),
    "path outside": ("E707", retagged(raw("manifest-sha256.txt", lambda d: d + b"0" * 64 + b"  ../../etc/passwd\n"))),
    "absolute path": ("E707", retagged(raw("manifest-sha256.txt", lambda d: d + b"0" * 64 + b"  /etc/passwd\n"))),
    "unknown algorithm": ("W708", both(lambda root: (root / "manifest-crc32.txt").write_text("00 data/x\n"), retag)),
    "Payload-Oxum": ("E709", retagged(raw("bag-info.txt", lambda d: d.replace(b"Payload-Oxum: ", b"Payload-Oxum: 1")))),
    "path twice": ("W720", retagged(raw("manifest-sha256.txt", lambda data: data + data.splitlines()[0] + b"\n"))),
    "path twice, with two checksums": (
        "E710",
        retagged(raw("manifest-sha256.txt", lambda data: data + b"0" * 64 + data.splitlines()[0][64:] + b"\n")),
    ),
    "unknown version of BagIt": ("W711", retagged(raw("bagit.txt", lambda data: data.replace(b"1.0", b"2.0")))),
    "unknown encoding": ("E718", retagged(raw("bagit.txt", lambda data: data.replace(b"UTF-8", b"KLINGON")))),
    "encoding of bytes": ("E718", retagged(raw("bagit.txt", lambda data: data.replace(b"UTF-8", b"hex")))),
    "byte order mark": ("E701", retagged(raw("bagit.txt", lambda data: b"\xef\xbb\xbf" + data))),
    "version without a number": ("E701", retagged(raw("bagit.txt", lambda data: data.replace(b"1.0", b".97")))),
    "blank before the colon": (
        "E701",
        retagged(raw("bagit.txt", lambda data: data.replace(b"Version:", b"Version :"))),
    ),
    "payload folder gone": ("E719", lambda root: (root / "data").rename(root.parent / "gone")),
    "home folder": ("E707", retagged(raw("manifest-sha256.txt", lambda d: d + b"0" * 64 + b"  ~root/x\n"))),
    "fetch.txt broken": ("E721", both(lambda root: (root / "fetch.txt").write_text("data/x\n"), retag)),
    "file to fetch outside": ("E707", both(lambda root: (root / "fetch.txt").write_text("http://x 1 ../x\n"), retag)),
    "file to fetch at home": ("E707", both(lambda root: (root / "fetch.txt").write_text("http://x 1 ~/x\n"), retag)),
    "checksum in mixed case": ("W712", raw("tagmanifest-sha256.txt", lambda data: _one_upper(data))),
    "files to fetch": ("W713", both(lambda root: (root / "fetch.txt").write_text("https://x - data/x\n"), retag)),
    "bag-info broken": ("E715", retagged(raw("bag-info.txt", lambda data: data + b"no label\n"))),
    "a link": ("E430", lambda root: (root / "data/provenance/passwd.json").symlink_to("/etc/passwd")),
    "a link to a folder": ("E430", lambda root: (root / "data/etc").symlink_to("/etc")),
    "a pipe": ("E430", lambda root: os.mkfifo(root / "data/pipe")),
}


def _unowned(link: dict[str, Any]) -> dict[str, Any]:
    return link | {"tweet": None}


def _without_tweet(value: dict[str, Any]) -> None:
    value["tweets"] = []
    value["links"][0]["tweet"] = None


def _is_reading(record: bytes) -> bool:
    return b"WARC-Type: resource" in record and b"/article/" in record.partition(b"\r\n\r\n")[0]


def _without_last_reading(records: list[bytes]) -> list[bytes]:
    last = max(at for at, each in enumerate(records) if _is_reading(each))
    return records[:last] + records[last + 1 :]


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def _renumbered(record: bytes) -> bytes:
    head, _, rest = record.partition(b"WARC-Record-ID: ")
    return head + b"WARC-Record-ID: <" + OTHER.encode() + b">" + rest[rest.index(b"\r\n") :]


def _one_upper(data: bytes) -> bytes:
    at = next(at for at, byte in enumerate(data) if chr(byte).islower())
    return data[:at] + data[at : at + 1].upper() + data[at + 1 :]


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_has_its_code(bag: Path, tmp_path: Path, name: str) -> None:
    expected, mutate = MUTATIONS[name]
    root = copy(bag, tmp_path)
    mutate(root)
    assert expected in codes(root)


@pytest.mark.parametrize("name", ["tweet left out", "of another version", "resource differs"])
def test_what_hangs_on_this_version_is_looked_at_in_full_alone(bag: Path, tmp_path: Path, name: str) -> None:
    code, mutate = MUTATIONS[name]
    root = copy(bag, tmp_path)
    mutate(root)
    found = {level: {each.code for each in verify(root, Options(level=level))} for level in LEVELS}
    assert code in found["full"]
    assert (code in found["records"]) == (code == "E412")


def test_a_link_in_an_unpacked_wacz_is_named(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path) / "data"
    (root / "provenance/passwd.json").symlink_to("/etc/passwd")
    assert codes(root) == ["E430"]


def test_a_finding_names_its_place(bag: Path, tmp_path: Path) -> None:
    root = copy(bag, tmp_path)
    put(article, "links", 0, "span", [0, 5])(root)
    finding = next(found for found in verify(root) if found.code == "E609")
    assert finding.file == "data/archive/articles-00000.warc.gz"
    assert finding.offset is not None
    assert (finding.record or "").startswith("urn:uuid:")
    assert (finding.path, finding.found, finding.expected) == ("$.links[0].span", "The p", "https://example.org/pier")


@pytest.mark.parametrize(
    ("mutate", "expected"),
    [
        (lambda root: None, []),
        (rows(lambda lines: [lines[0], lines[2], lines[1]], PAGES), ["E429", "E429"]),
        (rows(lambda lines: [*lines, lines[1]], PAGES), ["E429"]),
        (rows(lambda lines: [lines[0], lines[1].replace(b'"title":"', b'"title":"Not '), lines[2]], PAGES), ["E429"]),
        (rows(lambda lines: lines[:-1], ALL_PAGES), ["E429"]),
        (both(remove(f"data/{ALL_PAGES}"), remanifest), ["E415"]),
    ],
)
def test_a_list_of_the_first_pages_is_held_to_that_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutate: Mutation, expected: list[str]
) -> None:
    monkeypatch.setattr(pages, "MOST_LISTED", 2)
    root = build(tmp_path)
    mutate(root)
    assert codes(root)[: len(expected)] == expected
    assert bool(codes(root)) == bool(expected)
