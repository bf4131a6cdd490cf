"""How long `verify` takes, and how much memory, beside other checkers and the floor, on one generated WACZ.

    python benchmarks/verify_speed.py FOLDER [--size 200M] [--jobs 2]

The WACZ is generated in FOLDER from invented responses, with a CDXJ index and pages, until its WARC files have the size
given; it is used again where it stands already. The floor is gunzip of its WARC files, and SHA-256 of the file and of
what they hold. The other tools are those in build/peers: `warcio check` reads the WARC files, `bagit.py --validate` a
bag of them.
"""

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from isal import igzip, isal_zlib

PEERS = Path(__file__).parents[1] / "build" / "peers" / "bin"
PER_FILE = 64 << 20
WORDS = [f"{chr(97 + a)}{chr(97 + b)}{chr(97 + c)}ing" for a in range(26) for b in range(7) for c in range(5)]
UNITS = {"M": 1 << 20, "G": 1 << 30}


def digest(data: bytes) -> str:
    """A digest as records write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def response(number: int, chance: random.Random) -> tuple[str, bytes, str]:
    """Address, record and payload digest of an invented page."""
    uri = f"https://news.example/{number}"
    body = " ".join(chance.choices(WORDS, k=chance.randint(300, 1500))).encode()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-5000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Target-URI: {uri}\r\nWARC-Block-Digest: {digest(block)}\r\n"
        f"WARC-Payload-Digest: {digest(body)}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return uri, head.encode() + block + b"\r\n\r\n", digest(body)


def warcs(folder: Path, size: int) -> Iterator[bytes]:
    """Writes WARC files until they have the size; yields the rows of their index."""
    chance, number, total = random.Random(7), 0, 0
    info = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:00000000-0000-5000-9000-%012d>\r\n"
    info += (
        b"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Type: application/warc-fields\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    )
    while total < size:
        name = f"a{total // PER_FILE:05d}.warc.gz"
        with (folder / name).open("wb") as stream:
            stream.write(isal_zlib.compress(info % number, 2, 31))
            while stream.tell() < min(PER_FILE, size - total):
                number += 1
                uri, record, payload = response(number, chance)
                member = isal_zlib.compress(record, 2, 31)
                fields = {"url": uri, "mime": "text/html", "status": "200", "digest": payload}
                fields |= {"length": str(len(member)), "offset": str(stream.tell()), "filename": name}
                fields["recordDigest"] = digest(member)
                yield f"example,news)/{number} 20240506070809 {json.dumps(fields)}\n".encode()
                stream.write(member)
            total += stream.tell()


def generate(folder: Path, size: int) -> Path:
    """The WACZ, made where it does not stand yet."""
    path = folder / f"generated-{size}.wacz"
    parts = folder / f"parts-{size}"
    if path.exists():
        return path
    (parts / "data/archive").mkdir(parents=True)
    rows = sorted(warcs(parts / "data/archive", size))
    files = [(f"archive/{each.name}", each.read_bytes) for each in sorted((parts / "data/archive").iterdir())]
    pages = b'{"format": "json-pages-1.0", "id": "pages", "title": "All"}\n'
    listed = []
    with ZipFile(path, "w") as archive:
        for name, read in [*files, ("indexes/index.cdx", lambda: b"".join(rows)), ("pages/pages.jsonl", lambda: pages)]:
            data = read()
            listed.append({"name": name, "path": name, "hash": digest(data), "bytes": len(data)})
            archive.writestr(ZipInfo(name), data, ZIP_STORED if name.startswith("archive") else ZIP_DEFLATED)
        manifest = {"profile": "data-package", "wacz_version": "1.1.1", "created": "2024-05-06T07:08:09Z"}
        data = json.dumps(manifest | {"software": "invented", "resources": listed}).encode()
        archive.writestr("datapackage.json", data)
        archive.writestr("datapackage-digest.json", json.dumps({"path": "datapackage.json", "hash": digest(data)}))
    bag(parts)
    return path


def bag(root: Path) -> None:
    """Makes a bag of the folder of WARC files."""
    files = sorted((root / "data/archive").iterdir())
    lines = [f"{digest(each.read_bytes())[7:]}  data/archive/{each.name}\n" for each in files]
    (root / "manifest-sha256.txt").write_text("".join(lines))
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")


def floor(wacz: Path) -> None:
    """The least that a check can do: read the file against a digest, inflate its records, take theirs."""
    whole, inner = hashlib.sha256(), hashlib.sha256()
    with wacz.open("rb") as stream:
        while data := stream.read(1 << 20):
            whole.update(data)
    with ZipFile(wacz) as archive:
        for name in archive.namelist():
            if name.endswith(".warc.gz"):
                with archive.open(name) as member, igzip.open(member, "rb") as records:  # type: ignore[no-untyped-call]
                    while data := records.read(1 << 20):
                        inner.update(data)


def timed(command: list[str]) -> str:
    """Seconds and peak memory of a command, or why there are none."""
    if not Path(command[0]).exists():
        return "not installed"
    began = time.perf_counter()
    done = subprocess.run(["/usr/bin/env", "bash", "-c", 'time -p "$@"', "-", *command], capture_output=True, text=True)
    took = time.perf_counter() - began
    cpu = sum(float(each) for each in re.findall(r"^(?:user|sys) ([0-9.]+)$", done.stderr, re.MULTILINE))
    return f"{took:8.2f} s, CPU {cpu:8.2f} s, exit {done.returncode}"


def peak(command: list[str]) -> str:
    """Peak memory of a command and its processes, each, in MB."""
    script = (
        "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True)
    return f"{done.stdout.strip()} MB"


def main() -> None:
    """Print a line for each tool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="200M")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        floor(options.floor)
        return
    wacz = generate(options.folder, int(options.size[:-1]) * UNITS[options.size[-1]])
    parts = options.folder / wacz.stem.replace("generated", "parts")
    ours = [str(Path(sys.executable).parent / "archiver"), "verify"]
    print(f"{wacz.name}: {wacz.stat().st_size >> 20} MB")
    print("floor                ", timed([sys.executable, __file__, str(options.folder), "--floor", str(wacz)]))
    print("archiver verify      ", timed([*ours, str(wacz)]), peak([*ours, str(wacz)]))
    print(f"archiver verify -j {options.jobs} ", timed([*ours, "-j", str(options.jobs), str(wacz)]))
    print("  --level fixity     ", timed([*ours, "--level", "fixity", str(wacz)]))
    print("wacz validate        ", timed([str(PEERS / "wacz"), "validate", "-f", str(wacz)]))
    warc_files = sorted(map(str, (parts / "data/archive").iterdir()))
    print("warcio check         ", timed([str(PEERS / "warcio"), "check", *warc_files]))
    print("bagit.py --validate  ", timed([str(PEERS / "bagit.py"), "--validate", str(parts)]))
    print("archiver verify (bag)", timed([*ours, str(parts)]))


if __name__ == "__main__":
    main()
