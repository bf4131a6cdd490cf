"""Of bits flipped at random anywhere in a package, every one is found."""

import random
from pathlib import Path

import pytest
from benchmarks.flips import chosen, unnoticed

from tests.verify.packages import copy

FLIPS = 300


def test_every_flip_in_a_bag_is_found(bag: Path, tmp_path: Path) -> None:
    package = copy(bag, tmp_path)
    assert unnoticed(package, chosen(package, FLIPS, seed=1)) == []


def test_every_flip_in_an_unpacked_wacz_is_found(bag: Path, tmp_path: Path) -> None:
    package = copy(bag / "data", tmp_path)
    assert unnoticed(package, chosen(package, FLIPS, seed=2)) == []


def test_every_flip_in_a_wacz_is_found(wacz: Path, tmp_path: Path) -> None:
    package = copy(wacz, tmp_path)
    assert unnoticed(package, chosen(package, FLIPS, seed=3)) == []


@pytest.mark.parametrize("name", ["bagit.txt", "tagmanifest-sha256.txt", "data/datapackage-digest.json"])
def test_bits_are_found_where_only_one_file_vouches(bag: Path, tmp_path: Path, name: str) -> None:
    package = copy(bag, tmp_path)
    size = (package / name).stat().st_size
    bits = random.Random(4).sample(range(size * 8), 200)
    assert unnoticed(package, [(package / name, bit) for bit in bits]) == []


def test_bits_of_zip_headers_are_found(wacz: Path, tmp_path: Path) -> None:
    package = copy(wacz, tmp_path)
    data = package.read_bytes()
    headers = [at for at in range(len(data)) if data.startswith((b"PK\3\4\x14\0\0", b"PK\1\2\x14\3", b"PK\5\6"), at)]
    assert len(headers) == 2 * 11 + 1
    bits = [8 * at + bit for at in headers[::5] for bit in range(0, 8 * 22, 2)] + [8 * (len(data) - 1)]
    assert unnoticed(package, [(package, bit) for bit in bits]) == []
