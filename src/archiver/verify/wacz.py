"""A WACZ (1.1.1): its manifest, the digests in it, and which files must be there."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from archiver.findings import Finding
from archiver.package import layout
from archiver.verify.tree import Tree, is_unsafe, read_small
from archiver.verify.zips import STORED, Entry, Zip

_LIMIT = 1 << 28
_REQUIRED = ("profile", "wacz_version", "resources")
_INDEXES = (".cdx", ".cdxj", ".cdx.gz")
# What this software writes into a zip, so that it holds nothing of the clock or the machine. (made by, system, needed,
# flags, stamp, disk, internal and external attributes, comment)
_OURS = (20, 3, 20, 0, (0, 0x21), 0, 0, 0o100644 << 16, b"")
_OURS_WIDE = (45, 3, 45, *_OURS[3:])


class Manifest:
    """datapackage.json, read; `prefix` is where the WACZ stands in its tree (`data/` in a bag)."""

    def __init__(self, tree: Tree, prefix: str) -> None:
        self._tree = tree
        self._prefix = prefix
        self._findings: list[Finding] = []
        self.bytes = self._read(layout.DATAPACKAGE)
        value = self._json(layout.DATAPACKAGE, self.bytes)
        self.value: Mapping[str, Any] = value or {}
        self._resources = dict(self._read_resources())

    @property
    def is_ours(self) -> bool:
        """Whether this software wrote the package, so that it can be held to all that this software promises."""
        software = self.value.get("software")
        return isinstance(software, str) and software.startswith("archiver ")

    def structure(self) -> Iterator[Finding]:
        """Required keys and files, and files that are listed and not there, or there and not listed."""
        yield from self._findings
        if self.value:
            yield from self._keys()
        present = {name.removeprefix(self._prefix) for name in self._tree.names() if name.startswith(self._prefix)}
        for path in sorted(self._resources.keys() - present):
            yield self._finding("E415", "The file is missing; datapackage.json lists it.", path)
        for path in sorted(present - self._resources.keys() - {layout.DATAPACKAGE, layout.DATAPACKAGE_DIGEST}):
            yield self._finding("E414", "The file is not listed in datapackage.json.", path)
        yield from self._required(present)

    def fixity(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """Files that are not what the manifest says, and the manifest itself; `found` holds SHA-256 by name."""
        for path, resource in self._resources.items():
            name = self._prefix + path
            if name in found:
                yield from self._compare(path, resource, "sha256:" + found[name]["sha256"])
        yield from self._digest(found)

    def _compare(self, path: str, resource: Mapping[str, Any], actual: str) -> Iterator[Finding]:
        size = self._tree.size(self._prefix + path)
        if resource.get("hash") != actual:
            message = "The file is not what datapackage.json says: it was changed, or the hash is wrong."
            yield self._finding("E412", message, path, found=actual, expected=str(resource.get("hash"))[:200])
        if resource.get("bytes", size) != size:
            message = "The file's length is not what datapackage.json says."
            yield self._finding("E413", message, path, found=str(size), expected=str(resource["bytes"])[:200])

    def _digest(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """datapackage-digest.json (section 5.4): the digest of datapackage.json."""
        path = layout.DATAPACKAGE_DIGEST
        if self._prefix + path not in found:
            yield self._finding(
                "W418", "There is no datapackage-digest.json; nothing vouches for datapackage.json.", path
            )
            return
        before = len(self._findings)
        value = self._json(path, self._read(path)) or {}
        yield from self._findings[before:]
        actual = "sha256:" + found.get(self._prefix + layout.DATAPACKAGE, {}).get("sha256", "")
        if value.get("path") != layout.DATAPACKAGE or value.get("hash") != actual:
            message = "datapackage.json is not what datapackage-digest.json says: one of them was changed."
            yield self._finding("E416", message, path, found=actual, expected=str(value.get("hash"))[:200])
        for key in sorted(value.keys() - {"path", "hash", "signedData"}):
            yield self._finding(
                "W417", "datapackage-digest.json has a key that WACZ does not know.", path, found=key[:200]
            )

    def _keys(self) -> Iterator[Finding]:
        for key in _REQUIRED:
            if key not in self.value:
                yield self._finding("E411", f"datapackage.json has no `{key}`.", layout.DATAPACKAGE)
        version, profile = self.value.get("wacz_version"), self.value.get("profile")
        if (version, profile) != ("1.1.1", "data-package") and None not in (version, profile):
            message = "The WACZ's version or profile is not 1.1.1 and data-package; validators refuse it."
            yield self._finding("W417", message, layout.DATAPACKAGE, found=f"{version}, {profile}"[:200])

    def _required(self, present: set[str]) -> Iterator[Finding]:
        if not any(is_warc(path) for path in present):
            yield self._finding("E410", "There is no WARC file in archive/.", "archive/")
        if not any(path.startswith("indexes/") and path.endswith(_INDEXES) for path in present):
            yield self._finding("E410", "There is no index in indexes/.", "indexes/")
        if layout.PAGES not in present:
            yield self._finding("E410", "There is no list of pages.", layout.PAGES)

    def _read_resources(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        resources = self.value.get("resources", [])
        seen: set[str] = set()
        for number, resource in enumerate(resources if isinstance(resources, list) else [None]):
            path = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(path, str) or not isinstance(resource.get("hash"), str) or "name" not in resource:
                self._note("E411", "A resource has no name, path and hash.", f"$.resources[{number}]")
            elif is_unsafe(path):
                self._note("E405", "A resource's path leads out of the package.", f"$.resources[{number}].path", path)
            elif path in seen:
                self._note("E419", "A path is listed twice.", f"$.resources[{number}].path", path)
            else:
                seen.add(path)
                yield path, resource

    def _note(self, code: str, message: str, path: str | None, found: str | None = None) -> None:
        place = self._prefix + layout.DATAPACKAGE
        self._findings.append(Finding(code=code, message=message, file=place, path=path, found=found and found[:200]))

    def _finding(self, code: str, message: str, path: str, **facts: Any) -> Finding:
        return Finding(code=code, message=message, file=self._prefix + path, **facts)

    def _read(self, path: str) -> bytes | None:
        if self._prefix + path not in self._tree.names():
            self._findings.append(self._finding("E410", f"{path} is missing.", path))
            return None
        data = read_small(self._tree, self._prefix + path, _LIMIT)
        if data is None:
            self._findings.append(self._finding("E411", f"{path} is longer than {_LIMIT} bytes and is not read.", path))
        return data

    def _json(self, path: str, data: bytes | None) -> dict[str, Any] | None:
        if data is None:
            return None
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            self._findings.append(self._finding("E411", f"{path} is not JSON: {error}.", path))
            return None
        if not isinstance(value, dict):
            self._findings.append(self._finding("E411", f"{path} is not a JSON object.", path))
            return None
        return value


def is_warc(path: str) -> bool:
    """Whether a path of a WACZ is a capture file.

    >>> is_warc("archive/a.warc.gz"), is_warc("derived/a.warc.gz")
    (True, False)
    """
    return path.startswith("archive/") and path.endswith((".warc", ".warc.gz"))


def zip_structure(archive: Zip, manifest: Manifest) -> Iterator[Finding]:
    """What is wrong with the zip around a WACZ: files that players cannot seek in, and headers that were changed."""
    for entry in archive.entries():
        if entry.name.endswith((".warc", ".warc.gz", ".cdx.gz")) and entry.method != STORED:
            message = "The file is deflated within the zip; players can only read it stored (WACZ 1.1.1 section 4)."
            yield Finding(code="E407", message=message, file=entry.name)
        if manifest.is_ours and not (_is_as_written(entry) and archive.made64 in (None, 45)):
            message = "The zip's headers for this file are not as this software writes them: they were changed."
            yield Finding(code="E409", message=message, file=entry.name)


def _is_as_written(entry: Entry) -> bool:
    if entry.method != STORED:
        return False
    fields = (entry.made, entry.system, entry.needed, entry.flags, entry.stamp)
    rest = (entry.disk, entry.internal, entry.external, entry.comment)
    return (*fields, *rest) == (_OURS_WIDE if entry.extra else _OURS)
