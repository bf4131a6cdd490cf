"""pages.jsonl: the list of pages that players show and search (WACZ 1.1.1 section 5.2.2).

A player reads all of it before it shows the first page. So a list that would be larger than MOST_WITH_TEXT names the
pages, and leaves their texts to the captures; and of more than MOST_LISTED pages it names the first, without their
texts, while `extraPages.jsonl` beside it has all of them. That one ReplayWeb.page does not show, and searches: where it
is there, it is all that is searched, and else pages.jsonl is, as long as there is no `hasText` in its head.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from archiver.model import Article
from archiver.package.layout import reading_uri

HEAD = b'{"format":"json-pages-1.0","id":"pages","title":"Articles"}\n'
TITLE_LENGTH = 120
ALL_HEAD = b'{"format":"json-pages-1.0","id":"extra-pages","title":"All articles"}\n'
MOST_WITH_TEXT = 256 << 20
MOST_LISTED = 10_000

_NAMES = ("id", "url", "ts", "title", "text")


def row(article: Article, date: str, *, with_text: bool = True) -> bytes:
    """The row of an article's reading copy; `date` is the WARC-Date of that copy."""
    page = _page(article, article.id, reading_uri(article.id), date)
    return _dumped(page | {"text": article.text} if with_text else page)


def original_row(article: Article, original_id: str, uri: str, date: str) -> bytes:
    """The row of an original that is itself a page, at the target URI `uri` of its record."""
    return _dumped(_page(article, original_id, uri, date))


def _page(article: Article, record_id: str, uri: str, date: str) -> dict[str, str]:
    return {"id": record_id.removeprefix("urn:uuid:"), "url": uri, "ts": date, "title": title_of(article)}


def _dumped(page: Mapping[str, Any]) -> bytes:
    return orjson.dumps(page, option=orjson.OPT_APPEND_NEWLINE)


def as_written(page: Mapping[str, Any]) -> bytes:
    """A row as this software would write it, whatever the order of its names.

    >>> as_written({"title": "Rain", "id": "7d2c", "mood": "wet"})
    b'{"id":"7d2c","title":"Rain","mood":"wet"}\\n'
    """
    return _dumped({**{name: page[name] for name in _NAMES if name in page}, **page})


def without_text(line: bytes) -> bytes:
    """The row of a page without its text.

    >>> without_text(b'{"id":"7d2c","title":"Rain","text":"It rained."}\\n')
    b'{"id":"7d2c","title":"Rain"}\\n'
    """
    # No string holds this: its quotation marks would be escaped. The text is the last that a row has.
    start = line.find(b',"text":"')
    return line if start < 0 else line[:start] + b"}\n"


def title_of(article: Article) -> str:
    """What to call an article in a list: its title, else its first line, else its source's name."""
    called = article.title or _first_line(article.text) or article.source.name
    return called if len(called) <= TITLE_LENGTH else called[: TITLE_LENGTH - 1].rstrip() + "…"


def _first_line(text: str) -> str:
    """The first line that is not blank, without the blanks around it."""
    lines = text.lstrip().partition("\n")[0].splitlines()
    return lines[0].rstrip() if lines else ""
