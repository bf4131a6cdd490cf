"""`archiver validate`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archiver.cli.options import STDIN, is_quiet, spooled, verbosity


@click.command(short_help="Check article records against their schema.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--schema", "name", metavar="NAME", help="The schema to hold records to. [default: the one that each names]"
)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@verbosity
def command(files: tuple[Path, ...], name: str | None, form: str) -> None:
    """Check article records against their JSON Schema: JSON Lines, one record, or an array of records.

    Each fault has its file, line and JSON path, and a sentence that says what to do. `archiver schema` prints the
    schema. The exit status is 1 where a record has a fault, or a file holds no record.
    """
    from archiver.cli.failures import Failures
    from archiver.record import schema
    from archiver.sources.kinds import printable

    identifier = schema.identifier(name) if name else None
    failures = Failures()
    for file in files:
        with failures.noted(), _given(file) as path:
            failures.found |= _check(path, "stdin" if file == STDIN else printable(str(file)), identifier, form)
    failures.exit()


@contextmanager
def _given(file: Path) -> Iterator[Path]:
    if file != STDIN:
        yield file
        return
    with spooled() as path:
        yield path


def _check(path: Path, name: str, identifier: str | None, form: str) -> bool:
    """Hold the records of one file to their schema; whether any has a fault, or there is none to hold."""
    import orjson

    from archiver.report import findings, verdict
    from archiver.verify.records import validate

    records = faulty = 0
    for faults in validate(path, name, identifier):
        records, faulty = records + 1, faulty + bool(faults)
        for fault in faults:
            if form == "jsonl":
                sys.stdout.buffer.write(orjson.dumps(fault.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
            else:
                click.echo(findings.row(fault))
    if form == "text" and not (is_quiet() and records):
        click.echo(verdict.of_records(name, records, faulty))
    return bool(faulty) or not records
