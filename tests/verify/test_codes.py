"""Every code that `verify` can give has a fixture that is named for its kind and gives it."""

import ast
from pathlib import Path

import pytest

from archiver.findings import CODES

FOLDERS = (Path(__file__).parent, Path(__file__).parents[1] / "warc")
# The tables of this folder and of tests/warc: each entry names a kind of damage and the codes that it gives.
FILES = sorted(path for folder in FOLDERS for path in folder.glob("test_*.py") if path != Path(__file__))


def strings(path: Path) -> set[str]:
    """The codes that a file of tests expects."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in CODES}


EXPECTED = frozenset[str]().union(*map(strings, FILES))


@pytest.mark.parametrize("code", [code for code in CODES if code[1] != "1"])
def test_every_code_is_expected_by_a_fixture(code: str) -> None:
    assert code in EXPECTED
