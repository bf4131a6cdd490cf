"""Bags of other software: older versions, other encodings, other normal forms, files still to be fetched."""

import hashlib
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from archiver.verify.verify import LEVELS, Options, verify
from tests.verify.test_verify import INFO, response
from tests.warc.warcs import record, urn
from tests.warc.warcs import zipped as members


def codes(path: Path) -> list[str]:
    return [finding.code for finding in verify(path)]


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, data).hexdigest()


def bag(
    root: Path,
    files: dict[str, bytes],
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    manifests: dict[str, str] | None = None,
) -> Path:
    """A bag of `files`, with the text of its manifests as given, or one of SHA-256."""
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "data").mkdir(exist_ok=True)
    (root / "bagit.txt").write_text(f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n")
    listed = "".join(f"{checksum(data)}  {name}\n" for name, data in files.items())
    for name, text in (manifests or {"manifest-sha256.txt": listed}).items():
        (root / name).write_bytes(text.encode(encoding))
    tags = sorted(path.name for path in root.iterdir() if path.is_file())
    lines = [f"{checksum((root / name).read_bytes())}  {name}\n" for name in tags]
    (root / "tagmanifest-sha256.txt").write_bytes("".join(lines).encode(encoding))
    return root


Form = Literal["NFC", "NFD"]
RAIN = b"Rain.\n"


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"])
def test_bags_of_every_version(tmp_path: Path, version: str) -> None:
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, version=version)) == []


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16BE", "ISO-8859-1", "utf8"])
def test_tag_files_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    assert codes(bag(tmp_path, {"data/Núñez.txt": RAIN}, encoding=encoding)) == []


def test_tag_files_that_are_not_in_their_encoding(tmp_path: Path) -> None:
    bag(tmp_path, {"data/a.txt": RAIN}, encoding="UTF-16BE")
    (tmp_path / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: ASCII\n")
    (tmp_path / "manifest-sha256.txt").write_bytes(b"\xff")
    assert "E703" in codes(tmp_path)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha384", "sha512", "sha3-256"])
def test_manifests_of_any_algorithm(tmp_path: Path, algorithm: str) -> None:
    name = algorithm.replace("-", "")
    line = f"{checksum(RAIN, algorithm.replace('-', '_'))}  data/a.txt\n"
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, manifests={f"manifest-{name}.txt": line})) == []
    (tmp_path / "data/a.txt").write_bytes(b"Snow.\n")
    assert codes(tmp_path) == ["E704"]


