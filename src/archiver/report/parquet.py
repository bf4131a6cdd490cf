"""Articles as Parquet: whole records, nested as their schema has them, or flat rows of a table, in typed columns."""

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson

from archiver.errors import Missing
from archiver.record import schema
from archiver.report import tables

if TYPE_CHECKING:
    import pyarrow as pa

# A row group is written, and the memory of it given back, at so many rows or code points of text.
GROUP_ROWS, GROUP_TEXT = 10_000, 16 << 20
# The columns of the flat tables that are no text, by table and name; `*` stands for every table.
_INTEGERS = {
    "*": ("offset", "length", "index", "start", "end", "source_start", "source_end", "tweet"),
    "articles": ("repairs", "links", "tweets"),
}
_LISTS = {"articles": ("authors", "findings"), "tweets": ("mentions", "hashtags")}
_LISTS_OF_INTEGERS = {"tweets": ("links",), "repairs": ("before_code_points",)}
_SIMPLE = {"string": "string", "integer": "int64", "boolean": "bool_", "number": "float64"}


def file(table: str | None, articles: Iterable[tables.Record]) -> Iterator[bytes]:
    """A Parquet file, piece by piece: the rows of a table, or the records themselves. The same bytes for the same rows.

    Raises Missing where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise Missing("pyarrow, which writes Parquet, is not installed; install archiver[parquet] with pip") from error
    record: dict[str, Any] = orjson.loads(schema.source("article"))
    columns = _columns(table) if table else _type(record, record)
    rows = chain.from_iterable(tables.rows(table, record) for record in articles) if table else iter(articles)
    sink = _Sink()
    with ParquetWriter(sink, pa.schema(list(columns)), compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, writer.schema))
            yield sink.taken()
    yield sink.taken()


def _groups(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    group: list[Any] = []
    length = 0
    for row in rows:
        group.append(row)
        length += len(row.get("text") or "")
        if len(group) >= GROUP_ROWS or length >= GROUP_TEXT:
            yield group
            group, length = [], 0
    if group:
        yield group


def _columns(table: str) -> "pa.StructType":
    """The columns of a flat table."""
    import pyarrow as pa

    def kind(column: str) -> Any:
        if column in _INTEGERS["*"] or column in _INTEGERS.get(table, ()):
            return pa.int64()
        if column in _LISTS.get(table, ()):
            return pa.list_(pa.string())
        if column in _LISTS_OF_INTEGERS.get(table, ()):
            return pa.list_(pa.int64())
        return pa.bool_() if column == "truncated" else pa.string()

    return pa.struct([(column, kind(column)) for column in tables.COLUMNS[table]])


def _type(node: dict[str, Any], root: dict[str, Any]) -> Any:
    """The Arrow type of a JSON Schema's values. Every one of them may be null: what a record does not have is."""
    import pyarrow as pa

    kinds = node.get("type", ())
    kind = kinds if isinstance(kinds, str) else next(iter(kinds), None)
    if kind == "object":
        return pa.struct([(name, _type(within, root)) for name, within in node["properties"].items()])
    if kind == "array":
        return pa.list_(_type(node.get("items") or node["prefixItems"][0], root))
    if kind in _SIMPLE:
        return getattr(pa, _SIMPLE[kind])()
    if "$ref" in node:
        return _type(root["$defs"][node["$ref"].rpartition("/")[2]], root)
    if "anyOf" in node:
        return _type(node["anyOf"][0], root)
    (value, *_) = node["enum"] if "enum" in node else [node["const"]]
    return pa.bool_() if isinstance(value, bool) else pa.string()


class _Sink(io.RawIOBase):
    """What the writer writes, until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """What was written since this was called last."""
        data, self._parts = b"".join(self._parts), []
        return data
