"""What conformance suites of BagIt hold, made anew: each bag has one fault, which its name says, or none."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from archiver.verify.verify import verify
from tests.verify.test_bags import RAIN, bag, checksum

SNOW = b"Snow.\n"
A = f"{checksum(RAIN)}  data/a.txt\n"


def line(path: str, data: bytes = RAIN) -> str:
    return f"{checksum(data)}  {path}\n"


def codes(root: Path) -> list[str]:
    return [finding.code for finding in verify(root)]


# The manifest of a bag that holds data/a.txt.
MANIFESTS: Mapping[str, tuple[str, list[str]]] = {
    "binary mark of md5sum": (A.replace("  ", " *"), []),
    "dot and slash": (A.replace("data/", "./data/"), []),
    "binary mark, dot and slash": (A.replace("  data/", " *./data/"), []),
    "upper case": (A.replace(checksum(RAIN), checksum(RAIN).upper()), []),
    "a tab": (A.replace("  ", "\t"), []),
    "one blank": (A.replace("  ", " "), []),
    "CR LF": (A.replace("\n", "\r\n"), []),
    "CR": (A.replace("\n", "\r"), []),
    "no last line end": (A.rstrip(), []),
    "a blank line": (A + "\n", ["E703"]),
    "byte order mark": ("\ufeff" + A, ["E703", "E706"]),
    "blank before the checksum": (" " + A, ["E703", "E706"]),
    "checksum cut short": (A[1:], ["E703", "E706"]),
    "absolute path": (A + line("/etc/passwd"), ["E707"]),
    "path out of the bag": (A + line("../../../README.md"), ["E707"]),
    "path out of the payload": (A + line("data/../bagit.txt"), ["E707"]),
    "path that comes back": (line("data/x/../a.txt"), ["E707", "E706"]),
    "home": (A + line("~/x"), ["E707"]),
    "home of another": (A + line("~root/x"), ["E707"]),
    "drive": (A + line("C:/x"), ["E707"]),
    "backslashes": (line("data\\a.txt"), ["E707", "E706"]),
    "tag file": (A + line("bagit.txt"), ["E707"]),
    "twice, the same": (A + A, ["W720"]),
    "twice, another": (A + line("data/a.txt", SNOW), ["E710"]),
    "missing file": (A + line("data/b.txt"), ["E705"]),
    "nothing": ("", ["E706"]),
    "name in another case": (line("data/A.txt"), ["E705", "E706"]),
}


@pytest.mark.parametrize(("text", "expected"), MANIFESTS.values(), ids=MANIFESTS)
def test_manifests(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, manifests={"manifest-sha256.txt": text})) == expected


# Names of a payload file, how the manifest spells it, the version, and the codes.
NAMES = [
    ("data/a b.txt", "data/a b.txt", "1.0", []),
    ("data/ a ", "data/ a ", "1.0", []),
    ("data/*a*", "data/*a*", "1.0", []),
    ("data/~a", "data/~a", "1.0", []),
    ("data/.keep", "data/.keep", "1.0", []),
    ("data/a\r\n%41", "data/a%0D%0A%2541", "1.0", []),
    ("data/a\n", "data/a%0a", "0.97", []),
    ("data/a%20b", "data/a%20b", "0.97", []),
    ("data/a%25b", "data/a%25b", "0.97", []),
    ("data/100%", "data/100%25", "0.97", []),
    ("data/100%", "data/100%", "1.0", ["W724"]),
    ("data/a%25b", "data/a%25b", "1.0", ["W724"]),
    ("data/a\\b", "data/a\\b", "1.0", ["W447"]),
    ("data/\x1b[2J", "data/\x1b[2J", "1.0", ["W447"]),
    ("data/\u202egpj", "data/\u202egpj", "1.0", ["W447"]),
]


@pytest.mark.parametrize(("name", "spelled", "version", "expected"), NAMES)
def test_names(tmp_path: Path, name: str, spelled: str, version: str, expected: list[str]) -> None:
    root = bag(tmp_path, {name: RAIN}, version=version, manifests={"manifest-sha256.txt": line(spelled)})
    assert codes(root) == expected
    (root / name).write_bytes(SNOW)
    assert codes(root) == [*expected, "E704"]


@pytest.mark.parametrize(("names", "code"), [(("a.txt", "A.TXT"), "W432"), (("caf\u00e9", "cafe\u0301"), "W446")])
def test_names_that_are_one_elsewhere(tmp_path: Path, names: tuple[str, str], code: str) -> None:
    assert codes(bag(tmp_path, {f"data/{name}": RAIN for name in names})) == [code]


UTF_8 = "Tag-File-Character-Encoding: UTF-8"
DECLARATIONS: dict[str, list[str]] = {
    f"BagIt-Version: 1.0\n{UTF_8}\n": [],
    f"BagIt-Version: 1.0\r\n{UTF_8}\r\n": [],
    f"BagIt-Version: 1.0\r{UTF_8}": [],
    f"BagIt-Version: 0.98\n{UTF_8}\n": ["W711"],
}
NO_DECLARATIONS = (
    f"BagIt-Version : 1.0\n{UTF_8}\n",
    f"BagIt-Version:  0.97\n{UTF_8}\n",
    f"BagIt-Version:1.0\n{UTF_8}\n",
    f"BagIt-Version:\t1.0\n{UTF_8}\n",
    f" BagIt-Version: 1.0\n{UTF_8}\n",
    f"BagIt-Version: 1.0 \n{UTF_8}\n",
    f"BagIt-Version: 1.0\n{UTF_8} \n",
    f"BagIt-Version: 1.0\n\n{UTF_8}\n",
    f"BagIt-Version: 1.0{UTF_8}\n",
    f"BagIt-Version: 1.0\n{UTF_8}\nSource: x\n",
    f"{UTF_8}\nBagIt-Version: 1.0\n",
    f"bagit-version: 1.0\n{UTF_8.lower()}\n",
    f"BagIt-Version: 1\n{UTF_8}\n",
    f"BagIt-Version: 1.0.0\n{UTF_8}\n",
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: \n",
    "BagIt-Version: 1.0\n",
    UTF_8,
    f"\ufeffBagIt-Version: 1.0\n{UTF_8}\n",
    "",
)
DECLARATIONS |= {text: ["E701"] for text in NO_DECLARATIONS}


@pytest.mark.parametrize("text", DECLARATIONS)
def test_declarations(tmp_path: Path, text: str) -> None:
    root = bag(tmp_path, {"data/a.txt": RAIN})
    (root / "bagit.txt").write_bytes(text.encode())
    (root / "tagmanifest-sha256.txt").unlink()
    assert [code for code in codes(root) if code != "W716"] == DECLARATIONS[text]


# bag-info.txt of a bag whose payload is 6 bytes in 1 file, the version, and the codes.
INFOS = [
    ("", "1.0", []),
    ("Contact-Name: a\nContact-Name: b\n", "1.0", []),
    ("External-Description: one\n  two\n\tthree: four\n", "1.0", []),
    ("Source-Organization:\n", "1.0", []),
    ("A:b\n", "0.97", []),
    ("A:b\n", "1.0", ["E715"]),
    ("  A: b\n", "1.0", ["E715"]),
    ("A: b\n\nC: d\n", "1.0", ["E715"]),
    ("nonsense\n", "0.97", ["E715"]),
    ("payload-oxum: 6.1\n", "1.0", []),
    ("Payload-Oxum: 7.1\n", "1.0", ["E709"]),
    ("Payload-Oxum: 6.2\n", "1.0", ["E709"]),
    ("Payload-Oxum: 6\n", "1.0", ["E709"]),
    ("Payload-Oxum: six.one\n", "1.0", ["E709"]),
    ("Payload-Oxum: -6.1\n", "1.0", ["E709"]),
    ("Payload-Oxum: 6.1\nPayload-Oxum: 6.1\n", "1.0", ["E709"]),
    ("Bagging-Date: 2024-02-29\nBag-Count: 1 of 2\n", "1.0", []),
    ("bagging-date: 2024-02-29\nBAG-COUNT: 3 of ?\n", "0.97", []),
    ("Bagging-Date: 2023-02-29\n", "1.0", ["W727"]),
    ("Bagging-Date: 29.2.2024\n", "1.0", ["W727"]),
    ("Bagging-Date: 2024-02-29T00:00:00Z\n", "1.0", ["W727"]),
    ("Bag-Count: 2\n", "1.0", ["W727"]),
    ("Bag-Count: 2 of 1\n", "1.0", ["W727"]),
    ("Bag-Count: 0 of 1\n", "1.0", ["W727"]),
    ("Bagging-Date: 2024-02-29\nBagging-Date: 2024-02-29\n", "1.0", ["W727"]),
    ("Bag-Size: 1 MB\nBag-Size: 1 MB\n", "1.0", ["W727"]),
]


@pytest.mark.parametrize(("text", "version", "expected"), INFOS)
def test_bag_infos(tmp_path: Path, text: str, version: str, expected: list[str]) -> None:
    root = tmp_path
    root.joinpath("bag-info.txt").write_bytes(text.encode())
    assert codes(bag(root, {"data/a.txt": RAIN}, version=version)) == expected


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95"])
def test_early_versions_have_a_package_info(tmp_path: Path, version: str) -> None:
    (tmp_path / "package-info.txt").write_bytes(b"Payload-Oxum: 9.9\n")
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, version=version)) == ["E709"]


# Lines of fetch.txt in a bag whose manifest lists data/a.txt, which is here, and data/b c.txt, which is not.
FETCHES: Mapping[str, list[str]] = {
    "": ["E705"],
    "https://example.org/b%20c 6 data/b c.txt\n": ["W713"],
    "https://example.org/b - ./data/b c.txt\n": ["W713"],
    "https://example.org/b\t6\tdata/b c.txt\r\n": ["W713"],
    "file:///b 6 b c.txt\n": ["W725", "W713"],
    "https://example.org/a 6 data/a.txt\n": ["E705"],
    "https://example.org/a 7 data/a.txt\n": ["E721", "E705"],
    "https://example.org/z 6 data/z\n": ["W713", "E705", "E706"],
    "https://example.org/z 6 bag-info.txt\n": ["E707", "E705"],
    "https://example.org/z 6 ../z\n": ["E707", "E705"],
    "https://example.org/z 6 /etc/z\n": ["E707", "E705"],
    "https://example.org/z -6 data/b c.txt\n": ["E721", "E705"],
    "example 6 data/b c.txt\n": ["E721", "E705"],
    "https://example.org/b 6\n": ["E721", "E705"],
    "\nhttps://example.org/b 6 data/b c.txt\n": ["E721", "W713"],
}


@pytest.mark.parametrize("text", FETCHES)
def test_fetches(tmp_path: Path, text: str) -> None:
    (tmp_path / "fetch.txt").write_bytes(text.encode())
    manifests = {"manifest-sha256.txt": A + line("data/b c.txt")}
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, manifests=manifests)) == FETCHES[text]


# What is added to the tag manifest of a bag.
TAGS: Mapping[str, list[str]] = {
    line("tags/a.txt"): [],
    line("data/a.txt"): [],
    line("tagmanifest-sha256.txt"): ["E723"],
    line("../x"): ["E707"],
    line("gone.txt"): ["E705"],
}


@pytest.mark.parametrize("text", TAGS)
def test_tag_manifests(tmp_path: Path, text: str) -> None:
    root = bag(tmp_path, {"data/a.txt": RAIN})
    (root / "tags").mkdir()
    (root / "tags/a.txt").write_bytes(RAIN)
    with (root / "tagmanifest-sha256.txt").open("a") as stream:
        stream.write(text)
    assert [code for code in codes(root) if code != "W714"] == TAGS[text]


@pytest.mark.parametrize("name", ["manifest.txt", "Manifest-sha256.txt", "manifest-of-things.txt"])
def test_manifests_under_other_names_are_none(tmp_path: Path, name: str) -> None:
    assert codes(bag(tmp_path, {"data/a.txt": RAIN}, manifests={name: A})) == ["E702"]


@pytest.mark.parametrize("name", ["manifest-sha-256.txt", "manifest-SHA256.txt", "manifest-Sha_256.txt"])
def test_manifests_whose_algorithm_is_spelled_otherwise(tmp_path: Path, name: str) -> None:
    root = bag(tmp_path, {"data/a.txt": RAIN}, manifests={name: A})
    assert codes(root) == ["E726"]
    (root / "data/a.txt").write_bytes(SNOW)
    assert codes(root) == ["E726", "E704"]


def test_a_bag_in_a_bag(tmp_path: Path) -> None:
    inner = {"data/in/bagit.txt": b"x", "data/in/manifest-md5.txt": b"y", "data/in/data/a.txt": RAIN}
    assert codes(bag(tmp_path, inner)) == []


def test_a_payload_folder_that_is_a_file(tmp_path: Path) -> None:
    root = bag(tmp_path, {}, manifests={"manifest-sha256.txt": ""})
    (root / "data").rmdir()
    (root / "data").write_bytes(RAIN)
    assert codes(root) == ["W714", "E719"]
