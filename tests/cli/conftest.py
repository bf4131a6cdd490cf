"""The command line as tests drive it, and a package of invented articles."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main

Run = Callable[..., Result]
CREATED = "2024-05-06T07:08:09Z"
ARTICLES = Path(__file__).parents[2] / "examples" / "articles"
BROKEN = Path(__file__).parents[2] / "examples" / "broken"


@pytest.fixture
def run() -> Run:
    """Run the command line in this process; what it raises, other than to exit, is a failure of the test."""

    def invoke(*arguments: object, stdin: bytes | None = None, **environment: str) -> Result:
        env = {"SOURCE_DATE_EPOCH": None, **environment}
        return CliRunner().invoke(main, list(map(str, arguments)), input=stdin, env=env, catch_exceptions=False)

    return invoke


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory package of the example articles."""
    return _packed(tmp_path_factory.mktemp("bag") / "examples", ARTICLES)


@pytest.fixture(scope="session")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same as one file."""
    return _packed(tmp_path_factory.mktemp("wacz") / "examples.wacz", ARTICLES)


@pytest.fixture(scope="session")
def with_rejected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package of sources in which most items are broken."""
    return _packed(tmp_path_factory.mktemp("broken") / "broken", BROKEN, status=1)


def _packed(out: Path, source: Path, status: int = 0) -> Path:
    arguments = ["pack", str(source), "-o", str(out), "--created", CREATED, "-j", "1"]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return out


def rows(done: Result) -> list[dict[str, object]]:
    """What a command wrote as JSON Lines."""
    return [json.loads(line) for line in done.stdout.splitlines()]
