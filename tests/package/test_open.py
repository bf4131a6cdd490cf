"""Opening what is a package, and refusing what is none with a sentence."""

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

import pytest

from archiver.errors import ArchiverError, CannotRead, NotAPackage, UnsupportedVersion
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.package import layout
from archiver.package.open import Entry, Package, open_package
from archiver.record import schema
from archiver.warc.writer import WarcFile, WarcRecord
from tests.articles import article


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of three articles, of which the last has the first's bytes."""
    work = tmp_path_factory.mktemp("package")
    lines = [{"text": "The pier is gone."}, {"text": "The pier is back."}, {"text": "The pier is gone."}]
    (work / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pack([work / "wire.jsonl"], work / "out", Config(created="2024-05-06T07:08:09Z"))
    return work / "out"


@pytest.fixture(scope="module")
def wacz(folder: Path) -> Path:
    """The same as a WACZ file."""
    out = folder.parent / "out.wacz"
    pack([folder.parent / "wire.jsonl"], out, Config(created="2024-05-06T07:08:09Z"))
    return out


@pytest.mark.parametrize("part", ["", "data"])
def test_a_bag_and_its_data_are_the_same_package(folder: Path, part: str) -> None:
    entries = list(open_package(folder / part))
    assert [entry.article.text for entry in entries if isinstance(entry, Entry)] == [
        "The pier is gone.",
        "The pier is back.",
        "The pier is gone.",
    ]
    assert [entry.is_duplicate for entry in entries if isinstance(entry, Entry)] == [False, False, True]


def test_a_wacz_reads_as_its_folder_does(folder: Path, wacz: Path) -> None:
    assert list(open_package(wacz)) == list(open_package(str(folder)))
    assert open_package(wacz).run() == open_package(folder).run()
    assert open_package(wacz).datapackage()["wacz_version"] == "1.1.1"


def test_a_duplicate_has_the_original_of_the_first(wacz: Path) -> None:
    package = open_package(wacz)
    first, _, last = package.articles()
    assert (first.original_id, package.original(first)) == (last.original_id, package.original(last))


def empty(path: Path) -> Path:
    path.mkdir()
    return path


def named(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.mkdir()
        (path / name).write_bytes(data)
        return path / name

    return make


def zipped(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    return path


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda path: path, CannotRead, "does not exist"),
        (empty, NotAPackage, "is no package"),
        (named("a.txt", b"x"), NotAPackage, "neither a folder nor a WACZ"),
        (zipped, NotAPackage, "is no package"),
    ],
)
def test_what_is_no_package_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], error: type[ArchiverError], says: str
) -> None:
    with pytest.raises(error, match=says):
        open_package(make(tmp_path / "given"))


def test_a_package_without_its_texts_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "data/archive", tmp_path / "archive")
    shutil.copyfile(folder / "data/datapackage.json", tmp_path / "datapackage.json")
    with pytest.raises(CannotRead, match="derived"):
        list(open_package(tmp_path))


class Held:
    """Files that are held in memory: a manifest, and an archive of the records given."""

    def __init__(self, *records: WarcRecord, **others: bytes) -> None:
        self.files = {"datapackage.json": b"{}", "archive/a.warc.gz": warc(*records)}
        self.files |= {name.replace("_", "/", 1).replace("_", "."): data for name, data in others.items()}

    def names(self) -> list[str]:
        """Every name."""
        return sorted(self.files)

    def open(self, name: str) -> BinaryIO:
        """One file."""
        return BytesIO(self.files[name])


def warc(*records: WarcRecord) -> bytes:
    """A WARC file of these records."""
    stream = BytesIO()
    file = WarcFile(stream)
    for record in records:
        file.write(record)
    return stream.getvalue()


def record_of(block: bytes, uri: str) -> WarcRecord:
    """A metadata record."""
    original = "urn:uuid:00000000-0000-5000-8000-000000000009"
    identifier = "urn:uuid:00000000-0000-5000-8000-000000000001"
    return WarcRecord(
        type="metadata", id=identifier, date="2024-05-06T07:08:09Z", uri=uri, refers_to=original,
        content_type="application/json", block=block,
    )  # fmt: skip


