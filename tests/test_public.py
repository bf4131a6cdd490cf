"""The public names: what they are, that they are imported when used, and that they give what the commands give."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import archiver

HEAVY = ("ftfy", "jsonschema", "jsonschema_rs", "warcio", "rich", "tldextract", "chardet", "surt", "click")


def test_the_public_names_are_these() -> None:
    assert archiver.__all__ == ["Config", "__version__", "extract", "normalize", "open_package", "pack", "verify"]
    assert all(callable(getattr(archiver, name)) for name in archiver.__all__ if name != "__version__")


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        archiver.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = f"import archiver, sys; print([name for name in {HEAVY} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "[]"


def test_from_text_to_package_and_back(tmp_path: Path) -> None:
    text = "Itâ€™s gone. https://t.co/Zz9aaBbCc1\n— Ada (@ada_e) July 21, 2017"
    (tmp_path / "pier.txt").write_text(text, encoding="utf-8")
    report = archiver.pack(
        [tmp_path / "pier.txt"], str(tmp_path / "out.wacz"), archiver.Config(created="2024-05-06T07:08:09Z")
    )
    assert report.counts["items"] == {"archived": 1, "duplicate": 0, "rejected": 0}
    assert list(archiver.verify(tmp_path / "out.wacz")) == []
    (entry,) = archiver.open_package(tmp_path / "out.wacz").articles()
    normalised, found = archiver.normalize(text), archiver.extract(text)
    assert entry.article.text == normalised.text
    assert entry.article.repairs == normalised.repairs
    assert entry.article.links == found.links
    (tweet,) = found.tweets
    assert (tweet.form, tweet.handle, tweet.status_id, tweet.posted and tweet.posted.value) == (
        "signature",
        "ada_e",
        None,
        "2017-07-21",
    )
    assert tweet.span is not None
    start, end = tweet.span
    assert normalised.text[start:end] == normalised.text
    start, end = tweet.source_span
    assert text[start:end] == text


def test_the_readme_s_python_is_true() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    block = readme.split("```python\n")[1].split("```")[0]
    for line in block.splitlines():
        code, _, said = line.partition("  #")
        value, _, _ = said.strip().partition(" where")
        if value.startswith("'"):
            assert eval(code, {"archiver": archiver}) == eval(value)  # the two lines are this repository's own
    assert json.dumps(block).count("archiver.") >= 5
