"""`archiver list`."""

import shutil
import sys

import click

from archiver.cli.options import package_argument
from archiver.storage import Place


@click.command(short_help="List the articles of a package.")
@package_argument
@click.option("--rejected", is_flag=True, help="List what was rejected, and why.")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
def command(package: Place, rejected: bool, form: str) -> None:
    """List the articles of a package, one line each: id, date, site, source, title.

    The id's beginning is enough for `archiver show`. On a terminal the lines are cut to its width.
    """
    import orjson

    from archiver.package.open import open_package
    from archiver.report import listing

    opened = open_package(package)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if form == "jsonl":
        rows = opened.rejections() if rejected else map(listing.to_dict, opened.articles())
        for row in rows:
            sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        return
    lines = (
        listing.rejections(opened.rejections())
        if rejected
        else (listing.row(entry.article, columns) for entry in opened.articles())
    )
    for line in lines:
        click.echo(line)
