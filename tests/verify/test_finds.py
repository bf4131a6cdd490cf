"""Files that once made the verifier fail, found by `benchmarks/fuzz_verify.py`: each is findings now."""

from pathlib import Path

import pytest

from archiver.findings import CODES
from archiver.verify.verify import verify

FINDS = sorted((Path(__file__).parents[1] / "data" / "finds").iterdir())


@pytest.mark.parametrize("path", FINDS, ids=lambda path: path.name)
def test_what_made_it_fail_is_a_finding(path: Path) -> None:
    codes = {finding.code for finding in verify(path)}
    assert codes
    assert codes <= CODES.keys()
