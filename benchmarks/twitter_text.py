"""twitter-text's conformance cases: what passes, and what stands differently, with the reason.

    python benchmarks/twitter_text.py FOLDER

FOLDER holds `autolink.yml`, `validate.yml` and `hit_highlighting.yml` of twitter-text. An autolink case passes where
links, mentions and hashtags are those of the expected HTML, in its order. A difference without a reason here ends with
status 1.
"""

import argparse
import html
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from archiver.references.links import surfaces
from archiver.references.tweets import hashtags, mentions
from archiver.references.urls import canonical

_ANCHOR = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
# Why an archive wants otherwise, and the cases.
_OTHERWISE = {
    "a scheme makes a link whatever stands before it: software that flattens tweets glues them to what precedes": (
        "@http://example.com",
        "#https://twitter.com @https://twitter.com",
        "$https://twitter.com $twitter.com $http://t.co/abcde $t.co/abcde $t.co $TVI.CA $RBS.CA",
    ),
    "articles name their sources without a scheme (`according to Example.org`): a link where the domain exists": (
        "foo.com",
        "foo.org",
        "foo.net",
        "foo.gov",
        "foo.edu",
        "foo.it twitter.co.jp foo.commerce foo.nettastic foo.us foo.co.uk",
        "See http://example.com example.com",
        "www.example.biz",
        "WWW.EXAMPLE.BIZ",
        "http://foo.com AND https://bar.com AND www.foobar.com",
        "Is www.foo-bar.com a valid URL?",
        "@user Try http:// example.com/path",
        "@user Try http://\xa0example.com/path",
        "See: www.twitter.com or twitter.com/twitter",
    ),
    "an article's source may well be a file on an FTP server": ("ftp://www.example.com/",),
}
_REASONS = {text: reason for reason, texts in _OTHERWISE.items() for text in texts}
_COUNTS = "the length of a tweet before it is sent"
_MARKS = "marks what a search has found in a tweet's HTML: a rendering matter"
_NOT_OURS = {
    ("autolink", "cashtags"): "stock symbols are no part of the record",
    ("autolink", "json"): "links entities that Twitter's API gave: a rendering matter",
    ("hit_highlighting", "plain_text"): _MARKS,
    ("hit_highlighting", "with_links"): _MARKS,
    ("validate", "lists"): "lists are no part of the record",
    ("validate", "tweets"): _COUNTS,
    ("validate", "WeightedTweetsCounterTest"): _COUNTS,
    ("validate", "WeightedTweetsWithDiscountedEmojiCounterTest"): _COUNTS,
    ("validate", "UnicodeDirectionalMarkerCounterTest"): _COUNTS,
}


class Entities(NamedTuple):
    """What a tweet's text names."""

    links: tuple[str, ...]
    mentions: tuple[str, ...]
    hashtags: tuple[str, ...]


def found(text: str) -> Entities:
    """What archiver finds."""
    spans = [surface.span for surface in surfaces(text) if not surface.url.startswith("mailto:")]
    words = text
    for span in reversed(spans):
        words = words[: span.start] + " " + words[span.end :]
    return Entities(tuple(span.of(text) for span in spans), mentions(words), hashtags(words))


def expected(markup: str) -> Entities:
    """What the expected HTML links; a list counts as a mention of its owner."""
    entities = Entities((), (), ())
    for attributes, content in _ANCHOR.findall(markup):
        name = html.unescape(content)
        if "username" in attributes or "list-slug" in attributes:
            entities = entities._replace(mentions=(*entities.mentions, name.split("/")[0]))
        elif "hashtag" in attributes:
            entities = entities._replace(hashtags=(*entities.hashtags, name[1:]))
        elif "cashtag" not in attributes:
            entities = entities._replace(links=(*entities.links, name))
    # The record names each account and each hashtag of a tweet once.
    once = (tuple(dict.fromkeys(names)) for names in entities[1:])
    return Entities(entities.links, *once)


def is_whole_link(text: str) -> bool:
    """Whether a reader of `text` sees one link and nothing else."""
    return found(text).links == (text,)


VALID: dict[str, Callable[[str], bool]] = {
    "usernames": lambda text: mentions(text) == (text[1:],),
    "hashtags": lambda text: hashtags(text) == (text[1:],),
    "urls": is_whole_link,
    "urls_without_protocol": lambda text: canonical(text) is not None,
}


def cases(folder: Path, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each case of a file with its group."""
    tests = yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))["tests"]
    return ((group, case) for group, listed in tests.items() for case in listed)


def difference(name: str, group: str, case: dict[str, Any]) -> str | None:
    """What is not as expected, or None."""
    text, wanted = case["text"], case["expected"]
    got = found(text) if name == "autolink" else VALID[group](text)
    wanted = expected(wanted) if name == "autolink" else wanted
    return None if got == wanted else f"{text[:100]!r}\n      expected {wanted!r:.200}\n      found    {got!r:.200}"


def main() -> int:
    """Print a line a group, and each difference with its reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    count: Counter[tuple[str, str, str]] = Counter()
    for name in ("autolink", "hit_highlighting", "validate"):
        for group, case in cases(folder, name):
            if (name, group) in _NOT_OURS:
                count[name, group, "not ours"] += 1
                continue
            differs = difference(name, group, case)
            reason = _REASONS.get(case["text"])
            outcome = "pass" if differs is None else "reasoned" if reason else "FAIL"
            count[name, group, outcome] += 1
            if differs is not None:
                print(f"{outcome} {name}.{group}: {case['description']}\n      {differs}\n      {reason or '-'}")
    for name, group in sorted({key[:2] for key in count}):
        line = ", ".join(
            f"{count[name, group, outcome]} {outcome}" for outcome in ("pass", "reasoned", "FAIL", "not ours")
        )
        print(f"{name}.{group}: {line}", *([_NOT_OURS[name, group]] if (name, group) in _NOT_OURS else []))
    return int(any(outcome == "FAIL" for *_, outcome in count))


if __name__ == "__main__":
    sys.exit(main())
