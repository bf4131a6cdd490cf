"""Packages in an object store are read there as they are on a disk."""

from pathlib import Path

import pytest

from tests.cli.driver import Run
from tests.s3 import Bucket


@pytest.fixture
def laid(bucket: Bucket, package: Path, wacz: Path) -> Bucket:
    """A bucket with the example package, as a bag and in one file."""
    bucket.lay(package, "some/examples")
    bucket.put(**{"some/examples.wacz": wacz.read_bytes()})
    return bucket


COMMANDS = (
    ("list", "{package}"),
    ("list", "--rejected", "{package}"),
    ("show", "{package}", "en-harbour-inquiry.txt"),
    ("show", "--original", "{package}", "es-mercado.json"),
    ("export", "--table", "links", "{package}"),
    ("verify", "{package}"),
    ("verify", "--level", "structure", "-j", "2", "{package}"),
)


@pytest.mark.parametrize("form", ["some/examples", "some/examples.wacz"])
def test_a_package_reads_there_as_it_does_here(laid: Bucket, package: Path, wacz: Path, form: str, run: Run) -> None:
    here, there = str(wacz if form.endswith(".wacz") else package), f"{laid.url}/{form}"
    for command in COMMANDS:
        expected = run(*(word.format(package=here) for word in command))
        found = run(*(word.format(package=there) for word in command))
        assert found.output.replace(there, here) == expected.output, command
        assert found.exit_code == expected.exit_code == 0


@pytest.mark.parametrize("form", ["some/examples", "some/examples.wacz"])
def test_a_package_that_was_damaged_there_is_found_out(laid: Bucket, form: str, run: Run) -> None:
    key = form if form.endswith(".wacz") else f"{form}/data/archive/articles-00000.warc.gz"
    data = bytearray(laid.get(key))
    data[len(data) // 2] ^= 1
    laid.put(**{key: bytes(data)})
    assert run("verify", f"{laid.url}/{form}").exit_code == 1


def test_the_head_of_a_large_package_is_read_and_not_the_whole(laid: Bucket, run: Run) -> None:
    laid.put(**{"large.wacz": b"x" * (20 << 20)})
    laid.log()
    assert run("list", f"{laid.url}/large.wacz").exit_code == 3
    assert [span for method, _, span in laid.log() if method == "GET" and span] == ["bytes=16777216-20971519"]


@pytest.mark.parametrize("command", ["list", "verify", "export", "show"])
@pytest.mark.parametrize("place", ["{bucket}/nothing", "s3://no-such-bucket-anywhere/n.wacz", "nowhere://n.wacz"])
def test_what_is_not_there_is_told(bucket: Bucket, command: str, place: str, run: Run) -> None:
    url = place.format(bucket=bucket.url)
    done = run(command, url, *(["an-article"] if command == "show" else []))
    assert done.exit_code == 3
    assert done.stderr.startswith(f"archiver: {url}")
    assert done.stderr.count("\n") == 1


def test_an_export_may_be_written_there(bucket: Bucket, package: Path, run: Run) -> None:
    command = ("export", "--table", "links", "--format", "csv", package)
    assert run(*command, "-o", f"{bucket.url}/links.csv").exit_code == 0
    assert bucket.get("links.csv") == run(*command).stdout_bytes
    again = run(*command, "-o", f"{bucket.url}/links.csv")
    assert (again.exit_code, again.stderr) == (2, f"archiver: {bucket.url}/links.csv exists; --overwrite replaces it\n")


def test_a_package_there_cannot_be_replayed(laid: Bucket, run: Run) -> None:
    done = run("replay", f"{laid.url}/some/examples.wacz")
    assert done.exit_code == 2
    assert "fetch it first" in done.stderr
