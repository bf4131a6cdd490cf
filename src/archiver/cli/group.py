"""The group of all commands: it imports one when it is asked for, and answers for what stops one."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from threading import current_thread, main_thread
from typing import Any, NoReturn

import click

from archiver import __version__
from archiver.cli.options import expect_json, say, trouble, verbosity, wants_json
from archiver.errors import ArchiverError

COMMANDS = (
    *("pack", "verify", "validate", "list", "show", "export"),
    *("normalize", "extract", "replay", "rules", "schema"),
)
INTERRUPTED = 130
# What a shell gives for a program that SIGPIPE ended: the result was not read to its end.
BROKEN_PIPE = 141
# EX_SOFTWARE of sysexits.h: Python itself would end with 1, which says that the work is done.
BUG = 70


class Commands(click.Group):
    """Finds the commands, and gives what cannot go on its sentence and its exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archiver.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, and how messages are to be written, also where the rest cannot be understood."""
        expect_json(ctx, args)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Data that is not right is the command's business; a bug propagates."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # A terminal that cannot show a character gets its escape: no text may end a command.
                stream.reconfigure(errors="backslashreplace")
        try:
            with _terminated():
                result = super().invoke(ctx)
            sys.stdout.flush()
        except ArchiverError as error:
            _end(ctx, error.exit_status, str(error))
        except click.ClickException as error:
            if not wants_json():
                raise
            _end(ctx, error.exit_code, error.format_message())
        except KeyboardInterrupt as error:
            # A codec puts words of its own into one that reaches it.
            said = str(error)
            _end(ctx, INTERRUPTED, said if said.startswith("interrupted") else "interrupted")
        except BrokenPipeError:
            # Nothing may try to flush the rest when the interpreter ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except OSError as error:
            _end(ctx, ArchiverError.exit_status, trouble(error))
        return result


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM, with which Slurm and Kubernetes end a job, is answered as Ctrl-C is."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in what a shell began in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def _end(ctx: click.Context, status: int, message: str) -> NoReturn:
    say(message)
    ctx.exit(status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="archiver %(version)s")
@verbosity
def main() -> None:
    """News articles in, a preservation package out.

    Results go to standard output, messages and progress to standard error. A SOURCE or FILE written - is standard
    input. The exit status is 0 when all is well, 1 when something was found or rejected, 2 when the command was used
    wrongly, 3 when it could not go on, 70 when it met a bug of its own, and 130 when it was interrupted.
    """


def program() -> NoReturn:
    """The command line as a process: it ends with the exit status, and with 1 only where the work is done."""
    try:
        status = main(prog_name="archiver", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except Exception as error:  # noqa: BLE001  # whatever it is, its traceback is told, as Python tells it
        # Ctrl-C before a command has begun is Click's Abort, and so is an EOFError.
        is_interrupted = isinstance(error, click.Abort) and isinstance(error.__cause__, KeyboardInterrupt)
        status = INTERRUPTED if is_interrupted else BUG
        if not is_interrupted:
            traceback.print_exc()
    sys.exit(status)
