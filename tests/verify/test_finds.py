"""Files that once made the verifier fail, found by `benchmarks/fuzz_verify.py`: each is findings now."""

from pathlib import Path

import pytest

from archiver.verify.verify import verify

FOLDER = Path(__file__).parents[1] / "data" / "finds"
# What each is to be found to be.
FINDS: dict[str, set[str]] = {
    "7-18827-a.warc.gz": {"E202", "E203", "E205", "E206", "E207", "E210", "E217", "E220"},
}


def test_every_find_is_here() -> None:
    assert {path.name for path in FOLDER.iterdir()} == FINDS.keys()


@pytest.mark.parametrize("name", FINDS)
def test_what_made_it_fail_is_a_finding(name: str) -> None:
    assert {finding.code for finding in verify(FOLDER / name)} == FINDS[name]
