"""The benchmarks' articles: the same ones for the same seed, of the kinds that are promised."""

import json
from collections import Counter

from benchmarks.generate import CHUNK, chunk, prose


def test_the_same_seed_gives_the_same_articles() -> None:
    first = chunk(3, seed=7)
    prose.cache_clear()
    assert chunk(3, seed=7) == first
    assert chunk(4, seed=7) != first


def test_every_kind_of_item_is_there() -> None:
    lines = [line for number in range(2) for line in chunk(number, seed=7)]
    assert len(lines) == 2 * CHUNK
    assert len(set(lines)) < len(lines)
    kinds = Counter(_kind(line) for line in lines)
    assert set(kinds) == {"article", "rejected"}
    assert kinds["article"] > 0.99 * len(lines)
    texts = [json.loads(line)["text"] for line in lines if _kind(line) == "article"]
    assert any("https://t.co/" in text for text in texts)
    assert any("(@" in text for text in texts)
    assert any("â€" in text for text in texts)
    assert any("\u4e00" <= text[0] <= "\u9fff" for text in texts)
    sizes = sorted(len(text.encode()) for text in texts)
    assert 3000 < sizes[len(sizes) // 2] < 4500
    assert sizes[-1] > 10 * sizes[len(sizes) // 2]


def _kind(line: bytes) -> str:
    try:
        article = json.loads(line)
    except ValueError:
        return "rejected"
    return "article" if isinstance(article, dict) and article["text"].strip() else "rejected"
