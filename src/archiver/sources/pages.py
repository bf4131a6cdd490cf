"""What a page says of itself: address, title, authors, site, language, dates, each with the element that says it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from html import unescape
from typing import Any

from archiver.model import Metadata, Stated
from archiver.references.html.address import is_of_the_web, own_address
from archiver.references.html.source import Page
from archiver.sources.jsontext import Parsed, parse
from archiver.sources.layouts import described
from archiver.sources.metadata import merged, stated

# The `property`, `name` or `itemprop` of `<meta>` elements, best first: Open Graph, Dublin Core, and the names that
# newsrooms' software uses.
_METAS: Mapping[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "title", "headline"),
    "authors": ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl", "byline"),
    "site": ("og:site_name", "application-name", "twitter:site"),
    "language": ("og:locale", "content-language", "dc.language", "language"),
    "published": (
        *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date"),
        *("dc.date.issued", "dc.date", "pubdate", "publishdate", "publish-date", "date", "pdate", "ptime"),
    ),
    "modified": ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified"),
}
_LONGEST = 2000  # what is longer is no title, name or date
_KEYS = ("property", "name", "itemprop", "http-equiv")


def metadata(page: Page) -> Metadata:
    """The page's metadata. JSON-LD comes before `<meta>` for authors and dates, which it states in full, and after it
    for all else; `<title>` and `<html lang>` come last.

    >>> page = Page('<title>Rain &amp; wind</title><link rel="canonical" href="https://example.org/a">')
    >>> metadata(page).title, metadata(page).url.basis
    (Stated(value='Rain & wind', basis='html:title'), 'html:canonical')
    """
    linked, own = _linked(page), _metas(page)
    exact = Metadata(authors=linked.authors, published=linked.published, modified=linked.modified)
    return merged(Metadata(url=own_address(page)), exact, own, linked, _elements(page))


def _metas(page: Page) -> Metadata:
    said: dict[str, str] = {}
    for element in page.metas:
        if element.name == "meta" and (content := " ".join(element.value("content").split())):
            for key in _KEYS:
                said.setdefault(element.value(key).strip().lower(), content)
    known = {name: list(_stated(said, keys)) for name, keys in _METAS.items()}
    authors = [each for each in known["authors"] if "://" not in each.value]
    first: dict[str, Any] = {name: found[0] for name, found in known.items() if found and name != "authors"}
    return Metadata(**first, authors=tuple(authors[:1]))


def _stated(said: Mapping[str, str], keys: tuple[str, ...]) -> Iterator[Stated]:
    for key in keys:
        found = stated(said.get(key), f"html:{key}")
        if isinstance(found, Stated) and len(found.value) <= _LONGEST:
            yield found


def _linked(page: Page) -> Metadata:
    """What the page's JSON-LD says of an article: the first block that describes one."""
    for span in page.json_ld:
        parsed = parse(span.of(page.source).strip())
        found = described(parsed.value) if isinstance(parsed, Parsed) else Metadata()
        if any(getattr(found, field.name) for field in fields(found)):
            return _as_linked(found)
    return Metadata()


def _as_linked(found: Metadata) -> Metadata:
    """The same with bases that say where the JSON stood."""
    known: dict[str, Any] = {}
    for field in fields(found):
        value = getattr(found, field.name)
        known[field.name] = tuple(map(_from_json, value)) if field.name == "authors" else value and _from_json(value)
    url = known["url"]
    return Metadata(**{**known, "url": url if url and is_of_the_web(url.value) else None})


def _from_json(value: Stated) -> Stated:
    text = " ".join(unescape(value.value).split())
    return Stated(value=text, basis=value.basis.replace("field:", "html:json-ld:", 1))


def _elements(page: Page) -> Metadata:
    title = next((" ".join(unescape(span.of(page.source)).split()) for span in page.titles), "")
    root = next((element for element in page.metas if element.name == "html"), None)
    language = (root.value("lang") or root.value("xml:lang")).strip() if root else ""
    return Metadata(
        title=Stated(value=title, basis="html:title") if 0 < len(title) <= _LONGEST else None,
        language=Stated(value=language, basis="html:lang") if language else None,
    )
