"""What test sets of other validators hold, made anew: each file has one fault, which its name says, or none.

JHOVE, JWAT and their like keep files of this kind: fields missing, empty, repeated or of no sound form, for each field
and each type of record; versions; dates; lengths; digests. Here they are tables.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from archiver.verify.verify import verify
from archiver.warc import grammar
from tests.warc.warcs import BLOCK, PROFILE, record, sha256, urn

INFO = record("warcinfo", 9, b"software: test\r\n")
TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
ID = f"<{urn(9)}>"
# What a record of a type has beside what all have.
OWN: Mapping[str, Mapping[str, str | None]] = {
    "revisit": {"WARC-Profile": PROFILE, "WARC-Payload-Digest": sha256(BLOCK)},
    "continuation": {
        "WARC-Target-URI": "https://example.org/",
        "WARC-Segment-Number": "2",
        "WARC-Segment-Origin-ID": f"<{urn(1)}>",
        "WARC-Segment-Total-Length": str(2 * len(BLOCK)),
        "Content-Type": None,
    },
}
ORIGIN = {"WARC-Target-URI": "https://example.org/", "WARC-Segment-Number": "1"}
FIRST_SEGMENT = record(change={**ORIGIN, "WARC-Payload-Digest": sha256(2 * BLOCK)})


def of_type(kind: str, change: Mapping[str, str | None], version: str = "WARC/1.1") -> bytes:
    """A file with a sound record of a type, but for `change`."""
    before = FIRST_SEGMENT if kind == "continuation" else b""
    block = b"software: test\r\n" if kind == "warcinfo" else BLOCK
    return INFO + before + record(kind, 5, block, change={**OWN.get(kind, {}), **change}, version=version)


def codes(folder: Path, data: bytes, name: str = "a.warc") -> list[str]:
    (folder / name).write_bytes(data)
    return [finding.code for finding in verify(folder / name)]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("version", ["WARC/0.17", "WARC/0.18", "WARC/1.0", "WARC/1.1", "warc/1.0", "Warc/1.1"])
def test_a_sound_record_of_each_type_and_version(tmp_path: Path, kind: str, version: str) -> None:
    assert codes(tmp_path, of_type(kind, {}, version)) == []


def test_a_segment_but_the_first_has_no_type(tmp_path: Path) -> None:
    assert codes(tmp_path, of_type("continuation", {"Content-Type": "text/plain"})) == ["W226"]


# Which types may have a field, and what another that has it gets.
PLACES: Mapping[str, tuple[str, str, str]] = {
    "WARC-Concurrent-To": (ID, "E213", "response resource request metadata revisit"),
    "WARC-Payload-Digest": (sha256(BLOCK), "W226", "response resource request revisit conversion continuation"),
    "WARC-IP-Address": ("192.0.2.1", "E213", "response resource request metadata revisit"),
    "WARC-Refers-To": (ID, "E213", "metadata revisit conversion"),
    "WARC-Refers-To-Target-URI": ("https://example.org/", "W226", "revisit"),
    "WARC-Refers-To-Date": ("2024-05-06T07:08:09Z", "W226", "revisit"),
    "WARC-Target-URI": ("https://example.org/", "E213", " ".join(TYPES[1:])),
    "WARC-Truncated": ("length", "", " ".join(TYPES)),
    "WARC-Warcinfo-ID": (ID, "W226", " ".join(TYPES[1:])),
    "WARC-Filename": ("a.warc", "E213", "warcinfo"),
    "WARC-Profile": (PROFILE, "W226", "revisit"),
    "WARC-Identified-Payload-Type": ("text/html", "W226", "response resource request revisit conversion continuation"),
    "WARC-Segment-Origin-ID": (ID, "E213", "continuation"),
    "WARC-Segment-Total-Length": (str(2 * len(BLOCK)), "E213", "continuation"),
    "X-Anything": ("at all", "", " ".join(TYPES)),
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", PLACES)
def test_a_field_on_each_type(tmp_path: Path, name: str, kind: str) -> None:
    value, code, allowed = PLACES[name]
    expected = [] if kind in allowed.split() else [code]
    assert codes(tmp_path, of_type(kind, {name: value} | dict(OWN.get(kind, {})))) == expected


# Fields without which a type is none.
MUST: dict[str, tuple[str, ...]] = dict.fromkeys(TYPES, ("WARC-Record-ID", "WARC-Date", "Content-Length"))
MUST |= {kind: (*MUST[kind], "WARC-Target-URI") for kind in TYPES if kind not in ("warcinfo", "metadata")}
MUST["revisit"] += ("WARC-Profile",)
MUST["continuation"] += ("WARC-Segment-Number", "WARC-Segment-Origin-ID")


@pytest.mark.parametrize("kind", [*TYPES, "monkeys"])
def test_a_record_of_nothing_but_its_type(tmp_path: Path, kind: str) -> None:
    found = codes(tmp_path, f"WARC/1.0\r\nWARC-Type: {kind}\r\n\r\n".encode())
    expected = ["E206"] * len(MUST[kind]) if kind in MUST else [*["E206"] * 3, "W212"]
    assert found == [*expected, "E202"]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in TYPES for name in MUST[kind]])
def test_each_field_that_a_type_must_have(tmp_path: Path, kind: str, name: str) -> None:
    found = codes(tmp_path, of_type(kind, {name: None}))
    assert found[0] == "E206"


@pytest.mark.parametrize("name", [field.name for field in grammar.FIELDS.values()])
def test_each_field_may_stand_once(tmp_path: Path, name: str) -> None:
    kind = next(kind for kind in ("resource", "revisit", "continuation", "warcinfo")
                if kind in grammar.FIELDS[name.lower()].only)  # fmt: skip
    line = f"{name}: {PLACES[name][0] if name in PLACES else 1}\r\n".encode()
    before, version, after = of_type(kind, {name: None}).rpartition(b"WARC/1.1\r\n")
    found = codes(tmp_path, before + version + line + line + after)
    assert ("E207" in found) == (name != "WARC-Concurrent-To")


EMPTY = {
    **dict.fromkeys(("WARC-Block-Digest", "WARC-Payload-Digest"), "E303"),
    **dict.fromkeys(("WARC-Type", "Content-Type", "WARC-IP-Address", "WARC-Truncated", "WARC-Filename"), "E208"),
    **dict.fromkeys(("WARC-Identified-Payload-Type", "WARC-Segment-Number", "WARC-Segment-Total-Length"), "E208"),
    **dict.fromkeys(("WARC-Date", "WARC-Refers-To-Date"), "E209"),
    **dict.fromkeys(("WARC-Record-ID", "WARC-Concurrent-To", "WARC-Refers-To", "WARC-Warcinfo-ID"), "E210"),
    **dict.fromkeys(("WARC-Target-URI", "WARC-Refers-To-Target-URI", "WARC-Profile"), "E210"),
    "WARC-Segment-Origin-ID": "E210",
    "Content-Length": "E211",
}


@pytest.mark.parametrize("name", [field.name for field in grammar.FIELDS.values()])
def test_each_field_without_a_value(tmp_path: Path, name: str) -> None:
    kind = next(kind for kind in ("resource", "revisit", "continuation", "warcinfo")
                if kind in grammar.FIELDS[name.lower()].only)  # fmt: skip
    found = codes(tmp_path, of_type(kind, {name: ""}))
    assert found[0] == EMPTY[name]
    assert not {"E213", "W226"} & set(found)


def one(values: str, code: str) -> dict[str, list[str]]:
    return dict.fromkeys(values.split("|"), [code] if code else [])


VALUES: Mapping[str, Mapping[str, list[str]]] = {
    "WARC-Record-ID": one("zaphod|<zaphod>|urn:x:1|<urn:x:1|urn:x:1>|< urn:x:1 >|<http://x y>|<>|<<urn:x:1>>", "E210")
    | one("<urn:x:1>|<URN:UUID:ABC>|<https://example.org/1#a>|<mailto:a@example.org>", ""),
    "WARC-Target-URI": one("bad_uri|http:// x/|//x/y|relative/path|1http://x/", "E210")
    | one("http://[bad|http://[::1]x/|https://x/?a[]=1|https://x/%zz|https://x/a%7cb{c}", "W229")
    | one("dns:example.org|file:///C:/x|http://[2001:db8::1]:80/|http://u:p@[::1]|http://x/?a=b/c?d", "")
    | one("urn:x:1|HTTP://X/", "")
    | one("<https://example.org/>", "W215"),
    "WARC-Date": one("2024-13-01T00:00:00Z|2024-02-30T07:00:09Z|2024-05-06T24:00:00Z|2024-05-06T07:60:09Z", "E209")
    | one("2024-05-06T07:08:09|2024-05-06 07:08:09Z|20240506070809|blue monday|2024-05-06T07:08:09+00:00", "E209")
    | one("2024-05-06T07:08:09.1234567890Z|2024-05-06T07Z|24-05-06T07:08:09Z|Mon, 06 May 2024 07:08:09 GMT", "E209")
    | one("2024-05-06|2024-05-06T07:08Z|2024-05-06T07:08:09.123456789Z|2016-12-31T23:59:60Z|2024-02-29", "")
    | one("2024-05|2024|2024-05-06t07:08:09z", "W227"),
    "Content-Type": one('gif\\image|text|text/|/plain|text/plain; charset|text/plain; a="b|text /plain|a/b/c', "E208")
    | one('text/html; charset="a;b"|application/http;msgtype=response;|a/b; c=d; e="\\""|TEXT/PLAIN', ""),
    "WARC-IP-Address": one("a.b.c.d|1.2.3|1.2.3.256|01.2.3.4|2001:db8::g|[::1]|1.2.3.4:80|fe80::1%eth0|unknown", "E208")
    | one("192.0.2.1|::1|2001:db8::1|::ffff:192.0.2.1", ""),
    "WARC-Truncated": one("length|time|disconnect|unspecified|because", "") | one("too long|a,b", "E208"),
    "WARC-Block-Digest": one("monkeys|sha1:|:2WAXX5NUWNNCS2BDKCO5OVDQBJVNKIVV|sharif-1; omar|sha1:123|sha1:1 2", "E303")
    | one("crc32:00000000|x-own:abc", "W304") | one("sha1:" + "A" * 32, "E301"),
    "WARC-Identified-Payload-Type": one("html|text/", "E208") | one("text/html; charset=utf-8", ""),
    "WARC-Type": one("photograph|RESOURCES", "W212") | one("RESOURCE", "") | {"a b": ["E208", "W212"]},
}  # fmt: skip
CASES = [(name, value, expected) for name, values in VALUES.items() for value, expected in values.items()]


@pytest.mark.parametrize(("name", "value", "expected"), CASES)
def test_each_form_of_a_value(tmp_path: Path, name: str, value: str, expected: list[str]) -> None:
    found = codes(tmp_path, of_type("resource", {name: value}))
    assert found == expected


@pytest.mark.parametrize("date", ["2024-05-06", "2024-05-06T07:08Z", "2024-05-06T07:08:09.5Z", "2024"])
def test_before_1_1_a_date_is_in_full_seconds(tmp_path: Path, date: str) -> None:
    assert codes(tmp_path, of_type("resource", {"WARC-Date": date}, "WARC/1.0")) == ["W227"]


LENGTHS = {
    "-1": ["E211", "E202"], "+17": ["E211", "E202"], "17.0": ["E211", "E202"], "0x11": ["E211", "E202"],
    "1e1": ["E211", "E202"], "17, 17": ["E211", "E202"], "very lengthy": ["E211", "E202"], "9" * 23: ["E211", "E202"],
    "16": ["E301", "E302", "E220"], "18": ["E301", "E302", "E220"], "9" * 18: ["E218", "E202"],
    "017": [], " 17": [], "17 ": [],
}  # fmt: skip


@pytest.mark.parametrize("length", LENGTHS)
def test_each_form_of_a_length(tmp_path: Path, length: str) -> None:
    assert len(BLOCK) == 17
    assert codes(tmp_path, of_type("resource", {"Content-Length": length}) + record(number=2)) == LENGTHS[length]


VERSIONS = {
    **one("WARC/0.17|WARC/0.18|WARC/1.0|WARC/1.1|warc/1.1", ""),
    **one("WARC/0.16|WARC/0.19|WARC/0.99|WARC/1.2|WARC/1.00|WARC/2.0", "W221"),
    **one(
        "WARC/x.x|WARC/1.0.0|WARC/1|WARC/1.2.3.4.5|WARC/|WARC/WARC|WARC|WARC/01.0|WARC/1.1 |WARC 1.1|ARC/1.0", "E201"
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_form_of_a_version(tmp_path: Path, version: str) -> None:
    assert codes(tmp_path, record("warcinfo", 9, b"software: test\r\n", version=version))[:1] == VERSIONS[version]


def spelled(algorithm: str, data: bytes) -> list[str]:
    """A digest in hex, base32 and base64."""
    value = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return [value.hex().upper(), base64.b32encode(value).decode(), base64.b64encode(value).decode()]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA1", "sha256", "SHA-384", "sha512", "blake2b", "BLAKE2s"])
def test_digests_of_each_algorithm_and_of_none_that_fits(tmp_path: Path, algorithm: str) -> None:
    known = algorithm.lower().replace("-", "")
    for value in spelled(known, BLOCK):
        stated = f"{algorithm}:{value}"
        assert codes(tmp_path, of_type("resource", {"WARC-Block-Digest": stated, "WARC-Payload-Digest": stated})) == []
    for value in spelled("sha224", BLOCK):
        assert codes(tmp_path, of_type("resource", {"WARC-Block-Digest": f"{algorithm}:{value}"})) == ["E303"]
    for value in spelled(known, b"another block"):
        assert codes(tmp_path, of_type("resource", {"WARC-Block-Digest": f"{algorithm}:{value}"})) == ["E301"]


def test_names_and_literals_in_any_case(tmp_path: Path) -> None:
    lower, upper = (record(number=number, change={"WARC-Target-URI": f"dns:{number}"}) for number in (2, 3))
    for data in (lower.replace(b"WARC-", b"warc-").replace(b"Content-", b"content-"),
                 upper.replace(b"WARC-Type: resource", b"WARC-TYPE: RESOURCE")):  # fmt: skip
        assert codes(tmp_path, INFO + data) == []


def test_values_may_stand_on_the_lines_below(tmp_path: Path) -> None:
    data = of_type("revisit", {}).removeprefix(INFO)
    assert codes(tmp_path, INFO + data.replace(b": ", b": \r\n \t")) == []


def test_text_in_any_language_and_unknown_fields_that_repeat(tmp_path: Path) -> None:
    lines = ["WARC-Filename: ærlig-日本.warc", "header1: a", "HEADER1: b", "X-Note: =?UTF-8?Q?f=C3=A5r?="]
    data = record("warcinfo", 9, b"software: test\r\n", extra=[line.encode() for line in lines])
    assert [code for code in codes(tmp_path, data) if code[0] != "I"] == []
