"""`archiver verify`."""

import sys
from collections import Counter
from pathlib import Path

import click

from archiver.cli.options import is_quiet, is_verbose, verbosity


@click.command(short_help="Check packages, ours or not.")
@click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PACKAGE...")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@verbosity
def command(packages: tuple[Path, ...], form: str) -> None:
    """Check packages offline: any WACZ, WARC file or bag, made by this software or another.

    Each finding has a code, a place and a sentence; -v adds what the codes mean. The exit status is 1 where an error
    or a warning was found, notes alone give 0; it is 3 where a PACKAGE cannot be read, after the others were checked.
    """
    from archiver.cli.failures import Failures

    failures = Failures()
    for package in packages:
        with failures.noted():
            failures.found |= not _check(package, form)
    failures.exit()


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
        click.echo(verdict.of_package(str(package), codes, "" if codes else _facts(package)))
    return verdict.is_sound(codes)


def _facts(package: Path) -> str:
    """What lies in a package that is sound; nothing of a bare WARC file or a bag of something else."""
    from archiver.errors import NotAPackage
    from archiver.package.open import open_package
    from archiver.report import verdict

    try:
        return verdict.facts(open_package(package))
    except NotAPackage:
        return ""
