"""Judge a corpus of other people's files: each WARC, WACZ and bag, its intent, our verdict, and the codes.

    python benchmarks/judge.py CORPUS [--differing]

CORPUS holds `warc/index.jsonl` (rows with `file` and `intent`) and `bagit/VERSION/INTENT/NAME/`. `docs/judgements.md`
explains each verdict that differs from its intent.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.errors import ArchiverError
from archiver.verify.verify import verify


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


def main() -> None:
    """Print a row for each file, and what they come to."""
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


if __name__ == "__main__":
    main()
