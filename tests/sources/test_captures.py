"""Every item of every file becomes one capture, with its own bytes; what cannot be read says so and stops nothing."""

import gzip
import hashlib
import json
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet as pq

from archiver.model import Capture, Metadata, Stated
from archiver.sources.captures import captures
from archiver.sources.payloads import Limits
from archiver.sources.plan import plan
from archiver.sources.shards import Stdin

ONE, TWO = b'{"text": "one"}', b'{"text":\t"two"}'


def read(folder: Path | Stdin, *, limits: Limits | None = None, beside: Metadata | None = None) -> list[Capture]:
    shards = plan([folder], shard_size=1000)
    return [capture for shard in shards for capture in captures(shard, beside or Metadata(), limits)]


def brief(found: list[Capture]) -> list[tuple[int, bytes, list[str]]]:
    return [(one.offset, one.payload, [finding.code for finding in one.trouble]) for one in found]


def compressed(data: bytes, suffix: str) -> bytes:
    return {"": data, ".gz": gzip.compress(data), ".zst": zstandard.compress(data)}[suffix]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize(
    ("name", "data", "media_type", "found"),
    [
        ("a.txt", b"\xef\xbb\xbfRain.\n", "text/plain", [(0, b"\xef\xbb\xbfRain.\n")]),
        ("a.text", b"", "text/plain", [(0, b"")]),
        ("a.jsonl", ONE + b"\n\n" + TWO, "application/json", [(0, ONE), (17, TWO)]),
        ("a.ndjson", ONE + b"\r\n", "application/json", [(0, ONE + b"\r")]),
        ("a.json", ONE + b"\n", "application/json", [(0, ONE + b"\n")]),
        ("a.json", b'{\n "text": "one"\n}\n', "application/json", [(0, b'{\n "text": "one"\n}\n')]),
        ("a.json", b"[" + ONE + b",\n" + TWO + b"]", "application/json", [(1, ONE), (18, TWO)]),
        ("a.json", b"\n" + ONE + b"\n" + TWO + b"\n", "application/json", [(1, ONE), (17, TWO)]),
        ("a.json", ONE + b"\n{broken\n", "application/json", [(0, ONE), (16, b"{broken")]),
        ("a.json", b"{broken\n" + ONE, "application/json", [(0, b"{broken\n" + ONE)]),
        ("a.json", b'"text"\n"text"', "application/json", [(0, b'"text"\n"text"')]),
    ],
)
def test_items_are_verbatim(
    tmp_path: Path, suffix: str, name: str, data: bytes, media_type: str, found: list[tuple[int, bytes]]
) -> None:
    (tmp_path / (name + suffix)).write_bytes(compressed(data, suffix))
    items = read(tmp_path)
    assert brief(items) == [(offset, payload, []) for offset, payload in found]
    assert {item.media_type for item in items} == {media_type}
    assert {item.name for item in items} == {name + suffix}


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_a_file_without_items_is_one_that_is_empty(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (capture,) = read(tmp_path)
    assert (capture.payload.strip(), [finding.code for finding in capture.trouble]) == (b"", ["E101"])


@pytest.mark.parametrize("data", [b"\n" * 2500, b" \r\n" * 1500, b"\n" * 1000, b" " * 2500, b"\n" * 200_000])
def test_a_file_of_blank_lines_is_empty_however_it_is_cut(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    (capture,) = read(tmp_path)
    assert (capture.payload.strip(), [finding.code for finding in capture.trouble]) == (b"", ["E101"])


@pytest.mark.parametrize("blanks", [500, 999, 1000, 1001, 2999, 150_000])
def test_blank_lines_before_an_item_are_not_said(tmp_path: Path, blanks: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n" * blanks + ONE)
    assert brief(read(tmp_path)) == [(blanks, ONE, [])]


def test_an_array_without_elements_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b" []\n")
    assert brief(read(tmp_path)) == [(0, b"", ["E101"])]


def test_a_range_without_a_line_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"1" * 3500 + b"\n2")
    assert [(one.offset, len(one.payload), one.trouble) for one in read(tmp_path)] == [(0, 3500, ()), (3501, 1, ())]


def test_ranges_of_a_large_file_hold_each_line_once(tmp_path: Path) -> None:
    made = [json.dumps({"text": "x" * (index * 37 % 400), "id": index}).encode() for index in range(200)]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(made))
    found = read(tmp_path)
    assert [capture.payload for capture in found] == made
    data = (tmp_path / "a.jsonl").read_bytes()
    assert all(data[one.offset : one.offset + len(one.payload)] == one.payload for one in found)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_damaged_compression_ends_in_a_capture_that_says_so(tmp_path: Path, suffix: str) -> None:
    made = [json.dumps({"text": str(index**99)}).encode() for index in range(3000)]
    data = compressed(b"\n".join(made), suffix)
    (tmp_path / ("a.jsonl" + suffix)).write_bytes(data[: len(data) * 2 // 3])
    *whole, last = read(tmp_path)
    assert [capture.payload for capture in whole] == made[: len(whole)]
    assert len(whole) > 1000
    assert made[len(whole)].startswith(last.payload)
    (finding,) = last.trouble
    assert (finding.code, finding.file, finding.offset) == ("E110", "a.jsonl" + suffix, last.offset + len(last.payload))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (gzip.compress(ONE + b"\n" + TWO + b"\n", mtime=0)[:-4], [(0, ONE, []), (16, TWO, []), (32, b"", ["E110"])]),
        (gzip.compress(ONE, mtime=0)[:-8] + bytes(8), [(0, ONE, ["E110"])]),
        (gzip.compress(ONE + b"\n", mtime=0) + b"\x1f\x8b\x08 more", [(0, ONE, []), (16, b"", ["E110"])]),
        (ONE, [(0, b"", ["E110"])]),
        (gzip.compress(ONE, mtime=0) + gzip.compress(TWO, mtime=0), [(0, ONE + TWO, [])]),
    ],
)
def test_damage_spares_what_came_before_it(
    tmp_path: Path, data: bytes, found: list[tuple[int, bytes, list[str]]]
) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(data)
    assert brief(read(tmp_path)) == found


