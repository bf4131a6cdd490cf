"""`archiver verify`."""

import sys
from collections import Counter
from pathlib import Path

import click

from archiver.cli.options import is_quiet, is_verbose, verbosity


@click.command()
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PACKAGE...")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@verbosity
def command(packages: tuple[Path, ...], form: str) -> None:
    """Check packages offline: any WACZ, WARC file or bag, made by this software or another.

    Each finding has a code, a place and a sentence; -v adds what the codes mean. The exit status is 1 where an error
    or a warning was found, notes alone give 0; it is 3 where a PACKAGE cannot be read, after the others were checked.
    """
    from archiver.errors import ArchiverError

    status = 0
    for package in packages:
        try:
            is_sound = _check(package, form)
        except ArchiverError as error:
            from archiver.report.plain import line

            click.echo(f"archiver: {line(str(error))}", err=True)
            status = error.exit_status
        else:
            status = max(status, 0 if is_sound else 1)
    click.get_current_context().exit(status)


def _check(package: Path, form: str) -> bool:
    """Verify one package and tell what is found as it is found."""
    import orjson

    from archiver.report import findings, verdict
    from archiver.verify.verify import verify

    codes = Counter[str]()
    for finding in verify(package):
        codes[finding.code] += 1
        if form == "jsonl":
            sys.stdout.buffer.write(
                orjson.dumps({"package": str(package)} | finding.to_dict(), option=orjson.OPT_APPEND_NEWLINE)
            )
        else:
            click.echo(findings.row(finding))
    if form == "text" and is_verbose():
        for line in findings.legend(codes):
            click.echo(line)
    if form == "text" and not is_quiet():
        click.echo(verdict.of_package(str(package), codes, ""))
    return verdict.is_sound(codes)
