"""The article record as JSON: the one way out of the model, and the one way back in."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from archiver import __version__
from archiver.findings import Finding
from archiver.model import (
    Article,
    Digest,
    Link,
    Moment,
    References,
    Repair,
    Run,
    Source,
    Span,
    Stated,
    TweetReference,
    sha256,
)
from archiver.record import schema

SOFTWARE = "archiver"
_SURROGATE = re.compile("[\ud800-\udfff]")
ACTIVITIES = ("decode", "repair", "extract", "validate")


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """A record as it stands in a package: compact UTF-8 JSON with a line feed at its end."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def to_dict(article: Article, *, inline: bool) -> dict[str, Any]:
    """The article record. With `inline` its `text` is the text itself, else the text's digest and length in bytes."""
    return {
        "schema": schema.ARTICLE,
        "id": article.id,
        "url": _stated(article.url),
        "title": article.title,
        "authors": [{"name": name} for name in article.authors],
        "site": article.site,
        "language": article.language,
        "published": _moment(article.published),
        "modified": _moment(article.modified),
        "retrieved": _moment(article.retrieved),
        "source": _source(article.source),
        "text": article.text if inline else _measured(article.text.encode()),
        **({} if article.runs is None else {"runs": [_run(run) for run in article.runs]}),
        "repairs": ledger(article.repairs),
        **({"suggestions": ledger(article.suggestions)} if article.suggestions else {}),
        **references(References(links=article.links, tweets=article.tweets)),
        "findings": [_finding(finding) for finding in article.findings],
        "provenance": {"activities": [_activity(name) for name in ACTIVITIES]},
    }


def ledger(repairs: Iterable[Repair]) -> list[dict[str, Any]]:
    """A ledger as the record has it."""
    return [_repair(entry) for entry in repairs]


def references(found: References) -> dict[str, list[dict[str, Any]]]:
    """Links and tweets as the record has them."""
    return {"links": [_link(link) for link in found.links], "tweets": [_tweet(tweet) for tweet in found.tweets]}


