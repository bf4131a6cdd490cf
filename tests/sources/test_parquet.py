"""Rows of Parquet files become items, each a JSON object; a plan reads the footer alone; damage is told, row by row."""

import itertools
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from archiver.errors import CannotRead, Missing
from archiver.model import Capture, Metadata
from archiver.sources.captures import captures
from archiver.sources.payloads import Limits
from archiver.sources.plan import plan

NAIVE = datetime.fromisoformat("2017-07-21T18:30:59")
BERLIN = pa.timestamp("ns", "Europe/Berlin")
NESTED = pa.struct([("name", pa.string()), ("born", pa.date32()), ("marks", pa.list_(pa.float64()))])


def read(path: Path, limits: Limits | None = None, shard_size: int = 1 << 24) -> list[Capture]:
    shards = plan([path], shard_size=shard_size)
    return [capture for shard in shards for capture in captures(shard, Metadata(), limits)]


def written(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "wire.parquet", **options)
    return folder / "wire.parquet"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (pa.string(), 'é "\u2028', '"é \\"\u2028"'),
        (pa.large_string(), "", '""'),
        (pa.string_view(), "view", '"view"'),
        (pa.dictionary(pa.int32(), pa.string()), "again", '"again"'),
        (pa.binary(), b"caf\xc3\xa9", '"café"'),
        (pa.binary(), b"\xff\x00", '{"base64":"/wA="}'),
        (pa.binary(2), b"\xff\x00", '{"base64":"/wA="}'),
        (pa.uint64(), 2**64 - 1, "18446744073709551615"),
        (pa.int8(), -1, "-1"),
        (pa.bool_(), False, "false"),
        (pa.float64(), 0.1, "0.1"),
        (pa.float32(), 1.5, "1.5"),
        (pa.float64(), float("nan"), '"NaN"'),
        (pa.float64(), float("-inf"), '"-Infinity"'),
        (pa.decimal128(5, 2), Decimal("1.50"), '"1.50"'),
        (pa.date32(), date(2017, 7, 21), '"2017-07-21"'),
        (pa.date64(), date(1969, 12, 31), '"1969-12-31"'),
        (pa.timestamp("s"), NAIVE, '"2017-07-21T18:30:59"'),
        (pa.timestamp("us"), -450_000, '"1969-12-31T23:59:59.55"'),
        (BERLIN, 1_500_000_000_123_456_789, '"2017-07-14T02:40:00.123456789Z"'),
        (pa.timestamp("ms"), 10**15, '"1000000000000000"'),
        (pa.date32(), 10**7, '"10000000"'),
        (pa.time32("s"), time(1, 2, 3), '"01:02:03"'),
        (pa.time64("us"), time(1, 2, 3, 5), '"01:02:03.000005"'),
        (pa.duration("s"), timedelta(1), "86400"),
        (pa.list_(pa.string()), ["a", None], '["a",null]'),
        (pa.list_(pa.timestamp("ms"), 1), [NAIVE], '["2017-07-21T18:30:59"]'),
        (NESTED, {"name": "A", "born": date(2001, 2, 3)}, '{"name":"A","born":"2001-02-03","marks":null}'),
        (pa.map_(pa.string(), pa.date32()), [("k", date(2001, 2, 3))], '[["k","2001-02-03"]]'),
        (pa.null(), None, "null"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_is_written_in_one_way(tmp_path: Path, kind: pa.DataType, value: Any, expected: str) -> None:
    path = written(tmp_path, {"id": [1, 2], "v": pa.array([value, None], kind)})
    assert [capture.payload.decode() for capture in read(path)] == [f'{{"id":1,"v":{expected}}}', '{"id":2,"v":null}']


def test_a_row_is_found_by_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": [f"Article {number}." for number in range(300)]}, row_group_size=100)
    found = read(path, shard_size=2000)
    assert [(capture.name, capture.offset) for capture in found] == [("wire.parquet", row) for row in range(300)]
    assert found[217].payload == b'{"text":"Article 217."}'
    assert found[217].media_type == "application/json"


def test_bytes_that_are_no_utf8_stand_in_the_item_as_they_are(tmp_path: Path) -> None:
    latin = pa.Array.from_buffers(pa.string(), 1, pa.array([b'caf\xe9 "']).buffers())
    assert [capture.payload for capture in read(written(tmp_path, {"text": latin}))] == [b'{"text":"caf\xe9 \\""}']


@pytest.mark.parametrize("rows", [[100, 100, 100], [300], [1, 299], [10] * 30])
def test_ranges_of_rows_cover_the_file(tmp_path: Path, rows: list[int]) -> None:
    path = tmp_path / "wire.parquet"
    table = pa.table({"text": [f"{number} " * 50 for number in range(sum(rows))]})
    with pq.ParquetWriter(path, table.schema, use_dictionary=False, compression="none") as writer:
        start = 0
        for count in rows:
            writer.write_table(table.slice(start, count))
            start += count
    slices = [piece for shard in plan([path], shard_size=4000) for piece in shard.slices]
    assert [slices[0].start, *(piece.end for piece in slices)][:-1] == [piece.start for piece in slices]
    assert (slices[-1].end, sum(piece.size for piece in slices)) == (300, path.stat().st_size)
    assert 8 <= len(slices) <= 30
    assert [capture.offset for capture in read(path, shard_size=4000)] == list(range(300))


def test_a_plan_reads_the_footer_alone(tmp_path: Path) -> None:
    """The bytes between head and footer are all gone: who planned does not notice."""
    path = written(tmp_path, {"text": [f"{number} " * 500 for number in range(2000)]}, row_group_size=200)
    expected = list(plan([path], shard_size=1 << 17))
    footer = int.from_bytes(path.read_bytes()[-8:-4], "little") + 8
    with path.open("r+b") as stream:
        stream.seek(4)
        stream.write(bytes(path.stat().st_size - footer - 4))
    planned = list(plan([path], shard_size=1 << 17))
    assert [[(piece.start, piece.end) for piece in shard.slices] for shard in planned] == [
        [(piece.start, piece.end) for piece in shard.slices] for shard in expected
    ]
    assert len(planned) > 5


def test_damaged_rows_are_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": [f"{number} " * 50 for number in range(300)]}, row_group_size=100)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    found = read(path)
    (bad,) = [capture for capture in found if capture.trouble]
    assert (bad.offset, bad.payload, bad.trouble[0].code) == (100, b"", "E127")
    assert bad.trouble[0].message.startswith("The rows 100 to 199 cannot be read: ")
    assert [capture.offset for capture in found] == [*range(101), *range(200, 300)]


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_rows_for_which_memory_is_refused_are_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """It is this process that has too little: another may have more."""
    path = written(tmp_path, {"text": [f"{number}" for number in range(3000)]})
    whole = pq.ParquetFile.iter_batches

    def batches(*args: Any, **kwargs: Any) -> Iterator[pa.RecordBatch]:
        yield from itertools.islice(whole(*args, **kwargs), batch)
        raise pa.ArrowMemoryError("malloc of size 4096 failed")

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", batches)
    found: list[Capture] = []
    with pytest.raises(MemoryError, match="malloc of size 4096 failed"):
        found.extend(captures(next(plan([path])), Metadata()))
    assert (len(found), {capture.trouble for capture in found}) == (1024 * batch, {()} if batch else set())


def test_a_footer_for_which_memory_is_refused_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"text": ["some"]})
    shards = list(plan([path]))

    def fail(*_: object, **__: object) -> pq.ParquetFile:
        raise pa.ArrowMemoryError("malloc of size 4096 failed")

    monkeypatch.setattr(pq, "ParquetFile", fail)
    with pytest.raises(MemoryError, match="malloc of size 4096 failed"):
        list(captures(shards[0], Metadata()))
    with pytest.raises(CannotRead, match=r"wire\.parquet cannot be read: malloc of size 4096 failed; that may be no"):
        list(plan([path]))


