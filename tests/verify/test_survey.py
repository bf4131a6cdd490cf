"""A duplicate's record, whose original stands far from it: what it says is settled, or is looked up and found wrong."""

from pathlib import Path
from typing import Any

import pytest

from archiver.pack.config import Config
from archiver.pack.run import pack
from archiver.verify import survey
from archiver.verify.lookup import Lookup
from archiver.verify.verify import verify
from archiver.warc.reader import Record
from tests.verify.packages import copy, edit_json

TEXTS = ("The cafÃ© is closed. https://t.co/Zz9aa", "Rain.", "The cafÃ© is closed. https://t.co/Zz9aa", "Rain.", "")


@pytest.fixture(scope="module")
def duplicates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with two articles and a rejected item, each three times."""
    folder = tmp_path_factory.mktemp("duplicates")
    lines = "".join(f'{{"text": "{text}"}}\n' for text in (*TEXTS, *TEXTS[2:], ""))
    (folder / "wire.jsonl").write_text(lines, encoding="utf-8")
    report = pack([folder / "wire.jsonl"], folder / "package", Config(created="2024-05-06T07:08:09Z"))
    assert report.counts["items"] == {"archived": 2, "duplicate": 4, "rejected": 3}
    return folder / "package"


def test_what_the_first_article_said_is_not_looked_up_again(duplicates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[int] = []
    whole = Lookup.at

    def counted(lookup: Lookup, name: str, offset: int) -> Record | None:
        looked_up.append(offset)
        return whole(lookup, name, offset)

    monkeypatch.setattr(Lookup, "at", counted)
    assert list(verify(duplicates)) == []
    assert looked_up == []
    monkeypatch.setattr(survey, "_SETTLED", 0)
    assert list(verify(duplicates)) == []
    assert len(looked_up) == 4 * len(("record", "original", "conversion"))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("source", "length"), 1, "E603"),
        (("source", "digest"), "sha256:" + 64 * "0", "E603"),
        (("text", "length"), 1, "E605"),
        (("text", "digest"), "sha256:" + 64 * "0", "E604"),
        (("source", "pointer"), "/title", "E606"),
        (("repairs", 0, "after"), "!", "E607"),
        (("links", 0, "span"), [0, 5], "E609"),
        (("links", 0, "kind"), "media", "E624"),
    ],
)
def test_what_a_duplicate_says_otherwise_is_held_to_its_original(
    duplicates: Path, tmp_path: Path, path: tuple[Any, ...], value: object, code: str
) -> None:
    seen: list[str | None] = []

    def is_last(record: Record) -> bool:
        """The last record of the article with a link."""
        is_one = record.type == "metadata" and b"t.co" in (record.block or b"")
        seen.extend([record.id] if is_one else [])
        return is_one and len(seen) == 3

    def change(record: dict[str, Any]) -> None:
        *above, name = path
        for step in above:
            record = record[step]
        record[name] = value

    root = copy(duplicates, tmp_path)
    edit_json(root, is_last, change)
    found = list(verify(root))
    assert code in [each.code for each in found]
    assert {each.record for each in found} - {None} == {seen[2]}
