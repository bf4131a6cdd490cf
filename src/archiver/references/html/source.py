"""A page's source, read once from its beginning to its end: words, links, tweets and head, each with its place.

No tree is built. The scan follows the HTML standard's tokenizer (section 13.2.5) as far as places need it, takes every
input, and is linear in its length: what never closes is closed by what follows, or by the end.
"""

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from archiver.model import Span
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
from archiver.references.html.words import Words
from archiver.references.urls import status

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
# Where a link's address waits until a script fills it in, and what stands there instead.
_WAITING = ("data-href", "data-url", "data-link")
_ADDRESS = re.compile(r"(?i)https?://|//[a-z0-9]|/[a-z0-9]")
_EMPTY = re.compile(r"(?i)\s*(?:#|javascript:|about:blank|\Z)")
_HEAD = frozenset(("meta", "link", "base", "html", "time"))
_WANTED = _HEAD | {"a", "area"}
# Browsers flatten what is nested more deeply. So bounded, a hostile page costs what its length costs.
_DEEPEST = 512
_DEEPEST_PATH = 64
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


class _Kind(NamedTuple):
    """What the scan does at the tags of an element's name, which `name` is in lower case."""

    name: str
    is_line: bool
    is_cell: bool
    closes: tuple[str, ...]
    is_void: bool
    is_wanted: bool


@lru_cache(maxsize=512)
def _kind(found: str) -> _Kind:
    name = found.lower()
    return _Kind(name, name in _LINES, name in _CELLS, _CLOSES.get(name, ()), name in _VOID, name in _WANTED)


class _Stack:
    """The elements that are open, the innermost last: their names, and their steps of a path."""

    def __init__(self) -> None:
        self.names = [""]
        self.deepest = 0
        self._steps = [""]
        self._children: list[dict[str, int] | None] = [None]

    def __len__(self) -> int:
        return len(self.names)

    def open(self, name: str, is_void: bool) -> str:
        """Open an element, or pass by one that has no content; its step of a path."""
        children = self._children[-1]
        if children is None:  # most elements have none
            children = self._children[-1] = {}
        number = children[name] = children.get(name, 0) + 1
        step = f"{name}[{number}]"
        depth = len(self.names)
        if depth > self.deepest:
            self.deepest = depth
        if not is_void and depth <= _DEEPEST:
            self.names.append(name)
            self._steps.append(step)
            self._children.append(None)
        return step

    def close(self, depth: int) -> None:
        """Close the element number `depth`, and all within it."""
        if depth == len(self.names) - 1:  # as it is with nearly all
            self.names.pop()
            self._steps.pop()
            self._children.pop()
        else:
            del self.names[depth:], self._steps[depth:], self._children[depth:]

    def path(self, step: str) -> str | None:
        """The path of the element that was opened last; None where it is nested more deeply than any by intention."""
        if len(self.names) > _DEEPEST_PATH:
            return None
        steps = self._steps[1:]
        return "/".join(steps if steps and steps[-1] is step else [*steps, step])


class Page:
    """What a decoded source says, in its order. `words` are those that stand outside of tweets.

    `unread` are scripts, style sheets, comments and the like, in which no reader of the page sees anything.
    `is_cut` says that there are more tags, more text or more tweets than are read of one page.
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
        self._stack = _Stack()
        self._anchor: Element | None = None
        self._embed: Element | None = None
        self._embed_depth = 0
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
        self._end_anchor(len(source))
        if self._embed:
            self._cut_embed()
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
        kind = _kind(match[_NAME])
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

    def _start(self, name: str, kind: _Kind, match: re.Match[str]) -> None:
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
        if name in _HEAD:
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
        elif len(page.embeds) < _MOST_EMBEDS:
            if self._shows(element):
                self._begin_embed(element)
            elif named_by(element):
                page.embeds.append(Embed(element, element.span, Words(self._source), (), is_point=True))

    def _hold(self, element: Element) -> None:
        """Keep an element that stands within a tweet."""
        if self._embed and len(self._inside) < _MOST_INSIDE:
            self._inside.append(element)

    def _shows(self, element: Element) -> bool:
        return is_embed(element) or (element.name == "blockquote" and is_signed(self._source, element.span.end))

    def _begin_embed(self, element: Element) -> None:
        if self._embed:
            self._end_embed(element.span.start)
        self._embed, self._embed_depth = element, len(self._stack)
        self._embed_aside = self._aside_depth > 0
        self._words, self._inside = Words(self._source), []

    def _end_embed(self, end: int) -> None:
        assert self._embed is not None
        span = Span(self._embed.span.start, end)
        embed = Embed(self._embed, span, self._words, tuple(self._inside), is_aside=self._embed_aside)
        self._page.embeds.append(embed)
        self._embed, self._words = None, self._page.words
        self._words.part()

    def _cut_embed(self) -> None:
        """A tweet that never ends: it ends with the first link to a status within it, else where it begins."""
        assert self._embed is not None
        anchors = (anchor for anchor in self._page.anchors if anchor.element.span.start >= self._embed.span.start)
        named = next((each for each in anchors if status(each.element.value("href"))), None)
        end = named.inner.end if named else self._embed.span.end
        behind = self._words.split(end)
        self._inside = [element for element in self._inside if element.span.start < end]
        self._end_embed(end)
        self._page.words.extend(behind)

    def _end(self, name: str, match: re.Match[str]) -> None:
        if name == "a":
            self._end_anchor(match.start())
        names = self._stack.names
        depth = len(names) - 1
        if names[depth] == name or name in names:
            while names[depth] != name:
                depth -= 1
            self._close(depth, match.end())

    def _close(self, depth: int, end: int) -> None:
        """Close the open element number `depth`, and all within it."""
        self._stack.close(depth)
        if depth < self._aside_depth:
            self._aside_depth = 0
        if self._embed and depth < self._embed_depth:
            self._end_embed(end)

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
