"""One text, from bytes or characters to its normalised form: what `archiver.normalize` is."""

from dataclasses import dataclass

from archiver.findings import Finding
from archiver.model import Confidence, Repair, Span
from archiver.text.decode import decode
from archiver.text.repair import repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A normalised text, the ledger that leads back to `source` (the decoded text), and what was seen and not changed.

    `suggestions` and `lost` are as in `repair.Repaired`; `encoding` and `encoding_basis` say how bytes were read, and
    `findings` what was wrong with that.
    """

    text: str
    repairs: tuple[Repair, ...]
    suggestions: tuple[Repair, ...]
    lost: tuple[Span, ...]
    source: str
    encoding: str | None = None
    encoding_basis: str | None = None
    findings: tuple[Finding, ...] = ()


def normalize(source: str | bytes, *, declared: str | None = None, min_confidence: Confidence = "high") -> Normalised:
    """Normalise a text. Bytes are decoded first: `declared` is the encoding that somebody says they are in.

    >>> normalize("It was â€œcleanâ€, he said.").text
    'It was “clean”, he said.'
    >>> normalize("déjà vu".encode("utf-8")).encoding
    'utf-8'
    """
    decoded = decode(source, declared) if isinstance(source, bytes) else None
    text = decoded.text if decoded else str(source)
    repaired = repair(text, min_confidence=min_confidence)
    return Normalised(
        text=repaired.text,
        repairs=repaired.repairs,
        suggestions=repaired.suggestions,
        lost=repaired.lost,
        source=text,
        encoding=decoded.encoding if decoded else None,
        encoding_basis=decoded.basis if decoded else None,
        findings=decoded.findings if decoded else (),
    )
