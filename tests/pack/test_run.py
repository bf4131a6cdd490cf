"""The main job, whole: what stands at OUT, when, and that it is always the same."""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from archiver.errors import CannotRead, CannotWrite, UsedWrongly
from archiver.findings import Finding
from archiver.model import sha256
from archiver.pack import assemble as assembling
from archiver.pack import run as running
from archiver.pack import shard as sharding
from archiver.pack.config import Config
from archiver.pack.engines import InProcess, StoppedError
from archiver.pack.job import FOLDERS, LISTS, Job, Receipt, identity_of
from archiver.pack.run import Done, pack, unfinished, work_on
from archiver.pack.watch import Watch
from archiver.pack.workfolder import Work, begun_at, held, work_folder, work_of
from archiver.package import pages
from archiver.package.open import Entry, Rejection, open_package
from archiver.record import schema
from archiver.sources.plan import plan
from archiver.sources.shards import Shard, Slice
from archiver.verify.verify import verify

CONFIG = Config(created="2024-05-06T07:08:09Z", title="Piers", operator="The Example Library")
TERMS = {"created": CONFIG.created}
LINES = [
    {"text": "The pier is gone.", "url": "https://news.example/1"},
    {"text": "The pier is back. https://t.co/Zz9aa\n— Ada (@ada_e) July 21, 2017"},
    {"text": 7},
    {"text": "The pier is gone.", "url": "https://news.example/1"},
]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with a text, an unknown file, and JSON Lines of which one is broken and one a duplicate."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pier.txt").write_bytes("The pierâ€™s gone.\r\n".encode())
    (folder / "pier.xyz").write_bytes(b"?")
    (folder / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return folder


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a folder, or every member of a zip, with its bytes."""
    if root.is_dir():
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with ZipFile(root) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_shard_without_an_item_writes_no_warc_file(tmp_path: Path) -> None:
    lines = [{"text": "A long tale. " * 500}, {"text": "The pier is gone."}]
    source = tmp_path / "wire.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    report = pack([source], tmp_path / "out", Config(created=CONFIG.created, shard_size=1000))
    assert report.counts["items"]["archived"] == 2
    warcs = {name for name in contents(tmp_path / "out") if name.endswith(".warc.gz")}
    assert len(warcs) == 4
    assert len(list(open_package(tmp_path / "out"))) == 2


@pytest.mark.parametrize("size", [1000, 10_000])
def test_a_file_of_blank_lines_is_rejected_however_it_is_cut(tmp_path: Path, size: int) -> None:
    (tmp_path / "blank.jsonl").write_bytes(b"\n" * 3000)
    report = pack([tmp_path / "blank.jsonl"], tmp_path / "out", Config(created=CONFIG.created, shard_size=size))
    assert report.counts["items"] == {"archived": 0, "duplicate": 0, "rejected": 1}
    assert list(verify(tmp_path / "out")) == []


def test_every_item_has_an_outcome_and_the_counts_add_up(sources: Path, tmp_path: Path) -> None:
    report = pack([sources], tmp_path / "out", CONFIG)
    assert report.counts["items"] == {"archived": 3, "duplicate": 1, "rejected": 1}
    assert [note.file for note in report.notes] == ["pier.xyz"]
    package = open_package(tmp_path / "out")
    entries = list(package)
    assert [type(entry) for entry in entries] == [Entry, Entry, Entry, Rejection, Entry]
    assert [entry.is_duplicate for entry in entries if isinstance(entry, Entry)] == [False, False, False, True]
    run = package.run()
    assert list(schema.check(run)) == []
    assert run["items"] == sum(run["counts"]["items"].values()) == 5
    rejected = json.loads((tmp_path / "out/data/provenance/rejected.json").read_bytes())
    assert [row["findings"][0]["code"] for row in rejected] == ["E106"]


@pytest.mark.parametrize(("size", "jobs"), [(10_000, 1), (700, 1), (90, 2)])
def test_every_rejected_line_has_its_number(tmp_path: Path, size: int, jobs: int) -> None:
    """However the file is cut, and with long lines, blank lines, and another file before it."""
    rows = [
        b'{"text": "The pier is gone."}',
        b"",
        b'{"broken',
        b" ",
        b'{"text": "' + b"Long. " * 300 + b'"}',
        b"[]",
    ] * 9
    (tmp_path / "a.jsonl").write_bytes(b"\n\n{}\n")
    (tmp_path / "b.jsonl").write_bytes(b"\n".join(rows))
    pack([tmp_path], tmp_path.with_suffix(".wacz"), replace(CONFIG, shard_size=size), jobs=jobs)
    sources = [row["source"] for row in open_package(tmp_path.with_suffix(".wacz")).rejections()]
    expected = [number for number, row in enumerate(rows, 1) if row in (b'{"broken', b"[]")]
    assert [(source["name"], source["line"]) for source in sources] == [
        ("a.jsonl", 3),
        *(("b.jsonl", line) for line in expected),
    ]
    assert list(verify(tmp_path.with_suffix(".wacz"))) == []


def test_a_line_whose_number_nobody_can_know_has_none() -> None:
    """The part of the source before it could not be read to its end."""
    row = b'{"source":{"name":"b.jsonl","line":7}}\n'
    assert assembling._in_whole(row, "b.jsonl", None) == b'{"source":{"name":"b.jsonl"}}\n'
    assert assembling._in_whole(row, "b.jsonl", 3) == b'{"source":{"name":"b.jsonl","line":10}}\n'
    assert assembling._in_whole(row, "a.jsonl", 3) == row


def test_the_package_gives_back_original_bytes_and_texts(sources: Path, tmp_path: Path) -> None:
    pack([sources], tmp_path / "out.wacz", CONFIG)
    package = open_package(tmp_path / "out.wacz")
    first, _, third, last = package.articles()
    assert package.original(first) == (sources / "pier.txt").read_bytes()
    assert first.article.text == "The pier’s gone.\n"
    assert package.original(last) == json.dumps(LINES[3]).encode()
    assert third.article.tweets[0].handle == "ada_e"
    assert last.article.text == "The pier is gone."


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_the_same_input_gives_the_same_bytes_with_any_number_of_workers(
    sources: Path, tmp_path: Path, name: str
) -> None:
    config = Config(created=CONFIG.created, shard_size=1100)
    packages = []
    for jobs in (1, 2):
        (tmp_path / str(jobs)).mkdir()
        out = tmp_path / str(jobs) / name
        pack([sources], out, config, jobs=jobs)
        packages.append(out.read_bytes() if out.is_file() else contents(out))
    assert packages[0] == packages[1]


def test_a_folder_and_a_wacz_hold_the_same_files(sources: Path, tmp_path: Path) -> None:
    pack([sources], tmp_path / "out", CONFIG)
    pack([sources], tmp_path / "out.wacz", CONFIG)
    bag = contents(tmp_path / "out")
    tags = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
    assert {name.removeprefix("data/"): data for name, data in bag.items() if name not in tags} == contents(
        tmp_path / "out.wacz"
    )
    assert b"Contact-Name: The Example Library" in bag["bag-info.txt"]


def test_duplicates_across_shards_are_counted_once_each(sources: Path, tmp_path: Path) -> None:
    report = pack([sources], tmp_path / "out", Config(created=CONFIG.created, shard_size=1100))
    assert len(json.loads((tmp_path / "out/data/provenance/run.json").read_bytes())["warcs"]) > 2
    assert report.counts["items"] == {"archived": 3, "duplicate": 1, "rejected": 1}


def test_a_large_shard_rolls_over(sources: Path, tmp_path: Path) -> None:
    pack([sources], tmp_path / "out", Config(created=CONFIG.created, warc_size=2000))
    names = sorted(path.name for path in (tmp_path / "out/data/archive").iterdir())
    assert names[0] == "articles-00000-001.warc.gz"
    assert names[-1] == "articles-00000.warc.gz"
    derived = sorted(path.name for path in (tmp_path / "out/data/derived").iterdir())
    assert [name.replace("-derived", "") for name in derived] == names
    assert len(list(open_package(tmp_path / "out").articles())) == 4


def test_many_lines_make_a_zipnum_index(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembling, "PLAIN_LINES", 3)
    pack([sources], tmp_path / "out", CONFIG)
    assert sorted(path.name for path in (tmp_path / "out/data/indexes").iterdir()) == ["index.cdx.gz", "index.idx"]


@pytest.mark.parametrize(("most", "with_text"), [(1, False), (1 << 20, True)])
def test_a_list_of_pages_that_is_too_large_for_players_has_no_texts(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, with_text: bool
) -> None:
    monkeypatch.setattr(pages, "MOST_WITH_TEXT", most)
    pack([sources], tmp_path / "out", CONFIG)
    _, *rows = map(json.loads, (tmp_path / "out/data/pages/pages.jsonl").read_bytes().splitlines())
    assert {"text" in row for row in rows} == {with_text}
    assert {"id", "url", "ts", "title"} <= rows[0].keys()
    assert list(verify(tmp_path / "out")) == []


@pytest.mark.parametrize("most", [1, 1 << 20])
def test_of_many_pages_the_first_are_listed_and_all_stand_beside(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(pages, "MOST_LISTED", 2)
    monkeypatch.setattr(pages, "MOST_WITH_TEXT", most)
    pack([sources], tmp_path / "out", CONFIG)
    listed, beside = (
        [json.loads(row) for row in (tmp_path / "out/data/pages" / name).read_bytes().splitlines()[1:]]
        for name in ("pages.jsonl", "extraPages.jsonl")
    )
    assert len(beside) > 2
    assert {"text" in row for row in beside} == {most > 1}
    assert listed == [{name: value for name, value in row.items() if name != "text"} for row in beside[:2]]
    assert list(verify(tmp_path / "out")) == []


def test_out_that_exists_is_refused_and_stays(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(UsedWrongly, match="--overwrite replaces it"):
        pack([sources], out, CONFIG)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.wacz"])
def test_overwrite_replaces_what_stands_there(sources: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    pack([sources / "pier.txt"], out, CONFIG)
    pack([sources], out, CONFIG, overwrite=True)
    assert len(list(open_package(out).articles())) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "sources"])


def test_nothing_to_read_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CannotRead, match="no article in"):
        pack([tmp_path / "empty"], tmp_path / "out", CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


class Full:
    """A disk that is full at the nth write, and at every one after."""

    def __init__(self, whole: Callable[..., object], writes: int) -> None:
        self.whole, self.left = whole, writes

    def __call__(self, *args: object, **kwargs: object) -> object:
        self.left -= 1
        if self.left < 0:
            raise OSError(28, "No space left on device")
        return self.whole(*args, **kwargs)


@pytest.mark.parametrize("writes", range(0, 12, 3))
def test_a_full_disk_leaves_nothing_at_out_and_the_run_can_go_on(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    config = Config(created=CONFIG.created, shard_size=1100)
    pack([sources], tmp_path / "whole", config)
    out = tmp_path / "out"
    for module in (sharding, assembling):
        monkeypatch.setattr(module, "replacing", Full(module.replacing, writes))
    with pytest.raises(CannotWrite, match="No space left on device") as caught:
        pack([sources], out, config)
    monkeypatch.undo()
    assert not out.exists()
    assert ("--resume goes on" in str(caught.value)) == work_folder(out).exists() == (unfinished(out) is not None)
    pack([sources], out, config, resume=True)
    assert contents(out) == contents(tmp_path / "whole")
    assert not work_folder(out).exists()


def test_resume_does_finished_shards_no_more(sources: Path, tmp_path: Path) -> None:
    config = Config(created=CONFIG.created, shard_size=1100)
    out = tmp_path / "out"
    broken_off(sources, out, config)
    watch = Heard()
    pack([sources], out, config, resume=True, watch=watch)
    assert [told for told in watch.heard if told[0] == "finished"] == [("finished", None)] * 2
    assert watch.notes == []
    assert len(list(open_package(out).articles())) == 4


def broken_off(sources: Path, out: Path, config: Config) -> None:
    """A run of which every shard is finished, and nothing is put together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.pack.run.assemble", Full(lambda: None, 0))
        with pytest.raises(CannotWrite):
            pack([sources], out, config)


@pytest.mark.parametrize(
    "change",
    [
        lambda sources, _: (sources / "pier.txt").write_bytes("The pierâ€™s BACK.\r\n".encode()),
        lambda sources, _: (sources / "pier.meta.json").write_bytes(b'{"site": "The Example"}'),
        lambda _, work: (work / "pages/00000").write_bytes(b""),
        lambda _, work: (work / "archive/articles-00000.warc.gz").write_bytes(b"x"),
        lambda _, work: (work / "receipts/00000").write_bytes(b"{}"),
        lambda _, work: (work / "receipts/00000").write_bytes(b"not JSON"),
    ],
)
def test_resume_does_anew_what_has_changed(
    sources: Path, tmp_path: Path, change: Callable[[Path, Path], object]
) -> None:
    out = tmp_path / "out"
    broken_off(sources, out, CONFIG)
    change(sources, work_folder(out))
    watch = Heard()
    pack([sources], out, CONFIG, resume=True, watch=watch)
    assert watch.notes == ["1 of 1 finished shards were of no use: they or their sources are not as they were"]
    pack([sources], tmp_path / "whole", CONFIG)
    assert contents(out) == contents(tmp_path / "whole")


def test_resume_knows_when_the_run_began(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert begun_at(out) is None
    broken_off(sources, out, CONFIG)
    assert begun_at(out) == CONFIG.created
    (work_folder(out) / "archiver-work.json").write_bytes(b"[]")
    assert begun_at(out) is None


def test_resume_of_a_finished_run_changes_nothing(sources: Path, tmp_path: Path) -> None:
    first = pack([sources], tmp_path / "out", CONFIG)
    before = contents(tmp_path / "out")
    again = pack([sources], tmp_path / "out", replace(CONFIG, created="2025-01-01T00:00:00Z"), resume=True)
    assert (again.counts, again.digest) == (first.counts, first.digest)
    assert (first.has_stood, again.has_stood) == (False, True)
    assert contents(tmp_path / "out") == before


def test_what_is_no_package_is_not_taken_for_a_finished_run(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UsedWrongly, match="out exists, and is no package; --overwrite replaces it"):
        pack([sources], tmp_path / "out", CONFIG, resume=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda sources: (sources / "wire.jsonl").unlink(),
        lambda sources: (sources / "wire.jsonl").write_bytes(b'{"text": "The pier is gone."}\n'),
        lambda sources: (sources / "pier.meta.json").unlink(),
        lambda sources: (sources / "pier.meta.json").write_bytes(b'{"title": "The jetty"}'),
        lambda sources: (sources / "wire.meta.json").write_bytes(b'{"title": "Wire"}'),
    ],
)
def test_resume_never_replaces_a_package_of_other_sources(
    sources: Path, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    (sources / "pier.meta.json").write_bytes(b'{"title": "The pier"}')
    pack([sources], tmp_path / "out", CONFIG)
    pack([sources], tmp_path / "out", CONFIG, resume=True)
    change(sources)
    with pytest.raises(UsedWrongly, match="of other sources, options or versions; --overwrite"):
        pack([sources], tmp_path / "out", CONFIG, resume=True)


def test_what_stands_where_a_run_would_work_is_left_alone(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    work_folder(out).mkdir()
    (work_folder(out) / "mine").write_bytes(b"x")
    with pytest.raises(UsedWrongly, match="not of its making; move it away"):
        pack([sources], out, CONFIG)
    assert (work_folder(out) / "mine").read_bytes() == b"x"


def test_no_other_file_beside_out_is_touched(sources: Path, tmp_path: Path) -> None:
    for name in ("out.old", ".out.part", "out.part"):
        (tmp_path / name).write_bytes(b"mine")
    pack([sources], tmp_path / "out", CONFIG)
    pack([sources], tmp_path / "out", CONFIG, overwrite=True)
    assert all((tmp_path / name).read_bytes() == b"mine" for name in ("out.old", ".out.part", "out.part"))


def test_a_second_run_for_the_same_package_is_refused(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with held(out, TERMS, resume=False), pytest.raises(UsedWrongly, match="another run is writing"):
        pack([sources], out, CONFIG)
    pack([sources], out, CONFIG)


def test_two_packages_of_one_name_do_not_share_their_shards(sources: Path, tmp_path: Path) -> None:
    shared, config = tmp_path / "shared", Config(created=CONFIG.created, shard_size=1100)
    outs = [tmp_path / name / "out" for name in ("a", "b")]
    for out in outs:
        out.parent.mkdir()
    with held(outs[0], TERMS, resume=False, shared=shared) as (_, shards):
        pack([sources], outs[1], config, shared=shared)
        assert [str(path) for path in shared.iterdir()] == [str(shards)]
    pack([sources], outs[0], config, shared=shared)
    assert contents(outs[0]) == contents(outs[1])
    assert list(shared.iterdir()) == []


def test_shards_of_another_package_or_run_are_refused(sources: Path, tmp_path: Path) -> None:
    shards = Path(str(work_of(tmp_path / "out", tmp_path).shards))
    shards.mkdir()
    (shards / "archiver-work.json").write_bytes(b'{"out": "/elsewhere/out"}')
    with pytest.raises(UsedWrongly, match="shards of another package, /elsewhere/out"):
        pack([sources], tmp_path / "out", CONFIG, shared=tmp_path)
    assert [path.name for path in shards.iterdir()] == ["archiver-work.json"]
    (shards / "archiver-work.json").unlink()
    with held(tmp_path / "out", TERMS, resume=False, shared=tmp_path, run="first"):
        work_folder(tmp_path / "out").rename(tmp_path / "aside")  # as if begun from another machine
        with pytest.raises(UsedWrongly, match="another run is writing"):
            pack([sources], tmp_path / "out", CONFIG, shared=tmp_path)


@pytest.mark.parametrize("volume", [CONFIG.warc_size, 2000])
def test_a_worker_of_a_run_that_has_ended_gives_nothing_a_name(sources: Path, tmp_path: Path, volume: int) -> None:
    """Not even the volumes of a shard of several, in its midst."""
    out = tmp_path / "out"
    with held(out, TERMS, resume=False, run="second") as work:
        shard = next(iter(plan([sources])))
        job = Job(shard=shard, config=replace(CONFIG, warc_size=volume), folder=work.shards, run="first")
        with pytest.raises(StoppedError):
            work_on(job, lambda: 0.0)
        assert not any(path.is_file() for name in FOLDERS for path in (work.folder / name).iterdir())
        assert work_on(replace(job, run="second"), lambda: 0.0).receipt.counts["items"]


def test_a_shard_that_is_not_as_its_receipt_says_is_no_package(sources: Path, tmp_path: Path) -> None:
    whole = assembling.assemble

    def meddled(receipts: object, work: Work, *args: object, **options: object) -> object:
        (work.folder / name / "00000").write_bytes(b"x\n")
        return whole(receipts, work, *args, **options)  # type: ignore[arg-type]

    for name in LISTS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("archiver.pack.run.assemble", meddled)
            with pytest.raises(CannotWrite, match=f"{name}/00000 is not as its shard's receipt says"):
                pack([sources], tmp_path / "out", CONFIG, overwrite=True)
    assert not (tmp_path / "out").exists()


def test_what_came_to_stand_at_out_meanwhile_is_not_replaced(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wacz"

    class Late(Watch):
        def stage(self, name: str) -> None:
            if name == "assembly":
                out.write_bytes(b"mine")

    with pytest.raises(UsedWrongly, match="has come to exist"):
        pack([sources], out, CONFIG, watch=Late())
    assert out.read_bytes() == b"mine"


def test_relative_paths_are_those_of_whoever_starts_the_run(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may stand in another folder, where another file has the same name."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)

    def there(job: Job, **options: object) -> Done:
        os.chdir(tmp_path / "elsewhere")
        try:
            return work_on(job, **options)  # type: ignore[arg-type]
        finally:
            os.chdir(tmp_path)

    monkeypatch.setattr("archiver.pack.run.work_on", there)
    pack(["sources"], "out", CONFIG, shared="kept")
    monkeypatch.undo()
    pack([sources], tmp_path / "whole", CONFIG)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_other_versions_do_the_work_anew(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(shard=next(iter(plan([sources]))), config=CONFIG, folder=Path())
    before = (job.fingerprint, identity_of([job.shard], CONFIG))
    monkeypatch.setattr("archiver.pack.job.deciding", lambda _shard: {"ftfy": "0.1"})
    after = (job.fingerprint, identity_of([job.shard], CONFIG))
    assert not set(before) & set(after)


def test_a_package_that_stepped_aside_for_a_killed_run_comes_back(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack([sources], out, CONFIG)
    before = contents(out)
    with pytest.raises(InterruptedError):
        broken_off_at_the_rename(out)
    with pytest.raises(CannotRead):
        pack([tmp_path / "nothing"], out, CONFIG)
    with pytest.raises(UsedWrongly, match="1 finished shard"):
        pack([sources], out, CONFIG)
    assert contents(out) == before
    with held(out, TERMS, resume=True):
        assert contents(out) == before


def broken_off_at_the_rename(out: Path) -> None:
    """Killed when the old package had stepped aside, and the new one had no name yet."""
    with held(out, TERMS, resume=False) as (folder, _):
        (folder / "receipts" / "00000").write_bytes(b"{}")
        out.rename(folder / "replaced")
        raise InterruptedError


def test_the_manifest_s_digest_is_the_package_s(sources: Path, tmp_path: Path) -> None:
    report = pack([sources], tmp_path / "out", CONFIG)
    assert report.digest == sha256((tmp_path / "out/data/datapackage.json").read_bytes())


class Heard(Watch):
    """Remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []
        self.done = [0, 0, 0]
        self.course: list[tuple[int, ...]] = []
        self.items = 0
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)

    def stage(self, name: str) -> None:
        self.heard.append((name,))

    def planned(self, size: int, shards: int) -> None:
        self.heard.append(("planned", size, shards))

    def progressed(self, size: int, items: int, rejected: int) -> None:
        assert min(size, items, rejected) >= 0
        self.done = [before + more for before, more in zip(self.done, (size, items, rejected), strict=True)]
        self.course.append(tuple(self.done))

    def finished(self, seconds: Mapping[str, float] | None, items: int) -> None:
        self.heard.append(("finished", seconds and sorted(seconds)))
        self.items += items


@pytest.mark.parametrize("jobs", [1, 2])
def test_whoever_looks_on_hears_of_every_byte_and_item(sources: Path, tmp_path: Path, jobs: int) -> None:
    with gzip.open(sources / "more.jsonl.gz", "wb") as stream:
        stream.write(b'{"text": "The pier is gone."}\n' * 200)
    watch = Heard()
    pack([sources], tmp_path / "out", replace(CONFIG, shard_size=1500), jobs=jobs, watch=watch)
    size = sum((sources / name).stat().st_size for name in ("pier.txt", "wire.jsonl", "more.jsonl.gz"))
    finished = ("finished", ["process", "read", "settle", "write"])
    assert watch.heard == [("plan",), ("planned", size, 3), ("shards",), *[finished] * 3, ("assembly",)]
    assert (watch.done, watch.items) == ([size, 205, 1], 205)


def test_a_compressed_source_is_done_as_far_as_it_was_read(tmp_path: Path) -> None:
    source = tmp_path / "wire.jsonl.gz"
    lines = (json.dumps({"text": f"Tide {hashlib.sha256(str(n).encode()).hexdigest()}."}) for n in range(4000))
    source.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    watch = Heard()
    pack([source], tmp_path / "out", CONFIG, watch=watch)
    (size,) = [size for size, items, _ in watch.course if items == 2000]
    assert 0.4 < size / source.stat().st_size < 0.7
    assert watch.done == [source.stat().st_size, 4000, 0]


def test_what_is_under_way_elsewhere_is_told_and_never_taken_back() -> None:
    watch, under_way = Heard(), [(0, 0, 0)]
    job = Job(
        shard=Shard(index=0, slices=(Slice(path="a", name="a", kind="jsonl", size=90),)), config=CONFIG, folder=Path()
    )
    meter = running._Meter(watch, running._Engine(InProcess(), 1, done=lambda: under_way[0]))
    receipt = Receipt(
        index=0, fingerprint=sha256(b""), files=(), lists={}, counts={"items": {"archived": 7, "rejected": 2}}
    )
    for done in ((30, 4, 1), (50, 8, 1), (0, 0, 0), (20, 3, 0)):
        under_way[0] = done
        assert meter.alive()
    assert watch.course == [(30, 4, 1), (50, 8, 1), (50, 8, 1), (50, 8, 1)]
    meter.end(job, Done(receipt, None))
    assert (watch.done, watch.items) == ([110, 12, 2], 9)


def test_notes_are_findings(sources: Path, tmp_path: Path) -> None:
    report = pack([sources], tmp_path / "out", CONFIG)
    assert all(isinstance(note, Finding) for note in report.notes)
