"""The command line as tests drive it, and packages of invented articles."""

from pathlib import Path

import pytest

from tests.cli import driver
from tests.cli.driver import ARTICLES, BROKEN, Run


@pytest.fixture
def run() -> Run:
    """Run the command line in this process; what it raises, other than to exit, is a failure of the test."""
    return driver.run


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
    done = driver.run("pack", source, "-o", out, "--created", driver.CREATED, "-j", 1)
    assert done.exit_code == status, done.output
    return out
