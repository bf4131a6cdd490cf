"""A small package for tests, and the means to break it in one place while every digest around that place is mended."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.warc.reader import Record, read

CREATED = "2024-05-06T07:08:09Z"
PIER = "The pierâ€™s gone.\r\nSee https://example.org/pier\r\n— Ada (@ada_e) July 21, 2017\r\n"
ARTICLES = {
    "a.txt": PIER.encode(),
    "b.txt": "Der Bürgermeister schwieg \x96 und ging.\n".encode("latin-1"),
    "c.jsonl": b'{"url": "https://news.example/c", "title": "Caf\\u00c3\\u00a9", "text": "Rain.  \\nAnd snow."}\n',
    "d.json": b'{"date": "2017-07-21", "author": "Ada", "source_domain": "news.example", "text": "It hailed."}\n',
    "copy.txt": PIER.encode(),
    "empty.txt": b"",
}

EditRecord = Callable[[dict[str, str], bytes], bytes]


def build(folder: Path, name: str = "package") -> Path:
    """The package as `pack` makes it, in `folder` under `name`."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    for file, data in ARTICLES.items():
        (source / file).write_bytes(data)
    pack([source], folder / name, Config(created=CREATED))
    return folder / name


def copy(package: Path, folder: Path) -> Path:
    """A copy that may be broken."""
    target = folder / package.name
    if package.is_dir():
        shutil.copytree(package, target)
    else:
        shutil.copyfile(package, target)
    return target


def warc(root: Path, folder: str = "archive") -> Path:
    """The package's only WARC file of a folder."""
    (path,) = (root / "data" / folder).iterdir()
    return path


def records(path: Path) -> list[Record]:
    with path.open("rb") as stream:
        return [each for each in read(stream) if isinstance(each, Record)]


def edit_record(root: Path, which: Callable[[Record], bool], edit: EditRecord, folder: str = "archive") -> None:
    """Edits the first record that `which` picks: `edit` may change the fields in place, and gives the new block.

    Its digests, its length, the index, the manifests and the run report are then made to fit.
    """
    path = warc(root, folder)
    members: list[bytes] = []
    edited = False
    for each in records(path):
        fields, block = dict(each.headers), each.block or b""
        if not edited and which(each):
            edited, block = True, edit(fields, block)
            digest = "sha256:" + hashlib.sha256(block).hexdigest()
            fresh = {"WARC-Block-Digest": digest, "WARC-Payload-Digest": digest, "Content-Length": str(len(block))}
            fields |= {name: value for name, value in fresh.items() if name in fields}
        members.append(_serialised(fields, block))
    assert edited
    path.write_bytes(b"".join(gzip.compress(member, mtime=0) for member in members))
    _report(root, path, members)
    reindex(root)


def edit_json(root: Path, which: Callable[[Record], bool], edit: Callable[[dict[str, Any]], object]) -> None:
    """Edits the JSON of an article or rejection record in place."""

    def change(_fields: dict[str, str], block: bytes) -> bytes:
        value = json.loads(block)
        edit(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    edit_record(root, which, change)


def edit_file(root: Path, name: str, edit: Callable[[bytes], bytes]) -> None:
    """Edits a file of the WACZ, and mends the manifests."""
    path = root / "data" / name
    path.write_bytes(edit(path.read_bytes()))
    remanifest(root)


def reindex(root: Path) -> None:
    """Gives every index row the place and digests of its record as it now is; rows of records that are gone stay."""
    path = warc(root)
    data = path.read_bytes()
    by_url = {each.uri: each for each in records(path) if each.uri}
    index = root / "data/indexes/index.cdx"
    rows = []
    for line in index.read_text().splitlines():
        key, stamp, row = line.split(" ", 2)
        fields = json.loads(row)
        record = by_url.get(fields["url"])
        if record is not None:
            member = data[record.offset : record.offset + (record.length or 0)]
            fields["digest"] = record.get("WARC-Payload-Digest") or record.block_digest
            fields["length"], fields["offset"] = str(record.length), str(record.offset)
            fields["recordDigest"] = "sha256:" + hashlib.sha256(member).hexdigest()
        rows.append(f"{key} {stamp} {json.dumps(fields, ensure_ascii=False)}\n")
    index.write_text("".join(rows))
    remanifest(root)


def remanifest(root: Path) -> None:
    """Writes datapackage.json, its digest and the bag's manifests anew, for the files as they now are."""
    data = root / "data"
    manifest = json.loads((data / "datapackage.json").read_bytes())
    for resource in manifest["resources"]:
        path = data / resource["path"]
        if path.exists():
            resource |= {"hash": "sha256:" + _hash(path), "bytes": path.stat().st_size}
    (data / "datapackage.json").write_text(json.dumps(manifest, indent=2))
    digest = {"path": "datapackage.json", "hash": "sha256:" + _hash(data / "datapackage.json")}
    (data / "datapackage-digest.json").write_text(json.dumps(digest))
    rebag(root)


def rebag(root: Path) -> None:
    """Writes the bag's manifests and its Payload-Oxum anew."""
    payload = sorted(path for path in (root / "data").rglob("*") if path.is_file())
    info = root / "bag-info.txt"
    lines = [line for line in info.read_text().splitlines() if not line.startswith("Payload-Oxum")]
    lines.append(f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}")
    info.write_text("\n".join(lines) + "\n")
    _write_manifest(root, "manifest-sha256.txt", payload)
    retag(root)


def retag(root: Path) -> None:
    """Writes the tag manifest anew."""
    tags = [path for path in root.iterdir() if path.is_file() and not path.name.startswith("tagmanifest")]
    _write_manifest(root, "tagmanifest-sha256.txt", sorted(tags))


def _write_manifest(root: Path, name: str, paths: list[Path]) -> None:
    lines = (f"{_hash(path)}  {path.relative_to(root).as_posix()}\n" for path in paths)
    (root / name).write_text("".join(lines))


def _report(root: Path, path: Path, members: list[bytes]) -> None:
    run = root / "data/provenance/run.json"
    report = json.loads(run.read_bytes())
    for entry in report["warcs"]:
        if entry["path"] == path.relative_to(root / "data").as_posix():
            entry["records"] = len(members)
            entry["records_digest"] = "sha256:" + hashlib.sha256(b"".join(members)).hexdigest()
    run.write_text(json.dumps(report))


def _serialised(fields: dict[str, str], block: bytes) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
