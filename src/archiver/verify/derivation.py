"""The derivation of one article, replayed: original bytes, decoded, with every repair made, are the normalised text."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from archiver.findings import Finding
from archiver.model import Repair
from archiver.record.provenance import repairs_from, runs_from
from archiver.references.html.runs import RunError, replay
from archiver.sources.jsontext import Parsed, parse
from archiver.text.decode import NO_CHARSETS
from archiver.text.ledger import LedgerError, apply, unapply
from archiver.warc.reader import Record


def check(article: Mapping[str, Any], original: Record, conversion: Record) -> Iterator[Finding]:
    """What does not follow. `article` is valid against its schema; the records are those that it is about."""
    wrong = [*check_bytes(article, original), *_text(article, original, conversion)]
    yield from wrong
    if original.block is None or conversion.block is None:
        yield Finding(code="I615", message="The article is too long to be replayed; only its digests were checked.")
        return
    if wrong:
        return
    try:
        text = conversion.block.decode("utf-8")
    except UnicodeDecodeError as error:
        yield Finding(code="E605", message=f"Byte {error.start} of the conversion is not UTF-8.")
        return
    source = source_text(article["source"], original.block)
    if isinstance(source, Finding):
        yield source
        return
    extracted = _extracted(article, source)
    if isinstance(extracted, Finding):
        yield extracted
        return
    repairs = repairs_from(article)
    yield from _replayed(extracted, text, [entry for entry in repairs if entry.field == "text"])
    yield from _fields(article, repairs)
    yield from _spans(article, text, len(source))
    yield from _on_page(article, source)


def source_text(source: Mapping[str, Any], payload: bytes) -> str | Finding:
    """The decoded source text of an article: of JSON, the string that `source.pointer` names (RFC 6901)."""
    encoding, pointer = source["encoding"], source["pointer"]
    if encoding == "utf-8" and pointer is not None:
        with suppress(orjson.JSONDecodeError):  # it is UTF-8 then, of which no decoding loses a byte
            return _pointed(orjson.loads(payload), pointer)
    try:
        text = "" if codecs.lookup(encoding).name in NO_CHARSETS else payload.decode(encoding, "surrogateescape")
        lossless = text.encode(encoding, "surrogateescape") == payload
    except (LookupError, ValueError) as error:
        return Finding(code="E606", message=f"The original cannot be decoded as {encoding[:40]}: {error}."[:300])
    if not lossless:
        return Finding(code="E606", message=f"Decoding the original as {encoding[:40]} does not give its bytes back.")
    return text if pointer is None else _pointed(json_value(text), pointer)


def _pointed(value: Any, pointer: str) -> str | Finding:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdecimal() and len(key) < 10:
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value
    return Finding(
        code="E606",
        message="The pointer names no string of the original.",
        path="$.source.pointer",
        found=pointer[:200],
    )


def json_value(text: str) -> Any:
    """The value of a JSON text, `None` where it is none; what orjson is too strict for is read with more patience."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        parsed = parse(text)
        return parsed.value if isinstance(parsed, Parsed) else None


def _extracted(article: Mapping[str, Any], source: str) -> str | Finding:
    """The text on which the repairs were made: the source itself or, of a page, what its runs give."""
    runs = runs_from(article)
    try:
        return source if runs is None else replay(source, runs)
    except RunError as error:
        return Finding(code="E607", message=f"The runs do not fit the page: {error}.", path=f"$.runs[{error.index}]")


def _on_page(article: Mapping[str, Any], source: str) -> Iterator[Finding]:
    """Whether the links of a page stand in it as the record has them, and every occurrence of a tweet lies in it."""
    if "runs" not in article:
        return
    for number, link in enumerate(article["links"]):
        if source[slice(*link["source_span"])] != link["href"]:
            message = "What stands at the link's place on the page is not its `href`."
            yield Finding(code="E609", message=message, path=f"$.links[{number}].source_span", found=link["href"][:200])
    for number, tweet in enumerate(article["tweets"]):
        if not all(start <= end <= len(source) for start, end in tweet.get("occurrences", ())):
            message = f"An occurrence does not lie within the {len(source)} code points of the page."
            yield Finding(code="E609", message=message, path=f"$.tweets[{number}].occurrences")


