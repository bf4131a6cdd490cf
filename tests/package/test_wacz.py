"""The manifest and the zip of a WACZ."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZIP64_LIMIT, ZIP_STORED, ZipFile

import pytest

from archiver.model import sha256
from archiver.package import wacz
from archiver.package.bag import FileEntry


def test_the_manifest_lists_every_file_by_digest() -> None:
    files = [FileEntry(path=path, length=1, digest=sha256(b"x")) for path in ("pages/pages.jsonl", "archive/A.warc.gz")]
    manifest = wacz.datapackage(files, title="T", description="D", created="2024-05-06T07:08:09Z")
    value = json.loads(manifest)
    assert [resource["path"] for resource in value["resources"]] == ["archive/A.warc.gz", "pages/pages.jsonl"]
    assert value["resources"][0] == {
        "name": "archive/a.warc.gz",
        "type": "file",
        "path": "archive/A.warc.gz",
        "hash": sha256(b"x"),
        "bytes": 1,
    }
    assert (value["wacz_version"], value["profile"]) == ("1.1.1", "data-package")
    assert value["metadata"] == {"title": "T", "description": "D"}
    assert json.loads(wacz.datapackage_digest(manifest)) == {"path": "datapackage.json", "hash": sha256(manifest)}


def test_the_zip_has_nothing_of_the_file_system_in_it(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    for name in ("archive/a.warc.gz", "datapackage.json"):
        (tmp_path / name).write_bytes(b"x" * 1000)
        (tmp_path / name).chmod(0o600)
    names = list(wacz.in_zip_order(["archive/a.warc.gz", "datapackage.json"]))
    stream = BytesIO()
    wacz.write_zip(stream, tmp_path, names)
    infos = ZipFile(stream).infolist()
    assert [info.filename for info in infos] == ["datapackage.json", "archive/a.warc.gz"]
    assert [info.compress_type for info in infos] == [ZIP_STORED, ZIP_STORED]
    assert {(info.date_time, info.external_attr >> 16, info.create_system, info.extra) for info in infos} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3, b"")
    }


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_file_larger_than_two_gigabytes_has_a_header_that_players_read(tmp_path: Path, beyond: int) -> None:
    with (tmp_path / "large").open("wb") as large:
        large.truncate(ZIP64_LIMIT + beyond)
    with (tmp_path / "out.wacz").open("wb") as stream:
        wacz.write_zip(stream, tmp_path, ["large"])
    with ZipFile(tmp_path / "out.wacz") as archive:
        (info,) = archive.infolist()
        assert info.file_size == ZIP64_LIMIT + beyond
    with (tmp_path / "out.wacz").open("rb") as stream:
        stream.seek(28)
        extra = int.from_bytes(stream.read(2), "little")
    assert extra == (20 if beyond else 0)
