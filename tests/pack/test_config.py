"""Options that no package can carry are refused before there is any work."""

from typing import Any

import pytest

from archiver.errors import UsedWrongly
from archiver.pack.config import Config

CREATED = "2024-05-06T07:08:09Z"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"title": "港 — 1st ed.", "description": "", "operator": "The Example Library", "article_title": "Harbour"},
        {"url": "https://news.example/a b", "base_uri": "https://news.example/", "encoding": "windows-1252"},
        {"created": "1970-01-01T00:00:00Z", "fields": (("text", "articleBody"),), "name": "2017-07_b.c"},
        {"created": "9998-12-31T23:59:59Z", "min_confidence": "low", "shard_size": 1, "warc_size": 1},
    ],
)
def test_what_can_be_meant(options: dict[str, Any]) -> None:
    config = Config(**({"created": CREATED} | options))
    assert config.to_dict().items() >= {name: value for name, value in options.items() if value}.items()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        *(({name: text}, f"{name}: .*leave it out") for name in ("title", "description", "operator", "article_title")
          for text in ("a\nb", "a\r\nX: 1", "\x1b", "\x85", "\u2028", "\udcff")),
        *(({"created": text}, "created: .*full UTC seconds")
          for text in (None, "", "2024-05-06", "2024-05-06T07:08:09+02:00", "2024-02-30T00:00:00Z", f"{CREATED}\n")),
        *(({"created": text}, "of the years 1970 to 9998")
          for text in ("1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z")),
        *(({"name": text}, "name: .*begin the WARC files' names") for text in (None, "", "A", "a/b", "a\n")),
        *(({name: text}, f"{name}: .*no absolute URL") for name in ("url", "base_uri")
          for text in ("", "news.example", "https://a\r\nb", "https://a/\udcff", 7)),
        *(({"encoding": text}, "no known encoding") for text in ("utf-9", "rot13", "", "\udcff", 7)),
        ({"fields": (("text", "a"), ("text", "\udcff"))}, "fields: .*U\\+DCFF"),
        ({"fields": (("body", "a"),)}, "'body' is no field of a record; there are text"),
        ({"title": 7}, "title: 7 is no text"),
        ({"min_confidence": "sure"}, "there are certain, high, low"),
        *(({name: size}, f"{name}: .*no size") for name in ("shard_size", "max_item_size", "warc_size")
          for size in (0, -1, "64M")),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsedWrongly, match=says):
        Config(**({"created": CREATED} | options))
