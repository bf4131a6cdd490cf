"""A BagIt bag (RFC 8493): its tag files, its manifests, and each file that is changed, missing or not listed."""

import codecs
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from unicodedata import normalize

from archiver.findings import Finding
from archiver.text.decode import NO_CHARSETS
from archiver.verify.noted import Noted
from archiver.verify.tree import Folder, leads_out, read_small

_TAG_LIMIT = 1 << 28
_DECLARATION = re.compile(
    r"BagIt-Version: ([0-9]+)\.([0-9]+)(?:\r\n|\r|\n)Tag-File-Character-Encoding: ([!-~]+)(?:\r\n|\r|\n)?"
)
_MANIFEST = re.compile(r"(?:tag)?manifest-(.+)\.txt")
_PLAIN = re.compile(r"[a-z0-9]+")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]++\*?([^\r\n]+)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_OXUM = re.compile(r"payload-oxum[ \t]*:(.*)", re.IGNORECASE)
_FETCH = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*:[^ \t]*+)[ \t]++([0-9]{1,19}|-)[ \t]++([^\r\n]+)")
# Version 1.0 has one blank behind the colon, those before it have any number of them.
_LABEL = re.compile(r"[^:\s][^:\r\n]*:(?:[ \t][^\r\n]*)?")
_OLD_LABEL = re.compile(r"[^:\s][^:\r\n]*:[^\r\n]*")
# What section 2.2.2 says of a reserved label's value, and which of them it does not want twice.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile(r"([0-9]{1,9}) of ([0-9]{1,9}|\?)")
_ONCE = ("bagging-date", "bag-size", "bag-group-identifier", "bag-count")
_ENCODED = re.compile(r"%(0[AaDd]|25)")
_BARE_PERCENT = re.compile(r"%(?!0[AaDd]|25)")
# RFC 8493 section 2.4 asks for the first two and takes any; what hashlib always has, without those of variable length.
_ALGORITHMS = ("sha512", "sha256", "sha1", "md5", "sha224", "sha384", "sha3224", "sha3256", "sha3384", "sha3512")
_HASHLIB = {name: name.replace("sha3", "sha3_") for name in _ALGORITHMS if name.startswith("sha3") and len(name) == 7}
_VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")

Digests = Mapping[str, Mapping[str, str]]
"""The hex digests of each file, by name and by hashlib's name of the algorithm."""


