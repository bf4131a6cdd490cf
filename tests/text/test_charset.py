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
        (b"<META CONTENT='text/html; charset=koi8-r' HTTP-EQUIV=Content-Type>"
         + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b" " * 3000 + b"<meta charset=koi8-r>" + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b"<?xml version='1.0' encoding='koi8-r'?>" + CYRILLIC.encode("koi8-r"), None, "koi8-r", "meta"),
        (b"<!--<meta charset=koi8-r>--><meta charset=cp1251>" + CYRILLIC.encode("cp1251"), None, "cp1251", "meta"),
        (b"<meta charset=utf-16>" + CYRILLIC.encode(), None, "utf-8", "meta"),
        (b"<meta charset=ucs-2>" + CYRILLIC.encode(), None, "utf-8", "meta"),
        (b"<meta charset=iso-8859-1>caf\xe9 \x93x\x94", None, "cp1252", "meta"),
        (b"<meta charset=us-ascii>caf\xe9 \x93x\x94", None, "cp1252", "meta"),
        (b"<meta charset=x-user-defined>caf\xe9", None, "cp1252", "meta"),
        (b"<meta charset=x-sjis>" + "橋は土曜日に開通した。".encode("cp932"), None, "cp932", "meta"),
        (b"<meta charset=gb2312>" + "大桥于周六通车。镕".encode("gb18030"), None, "gb18030", "meta"),
        (b"<meta charset=ks_c_5601-1987>" + "다리가 토요일에 열렸다.".encode("euc-kr"), None, "euc_kr", "meta"),
        (b"<meta charset=windows-874>" + "สะพานเปิด".encode("cp874"), None, "cp874", "meta"),
        (b"<a title='<meta charset=koi8-r>'><meta charset=cp1251>" + CYRILLIC.encode("cp1251"), None, "cp1251", "meta"),
        (b"<meta charset=''><meta name=x content='charset=koi8-r'><meta charset = 'cp1251' >"
         + CYRILLIC.encode("cp1251"), None, "cp1251", "meta"),
        (CYRILLIC.encode("cp1251"), "x-cp1251", "cp1251", "declared"),
        (f"<meta charset=utf-8>{CYRILLIC}".encode("utf-16-le"), None, "utf-16-le", "detected"),
        (f"<meta charset=utf-8>{CYRILLIC}".encode("utf-16-be"), None, "utf-16-be", "detected"),
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
