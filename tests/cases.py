"""The data-driven cases: `tests/data/cases/NAME.json` as parameters, each under its label."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "data" / "cases"


def cases(name: str) -> list[Any]:
    """Every case of a file; two of one label would hide each other."""
    listed: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert len({case["label"] for case in listed}) == len(listed)
    return [pytest.param(case, id=case["label"]) for case in listed]
