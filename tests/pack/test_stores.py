"""Sources, OUT and shards in an object store: the same bytes as on a disk, and no part of a package to be seen."""

import gzip
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet as pq

from archiver.errors import CannotRead, CannotWrite, Unreachable, UsedWrongly
from archiver.model import Metadata
from archiver.pack import destination
from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.pack.watch import Watch
from archiver.package.open import open_package
from archiver.sources.captures import captures
from archiver.sources.plan import plan
from archiver.sources.seen import check
from archiver.sources.shards import Stamp
from archiver.storage import AHEAD, files, place
from archiver.verify.verify import verify
from tests.s3 import Bucket

MIB = 1 << 20
CONFIG = Config(created="2024-05-06T07:08:09Z", shard_size=4096)
LINES = "".join(json.dumps({"text": f"Rain fell on day {day}, and nobody was surprised."}) + "\n" for day in range(200))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of articles of all kinds; the current folder lies beside it."""
    folder = tmp_path / "wire"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"The pier is gone.\n")
    (folder / "a.meta.json").write_bytes(b'{"title": "The pier", "url": "https://news.example/pier"}')
    (folder / "sub" / "b.html").write_bytes(
        b"<html><title>Ferry</title><p>The ferry sails again from the old pier.</p>"
    )
    (folder / "c.jsonl").write_text(LINES, encoding="utf-8")
    (folder / "d.jsonl.gz").write_bytes(gzip.compress(LINES[:2000].encode(), mtime=0))
    (folder / "e.jsonl.zst").write_bytes(zstandard.compress(LINES[2000:4000].encode()))
    pq.write_table(pa.table({"text": [f"Snow on day {day}." for day in range(20)]}), folder / "f.parquet")
    (folder / "g.pdf").write_bytes(b"%PDF")
    (folder / ".hidden.txt").write_bytes(b"hidden")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


@pytest.fixture
def source(bucket: Bucket, folder: Path) -> str:
    """The same folder in the bucket."""
    bucket.lay(folder, "wire")
    bucket.log()
    return f"{bucket.url}/wire"


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def test_sources_in_a_store_give_the_same_package(source: str, folder: Path, tmp_path: Path) -> None:
    there = pack([source], tmp_path / "there", CONFIG)
    here = pack([folder], tmp_path / "here-too", CONFIG)
    assert contents(tmp_path / "there") == contents(tmp_path / "here-too")
    assert there == here
    assert here.rejected == 3  # the lines that the cuts of d and e leave broken
    assert {(note.code, note.file) for note in there.notes} == {("I117", "g.pdf")}


def test_a_key_may_look_like_a_chain_of_addresses(bucket: Bucket, tmp_path: Path) -> None:
    folder = tmp_path / "wire"
    (folder / "zip::").mkdir(parents=True)
    (folder / "a::b.txt").write_bytes(b"The pier is gone.\n")
    (folder / "a::b.meta.json").write_bytes(b'{"title": "The pier"}')
    (folder / "zip::" / "c.jsonl").write_text(LINES, encoding="utf-8")
    bucket.lay(folder, "wire")
    assert pack([f"{bucket.url}/wire"], tmp_path / "there", CONFIG) == pack([folder], tmp_path / "here", CONFIG)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_what_lies_below_two_slashes_is_told_of(bucket: Bucket, tmp_path: Path) -> None:
    keys = ("wire/", "wire/a.txt", "wire//b.txt", "wire//deep/c.txt", "wire/sub//d.txt", "wire/sub/", "wire/sub/e.txt")
    bucket.put(**{key: f"The pier of {key} is gone.\n" if key.endswith(".txt") else b"" for key in keys})
    report = pack([f"{bucket.url}/wire"], tmp_path / "out", CONFIG)
    assert {entry.article.source.name for entry in open_package(tmp_path / "out").articles()} == {"a.txt", "sub/e.txt"}
    assert [(note.code, note.file) for note in report.notes] == [("E109", "/"), ("E109", "sub//")]
    assert report.has_errors
    pack([f"{bucket.url}/wire//b.txt"], tmp_path / "given", CONFIG)
    (entry,) = open_package(tmp_path / "given").articles()
    assert entry.article.text == "The pier of wire//b.txt is gone.\n"


def test_a_given_object_has_its_sidecar(source: str, tmp_path: Path) -> None:
    pack([f"{source}/a.txt"], tmp_path / "out", CONFIG)
    (entry,) = open_package(tmp_path / "out").articles()
    assert (entry.article.title, entry.article.source.name) == ("The pier", "a.txt")


def test_a_plan_lists_and_reads_no_more_of_an_object_than_it_must(source: str, bucket: Bucket) -> None:
    pieces = [piece for shard in plan([place(source)], shard_size=4096) for piece in shard.slices]
    assert [piece.name for piece in pieces if piece.start == 0] == [
        *("a.txt", "c.jsonl", "d.jsonl.gz", "e.jsonl.zst", "f.parquet", "sub/b.html"),
    ]
    assert sum(piece.name == "c.jsonl" for piece in pieces) == 3
    read = {path.split("?")[0].partition("/wire/")[2]: span for method, path, span in bucket.log() if method == "GET"}
    assert ({*read}, read["c.jsonl"]) == ({"", "c.jsonl", "f.parquet"}, "bytes=0-3")


@pytest.mark.parametrize("size", [8 * MIB, 5 * MIB, 3 * MIB])
def test_a_range_of_an_object_fetches_little_more_than_its_bytes(bucket: Bucket, size: int) -> None:
    lines = [json.dumps({"text": f"{number} {'Rain. ' * 1000}"}) + "\n" for number in range(3500)]
    bucket.put(**{"wire.jsonl": "".join(lines)})
    _, second, *_ = plan([place(f"{bucket.url}/wire.jsonl")], shard_size=size)
    bucket.log()
    found = list(captures(second, Metadata()))
    methods, _, spans = zip(*bucket.log(), strict=True)
    fetched = [int(end) - int(start) + 1 for _, start, end in map(re.compile("[=-]").split, filter(None, spans))]
    assert size - 2 * len(lines[0]) < sum(len(capture.payload) for capture in found) < sum(fetched) < size + 1.1 * AHEAD
    assert (methods[0], {*methods[1:]}) == ("HEAD", {"GET"})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"text": "The pier is gone."}'),
        ("a.json", b'[{"text": "The pier is gone."}, {"text": "The ferry sails."}]'),
        ("a.json", b'{"text": "The pier is gone."}\n{"text": "The ferry sails."}'),
        ("a.txt", b"The pier is gone."),
        ("a.jsonl", LINES.encode()),
        ("a.jsonl.gz", gzip.compress(LINES.encode())),
    ],
)
def test_a_small_object_is_asked_for_once(bucket: Bucket, name: str, data: bytes) -> None:
    bucket.put(**{name: data})
    (shard,) = plan([place(f"{bucket.url}/{name}")])
    bucket.log()
    assert {capture.trouble for capture in captures(shard, Metadata())} == {()}
    assert [method for method, _, _ in bucket.log()] == ["HEAD", "GET"]


def test_a_changed_object_is_packed_anew(source: str, bucket: Bucket) -> None:
    def stamps() -> list[tuple[Stamp | None, ...]]:
        return [piece.stamps for shard in plan([place(source)]) for piece in shard.slices if piece.name == "a.txt"]

    before = stamps()
    assert (stamps(), len(before[0])) == (before, 2)
    bucket.put(**{"wire/a.meta.json": b'{"title": "The jetty", "url": "https://news.example/pier"}'})
    assert stamps() != before


@pytest.mark.parametrize("name", ["c.jsonl", "f.parquet"])
@pytest.mark.parametrize("is_given", [True, False])
def test_ranges_of_an_object_that_changes_are_not_put_together(
    source: str, folder: Path, bucket: Bucket, name: str, is_given: bool
) -> None:
    given = f"{source}/{name}" if is_given else source
    pieces = [piece for shard in plan([place(given)], shard_size=4096) for piece in shard.slices]
    check(pieces)
    data = (folder / name).read_bytes()
    bucket.put(**{f"wire/{name}": data[:-9] + data[-9:].swapcase()})
    with pytest.raises(CannotRead, match=f"wire/{name} was changed, or has gone, since the run began"):
        check(pieces)


@pytest.mark.parametrize("name", ["a.txt", "c.jsonl"])
def test_an_object_that_goes_is_not_rejected(source: str, bucket: Bucket, tmp_path: Path, name: str) -> None:
    class Removing(Watch):
        def stage(self, stage: str) -> None:
            if stage == "shards":
                bucket.client.delete_object(Bucket=bucket.name, Key=f"wire/{name}")

    with pytest.raises(CannotRead, match=f"wire/{name} was there when the run began, and is gone"):
        pack([source], tmp_path / "out", CONFIG, watch=Removing())


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_a_package_in_a_store_is_that_of_a_disk(bucket: Bucket, folder: Path, tmp_path: Path, name: str) -> None:
    report = pack([folder], tmp_path / name, CONFIG)
    assert pack([folder], f"{bucket.url}/kept/{name}", CONFIG) == report
    sent = [path.split("?")[0] for method, path, _ in bucket.log() if method == "POST" and "uploadId" in path]
    expected = contents(tmp_path / name) if name == "out" else {"": (tmp_path / name).read_bytes()}
    assert {key: bucket.get(key) for key in bucket.listed()} == {
        f"kept/{name}/{path}".rstrip("/"): data for path, data in expected.items()
    }
    if name == "out":
        assert [path.partition("/kept/")[2] for path in sent[-2:]] == ["out/data/datapackage.json", "out/bagit.txt"]
    assert (bucket.unfinished(), list(Path.cwd().iterdir())) == ([], [])
    assert list(verify(f"{bucket.url}/kept/{name}")) == []


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_what_stands_is_replaced_only_when_it_is_asked_for(bucket: Bucket, folder: Path, name: str) -> None:
    out = f"{bucket.url}/{name}"
    pack([folder], out, CONFIG)
    with pytest.raises(UsedWrongly, match="--overwrite replaces it"):
        pack([folder / "a.txt"], out, CONFIG)
    pack([folder / "a.txt"], out, CONFIG, overwrite=True)
    assert open_package(out).run()["items"] == 1
    assert list(verify(out)) == []
    before = bucket.listed()
    assert pack([folder / "a.txt"], out, CONFIG, resume=True).counts["items"]["archived"] == 1
    assert bucket.listed() == before


@pytest.mark.parametrize("name", ["out", "out.wacz"])
@pytest.mark.parametrize("place_in_time", ["first", "last"])
def test_an_upload_that_fails_leaves_nothing_and_is_taken_up(
    bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, place_in_time: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    out = f"{bucket.url}/{name}"
    refused = ("bagit.txt" if name == "out" else name) if place_in_time == "last" else ""
    bucket.refuse(f"{name}/{refused}".rstrip("/") if name == "out" else name)
    with pytest.raises(Unreachable, match=r"^s3://.*; what is finished is kept in .out.*work, and --resume goes on"):
        pack([folder], out, CONFIG)
    bucket.refuse("")
    assert bucket.listed() == bucket.unfinished() == []
    resumed = pack([folder], out, CONFIG, resume=True)
    assert resumed == pack([folder], tmp_path / name, CONFIG)
    assert list(Path.cwd().iterdir()) == []


def test_what_a_killed_run_left_is_replaced_and_nothing_else(bucket: Bucket, folder: Path) -> None:
    bucket.put(**{"out/data/archive/left.warc.gz": b"left", "out/mine.txt": b"mine"})
    with pytest.raises(UsedWrongly, match="something else than a package"):
        pack([folder], f"{bucket.url}/out", CONFIG, resume=True)
    bucket.put(**{".out.work": b"A run of archiver is writing out."})
    pack([folder], f"{bucket.url}/out", CONFIG, resume=True)
    assert list(verify(f"{bucket.url}/out")) == []
    assert not {"out/data/archive/left.warc.gz", "out/mine.txt", ".out.work"} & {*bucket.listed()}


def test_of_two_runs_for_one_object_the_first_leaves_it_to_the_second(bucket: Bucket) -> None:
    out = place(f"{bucket.url}/out.wacz")
    with destination.claimed(out, "first") as first:
        first()
        with destination.claimed(out, "second") as second:
            second()
            with pytest.raises(UsedWrongly, match="another run has begun to write"):
                first()
        assert bucket.listed() == []
        with pytest.raises(UsedWrongly, match="another run has begun to write"):
            first()


@pytest.mark.parametrize(
    ("out", "error", "said"),
    [
        ("s3://no-such-bucket-anywhere/out", CannotWrite, "The specified bucket does not exist"),
        ("{bucket}", UsedWrongly, "is a whole bucket"),
        ("{bucket}/out.zip", UsedWrongly, "name it out.wacz"),
        ("{bucket}/wire/out", UsedWrongly, "lies inside the source"),
        ("{bucket}/wire", UsedWrongly, "lies inside the source"),
        ("{bucket}/wire/a.txt", UsedWrongly, "is a file"),
        ("nowhere://out", UsedWrongly, "is a whole bucket"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused_before_any_work(
    source: str, bucket: Bucket, out: str, error: type[Exception], said: str
) -> None:
    before = bucket.listed()
    with pytest.raises(error, match=said):
        pack(
            [source if "wire" in out and "a.txt" not in out else f"{source}/c.jsonl"],
            out.format(bucket=bucket.url),
            CONFIG,
        )
    assert (bucket.listed(), list(Path.cwd().iterdir())) == (before, [])


@pytest.mark.parametrize("given", ["s3://no-such-bucket-anywhere/wire", "{bucket}/nothing"])
def test_a_source_that_is_not_there_is_told(bucket: Bucket, given: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"s3://.*(does not exist|No such file)"):
        pack([given.format(bucket=bucket.url)], tmp_path / "out", CONFIG)


def test_a_store_that_fails_while_it_is_read_stops_the_run(
    source: str, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The items that could not be read are not rejected: they are still to be packed."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    bucket.refuse("wire/e.jsonl.zst")
    with pytest.raises(Unreachable, match="--resume goes on from there"):
        pack([source], tmp_path / "out", CONFIG)
    bucket.refuse("")
    assert pack([source], tmp_path / "out", CONFIG, resume=True) == pack([source], tmp_path / "again", CONFIG)
    assert contents(tmp_path / "out") == contents(tmp_path / "again")


@pytest.mark.parametrize("shared", ["{bucket}/shared", "{tmp}/shared", "local://{tmp}/shared"])
def test_shards_may_be_kept_where_all_workers_see_them(
    source: str, bucket: Bucket, folder: Path, tmp_path: Path, shared: str
) -> None:
    where = shared.format(bucket=bucket.url, tmp=tmp_path)
    before = bucket.listed()
    pack([source], tmp_path / "out", CONFIG, jobs=2, shared=where)
    pack([folder], tmp_path / "plain", CONFIG)
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")
    assert bucket.listed() == before
    assert list(tmp_path.glob(".*work")) == list(tmp_path.glob("shared/.*")) == []
