"""Links and tweets of one text or page, without a package: the same code that packs it."""

from archiver.errors import UsedWrongly
from archiver.model import PAGE_TYPES, References
from archiver.references.dates import latest
from archiver.references.find import find
from archiver.text.charset import decode_page
from archiver.text.decode import decode
from archiver.text.ledger import Alignment
from archiver.text.repair import repair


def extract(source: str | bytes, media_type: str = "text/plain") -> References:
    """Links and tweets of one text as it was found: it is decoded and normalised first.

    `span` counts code points in the normalised text, `source_span` in the decoded source. `media_type` says what the
    source is: `text/plain`, `text/html` or `application/xhtml+xml`. A page's tweets are weighed against the date that
    the page gives for itself. Raises UsedWrongly for another media type.

    >>> found = extract(b"So. https://t.co/Zz9aa\\r\\n\\xe2\\x80\\x94 Ada (@ada_e) July 21, 2017")
    >>> found.tweets[0].handle, found.tweets[0].posted.value, found.links[0].span
    ('ada_e', '2017-07-21', Span(start=4, end=22))
    """
    if media_type in PAGE_TYPES:
        return _of_page(source if isinstance(source, str) else decode_page(source).text)
    if media_type != "text/plain":
        raise UsedWrongly(f"references are read from text/plain, text/html and application/xhtml+xml, not {media_type}")
    repaired = repair(source if isinstance(source, str) else decode(source).text)
    return find(repaired.text, to_source=Alignment(repaired.repairs).to_source)


def _of_page(source: str) -> References:
    from archiver.references.html.read import read
    from archiver.references.html.refer import references
    from archiver.references.urls import absolute
    from archiver.sources.dates import moment
    from archiver.sources.pages import metadata

    extract = read(source)
    repaired = repair(extract.text)
    known = metadata(extract.page)
    dated = [moment(each) for each in (known.published, known.modified) if each]
    return references(
        extract,
        repaired.text,
        repaired.repairs,
        page=absolute(known.url.value) if known.url else None,
        published=latest(*dated),
    )
