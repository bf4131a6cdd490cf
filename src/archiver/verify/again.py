"""What an article record states, found again in text and original: this very version finds the same in the same.

The links and tweets of a page hang on its elements, which are not read again: of those what the record says in two ways
is compared. What a sidecar or an option said of an item is in the package only as the record has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from archiver.findings import Finding
from archiver.model import Confidence, Metadata, Stated
from archiver.record import provenance
from archiver.references.dates import latest
from archiver.references.find import find
from archiver.references.urls import absolute, kind, status
from archiver.sources.dates import moment
from archiver.sources.layouts import Item, recognise
from archiver.text.ledger import Alignment
from archiver.verify.derivation import json_value

# Words of ASCII with one blank between them, in which nothing is escaped.
_NEEDS_NO_REPAIR = re.compile(r"[A-Za-z0-9.,:;!?()'/-]+(?: [A-Za-z0-9.,:;!?()'/-]+)*")
_DATES = ("published", "modified", "retrieved")


def check(record: Mapping[str, Any], text: str, original: bytes, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Where a record says otherwise than its normalised text and its original give, packed with these options.

    The record is valid, the original is what it speaks of, and its repairs lead from there to the text.
    """
    source = original.decode(record["source"]["encoding"], "surrogateescape")
    if record["source"]["pointer"] is not None:
        yield from _fields(record, source, options)
    yield from _on_page(record, source) if "runs" in record else _in_text(record, text)


def _fields(record: Mapping[str, Any], source: str, options: Mapping[str, Any]) -> Iterator[Finding]:
    """What a JSON item states of itself comes before what is known of it from elsewhere."""
    item = recognise(json_value(source), dict(options.get("fields", ())))
    if not isinstance(item, Item):
        return
    for name, expected in _stated(item.metadata, options).items():
        if record[name] != expected:
            message = "This is not what is found in the article's original."
            found, known = (orjson.dumps(each).decode()[:200] for each in (record[name], expected))
            yield Finding(code="E625", message=message, path=f"$.{name}", found=found, expected=known)


def _stated(known: Metadata, options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the record that the item states, as the record has them."""
    fields: dict[str, Any] = {}
    for name in _DATES:
        stated = getattr(known, name)
        read = moment(stated) if stated else None
        if stated:
            fields[name] = read and {"value": read.value, "precision": read.precision, "basis": read.basis}
    if known.url:
        url = absolute(known.url.value, options.get("base_uri"))
        fields["url"] = url and {"value": url, "basis": known.url.basis}
    least = options.get("min_confidence", "high")
    for name in ("title", "site"):
        stated = getattr(known, name)
        if stated:
            fields[name] = _line(stated, name, least)
    if known.authors:
        names = [_line(each, "authors/0", least) for each in known.authors]
        fields["authors"] = [{"name": name} for name in names if name]
    return fields


def _line(stated: Stated, field: str, least: Confidence) -> str | None:
    text = stated.value
    if not _NEEDS_NO_REPAIR.fullmatch(text):
        from archiver.text.repair import repair  # it takes long to load, and most lines need none

        text = repair(text, field, min_confidence=least).text
    return text if text.strip() else None


def _in_text(record: Mapping[str, Any], text: str) -> Iterator[Finding]:
    alignment = Alignment([entry for entry in provenance.repairs_from(record) if entry.field == "text"])
    published, modified, retrieved = (provenance.moment_from(record[name]) for name in _DATES)
    found = find(
        text,
        to_source=alignment.to_source,
        page=record["url"]["value"] if record["url"] else None,
        published=latest(published, modified) or retrieved,
    )
    made = provenance.references(found)
    for name in ("links", "tweets"):
        yield from _compare(f"$.{name}", record[name], made[name])


def _compare(path: str, stated: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """The first entry that differs, and in what: all that stand behind one that was put in are moved."""
    for number, (one, other) in enumerate(zip(stated, made, strict=False)):
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                yield _differs(f"{path}[{number}].{name}", one.get(name), other.get(name))
                return
    if len(stated) != len(made):
        yield _differs(path, len(stated), len(made))


def _differs(path: str, found: object, expected: object) -> Finding:
    message = "This is not what is found in the article's text."
    return Finding(code="E624", message=message, path=path, found=str(found)[:200], expected=str(expected)[:200])


def _on_page(record: Mapping[str, Any], source: str) -> Iterator[Finding]:
    """What of a page's links and tweets follows from itself: where a link leads, whose a tweet's address says it is."""
    from archiver.references.html.elements import attribute_value  # most articles are no pages
    from archiver.references.html.refer import leads_to

    page = record["url"]["value"] if record["url"] else None
    has_base = "<base" in source.lower()
    for number, link in enumerate(record["links"]):
        path = f"$.links[{number}]"
        if link["kind"] != kind(link["url"], page):
            yield _differs(f"{path}.kind", link["kind"], kind(link["url"], page))
        target = leads_to(attribute_value(link["href"]), page) if link.get("path") and not has_base else link["url"]
        if target != link["url"]:
            yield _differs(f"{path}.url", link["url"], target)
    for number, tweet in enumerate(record["tweets"]):
        named = status(tweet["url"]) if tweet["url"] else None
        pairs = {"status_id": named.id, "handle": named.handle} if named else {}
        for name, value in pairs.items():
            if value is not None and tweet[name] is not None and str(tweet[name]).lower() != str(value).lower():
                yield _differs(f"$.tweets[{number}].{name}", tweet[name], value)
