"""One package of each form, made once; tests break copies of it."""

from pathlib import Path

import pytest

from tests.verify.packages import build


@pytest.fixture(scope="session")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("bag"))


@pytest.fixture(scope="session")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wacz"), "package.wacz")
