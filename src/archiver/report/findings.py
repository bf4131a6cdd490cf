"""Findings as text: one line each, and how many there were."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from archiver.findings import CODES, SEVERITIES, Finding
from archiver.report import plain

_LONGEST = 120


def row(finding: Finding) -> str:
    """Code, place, sentence, and what was found and expected, on one line.

    >>> row(Finding(code="E301", message="The block is not what its digest says.", file="a.warc.gz", offset=512))
    'E301 a.warc.gz, byte 512 — The block is not what its digest says.'
    >>> row(Finding(code="E709", message="Payload-Oxum differs.", found="6.1", expected="7.1"))
    'E709 — Payload-Oxum differs. Found: 6.1; expected: 7.1'
    """
    where = place(finding)
    facts = (("found", finding.found), ("expected", finding.expected))
    known = "; ".join(f"{name}: {_short(value)}" for name, value in facts if value is not None)
    # Many a sentence gives the facts itself.
    said = finding.message if finding.found and finding.found in finding.message else _joined(finding.message, known)
    return plain.line(f"{finding.code} {where} — {said}" if where else f"{finding.code} — {said}")


def json_line(package: str, finding: Finding) -> str:
    """The finding as one line of JSON, in ASCII: whatever stands in a file or its name, a terminal shows it as text.

    >>> json_line("a.warc", Finding(code="W229", message="Not escaped.", found="\u009b2J"))
    '{"package": "a.warc", "code": "W229", "severity": "warning", "message": "Not escaped.", "found": "\\\\u009b2J"}'
    """
    value = {"package": package} | finding.to_dict()
    # What is no text (a file's name may be none) is spelled out, since JSON has no way to say it.
    plain = {key: each.encode("utf-8", "backslashreplace").decode() if isinstance(each, str) else each
             for key, each in value.items()}  # fmt: skip
    return json.dumps(plain).replace("\x7f", "\\u007f")


def more(code: str, number: int) -> str:
    """What stands for findings of a code that are too many to be told one by one.

    >>> more("E402", 3999)
    'E402 — and 3,999 more of these; -v or --format jsonl tells all'
    """
    return f"{code} — and {number:,} more of these; -v or --format jsonl tells all"


def _joined(message: str, facts: str) -> str:
    return f"{message} {facts[0].upper()}{facts[1:]}" if facts else message


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"


def place(finding: Finding) -> str:
    """Where it is, from the file down to the JSON path; empty where nothing is known.

    >>> place(Finding(code="E501", message="", file="a.jsonl", line=3, path="$.url"))
    'a.jsonl, line 3, $.url'
    """
    parts = (
        finding.file,
        f"line {finding.line}" if finding.line is not None else None,
        f"byte {finding.offset}" if finding.offset is not None else None,
        finding.record,
        # Many a sentence names the path itself.
        None if finding.message.startswith(finding.path or "$") else finding.path,
    )
    return ", ".join(part for part in parts if part)


def tally(codes: Mapping[str, int]) -> str:
    """How many errors, warnings and notes, by codes and their number; empty for none.

    >>> tally({"E301": 2, "I117": 1})
    '2 errors, 1 note'
    """
    found = Counter[str]()
    for code, number in codes.items():
        found[SEVERITIES[code[0]]] += number
    return ", ".join(plain.count(found[name], name) for name in SEVERITIES.values() if found[name])


def legend(codes: Iterable[str]) -> Iterator[str]:
    """What each code means, and the clause that it rests on."""
    for code in sorted(set(codes)):
        known = CODES[code]
        clause = f" ({known.clause})" if known.clause else ""
        yield f"{code} {known.title}: {known.meaning}{clause}"
