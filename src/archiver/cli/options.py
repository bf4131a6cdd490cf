"""What several commands share: options, standard input as a file, and files that are written whole or not at all."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from archiver.errors import UsedWrongly

if TYPE_CHECKING:
    from archiver.storage import Place

Command = TypeVar("Command", bound=Callable[..., Any])

STDIN = Path("-")
"""How a command line names standard input."""


def say(message: str, *, kind: str = "error", **facts: Any) -> None:
    """A message on standard error. What follows its first line is indented: no file's name can pose as another one.

    With `--log-format json` it is an object on a line of its own, with its `kind` as `event`, and the `facts`.
    """
    from archiver.report.plain import block

    if wants_json():
        import orjson

        click.echo(
            orjson.dumps({"event": kind, "message": message.encode("utf-8", "replace").decode()} | facts), err=True
        )
    else:
        click.echo(f"archiver: {block(message, '          ').lstrip()}", err=True)


def trouble(error: OSError) -> str:
    """What the operating system said, and of which file."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}"


def cores() -> int:
    """How many processors this process may use: of a Slurm job, or a container that is bound to some, its share."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jobs_option(command: Command) -> Command:
    """Add `-j N`, None where it is not given."""
    text = "Processes to work with. [default: all cores that it may use]"
    return click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help=text)(command)


def verbosity(command: Command) -> Command:
    """Add `-q` and `-v`. They may stand before or after the command's name; `is_quiet` and `is_verbose` tell."""
    for flags, text in ((("-v", "--verbose"), "Say more."), (("-q", "--quiet"), "Say only what was found or failed.")):
        option = click.option(*flags, is_flag=True, expose_value=False, callback=_remember, help=text)
        command = option(command)
    return command


def _remember(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().meta[f"archiver.{option.name}"] = True


def is_quiet() -> bool:
    """Whether `-q` was given."""
    return bool(click.get_current_context().find_root().meta.get("archiver.quiet"))


def is_verbose() -> bool:
    """Whether `-v` was given."""
    return bool(click.get_current_context().find_root().meta.get("archiver.verbose"))


def log_format_option(command: Command) -> Command:
    """Add `--log-format`; `wants_json` tells."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        expose_value=False,
        callback=_remember_format,
        help="How messages on standard error are written; json: an object a line. The summary stays text.",
    )(command)


def _remember_format(ctx: click.Context, _option: click.Parameter, value: str) -> None:
    ctx.find_root().meta["archiver.json"] = value == "json"


def expect_json(ctx: click.Context, args: Sequence[str]) -> None:
    """Take from a command's arguments how messages are to be written, before they are understood."""
    named = [*args[: args.index("--") if "--" in args else None], ""]
    given = [each.partition("=")[2] or after for each, after in pairwise(named) if each.split("=")[0] == "--log-format"]
    ctx.find_root().meta["archiver.json"] = given[-1:] == ["json"]


def wants_json() -> bool:
    """Whether messages are to be JSON."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().meta.get("archiver.json"))


def confidence_option(command: Command) -> Command:
    """Add `--min-confidence`."""
    return click.option(
        "--min-confidence",
        type=click.Choice(["certain", "high", "low"]),
        default="high",
        show_default=True,
        help="How sure a repair has to be to be made; what is less sure is listed as a suggestion.",
    )(command)


def package_argument(command: Command) -> Command:
    """Add the argument PACKAGE: a bag, its `data/` folder, or a `.wacz`, at a path or a URL."""
    from archiver.cli.values import Location

    return click.argument("package", type=Location())(command)


def source_argument(command: Command) -> Command:
    """Add the optional argument FILE, standard input by default."""
    return click.argument("file", type=click.Path(path_type=Path), default=STDIN)(command)


def output_options(command: Command) -> Command:
    """Add `-o FILE` and `--overwrite`."""
    from archiver.cli.values import Location

    flag = click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
    path = click.option(
        "-o", "--output", type=Location(), metavar="FILE", help="Write to FILE, not to standard output."
    )
    return path(flag(command))


@contextmanager
def spooled() -> Iterator[Path]:
    """Standard input as a file, for what has to be read twice or by several processes. It is gone afterwards.

    Raises CannotWrite where there is no room for it.
    """
    from archiver.pack.durable import SPOOLED, spooling

    with ExitStack() as stack:
        with spooling("standard input"):
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=SPOOLED))) / "stdin"
            with path.open("wb") as spool:
                shutil.copyfileobj(sys.stdin.buffer, spool)
        yield path


def read(path: Path) -> bytes:
    """All bytes of a file, or of standard input."""
    return sys.stdin.buffer.read() if path == STDIN else path.read_bytes()


@contextmanager
def writing(path: "Place | None", *, overwrite: bool) -> Iterator[BinaryIO]:
    """A stream to `path`, which stands there only when all is written; to standard output where there is no path."""
    if path is None or path == STDIN:
        yield sys.stdout.buffer
        return
    if path.exists() and not overwrite:
        raise UsedWrongly(f"{path} exists; --overwrite replaces it")
    from archiver.pack.durable import replacing

    with replacing(path) as stream:
        yield stream
