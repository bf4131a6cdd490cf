"""The least that a job can cost: what no program that writes or checks the same bytes can leave out.

Of verifying there are two: one of programs that everybody has, `gunzip_floor`, and a stricter one in one process, with
ISA-L. Run as a program it prints the CPU seconds that a floor in one process takes:

    python -m benchmarks.floors pack|verify PACKAGE
"""

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from benchmarks.cost import Cost, run
from isal import igzip, isal_zlib

BLOCK = 1 << 20
GUNZIP = "gunzip -c of the WARC files into sha256sum, and sha256sum of the package"
"""What `gunzip_floor` runs."""


def pack_floor(package: Path) -> float:
    """CPU seconds for SHA-256 and ISA-L level 2 over what a directory package holds, records as they were before.

    Reading the package and inflating its records is not counted.
    """
    files = [path for path in sorted(package.rglob("*")) if path.is_file()]
    took = 0.0
    for path in files:
        data = path.read_bytes()
        members = list(_members(data)) if path.name.endswith(".warc.gz") else []
        began = time.process_time()
        for member in members:
            hashlib.sha256(member).digest()
            isal_zlib.compress(member, 2, 31)
        hashlib.sha256(data).digest()
        took += time.process_time() - began
    return took


def _members(data: bytes) -> Iterator[bytes]:
    while data:
        inflater = isal_zlib.decompressobj(31)
        yield inflater.decompress(data)
        data = inflater.unused_data


def gunzip_floor(package: Path, warcs: Sequence[Path]) -> list[str]:
    """The command for it: `warcs` are the WARC files of the WACZ `package`, unpacked."""
    script = 'gunzip -c "${@:2}" | sha256sum; sha256sum "$1"'
    return ["/bin/bash", "-c", script, "-", str(package), *map(str, warcs)]


def verify_floor(package: Path) -> float:
    """CPU seconds to read a WACZ against a digest, to inflate its records, and to take theirs."""
    began = time.process_time()
    whole, inner = hashlib.sha256(), hashlib.sha256()
    with package.open("rb") as stream:
        while data := stream.read(BLOCK):
            whole.update(data)
    with ZipFile(package) as archive:
        for name in archive.namelist():
            if name.endswith(".warc.gz"):
                with archive.open(name) as member, igzip.open(member, "rb") as records:  # type: ignore[no-untyped-call]
                    while data := records.read(BLOCK):
                        inner.update(data)
    return time.process_time() - began


def in_process(job: str, package: Path) -> Cost:
    """What the floor of a job costs in a process of its own, which says what it took: starting Python is left out."""
    took = float(run([sys.executable, "-m", "benchmarks.floors", job, package]).said)
    return Cost(took, took, 0, 0, "")


if __name__ == "__main__":
    print({"pack": pack_floor, "verify": verify_floor}[sys.argv[1]](Path(sys.argv[2])))
