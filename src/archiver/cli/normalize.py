"""`archiver normalize`."""

import sys
from pathlib import Path
from typing import Any

import click

from archiver.cli.options import confidence_option, is_verbose, read, say, source_argument, verbosity, writing
from archiver.cli.values import Encoding


@click.command(short_help="Repair one text.")
@source_argument
@click.option("--encoding", type=Encoding(), help="The encoding of the text. [default: detected]")
@click.option("--ledger", type=click.Path(path_type=Path), metavar="FILE", help="Write the repairs to FILE, as JSON.")
@click.option("--overwrite", is_flag=True, help="Replace the ledger's FILE if it exists.")
@click.option("--explain", is_flag=True, help="Print each repair with its line, its rule and the reason, not the text.")
@confidence_option
@verbosity
def command(
    file: Path,
    encoding: str | None,
    ledger: Path | None,
    overwrite: bool,
    explain: bool,
    min_confidence: Any,
) -> None:
    """Repair one text, and write it in UTF-8.

    Every change stands in the ledger, which leads back to the bytes that came. -v says on standard error what was
    done. The exit status is 1 where the bytes are not what they were declared to be, or no text at all.
    """
    from archiver.report import findings, normalised
    from archiver.text.decode import decode, not_text
    from archiver.text.repair import repair

    data = read(file)
    decoded = decode(data, encoding)
    binary = not_text(data)
    found = (binary,) if binary else decoded.findings
    if not any(finding.severity == "error" for finding in found):
        repaired = repair(decoded.text, min_confidence=min_confidence)
        if ledger:
            with writing(ledger, overwrite=overwrite) as stream:
                stream.write(normalised.ledger(data, decoded, repaired))
        if explain:
            click.echo("\n".join(normalised.explanation(decoded, repaired)))
        else:
            sys.stdout.buffer.write(repaired.text.encode())
        if is_verbose():
            say(normalised.summary(decoded, repaired))
    for finding in found:
        say(findings.row(finding))
    # That an encoding was guessed is worth saying, and nothing that is not as it should be.
    click.get_current_context().exit(1 if any(finding.code != "W123" for finding in found) else 0)
