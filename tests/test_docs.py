"""The generated pages are what docs/build.py writes, and name every command and every code."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from archiver.cli.group import COMMANDS
from archiver.findings import CODES

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """Return the script as a module."""
    specification = importlib.util.spec_from_file_location("build", ROOT / "docs" / "build.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_what_is_committed_is_what_is_written(build: ModuleType) -> None:
    for path, text in build.pages().items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is out of date: run `make docs`"


def test_every_command_and_every_code_is_documented(build: ModuleType) -> None:
    pages = build.pages()
    assert [command for command in COMMANDS if f"\n## archiver {command}\n" not in pages["docs/cli.md"]] == []
    assert [code for code in CODES if f"\n| {code} | " not in pages["docs/findings.md"]] == []


def test_every_subject_of_a_code_has_a_heading(build: ModuleType) -> None:
    assert {code[1] for code in CODES} <= set(build.SUBJECTS)
