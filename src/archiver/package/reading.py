"""The reading copy: an article as one page of HTML that needs nothing else, and runs nothing.

The normalised text stands in it once, whole and in order, with its repairs marked, its tweets as quotes and its links
live; behind it stands where it comes from and what was done to it. Everything from the article is hostile, and goes
through `safe`.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Generic, NamedTuple, TypeVar

from archiver import __version__
from archiver.model import Article, Link, Moment, Repair, Span, TweetReference
from archiver.package.marked import Layer, MarkedText, Tags, first_line, whole_lines
from archiver.package.safe import anchor, content, disarmed, escape, exact, is_live, isolated
from archiver.package.summary import MOST_ROWS, marked, summary

_LONGEST_HEADLINE = 160
_LONGEST_BEGINNING = 80
_LONGEST_HINT = 60
_LOST = "\ufffd"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d)(?::\d\d)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip

# pywb and ReplayWeb.page put their own script into the page that they show, and disarm the policy for it: they rename
# the element's `content` attribute. Wherever the page is opened without a player, the policy holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; base-uri 'none'; form-action 'none'"
_HEAD = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="archiver {escape(__version__)}">
""".encode()
# Half of a surrogate pair, in a title or a name, is no character of UTF-8.
_ENCODING = ("utf-8", "xmlcharrefreplace")


_Reference = TypeVar("_Reference", Link, TweetReference)


class _Placed(NamedTuple, Generic[_Reference]):
    """A link or tweet that stands in the text; `span` of a quoted one takes in the line feed of its last line."""

    span: Span
    reference: _Reference


class _Numbered(NamedTuple):
    """A repair with its row's number in the table of repairs."""

    number: int
    repair: Repair

    @property
    def span(self) -> Span:
        return self.repair.span


def render(article: Article, original_uri: str) -> bytes:
    """The reading copy of `article`, UTF-8; `original_uri` is the target URI of its original record.

    The same article always gives the same bytes. Time and size are linear in the article's.
    """
    title, headline = _headline(article)
    body = "".join(_body(article, original_uri, title, headline))
    parts = (_HEAD, f"<title>{content(title)}</title>\n".encode(*_ENCODING), _style(), body.encode(*_ENCODING))
    return b"".join(parts)


def _body(article: Article, original_uri: str, title: str, headline: int | None) -> Iterator[str]:
    yield _notice(article, original_uri)
    direction = "rtl" if _RIGHT_TO_LEFT.match(_first_letter(article.text)) else "ltr"
    yield f'<main>\n<article lang="{escape(article.language or "")}" dir="{direction}">\n{_kicker(article)}'
    # The heading is a block by itself; within a <bdi> its letters would not tell its direction (HTML section 3.2.6.4).
    yield "" if headline is not None else f'<h1 dir="auto">{escape(disarmed(title))}</h1>\n'
    yield '<div class="text">'
    yield from _marked_text(article, headline).html()
    yield "</div>\n</article>\n</main>\n"
    yield from summary(article, original_uri)
    yield "</body>\n</html>\n"


@cache
def _style() -> bytes:
    """The style sheet and what follows it, without what only its authors need: a copy stands in every page."""
    sheet = files(__package__).joinpath("reading.css").read_text("utf-8")
    sheet = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)).strip()
    sheet = re.sub(" ?([{};,]) ?|(?<=:) ", r"\1", sheet).replace(";}", "}")
    return f"<style>{sheet}</style>\n</head>\n<body>\n".encode()


