"""Packages of the examples, made once by the command line, for other people's tools to look at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop import contents, peers

_EXAMPLES = [peers.ROOT / "examples" / name for name in ("articles", "pages")]
_CREATED = "2024-05-06T07:08:09Z"


@pytest.fixture(scope="session", autouse=True)
def _peers() -> None:
    """Skip without the field's tools; on a build server their absence is a failure."""
    reason = peers.missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory package of the examples."""
    return _pack(tmp_path_factory.mktemp("bag") / "examples")


@pytest.fixture(scope="session")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same package as one file."""
    return _pack(tmp_path_factory.mktemp("wacz") / "examples.wacz")


@pytest.fixture(scope="session")
def examples() -> list[Path]:
    """Return the files that the packages are made of; a sidecar is no source of its own."""
    return sorted(path for folder in _EXAMPLES for path in folder.iterdir() if not path.name.endswith(".meta.json"))


@pytest.fixture(scope="session")
def articles(bag: Path) -> list[contents.Article]:
    """Return the articles of the packages."""
    found = contents.articles(bag)
    assert found, "the package holds no article"
    return found


def _pack(output: Path) -> Path:
    command = [sys.executable, "-m", "archiver", "pack", *_EXAMPLES, "-o", output, "--created", _CREATED]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"archiver pack ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return output
