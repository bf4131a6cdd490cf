"""A page's source, read once from its beginning to its end: words, links, tweets and head, each with its place.

No tree is built. The scan follows the HTML standard's tokenizer (section 13.2.5) as far as places need it, takes every
input, and is linear in its length: what never closes is closed by what follows, or by the end.
"""

import re
from html import unescape
from typing import NamedTuple

from archiver.model import Span
from archiver.references.html.words import Words

_TAG = re.compile(
    r"""<(?:(?P<close>/)?(?P<name>[A-Za-z][^\s/>]*+)(?P<attributes>(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])*+)>?
    |(?P<comment>!--)|[!?/][^>]*+>?)""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=][^\s>/=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>]*+)))?+"""
)
# Elements whose content is no markup (section 13.1.2).
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "textarea", "title", "xmp")
}
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_BLOCKS = """
    address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure
    footer form frameset h1 h2 h3 h4 h5 h6 head header hr html legend li main menu nav ol option p pre section select
    summary table tbody tfoot thead tr ul
"""
_LINES = frozenset(_BLOCKS.split())
_CELLS = frozenset(("td", "th", "iframe", "img", "input", "button", "textarea", "video", "audio"))
# What an element of a kind closes when it stands innermost (section 13.1.2.4, the cases that matter for paths).
_CLOSES: dict[str, tuple[str, ...]] = dict.fromkeys(_LINES - {"br", "option", "body", "html"}, ("p",))
_CLOSES |= {"li": ("li", "p"), "tr": ("tr", "td", "th"), "td": ("td", "th"), "th": ("td", "th"), "option": ("option",)}
_CLOSES |= {"dd": ("dd", "dt", "p"), "dt": ("dd", "dt", "p")}
# Browsers flatten what is nested more deeply. So bounded, a hostile page costs what its length costs.
_DEEPEST = 512
_DEEPEST_PATH = 64
_MOST_ANCHORS = 200_000

_ROLES = re.compile(r"(?i)twitter-(?:tweet|video|widget)|data-tweet-?id|platform\.twitter\.com/embed|tweetid")


class Attribute(NamedTuple):
    """An attribute's value as it stands in the source, and its place; `value` has its character references read."""

    value: str
    span: Span


class Element(NamedTuple):
    """A start tag: the element's name in lower case, its attributes by name, its place, and its path from the root."""

    name: str
    attributes: dict[str, Attribute]
    span: Span
    path: str | None

    def value(self, name: str) -> str:
        """The value of an attribute; empty where there is none."""
        found = self.attributes.get(name)
        return found.value if found else ""


class Anchor(NamedTuple):
    """A link of the page: its start tag, and what stands between that and its end."""

    element: Element
    inner: Span


class Embed(NamedTuple):
    """An element that shows a tweet: its start tag, its whole extent, its words, and the elements in it that matter."""

    element: Element
    span: Span
    words: Words
    inside: tuple[Element, ...]


class _Open(NamedTuple):
    name: str
    number: int
    children: dict[str, int]


