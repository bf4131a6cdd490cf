"""What several commands share: how many processes they work with."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.cli import options
from tests.cli.driver import ARTICLES, Run

CALLS: dict[str, tuple[str, Callable[[Any, Any], int]]] = {
    "pack": ("archiver.pack.run.pack", lambda _arguments, named: named["jobs"]),
    "verify": ("archiver.verify.verify.verify", lambda arguments, _named: arguments[1].jobs),
}


class CalledError(Exception):
    """The call is seen; nothing need be done."""


@pytest.mark.parametrize(("given", "taken"), [((), 3), (("-j", "5"), 5)])
@pytest.mark.parametrize("command", CALLS)
def test_all_cores_are_those_that_the_process_may_use(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, given: tuple[str, ...], taken: int
) -> None:
    called, jobs = CALLS[command]
    seen = []

    def call(*arguments: Any, **named: Any) -> None:
        seen.append(jobs(arguments, named))
        raise CalledError

    monkeypatch.setattr(called, call)
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {1, 5, 7})
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    with pytest.raises(CalledError):
        run(command, ARTICLES, *(("-o", tmp_path / "out") if command == "pack" else ()), *given)
    assert seen == [taken]


@pytest.mark.parametrize(("count", "cores"), [(64, 64), (None, 1)])
def test_where_no_system_tells_its_share_all_of_the_machine_is_taken(
    monkeypatch: pytest.MonkeyPatch, count: int | None, cores: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: count)
    assert options.cores() == cores
