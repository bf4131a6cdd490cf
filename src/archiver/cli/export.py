"""`archiver export`."""

import sys

import click

from archiver.cli.options import STDIN, output_options, package_argument, writing
from archiver.errors import UsedWrongly
from archiver.storage import Place

TABLES = ("articles", "links", "tweets", "repairs")


@click.command(short_help="Write a package's records as JSON Lines, CSV or Parquet.")
@package_argument
@click.option("--table", type=click.Choice(TABLES), help="Flat rows: one an article, link, tweet or repair.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "parquet"]), default="jsonl", show_default=True)
@output_options
def command(package: Place, table: str | None, form: str, output: Place | None, overwrite: bool) -> None:
    """Write the article records of a package as JSON Lines or Parquet, each with its text.

    With --table, rows for a spreadsheet or a data frame; csv without --table is --table articles.
    In CSV an apostrophe stands before text that begins with = + - @, a tab, a line break or an apostrophe: no
    spreadsheet runs it, and taking it away gives the text. JSON Lines have the text as it is.
    """
    from archiver.package.open import open_package
    from archiver.record import provenance
    from archiver.report import parquet, tables

    if form == "parquet" and output in (None, STDIN) and sys.stdout.isatty():
        raise UsedWrongly("Parquet is no text for a terminal; name a file with -o, or send it to one with >")

    records = (provenance.to_dict(entry.article, inline=True) for entry in open_package(package).articles())
    if form == "parquet":
        rows = parquet.file(table, records)
    elif form == "csv":
        rows = tables.csv_lines(table or "articles", records)
    elif table:
        rows = tables.jsonl(table, records)
    else:
        rows = map(provenance.to_bytes, records)
    with writing(output, overwrite=overwrite) as stream:
        stream.writelines(rows)
