"""A BagIt bag (RFC 8493): its tag files, its manifests, and each file that is changed, missing or not listed."""

import hashlib
import re
from collections.abc import Iterator, Mapping

from archiver.findings import Finding
from archiver.verify.tree import Tree, is_unsafe, read_small

_TAG_LIMIT = 1 << 28
_DECLARATION = re.compile(r"BagIt-Version: ([0-9]+)\.([0-9]+)\r?\n?Tag-File-Character-Encoding: ([^\r\n]+)\r?\n?")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]++\*?([^\r\n]+)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_OXUM = re.compile(r"^Payload-Oxum:[ \t]*([0-9]{1,19})\.([0-9]{1,19})[ \t]*$", re.MULTILINE | re.IGNORECASE)
_LABEL = re.compile(r"[^:\r\n]+:[ \t]*[^\r\n]*")
# RFC 8493 section 2.4 names the first two; SHA-1 and MD5 are common in older bags.
_ALGORITHMS = ("sha512", "sha256", "sha1", "md5")

Digests = Mapping[str, Mapping[str, str]]
"""The hex digests of each file, by name and by hashlib's name of the algorithm."""


class Bag:
    """The manifests of a bag, read; `structure` and `fixity` say what is wrong with them and with the files."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._findings: list[Finding] = []
        self._listed: dict[str, dict[str, str]] = {}
        for name in tree.names():
            if "/" not in name and _MANIFEST.fullmatch(name):
                self._listed[name] = self._read_manifest(name)

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms that are needed to check the manifests."""
        return frozenset(_algorithm(name) for name in self._listed) & frozenset(_ALGORITHMS)

    def structure(self) -> Iterator[Finding]:
        """The bag's own files, and which files are listed, missing or not listed (RFC 8493 sections 2 and 3)."""
        yield from self._declaration()
        yield from self._findings
        payload = {name for name in self._tree.names() if name.startswith("data/")}
        tags = {name for name in self._tree.names() if "/" not in name or not name.startswith("data/")}
        if not any(name.startswith("manifest-") for name in self._listed):
            yield Finding(code="E702", message="The bag has no payload manifest (`manifest-sha256.txt`).")
        if not any(name.startswith("tagmanifest-") for name in self._listed):
            yield Finding(code="W716", message="The bag has no tag manifest; nothing vouches for its manifests.")
        for name, listed in self._listed.items():
            yield from _completeness(name, listed, payload if name.startswith("manifest-") else tags)
        yield from self._info(payload)
        if "fetch.txt" in self._tree.names():
            yield Finding(
                code="W713",
                message="The bag lists files to fetch; they are not here and are not checked.",
                file="fetch.txt",
            )

    def fixity(self, found: Digests) -> Iterator[Finding]:
        """Each file that is not what a manifest says; `found` holds the digests of all files."""
        for manifest, listed in self._listed.items():
            algorithm = _algorithm(manifest)
            for name, checksum in listed.items():
                actual = found.get(name, {}).get(algorithm)
                if actual is not None and actual != checksum.lower():
                    yield _changed(manifest, name, f"{algorithm}:{actual}", f"{algorithm}:{checksum}")
                elif checksum not in (checksum.lower(), checksum.upper()):
                    yield Finding(
                        code="W712",
                        message=f"The checksum of {name} mixes upper and lower case.",
                        file=manifest,
                        found=checksum,
                    )

    def _declaration(self) -> Iterator[Finding]:
        """bagit.txt (section 2.1.1): two lines, in this order."""
        if "bagit.txt" not in self._tree.names():
            yield Finding(
                code="E701", message="bagit.txt is missing; nothing says that this is a bag.", file="bagit.txt"
            )
            return
        text = self._text("bagit.txt")
        match = _DECLARATION.fullmatch(text.removeprefix("\ufeff"))
        if match is None:
            message = "bagit.txt is not the two lines `BagIt-Version: M.N` and `Tag-File-Character-Encoding: UTF-8`."
            yield Finding(code="E701", message=message, file="bagit.txt", found=text[:200])

    def _info(self, payload: set[str]) -> Iterator[Finding]:
        """bag-info.txt (section 2.2.2), which may state the payload's size."""
        if "bag-info.txt" not in self._tree.names():
            return
        text = self._text("bag-info.txt")
        for number, line in enumerate(_lines(text), 1):
            if not _LABEL.fullmatch(line) and not line.startswith((" ", "\t")):
                yield Finding(
                    code="E715",
                    message="This is no `Label: value`.",
                    file="bag-info.txt",
                    line=number,
                    found=line[:200],
                )
        stated = _OXUM.search(text)
        size = sum(self._tree.size(name) for name in payload)
        if stated and (int(stated[1]), int(stated[2])) != (size, len(payload)):
            message = "The payload's size and count are not what Payload-Oxum says (bytes.files)."
            yield Finding(
                code="E709",
                message=message,
                file="bag-info.txt",
                found=f"{size}.{len(payload)}",
                expected=f"{stated[1]}.{stated[2]}",
            )

    def _read_manifest(self, name: str) -> dict[str, str]:
        algorithm = _algorithm(name)
        if algorithm not in _ALGORITHMS:
            self._note("W708", f"The algorithm {algorithm} is not known; what the manifest says is not checked.", name)
        size = hashlib.new(algorithm, usedforsecurity=False).digest_size * 2 if algorithm in _ALGORITHMS else None
        listed: dict[str, str] = {}
        for number, line in enumerate(_lines(self._text(name)), 1):
            match = _LINE.fullmatch(line)
            if match is None or (size is not None and len(match[1]) != size):
                self._note("E703", "This is no checksum, blank and path.", name, line=number, found=line[:200])
                continue
            path = _decoded(match[2].removeprefix("./"))
            if is_unsafe(path):
                self._note("E707", "The path leads out of the bag.", name, line=number, found=path[:200])
            elif path in listed:
                self._note("E710", f"{path} is listed twice.", name, line=number)
            else:
                listed[path] = match[1]
        return listed

    def _note(self, code: str, message: str, file: str, line: int | None = None, found: str | None = None) -> None:
        self._findings.append(Finding(code=code, message=message, file=file, line=line, found=found))

    def _text(self, name: str) -> str:
        data = read_small(self._tree, name, _TAG_LIMIT)
        if data is None:
            self._note("E703", f"The file is longer than {_TAG_LIMIT} bytes and is not read.", name)
            return ""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self._note("E703", f"Byte {error.start} is not UTF-8.", name)
            return data.decode("utf-8", "replace")


