"""One capture in, one outcome out. Pure: no file, no clock. Read this first.

decode → read the item → repair → find references → build the record → hold it to the schema. A capture that fails on
the way is `Rejected` with the findings that say why; nothing is raised for data that is not right.
"""

import re
from dataclasses import replace
from urllib.parse import quote

from archiver.findings import Finding
from archiver.model import (
    PAGE_TYPES,
    Archived,
    Article,
    Capture,
    Confidence,
    Digest,
    Metadata,
    Moment,
    References,
    Rejected,
    Repair,
    Source,
    Stated,
    derived_id,
    sha256,
)
from archiver.pack.config import Config
from archiver.record import provenance, schema
from archiver.references.dates import doubted, latest
from archiver.references.find import find
from archiver.references.html.read import read
from archiver.references.html.refer import left_out, references
from archiver.references.urls import absolute
from archiver.sources.dates import moment
from archiver.sources.jsontext import parse
from archiver.sources.layouts import Item, recognise
from archiver.sources.metadata import merged
from archiver.sources.pages import metadata as page_metadata
from archiver.text.charset import decode_page
from archiver.text.decode import Decoded, decode, decode_json, not_text
from archiver.text.ledger import Alignment
from archiver.text.repair import Repaired, repair

# How much of what is lost a finding shows, in code points.
LOST_SHOWN = 20
# BCP 47 section 2.1, as far as a pattern can tell.
_TAG = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def process(capture: Capture, config: Config) -> Archived | Rejected:
    """What becomes of a capture: an article with a record that is valid against the schema, or a rejection."""
    digest = sha256(capture.payload)
    if _fatal(capture.trouble):
        return rejected(capture, digest, capture.trouble)
    decoded = _decoded(capture)
    if _fatal(decoded.findings):
        return rejected(capture, digest, (*capture.trouble, *decoded.findings))
    item = _item(capture, decoded, config)
    if isinstance(item, Finding):
        return rejected(capture, digest, (*capture.trouble, item))
    article = _article(capture, digest, decoded, item, config)
    if not article.text.strip() and not _is_page(capture):
        empty = Finding(code="E101", message="The text is empty, or nothing but white space.")
        return rejected(capture, digest, (*capture.trouble, empty))
    record = provenance.to_dict(article, inline=False)
    invalid = tuple(schema.check(record, schema.ARTICLE))
    if invalid:
        return rejected(capture, digest, (*article.findings, *invalid))
    return Archived(capture=capture, article=article, record=provenance.to_bytes(record))


def rejected(capture: Capture, digest: Digest, findings: tuple[Finding, ...]) -> Rejected:
    """The rejection of a capture whose payload has `digest`, with its record."""
    rejected_id = derived_id("rejected", capture.name, capture.offset, digest)
    source = {
        "name": capture.name,
        "offset": capture.offset,
        "length": len(capture.payload),
        "digest": digest,
        "media_type": capture.media_type,
    }
    record = provenance.to_bytes(provenance.rejection(rejected_id, source, findings))
    return Rejected(capture=capture, id=rejected_id, digest=digest, findings=findings, record=record)


def _is_page(capture: Capture) -> bool:
    """Whether there is a page, which may show its text by script alone: W121 then says that it holds none."""
    return capture.media_type in PAGE_TYPES and bool(capture.payload.strip())


