"""The run report against what was found: counts that add up, and digests that do not hang on a compressor."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from archiver.findings import Finding
from archiver.package import layout
from archiver.record import provenance, schema
from archiver.verify.gathered import Tally
from archiver.verify.table import key_of
from archiver.verify.tree import Tree, read_small

_LIMIT = 1 << 28


def made(tree: Tree, prefix: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The software that run.json names, with its version, and the options; empty where it is no sound report."""
    data = read_small(tree, prefix + layout.RUN, _LIMIT) if prefix + layout.RUN in tree.names() else None
    try:
        run: Any = orjson.loads(data or b"")
    except orjson.JSONDecodeError:
        return {}, {}
    if list(schema.check(run, schema.RUN)):
        return {}, {}
    return dict(run["software"]), dict(run["options"])


def check(prefix: str, stream: BinaryIO, tally: Tally) -> Iterator[Finding]:
    """What in run.json is not so; `tally` is what the records of the package say."""
    name = prefix + layout.RUN
    try:
        run: Any = orjson.loads(stream.read(_LIMIT))
    except orjson.JSONDecodeError as error:
        yield Finding(code="E502", message=f"The run report is not JSON: {error}.", file=name)
        return
    faults = [each.at(file=name) for each in schema.check(run, schema.RUN)]
    yield from faults
    if not faults:
        yield from (each.at(file=name) for each in (*_items(run, tally), *_counts(run, tally), *_warcs(run, tally)))


def check_rejected(prefix: str, stream: BinaryIO, tally: Tally) -> Iterator[Finding]:
    """rejected.json holds the rejection records of the package, one a line of its array, and no other."""
    name = prefix + layout.REJECTED
    lines = iter(lambda: stream.readline(_LIMIT), b"")
    rows = (line.decode("utf-8", "replace").strip(" ,\r\n") for line in lines)
    listed = Counter(tally.rejections.mark(key_of(_without_line(row))) for row in rows if row not in ("[", "]", "[]"))
    if listed[None] or listed[False] or any(True for _ in tally.rejections.unmarked()):
        message = "rejected.json does not list the rejected items that the WARC files hold."
        found, expected = f"{listed.total()} items", f"{tally.rejected} items"
        yield Finding(code="E612", message=message, file=name, found=found, expected=expected)


def _without_line(row: str) -> str:
    """The record as the WARC file has it: the line of its source is known only when the package is put together."""
    try:
        return provenance.at_line(row.encode(), None).decode().strip()
    except (ValueError, TypeError, KeyError, AttributeError):
        return row


def _items(run: dict[str, Any], tally: Tally) -> Iterator[Finding]:
    items = run["counts"]["items"]
    if run["items"] != sum(items.values()):
        yield _differs("$.items", run["items"], sum(items.values()))
    if items["archived"] + items["duplicate"] != tally.articles:
        yield _differs("$.counts.items", items["archived"] + items["duplicate"], tally.articles)
    if items["rejected"] != tally.rejected:
        yield _differs("$.counts.items.rejected", items["rejected"], tally.rejected)


def _counts(run: dict[str, Any], tally: Tally) -> Iterator[Finding]:
    for name, counted in tally.counts.items():
        stated = run["counts"][name]
        for kind in sorted(stated.keys() | counted.keys()):
            if stated.get(kind, 0) != counted[kind]:
                yield _differs(f"$.counts.{name}.{kind}", stated.get(kind, 0), counted[kind])


def _warcs(run: dict[str, Any], tally: Tally) -> Iterator[Finding]:
    stated = {each["path"]: (each["records"], each["records_digest"]) for each in run["warcs"]}
    for path in sorted((stated.keys() | tally.warcs.keys()) - tally.hurt):
        if stated.get(path) != tally.warcs.get(path):
            yield _differs(f"$.warcs ({path})", stated.get(path), tally.warcs.get(path))


def _differs(path: str, stated: object, found: object) -> Finding:
    message = "The run report says otherwise than the records of the package."
    return Finding(code="E611", message=message, path=path, found=str(found)[:200], expected=str(stated)[:200])
