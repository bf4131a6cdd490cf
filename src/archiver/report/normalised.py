"""One normalised text: its ledger as JSON, and what was done in a sentence."""

from collections import Counter
from collections.abc import Iterator

import orjson

from archiver.model import sha256
from archiver.record import provenance
from archiver.report import plain
from archiver.report.explained import explained, suggested
from archiver.text.decode import Decoded
from archiver.text.repair import Repaired


def ledger(data: bytes, decoded: Decoded, repaired: Repaired) -> bytes:
    """The ledger as JSON, with what it takes to go back: the encoding of the source, and digests of both ends."""
    text = repaired.text.encode()
    value = {
        "source": {
            "digest": sha256(data),
            "length": len(data),
            "encoding": decoded.encoding,
            "encoding_basis": decoded.basis,
        },
        "text": {"digest": sha256(text), "length": len(text)},
        "repairs": provenance.ledger(repaired.repairs),
        "suggestions": provenance.ledger(repaired.suggestions),
    }
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def explanation(decoded: Decoded, repaired: Repaired) -> Iterator[str]:
    """How the bytes were read, each repair with its reason, and what was seen and not made."""
    yield summary(decoded, repaired)
    yield from explained(decoded.text, repaired.text, repaired.repairs)
    if repaired.suggestions:
        yield f"seen and not changed: {len(repaired.suggestions):,}"
        yield from suggested(decoded.text, repaired.text, repaired.suggestions)


def summary(decoded: Decoded, repaired: Repaired) -> str:
    """How the bytes were read, and how often each rule was applied."""
    rules = Counter(entry.rule for entry in repaired.repairs)
    listed = ", ".join(f"{number:,} {rule}" for rule, number in sorted(rules.items()))
    made = plain.count(len(repaired.repairs), "repair")
    return f"read as {decoded.encoding} ({decoded.basis}); {made}{f': {listed}' if listed else ''}"
