"""Ground truth for repair: known damage done to clean text, and how much of it comes back.

    python -m benchmarks.repair_gold [--by process|language] [--show N] [CLEAN.jsonl ...]

Without files the sentences of tests/data/clean_lines.json are damaged; a file holds one JSON object a line, its clean
text in `truth` or `text`. Beside each other: plain ftfy with its encoding steps alone, and `archiver.normalize`.

exact    texts that come back whole (a no-break space counts as a space, line ends trimmed)
line     of the lines that the process changed, those that come back
silent   changed lines that come back wrong and carry no visible sign of damage any more
hurt     lines that the process left alone and the repair did not
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import ftfy
import ftfy.bad_codecs

import archiver

CLEAN = Path(__file__).parents[1] / "tests" / "data" / "clean_lines.json"
SAFE = ftfy.TextFixerConfig(
    unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False, fix_character_width=False,
    uncurl_quotes=False, fix_line_breaks=False, fix_surrogates=False, remove_control_chars=False, normalization=None,
)  # fmt: skip
SIGN = re.compile(
    "â[€\x80-\xbf]|Â(?=[\\s\x80-\xbf]|$)|Ã[\x80-\xbf\u0192\u201a]|[\x80-\x9f]|\ufffd"
    "|[ÃÐÑÅÄ×ØÙÎÏ](?![a-zà-ÿA-Z])|вЂ|β€|ג€|ðŸ|‚Ä|√|ÔÇ|тА|├|╨|╤",
    re.MULTILINE,
)
Damage = Callable[[str, random.Random], str]


def misread(text: str, encoding: str = "windows-1252", undefined: str = "keep") -> str:
    """UTF-8 read in another encoding. A byte that the encoding does not define is kept (as the control character of
    its number), dropped, or replaced by `undefined`."""
    if undefined == "keep":
        return text.encode().decode(f"sloppy-{encoding}" if encoding.startswith("windows") else encoding)
    instead = "" if undefined == "drop" else undefined
    return text.encode().decode(encoding, "replace").replace("\ufffd", instead)


def twice(text: str, _: random.Random, undefined: str = "keep", times: int = 2) -> str:
    for _time in range(times):
        text = misread(text, undefined=undefined)
    return text


def once(text: str, _: random.Random, encoding: str = "windows-1252", undefined: str = "keep") -> str:
    return misread(text, encoding, undefined)


def spaced(text: str, _: random.Random, undefined: str = "keep") -> str:
    """Then every no-break space became a space, and lines were trimmed."""
    return "\n".join(line.replace("\xa0", " ").strip() for line in misread(text, undefined=undefined).split("\n"))


def some_characters(text: str, chance: random.Random, encoding: str = "windows-1252", undefined: str = "keep") -> str:
    return "".join(misread(c, encoding, undefined) if c > "\x7f" and chance.random() < 0.5 else c for c in text)


def some_lines(text: str, chance: random.Random, undefined: str = "keep") -> str:
    return "\n".join(misread(line, undefined=undefined) if chance.random() < 0.5 else line for line in text.split("\n"))


def repaired_before(text: str, _: random.Random) -> str:
    """Bytes were lost, and then an earlier ftfy went over it."""
    return ftfy.fix_text(misread(text, undefined="drop"), SAFE)


def quotes_as_c1(text: str, _: random.Random) -> str:
    """windows-1252 bytes read as Latin-1."""
    return "".join(c.encode("windows-1252", "ignore").decode("latin-1") or c for c in text)


def escaped_twice(text: str, _: random.Random) -> str:
    named = {"“": "ldquo", "”": "rdquo", "’": "rsquo", "‘": "lsquo", "–": "ndash", "—": "mdash", "é": "eacute"}
    return re.sub(f"[{''.join(named)}]", lambda match: f"&amp;{named[match.group()]};", text)


def half_replaced(text: str, _: random.Random) -> str:
    """Somebody replaced `â€` by a quote before the longer sequences."""
    return misread(text, undefined="drop").replace("â€", "”")


def no_break_spaces(text: str, chance: random.Random) -> str:
    """Clean text into which no-break spaces came, misread and trimmed."""
    broken = re.sub(" ", lambda _: "Â " if chance.random() < 0.2 else " ", text)
    return "\n".join(line + chance.choice(["", "Â", " Â"]) for line in broken.split("\n"))


PROCESSES: dict[str, Damage] = {
    "clean": lambda text, _: text,
    "cp1252": once,
    "cp1252 lost": partial(once, undefined="drop"),
    "cp1252 U+FFFD": partial(once, undefined="\ufffd"),
    "cp1252 question mark": partial(once, undefined="?"),
    "cp1252 spaced": spaced,
    "cp1252 lost, spaced": partial(spaced, undefined="drop"),
    "double": twice,
    "double lost": partial(twice, undefined="drop"),
    "double U+FFFD": partial(twice, undefined="\ufffd"),
    "triple": partial(twice, times=3),
    "triple lost": partial(twice, times=3, undefined="drop"),
    "some characters": some_characters,
    "some characters lost": partial(some_characters, undefined="drop"),
    "some characters latin-1": partial(some_characters, encoding="latin-1"),
    "some lines": some_lines,
    "some lines lost": partial(some_lines, undefined="drop"),
    "lost, then ftfy": repaired_before,
    "C1": quotes_as_c1,
    "escaped twice": escaped_twice,
    "half replaced": half_replaced,
    "no-break spaces": no_break_spaces,
    "some characters cp1251": partial(some_characters, encoding="windows-1251"),
    "some characters macroman": partial(some_characters, encoding="macroman"),
    **{
        name: partial(once, encoding=name)
        for name in (
            "latin-1", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1257", "iso-8859-2",
            "macroman", "cp437", "cp850",
        )
    },
}  # fmt: skip


class Text(NamedTuple):
    language: str
    truth: str


def texts(paths: list[Path]) -> Iterator[Text]:
    if not paths:
        for language, lines in json.loads(CLEAN.read_text(encoding="utf-8")).items():
            yield Text(language, "\n".join(lines))
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Text(row.get("language", "?"), row.get("truth") or row["text"])


def plain(line: str) -> str:
    return re.sub(r"[ \xa0]+", " ", line).strip()


def score(truth: str, corrupt: str, repaired: str) -> Iterator[tuple[str, str, str, str]]:
    """(verdict, wanted, had, got) of every line that tells something: right, wrong, silent or hurt."""
    for want, had, got in zip(truth.split("\n"), corrupt.split("\n"), repaired.split("\n"), strict=True):
        good = plain(want) == plain(got)
        if plain(want) != plain(had):
            yield "right" if good else "wrong" if SIGN.search(got) else "silent", want, had, got
        elif not good:
            yield "hurt", want, had, got


REPAIRS: dict[str, Callable[[str], str]] = {
    "ftfy": lambda text: ftfy.fix_text(text, SAFE),
    "archiver": lambda text: archiver.normalize(text).text,
}


def row_of(name: str, count: Counter[str]) -> str:
    lines = max(1, count["right"] + count["wrong"] + count["silent"])
    shares = (count["exact"] / max(1, count["texts"]), count["right"] / lines, count["silent"] / lines)
    return f"{name:26} " + " ".join(f"{100 * share:7.1f}%" for share in shares) + f" {count['hurt']:5}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clean", nargs="*", type=Path)
    parser.add_argument("--by", choices=("process", "language"), default="process")
    parser.add_argument("--only", help="one process, or one language")
    parser.add_argument("--show", type=int, default=0, help="so many lines that did not come back, for each row")
    options = parser.parse_args()
    counts: dict[tuple[str, str], Counter[str]] = {}
    shown: dict[str, list[str]] = {}
    for process, damage in PROCESSES.items():
        for number, text in enumerate(texts(options.clean)):
            if options.only and options.only not in (process, text.language):
                continue
            try:
                corrupt = damage(text.truth, random.Random(number))
            except UnicodeDecodeError:
                continue
            for name, repair in REPAIRS.items():
                key = process if options.by == "process" else text.language
                count = counts.setdefault((key, name), Counter())
                verdicts = list(score(text.truth, corrupt, repair(corrupt)))
                count.update(verdict for verdict, *_ in verdicts)
                count.update(texts=1, exact=all(verdict == "right" for verdict, *_ in verdicts))
                if name == "archiver":
                    shown.setdefault(key, []).extend(
                        f"      {verdict} {text.language}\n         {want!r}\n         {had!r}\n         {got!r}"
                        for verdict, want, had, got in verdicts
                        if verdict != "right"
                    )
    print(f"{'':26}    exact    line   silent  hurt      (ftfy, then archiver)")
    for key, name in counts:
        print(row_of(key if name == "ftfy" else "", counts[key, name]))
        if name == "archiver":
            print("\n".join(shown.get(key, [])[: options.show]), end="\n" if options.show else "")


if __name__ == "__main__":
    main()
