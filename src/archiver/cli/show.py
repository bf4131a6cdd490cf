"""`archiver show`."""

import sys

import click

from archiver.cli.options import package_argument
from archiver.storage import Place


@click.command(short_help="Show one article of a package.")
@package_argument
@click.argument("article")
@click.option("--original", is_flag=True, help="Write the original bytes, as they are.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(package: Place, article: str, original: bool, form: str) -> None:
    """Show one article: what is known of it, its text, each repair before and after, links and tweets.

    ARTICLE is an id or at least six digits of its beginning, a URL, or a source's name; NAME@OFFSET where a source
    holds several. Characters that could disturb a terminal stand by name, such as ⟨U+001B⟩.
    """
    from archiver.package.lookup import lookup
    from archiver.package.open import open_package
    from archiver.record import provenance
    from archiver.report.article import page

    opened = open_package(package)
    entry = lookup(opened, article)
    if original:
        sys.stdout.buffer.write(opened.original(entry))
    elif form == "json":
        sys.stdout.buffer.write(provenance.to_bytes(provenance.to_dict(entry.article, inline=True)))
    else:
        click.echo("\n".join(page(entry)))
