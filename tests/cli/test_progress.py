"""The progress bar: on a terminal only, and on standard error."""

import io

import click
import pytest

from archiver.cli import progress


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **meta: bool) -> str:
    """What a bar writes to a stream."""
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with click.Context(click.Command("pack")) as context:
        context.meta.update({f"archiver.{name}": value for name, value in meta.items()})
        with progress.bar("Packing") as (on_plan, tick):
            on_plan(2048)
            tick(1024)
            tick(1024)
    return stream.getvalue()


def test_a_person_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Packing" in shown(monkeypatch, Terminal())
    assert "2.0/2.0 kB" in shown(monkeypatch, Terminal())


def test_a_file_or_quiet_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == ""
    assert shown(monkeypatch, Terminal(), quiet=True) == ""
