"""The JSON objects in which scrapers and corpora keep articles. One table; the code below only looks things up in it.

A layout is known by keys that only it has. Its own fields come first, and then those of `PLAIN`, in their order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from archiver.findings import Finding
from archiver.model import Metadata, Stated
from archiver.references.html.read import Extract
from archiver.sources.metadata import json_type, names, stated, wrong_type

Path = tuple[str, ...]


def _paths(*candidates: str) -> tuple[Path, ...]:
    return tuple(tuple(candidate.split("/")) for candidate in candidates)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """`marks` are keys that occur together in no other layout; `fields` says where each thing stands, best place first.

    `separator` divides the names in a string of authors; without it such a string is one name. Where `is_whole`, the
    fields of `PLAIN` mean something else, and are not looked at.
    """

    name: str
    marks: frozenset[str] = frozenset()
    fields: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    separator: str | None = None
    is_whole: bool = False


# The names that scrapers and news corpora use. `content` and `body` come after the names that promise plain text, since
# they often hold HTML beside it.
PLAIN = Layout(
    name="plain",
    fields={
        "text": _paths(
            *("text", "articleBody", "article_body", "maintext", "main_text", "article_text", "full_text", "fulltext"),
            *("textContent", "text_content", "plain_text", "cleaned_text", "raw_text", "body", "body_text", "bodyText"),
            *("content", "contents", "article", "story"),
        ),
        "url": _paths(
            *("url", "URL", "article_url", "page_url", "pageUrl", "canonical_url", "canonical_link", "web_url"),
            *("webUrl", "link", "source_url", "uri", "permalink"),
        ),
        "title": _paths("title", "headline", "headline/main", "article_title", "webTitle", "name"),
        "authors": _paths("authors", "author", "byline", "byline/original", "creator"),
        "site": _paths(
            *("site", "site_name", "siteName", "sitename", "publication", "publisher/name", "publisher", "domain"),
            *("hostname", "source_domain", "source/name", "source"),
        ),
        "language": _paths("language", "lang", "inLanguage", "humanLanguage"),
        "published": _paths(
            *("published", "date", "date_published", "datePublished", "date_publish", "publish_date", "published_date"),
            *("publication_date", "pub_date", "pubDate", "published_at", "publishedAt", "publishedTime"),
            *("webPublicationDate", "timestamp"),
        ),
        "modified": _paths(
            *("modified", "date_modified", "dateModified", "date_modify", "updated", "updated_at", "modified_date"),
        ),
        "retrieved": _paths(
            *("retrieved", "retrieved_at", "date_download", "download_date", "crawled", "crawl_date", "scraped_at"),
            *("fetched_at", "warc_date"),
        ),
        "encoding": (),
    },
)

SCHEMA_ORG = Layout(
    name="schema.org",
    fields={
        "text": _paths("articleBody"),
        "url": _paths("url", "mainEntityOfPage/@id", "mainEntityOfPage/url", "mainEntityOfPage", "@id"),
        "title": _paths("headline", "name"),
        "authors": _paths("author", "creator"),
        "site": _paths("publisher/name", "publisher/legalName", "publisher", "isPartOf/name"),
        "language": _paths("inLanguage/alternateName", "inLanguage"),
        "published": _paths("datePublished"),
        "modified": _paths("dateModified"),
    },
)

# What `archiver export` writes of a record beside what is dated; `source` there is a file.
_EXPORTED = {name: _paths(name) for name in ("text", "title", "authors", "site", "language")}
_DATED = ("published", "modified", "retrieved")

LAYOUTS = (
    Layout(
        name="archiver",
        marks=frozenset({"source", "repairs", "provenance"}),
        fields=_EXPORTED | {name: _paths(f"{name}/value") for name in ("url", *_DATED)},
        is_whole=True,
    ),
    Layout(
        name="archiver-table",
        marks=frozenset({"source", "url_basis", "published_basis"}),
        fields=_EXPORTED | {name: _paths(name) for name in ("url", *_DATED)},
        is_whole=True,
    ),
    # trafilatura: xml.py, build_json_output. Authors are joined by semicolons; `source` is the URL.
    Layout(
        name="trafilatura",
        marks=frozenset({"source-hostname", "raw_text"}),
        fields={
            "url": _paths("source", "url"),
            "authors": _paths("author"),
            "site": _paths("source-hostname", "hostname"),
            "published": _paths("date"),
            "retrieved": _paths("filedate"),
        },
        separator=";",
    ),
    # news-please: NewsArticle.get_dict and the JSON file pipeline. `text` is an older name of `maintext`.
    Layout(
        name="news-please",
        marks=frozenset({"maintext", "date_publish"}),
        fields={
            "text": _paths("maintext", "text"),
            "title": _paths("title", "title_page", "title_rss"),
            "site": _paths("source_domain"),
            "published": _paths("date_publish"),
            "modified": _paths("date_modify"),
            "retrieved": _paths("date_download"),
        },
    ),
    # newspaper4k: settings.article_json_fields; newspaper3k's attributes have the same names.
    Layout(
        name="newspaper",
        marks=frozenset({"publish_date", "canonical_link"}),
        fields={
            "text": _paths("text"),
            "site": _paths("meta_site_name", "source"),
            "language": _paths("language", "meta_lang"),
            "published": _paths("publish_date"),
        },
    ),
    # Mozilla Readability: `content` is HTML, `textContent` its text.
    Layout(
        name="readability",
        marks=frozenset({"textContent", "siteName"}),
        fields={"text": _paths("textContent"), "authors": _paths("byline"), "published": _paths("publishedTime")},
    ),
    # webhose.io: what is known of the site stands in `thread`.
    Layout(
        name="webhose",
        marks=frozenset({"thread", "crawled"}),
        fields={"site": _paths("thread/site_full", "thread/site"), "retrieved": _paths("crawled")},
    ),
)

# Fields that `--field NAME=PLACE` can name.
METADATA = tuple(name for name in PLAIN.fields if name != "text")
FIELDS = ("text", *METADATA)

# The keys at which any of them begins.
KEYS = frozenset(
    path[0] for layout in (PLAIN, SCHEMA_ORG, *LAYOUTS) for known in layout.fields.values() for path in known
)

# Objects around the article: Elasticsearch's dumps, Zyte's API.
ENVELOPES = ("_source", "article")

# What stands for the value within it: JSON-LD's typed values, MongoDB's extended JSON.
WRAPPERS = ("@value", "$date", "$numberLong")

# Longer digits are no index of an array that fits into memory.
MAX_INDEX_DIGITS = 9

# The keys of JSON-LD under which a page's or a graph's article stands, and so many of them one within the other.
HOLDERS = ("@graph", "mainEntity")
MAX_DEPTH = 4

BLOGS = frozenset({"BlogPosting", "LiveBlogPosting", "Report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article found in a JSON value. `pointer` is the JSON Pointer (RFC 6901) of the string that is its text.

    `extract` is how the text was got from a page, where the item is one.
    """

    pointer: str
    text: str
    layout: str
    metadata: Metadata
    findings: tuple[Finding, ...] = ()
    extract: Extract | None = None


