"""Which article is meant: by id, by the beginning of an id, by URL, or by source name."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from archiver.errors import UsedWrongly
from archiver.model import Article
from archiver.package.open import Entry, Package
from archiver.package.pages import title_of
from archiver.package.safe import disarmed

_ID = re.compile(r"(?:urn:uuid:)?([0-9a-f][0-9a-f-]{5,35})", re.IGNORECASE)
SHOWN = 10
"""So many candidates are listed where more than one article is meant."""


def lookup(package: Package, wanted: str) -> Entry:
    """The one article that `wanted` names.

    `wanted` is an id (`urn:uuid:…`, or at least six of its digits), a URL, or a source's name, with `@` and the item's
    offset in bytes where the source holds several. Raises UsedWrongly where it names none, or more than one.
    """
    is_meant = _matcher(wanted)
    found = list(islice((entry for entry in package.articles() if is_meant(entry.article)), SHOWN + 1))
    if len(found) == 1:
        return found[0]
    shown = disarmed(wanted)
    if not found and any(wanted in _names(item["source"]) for item in package.rejections()):
        raise UsedWrongly(f"{shown} was rejected; archiver list --rejected says why")
    if not found:
        raise UsedWrongly(f"no article has the id, URL or source name {shown}; archiver list shows what there is")
    raise UsedWrongly(
        "\n".join((f"{shown} names more than one article; give the id or NAME@OFFSET:", *_candidates(found)))
    )


def _matcher(wanted: str) -> Callable[[Article], bool]:
    by_id = _ID.fullmatch(wanted)
    beginning = f"urn:uuid:{by_id[1].lower()}" if by_id else None
    url = wanted.partition("#")[0]

    def is_meant(article: Article) -> bool:
        source = article.source
        names = (source.name, f"{source.name}@{source.offset}")
        return (
            (beginning is not None and article.id.startswith(beginning))
            or wanted in names
            or (article.url is not None and article.url.value == url)
        )

    return is_meant


def _names(source: Mapping[str, Any]) -> tuple[str, str]:
    return source["name"], f"{source['name']}@{source['offset']}"


def _candidates(found: list[Entry]) -> Iterator[str]:
    for entry in found[:SHOWN]:
        article = entry.article
        name = f"{article.source.name}@{article.source.offset}"
        yield disarmed(f"{article.id}  {name}  {title_of(article)}")
    if len(found) > SHOWN:
        yield "… and more"