def _headline(article: Article) -> tuple[str, int | None]:
    """The page's title; and where the text's first line starts, when that line is the headline itself."""
    first = first_line(article.text)
    line = first.of(article.text).strip()
    title = (article.title or "").strip()
    if not line or len(line) > _LONGEST_HEADLINE or title not in ("", line):
        return title or _shortened(line) or "Untitled", None
    quoted = any(tweet.span and tweet.span.start <= first.start < tweet.span.end for tweet in article.tweets)
    return line, None if quoted else first.start


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_BEGINNING:
        return line
    blank = line.rfind(" ", _LONGEST_BEGINNING // 2, _LONGEST_BEGINNING)
    return line[: blank if blank > 0 else _LONGEST_BEGINNING] + "…"


def _first_letter(text: str) -> str:
    match = re.search(r"[^\W\d_]", text)
    return match.group() if match else ""


def _notice(article: Article, original_uri: str) -> str:
    shown = marked(article.repairs)
    lost = sum(_LOST in repair.after for repair in shown)
    parts = ["<b>Reading copy</b> of an archived article"]
    if shown:
        parts.append(f"<ins>repairs</ins> are marked ({len(shown):,})")
    if lost:
        parts.append(f'<ins class="lost">{_LOST}</ins> is lost ({lost:,})')
    parts.append('<a href="#provenance">Provenance</a>')
    if is_live(original_uri):
        parts.append(f'<a href="{escape(original_uri)}">Original</a>')
    return f'<header class="notice">{" · ".join(parts)}</header>\n'


def _kicker(article: Article) -> str:
    parts = [isolated(part) for part in (article.site, ", ".join(article.authors)) if part]
    if article.published:
        parts.append(_time(article.published))
    return f'<p class="kicker">{" · ".join(parts)}</p>\n' if parts else ""


def _time(moment: Moment) -> str:
    """A moment as people write it, no more precise than it is known."""
    match = _DATE.fullmatch(moment.value)
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return isolated(moment.value)
    year, month, day, clock, zone = match.groups()
    date = [str(int(day))] if day else []
    date += [_MONTHS[int(month) - 1]] if month else []
    time = f", {clock} {'UTC' if zone == 'Z' else zone or ''}".rstrip() if clock else ""
    return f'<time datetime="{moment.value}" lang="en"><bdi>{" ".join([*date, year])}{time}</bdi></time>'


def _marked_text(article: Article, headline: int | None) -> MarkedText:
    text = article.text
    placed = [_Placed(tweet.span, tweet) for tweet in article.tweets if tweet.span]
    lines = [(whole_lines(text, one.span), one) for one in placed]
    quotes = [_Placed(span, tweet) for span, (_, tweet) in lines if span]
    inline = [one for span, one in lines if not span and one.span.start < one.span.end]
    links = [_Placed(link.span, link) for link in article.links if link.span and link.span.start < link.span.end]
    numbered = [_Numbered(number, repair) for number, repair in enumerate(marked(article.repairs), 1)]
    layers = (
        Layer(inline, lambda one, _: _tweet_tags(one.reference)),
        Layer(links, lambda one, _: _link_tags(one.reference)),
        Layer([one for one in numbered if one.repair.field == "text"], _repair_tags),
    )
    return MarkedText(
        text=text,
        headline=headline,
        blocks=Layer(quotes, lambda quote, _: _quote_tags(text, quote.span, quote.reference)),
        layers=[layer for layer in layers if layer.marks],
    )


def _quote_tags(text: str, span: Span, tweet: TweetReference) -> Tags:
    cite = f' cite="{escape(tweet.url)}"' if tweet.url and is_live(tweet.url) else ""
    more = _unsaid(tweet, span.of(text))
    caption = f'<figcaption class="added">{" · ".join(more)}</figcaption>' if more else ""
    return Tags(f'<figure class="{escape(tweet.form)}"><blockquote{cite}>', f"</blockquote>{caption}</figure>")


def _unsaid(tweet: TweetReference, surface: str) -> list[str]:
    """What the record knows of a tweet, and its text in the article does not say."""
    said = [tweet.author or "", f"@{tweet.handle}" if tweet.handle else ""]
    parts = [isolated(part) for part in said if part and part not in surface]
    if tweet.posted and tweet.posted.basis != "signature":
        parts.append(_time(tweet.posted))
    if tweet.url and tweet.url not in surface and is_live(tweet.url):
        parts.append(anchor(tweet.url, tweet.url))
    return parts


def _tweet_tags(tweet: TweetReference) -> Tags:
    posted = tweet.posted.value if tweet.posted else None
    known = ("Tweet", tweet.author, tweet.handle and f"@{tweet.handle}", posted)
    hint = ", ".join(part for part in known if part)
    return Tags(f'<span class="tweet" title="{escape(exact(hint, _LONGEST_HINT))}">', "</span>")


def _link_tags(link: Link) -> Tags:
    return Tags(f'<a href="{escape(link.url)}">', "</a>") if is_live(link.url) else Tags()


def _repair_tags(numbered: _Numbered, piece: Span) -> Tags:
    number, repair = numbered
    place = f' id="r{number}"' if number <= MOST_ROWS and piece.start == repair.span.start else ""
    kind = ' class="lost"' if _LOST in repair.after else ""
    was, now = (exact(side, _LONGEST_HINT) or "nothing" for side in (repair.before, repair.after))
    return Tags(f'<ins{place}{kind} title="{escape(f"{repair.rule}: {was} → {now}")}">', "</ins>")