def _fatal(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _decoded(capture: Capture) -> Decoded:
    declared = capture.beside.encoding.value if capture.beside.encoding else None
    if capture.media_type in PAGE_TYPES:
        return decode_page(capture.payload, declared)
    reads = decode_json if capture.media_type == "application/json" else decode
    return reads(capture.payload, declared)


def _item(capture: Capture, decoded: Decoded, config: Config) -> Item | Finding:
    """The article's text within the item, and what the item itself says about it."""
    if capture.media_type in PAGE_TYPES:
        return not_text(capture.payload) or _page(decoded.text)
    if capture.media_type != "application/json":
        return not_text(capture.payload) or Item(pointer="", text=decoded.text, layout="text", metadata=Metadata())
    parsed = parse(decoded.text)
    if isinstance(parsed, Finding):
        return parsed
    item = recognise(parsed.value, dict(config.fields))
    if isinstance(item, Finding) or not parsed.findings:
        return item
    return replace(item, findings=(*parsed.findings, *item.findings))


def _page(source: str) -> Item:
    """The main text of a page, and what the page says of it."""
    extract = read(source)
    message = "No main text was told from the rest of the page; all of its text was taken."
    findings = () if extract.is_main else (Finding(code="W121", message=message),)
    known = page_metadata(extract.page)
    return Item(pointer="", text=extract.text, layout="page", metadata=known, findings=findings, extract=extract)


def _article(capture: Capture, digest: Digest, decoded: Decoded, item: Item, config: Config) -> Article:
    known = merged(item.metadata, capture.beside, _from_base(capture, config.base_uri))
    notes = [*capture.trouble, *decoded.findings, *item.findings]
    url = _url(known.url, config.base_uri, notes)
    published, modified, retrieved = (_moment(known, name, notes) for name in ("published", "modified", "retrieved"))
    least = config.min_confidence
    body = repair(item.text, min_confidence=least)
    # No tweet in an article is younger than its last version, or than the copy of it.
    dated = latest(published, modified) or retrieved
    found = _references(item, body, url.value if url else None, dated)
    title = _line(known.title, "title", least)
    site = _line(known.site, "site", least)
    authors = _authors(known.authors, least)
    notes += _lost(body)
    notes += left_out(item.extract, url.value if url else None) if item.extract else []
    notes += doubted(found.tweets, dated)
    return Article(
        id=derived_id("article", capture.name, capture.offset, digest),
        url=url,
        title=title.text if title else None,
        authors=tuple(author.text for author in authors),
        site=site.text if site else None,
        language=_language(known.language, notes),
        published=published,
        modified=modified,
        retrieved=retrieved,
        source=_source(capture, digest, decoded, item),
        text=body.text,
        repairs=_entries(body, title, site, *authors),
        suggestions=tuple(entry for part in (body, title, site, *authors) if part for entry in part.suggestions),
        links=found.links,
        tweets=found.tweets,
        findings=tuple(notes),
        runs=item.extract.runs if item.extract else None,
    )


def _references(item: Item, body: Repaired, page: str | None, dated: Moment | None) -> References:
    if item.extract:
        return references(item.extract, body.text, body.repairs, page=page, published=dated)
    return find(body.text, to_source=Alignment(body.repairs).to_source, page=page, published=dated)


def _from_base(capture: Capture, base: str | None) -> Metadata:
    """Where a text file stood, by its name below the base URI. An item of a JSON file has no address of its own."""
    if base is None or capture.media_type == "application/json":
        return Metadata()
    return Metadata(url=Stated(value=quote(capture.name), basis="option:--base-uri"))


def _url(stated: Stated | None, base: str | None, notes: list[Finding]) -> Stated | None:
    if stated is None:
        return None
    value = absolute(stated.value, base)
    if value is None:
        message = f"The URL of {stated.basis} is not absolute, or holds what no URL can; the record has none."
        notes.append(Finding(code="W112", message=message, path="$.url", found=ascii(stated.value)))
        return None
    return Stated(value=value, basis=stated.basis)


def _moment(known: Metadata, name: str, notes: list[Finding]) -> Moment | None:
    stated = getattr(known, name)
    if stated is None:
        return None
    read = moment(stated)
    if read is None:
        message = f"The date of {stated.basis} is in no form that can be read without guessing; the record has none."
        notes.append(Finding(code="W113", message=message, path=f"$.{name}", found=ascii(stated.value)))
    return read


def _language(stated: Stated | None, notes: list[Finding]) -> str | None:
    """A language tag, also where it is spelt as a locale: `en_GB`."""
    if stated is None:
        return None
    tag = stated.value.strip().split(".")[0].replace("_", "-")
    if _TAG.fullmatch(tag):
        return tag
    message = f"What {stated.basis} holds is no language tag (BCP 47); the record has none."
    notes.append(Finding(code="W116", message=message, path="$.language", found=ascii(stated.value)))
    return None


def _line(stated: Stated | None, field: str, least: Confidence) -> Repaired | None:
    """A repaired metadata string; none where nothing is left of it."""
    repaired = repair(stated.value, field, min_confidence=least) if stated else None
    return repaired if repaired and repaired.text.strip() else None


def _authors(stated: tuple[Stated, ...], least: Confidence) -> list[Repaired]:
    authors: list[Repaired] = []
    for name in stated:
        line = _line(name, f"authors/{len(authors)}", least)
        authors += [line] if line else []
    return authors


def _lost(body: Repaired) -> list[Finding]:
    if not body.lost:
        return []
    places = "At 1 place" if len(body.lost) == 1 else f"At {len(body.lost)} places"
    first = body.lost[0]
    message = f"{places} characters are lost for good, or stand that are no text; the first is at {first.start}."
    return [Finding(code="W114", message=message, path="$.text", found=ascii(first.of(body.text)[:LOST_SHOWN]))]


def _entries(*parts: Repaired | None) -> tuple[Repair, ...]:
    return tuple(entry for part in parts if part for entry in part.repairs)


def _source(capture: Capture, digest: Digest, decoded: Decoded, item: Item) -> Source:
    return Source(
        name=capture.name,
        offset=capture.offset,
        length=len(capture.payload),
        digest=digest,
        media_type=capture.media_type,
        encoding=decoded.encoding,
        encoding_basis=decoded.basis,
        pointer=item.pointer or None,
    )