def recognise(value: Any, fields: Mapping[str, str]) -> Item | Finding:
    """The article in a JSON value, or why there is none: `E101`, `E104`, `E105`, `E106`.

    `fields` says where the user knows a field to be: a key of the object, or a JSON Pointer into the value.

    >>> item = recognise({"headline": "Rain", "body": "It rained.", "date": "None"}, {})
    >>> item.pointer, item.metadata.title.basis, item.metadata.published
    ('/body', 'field:headline', None)
    """
    place, layout = _find(value)
    place, article = _reach(value, place)
    if not isinstance(article, dict):
        found = json_type(value)
        return Finding(code="E104", message=f"An article is a JSON object; this is {found}.", found=found)
    paths = _known_paths(layout, place, KEYS.intersection(article))
    stated_at = {name: (_stated_path(where, place),) for name, where in fields.items()}
    places = {name: tuple(_places(value, stated_at.get(name, paths[name]))) for name in FIELDS}
    text = _text(places["text"])
    if isinstance(text, Finding):
        return text
    metadata, findings = _metadata(places, layout.separator)
    return Item(pointer=text.basis, text=text.value, layout=layout.name, metadata=metadata, findings=findings)


# Articles that stand together have the same keys.
@lru_cache(maxsize=1 << 8)
def _known_paths(layout: Layout, place: Path, keys: frozenset[str]) -> Mapping[str, tuple[Path, ...]]:
    """Where each field may stand in the article at `place` that has `keys`, best place first."""
    others = {} if layout.is_whole else PLAIN.fields
    paths = {name: (*layout.fields.get(name, ()), *others.get(name, ())) for name in FIELDS}
    return {name: tuple(place + path for path in known if path[0] in keys) for name, known in paths.items()}


def described(value: Any, known: Mapping[str, Any] | None = None) -> Metadata:
    """What a JSON-LD value says of an article; nothing where it describes none.

    Who is named by `@id` alone is looked up among the nodes that stand beside the article, and in `known`.

    >>> described({"@type": "NewsArticle", "headline": "Rain"}).title.basis, described({"@type": "Person"}).title
    ('field:headline', None)
    """
    place, layout = _find(value)
    if layout is not SCHEMA_ORG:
        return Metadata()
    fields = {name: layout.fields.get(name, ()) for name in METADATA}
    nodes = {**(known or {}), **named(value)}
    places = {name: tuple(_places(value, [place + path for path in paths], nodes)) for name, paths in fields.items()}
    return _metadata(places, layout.separator)[0]


def named(value: Any) -> dict[str, Any]:
    """The nodes of a JSON-LD value that have a name, by their `@id`."""
    nodes = (node for _, node in _candidates(value) if isinstance(node, dict) and node.get("name"))
    return {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}