def rejection(rejected_id: str, source: Mapping[str, Any], findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The rejection record (schemas/rejection.v1.schema.json)."""
    ordered = sorted(findings, key=lambda finding: ("EWI".index(finding.code[0]), finding.code))
    return {
        "schema": schema.REJECTION,
        "id": rejected_id,
        "source": dict(source),
        "findings": [_finding(finding) for finding in ordered],
    }


def at_line(record: bytes, line: int | None) -> bytes:
    """A rejection record with the line of the source at which its item begins, or without any."""
    value = orjson.loads(record)
    value["source"].pop("line", None)
    if line is not None:
        value["source"]["line"] = line
    return to_bytes(value)


def whole(value: Any) -> Any:
    """A record that is valid against its schema, with its numbers as integers: to JSON Schema, 1.0 is one too.

    >>> whole({"span": [0.0, 1.0]})
    {'span': [0, 1]}
    """
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) else value


def from_dict(record: Mapping[str, Any], text: str) -> Article:
    """The article of a record that is valid against the schema; `text` is its normalised text.

    Its numbers must be integers as such: see `whole`.
    """
    return Article(
        id=record["id"],
        url=Stated(**record["url"]) if record["url"] else None,
        title=record["title"],
        authors=tuple(author["name"] for author in record["authors"]),
        site=record["site"],
        language=record["language"],
        published=moment_from(record["published"]),
        modified=moment_from(record["modified"]),
        retrieved=moment_from(record["retrieved"]),
        source=Source(**{**record["source"], "digest": Digest(record["source"]["digest"])}),
        text=text,
        repairs=repairs_from(record),
        suggestions=tuple(_to_repair(entry) for entry in record.get("suggestions", ())),
        runs=runs_from(record),
        links=tuple(_to_link(link) for link in record["links"]),
        tweets=tuple(_to_tweet(tweet) for tweet in record["tweets"]),
        findings=tuple(
            Finding(**{name: value for name, value in finding.items() if name != "severity"})
            for finding in record["findings"]
        ),
    )


def repairs_from(record: Mapping[str, Any]) -> tuple[Repair, ...]:
    """The ledger of a record that is valid against the schema, with every code point of the source."""
    return tuple(_to_repair(entry) for entry in record["repairs"])


def runs_from(record: Mapping[str, Any]) -> tuple[Run, ...] | None:
    """The runs of a record that is valid against the schema; None where it is not about a page."""
    if "runs" not in record:
        return None
    return tuple(Run(Span(*run["source_span"]), run.get("text")) for run in record["runs"])


def _activity(name: str) -> dict[str, str]:
    return {"name": name, "software": SOFTWARE, "version": __version__}


def _stated(stated: Stated | None) -> dict[str, str] | None:
    return {"value": stated.value, "basis": stated.basis} if stated else None


def _moment(moment: Moment | None) -> dict[str, str] | None:
    return {"value": moment.value, "precision": moment.precision, "basis": moment.basis} if moment else None


def moment_from(value: Mapping[str, Any] | None) -> Moment | None:
    """A date or time of a record that is valid against the schema."""
    return Moment(**value) if value else None


def _measured(text: bytes) -> dict[str, str | int]:
    return {"digest": sha256(text), "length": len(text)}


def _source(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "offset": source.offset,
        "length": source.length,
        "digest": source.digest,
        "media_type": source.media_type,
        "encoding": source.encoding,
        "encoding_basis": source.encoding_basis,
        "pointer": source.pointer,
    }


def _repair(entry: Repair) -> dict[str, Any]:
    """A ledger entry. What JSON text cannot carry (RFC 8259 section 8.2) stands as numbers beside a readable form."""
    shown = _SURROGATE.sub("\ufffd", entry.before)
    exact = {} if shown == entry.before else {"before_code_points": [ord(char) for char in entry.before]}
    return {
        **({} if entry.field == "text" else {"field": entry.field}),
        "rule": entry.rule,
        "before": shown,
        **exact,
        "after": entry.after,
        "source_span": list(entry.source_span),
        "span": list(entry.span),
        "confidence": entry.confidence,
        "by": entry.by,
        **({} if entry.plan is None else {"plan": entry.plan}),
    }


def _to_repair(entry: Mapping[str, Any]) -> Repair:
    exact = entry.get("before_code_points")
    return Repair(
        field=entry.get("field", "text"),
        rule=entry["rule"],
        before="".join(map(chr, exact)) if exact else entry["before"],
        after=entry["after"],
        source_span=Span(*entry["source_span"]),
        span=Span(*entry["span"]),
        confidence=entry["confidence"],
        by=entry["by"],
        plan=entry.get("plan"),
    )


def _run(run: Run) -> dict[str, Any]:
    place = list(run.source_span)
    return {"source_span": place} if run.text is None else {"source_span": place, "text": run.text}


def _link(link: Link) -> dict[str, Any]:
    return {
        "href": link.href,
        "url": link.url,
        "kind": link.kind,
        "text": link.text,
        "span": _span(link.span),
        "source_span": list(link.source_span),
        "tweet": link.tweet,
        **({"truncated": True} if link.truncated else {}),
        **_placed(link),
    }


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else list(span)


def _placed(reference: Link | TweetReference) -> dict[str, str]:
    """Where on a page a reference stands, as far as that is known."""
    return {name: value for name in ("region", "path") if (value := getattr(reference, name)) is not None}


def _to_link(link: Mapping[str, Any]) -> Link:
    return Link(**{**link, "span": _to_span(link["span"]), "source_span": Span(*link["source_span"])})


def _to_span(span: list[int] | None) -> Span | None:
    return None if span is None else Span(*span)


def _tweet(tweet: TweetReference) -> dict[str, Any]:
    return {
        "form": tweet.form,
        "author": tweet.author,
        "handle": tweet.handle,
        "status_id": tweet.status_id,
        "url": tweet.url,
        "posted": _moment(tweet.posted),
        "dates": tweet.dates,
        "text": tweet.text,
        "span": _span(tweet.span),
        "source_span": list(tweet.source_span),
        "links": list(tweet.links),
        "mentions": list(tweet.mentions),
        "hashtags": list(tweet.hashtags),
        **({} if tweet.confidence is None else {"confidence": tweet.confidence}),
        **_placed(tweet),
        **({"occurrences": [list(span) for span in tweet.occurrences]} if tweet.occurrences else {}),
    }


def _to_tweet(tweet: Mapping[str, Any]) -> TweetReference:
    spans: dict[str, Any] = {"span": _to_span(tweet["span"]), "source_span": Span(*tweet["source_span"])}
    spans["occurrences"] = tuple(Span(*span) for span in tweet.get("occurrences", ()))
    lists = {name: tuple(tweet[name]) for name in ("links", "mentions", "hashtags")}
    return TweetReference(**{**tweet, **spans, **lists, "posted": moment_from(tweet["posted"])})


def _finding(finding: Finding) -> dict[str, Any]:
    """A finding inside a record: its place is the record's own source, so only what lies within is said."""
    inside = ("code", "severity", "message", "path", "found", "expected")
    return {name: value for name, value in finding.to_dict().items() if name in inside}
