"""Flip single bits of a package, one at a time, and count those that `verify` does not notice.

    python benchmarks/flips.py [--flips 2000] [--seed 1] [SOURCE...]

SOURCE (by default the examples' articles) is packed as a bag, as its unpacked WACZ and as a `.wacz`. The bits are drawn
evenly from all bytes of all files. A flip is noticed where there is any finding, or the package is refused.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from archiver.errors import ArchiverError
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.verify.verify import verify

ARTICLES = Path(__file__).parents[1] / "examples" / "articles"
CREATED = "2024-05-06T07:08:09Z"


def is_noticed(package: Path) -> bool:
    """Whether anything is found."""
    try:
        return next(iter(verify(package)), None) is not None
    except ArchiverError:
        return True


def chosen(package: Path, count: int, seed: int) -> list[tuple[Path, int]]:
    """Bits drawn evenly from all bytes of all files."""
    files = sorted(path for path in [package, *package.rglob("*")] if path.is_file())
    sizes = [path.stat().st_size * 8 for path in files]
    draw = random.Random(seed)
    return [(path, draw.randrange(path.stat().st_size * 8)) for path in draw.choices(files, sizes, k=count)]


def unnoticed(package: Path, places: list[tuple[Path, int]]) -> list[tuple[str, int]]:
    """The places, in bits, whose change is not found; each bit is flipped by itself and put back."""
    missed = []
    for path, bit in places:
        sound = path.read_bytes()
        broken = bytearray(sound)
        broken[bit // 8] ^= 1 << bit % 8
        path.write_bytes(broken)
        if not is_noticed(package):
            missed.append((path.name, bit))
        path.write_bytes(sound)
    return missed


def main() -> int:
    """Print a line for each form of the package; 1 if a flip went unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path)
    parser.add_argument("--flips", type=int, default=2000, help="for each form of the package")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        bag, wacz = Path(temporary) / "bag", Path(temporary) / "a.wacz"
        for out in (bag, wacz):
            pack(options.sources or [ARTICLES], out, Config(created=CREATED))
        for what, package in (("bag", bag), ("unpacked WACZ", bag / "data"), ("WACZ", wacz)):
            if is_noticed(package):
                raise SystemExit(f"the {what} is not sound")
            start = time.process_time()
            missed = unnoticed(package, chosen(package, options.flips, options.seed))
            failed |= bool(missed)
            took = time.process_time() - start
            print(
                f"{what}: {options.flips} flips, {len(missed)} unnoticed, {took:.0f} s of CPU {missed[:5]}", flush=True
            )
    return failed


if __name__ == "__main__":
    sys.exit(main())
