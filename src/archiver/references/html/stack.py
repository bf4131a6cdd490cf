"""What the scan of a page does at the tags of an element's name, and the elements that are open where it stands."""

from functools import lru_cache
from typing import NamedTuple

VOID = frozenset(
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
HEAD = frozenset(("meta", "link", "base", "html", "time"))
_WANTED = HEAD | {"a", "area"}
# Browsers flatten what is nested more deeply. So bounded, a stack costs little.
_DEEPEST = 512
_DEEPEST_PATH = 64


class Kind(NamedTuple):
    """What the scan does at the tags of an element's name, which `name` is in lower case."""

    name: str
    is_line: bool
    is_cell: bool
    closes: tuple[str, ...]
    is_void: bool
    is_wanted: bool


@lru_cache(maxsize=512)
def kind_of(found: str) -> Kind:
    """What an element's name, in whatever case, says of its tags."""
    name = found.lower()
    return Kind(name, name in _LINES, name in _CELLS, _CLOSES.get(name, ()), name in VOID, name in _WANTED)


class Stack:
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
