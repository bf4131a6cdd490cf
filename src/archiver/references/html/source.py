"""A page's source, read once from its beginning to its end: words, links, tweets and head, each with its place.

No tree is built. The scan follows the HTML standard's tokenizer (section 13.2.5) as far as places need it, takes every
input, and is linear in its length: what never closes is closed by what follows, or by the end.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from archiver.model import Span
from archiver.references.html.bounds import Closing, ends
from archiver.references.html.elements import (
    LONGEST_EMOJI,
    Attribute,
    Element,
    attribute_value,
    has_role,
    is_aside,
    is_embed,
    is_emoji,
    is_signed,
    named_by,
)
from archiver.references.html.stack import HEAD, VOID, Kind, Stack, kind_of
from archiver.references.html.words import Words

_TAG = re.compile(
    r"""<(?:(/)?([A-Za-z][^\s/>]*+)((?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])*+)>?|(!--)|[!?/][^>]*+>?)"""
)
_CLOSE, _NAME, _ATTRIBUTES, _COMMENT = 1, 2, 3, 4
# The name, and the value in double quotes, single quotes or none.
_ATTRIBUTE = re.compile(r"""([^\s"'>/=][^\s>/=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+""")
# Elements whose content is no markup (section 13.1.2).
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "textarea", "title", "xmp")
}
# The end tag of these may be left out before that of the element around them (section 13.1.2.4).
_ENDLESS = frozenset(("li", "dt", "dd", "p", "option", "tr", "td", "th"))
# Where a link's address waits until a script fills it in, and what stands there instead.
_WAITING = ("data-href", "data-url", "data-link")
_ADDRESS = re.compile(r"(?i)https?://|//[a-z0-9]|/[a-z0-9]")
_EMPTY = re.compile(r"(?i)\s*(?:#|javascript:|about:blank|\Z)")
# So bounded, a hostile page costs what its length costs.
_MOST_TAGS = 2_000_000
_MOST_ANCHORS = 100_000
_MOST_EMBEDS = 20_000
_MOST_METAS = 20_000
_MOST_INSIDE = 10_000
_MOST_ATTRIBUTES = 500


class Anchor(NamedTuple):
    """A link of the page: its start tag, and what stands between that and its end."""

    element: Element
    inner: Span


class Embed(NamedTuple):
    """An element that shows a tweet: its start tag, its whole extent, its words, and the elements in it that matter.

    One that only names a tweet, to be filled by a script, has no extent but its start tag: `is_point`. `is_aside` is
    what stands in a footer, a side bar, among comments and the like.
    """

    element: Element
    span: Span
    words: Words
    inside: tuple[Element, ...]
    is_point: bool = False
    is_aside: bool = False


def unmatched(source: str, span: Span) -> Iterator[str]:
    """The end tags of a stretch of the source that close what began before it, then the start tags it leaves open."""
    opened: list[str] = []
    place = span.start
    while match := _TAG.search(source, place, span.end):
        place, name = match.end(), (match[_NAME] or "").lower()
        if match[_CLOSE] and name in opened:
            while opened.pop() != name:
                pass
        elif match[_CLOSE]:
            yield f"</{name}>"
        elif name and name not in VOID:
            opened.append(name)
            closing = _RAW[name].search(source, place, span.end) if name in _RAW else None
            place = closing.start() if closing else place
    yield from (f"<{name}>" for name in opened if name != "a")