def _find(value: Any) -> tuple[Path, Layout]:
    """Where in the value the article's object is, and its layout."""
    for place, candidate in _candidates(value):
        if _is_schema_article(candidate):
            return place, SCHEMA_ORG
    if isinstance(value, dict):
        for layout in LAYOUTS:
            if layout.marks <= value.keys():
                return (), layout
        if not any(value.get(path[0]) for path in PLAIN.fields["text"] if path[0] not in ENVELOPES):
            for envelope in ENVELOPES:
                if isinstance(value.get(envelope), dict):
                    place, layout = _find(value[envelope])
                    return (envelope, *place), layout
    return (), PLAIN


def _candidates(value: Any, place: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The value itself, and the nodes of a list, of a JSON-LD graph, or of what a page is about, one in the other."""
    yield place, value
    if len(place) >= MAX_DEPTH:
        return
    if isinstance(value, list):
        for index, node in enumerate(value):
            yield from _candidates(node, (*place, str(index)))
    elif isinstance(value, dict):
        for key in HOLDERS:
            if isinstance(value.get(key), list | dict):
                yield from _candidates(value[key], (*place, key))


def _is_schema_article(node: Any) -> bool:
    types = node.get("@type") if isinstance(node, dict) else None
    if types is None:
        return False
    names = (str(name).rpartition("/")[2] for name in (types if isinstance(types, list) else [types]))
    return any(name.endswith("Article") or name in BLOGS for name in names)


def _stated_path(stated_at: str, place: Path) -> Path:
    """Where the user says a field to be: a JSON Pointer into the whole value, or a key of the article's object."""
    if not stated_at.startswith("/"):
        return (*place, stated_at)
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in stated_at[1:].split("/"))


def _places(value: Any, paths: Iterable[Path], nodes: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
    """The JSON Pointers to what stands at the paths, each with its value; paths that lead nowhere are passed over.

    A value that does no more than refer to another node, by `@id`, is that of `nodes`.
    """
    for path in paths:
        reached, found = _reach(value, path)
        if found is None and nodes and path[-1] == "name":
            found = (_referred(_reach(value, path[:-1])[1], nodes) or {}).get("name")
        if isinstance(found, list):
            found = [part if (node := _referred(part, nodes)) is None else node for part in found]
        elif _is_reference(found):
            found = _referred(found, nodes)
        if found is not None:
            yield _pointer(reached), found


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= {"@id", "@type"}


def _referred(value: Any, nodes: Mapping[str, Any] | None) -> Any:
    """The node that a value refers to; None where it is no reference, or the node is not known."""
    name = value.get("@id") if nodes and _is_reference(value) else None
    return nodes.get(name) if nodes and isinstance(name, str) else None


# Articles that stand together have their fields in the same places.
@lru_cache(maxsize=1 << 10)
def _pointer(path: Path) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _reach(value: Any, path: Path) -> tuple[Path, Any]:
    """Follow `path`, and enter what merely wraps a value. The value is None where the path leads nowhere."""
    if len(path) == 1 and isinstance(value, dict) and isinstance(found := value.get(path[0]), str):
        return path, found  # as it is with nearly all
    reached: Path = ()
    for step in path:
        while _at(value, step) is None and (key := _wrapper(value)):
            value, reached = _at(value, key), (*reached, key)
        value, reached = _at(value, step), (*reached, step)
    while key := _wrapper(value):
        value, reached = _at(value, key), (*reached, key)
    return reached, value


def _at(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    is_index = isinstance(value, list) and step.isascii() and step.isdigit() and len(step) <= MAX_INDEX_DIGITS
    return value[int(step)] if is_index and int(step) < len(value) else None


def _wrapper(value: Any) -> str | None:
    """The one key of a value that only wraps another: an array of one element, `{"$date": …}`."""
    if isinstance(value, list):
        return "0" if len(value) == 1 else None
    if isinstance(value, dict) and len(value) == 1:
        return next((key for key in WRAPPERS if key in value), None)
    return None


def _text(places: Sequence[tuple[str, Any]]) -> Stated | Finding:
    """The first string with something in it; its basis is its JSON Pointer."""
    strings = [Stated(value=value, basis=pointer) for pointer, value in places if isinstance(value, str)]
    for text in strings:
        if text.value and not text.value.isspace():
            return text
    if strings:
        return Finding(code="E101", message=f"The text, {strings[0].basis}, is empty or all white space.")
    if not places:
        return Finding(code="E105", message="No field is known to hold the text; --field text=NAME names one.")
    pointer, value = places[0]
    return wrong_type(value, pointer, code="E106")


def _metadata(
    places: Mapping[str, Sequence[tuple[str, Any]]], separator: str | None
) -> tuple[Metadata, tuple[Finding, ...]]:
    known: dict[str, Any] = {}
    findings: list[Finding] = []
    for name in METADATA:
        troubles: list[Finding] = []
        for pointer, value in places[name]:
            basis = "field:" + pointer[1:]
            result = names(value, basis, separator) if name == "authors" else stated(value, basis)
            if isinstance(result, Finding):
                troubles.append(result)
            elif result:
                known[name] = result
                break
        else:
            findings.extend(troubles[:1])
    return Metadata(**known), tuple(findings)
