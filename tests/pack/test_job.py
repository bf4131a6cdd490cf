"""What a worker is handed: for which work a finished shard stands, and what software decides bytes."""

import re
import tomllib
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from archiver.model import sha256
from archiver.pack import job as jobs
from archiver.pack.config import Config
from archiver.pack.job import DECIDING, Job, deciding, identity_of, software
from archiver.sources.plan import plan
from archiver.sources.shards import Shard, Slice, Stamp, Stdin

CONFIG = Config(created="2024-05-06T07:08:09Z")
PROJECT = Path(__file__).parents[2] / "pyproject.toml"
# What a package's bytes do not hang on, and why.
NEUTRAL = {
    "brotli": "read by verify alone",
    "click": "the command line",
    "cryptography": "read by verify alone",
    "isal": "what it inflates to is the same for everyone",
    "jsonschema-rs": "held to the verdict of jsonschema",
    "rfc3339-validator": "a part of jsonschema's verdict, on what is written here",
    "rfc3986-validator": "likewise",
    "rich": "the progress bar",
    "zstandard": "what it inflates to is the same for everyone",
}
# What trafilatura finds the main text with, and brings itself.
BROUGHT = {"courlan", "justext"}


def test_of_every_library_it_is_known_whether_it_decides_bytes() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    names = {re.match("[A-Za-z0-9_-]+", each)[0] for each in project["dependencies"]}  # type: ignore[index]
    assert names - set(NEUTRAL) == set(DECIDING) - BROUGHT
    assert not set(NEUTRAL) & set(DECIDING)


def shard(*pieces: Slice) -> Shard:
    return Shard(index=0, slices=pieces)


WIRE = Slice(path="/a/wire.jsonl", name="wire.jsonl", kind="jsonl", size=7)
ROWS = Slice(path="/a/rows.parquet", name="rows.parquet", kind="parquet", size=7)
SPOOL = Slice(path="/tmp/1/stdin", name="stdin", kind="jsonl", size=7, digest=sha256(b"1"))


def test_what_decides_is_this_software_and_what_it_stands_on() -> None:
    assert set(deciding()) == {"archiver", *DECIDING, "python", "zlib", "libxml2", "pyarrow"}
    assert set(software()) == {"archiver", *DECIDING}


@pytest.mark.parametrize(("pieces", "reads"), [((WIRE,), False), ((ROWS,), True), ((WIRE, ROWS), True)])
def test_what_reads_parquet_decides_where_there_is_some(
    monkeypatch: pytest.MonkeyPatch, pieces: tuple[Slice, ...], reads: bool
) -> None:
    job = Job(shard=shard(*pieces), config=CONFIG, folder=Path())
    before = job.fingerprint, identity_of([shard(WIRE), job.shard], CONFIG)
    monkeypatch.setattr(jobs, "_version", lambda _name: "0.1")
    after = job.fingerprint, identity_of([shard(WIRE), job.shard], CONFIG)
    assert [one == other for one, other in zip(before, after, strict=True)] == [not reads] * 2
    assert ("pyarrow" in deciding(job.shard)) == reads


def test_what_is_not_installed_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(jobs, "version", missing)
    assert jobs._version.__wrapped__("pyarrow") == "none"


@pytest.mark.parametrize(
    ("piece", "change", "same"),
    [
        (WIRE, {"path": "/b/wire.jsonl"}, False),
        (WIRE, {"stamps": (Stamp(changed=1, size=7),)}, False),
        (WIRE, {"size": 8}, False),
        (SPOOL, {"path": "/tmp/2/stdin"}, True),
        (SPOOL, {"stamps": (Stamp(changed=1, size=7),)}, True),
        (SPOOL, {"digest": sha256(b"2")}, False),
        (SPOOL, {"digest": None}, False),
        (SPOOL, {"kind": "json"}, False),
        (SPOOL, {"start": 3}, False),
    ],
)
def test_a_receipt_stands_for_the_same_sources_alone(piece: Slice, change: dict[str, object], same: bool) -> None:
    first, second = (
        Job(shard=shard(WIRE, each), config=CONFIG, folder=Path()).fingerprint
        for each in (piece, replace(piece, **change))  # type: ignore[arg-type]
    )
    assert (first == second) == same


@pytest.mark.parametrize(
    ("piece", "change", "same"),
    [
        (WIRE, {"path": "/b/wire.jsonl"}, True),
        (WIRE, {"stamps": (Stamp(changed=2, size=7), Stamp(changed=2, size=9))}, True),
        (WIRE, {"stamps": (Stamp(changed=1, size=7), Stamp(changed=1, size=8))}, False),
        (WIRE, {"stamps": (Stamp(changed=1, size=7), None)}, False),
        (WIRE, {"stamps": (Stamp(changed=1, size=7),)}, False),
        (WIRE, {"size": 8}, False),
        (WIRE, {"name": "other.jsonl"}, False),
        (SPOOL, {"path": "/tmp/2/stdin"}, True),
        (SPOOL, {"digest": sha256(b"2")}, False),
    ],
)
def test_a_package_is_known_by_what_stays_when_files_are_copied(
    piece: Slice, change: dict[str, object], same: bool
) -> None:
    piece = replace(piece, stamps=(Stamp(changed=1, size=7), Stamp(changed=1, size=9)))
    first, second = (
        identity_of([shard(each)], CONFIG)
        for each in (piece, replace(piece, **change))  # type: ignore[arg-type]
    )
    assert (first == second) == same


def test_standard_input_is_known_by_its_bytes(tmp_path: Path) -> None:
    spools = [tmp_path / name for name in ("one", "two", "other")]
    for path, text in zip(spools, ("rain", "rain", "snow"), strict=True):
        path.write_text(text, encoding="utf-8")
    plans = [list(plan([Stdin(path=path)])) for path in spools]
    prints = [Job(shard=each, config=CONFIG, folder=Path()).fingerprint for (each,) in plans]
    assert prints[0] == prints[1] != prints[2]
