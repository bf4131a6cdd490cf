"""The group: help, versions, lazy loading, and what stops a command."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from archiver import __version__
from archiver.cli.group import BROKEN_PIPE, BUG, COMMANDS, INTERRUPTED, main, program
from archiver.errors import CannotRead, UsedWrongly
from tests.cli.driver import Run, start

HEAVY = ("orjson", "warcio", "ftfy", "jsonschema", "rich", "tldextract", "chardet", "lxml", "isal")


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"archiver {__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_says_what_a_command_is_for(run: Run, command: str, flag: str) -> None:
    done = run(*filter(None, (command, flag)))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: main {command}".rstrip())


def test_the_commands_stand_in_the_order_of_use_each_with_a_sentence(run: Run) -> None:
    listed = run("-h").stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and "..." not in line for line in listed)


def imported(*arguments: str) -> set[str]:
    """The modules that a command line imports."""
    code = (
        "import sys\nfrom archiver.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines())


@pytest.mark.parametrize("arguments", [["--version"], ["-h"], ["verify", "-h"]])
def test_nothing_heavy_is_imported_to_say_little(arguments: list[str]) -> None:
    assert not imported(*arguments) & set(HEAVY)


def test_the_version_needs_next_to_nothing() -> None:
    own = {name for name in imported("--version") if name.startswith("archiver.")}
    assert own == {"archiver.cli", "archiver.cli.group", "archiver.cli.options", "archiver.errors"}


@pytest.mark.parametrize("command", [["verify", "--level", "fixity"], ["list"], ["schema"]], ids=lambda line: line[0])
def test_a_command_imports_what_it_uses(command: list[str], package: Path) -> None:
    """What is found again at level full needs what found it."""
    loaded = imported(*command, *([] if command == ["schema"] else [str(package)]))
    assert f"archiver.cli.{command[0]}" in loaded
    assert not loaded & {"ftfy", "rich", "chardet", "tldextract", "archiver.pack.run", "archiver.cli.pack"}


def test_an_unknown_command_is_used_wrongly(run: Run) -> None:
    assert run("pakc").exit_code == 2


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every command raise."""

    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setattr(type(main), "get_command", lambda *_: command)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (CannotRead("it is gone"), 3, "archiver: it is gone\n"),
        (UsedWrongly("one\ntwo \x1b[2J"), 2, "archiver: one\n          two ⟨U+001B⟩[2J\n"),
        (KeyboardInterrupt(), 130, "archiver: interrupted\n"),
        (KeyboardInterrupt("interrupted; half of it is done"), 130, "archiver: interrupted; half of it is done\n"),
        (KeyboardInterrupt("decoding with a codec failed"), 130, "archiver: interrupted\n"),
        (PermissionError(13, "Permission denied", "a\nb"), 3, "archiver: a\n          b: Permission denied\n"),
        (OSError("no number"), 3, "archiver: no number\n"),
    ],
)
def test_what_stops_a_command_has_a_sentence_and_a_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    raising(monkeypatch, error)
    done = run("pack")
    assert (done.exit_code, done.stderr, done.stdout) == (status, said, "")


def test_a_bug_is_not_dressed_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        run("pack")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ZeroDivisionError("a bug"), BUG, "Traceback (most recent call last):\n"),
        (EOFError("the file ended"), BUG, "Traceback (most recent call last):\n"),
        (MemoryError(), BUG, "Traceback (most recent call last):\n"),
        (CannotRead("it is gone"), 3, "archiver: it is gone\n"),
        (KeyboardInterrupt(), INTERRUPTED, "archiver: interrupted\n"),
        (click.UsageError("no such thing"), 2, "Error: no such thing\n"),
        (click.exceptions.Exit(1), 1, ""),
        (click.exceptions.Exit(0), 0, ""),
    ],
)
def test_a_process_ends_with_1_only_where_the_work_is_done(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    said: str,
) -> None:
    raising(monkeypatch, error)
    monkeypatch.setattr("sys.argv", ["archiver", "pack"])
    with pytest.raises(SystemExit) as ended:
        program()
    told = capsys.readouterr().err
    assert ended.value.code == status
    assert said in told
    assert (type(error).__name__ in told) == (status == BUG)


def test_ctrl_c_before_a_command_has_begun_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "make_context", pressed)
    with pytest.raises(SystemExit) as ended:
        program()
    assert (ended.value.code, capsys.readouterr().err) == (INTERRUPTED, "\n")


def test_a_reader_that_goes_away_is_no_trouble(package: Path) -> None:
    with start("export", package) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == BROKEN_PIPE


def test_a_terminal_that_cannot_show_a_character_gets_its_escape(package: Path) -> None:
    environment = {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": "src"}
    with start("list", package, env=environment) as process:
        shown, said = process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert b"Caf\xe9 piano" in shown
    assert b"\\u2014" in shown


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_said(package: Path) -> None:
    with Path("/dev/full").open("wb") as full, start("export", package, stdout=full) as process:
        _, said = process.communicate()
    assert (process.returncode, said) == (3, b"archiver: No space left on device\n")
