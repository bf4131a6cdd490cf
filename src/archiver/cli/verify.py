"""`archiver verify`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from archiver.cli.options import cores, is_quiet, is_verbose, jobs_option, verbosity
from archiver.cli.values import Location, Size
from archiver.errors import ArchiverError
from archiver.findings import CODES, Finding
from archiver.storage import Place

if TYPE_CHECKING:
    from archiver.verify.verify import Level, Options

LEVELS = ("structure", "fixity", "records", "full")
MOST = 50
"""Findings of one code of a package that are told one by one, as text."""


class Codes(click.ParamType[str]):
    """A code of a finding, or the beginning of several: `W214`, `W`, `E4`."""

    name = "CODE"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value in upper case."""
        code = value.upper()
        if not any(known.startswith(code) for known in CODES):
            self.fail(f"{value!r} begins no code of a finding; docs/findings.md lists them", param, ctx)
        return code


class Choice(NamedTuple):
    """Which findings are told, and which of them fail the check."""

    only: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: str

    def tells(self, finding: Finding) -> bool:
        """Whether a finding is one of those that are asked for."""
        return (not self.only or finding.code.startswith(self.only)) and not finding.code.startswith(self.ignore or "-")

    def fails(self, codes: Iterable[str]) -> bool:
        """Whether one of the codes makes the exit status 1."""
        return any(code.startswith(("E", "W") if self.fail_on == "warning" else "E") for code in codes)


@click.command(short_help="Check packages, ours or not.")
@click.argument("packages", nargs=-1, required=True, type=Location(), metavar="PACKAGE...")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="full",
    show_default=True,
    help="How far to go: manifests and directories; every file against its digests; records; what can be made again.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="warning",
    show_default=True,
    help="The least finding that makes the exit status 1.",
)
@click.option("--only", type=Codes(), multiple=True, help="Tell of these alone: a code or its beginning; repeatable.")
@click.option(
    "--ignore", type=Codes(), multiple=True, help="Say nothing of these: a code or its beginning; repeatable."
)
@click.option("--max-size", type=Size(), help="Refuse packages that hold more bytes, unpacked.")
@jobs_option
@verbosity
def command(
    packages: tuple[Place, ...],
    form: str,
    level: "Level",
    fail_on: str,
    only: tuple[str, ...],
    ignore: tuple[str, ...],
    max_size: int | None,
    jobs: int | None,
) -> None:
    """Check packages offline: any WACZ, WARC file or bag, made by this software or another.

    Each finding has a code, a place and a sentence; -v adds what the codes mean, and tells all of a code. The exit
    status is 1 where an error or a warning was found, notes alone give 0; it is 3 where a PACKAGE cannot be read,
    after the others were checked.
    """
    from archiver.cli.failures import Failures
    from archiver.verify.verify import Options

    failures = Failures()
    options = Options(level=level, jobs=jobs or cores(), max_size=max_size)
    choice = Choice(only, ignore, fail_on)
    for package, found in _findings(packages, options, at_once=min(jobs or 1, len(packages))):
        with failures.noted():
            failures.found |= _tell(package, filter(choice.tells, found()), form, choice)
    failures.exit()


Found = Callable[[], Iterator[Finding]]


def _findings(packages: tuple[Place, ...], options: "Options", at_once: int) -> Iterator[tuple[Place, Found]]:
    """Each package with its findings. Several at once have a process each, one by itself as many as it has use for."""
    if at_once == 1:
        for package in packages:
            yield package, partial(_watched, package, options)
        return
    from archiver.pack import engines

    alone = replace(options, jobs=1)
    with engines.processes(at_once) as pool:
        work = partial(_gathered, options=alone)
        results = engines.in_order(pool, work, packages, window=2 * at_once)
        for package, found in zip(packages, results, strict=True):
            yield package, partial(_given, found)


def _watched(package: Place, options: "Options") -> Iterator[Finding]:
    """The findings of a package as they are found, with a bar for those who look on."""
    from archiver.cli.progress import bar
    from archiver.verify.verify import verify

    with bar(f"Reading {package.name}") as (on_plan, tick):
        yield from verify(package, replace(options, on_plan=on_plan, on_progress=tick))


def _gathered(package: Place, options: "Options") -> list[Finding] | ArchiverError:
    """All findings of a package, in a process of its own; what kept it from being read is their last word."""
    from archiver.verify.verify import verify

    try:
        return list(verify(package, options))
    except ArchiverError as error:
        return error


def _given(found: list[Finding] | ArchiverError) -> Iterator[Finding]:
    if isinstance(found, ArchiverError):
        raise found
    return iter(found)


def _tell(package: Place, found: Iterable[Finding], form: str, choice: Choice) -> bool:
    """Tell what is found as it is found, and what it comes to; whether it fails the check."""
    from archiver.report import findings, verdict

    codes = Counter[str]()
    for finding in found:
        codes[finding.code] += 1
        if form == "jsonl":
            click.echo(findings.json_line(str(package), finding))
        elif codes[finding.code] <= MOST or is_verbose():
            click.echo(findings.row(finding))
    if form == "text" and not is_verbose():
        for code in sorted(code for code, number in codes.items() if number > MOST):
            click.echo(findings.more(code, codes[code] - MOST))
    if form == "text" and is_verbose():
        for line in findings.legend(codes):
            click.echo(line)
    if form == "text" and not is_quiet():
        click.echo(verdict.of_package(str(package), codes, "" if codes else _facts(package)))
    return choice.fails(codes)


def _facts(package: Place) -> str:
    """What lies in a package that is sound; nothing of a bare WARC file or a bag of something else."""
    from archiver.errors import NotAPackage
    from archiver.package.open import open_package
    from archiver.report import verdict

    try:
        return verdict.facts(open_package(package))
    except NotAPackage:
        return ""
