"""One article as text: what is known of it, its text, and every repair, link and tweet."""

from collections.abc import Iterator

from archiver.model import Article, Link, Moment, Repair, Span, Stated, TweetReference
from archiver.package.open import Entry
from archiver.package.pages import title_of
from archiver.package.safe import exact
from archiver.report import findings, plain
from archiver.report.explained import explained, suggested
from archiver.text.ledger import LedgerError, unapply

LABEL = 10
QUOTED = 60
"""A repaired stretch is shown up to so many code points."""


def page(entry: Entry) -> Iterator[str]:
    """The lines of an article's page."""
    article = entry.article
    title = plain.line(title_of(article))
    yield title
    yield "─" * min(plain.width(title), 78)
    yield from _facts(entry)
    yield from _section("Text", [plain.block(article.text, "  ").rstrip("\n")])
    source = _source(article)
    yield from _section(f"Repairs ({len(article.repairs)})", _repairs(article, source))
    if article.suggestions:
        told = suggested(source or "", article.text, _of_text(article.suggestions))
        yield from _section(f"Seen and not changed ({len(article.suggestions)})", told)
    yield from _section(f"Links ({len(article.links)})", map(_link, article.links))
    yield from _section(f"Tweets ({len(article.tweets)})", [line for tweet in article.tweets for line in _tweet(tweet)])
    yield from _section(f"Findings ({len(article.findings)})", (f"  {findings.row(note)}" for note in article.findings))


def _facts(entry: Entry) -> Iterator[str]:
    article, source = entry.article, entry.article.source
    encoding = f", {source.encoding} ({source.encoding_basis})" if source.encoding else ""
    facts = (
        ("id", article.id),
        ("url", _stated(article.url)),
        ("authors", ", ".join(article.authors)),
        ("site", article.site),
        ("language", article.language),
        ("published", _moment(article.published)),
        ("modified", _moment(article.modified)),
        ("retrieved", _moment(article.retrieved)),
        ("source", f"{source.name}, bytes {source.offset} to {source.offset + source.length}"),
        ("", f"{source.media_type}{encoding}{f', text at {source.pointer}' if source.pointer else ''}"),
        ("digest", source.digest),
        ("original", f"{entry.warc}, {entry.original_id}"),
        ("", "the same bytes came more than once; they are kept once" if entry.is_duplicate else None),
    )
    for label, value in facts:
        if value:
            yield f"{label:{LABEL}} {plain.line(value)}"


def _stated(stated: Stated | None) -> str | None:
    return f"{stated.value} ({stated.basis})" if stated else None


def _moment(moment: Moment | None) -> str | None:
    return f"{moment.value} (to the {moment.precision}, {moment.basis})" if moment else None


def _section(title: str, lines: "Iterator[str] | map[str] | list[str]") -> Iterator[str]:
    yield from ("", title)
    yield from lines


def _span(span: Span | None) -> str:
    if span is None:
        return "on the page"
    return f"{span.start}–{span.end}"


def _source(article: Article) -> str | None:
    """The text as it was before the repairs; None where they do not fit it."""
    try:
        return unapply(article.text, _of_text(article.repairs))
    except LedgerError:
        return None


def _repairs(article: Article, source: str | None) -> Iterator[str]:
    """Those of the text with their lines and reasons; those of title, site and authors as they are."""
    if source is None:
        yield "  They do not fit the text; archiver verify says more."
        yield from map(_repair, article.repairs)
        return
    yield from explained(source, article.text, _of_text(article.repairs))
    yield from (_repair(entry) for entry in article.repairs if entry.field != "text")


def _of_text(repairs: tuple[Repair, ...]) -> list[Repair]:
    return [entry for entry in repairs if entry.field == "text"]


def _repair(repair: Repair) -> str:
    change = f"“{exact(repair.before, QUOTED)}” → “{exact(repair.after, QUOTED)}”"
    return plain.line(f"  {repair.field}  {repair.rule}: {change} ({repair.confidence}, {repair.by})")


def _link(link: Link) -> str:
    cut = ", cut short" if link.truncated else ""
    leads = f" → {link.url}" if link.url != link.href else ""
    tweet = ", in a tweet" if link.tweet is not None else ""
    return plain.line(f"  {_span(link.span):>11}  {link.href}{leads} ({link.kind}{cut}{tweet})")


def _tweet(tweet: TweetReference) -> Iterator[str]:
    name = " ".join(part for part in (tweet.author, f"@{tweet.handle}" if tweet.handle else None) if part)
    known = [name, tweet.posted.value if tweet.posted else "", f"status {tweet.status_id}" if tweet.status_id else ""]
    said = ", ".join(part for part in known if part) or "unknown"
    yield plain.line(f"  {_span(tweet.span):>11}  {said} ({tweet.form}, dates: {tweet.dates})")
    if tweet.text:
        yield plain.block(tweet.text, " " * 15)