def test_what_was_found_of_a_cut_item_stands_behind_the_damage(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"[" + ONE + b"," + TWO)[:-4])
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(ONE)[:-4])
    found = read(tmp_path, limits=Limits(item=10))
    codes = [(capture.name, [finding.code for finding in capture.trouble]) for capture in found]
    assert codes == [
        ("a.json.gz", ["E107"]),
        ("a.json.gz", ["E110", "E107", "W120"]),
        ("b.txt.gz", ["E110", "E107"]),
    ]


@pytest.mark.parametrize("data", [zstandard.compress(ONE) + b"junk!", b"junk", b"(\xb5/\xfd\xff\xff\xff\xff"])
def test_what_is_no_zstandard_is_damage(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt.zst").write_bytes(data)
    (capture,) = read(tmp_path)
    assert capture.payload in {ONE, b""}
    assert [finding.code for finding in capture.trouble] == ["E110"]


def test_zstandard_frames_follow_each_other(tmp_path: Path) -> None:
    frames = zstandard.compress(ONE + b"\n") + zstandard.compress(b"") + zstandard.compress(TWO * 9000)
    (tmp_path / "a.jsonl.zst").write_bytes(frames)
    assert brief(read(tmp_path)) == [(0, ONE, []), (16, TWO * 9000, [])]


def frame(window_log: int, data: bytes) -> bytes:
    """A Zstandard frame of one raw block, whose reader has to remember 2^window_log bytes (RFC 8878 section 3.1.1)."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(window_log - 10) << 3]) + (len(data) << 3 | 1).to_bytes(3, "little") + data


@pytest.mark.parametrize("window_log", [10, 27, 28, 29, 30, 31])
def test_zstandard_with_a_long_window_is_read(tmp_path: Path, window_log: int) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(frame(window_log, ONE + b"\n") + frame(27, TWO))
    assert brief(read(tmp_path)) == [(0, ONE, []), (16, TWO, [])]


@pytest.mark.parametrize("window_log", [32, 41])
def test_a_window_that_no_reader_has_is_said(tmp_path: Path, window_log: int) -> None:
    (tmp_path / "a.txt.zst").write_bytes(frame(window_log, ONE))
    (capture,) = read(tmp_path)
    assert [finding.code for finding in capture.trouble] == ["E110"]
    assert "can only be read with a window of more than 2 GiB" in capture.trouble[0].message


def test_too_little_memory_for_a_window_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is this process that has too little: another may have more."""

    def fail(*_: object) -> bytes:
        raise zstandard.ZstdError("zstd decompressor error: Allocation error : not enough memory")

    (tmp_path / "a.txt.zst").write_bytes(frame(31, ONE))
    frames = SimpleNamespace(decompress=fail)
    monkeypatch.setattr(zstandard, "ZstdDecompressor", lambda **_: SimpleNamespace(decompressobj=lambda: frames))
    with pytest.raises(MemoryError, match="not enough memory"):
        read(tmp_path)


def test_a_link_that_leads_nowhere_is_one_capture(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to("gone.txt")
    (tmp_path / "b.json").symlink_to("gone.json")
    assert brief(read(tmp_path)) == [(0, b"", ["E109"])] * 2


def test_a_file_of_another_kind_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (capture,) = read(tmp_path / "photo.jpg")
    assert (capture.payload, capture.media_type) == (b"\xff\xd8\xff", "application/octet-stream")
    assert [finding.code for finding in capture.trouble] == ["E108"]


def test_large_items_are_kept_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 300)
    (tmp_path / "b.json").write_bytes(b"[" + b"1" * 300 + b"]")
    (tmp_path / "c.jsonl").write_bytes(b"2" * 150 + b"\n3")
    found = brief(read(tmp_path, limits=Limits(item=100, kept=200)))
    assert found == [
        (0, b"x" * 200, ["E107"]),
        (1, b"1" * 200, ["E107"]),
        (0, b"2" * 150, ["E107"]),
        (151, b"3", []),
    ]


def test_standard_input_may_be_compressed(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(gzip.compress(ONE + b"\n" + TWO))
    found = read(Stdin(path=tmp_path / "spool"))
    assert [(one.name, one.payload) for one in found] == [("stdin", ONE), ("stdin", TWO)]


def test_a_sidecar_goes_before_options_and_its_faults_are_said_once(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(ONE + b"\n" + TWO)
    (tmp_path / "a.meta.json").write_text('{"site": "The Wire", "colour": "red"}')
    option = Metadata(
        site=Stated(value="Elsewhere", basis="option:--site"), title=Stated(value="Rain", basis="option:--title")
    )
    first, second = read(tmp_path, beside=option)
    assert first.beside == second.beside
    assert first.beside.site == Stated(value="The Wire", basis="sidecar:site")
    assert first.beside.title == option.title
    assert [finding.code for finding in first.trouble] == ["W115"]
    assert second.trouble == ()


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize(("name", "start"), [("a.jsonl", '{"text": "ਊ'), ("a.json", ' [{"text": "ਊ')])
def test_items_in_utf16_are_not_cut(tmp_path: Path, suffix: str, encoding: str, name: str, start: str) -> None:
    data = (start + "x" * 900 + '"}\n').encode(encoding)
    (tmp_path / (name + suffix)).write_bytes(compressed(data, suffix))
    assert brief(read(tmp_path)) == [(0, data, ["E124"])]


def test_one_json_value_in_utf16_is_an_item(tmp_path: Path) -> None:
    data = '{"text": "Rain."}'.encode("utf-16")
    (tmp_path / "a.json").write_bytes(data)
    assert brief(read(tmp_path)) == [(0, data, [])]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.json", "a.json.gz", "a.parquet"])
def test_how_much_of_the_disk_was_read_is_heard_item_by_item(tmp_path: Path, name: str) -> None:
    texts = [hashlib.shake_256(str(number).encode()).hexdigest(100) for number in range(6000)]
    lines = [json.dumps({"text": text}) for text in texts]
    if name.endswith("parquet"):
        pq.write_table(pa.table({"text": texts}), tmp_path / name)
    else:
        data = "\n".join(lines) if "jsonl" in name else f"[{','.join(lines)}]"
        (tmp_path / name).write_bytes(compressed(data.encode(), Path(name).suffix if name.count(".") > 1 else ""))
    size = (tmp_path / name).stat().st_size
    heard: list[int] = []
    (shard,) = plan([tmp_path], shard_size=1 << 30)
    found = [sum(heard) for _ in captures(shard, Metadata(), read=heard.append)]
    assert len(found) == 6000
    assert min(heard) >= 0
    assert all(abs(read / size - number / 6000) < 0.3 for number, read in enumerate(found))
    assert max(accumulate(heard)) <= size