def _completeness(manifest: str, listed: Mapping[str, str], present: set[str]) -> Iterator[Finding]:
    for name in sorted(listed.keys() - present):
        yield Finding(code="E705", message=f"The file is missing; {manifest} lists it.", file=name)
    # A payload manifest lists every payload file (section 2.1.3); a tag manifest lists what it likes, but not itself.
    expected = (
        present
        if manifest.startswith("manifest-")
        else {name for name in present if not name.startswith("tagmanifest-")}
    )
    for name in sorted(expected - listed.keys()):
        yield Finding(
            code="E706" if manifest.startswith("manifest-") else "W714",
            message=f"{manifest} does not list the file.",
            file=name,
        )


def _changed(manifest: str, name: str, found: str, expected: str) -> Finding:
    message = f"The file is not what {manifest} says: it was changed."
    return Finding(code="E704", message=message, file=name, found=found, expected=expected)


def _lines(text: str) -> list[str]:
    """The lines of a tag file, which end in CR, LF or both, and in nothing else that Unicode calls a line end."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def _algorithm(name: str) -> str:
    return name.removesuffix(".txt").rpartition("-")[2]


def _decoded(path: str) -> str:
    """Section 2.1.3: CR, LF and % are percent-encoded, and nothing else."""
    return re.sub("%(0[AaDd]|25)", lambda match: chr(int(match[1], 16)), path)
