"""`archiver extract`."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.options import STDIN, say, source_argument, spooled
from archiver.cli.values import Encoding

if TYPE_CHECKING:
    from archiver.findings import Finding

_TYPES = ("text/plain", "text/html", "application/xhtml+xml")


@click.command(short_help="Find the links and tweets of one text.")
@source_argument
@click.option("--encoding", type=Encoding(), help="The encoding of the text. [default: detected]")
@click.option("--media-type", type=click.Choice(_TYPES), help="What the text is. [default: as the file's name says]")
def command(file: Path, encoding: str | None, media_type: str | None) -> None:
    """Find the links and tweet references of one text or HTML page, as JSON.

    They are those of the record's `links` and `tweets`. The text is normalised first: `span` counts code points in
    what `archiver normalize` gives, `source_span` in the text as it came. What is compressed is decompressed. The exit
    status is 1 where the bytes are damaged, or no text at all.
    """
    import orjson

    from archiver.model import PAGE_TYPES
    from archiver.pack.extract import extract
    from archiver.record import provenance
    from archiver.report import findings
    from archiver.sources.captures import MEDIA_TYPES
    from archiver.sources.kinds import kind_of
    from archiver.text.charset import decode_page
    from archiver.text.decode import decode, not_text

    media_type = media_type or MEDIA_TYPES[kind_of(file.name)[0]]
    is_page = media_type in PAGE_TYPES
    data, failure = _read(file)
    finding = failure or not_text(data)
    if finding:
        say(findings.row(finding))
        click.get_current_context().exit(1)
    decoded = (decode_page if is_page else decode)(data, encoding)
    found = provenance.references(extract(decoded.text, media_type=media_type if is_page else "text/plain"))
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _read(file: Path) -> "tuple[bytes, Finding | None]":
    """A file's bytes, decompressed, and what kept them from being read to their end."""
    from archiver.sources.streams import compression_of, opened

    given = spooled() if str(file) == str(STDIN) else nullcontext(file)
    with given as path, opened(str(path), compression_of(str(path))) as stream:
        return stream.read(), stream.failure