class Page:
    """What a decoded source says, in its order. `words` are those that stand outside of tweets.

    `unread` are scripts, style sheets, comments and the like, in which no reader of the page sees anything.
    `unclosed` are those tweets whose element nothing closes before those around it do.
    `is_cut` says that there are more tags, text, tweets or links of a tweet than are read of one page.
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
        self.comments: list[Span] = []
        self.unclosed: set[Span] = set()
        self.depth = 0
        self.tags = 0
        self.has_more_anchors = False
        self.is_cut = False
        _Scan(self).run()


class _Scan:
    """The scan's state: what is open where it stands."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._source = page.source
        self._words = page.words
        self._stack = Stack()
        self._anchor: Element | None = None
        self._embed: Element | None = None
        self._embed_depth = 0
        self._embed_anchors = 0
        self._left: list[tuple[int, Span]] = []  # tweets that end while their element, of a number, is still open
        self._inside: list[Element] = []
        self._endless: set[str] = set()
        self._aside_depth = 0
        self._embed_aside = False
        self._has_roles = has_role(page.source)

    def run(self) -> None:
        """Read all of the source."""
        done, source = 0, self._source
        for _ in range(_MOST_TAGS):
            match = _TAG.search(source, done)
            if match is None:
                self._words.add(done, len(source))
                break
            start = match.start()
            if done < start:
                self._words.add(done, start)
            done = self._tag(match) if match[_NAME] else self._passed(match)
        else:
            self._page.is_cut = True
        if self._embed:
            self._end_embed(len(source), "none")
        self._end_anchor(len(source))
        self._page.depth = self._stack.deepest
        self._page.is_cut |= self._page.words.is_cut or len(self._page.embeds) >= _MOST_EMBEDS

    def _passed(self, match: re.Match[str]) -> int:
        """Pass over a comment, a declaration or a processing instruction; where the scan goes on."""
        if not match[_COMMENT]:
            return match.end()
        end = self._behind("-->", match.start() + 2)
        self._page.unread.append(Span(match.start(), end))
        self._page.comments.append(Span(match.start(), end))
        return end

    def _tag(self, match: re.Match[str]) -> int:
        """Take in a tag; where the scan goes on."""
        self._page.tags += 1
        kind = kind_of(match[_NAME])
        name = kind.name
        if kind.is_line:
            self._words.part()
        elif name == "img" and self._embed and not match[_CLOSE] and self._emoji(match):
            return match.end()
        elif kind.is_cell:
            self._words.separate()
        if match[_CLOSE]:
            self._end(name, match)
            return match.end()
        self._start(name, kind, match)
        return self._raw(name, match) if name in _RAW else match.end()

    def _start(self, name: str, kind: Kind, match: re.Match[str]) -> None:
        stack = self._stack
        while kind.closes and stack.names[-1] in kind.closes:
            self._close(len(stack) - 1, match.start())
        step = stack.open(name, kind.is_void)
        if self._has_roles and not self._aside_depth and not kind.is_void and is_aside(name, match[_ATTRIBUTES]):
            self._aside_depth = len(stack)
        if kind.is_wanted or (self._has_roles and (name == "blockquote" or has_role(match[_ATTRIBUTES]))):
            attributes = self._link(match) if name in {"a", "area"} else self._attributes(match)
            self._want(Element(name, attributes, Span(*match.span()), stack.path(step)))

    def _link(self, match: re.Match[str]) -> dict[str, Attribute]:
        """The `href` of a link. Where a script is to fill it, what waits for that."""
        found = self._attributes(match, "href")
        if "data-" in match[_ATTRIBUTES] and ("href" not in found or _EMPTY.match(found["href"].value)):
            waiting = (self._attributes(match, name).get(name) for name in _WAITING)
            lazy = next((each for each in waiting if each and _ADDRESS.match(each.value)), None)
            return {"href": lazy} if lazy else found
        return found

    def _emoji(self, match: re.Match[str]) -> bool:
        """Whether an image of a tweet stands for a character; then its alternative text is read."""
        stated = self._attributes(match, "alt").get("alt") if is_emoji(match[_ATTRIBUTES]) else None
        if stated is None or len(stated.value) > LONGEST_EMOJI:
            return False
        self._words.add(*stated.span)
        return True

    def _want(self, element: Element) -> None:
        name, page = element.name, self._page
        if name in HEAD:
            page.metas += [element] if len(page.metas) < _MOST_METAS else []
            page.unread += [element.span] if name in {"meta", "link"} else []
        elif name in {"a", "area"}:
            self._end_anchor(element.span.start)
            self._hold(element)
            self._anchor = element
            if name == "area":
                self._end_anchor(element.span.end)
        elif self._embed and not (name == "blockquote" and not self._words.is_blank() and self._shows(element)):
            self._hold(element)
        elif name not in VOID and len(page.embeds) < _MOST_EMBEDS and self._shows(element):
            self._begin_embed(element)
        else:
            self._point_at(element)

    def _hold(self, element: Element) -> None:
        """Keep an element that stands within a tweet."""
        if self._embed and len(self._inside) < _MOST_INSIDE:
            self._inside.append(element)
        elif self._embed:
            self._page.is_cut = True

    def _shows(self, element: Element) -> bool:
        return is_embed(element) or (element.name == "blockquote" and is_signed(self._source, element.span.end))

    def _begin_embed(self, element: Element) -> None:
        if self._embed:
            self._end_embed(element.span.start, "inner")
        self._embed, self._embed_depth = element, len(self._stack)
        self._embed_aside = self._aside_depth > 0
        self._embed_anchors = len(self._page.anchors)
        self._words, self._inside = Words(self._source), []

    def _end_embed(self, end: int, closing: Closing) -> None:
        """The tweets of an element; what stands behind them in it is the page's again."""
        element, page = self._embed, self._page
        assert element is not None
        start, words = element.span.start, self._words
        places = ends(words, Span(element.span.end, max(end, element.span.end)), list(self._links(end)), closing)
        behind = [words.split(place) for place in reversed(places)]
        for place in places:
            first = bisect_left(self._inside, place, key=lambda each: each.span.start)
            inside, self._inside = self._inside[:first], self._inside[first:]
            page.embeds.append(Embed(element, Span(start, place), words, tuple(inside), is_aside=self._embed_aside))
            start, words = place, Words(self._source)
            words.extend(behind.pop())
            element = Element("blockquote", {}, Span(place, place), element.path)
        if closing != "own":
            page.unclosed.add(page.embeds[-1].span)
        if closing == "inner":
            self._left.append((self._embed_depth - 1, page.embeds[-1].span))
        self._embed, self._words = None, page.words
        page.words.part()
        page.words.extend(words.split(0))
        for left in self._inside:  # behind a tweet an element may stand for another
            self._point_at(left)

    def _point_at(self, element: Element) -> None:
        """Take in an element that names a tweet, and shows none itself. No parser knows a name with a hyphen."""
        page = self._page
        if len(page.embeds) < _MOST_EMBEDS and (named_by(element) or is_embed(element)):
            page.embeds.append(Embed(element, element.span, Words(self._source), (), is_point=True))
            page.unread += [element.span] if "-" in element.name else []

    def _links(self, end: int) -> Iterator[tuple[str, Span]]:
        """Addresses and insides of the links within the tweet that is open."""
        for anchor in self._page.anchors[self._embed_anchors :]:
            yield anchor.element.value("href"), anchor.inner
        if self._anchor and self._anchor.span.end <= end:
            yield self._anchor.value("href"), Span(self._anchor.span.end, end)

    def _end(self, name: str, match: re.Match[str]) -> None:
        if name == "a":
            self._end_anchor(match.start())
        names = self._stack.names
        depth = len(names) - 1
        if names[depth] == name or name in names:
            while names[depth] != name:
                depth -= 1
            self._close(depth, match.end() if depth == self._embed_depth - 1 else match.start())

    def _close(self, depth: int, end: int) -> None:
        """Close the open element number `depth`, and all within it."""
        self._stack.close(depth)
        while self._left and self._left[-1][0] >= depth:
            number, span = self._left.pop()
            if number == depth:
                self._page.unclosed.discard(span)
        if depth < self._aside_depth:
            self._aside_depth = 0
        if self._embed and depth < self._embed_depth:
            is_own = depth == self._embed_depth - 1
            is_own |= depth == self._embed_depth - 2 and self._embed.name in _ENDLESS
            self._end_embed(end, "own" if is_own else "none")

    def _end_anchor(self, end: int) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor and len(self._page.anchors) < _MOST_ANCHORS:
            self._page.anchors.append(Anchor(anchor, Span(anchor.span.end, max(anchor.span.end, end))))
        elif anchor:
            self._page.has_more_anchors = True

    def _raw(self, name: str, match: re.Match[str]) -> int:
        """Pass over an element's content that is no markup; where nothing ends it, it is taken for markup after all."""
        closing = None if name in self._endless else _RAW[name].search(self._source, match.end())
        if closing is None:
            self._endless.add(name)
            return match.end()
        inner = Span(match.end(), closing.start())
        if name == "title":
            self._page.titles.append(inner)
        elif name == "script" and self._is_json_ld(match):
            self._page.json_ld.append(inner)
        elif name in {"script", "style"}:
            self._page.unread.append(Span(match.start(), self._behind(">", closing.end())))
        return closing.start()

    def _behind(self, mark: str, place: int) -> int:
        """The place behind the next `mark`, or the end of the source."""
        at = self._source.find(mark, place)
        return at + len(mark) if at >= 0 else len(self._source)

    def _is_json_ld(self, match: re.Match[str]) -> bool:
        if "json" not in match[_ATTRIBUTES].lower():
            return False
        stated = self._attributes(match, "type").get("type")
        return stated is not None and stated.value.partition(";")[0].strip().lower() == "application/ld+json"

    def _attributes(self, match: re.Match[str], wanted: str | None = None) -> dict[str, Attribute]:
        """The attributes of a start tag, or one of them; of two of one name the first counts (section 13.2.5.33)."""
        found: dict[str, Attribute] = {}
        for each in islice(_ATTRIBUTE.finditer(self._source, *match.span(_ATTRIBUTES)), _MOST_ATTRIBUTES):
            name = each[1].lower()
            if name not in found and wanted in {None, name}:
                group = each.lastindex or 1
                value = "" if group == 1 else attribute_value(each[group])
                found[name] = Attribute(value, Span(*each.span(group)))
                if wanted:
                    break
        return found