def check_bytes(article: Mapping[str, Any], original: Record) -> Iterator[Finding]:
    """Whether `original` holds the bytes that a record (of an article, or of a rejected item) says it is about."""
    source = article["source"]
    if (source["digest"], source["length"]) != (original.block_digest, original.block_length):
        yield Finding(
            code="E603",
            message="The article was made from other bytes than the record that it refers to holds.",
            path="$.source",
            found=f"{original.block_digest}, {original.block_length} bytes",
            expected=f"{source['digest']}, {source['length']} bytes",
        )


def _text(article: Mapping[str, Any], original: Record, conversion: Record) -> Iterator[Finding]:
    text = article["text"]
    if isinstance(text, str):
        yield Finding(
            code="E605", message="The record holds a text of its own, not the digest of its conversion.", path="$.text"
        )
    elif (text["digest"], text["length"]) != (conversion.block_digest, conversion.block_length):
        yield Finding(
            code="E605",
            message="The conversion is not the text that the article record speaks of.",
            path="$.text",
            found=f"{conversion.block_digest}, {conversion.block_length} bytes",
            expected=f"{text['digest']}, {text['length']} bytes",
        )
    if conversion.uri != original.uri:
        message = "The conversion's WARC-Target-URI is not a copy of its original's (WARC 1.1 section 5.14)."
        yield Finding(code="E610", message=message, found=conversion.uri, expected=original.uri)


def _replayed(source: str, text: str, repairs: Sequence[Repair]) -> Iterator[Finding]:
    """What is wrong with the ledger: played from the original, and from the text back to it."""
    forth, back = "turn the original into the conversion", "lead from the text back to the original"
    for code, play, given, wanted, leads, fits in (
        ("E607", apply, source, text, forth, "original"),
        ("E608", unapply, text, source, back, "text"),
    ):
        try:
            if play(given, repairs) != wanted:
                yield Finding(code=code, message=f"The repairs do not {leads}.", path="$.repairs")
        except LedgerError as error:
            message = f"The repairs do not fit the {fits}: {error}."
            yield Finding(code=code, message=message, path=f"$.repairs[{error.index}]")


def _fields(article: Mapping[str, Any], repairs: Sequence[Repair]) -> Iterator[Finding]:
    """The repairs of title, site and authors fit what the record says now; where they stood is not recorded."""
    authors = {f"authors/{number}": author["name"] for number, author in enumerate(article["authors"])}
    values = {"title": article["title"], "site": article["site"], **authors}
    for name in sorted({entry.field for entry in repairs} - {"text"}):
        try:
            unapply(values.get(name) or "", [entry for entry in repairs if entry.field == name])
        except LedgerError as error:
            yield Finding(code="E608", message=f"The repairs of {name} do not fit it: {error}.", path="$.repairs")


def _spans(article: Mapping[str, Any], text: str, source_length: int) -> Iterator[Finding]:
    links, tweets = article["links"], article["tweets"]
    for kind, entries in (("links", links), ("tweets", tweets)):
        for number, entry in enumerate(entries):
            path = f"$.{kind}[{number}]"
            for name, length in (("span", len(text)), ("source_span", source_length)):
                if entry[name] is not None and not 0 <= entry[name][0] <= entry[name][1] <= length:
                    message = f"The span does not lie within the {length} code points of its text."
                    yield Finding(code="E609", message=message, path=f"{path}.{name}", found=str(entry[name]))
    owned = [frozenset(tweet["links"]) for tweet in tweets]
    for number, link in enumerate(links):
        surface = link["text"] if link["span"] is None else text[slice(*link["span"])]
        if surface != link["text"]:
            message = "The text at the link's span is not the link's text."
            yield Finding(
                code="E609",
                message=message,
                path=f"$.links[{number}].span",
                found=surface[:200],
                expected=link["text"][:200],
            )
        if link["tweet"] is not None and (link["tweet"] >= len(tweets) or number not in owned[link["tweet"]]):
            yield Finding(
                code="E609", message="Link and tweet do not name each other.", path=f"$.links[{number}].tweet"
            )
    for number, tweet in enumerate(tweets):
        if any(link >= len(links) or links[link]["tweet"] != number for link in tweet["links"]):
            yield Finding(
                code="E609", message="Tweet and link do not name each other.", path=f"$.tweets[{number}].links"
            )
