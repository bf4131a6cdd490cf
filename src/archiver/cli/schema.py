"""`archiver schema`."""

import sys

import click


@click.command(short_help="Print a JSON Schema.")
@click.argument("name", default="article")
@click.option("--list", "is_list", is_flag=True, help="List the names of the schemas.")
def command(name: str, is_list: bool) -> None:
    """Print a JSON Schema: of the article record, or the one called NAME."""
    from archiver.record import schema

    if is_list:
        click.echo("\n".join(schema.names()))
    else:
        sys.stdout.buffer.write(schema.source(name))
