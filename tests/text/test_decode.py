"""Decoding loses nothing, whatever comes; and finds the encoding that is meant."""

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.text.decode import decode, decode_json, not_text

LANGUAGES = json.loads((Path(__file__).parent.parent / "data" / "languages.json").read_text(encoding="utf-8"))
ENCODED = [
    pytest.param(" ".join(entry["sentences"]), encoding, id=f"{language}-{encoding}")
    for language, entry in LANGUAGES.items()
    for encoding in entry["encodings"]
    if not language.startswith("English") or encoding == "cp1252"
]
DECLARED = [
    "utf-8",
    "ascii",
    "latin-1",
    "cp1252",
    "utf-16",
    "utf-8-sig",
    "shift_jis",
    "gb18030",
    "big5",
    "iso2022_jp",
    "hz",
]


@given(st.binary(), st.none() | st.sampled_from(DECLARED) | st.text(max_size=12))
def test_encoding_again_gives_the_bytes(data: bytes, declared: str | None) -> None:
    decoded = decode(data, declared)
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == data


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_a_byte_order_mark_decides(text: str, encoding: str) -> None:
    marked = ("\ufeff" + text).encode(encoding + "-le" if encoding != "utf-8" else encoding)
    decoded = decode(marked)
    assert (decoded.text, decoded.basis) == ("\ufeff" + text, "byte-order-mark")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], min_codepoint=1)))
def test_utf8_is_read_strictly(text: str) -> None:
    decoded = decode(b"A " + text.encode())
    assert (decoded.text, decoded.encoding, decoded.basis) == ("A " + text, "utf-8", "strict-decode")


@pytest.mark.parametrize(("text", "encoding"), ENCODED)
def test_a_paragraph_of_each_language_is_read(text: str, encoding: str) -> None:
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.replace("’", "'").encode(encoding, "replace")
    decoded = decode(data)
    assert decoded.text == data.decode(encoding)
    assert decoded.basis == "detected"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp"])
def test_a_stray_byte_does_not_hide_a_multibyte_encoding(encoding: str) -> None:
    text = "".join(LANGUAGES["Japanese"]["sentences"] * 3)
    data = text.encode(encoding)
    stray = len(data) - 30
    decoded = decode(data[:stray] + b"\xff" + data[stray:])
    assert decoded.text.startswith(text[:40])
    assert decoded.text.endswith(text[-5:])


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(order: str) -> None:
    decoded = decode("Schöne Grüße aus dem Hafen.".encode(order))
    assert (decoded.text, decoded.encoding, decoded.basis) == ("Schöne Grüße aus dem Hafen.", order, "detected")


@pytest.mark.parametrize(
    "data",
    [
        b"\x01\x00\x02\x00" * 20,
        b"a\x00b\x00c" * 9,
        b"one \x00 two",
        b"a\x00" * 30 + b"b\xd8" + b"a\x00" * 30,
    ],
)
def test_zeros_alone_make_no_utf16(data: bytes) -> None:
    assert not decode(data).encoding.startswith("utf-16")


def test_damaged_utf8_stays_utf8() -> None:
    data = "“Über”, sagte sie – «naïve»".encode() + b" caf\xe9 " + "…".encode()
    decoded = decode(data)
    assert (decoded.encoding, decoded.basis) == ("utf-8", "detected")
    assert "caf\udce9 …" in decoded.text


