"""WACZ 1.1.1: the manifest of a package's files, and the zip around them."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP64_LIMIT, ZIP_STORED, ZipFile, ZipInfo

import orjson

from archiver import __version__
from archiver.model import sha256
from archiver.package.bag import FileEntry
from archiver.package.layout import DATAPACKAGE

EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3


def datapackage(files: Iterable[FileEntry], *, title: str, description: str, created: str) -> bytes:
    """datapackage.json. `metadata` repeats title and description where ReplayWeb.page looks for them."""
    return _json(
        {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "title": title,
            "description": description,
            "metadata": {"title": title, "description": description},
            "created": created,
            "software": f"archiver {__version__}",
            "resources": [_resource(entry) for entry in sorted(files, key=lambda entry: entry.path)],
        }
    )


def _resource(entry: FileEntry) -> dict[str, Any]:
    """A resource. Without `type`, validators take a file for a table or a schema by its name, and read it as one."""
    return {"name": entry.path.lower(), "type": "file", "path": entry.path, "hash": entry.digest, "bytes": entry.length}


def datapackage_digest(manifest: bytes) -> bytes:
    """datapackage-digest.json: the digest that stands for the whole package."""
    return _json({"path": DATAPACKAGE, "hash": sha256(manifest)})


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_zip(stream: BinaryIO, root: Path, names: Iterable[str]) -> None:
    """Zip the files `names` of folder `root`, in that order, with nothing of the clock or the file system in it.

    Everything is stored. WARCs have to be (WACZ 1.1.1 section 4); and a deflated member would hang on the zlib at hand,
    and has bits, such as its padding, that can change without a trace.
    Sizes are left to `ZipFile.open` on a seekable stream, but for files that need zip64: forcing it on smaller ones
    would write local headers that players misread.
    """
    with ZipFile(stream, "w") as archive:
        for name in names:
            info = ZipInfo(name, EPOCH)
            info.create_system = UNIX
            info.external_attr = 0o100644 << 16
            info.compress_type = ZIP_STORED
            if (size := (root / name).stat().st_size) > ZIP64_LIMIT:
                info.file_size = size
            with (root / name).open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def in_zip_order(names: Iterable[str]) -> Iterator[str]:
    """Manifests first, so that a reader of the stream knows what comes; then the rest by name."""
    return iter(sorted(names, key=lambda name: (name.count("/") > 0, name)))
