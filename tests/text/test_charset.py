"""The encoding of a page: whose word counts."""

import pytest

from archiver.text.charset import decode_page

CYRILLIC = "<p>Мост открыли в субботу, на год раньше срока.</p>"


@pytest.mark.parametrize(
    ("data", "declared", "encoding", "basis"),
    [
        (b"\xef\xbb\xbf<meta charset=windows-1251>" + CYRILLIC.encode(), None, "utf-8", "byte-order-mark"),
        (CYRILLIC.encode("utf-16"), "windows-1251", "utf-16-le", "byte-order-mark"),
        (b"<meta charset=koi8-r>" + CYRILLIC.encode("cp1251"), "windows-1251", "cp1251", "declared"),
        (b'<meta charset="windows-1251">' + CYRILLIC.encode("cp1251"), None, "cp1251", "meta"),
        (b"<META CONTENT='text/html; charset=koi8-r'>" + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b" " * 3000 + b"<meta charset=koi8-r>" + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b"<?xml version='1.0' encoding='koi8-r'?>" + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b"<!--<meta charset=koi8-r>--><meta charset=cp1251>" + CYRILLIC.encode("cp1251"), None, "cp1251", "meta"),
        (b"<meta charset=utf-16>" + CYRILLIC.encode(), None, "utf-8", "meta"),
        (b"<meta charset=iso-8859-1>caf\xe9 \x93x\x94", None, "cp1252", "meta"),
        (CYRILLIC.encode(), None, "utf-8", "strict-decode"),
    ],
)  # fmt: skip
def test_whose_word_counts(data: bytes, declared: str | None, encoding: str, basis: str) -> None:
    decoded = decode_page(data, declared)
    assert (decoded.encoding, decoded.basis) == (encoding, basis)
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == data
    assert not decoded.findings


@pytest.mark.parametrize("stated", [b"windows-1252", b"no-such-charset"])
def test_a_page_that_says_otherwise_than_its_bytes(stated: bytes) -> None:
    decoded = decode_page(b"<meta charset=" + stated + b">" + CYRILLIC.encode())
    assert (decoded.encoding, decoded.basis) == ("utf-8", "strict-decode")
    assert [finding.code for finding in decoded.findings] == ["W111"]
