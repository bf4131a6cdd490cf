"""A package's items, one line each."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from archiver.model import Article
from archiver.package.open import Entry
from archiver.package.pages import title_of
from archiver.report import plain

ID, DATE, SITE, NAME = 8, 10, 26, 24
"""Columns; the title comes last and has the rest."""

NARROW = 12


def row(article: Article, columns: int | None) -> str:
    """Id, date, site, source name and title. On a terminal of `columns`, cut to fit; else nothing is cut."""
    cells = (short_id(article.id), _date(article), _site(article), source_name(article), title_of(article))
    rest = max(NARROW, columns - ID - DATE - SITE - NAME - 8) if columns else 0
    widths = (ID, DATE, SITE, NAME, rest)
    shown = [plain.line(cell) for cell in cells]
    if columns:
        shown = [plain.cut(cell, width) for cell, width in zip(shown, widths, strict=True)]
    return "  ".join(plain.padded(cell, width) for cell, width in zip(shown, widths, strict=True)).rstrip()


def short_id(article_id: str) -> str:
    """The beginning of an id, enough for people and for `archiver show`.

    >>> short_id("urn:uuid:7d2c0c5e-94d4-5c3c-8d3a-0d2f6d1c2b3a")
    '7d2c0c5e'
    """
    return article_id.removeprefix("urn:uuid:")[:ID]


def source_name(article: Article) -> str:
    """The source's name, with the item's offset behind an @ where it is not the first."""
    source = article.source
    return f"{source.name}@{source.offset}" if source.offset else source.name


def _date(article: Article) -> str:
    return article.published.value[:DATE] if article.published else "—"


def _site(article: Article) -> str:
    host = urlsplit(article.url.value).hostname if article.url else None
    return (host or article.site or "—").removeprefix("www.")


def to_dict(entry: Entry) -> dict[str, Any]:
    """The line as JSON: what `row` says, uncut."""
    article = entry.article
    return {
        "id": article.id,
        "published": article.published.value if article.published else None,
        "url": article.url.value if article.url else None,
        "site": article.site,
        "title": title_of(article),
        "source": article.source.name,
        "offset": article.source.offset,
        "duplicate": entry.is_duplicate,
    }


def rejections(records: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Each rejected item: where it stood, its size and digest, and below it why it is no article."""
    for record in records:
        source = record["source"]
        at = f", line {source['line']}" if "line" in source else ""
        size = plain.count(source["length"], "byte")
        yield plain.line(f"{source['name']}{at}, byte {source['offset']}, {size}")
        for found in record["findings"]:
            yield plain.line(f"  {found['code']} {found['message']}")