class Bag:
    """The manifests of a bag, read; `structure` and `fixity` say what is wrong with them and with the files."""

    def __init__(self, tree: Folder) -> None:
        self._tree = tree
        self._findings = Noted()
        self._listed: dict[str, dict[str, str]] = {}
        self._names = frozenset(tree.names())
        self._forms = {normalize("NFC", name): name for name in tree.names() if not name.isascii()}
        self._version, self._encoding = "1.0", "utf-8"
        self._stated: dict[str, str] = {}
        self._read_declaration()
        for name in tree.names():
            if "/" not in name and self._is_manifest(name):
                self._read_manifest(name)
        self._fetched = self._read_fetch() if "fetch.txt" in self._names else set[str]()

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms that are needed to check the manifests."""
        return frozenset(_hashlib(_algorithm(name)) for name in self._listed if _algorithm(name) in _ALGORITHMS)

    def structure(self) -> Iterator[Finding]:
        """The bag's own files, and which files are listed, missing or not listed (RFC 8493 sections 2 and 3)."""
        yield from self._findings
        payload = {name for name in self._tree.names() if name.startswith("data/")}
        tags = {name for name in self._tree.names() if "/" not in name or not name.startswith("data/")}
        if not any(name.startswith("manifest-") for name in self._listed):
            yield Finding(code="E702", message="The bag has no payload manifest (`manifest-sha256.txt`).")
        if not any(name.startswith("tagmanifest-") for name in self._listed):
            yield Finding(code="W716", message="The bag has no tag manifest; nothing vouches for its manifests.")
        for name, listed in self._listed.items():
            yield from self._completeness(name, listed, payload if name.startswith("manifest-") else tags)
        if not self._tree.has_folder("data"):
            yield Finding(code="E719", message="The bag has no payload folder.", file="data/")
        yield from self._info(payload)

    def fixity(self, found: Digests) -> Iterator[Finding]:
        """Each file that is not what a manifest says; `found` holds the digests of all files."""
        for manifest, listed in self._listed.items():
            algorithm = _algorithm(manifest)
            for name, checksum in listed.items():
                actual = found.get(name, {}).get(_hashlib(algorithm))
                if actual is not None and actual != checksum.lower():
                    yield _changed(manifest, name, f"{algorithm}:{actual}", f"{algorithm}:{checksum}")
                elif checksum not in (checksum.lower(), checksum.upper()):
                    yield Finding(
                        code="W712",
                        message=f"The checksum of {name} mixes upper and lower case.",
                        file=manifest,
                        found=checksum,
                    )

    def _read_declaration(self) -> None:
        """bagit.txt (section 2.1.1): two lines, in this order, in UTF-8 without a mark."""
        if "bagit.txt" not in self._names:
            self._note("E701", "bagit.txt is missing; nothing says that this is a bag.", "bagit.txt")
            return
        text = self._text("bagit.txt")
        match = _DECLARATION.fullmatch(text)
        if match is None:
            message = "bagit.txt is not the two lines `BagIt-Version: M.N` and `Tag-File-Character-Encoding: UTF-8`."
            self._note("E701", message, "bagit.txt", found=text[:200])
            return
        self._version, encoding = f"{match[1]}.{match[2]}", match[3]
        if self._version not in _VERSIONS:
            message = "This version of BagIt is unknown; the bag is read as version 1.0."
            self._note("W711", message, "bagit.txt", found=self._version[:40])
        try:
            self._encoding = codecs.lookup(encoding).name
            "a".encode(self._encoding)
        except (LookupError, ValueError):
            self._encoding = ""
        if self._encoding in ("", *NO_CHARSETS):
            self._note("E718", "The encoding of the tag files is unknown; they are read as UTF-8.", "bagit.txt",
                       found=encoding[:200])  # fmt: skip
            self._encoding = "utf-8"

    def _completeness(self, manifest: str, listed: Mapping[str, str], present: set[str]) -> Iterator[Finding]:
        for name in sorted(listed.keys() - self._names - self._fetched):
            yield Finding(code="E705", message=f"The file is missing; {manifest} lists it.", file=name)
        # A payload manifest lists every payload file (section 2.1.3); a tag manifest what it likes, but not itself.
        of_payload = manifest.startswith("manifest-")
        expected = present | self._fetched if of_payload else {name for name in present if not _is_tag_manifest(name)}
        # Before version 1.0 it is enough that one of the payload manifests lists a file.
        elsewhere = set() if self._version == "1.0" else {name for each in self._listed.values() for name in each}
        for name in sorted(expected - listed.keys()):
            code = "W714" if not of_payload else "W722" if name in elsewhere else "E706"
            yield Finding(code=code, message=f"{manifest} does not list the file.", file=name)

    def _info(self, payload: set[str]) -> Iterator[Finding]:
        """bag-info.txt (section 2.2.2), package-info.txt before version 0.96, which may state the payload's size."""
        name = "package-info.txt" if self._version in ("0.93", "0.94", "0.95") else "bag-info.txt"
        if name not in self._names:
            return
        lines = _lines(self._text(name))
        while self._version != "1.0" and lines and not lines[-1].strip():
            lines.pop()
        label = _LABEL if self._version == "1.0" else _OLD_LABEL
        for number, line in enumerate(lines, 1):
            if not label.fullmatch(line) and not (number > 1 and line.startswith((" ", "\t"))):
                message = "This is no label, colon, blank and value."
                yield Finding(code="E715", message=message, file=name, line=number, found=line[:200])
        unfolded = list(_unfolded(lines))
        yield from (each.at(file=name) for each in _reserved(unfolded))
        size = self._oxum(payload)
        stated = [(number, match[1].strip()) for number, line in unfolded if (match := _OXUM.fullmatch(line))]
        for number, oxum in stated:
            if size is not None and oxum != size:
                message = "The payload's size and count are not what Payload-Oxum says (bytes.files)."
                yield Finding(code="E709", message=message, file=name, line=number, found=size, expected=oxum[:200])
        if len(stated) > 1:
            message = "Payload-Oxum stands more than once."
            yield Finding(code="E709", message=message, file=name, line=stated[1][0])

    def _oxum(self, payload: set[str]) -> str | None:
        """Size and number of the whole payload, with what is to be fetched; `None` where its length is not stated."""
        absent = {path: length for path, length in self._stated.items() if path not in payload}
        if "-" in absent.values():
            return None
        return f"{sum(map(self._tree.size, payload)) + sum(map(int, absent.values()))}.{len(payload) + len(absent)}"

    def _is_manifest(self, name: str) -> bool:
        """Section 2.4: an algorithm is written in lower case, and without what is no letter and no digit."""
        match = _MANIFEST.fullmatch(name)
        if match is None or _PLAIN.fullmatch(match[1]):
            return match is not None
        if _algorithm(name) not in _ALGORITHMS:
            return False
        message = (
            f"The manifest's name spells its algorithm otherwise than `{_algorithm(name)}`; other software misses it."
        )
        self._note("E726" if self._version == "1.0" else "W728", message, name)
        return True

    def _read_manifest(self, name: str) -> None:
        algorithm, size = _algorithm(name), 0
        lines = [(number, line, _LINE.fullmatch(line)) for number, line in enumerate(_lines(self._text(name)), 1)]
        if algorithm in _ALGORITHMS:
            size = hashlib.new(_hashlib(algorithm), usedforsecurity=False).digest_size * 2
        else:
            self._note("W708", f"The algorithm {algorithm} is not known; what the manifest says is not checked.", name)
            if not any(match for _, _, match in lines):
                return  # it is no manifest but by its name
        listed = self._listed[name] = {}
        for number, line, match in lines:
            if match is None or (size and len(match[1]) != size):
                self._note("E703", "This is no checksum, blank and path.", name, line=number, found=line[:200])
                continue
            self._list(listed, name, number, match[2].removeprefix("./"), match[1])

    def _list(self, listed: dict[str, str], manifest: str, number: int, path: str, checksum: str) -> None:
        """Enters a line of a manifest, by the name that the file has here."""
        path = self._decoded(path, manifest, number)
        is_here = path in self._names
        if (leads_out(path) and not is_here) or (manifest.startswith("manifest-") and not path.startswith("data/")):
            self._note("E707", "The path leads out of the payload.", manifest, line=number, found=path[:200])
            return
        if _is_tag_manifest(manifest) and _is_tag_manifest(path):
            self._note("E723", "A tag manifest lists a tag manifest.", manifest, line=number, found=path[:200])
            return
        if not path.isascii() and not is_here:
            path, spelled = self._forms.get(normalize("NFC", path), path), path
            if path != spelled:
                message = "The name is in another Unicode normal form than the file's."
                self._note("W717", message, manifest, line=number, found=spelled[:200])
        if path not in listed:
            listed[path] = checksum
        elif listed[path].lower() == checksum.lower():
            self._note("W720", f"{path} is listed twice, with one checksum.", manifest, line=number)
        else:
            self._note("E710", f"{path} is listed twice, with two checksums.", manifest, line=number)

    def _decoded(self, path: str, file: str, line: int) -> str:
        """Section 2.1.3: CR, LF and % are percent-encoded, and nothing else. Much software leaves the last as it is."""
        decoded = _ENCODED.sub(lambda match: chr(int(match[1], 16)), path)
        # Before version 1.0 nothing is encoded but what bagit-python does encode: CR and LF.
        is_bare = path in self._names and (self._version != "1.0" or decoded not in self._names)
        if self._version == "1.0" and (is_bare or _BARE_PERCENT.search(path)):
            self._note("W724", "A % in the path is not written %25.", file, line=line, found=path[:200])
        return path if is_bare else decoded

    def _read_fetch(self) -> set[str]:
        """fetch.txt (section 2.2.3): the payload files that are to be fetched; nothing is fetched here."""
        paths = set()
        for number, line in enumerate(_lines(self._text("fetch.txt")), 1):
            match = _FETCH.fullmatch(line)
            if match is None:
                self._note("E721", "This is no address, length and path.", "fetch.txt", line=number, found=line[:200])
                continue
            path = self._to_fetch(match[3].removeprefix("./"), number)
            if path is not None:
                paths.add(path)
                self._stated[path] = match[2]
                self._measure(path, match[2], number)
        missing = len(paths - self._names)
        if missing:
            message = f"Files of the bag, {missing} in number, are still to be fetched; they are not checked."
            self._note("W713", message, "fetch.txt")
        return paths

    def _to_fetch(self, path: str, line: int) -> str | None:
        path = self._decoded(path, "fetch.txt", line)
        if not path.startswith("data/") and any(f"data/{path}" in listed for listed in self._listed.values()):
            self._note("W725", "The path is written without `data/`.", "fetch.txt", line=line, found=path[:200])
            path = f"data/{path}"
        if path.startswith("data/") and (path in self._names or not leads_out(path)):
            return path
        self._note("E707", "The path leads out of the payload.", "fetch.txt", line=line, found=path[:200])
        return None

    def _measure(self, path: str, stated: str, line: int) -> None:
        if path in self._names and stated != "-" and int(stated) != (size := self._tree.size(path)):
            message = f"{path} is here, and is not as long as fetch.txt says."
            self._note("E721", message, "fetch.txt", line=line, found=f"{size} bytes, where {stated} are stated")

    def _note(self, code: str, message: str, file: str, line: int | None = None, found: str | None = None) -> None:
        self._findings.append(Finding(code=code, message=message, file=file, line=line, found=found))

    def _text(self, name: str) -> str:
        data = read_small(self._tree, name, _TAG_LIMIT)
        if data is None:
            self._note("E703", f"The file is longer than {_TAG_LIMIT} bytes and is not read.", name)
            return ""
        try:
            return _decoded(data, "utf-8" if name == "bagit.txt" else self._encoding)
        except UnicodeError as error:
            self._note("E703", f"The file cannot be read as {self._encoding}: {error}."[:200], name)
            return data.decode("utf-8", "replace")