def test_what_fits_nothing_falls_back_to_utf8() -> None:
    data = bytes(range(256)) * 2
    decoded = decode(data)
    assert (decoded.encoding, decoded.basis) == ("utf-8", "fallback")
    assert decoded.text.encode("utf-8", "surrogateescape") == data


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("latin-1", "iso8859-1"),
        ("ISO-8859-15", "iso8859-15"),
        ("Windows-1252", "cp1252"),
        (" cp1250 ", "cp1250"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_the_declared_encoding_is_used(declared: str, encoding: str) -> None:
    decoded = decode(b"caf\xe9", declared)
    assert (decoded.encoding, decoded.basis, decoded.findings) == (encoding, "declared", ())


def test_latin1_is_declared_where_cp1252_is_meant() -> None:
    decoded = decode(b"\x93Rain\x94", "ISO-8859-1")
    assert (decoded.text, decoded.encoding, decoded.basis) == ("“Rain”", "cp1252", "declared")


def test_a_declared_encoding_may_fail_on_a_few_bytes() -> None:
    decoded = decode("Größere Städte".encode() + b" \xff", "utf-8")
    assert (decoded.text, decoded.basis) == ("Größere Städte \udcff", "declared")


def test_declared_utf16_keeps_its_mark_in_the_text() -> None:
    decoded = decode("Rain".encode("utf-16-be"), "UTF-16")
    assert (decoded.text, decoded.encoding) == ("Rain", "utf-16-be")
    assert decode(b"\xff\xfeR\x00", "utf-16").text == "\ufeffR"


@pytest.mark.parametrize(
    "declared", ["no-such-code", "rot13", "hex", "idna", "unicode_escape", "utf-7", "a\x00b", "é", "ascii"]
)
def test_an_encoding_that_cannot_be_meant_is_a_finding(declared: str) -> None:
    decoded = decode("Grüße".encode(), declared)
    assert (decoded.text, decoded.encoding, decoded.basis) == ("Grüße", "utf-8", "strict-decode")
    assert [finding.code for finding in decoded.findings] == ["W111"]
    assert decoded.findings[0].found == declared


def test_a_late_byte_beyond_ascii_is_in_the_sample() -> None:
    assert decode(b"word " * 40_000 + b"\x93quoted\x94 text").encoding == "cp1252"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.4\n1 0 obj", "a PDF document"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive (or DOCX, ODT, EPUB)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
        (bytes(300), "data full of control characters"),
        (bytes(range(256)) * 4, "data full of control characters"),
    ],
)
def test_other_formats_are_not_text(data: bytes, found: str) -> None:
    finding = not_text(data)
    assert finding is not None
    assert (finding.code, finding.found) == ("E102", found)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Rain.",
        b"a stray \x00 in it",
        b"form feed\x0c, escape \x1b[1m",
        "Grüße".encode("utf-16"),
        "Rain and more of it".encode("utf-16-le"),
        "дождь".encode("koi8-r"),
        "雨".encode("shift_jis"),
        b"The PDF begins with %PDF-",
    ],
)
def test_text_is_text(data: bytes) -> None:
    assert not_text(data) is None


@given(st.binary() | st.binary().map(b'{"text": "'.__add__), st.none() | st.sampled_from(DECLARED))
def test_json_is_read_without_loss_in_one_of_few_encodings(data: bytes, declared: str | None) -> None:
    decoded = decode_json(data, declared)
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == data
    codes = {finding.code for finding in decoded.findings}
    assert decoded.basis == "declared" or decoded.encoding in {"utf-8", "cp1252"} or decoded.encoding.startswith("utf-")
    assert (decoded.basis in {"detected", "fallback"}) == bool(codes & {"W123", "E125"})


@pytest.mark.parametrize(
    ("data", "encoding", "codes"),
    [
        ('{"text": "é"}'.encode(), "utf-8", []),
        (b'{"text": "x \xe9"}', "cp1252", ["W123"]),
        (b'{"text": "it\x92s \x81"}', "cp1252", ["W123"]),
        (b'{"text": "\xed\xa0\x80"}', "utf-8", ["W123"]),
        (b'{"text": "caf\xc3\xa9 cr\xc3\xa8me \xff"}', "utf-8", ["W123"]),
        ('{"text": "Каша"}'.encode("cp1251"), "cp1252", ["W123"]),
        ('{"text": "a"}'.encode("utf-16-le"), "utf-16-le", ["W123"]),
        (b"[]", "utf-8", []),
        ('\ufeff{"text": "a"}'.encode("utf-16-be"), "utf-16-be", []),
    ],
)
def test_json_is_utf8_or_said_to_be_guessed(data: bytes, encoding: str, codes: list[str]) -> None:
    decoded = decode_json(data)
    assert (decoded.encoding, [finding.code for finding in decoded.findings]) == (encoding, codes)


def test_declared_json_is_as_declared() -> None:
    decoded = decode_json('{"text": "Каша"}'.encode("cp1251"), "windows-1251")
    assert (decoded.text, decoded.findings) == ('{"text": "Каша"}', ())


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"caf\xe9 " * 19, ["W123"]),
        (b"caf\xe9 " * 20, []),
        ("café".encode(), []),
        (b"plain", []),
        (b"", []),
        ("cr\u00e8me, caf\u00e9 ".encode() + b"\xff", []),
    ],
)
def test_a_guess_from_few_bytes_is_said_to_be_one(data: bytes, codes: list[str]) -> None:
    assert [finding.code for finding in decode(data).findings] == codes


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be"])
def test_broken_utf16_is_no_text(encoding: str) -> None:
    data = "\ufeffRain, again and again.".encode(encoding) + b"\n"
    assert [finding.code for finding in decode(data).findings] == ["E125"]
    assert [finding.code for finding in decode_json(data).findings] == ["E125"]
    assert decode(data[:-1]).encoding == encoding


def test_broken_utf16_without_a_mark_is_not_text() -> None:
    data = "Rain, again and again.".encode("utf-16-le")
    assert not_text(data) is None
    assert getattr(not_text(data + b"\n"), "code", None) == "E102"


def test_half_a_surrogate_pair_is_no_utf16() -> None:
    data = codecs.BOM_UTF16_LE + "Rain \ud83d again".encode("utf-16-le", "surrogatepass")
    assert [finding.code for finding in decode(data, "utf-16").findings] == ["W111", "E125"]