@pytest.mark.parametrize(("here", "there"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_in_another_normal_form_is_the_same_file(tmp_path: Path, here: Form, there: Form) -> None:
    line = f"{checksum(RAIN)}  data/{normalize(there, 'Núñez')}\n"
    files = {f"data/{normalize(here, 'Núñez')}": RAIN}
    assert codes(bag(tmp_path, files, manifests={"manifest-sha256.txt": line})) == ["W717"]
    (tmp_path / next(iter(files))).write_bytes(b"Snow.\n")
    assert codes(tmp_path) == ["W717", "E704"]


def test_a_name_listed_in_both_normal_forms(tmp_path: Path) -> None:
    lines = "".join(f"{checksum(RAIN)}  data/{normalize(form, 'Núñez')}\n" for form in ("NFC", "NFD"))
    files = {f"data/{normalize('NFC', 'Núñez')}": RAIN}
    assert codes(bag(tmp_path, files, manifests={"manifest-sha256.txt": lines})) == ["W717", "W720"]


@pytest.mark.parametrize(("version", "code"), [("0.97", "W722"), ("1.0", "E706")])
def test_manifests_that_list_different_files(tmp_path: Path, version: str, code: str) -> None:
    first = f"{checksum(RAIN)}  data/a.txt\n{checksum(RAIN)}  data/b.txt\n"
    manifests = {"manifest-sha256.txt": first, "manifest-md5.txt": f"{checksum(RAIN, 'md5')}  data/a.txt\n"}
    root = bag(tmp_path, {"data/a.txt": RAIN, "data/b.txt": RAIN}, version=version, manifests=manifests)
    assert codes(root) == [code]


def test_manifests_that_disagree(tmp_path: Path) -> None:
    manifests = {
        "manifest-sha256.txt": f"{checksum(RAIN)}  data/a.txt\n",
        "manifest-md5.txt": f"{'0' * 32}  data/a.txt\n",
    }
    found = list(verify(bag(tmp_path, {"data/a.txt": RAIN}, manifests=manifests)))
    assert [(each.code, each.file) for each in found] == [("E704", "data/a.txt")]
    assert "manifest-md5.txt" in found[0].message


def test_files_to_be_fetched_are_not_missing(tmp_path: Path) -> None:
    fetch = b"https://example.org/a 6 data/a.txt\nhttps://example.org/b - data/b%0A.txt\n"
    lines = f"{checksum(RAIN)}  data/a.txt\n{checksum(RAIN)}  data/b%0A.txt\n"
    root = bag(tmp_path, {"fetch.txt": fetch}, manifests={"manifest-sha256.txt": lines})
    assert codes(root) == ["W713"]


def test_line_ends_in_names(tmp_path: Path) -> None:
    line = f"{checksum(RAIN)} *data/a%0A%25.txt\n"
    assert codes(bag(tmp_path, {"data/a\n%.txt": RAIN}, manifests={"manifest-sha256.txt": line})) == []


def test_archives_in_a_bag_are_read(tmp_path: Path, wacz: Path) -> None:
    changed = response(b"HTTP/1.1 200 OK\r\n\r\nhallo")
    files = {
        "data/a/x.warc.gz": members(INFO, response()),
        "data/b.warc": INFO + changed,
        "data/c.wacz": wacz.read_bytes(),
        "data/d.wacz": wacz.read_bytes()[:-9],
    }
    found = [(each.code, each.file) for each in verify(bag(tmp_path, files))]
    assert set(found) == {
        ("E302", "data/b.warc"),
        ("E223", "data/b.warc"),
        ("W241", "data/b.warc"),
        ("E401", "data/d.wacz"),
    }


def test_archives_in_a_bag_are_read_as_far_as_asked(tmp_path: Path, wacz: Path) -> None:
    root = bag(tmp_path, {"data/b.warc": INFO + b"!", "data/d.wacz": wacz.read_bytes().replace(b"WARC", b"CRAW")})
    at = {level: {each.file for each in verify(root, Options(level=level))} for level in LEVELS}
    assert at["structure"] == set()
    assert "data/b.warc" not in at["fixity"]
    assert "data/b.warc" in at["full"]
    assert at["fixity"] < at["full"]


def test_records_of_one_bag_may_speak_of_one_another(tmp_path: Path) -> None:
    reference = record(number=2, change={"WARC-Concurrent-To": f"<{urn(1)}>"})
    info = record("warcinfo", 8, b"software: other\r\n")
    root = bag(tmp_path, {"data/a.warc": INFO + record(), "data/b.warc": info + reference})
    assert codes(root) == []
    (root / "data/a.warc").unlink()
    assert codes(root) == ["E705", "I616"]


def test_an_empty_payload(tmp_path: Path) -> None:
    assert codes(bag(tmp_path, {}, manifests={"manifest-sha256.txt": ""})) == []
    (tmp_path / "data").rmdir()
    assert codes(tmp_path) == ["E719"]


def test_a_payload_that_only_resembles_a_wacz(tmp_path: Path) -> None:
    package = b'{"name": "x", "resources": [{"name": "a", "path": "a.txt"}]}'
    assert codes(bag(tmp_path / "a", {"data/a.txt": RAIN, "data/datapackage.json": package})) == []
    folders = {"data/archive/x.txt": RAIN, "data/indexes/y.txt": RAIN, "data/pages/p.html": RAIN}
    assert codes(bag(tmp_path / "b", folders)) == []
    assert "E410" in codes(bag(tmp_path / "c", {"data/datapackage.json": b'{"wacz_version": "1.1.1"}'}))
    assert "E410" in codes(bag(tmp_path / "d", {"data/datapackage.json": b'{"profile": "wacz"}'}))
    assert "E411" in codes(bag(tmp_path / "e", {"data/datapackage.json": b"{", "data/archive/a.warc": INFO}))


def test_files_that_are_archives_by_their_names_alone(tmp_path: Path) -> None:
    files = {"data/old.arc": b"\x1a\x02FILE.TXT\0....", "data/notes.warc": b"On war crimes.\n", "data/none.warc": b""}
    assert codes(bag(tmp_path / "a", files)) == ["I250"] * 3
    assert "E217" in codes(bag(tmp_path / "b", {"data/a.warc.gz": members(INFO)[:-9]}))


WHOLE = f"{checksum(RAIN)}  data/a.txt\n{checksum(RAIN)}  data/b.txt\n"


@pytest.mark.parametrize(
    ("length", "oxum", "expected"),
    [("6", "12.2", []), ("06", "12.2", []), ("6", "6.1", ["E709"]), ("7", "12.2", ["E709"]), ("-", "9.9", [])],
)
def test_the_payload_is_counted_with_what_is_to_be_fetched(
    tmp_path: Path, length: str, oxum: str, expected: list[str]
) -> None:
    fetch = f"https://example.org/b {length} data/b.txt\n"
    files = {
        "data/a.txt": RAIN,
        "fetch.txt": fetch.encode(),
        "bag-info.txt": f"Payload-Oxum: {oxum}\n".encode(),
    }
    assert codes(bag(tmp_path, files, manifests={"manifest-sha256.txt": WHOLE})) == ["W713", *expected]


@pytest.mark.parametrize(("length", "expected"), [("6", []), ("006", []), ("7", ["E721"])])
def test_the_length_of_a_file_that_was_fetched(tmp_path: Path, length: str, expected: list[str]) -> None:
    fetch = f"https://example.org/a {length} data/a.txt\n".encode()
    lines = f"{checksum(RAIN)}  data/a.txt\n"
    root = bag(tmp_path, {"data/a.txt": RAIN, "fetch.txt": fetch}, manifests={"manifest-sha256.txt": lines})
    assert codes(root) == expected


@pytest.mark.parametrize(("mark", "encoding"), [("", "utf-16-be"), ("\ufeff", "utf-16-be"), ("\ufeff", "utf-16-le")])
def test_utf_16_with_and_without_a_mark(tmp_path: Path, mark: str, encoding: str) -> None:
    root = bag(tmp_path, {"data/Núñez.txt": RAIN})
    (root / "tagmanifest-sha256.txt").unlink()
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n")
    (root / "manifest-sha256.txt").write_bytes((mark + f"{checksum(RAIN)}  data/Núñez.txt\n").encode(encoding))
    assert codes(root) == ["W716"]


FOLDED = b"Payload-Oxum:\n 6.1\nBagging-Date:\n  2020-01-01\nBag-Count: 1\n\tof 2\n"
INFOS: dict[str, tuple[bytes, str, list[str]]] = {
    "folded": (FOLDED, "1.0", []),
    "folded, and wrong": (FOLDED.replace(b"6.1", b"7.1").replace(b"-01-01", b"-13-01"), "1.0", ["W727", "E709"]),
    "a blank last line, before version 1.0": (b"Contact-Name: a\n\n", "0.97", []),
    "a blank last line": (b"Contact-Name: a\n\n", "1.0", ["E715"]),
    "a blank line within, before version 1.0": (b"Contact-Name: a\n\nBag-Size: 1\n", "0.97", ["E715"]),
}


@pytest.mark.parametrize(("info", "version", "expected"), INFOS.values(), ids=INFOS)
def test_what_bag_info_says(tmp_path: Path, info: bytes, version: str, expected: list[str]) -> None:
    lines = {"manifest-sha256.txt": f"{checksum(RAIN)}  data/a.txt\n"}
    assert (
        codes(bag(tmp_path, {"data/a.txt": RAIN, "bag-info.txt": info}, version=version, manifests=lines)) == expected
    )


def test_before_version_1_a_percent_sign_is_one(tmp_path: Path) -> None:
    files = {"data/a%25b": RAIN, "data/a%b": b"Snow.\n"}
    assert codes(bag(tmp_path / "a", files, version="0.97")) == []
    assert "E710" in codes(bag(tmp_path / "b", files))


@pytest.mark.parametrize(("version", "code"), [("0.93", "W728"), ("1.0", "E726")])
def test_a_manifest_that_is_named_in_capitals(tmp_path: Path, version: str, code: str) -> None:
    lines = {"manifest-MD5.txt": f"{checksum(RAIN, 'md5')}  data/a.txt\n"}
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, version=version, manifests=lines)) == [code]


def test_of_many_faults_the_rest_is_counted(tmp_path: Path) -> None:
    lines = f"{checksum(RAIN)}  data/a.txt\n" + "\n" * 5000
    found = list(verify(bag(tmp_path, {"data/a.txt": RAIN}, manifests={"manifest-sha256.txt": lines})))
    assert [each.code for each in found] == ["E703"] * 1025
    assert "3,976 more" in found[-1].message


def test_a_file_that_is_a_manifest_by_its_name_alone(tmp_path: Path) -> None:
    listed = f"{checksum(RAIN)}  data/a.txt\n"
    manifests = {"manifest-sha256.txt": listed, "manifest-notes.txt": "It rained.\nAll day.\n"}
    assert codes(bag(tmp_path / "a", {"data/a.txt": RAIN}, manifests=manifests)) == ["W708"]
    del manifests["manifest-sha256.txt"]
    assert codes(bag(tmp_path / "b", {"data/a.txt": RAIN}, manifests=manifests)) == ["W708", "E702"]
