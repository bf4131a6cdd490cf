"""What a check of a package, or of records, comes to."""

from collections.abc import Mapping

from archiver.package import layout
from archiver.package.open import Package
from archiver.report import findings, plain


def of_package(name: str, codes: Mapping[str, int], facts: str) -> str:
    """The last line about a package; `codes` counts its findings, `facts` says what was looked at.

    >>> of_package("articles.wacz", {}, "20 items, 14 files")
    'articles.wacz: sound (20 items, 14 files)'
    >>> of_package("articles.wacz", {"E301": 3, "W214": 1}, "")
    'articles.wacz: 3 errors, 1 warning'
    """
    said = findings.tally(codes) or "sound"
    if is_sound(codes) and codes:
        said = f"sound, with {said}"
    return plain.line(f"{name}: {said}{f' ({facts})' if facts else ''}")


def facts(package: Package) -> str:
    """What a package of this software holds, in a few words; of another's, how many files."""
    names = package.files.names()
    said = [plain.count(len(names), "file")]
    if layout.RUN in names:
        said += [plain.count(package.run()["items"], "item")]
    return ", ".join(said)


def of_records(name: str, records: int, faulty: int) -> str:
    """The last line about a file of records.

    >>> of_records("a.jsonl", 3, 1), of_records("b.json", 1, 0)
    ('a.jsonl: 3 records, 1 with faults', 'b.json: 1 record, valid')
    """
    if not records:
        return plain.line(f"{name}: no record in it; archiver export writes a package's")
    valid = "none with faults" if records != 1 else "valid"
    return plain.line(f"{name}: {plain.count(records, 'record')}, {f'{faulty:,} with faults' if faulty else valid}")


def is_sound(codes: Mapping[str, int]) -> bool:
    """Whether there is nothing but notes.

    >>> is_sound({"I117": 2}), is_sound({"W214": 1})
    (True, False)
    """
    return all(code.startswith("I") for code in codes)