def conversion() -> bytes:
    """A WARC file with the text that such records are about."""
    original = record_of(b"", "").refers_to
    return warc(
        WarcRecord(
            type="conversion", id="urn:uuid:00000000-0000-5000-8000-000000000002", date="2024-05-06T07:08:10Z",
            uri="https://archiver.invalid/x", refers_to=original, content_type="text/plain", block=b"Rain.",
        )
    )  # fmt: skip


ARTICLE_URI = layout.provenance_uri("urn:uuid:1")


@pytest.mark.parametrize(
    ("block", "error", "says"),
    [
        (b"{", CannotRead, "broken JSON"),
        (b"[]", CannotRead, "no JSON object"),
        (b"{}", UnsupportedVersion, "holds a record of the schema None"),
        (b'{"schema": "https://archiver.invalid/schemas/article.v2.schema.json"}', UnsupportedVersion, "article.v2"),
        (f'{{"schema": "{schema.ARTICLE}", "id": "x"}}'.encode(), CannotRead, "the record x breaks its schema"),
        (f'{{"schema": "{schema.ARTICLE}", "id": 1, "url": 7}}'.encode(), CannotRead, "breaks its schema"),
    ],
)
def test_a_record_that_cannot_be_read_is_said(block: bytes, error: type[ArchiverError], says: str) -> None:
    derived = {layout.derived("archive/a.warc.gz").replace("/", "_", 1).replace(".", "_"): conversion()}
    with pytest.raises(error, match=says):
        list(Package(Held(record_of(block, ARTICLE_URI), **derived)))


def test_a_package_without_article_records_is_another_s() -> None:
    elsewhere = record_of(b"{}", "metadata://elsewhere.example/1")
    with pytest.raises(NotAPackage, match="not made by archiver"):
        list(Package(Held(elsewhere)))
    assert list(Package(Held(elsewhere, provenance_run_json=b"{}"))) == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff"])
def test_a_report_that_is_no_json_object_is_said(data: bytes) -> None:
    with pytest.raises(CannotRead, match=r"provenance/run\.json holds"):
        Package(Held(provenance_run_json=data)).run()


def flipped(path: Path, at: int) -> None:
    """Change a bit."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_damage_is_never_passed_over_in_silence(folder: Path, tmp_path: Path) -> None:
    size = (folder / "data/archive/articles-00000.warc.gz").stat().st_size
    for at in range(0, size, size // 40):
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(folder, tmp_path / "copy")
        flipped(tmp_path / "copy/data/archive/articles-00000.warc.gz", at)
        whole = list(open_package(folder))
        try:
            assert list(open_package(tmp_path / "copy")) == whole
        except CannotRead as error:
            assert "archiver verify" in str(error)  # noqa: PT017


def test_damage_in_a_wacz_is_said(wacz: Path, tmp_path: Path) -> None:
    shutil.copyfile(wacz, tmp_path / "copy.wacz")
    with ZipFile(wacz) as archive:
        member = archive.getinfo("archive/articles-00000.warc.gz")
    flipped(tmp_path / "copy.wacz", member.header_offset + 30 + len(member.filename) + member.compress_size // 2)
    with pytest.raises(CannotRead, match=r"articles-00000\.warc\.gz"):
        list(open_package(tmp_path / "copy.wacz"))


def test_original_bytes_that_were_changed_are_not_given() -> None:
    resource = WarcRecord(
        type="resource", id="urn:uuid:00000000-0000-5000-8000-000000000009", date="2024-05-06T07:08:09Z",
        uri="https://archiver.invalid/x", content_type="text/plain", block=b"Rain.", with_payload=True,
    )  # fmt: skip
    held = Held(resource)
    entry = Entry(article=article(), original_id=resource.id, warc="archive/a.warc.gz", is_duplicate=False)
    assert Package(held).original(entry) == b"Rain."
    with pytest.raises(CannotRead, match="does not hold urn:uuid:0"):
        Package(held).original(replace(entry, original_id="urn:uuid:0"))
    held.files["archive/a.warc.gz"] = gzip.compress(gzip.decompress(warc(resource)).replace(b"Rain.", b"Ruin."))
    with pytest.raises(CannotRead, match="digest"):
        Package(held).original(entry)
