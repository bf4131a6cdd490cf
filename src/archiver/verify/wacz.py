"""A WACZ (1.1.1, 1.0, the draft of 1.2): its manifest, the digests in it, and which files must be there."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from archiver.findings import Finding
from archiver.package import layout
from archiver.record import schema
from archiver.verify import pages, signature
from archiver.verify.index import INDEXES, lonely
from archiver.verify.jsons import repeats
from archiver.verify.noted import Noted
from archiver.verify.tree import Tree, is_unsafe, read_small
from archiver.verify.zipheaders import Entry
from archiver.verify.zips import STORED, Zip

_LIMIT = 1 << 26
WARC = (".warc", ".warc.gz", ".warc.zst")
_KINDS = {"archive": (*WARC, ".arc", ".arc.gz"), "indexes": (*INDEXES, ".idx"), "pages": (".jsonl",)}
_PROFILES = ("wacz", "https://specs.webrecorder.net/wacz/")
_OLDER = ("1.0.0", "1.1.0")
# A hash without its algorithm is of MD5: https://specs.frictionlessdata.io/data-resource/#hash
_HASHES = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_HASH = re.compile(r"(?:([A-Za-z0-9-]+):)?([0-9A-Fa-f]+)")
_NAME = re.compile(r"[a-z0-9._/-]+")
_REQUIRED = ("profile", "wacz_version", "resources")
# What this software writes into a zip, so that it holds nothing of the clock or the machine. (made by, system, needed,
# flags, stamp, disk, internal and external attributes, comment)
_OURS = (20, 3, 20, 0, (0, 0x21), 0, 0, 0o100644 << 16, b"")
_OURS_WIDE = (45, 3, 45, *_OURS[3:])


class Manifest:
    """datapackage.json, read; `prefix` is where the WACZ stands in its tree (`data/` in a bag)."""

    def __init__(self, tree: Tree, prefix: str) -> None:
        self._tree = tree
        self.prefix = prefix
        self._findings: list[Finding] = []
        self._resource_findings = Noted()
        self.bytes = self._read(layout.DATAPACKAGE)
        value = self._json(layout.DATAPACKAGE, self.bytes)
        self._is_read = value is not None
        self.value: Mapping[str, Any] = value or {}
        self._resources = dict(self._read_resources())

    @property
    def is_ours(self) -> bool:
        """Whether this software wrote the package, so that it can be held to all that this software promises."""
        software = self.value.get("software")
        return isinstance(software, str) and software.startswith("archiver ")

    @property
    def is_wacz(self) -> bool:
        """Whether it says that this is a WACZ, and no other data package."""
        return "wacz_version" in self.value or str(self.value.get("profile", "")).startswith(_PROFILES)

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms, as hashlib names them, that are needed to check the files."""
        stated = (_hash_of(resource) for resource in self._resources.values())
        return frozenset(("sha256", *(each[0] for each in stated if each)))

    def structure(self) -> Iterator[Finding]:
        """Required keys and files, and files that are listed and not there, or there and not listed."""
        yield from (*self._findings, *self._resource_findings)
        if self._is_read:
            yield from self._keys()
        present = {name.removeprefix(self.prefix) for name in self._tree.names() if name.startswith(self.prefix)}
        for path in sorted(self._resources.keys() - present):
            yield self._finding("E415", "The file is missing; datapackage.json lists it.", path)
        # Of a manifest that cannot be read that it lists nothing goes without saying.
        listed = self._resources.keys() if self._is_read else present
        for path in sorted(present - listed - {layout.DATAPACKAGE, layout.DATAPACKAGE_DIGEST}):
            yield self._finding("E414", "The file is not listed in datapackage.json.", path)
        yield from self._required(present)
        yield from self._strangers(present)
        yield from (each.at(file=self.prefix + (each.file or "")) for each in lonely(present))

    def fixity(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """Files that are not what the manifest says, and the manifest itself; `found` holds digests by name."""
        for path, resource in self._resources.items():
            name = self.prefix + path
            if name in found:
                yield from self._compare(path, resource, found[name])
        yield from self._schemas(found) if self.is_ours else ()
        yield from self._digest(found)

    def _schemas(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """The schemas beside the records are those that the records are held to: a version's never changes."""
        for name in schema.names():
            path = layout.schema(name)
            actual = found.get(self.prefix + path, {}).get("sha256")
            expected = hashlib.sha256(schema.source(name)).hexdigest()
            if actual not in (None, expected):
                message = "The schema is not the one that this software holds under its name."
                yield self._finding("E448", message, path, found=f"sha256:{actual}", expected=f"sha256:{expected}")

    def _compare(self, path: str, resource: Mapping[str, Any], found: Mapping[str, str]) -> Iterator[Finding]:
        stated, text = _hash_of(resource), str(resource["hash"])
        if stated is None:
            message = "The hash is of an algorithm that is not known, or no hash; the file is not checked."
            yield self._finding("W458" if _is_labelled(text) else "E411", message, path, found=text[:200])
        elif found[stated[0]] != stated[1]:
            code, message = "E412", "The file is not what datapackage.json says: it was changed, or the hash is wrong."
            if text == self._fed_twice(path):
                code, message = "W434", "The hash is wrong as a known fault of js-wacz makes it; the content is intact."
            yield self._finding(code, message, path, found=f"{stated[0]}:{found[stated[0]]}", expected=text[:200])
        size = self._tree.size(self.prefix + path)
        if resource.get("bytes") is None:
            yield self._finding("W456", "datapackage.json does not say how long the file is.", path)
        elif resource["bytes"] != size:
            message = "The file's length is not what datapackage.json says."
            yield self._finding("E413", message, path, found=str(size), expected=str(resource["bytes"])[:200])

    def _fed_twice(self, path: str) -> str:
        """What js-wacz states: it tells its hash each chunk of 64 KiB twice."""
        whole = hashlib.sha256()
        with self._tree.open(self.prefix + path) as stream:
            while data := stream.read(1 << 16):
                whole.update(data + data)
        return "sha256:" + whole.hexdigest()

    def _digest(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """datapackage-digest.json (section 5.4): the digest of datapackage.json."""
        path = layout.DATAPACKAGE_DIGEST
        if self.prefix + path not in self._tree.names():
            yield self._finding(
                "W418", "There is no datapackage-digest.json; nothing vouches for datapackage.json.", path
            )
            return
        before = len(self._findings)
        value = self._json(path, self._read(path)) or {}
        yield from self._findings[before:]
        sound = {layout.DATAPACKAGE, path} <= {name.removeprefix(self.prefix) for name in found}
        actual = "sha256:" + found.get(self.prefix + layout.DATAPACKAGE, {}).get("sha256", "")
        if sound and (value.get("path") != layout.DATAPACKAGE or value.get("hash") != actual):
            message = "datapackage.json is not what datapackage-digest.json says: one of them was changed."
            yield self._finding("E416", message, path, found=actual, expected=str(value.get("hash"))[:200])
        if "signedData" in value:
            place = self.prefix + path
            yield from (each.at(file=place) for each in signature.check(value["signedData"], value.get("hash")))
        for key in sorted(value.keys() - {"path", "hash", "signedData"}):
            yield self._finding(
                "W417", "datapackage-digest.json has a key that WACZ does not know.", path, found=key[:200]
            )

    def _keys(self) -> Iterator[Finding]:
        version, profile = self.value.get("wacz_version"), self.value.get("profile")
        # The draft of version 1.2 names its version in the profile alone.
        is_draft = isinstance(profile, str) and profile.startswith(_PROFILES)
        for key in _REQUIRED:
            if key not in self.value and not (is_draft and key == "wacz_version"):
                yield self._finding("E411", f"datapackage.json has no `{key}`.", layout.DATAPACKAGE)
        if "mainPageURL" in self.value:
            message = "The main page is named as py-wacz spells it, `mainPageURL`; the standard has `mainPageUrl`."
            yield self._finding("I439", message, layout.DATAPACKAGE)
        if any(isinstance(each, dict) and "stats" in each for each in _listed(self.value)):
            message = "Hashes and lengths are in the form of WACZ 1.0 (`stats`); they are read as such."
            yield self._finding("I442", message, layout.DATAPACKAGE)
        if (version, profile) != ("1.1.1", "data-package") and (is_draft or None not in (version, profile)):
            is_known = is_draft or (version in _OLDER and profile == "data-package")
            message = "The WACZ's version or profile is not 1.1.1 and data-package; its validators refuse it."
            code = "I451" if is_known else "W417"
            yield self._finding(code, message, layout.DATAPACKAGE, found=f"{version}, {profile}"[:200])

        for key in ("created", "modified"):
            fault = pages.time_fault(key, self.value[key]) if isinstance(self.value.get(key), str) else None
            if fault is not None:
                yield self._finding("W457", f"`{key}` is not as RFC 3339 writes a time.", layout.DATAPACKAGE,
                                    found=fault.found)  # fmt: skip
        yield from self._resource_names()

    def _resource_names(self) -> Iterator[Finding]:
        """A resource's name is its own, and in lower case. WACZ 1.0 had none."""
        names = Counter(str(resource["name"]) for resource in self._resources.values() if resource["name"])
        for name, count in names.items():
            if count > 1 or not _NAME.fullmatch(name):
                what = (
                    "stands more than once"
                    if count > 1
                    else "is not of lower-case letters, digits, `.`, `-`, `_` and `/`"
                )
                yield self._finding("W455", f"The name of a resource {what}.", layout.DATAPACKAGE, found=name[:200])

    def _strangers(self, present: set[str]) -> Iterator[Finding]:
        """Files of other kinds in the folders that the standard keeps for its own (section 3)."""
        for path in sorted(present):
            folder, _, name = path.partition("/")
            if name and not path.endswith(_KINDS.get(folder, "")):
                yield self._finding("E452", "The file is of no kind that belongs in its folder.", path)

    def _required(self, present: set[str]) -> Iterator[Finding]:
        if not any(is_warc(path) for path in present):
            yield self._finding("E410", "There is no WARC file in archive/.", "archive/")
        if not any(path.startswith("indexes/") and path.endswith(INDEXES) for path in present):
            yield self._finding("E410", "There is no index in indexes/.", "indexes/")
        if layout.PAGES not in present:
            yield self._finding("E410" if self.is_ours else "W444", "There is no list of pages.", layout.PAGES)
        for path in (layout.RUN, layout.REJECTED, *map(layout.schema, schema.names())) if self.is_ours else ():
            if path not in present:
                yield self._finding("E410", "The file is missing; every package of this software has it.", path)

    def _read_resources(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        seen: set[str] = set()
        for number, listed in enumerate(_listed(self.value)):
            resource = _as_of_now(listed)
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
        place = self.prefix + layout.DATAPACKAGE
        found = found and found[:200]
        self._resource_findings.append(Finding(code=code, message=message, file=place, path=path, found=found))

    def _finding(self, code: str, message: str, path: str, **facts: Any) -> Finding:
        return Finding(code=code, message=message, file=self.prefix + path, **facts)

    def _read(self, path: str) -> bytes | None:
        if self.prefix + path not in self._tree.names():
            self._findings.append(self._finding("E410", f"{path} is missing.", path))
            return None
        data = read_small(self._tree, self.prefix + path, _LIMIT)
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
        repeated = repeats(data)
        if repeated is not None:
            self._findings.append(repeated.at(file=self.prefix + path))
        return value


def _listed(manifest: Mapping[str, Any]) -> list[Any]:
    resources = manifest.get("resources", [])
    return resources if isinstance(resources, list) else [None]


def _as_of_now(resource: Any) -> Any:
    """A resource of WACZ 1.0, which had no names, and its hash and length in `stats`, as 1.1 writes it."""
    stats = resource.get("stats") if isinstance(resource, dict) else None
    if not isinstance(stats, dict) or "hash" in resource:
        return resource
    label, value = resource.get("hashing", "sha256"), stats.get("hash")
    return {"name": "", "bytes": stats.get("bytes")} | resource | {"hash": f"{label}:{value}"}


def _hash_of(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """The algorithm and the hex digest of a resource's hash; `None` where the algorithm is none that is known."""
    match = _HASH.fullmatch(resource["hash"])
    algorithm = (match[1] or "md5").lower().replace("-", "") if match else ""
    if match is None or len(match[2]) != _HASHES.get(algorithm):
        return None
    return algorithm, match[2].lower()


def _is_labelled(text: str) -> bool:
    return text.partition(":")[0].lower().replace("-", "") not in _HASHES and ":" in text


def is_warc(path: str) -> bool:
    """Whether a path of a WACZ is a capture file.

    >>> is_warc("archive/a.warc.gz"), is_warc("derived/a.warc.gz")
    (True, False)
    """
    return path.startswith("archive/") and path.endswith(WARC)


def zip_structure(archive: Zip, manifest: Manifest) -> Iterator[Finding]:
    """What is wrong with the zip around a WACZ: files that players cannot seek in, and headers that were changed."""
    for entry in archive.entries():
        if entry.name.endswith((*WARC, ".cdx.gz")) and entry.method != STORED:
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
