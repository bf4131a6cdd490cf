"""Which article is meant by an id, its beginning, a URL or a name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from archiver.errors import UsedWrongly
from archiver.model import Stated
from archiver.package.lookup import SHOWN, lookup
from archiver.package.open import Entry
from tests.articles import article


class Package:
    """As much of a package as is asked for."""

    def __init__(self, *names: str) -> None:
        self.entries = [self._entry(number, name) for number, name in enumerate(names)]

    @staticmethod
    def _entry(number: int, name: str) -> Entry:
        source = replace(article().source, name=name, offset=100 * number)
        made = article(
            id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000001",
            source=source,
            url=Stated(value=f"https://news.example/{number}", basis="field:url"),
        )
        return Entry(article=made, original_id="urn:uuid:1", warc="archive/a.warc.gz", is_duplicate=False)

    def articles(self) -> "list[Entry]":
        return self.entries

    def rejections(self) -> Iterator[dict[str, Any]]:
        yield {"source": {"name": "broken.jsonl", "offset": 100}}


def found(wanted: str, *names: str) -> int:
    """The number of the article that is found."""
    package = Package(*names)
    return package.entries.index(lookup(package, wanted))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted",
    [
        "b.txt",
        "b.txt@100",
        "https://news.example/1",
        "https://news.example/1#top",
        "urn:uuid:00000001-0000-5000-8000-000000000001",
        "00000001-0000",
        "00000001",
    ],
)
def test_an_article_is_found(wanted: str) -> None:
    assert found(wanted, "a.txt", "b.txt", "c.txt") == 1


@pytest.mark.parametrize(
    "wanted", ["", "b", "00001", "https://news.example/", "b.txt@1", "urn:uuid:", "news.example/1"]
)
def test_an_article_that_is_not_there_is_used_wrongly(wanted: str) -> None:
    with pytest.raises(UsedWrongly, match="archiver list shows"):
        found(wanted, "a.txt", "b.txt")


def test_a_name_that_is_an_id_s_beginning_names_both() -> None:
    with pytest.raises(UsedWrongly, match="more than one"):
        found("0000000", "0000000", "b.txt")


def test_candidates_are_listed_up_to_a_bound() -> None:
    with pytest.raises(UsedWrongly) as caught:
        found("a.jsonl", *["a.jsonl"] * (SHOWN + 2))
    lines = str(caught.value).splitlines()
    assert len(lines) == SHOWN + 2
    assert "a.jsonl@0  The pier is gone" in lines[1]
    assert lines[-1] == "… and more"


@pytest.mark.parametrize("wanted", ["broken.jsonl", "broken.jsonl@100"])
def test_a_rejected_item_is_said_to_be_rejected(wanted: str) -> None:
    with pytest.raises(UsedWrongly, match="was rejected"):
        found(wanted, "a.txt")
