"""`NAME.meta.json`: what a person or a crawler wrote down beside a file."""

from typing import Any

from archiver.findings import Finding
from archiver.model import Metadata
from archiver.sources.jsontext import parse
from archiver.sources.layouts import METADATA
from archiver.sources.metadata import names, stated
from archiver.sources.troubles import reason
from archiver.storage import place

MAX_SIZE = 1024 * 1024


def read(path: str) -> tuple[Metadata, tuple[Finding, ...]]:
    """The sidecar's metadata, each value with the basis `sidecar:KEY`; `W115` for all that could not be used.

    Raises CannotRead where that is no fault of the sidecar.
    """
    try:
        with place(path).open("rb") as file:
            data = file.read(MAX_SIZE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        return Metadata(), (_unusable(f"it cannot be read: {reason(error, path)}"),)
    except UnicodeDecodeError as error:
        return Metadata(), (_unusable(f"byte {error.start} is not UTF-8"),)
    if len(data) > MAX_SIZE:
        return Metadata(), (_unusable(f"it is larger than {MAX_SIZE} bytes"),)
    parsed = parse(text)
    if isinstance(parsed, Finding):
        return Metadata(), (_unusable(parsed.message),)
    if not isinstance(parsed.value, dict):
        return Metadata(), (_unusable("it is not a JSON object"),)
    return _metadata(parsed.value)


def _metadata(value: dict[str, Any]) -> tuple[Metadata, tuple[Finding, ...]]:
    known: dict[str, Any] = {}
    findings = [_unusable(f"its key {key!r} is not known") for key in value if key not in METADATA]
    for name in METADATA:
        basis = f"sidecar:{name}"
        result = names(value.get(name), basis) if name == "authors" else stated(value.get(name), basis)
        if isinstance(result, Finding):
            findings.append(_unusable(result.message))
        elif result:
            known[name] = result
    return Metadata(**known), tuple(findings)


def _unusable(reason: str) -> Finding:
    return Finding(code="W115", message=f"The sidecar is not used, or not wholly: {reason.rstrip('.')}.")
