"""Tag files as RFC 8493 has them."""

import pytest

from archiver import __version__
from archiver.model import sha256
from archiver.package.bag import FileEntry, manifest, tag_files

PAYLOAD = [
    FileEntry(path="data/b.txt", length=2, digest=sha256(b"bb")),
    FileEntry(path="data/a.txt", length=1, digest=sha256(b"a")),
]


def test_tag_files_describe_the_payload() -> None:
    files = dict(tag_files(PAYLOAD, [("External-Description", "One\r\nTwo: 3")], "2024-05-06T07:08:09Z"))
    assert files["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert files["bag-info.txt"].decode() == (
        "External-Description: One Two: 3\n"
        f"Bag-Software-Agent: archiver {__version__}\n"
        "Bagging-Date: 2024-05-06\n"
        "Payload-Oxum: 3.2\n"
    )
    hexes = [sha256(data).removeprefix("sha256:") for data in (b"a", b"bb")]
    assert files["manifest-sha256.txt"].decode() == f"{hexes[0]}  data/a.txt\n{hexes[1]}  data/b.txt\n"


def test_the_tag_manifest_comes_last_and_covers_the_others() -> None:
    *files, (name, tags) = tag_files(PAYLOAD, [], "2024-05-06T07:08:09Z")
    assert name == "tagmanifest-sha256.txt"
    assert tags == manifest((other, sha256(data)) for other, data in sorted(files))


@pytest.mark.parametrize(("path", "written"), [("a\nb", "a%0Ab"), ("a\rb", "a%0Db"), ("50%", "50%25"), ("é b", "é b")])
def test_a_path_stays_on_its_line(path: str, written: str) -> None:
    assert manifest([(path, sha256(b""))]).decode().endswith(f"  {written}\n")
