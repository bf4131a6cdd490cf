"""The part of the reading copy behind the text: where the article comes from, and what was done to it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archiver.findings import CODES, Finding
from archiver.model import Article, Moment, Repair, Source, Stated
from archiver.package.safe import anchor, escape, exact, isolated
from archiver.text.rules import RULES, WHITE_SPACE

MOST_ROWS = 200
_LONGEST_CELL = 120
_NOT_STATED = '<span class="soft">not stated</span>'


def summary(article: Article, original_uri: str) -> Iterator[str]:
    """The section about an article's provenance, in pieces; `original_uri` is where its original record stands."""
    yield '<section id="provenance" aria-labelledby="about">\n<h2 id="about">Provenance</h2>\n<dl>\n'
    for name, value in _facts(article, original_uri):
        yield f"<dt>{name}</dt><dd>{value}</dd>\n"
    yield "</dl>\n"
    yield from _findings(article.findings)
    yield from _rules(article.repairs)
    yield from _repairs(article.repairs)
    yield "</section>\n"


def _facts(article: Article, original_uri: str) -> Iterator[tuple[str, str]]:
    """The rows of the overview: a name, and its value as HTML."""
    source = article.source
    yield "Title", _text(article.title)
    yield "Authors", ", ".join(map(isolated, article.authors)) or _NOT_STATED
    yield "Publication", _text(article.site)
    yield "Language", _text(article.language)
    yield "Published", _moment(article.published)
    yield "Modified", _moment(article.modified)
    yield "Retrieved", _moment(article.retrieved)
    yield "Address", _url(article.url)
    yield "Source", f"{isolated(source.name)}, {source.length:,} bytes from byte {source.offset:,}"
    if source.pointer is not None:
        yield "Field", f"<code>{isolated(source.pointer)}</code>"
    yield "Read as", f"{isolated(source.media_type)}, {_encoding(source)}"
    yield "Digest", f"<code>{isolated(source.digest)}</code>"
    yield "Article", f"<code>{isolated(article.id)}</code>"
    yield "Original", anchor(original_uri, original_uri)
    yield "Links", _counts([link.kind for link in article.links])
    yield "Tweets", _counts([tweet.form for tweet in article.tweets])


def _text(value: str | None) -> str:
    return _NOT_STATED if value is None else isolated(value)


def _basis(basis: str) -> str:
    return f'<span class="soft">({isolated(basis)})</span>'


def _moment(moment: Moment | None) -> str:
    if moment is None:
        return _NOT_STATED
    return f"{isolated(moment.value)}, to the {escape(moment.precision)} {_basis(moment.basis)}"


def _url(url: Stated | None) -> str:
    return _NOT_STATED if url is None else f"{anchor(url.value, url.value)} {_basis(url.basis)}"


def _encoding(source: Source) -> str:
    return f"{isolated(source.encoding or 'unknown encoding')} {_basis(source.encoding_basis or 'unknown')}"


def _counts(kinds: Sequence[str]) -> str:
    if not kinds:
        return "none"
    each = ", ".join(f"{escape(kind)} {count:,}" for kind, count in sorted(Counter(kinds).items()))
    return f"{len(kinds):,} ({each})"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield "<h3>Findings</h3>\n<ul>\n"
    for finding in findings[:MOST_ROWS]:
        title = CODES[finding.code].title if finding.code in CODES else finding.severity
        yield f"<li><code>{escape(finding.code)}</code> {escape(title)}: {isolated(finding.message)}</li>\n"
    yield f"</ul>\n{_rest(len(findings))}"


def _rules(repairs: Sequence[Repair]) -> Iterator[str]:
    """How often each rule changed something, and what it stands for."""
    if not repairs:
        yield "<h3>Repairs</h3>\n<p>None: the text is as it was found.</p>\n"
        return
    software: dict[str, set[str]] = {}
    for repair in repairs:
        software.setdefault(repair.rule, set()).add(repair.by)
    counted = Counter(repair.rule for repair in repairs)
    yield "<table>\n<caption>Repairs by rule</caption>\n<thead><tr>"
    yield '<th scope="col">Rule</th><th scope="col">What it says</th><th scope="col">Times</th></tr></thead>\n<tbody>\n'
    for rule, times in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        says = RULES[rule].says if rule in RULES else ""
        by = isolated(", ".join(sorted(software[rule])))
        yield f'<tr><td class="rule">{isolated(rule)}</td><td>{escape(says)} <span class="soft">{by}</span></td>'
        yield f'<td class="number">{times:,}</td></tr>\n'
    yield "</tbody>\n</table>\n"


def marked(repairs: Iterable[Repair]) -> list[Repair]:
    """The repairs that a reader is shown one by one."""
    return [repair for repair in repairs if repair.rule not in WHITE_SPACE]


def _repairs(repairs: Sequence[Repair]) -> Iterator[str]:
    shown = marked(repairs)
    if not shown:
        return
    yield '<table>\n<caption>Repairs one by one</caption>\n<thead><tr><th scope="col">No.</th>'
    yield '<th scope="col">It was</th><th scope="col">It is</th><th scope="col">Rule, confidence</th>'
    yield '<th scope="col" class="wide">Place in source</th></tr></thead>\n<tbody>\n'
    for number, repair in enumerate(shown[:MOST_ROWS], 1):
        yield _row(number, repair)
    yield f"</tbody>\n</table>\n{_rest(len(shown))}"


def _row(number: int, repair: Repair) -> str:
    in_text = repair.field == "text"
    name = f'<a href="#r{number}">{number}</a>' if in_text else str(number)
    place = f"{repair.source_span.start:,}" if in_text else f"{isolated(repair.field)} {repair.source_span.start:,}"
    cells = (
        f"<td>{name}</td>",
        f"<td>{_exact(repair.before)}</td>",
        f"<td>{_exact(repair.after)}</td>",
        f'<td class="rule">{isolated(repair.rule)}, <span class="soft">{escape(repair.confidence)}</span></td>',
        f'<td class="wide">{place}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _exact(text: str) -> str:
    if not text:
        return '<span class="soft">nothing</span>'
    return f'<code class="exact"><bdi>{escape(exact(text, _LONGEST_CELL))}</bdi></code>'


def _rest(number: int) -> str:
    if number <= MOST_ROWS:
        return ""
    return f'<p class="soft">The first {MOST_ROWS} of {number:,}; the article record in the package holds all.</p>\n'