@pytest.mark.parametrize("data", [b"", b"PAR1", b"no such thing", None], ids=["empty", "magic", "text", "cut"])
def test_what_is_no_parquet_file_is_an_item_with_its_bytes(tmp_path: Path, data: bytes | None) -> None:
    path = written(tmp_path, {"text": ["some"] * 1000})
    path.write_bytes(path.read_bytes()[:-10] if data is None else data)
    (capture,) = read(path)
    assert (capture.payload, [finding.code for finding in capture.trouble]) == (path.read_bytes(), ["E127"])


@pytest.mark.parametrize(
    ("names", "fields", "said"),
    [(["text", "text"], ["a"], "text"), (["text", "by"], ["a", "a"], "by.a"), (["x", "x"], ["a", "a"], "x, x.a, x.a")],
)
def test_a_file_with_two_columns_of_one_name_is_an_item_with_its_bytes(
    tmp_path: Path, names: list[str], fields: list[str], said: str
) -> None:
    struct = pa.StructArray.from_arrays([pa.array(["p"] * 5000)] * len(fields), names=fields)
    columns = [pa.array([f"{number}" * 9 for number in range(5000)]) if "y" in names[1] else struct, struct]
    path = tmp_path / "wire.parquet"
    pq.write_table(pa.Table.from_arrays(columns, names=names), path, row_group_size=100)
    (capture,) = read(path, shard_size=1 << 14)
    (finding,) = capture.trouble
    assert (capture.payload, finding.code) == (path.read_bytes(), "E127")
    assert finding.message == f"Several columns of the file have the same name: {said}."


def test_fields_of_one_name_in_different_columns_are_no_trouble(tmp_path: Path) -> None:
    rows = [[{"k": {"k": "a"}}]]
    path = written(tmp_path, {"k": rows, "m": pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string()))})
    (capture,) = read(path)
    assert (capture.payload, capture.trouble) == (b'{"k":[{"k":{"k":"a"}}],"m":[["k","v"]]}', ())


def test_a_file_without_a_row_holds_no_item(tmp_path: Path) -> None:
    (capture,) = read(written(tmp_path, {"text": pa.array([], pa.string())}))
    assert (capture.payload, [finding.code for finding in capture.trouble]) == (b"", ["E101"])


def test_a_row_may_be_too_large(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": ["short", "long " * 100]})
    small, large = read(path, Limits(item=100, kept=200))
    assert (small.trouble, [finding.code for finding in large.trouble]) == ((), ["E107"])
    assert large.payload == (b'{"text":"' + b"long " * 100)[:200]


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"text": ["some"]})
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Missing, match=r"wire\.parquet .* install archiver\[parquet\]"):
        list(plan([path]))


def test_a_file_of_many_rows_is_read_a_few_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": ["word " * 2000] * 4000}, use_dictionary=False, compression="none")
    used = pa.default_memory_pool()
    before, most = used.bytes_allocated(), 0
    for shard in plan([path]):
        for capture in captures(shard, Metadata()):
            most = max(most, used.bytes_allocated() - before)
            assert len(json.loads(capture.payload)["text"]) == 10_000
    assert most < 16 << 20 < path.stat().st_size / 2
