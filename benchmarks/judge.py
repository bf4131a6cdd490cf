"""Judge a corpus of other people's files: each WARC, WACZ and bag, its intent, our verdict, and the codes.

    python benchmarks/judge.py CORPUS [--differing]

CORPUS holds `warc/index.jsonl` (rows with `file` and `intent`) and `bagit/VERSION/INTENT/NAME/`. `docs/judgements.md`
explains each verdict that differs from its intent, and each error in a file whose name says nothing: what it does not
explain, or explains and is not so, is printed, and the exit status is 1.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from archiver.errors import ArchiverError
from archiver.verify.verify import verify

EXPLAINED = Path(__file__).parents[1] / "docs" / "judgements.md"
_ROW = re.compile(r"^\| (\w[^`|]*`[^|]*) \|(.*)\|$", re.MULTILINE)
_CODE = re.compile(r"\b[EWI][0-9]{3}\b")


class Judgement(NamedTuple):
    """A file, what its maker meant it to be, and what was found: codes and how often, or why it cannot be read."""

    name: str
    intent: str
    verdict: str
    codes: str

    @property
    def differs(self) -> bool:
        """Whether a valid file has an error, or an invalid one has none."""
        return self.intent in ("valid", "invalid") and (self.intent == "valid") != (self.verdict == "no error")

    @property
    def asks_for_a_reason(self) -> bool:
        """Whether the verdict is not what the name says, or an error where it says nothing."""
        return self.differs or (self.intent == "unlabelled" and self.verdict != "no error")


class Row(NamedTuple):
    """A row of the tables that explain: whose files, by what patterns, and the codes that stand in it."""

    repositories: str
    patterns: tuple[str, ...]
    codes: frozenset[str]

    def explains(self, judgement: Judgement) -> bool:
        """Whether the row is about the file and has all its errors."""
        *_, repository, name = Path(judgement.name).parts
        errors = {code for code in _CODE.findall(judgement.codes) if code.startswith("E")}
        name = re.sub("^[0-9a-f]{8}_", "", name)
        return (
            repository.removesuffix("-rs") in self.repositories
            and any(fnmatch(name, pattern) for pattern in self.patterns)
            and errors <= self.codes
        )


def rows(text: str) -> list[Row]:
    """The rows of a page's tables that are about files."""
    found = []
    for first, rest in _ROW.findall(text.partition("## Where severity was weighed")[0]):
        patterns = tuple(re.findall(r"`([^`]+)`", first))
        found.append(Row(first, patterns, frozenset(_CODE.findall(rest))))
    return found


def unexplained(judgements: Iterable[Judgement], explained: list[Row]) -> Iterator[str]:
    """What the page does not explain, and the rows of it that explain nothing."""
    asking = [each for each in judgements if each.asks_for_a_reason]
    for each in asking:
        if not any(row.explains(each) for row in explained):
            yield f"not explained: {each.name} {each.codes}"
    for row in explained:
        if not any(row.explains(each) for each in asking):
            yield f"explains nothing: {', '.join(row.patterns)}"


def files(corpus: Path) -> Iterator[tuple[Path, str]]:
    """The corpus's files and bags, each with its intent."""
    for line in (corpus / "warc" / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield corpus / row["file"], row["intent"]
    for bag in sorted(corpus.glob("bagit/*/*/*/")):
        yield bag, bag.parent.name


def judge(path: Path, name: str, intent: str) -> Judgement:
    """Verify one file."""
    try:
        codes = Counter(finding.code for finding in verify(path))
    except ArchiverError as error:
        return Judgement(name, intent, "refused", type(error).__name__)
    verdict = "error" if any(code.startswith("E") for code in codes) else "no error"
    return Judgement(name, intent, verdict, " ".join(f"{code}x{count}" for code, count in sorted(codes.items())))


def main() -> int:
    """Print a row for each file, what they come to, and where the page that explains them is not true."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--differing", action="store_true", help="print only verdicts that differ from their intent")
    options = parser.parse_args()
    judgements = [judge(path, str(path.relative_to(options.corpus)), intent) for path, intent in files(options.corpus)]
    for each in judgements:
        if each.differs or not options.differing:
            print(f"{each.intent:10}  {each.verdict:8}  {each.name}  {each.codes}")
    counted = Counter((each.intent, each.verdict) for each in judgements)
    print(", ".join(f"{intent} {verdict}: {count}" for (intent, verdict), count in sorted(counted.items())))
    print(f"{len(judgements)} files, {sum(each.differs for each in judgements)} differ from their intent")
    wrong = list(unexplained(judgements, rows(EXPLAINED.read_text(encoding="utf-8"))))
    print(*wrong or [f"{EXPLAINED.name} explains all of them"], sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