class Page:
    """What a decoded source says, in its order. `words` are those that stand outside of tweets.

    `unread` are the scripts and style sheets, in which no reader of the page sees anything.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.words = Words(source)
        self.anchors: list[Anchor] = []
        self.embeds: list[Embed] = []
        self.metas: list[Element] = []
        self.json_ld: list[Span] = []
        self.titles: list[Span] = []
        self.unread: list[Span] = []
        self.depth = 0
        self.tags = 0
        self.has_more_anchors = False
        _Scan(self).run()


class _Scan:
    """The scan's state: what is open where it stands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._source = page.source
        self._words = page.words
        self._open: list[_Open] = [_Open("", 1, {})]
        self._anchor: Element | None = None
        self._embed: Element | None = None
        self._embed_depth = 0
        self._inside: list[Element] = []
        self._endless: set[str] = set()

    def run(self) -> None:
        """Read all of the source."""
        done, source = 0, self._source
        while match := _TAG.search(source, done):
            if done < match.start():
                self._words.add(done, match.start())
            done = self._tag(match)
        self._words.add(done, len(source))
        self._end_anchor(len(source))
        if self._embed:
            self._cut_embed()

    def _tag(self, match: re.Match[str]) -> int:
        """Take in a tag; where the scan goes on."""
        if match["comment"]:
            end = self._source.find("-->", match.start() + 2)
            return end + 3 if end >= 0 else len(self._source)
        if match["name"] is None:
            return match.end()
        self._page.tags += 1
        name = match["name"].lower()
        if match["close"]:
            self._end(name, match.start(), match.end())
            return match.end()
        self._start(name, match)
        return self._raw(name, match) if name in _RAW else match.end()

    def _start(self, name: str, match: re.Match[str]) -> None:
        self._break(name)
        self._imply(name, match.start())
        number = self._count(name)
        is_wanted = name in {"a", "area", "meta", "link", "base", "html", "script"} or (
            "tw" in match["attributes"].lower() and _ROLES.search(match["attributes"])
        )
        self._page.depth = max(self._page.depth, len(self._open))
        if name not in _VOID and len(self._open) <= _DEEPEST:
            self._open.append(_Open(name, number, {}))
        if is_wanted:
            self._want(Element(name, self._attributes(match), Span(*match.span()), self._path(name, number)))

    def _want(self, element: Element) -> None:
        name = element.name
        if name in {"meta", "link", "base", "html"}:
            self._page.metas.append(element)
        elif name in {"a", "area"}:
            self._end_anchor(element.span.start)
            self._inside += [element] if self._embed else []
            self._anchor = element
            if name == "area":
                self._end_anchor(element.span.end)
        elif self._embed:
            self._inside.append(element)
        elif name != "script" and is_embed(element):
            self._begin_embed(element)
        elif name == "script" and element.value("type").strip().lower() == "application/ld+json":
            self._page.json_ld.append(element.span)

    def _begin_embed(self, element: Element) -> None:
        self._embed, self._embed_depth = element, len(self._open)
        self._words, self._inside = Words(self._source), []

    def _end_embed(self, end: int) -> None:
        assert self._embed is not None
        span = Span(self._embed.span.start, end)
        self._page.embeds.append(Embed(self._embed, span, self._words, tuple(self._inside)))
        self._embed, self._words = None, self._page.words
        self._words.part()

    def _cut_embed(self) -> None:
        """A tweet that never ends: it ends with the first link to a status within it, else where it begins."""
        from archiver.references.urls import status

        assert self._embed is not None
        anchors = (anchor for anchor in self._page.anchors if anchor.element.span.start >= self._embed.span.start)
        named = next((each for each in anchors if status(each.element.value("href"))), None)
        end = named.inner.end if named else self._embed.span.end
        behind = self._words.split(end)
        self._inside = [element for element in self._inside if element.span.start < end]
        self._end_embed(end)
        self._page.words.extend(behind)

    def _end(self, name: str, start: int, end: int) -> None:
        self._break(name)
        if name == "a":
            self._end_anchor(start)
        depth = len(self._open) - 1
        while depth and self._open[depth].name != name:
            depth -= 1
        if depth:
            self._close(depth, end)

    def _close(self, depth: int, end: int) -> None:
        """Close the open element number `depth`, and all within it."""
        del self._open[depth:]
        if self._embed and len(self._open) < self._embed_depth:
            self._end_embed(end)

    def _imply(self, name: str, start: int) -> None:
        closed = _CLOSES.get(name)
        while closed and self._open[-1].name in closed:
            self._close(len(self._open) - 1, start)

    def _end_anchor(self, end: int) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor and len(self._page.anchors) < _MOST_ANCHORS:
            self._page.anchors.append(Anchor(anchor, Span(anchor.span.end, max(anchor.span.end, end))))
        elif anchor:
            self._page.has_more_anchors = True

    def _raw(self, name: str, match: re.Match[str]) -> int:
        """Pass over an element's content that is no markup; where nothing ends it, it is taken for markup after all."""
        found = None if name in self._endless else _RAW[name].search(self._source, match.end())
        if found is None:
            self._endless.add(name)
            if name == "script" and self._page.json_ld[-1:] == [Span(*match.span())]:
                self._page.json_ld.pop()
            return match.end()
        inner = Span(match.end(), found.start())
        if name == "script" and self._page.json_ld[-1:] == [Span(*match.span())]:
            self._page.json_ld[-1] = inner
        elif name in {"script", "style"}:
            self._page.unread.append(inner)
        if name == "title":
            self._page.titles.append(inner)
        return found.start()

    def _break(self, name: str) -> None:
        if name in _LINES:
            self._words.part()
        elif name in _CELLS:
            self._words.separate()

    def _count(self, name: str) -> int:
        children = self._open[-1].children
        children[name] = children.get(name, 0) + 1
        return children[name]

    def _path(self, name: str, number: int) -> str | None:
        """The element's path from the root; None where it is nested more deeply than any page is by intention."""
        if len(self._open) > _DEEPEST_PATH:
            return None
        steps = [f"{each.name}[{each.number}]" for each in self._open[1:]]
        if name in _VOID or self._open[-1].name != name:
            steps.append(f"{name}[{number}]")
        return "/".join(steps)

    def _attributes(self, match: re.Match[str]) -> dict[str, Attribute]:
        """The attributes of a start tag; of two of one name the first counts (section 13.2.5.33)."""
        found: dict[str, Attribute] = {}
        for each in _ATTRIBUTE.finditer(self._source, *match.span("attributes")):
            group = next((group for group in ("double", "single", "bare") if each[group] is not None), "name")
            value = unescape(each[group]) if group != "name" else ""
            found.setdefault(each["name"].lower(), Attribute(value, Span(*each.span(group))))
        return found


def is_embed(element: Element) -> bool:
    """Whether an element shows a tweet, and not a timeline or a button of Twitter's."""
    classes = element.value("class").lower().split()
    if {"twitter-tweet", "twitter-tweet-rendered", "twitter-video", "twitter-tweet-error"} & set(classes):
        return True
    if any(element.value(name).strip().isdecimal() for name in ("data-tweet-id", "data-tweetid")):
        return element.name not in {"a", "script"}
    return element.name == "iframe" and "platform.twitter.com/embed" in element.value("src")
