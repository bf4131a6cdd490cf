"""What a page says of itself: address, title, authors, site, language, dates, each with the element that says it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from html import unescape
from typing import Any

from archiver.model import Metadata, Span, Stated
from archiver.references.html.address import is_of_the_web, own_address
from archiver.references.html.source import Page
from archiver.sources.jsontext import Parsed, parse
from archiver.sources.layouts import described, named
from archiver.sources.metadata import merged, stated

# The `property`, `name` or `itemprop` of `<meta>` elements, best first: Open Graph, Dublin Core, and the names that
# newsrooms' software uses.
_METAS: Mapping[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "title", "headline"),
    "authors": (
        *("author", "article:author", "parsely-author", "sailthru.author", "citation_author", "dc.creator", "byl"),
        "byline",
    ),
    "site": ("og:site_name", "application-name", "twitter:site"),
    "language": ("og:locale", "content-language", "dc.language", "language"),
    "published": (
        *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date"),
        *("dc.date.issued", "dc.date", "pubdate", "publishdate", "publish-date", "date", "pdate", "ptime"),
    ),
    "modified": ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified"),
}
_MOST_BLOCKS = 50  # of JSON-LD, no page has so many
_LONGEST = 2000  # what is longer is no title, name or date
_KEYS = ("property", "name", "itemprop", "http-equiv")

# The `itemprop` or the class by which a `<time>` says that it is the article's, and not one of a list of others.
_TIMES: Mapping[str, frozenset[str]] = {
    "published": frozenset(("datepublished", "published", "entry-date")),
    "modified": frozenset(("datemodified", "updated")),
}
# What newsrooms' software leaves in JSON-LD that JSON has not: raw line ends in strings, and commas before a bracket.
_CONTROLS = re.compile("[\x00-\x1f]")
_COMMA = re.compile(r",\s*+(?=[}\]])")


def metadata(page: Page) -> Metadata:
    """The page's metadata. JSON-LD comes before `<meta>` for authors and dates, which it states in full, and after it
    for all else; `<title>`, `<html lang>` and `<time>` come last.

    >>> page = Page('<title>Rain &amp; wind</title><link rel="canonical" href="https://example.org/a">')
    >>> metadata(page).title, metadata(page).url.basis
    (Stated(value='Rain & wind', basis='html:title'), 'html:canonical')
    """
    linked, own = _linked(page), _metas(page)
    exact = Metadata(authors=linked.authors, published=linked.published, modified=linked.modified)
    return merged(Metadata(url=own_address(page)), exact, own, linked, _elements(page))


def _metas(page: Page) -> Metadata:
    said: dict[str, list[str]] = {}
    for element in page.metas:
        if element.name == "meta" and (content := " ".join(element.value("content").split())):
            for key in {element.value(key).strip().lower() for key in _KEYS}:
                said.setdefault(key, []).append(content)
    if "," in said.get("content-language", [""])[0]:  # whom the page is for, not what it is in (RFC 9110 section 8.5)
        del said["content-language"]
    first = {name: next(_stated(said, keys), None) for name, keys in _METAS.items() if name != "authors"}
    authors = [each for each in _stated(said, _METAS["authors"]) if "://" not in each.value]
    of_one = tuple(each for each in authors if each.basis == authors[0].basis)
    return Metadata(**first, authors=tuple(dict.fromkeys(of_one)))


def _stated(said: Mapping[str, list[str]], keys: tuple[str, ...]) -> Iterator[Stated]:
    """What the keys hold, best first."""
    for key in keys:
        for value in said.get(key, ()):
            found = stated(value, f"html:{key}")
            if isinstance(found, Stated) and len(found.value) <= _LONGEST:
                yield found


def _linked(page: Page) -> Metadata:
    """What the page's JSON-LD says of an article: the first block that describes one."""
    for number, span in enumerate(page.json_ld):
        value = _json(span.of(page.source))
        found = described(value)
        if any(getattr(found, field.name) for field in fields(found)):
            others = page.json_ld[:number] + page.json_ld[number + 1 :]
            return _as_linked(found if found.authors or not others else described(value, _beside(page, others)))
    return Metadata()


def _beside(page: Page, blocks: list[Span]) -> dict[str, Any]:
    """The named nodes of other blocks of JSON-LD."""
    known: dict[str, Any] = {}
    for span in blocks[:_MOST_BLOCKS]:
        known |= named(_json(span.of(page.source)))
    return known


def _json(text: str) -> Any:
    """A block of JSON-LD as it is, or else without what stands around and within it that JSON has not."""
    parsed = parse(text.strip())
    if not isinstance(parsed, Parsed):
        text = text.replace("<![CDATA[", "").replace("]]>", "")
        start, end = min((at for at in map(text.find, "{[") if at >= 0), default=0), max(map(text.rfind, "}]")) + 1
        parsed = parse(_COMMA.sub("", _CONTROLS.sub(" ", text[start:end])))
    return parsed.value if isinstance(parsed, Parsed) else None


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
        published=_time(page, "published"),
        modified=_time(page, "modified"),
        title=Stated(value=title, basis="html:title") if 0 < len(title) <= _LONGEST else None,
        language=Stated(value=language, basis="html:lang") if language else None,
    )


def _time(page: Page, name: str) -> Stated | None:
    """The first `<time>` that says that it is of the article (schema.org's microdata, hAtom)."""
    for element in page.metas:
        value = element.value("datetime").strip() if element.name == "time" else ""
        marks = {*element.value("itemprop").lower().split(), *element.value("class").lower().split()}
        if value and len(value) <= _LONGEST and marks & _TIMES[name]:
            return Stated(value=value, basis="html:time")
    return None
