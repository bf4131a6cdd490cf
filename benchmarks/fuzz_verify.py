"""Fuzz what reads hostile bytes: the WARC and ARC reader, the zip, indexes, page lists, tag files, signatures.

    python benchmarks/fuzz_verify.py [--seconds 60] [--seed 1] [--finds FOLDER] [FILE...]

Each round breaks a sound file (or one of FILE) in a few places and verifies it, or the package that it is a part of.
Findings are what is hoped for; an exception that is none of this software's, or a round of more than ten seconds
of the processor, is a find: its bytes are kept.
"""

import argparse
import gzip
import hashlib
import io
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType
from zipfile import ZIP_DEFLATED, ZipFile

import zstandard

from archiver.errors import ArchiverError
from archiver.report.findings import row
from archiver.verify.index import parse
from archiver.verify.verify import verify
from archiver.warc.http import decoded, head_of

PATIENCE = 10
TOKENS = (
    *(b"WARC/1.1\r\n", b"\r\n\r\n", b"Content-Length: ", b"filedesc://", b"\x1f\x8b\x08", b"PK\x01\x02", b"PK\x05\x06"),
    *(b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18", b"\xff\xff\xff\xff", b"\0\0\0\0", b"9" * 19, b"-1", b"sha256:", b"../"),
    *(b'{"', b'"}', b"[" * 200, b"\\ud800", b"\xff", b"WARC-Segment-Number: 1\r\n", b"Transfer-Encoding: chunked\r\n"),
)


def digest(data: bytes) -> str:
    """A digest as manifests write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def record(number: int, kind: str, block: bytes, *lines: str) -> bytes:
    """A sound record."""
    head = [
        *("WARC/1.1", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:00000000-0000-5000-8000-{number:012d}>"),
        *("WARC-Date: 2024-05-06T07:08:09Z", f"WARC-Block-Digest: {digest(block)}", f"Content-Length: {len(block)}"),
        *lines,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def records() -> list[bytes]:
    """Records of most types."""
    body = b"5\r\nhello\r\n0\r\n\r\n"
    http = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + body
    to = "WARC-Target-URI: https://example.org/"
    profile = "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    second = "WARC-Refers-To: <urn:uuid:00000000-0000-5000-8000-000000000002>"
    origin = "WARC-Segment-Origin-ID: <urn:uuid:00000000-0000-5000-8000-000000000004>"
    return [
        record(1, "warcinfo", b"software: x\r\n", "Content-Type: application/warc-fields"),
        record(2, "response", http, to, "Content-Type: application/http", f"WARC-Payload-Digest: {digest(b'hello')}"),
        record(3, "revisit", b"", to, profile, second, f"WARC-Payload-Digest: {digest(b'hello')}"),
        record(4, "resource", b"one", to, "Content-Type: text/plain", "WARC-Segment-Number: 1"),
        record(5, "continuation", b"two", to, "WARC-Segment-Number: 2", origin, "WARC-Segment-Total-Length: 6"),
    ]


def files() -> dict[str, bytes]:
    """The files of a sound WACZ with a ZipNum index."""
    warc = b"".join(gzip.compress(each, mtime=0) for each in records())
    line = b'org,example)/ 20240506070809 {"url": "https://example.org/", "offset": "1", "filename": "a.warc.gz"}\n'
    block = gzip.compress(line, mtime=0)
    place = b'{"offset": 0, "length": %d, "digest": "%b"}' % (len(block), digest(block).encode())
    files = {
        "archive/a.warc.gz": warc,
        "indexes/index.cdx": line,
        "indexes/more.cdx.gz": block,
        "indexes/more.idx": b'!meta 0 {"format": "cdxj-gzip-1.0"}\norg,example)/ 20240506070809 ' + place + b"\n",
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n{"id": "1", "url": "https://example.org/", "ts": "2"}\n',
    }
    listed = [{"name": name, "path": name, "hash": digest(data), "bytes": len(data)} for name, data in files.items()]
    manifest = {"profile": "data-package", "wacz_version": "1.1.1", "resources": listed}
    files["datapackage.json"] = json.dumps(manifest).encode()
    signed = {"hash": "x", "created": "x", "software": "x", "signature": "QUJD", "publicKey": "QUJD"}
    about = {"path": "datapackage.json", "hash": digest(files["datapackage.json"]), "signedData": signed}
    files["datapackage-digest.json"] = json.dumps(about).encode()
    return files


def packed() -> bytes:
    """A sound WACZ."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in files().items():
            archive.writestr(name, data, ZIP_DEFLATED if name.startswith("pages") else None)
    return out.getvalue()


def bag() -> dict[str, bytes]:
    """The files of a sound bag around a WACZ."""
    made = {f"bag/data/{name}": data for name, data in files().items()}
    size = f"{sum(map(len, made.values()))}.{len(made)}"
    lines = [f"{digest(data)[7:]}  {name.removeprefix('bag/')}\n" for name, data in made.items()]
    made["bag/bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    made["bag/bag-info.txt"] = f"Payload-Oxum: {size}\nContact-Name: A\n  B\n".encode()
    made["bag/manifest-sha256.txt"] = "".join(lines).encode()
    made["bag/fetch.txt"] = b"https://example.org/ 5 data/a%0Ab.txt\n"
    tags = [f"{digest(data)[7:]}  {name[4:]}\n" for name, data in made.items() if not name.startswith("bag/data/")]
    made["bag/tagmanifest-sha256.txt"] = "".join(tags).encode()
    return made


def seeds() -> dict[str, bytes]:
    """Sound files by name. Those of a folder are a package together."""
    arc = b"filedesc://a.arc 0.0.0.0 20040506070809 text/plain 16\n1 0 Example\nURL\n\n"
    arc += b"http://example.org/ 192.0.2.1 20040506070809 text/html 5\nRain.\n"
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    return {
        "a.warc": b"".join(records()),
        "a.warc.gz": b"".join(gzip.compress(each, mtime=0) for each in records()),
        "a.warc.zst": b"".join(compressor.compress(each) for each in records()),
        "a.arc": arc,
        "a.wacz": packed(),
        **bag(),
    }


def broken(data: bytes, chance: random.Random) -> bytes:
    """The data with a few places broken."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        move = chance.randrange(5)
        if move == 0:
            made[at : at + chance.randint(1, 40)] = b""
        elif move == 1:
            made[at:at] = chance.choice(TOKENS)
        elif move == 2:
            token = chance.choice(TOKENS)
            made[at : at + len(token)] = token
        elif move == 3 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        else:
            start = chance.randrange(len(made) + 1)
            made[at:at] = made[start : start + chance.randint(1, 400)]
    return bytes(made)


def attempt(folder: Path, name: str, data: bytes) -> None:
    """One round: the file, or the package that it is a part of, and its bytes given to the smaller parsers."""
    (folder / name).write_bytes(data)
    try:
        for finding in verify(folder / name.partition("/")[0]):
            row(finding).encode("utf-8")
            str(finding.to_dict()).encode("utf-8")
    except ArchiverError:
        return
    parse(data[:2000])
    decoded(data)
    head_of(data)


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {PATIENCE} seconds")


def main() -> int:
    """Fuzz for a while; 1 if there was a find."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finds", type=Path, default=Path("finds"))
    options = parser.parse_args()
    sound = {path.name: path.read_bytes() for path in options.files} or seeds()
    signal.signal(signal.SIGVTALRM, _late)
    chance, end, rounds, finds = random.Random(options.seed), time.monotonic() + options.seconds, 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, data in sound.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        while time.monotonic() < end:
            name = chance.choice(sorted(sound))
            data = broken(sound[name], chance)
            rounds += 1
            signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
            try:
                attempt(folder, name, data)
            except Exception:  # noqa: BLE001  # any other exception is what is looked for
                finds += 1
                options.finds.mkdir(exist_ok=True)
                (options.finds / f"{options.seed}-{rounds}-{name.replace('/', '_')}").write_bytes(data)
                traceback.print_exc()
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                (folder / name).write_bytes(sound[name])
    print(f"{rounds} rounds, {finds} finds")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
