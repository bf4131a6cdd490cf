"""Invented prose by the sentence, in ten languages, enough like news to be compressed, repaired and searched as it is.

A language is a list of its commonest words, and stems and endings that make the rarer ones; names are made of
syllables. Words are drawn as words come in prose, a few of them all the time and most of them hardly ever.
"""

import json
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

NAME_STARTS = ("Ab", "Bel", "Cor", "Dun", "Es", "Fal", "Gren", "Hol", "Is", "Jor", "Kel", "Lan", "Mar", "Nor", "Ol",
               "Pen", "Quel", "Ros", "Stan", "Tor", "Ul", "Vas", "Wen", "Yar", "Zel")  # fmt: skip
NAME_ENDS = ("bury", "dale", "ford", "gate", "ham", "holt", "ing", "ley", "low", "mere", "mont", "nick", "row", "sey",
             "stow", "ter", "ton", "vale", "vik", "wick", "worth")  # fmt: skip
POOL = 6000
# How often a word comes that is one of the commonest, that is made of stem and ending, that is a name.
COMMON, MADE, NAMED = 47, 49, 4


class Language(NamedTuple):
    """A language: its tag, words, the mark between words, what ends a sentence, and its quotation marks."""

    tag: str
    common: list[str]
    stems: list[str]
    endings: list[str]
    between: str
    stop: str
    quotes: tuple[str, str]
    dash: str


def languages() -> dict[str, Language]:
    """The languages by their English names."""
    rows = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return {
        language: Language(**{**row, "common": _words(row["common"]), "stems": _words(row["stems"])})
        for language, row in rows.items()
    }


def _words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


LANGUAGES = languages()


def name(chance: random.Random) -> str:
    """The name of a person or place."""
    return chance.choice(NAME_STARTS) + chance.choice(NAME_ENDS)


def sentences(language: Language, chance: random.Random) -> list[str]:
    """Sentences that differ from one another."""
    common = list(accumulate(1 / (rank + 3) for rank in range(len(language.common))))
    made = [stem + ending for stem in language.stems for ending in language.endings]
    chance.shuffle(made)
    rare = list(accumulate(1 / (rank + 200) for rank in range(len(made))))
    return [
        _sentence(language, list(_drawn(language, common, made, rare, chance)), chance)
        for _ in range(POOL if language.tag == "en" else POOL // 4)
    ]


def _drawn(
    language: Language, common: list[float], made: list[str], rare: list[float], chance: random.Random
) -> Iterator[str]:
    count = chance.randint(6, 34)
    kinds = chance.choices("cmn", (COMMON, MADE, NAMED), k=count)
    often = iter(chance.choices(language.common, cum_weights=common, k=count))
    seldom = iter(chance.choices(made, cum_weights=rare, k=count))
    for kind in kinds:
        yield next(often) if kind == "c" else next(seldom) if kind == "m" else name(chance)


def _sentence(language: Language, drawn: list[str], chance: random.Random) -> str:
    """The words with their punctuation: one sentence in twenty is said by somebody, one in sixty holds a dash."""
    drawn[0] = drawn[0].capitalize()
    if chance.random() < 1 / 60:
        middle = len(drawn) // 2
        drawn[middle : middle + 2] = [language.dash.join(drawn[middle : middle + 2])]
    elif chance.random() < 0.5 and language.between:
        drawn[len(drawn) // 3] += ","
    text = language.between.join(drawn) + language.stop
    if chance.random() < 1 / 20:
        before, after = language.quotes
        return f"{before}{text[: -len(language.stop)]}{after}, {name(chance)}{language.stop}"
    return text