def _changed(manifest: str, name: str, found: str, expected: str) -> Finding:
    message = f"The file is not what {manifest} says: it was changed."
    return Finding(code="E704", message=message, file=name, found=found, expected=expected)


def _lines(text: str) -> list[str]:
    """The lines of a tag file, which end in CR, LF or both, and in nothing else that Unicode calls a line end."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def _decoded(data: bytes, encoding: str) -> str:
    """The text of a tag file; UTF-16 without a mark is big-endian (RFC 2781 section 4.3), and a mark is no text."""
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        encoding = "utf-16-be"
    text = data.decode(encoding)
    return text.removeprefix("\ufeff") if encoding.startswith("utf-16") else text


def _unfolded(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of bag-info.txt and where each begins: one that begins with a blank goes on with that above it."""
    start, parts = 1, list[str]()
    for number, line in enumerate(lines, 1):
        if parts and line.startswith((" ", "\t")):
            parts.append(line.strip())
            continue
        if parts:
            yield start, " ".join(parts)
        start, parts = number, [line]
    if parts:
        yield start, " ".join(parts)


def _hashlib(algorithm: str) -> str:
    return _HASHLIB.get(algorithm, algorithm)


def _algorithm(name: str) -> str:
    stated = name.removesuffix(".txt").partition("manifest-")[2]
    return re.sub("[^a-z0-9]", "", stated.lower())


def _reserved(lines: list[tuple[int, str]]) -> Iterator[Finding]:
    """Reserved labels of bag-info.txt with a value of another form, or more often than once."""
    seen: set[str] = set()
    for number, line in lines:
        label, _, value = line.partition(":")
        label, value = label.rstrip().lower(), value.strip()
        fault = None
        if label in _ONCE and label in seen:
            fault = "The label stands more than once."
        elif label == "bagging-date" and not _is_day(value):
            fault = "Bagging-Date is no day, as YYYY-MM-DD."
        elif label == "bag-count" and not _is_count(value):
            fault = "Bag-Count is not `N of T`, with a number or `?` for T."
        if fault is not None:
            yield Finding(code="W727", message=fault, line=number, found=line[:200])
        seen.add(label)


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _is_count(value: str) -> bool:
    match = _COUNT.fullmatch(value)
    return match is not None and int(match[1]) > 0 and (match[2] == "?" or int(match[1]) <= int(match[2]))


def _is_tag_manifest(name: str) -> bool:
    return name.startswith("tagmanifest-")
