"""`archiver rules`."""

import click


@click.command(short_help="List the rules of repair.")
def command() -> None:
    """List the rules of repair: name, confidence, and what a rule does.

    A certain rule guesses nothing. One of high confidence makes a guess that the characters around it bear out. One of
    low confidence has more than one reading, and is listed as a suggestion unless --min-confidence low is given.
    """
    from archiver.report.explained import rules

    click.echo("\n".join(rules()))
