"""What breaks packers, at small scale: the counts add up, and every rejected item is found by its line."""

import gzip
import json
from pathlib import Path

import pytest

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.pack.spool import Spool
from archiver.package.open import open_package
from archiver.sources.plan import plan
from archiver.verify.verify import verify

CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=8192, max_item_size=4096)


def good(number: int) -> bytes:
    return json.dumps({"text": f"Rain fell on day {number}, and nobody was surprised."}).encode() + b"\n"


def packed(folder: Path, data: bytes, name: str = "wire.jsonl") -> tuple[int, list[tuple[int | None, int, str]]]:
    """How many articles there are; line, offset and code of each rejection."""
    (folder / name).write_bytes(data)
    out = folder / "out"
    report = pack([folder / name], out, CONFIG)
    package = open_package(out)
    assert package.run()["items"] == sum(report.counts["items"].values())
    assert list(verify(out)) == []
    rows = list(package.rejections())
    assert len(rows) == report.rejected
    places = [(row["source"].get("line"), row["source"]["offset"], row["findings"][0]["code"]) for row in rows]
    return report.counts["items"]["archived"] + report.counts["items"]["duplicate"], places


def test_a_line_of_many_shards_is_rejected_with_its_bytes(tmp_path: Path) -> None:
    before, long = b"".join(map(good, range(30))), b'{"text": "' + b"a long word " * 5000 + b'"}\n'
    assert packed(tmp_path, before + long + good(30)) == (31, [(31, len(before), "E107")])


def test_empty_lines_are_no_items_and_count_as_lines(tmp_path: Path) -> None:
    data = b"\n" * 50_000 + good(1) + b"\r\n \n" * 5000 + b"{\n" + good(2)
    assert packed(tmp_path, data) == (2, [(60_002, data.index(b"{\n"), "E103")])


def test_a_compressed_file_that_ends_too_early_ends_in_one_rejection(tmp_path: Path) -> None:
    whole = b"".join(map(good, range(2000)))
    data = gzip.compress(whole, mtime=0)
    archived, ((line, offset, code),) = packed(tmp_path, data[: len(data) // 2], "wire.jsonl.gz")
    assert 500 < archived < 1500
    assert (line, code) == (archived + 1, "E110")
    assert offset == sum(len(good(number)) for number in range(archived))


def test_broken_lines_are_found_by_their_numbers(tmp_path: Path) -> None:
    ways = (b"<p>\n", b'{"text": \n', b"[]\n", b'{"txet": "x"}\n', b"\x00\x00\x00\n", b'{"text": ""}\n')
    lines = [ways[number // 10 % len(ways)] if number % 10 == 9 else good(number) for number in range(1000)]
    archived, places = packed(tmp_path, b"".join(lines))
    assert archived == 900
    assert [line for line, _, _ in places] == list(range(10, 1001, 10))
    assert [offset for _, offset, _ in places] == [len(b"".join(lines[:number])) for number in range(9, 1000, 10)]
    assert {code for _, _, code in places} == {"E101", "E103", "E104", "E105"}


def test_a_plan_of_a_hundred_gigabytes_reads_none_of_them(tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    with large.open("wb") as stream:
        stream.truncate(100 * 10**9)
    before = read()
    shards = list(plan([large], shard_size=1 << 27))
    assert read() - before < 1 << 16
    assert (len(shards), shards[-1].slices[0].end) == (746, None)


def read() -> int:
    """How many bytes this process has read so far, from anywhere."""
    status = Path("/proc/self/io")
    if not status.exists():
        pytest.skip("this system does not count what is read")
    return int(status.read_text(encoding="ascii").split()[1])


def test_a_spool_gives_the_shards_of_a_plan_as_often_as_it_is_asked(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.txt").write_bytes(b"x" * 100)
    (tmp_path / "left.pdf").write_bytes(b"x")
    shards = list(plan([tmp_path], shard_size=10_000))
    with Spool(plan([tmp_path], shard_size=10_000)) as spool:
        assert list(spool) == list(spool) == shards
        assert (len(spool), spool.size) == (len(shards), 30_000)
        assert [note.code for note in spool.notes()] == ["I117"]
        assert [one == two for one, two in zip(spool, spool, strict=True)] == [True] * len(shards)
