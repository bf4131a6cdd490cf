"""`archiver extract`."""

import sys
from pathlib import Path

import click

from archiver.cli.options import read, source_argument
from archiver.cli.values import Encoding


@click.command(short_help="Find the links and tweets of one text.")
@source_argument
@click.option("--encoding", type=Encoding(), help="The encoding of the text. [default: detected]")
def command(file: Path, encoding: str | None) -> None:
    """Find the links and tweet references of one text or HTML page, as JSON.

    They are those of the record's `links` and `tweets`. The text is normalised first: `span` counts code points in
    what `archiver normalize` gives, `source_span` in the text as it came.
    """
    import orjson

    from archiver.model import PAGE_TYPES
    from archiver.record import provenance
    from archiver.references.find import extract
    from archiver.sources.captures import MEDIA_TYPES
    from archiver.sources.kinds import kind_of
    from archiver.text.charset import decode_page
    from archiver.text.decode import decode

    media_type = MEDIA_TYPES[kind_of(file.name)[0]]
    is_page = media_type in PAGE_TYPES
    decoded = (decode_page if is_page else decode)(read(file), encoding)
    found = provenance.references(extract(decoded.text, media_type=media_type if is_page else "text/plain"))
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
