"""Parquet files: each row is an item. The one reader of them; pyarrow is imported where a file is met.

A row has no bytes of its own: its values lie apart, column by column. What is archived as its original is one JSON
object (RFC 8259) without white space, its keys the columns in the file's order, which the same row always gives:

* a string's bytes as they are, also where they are no UTF-8; a binary value as a string where it is UTF-8, else as
  `{"base64": …}`; a decimal number as a string of its digits; a number that is none as "NaN", "Infinity", "-Infinity";
* a date, a time and a timestamp in ISO 8601, with `Z` where the column has a time zone; a duration as its number;
* a list as an array, a struct as an object, a map as an array of pairs.
"""

import base64
import errno
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from archiver.errors import Missing
from archiver.findings import Finding
from archiver.sources.payloads import Item, Limits, bounded, whole
from archiver.sources.streams import opened
from archiver.sources.troubles import reason
from archiver.storage import place

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

# A row group is cut into no more shards than this: whoever reads one has to pass over the rows before it.
MOST_CUTS = 16
# How much is decoded at a time, as far as a row group's mean row can tell, and never more rows than these.
_BATCH_SIZE, _BATCH_ROWS = 2 << 20, 1024
_BUFFERED = 1 << 20
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # the zone is the column's
Convert = Callable[[Any], Any]


class _RepeatedError(Exception):
    """Several columns, or several fields of one, have the same name: an object of JSON would keep one of them."""


def ranges(path: str, shard_size: int) -> Iterator[tuple[int, int]]:
    """The file's rows in ranges of about `shard_size` bytes, uncompressed; of the file only its footer is read.

    There is none where the footer cannot be read. Raises Missing where pyarrow is not installed, CannotRead where the
    disk fails, or memory is refused.
    """
    start = end = size = 0
    for rows, length in _groups(path):
        if size and size + length > shard_size:
            yield start, end
            start, size = end, 0
        pieces = min(-(-length // shard_size), MOST_CUTS, rows)
        for piece in range(1, pieces):
            yield start, end + rows * piece // pieces
            start = end + rows * piece // pieces
        end += rows
        size += length if pieces <= 1 else shard_size
    if end > start:
        yield start, end


def _groups(path: str) -> list[tuple[int, int]]:
    """Rows and uncompressed bytes of each row group."""
    try:
        with _opened(path) as file:
            groups = (file.metadata.row_group(index) for index in range(file.metadata.num_row_groups))
            return [(group.num_rows, group.total_byte_size) for group in groups]
    except _damage() as error:
        if trouble := _outside(error):
            reason(trouble, path)
        # The worker that fails to open it archives the reason.
        return []


def items(path: str, start: int, end: int | None, limits: Limits) -> Iterator[Item]:
    """The rows from `start` to before `end`, with their numbers for offsets. Rows that cannot be read are one item.

    A file that is none, or has several columns of one name, is an item too, with its bytes. Raises OSError where it
    cannot be opened, or the disk fails, MemoryError where memory is refused: another process may have more.
    """
    try:
        with _opened(path) as file:
            yield from _rows(file, start, end, limits)
    except _damage() as error:
        if _outside(error):
            raise
        is_whole = isinstance(error, _RepeatedError)
        message = str(error) if is_whole else f"The file is no Parquet file, or its footer is damaged: {_said(error)}."
        with opened(path, None) as stream:
            for item in whole(stream, limits):
                yield item._replace(findings=(Finding(code="E127", message=message), *item.findings))


def _rows(file: "ParquetFile", start: int, end: int | None, limits: Limits) -> Iterator[Item]:
    first = 0
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        last = min(first + group.num_rows, file.metadata.num_rows if end is None else end)
        at = max(first, start)
        if at < last:
            size = min(max(_BATCH_SIZE * group.num_rows // max(group.total_byte_size, 1), 1), _BATCH_ROWS)
            batches = file.iter_batches(batch_size=size, row_groups=[number], use_threads=False)
            try:
                for row, payload in _payloads(batches, first, at, last):
                    yield bounded(row, payload, limits)
                    at = row + 1
            except _damage() as error:
                if _outside(error):
                    raise
                message = f"The rows {at} to {last - 1} cannot be read: {_said(error)}."
                yield Item(at, b"", (Finding(code="E127", message=message),))
        first += group.num_rows


def _payloads(batches: "Iterator[pa.RecordBatch]", first: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The rows from `start` to before `end`, as JSON, of batches that begin with row `first`."""
    for batch in batches:
        if first >= end:
            break
        wanted = batch.slice(max(start - first, 0), max(min(end - first, batch.num_rows) - max(start - first, 0), 0))
        columns = [_values(column) for column in wanted.columns]
        for offset, row in enumerate(zip(*columns, strict=True)):
            yield max(start, first) + offset, _json(dict(zip(batch.schema.names, row, strict=True)))
        first += batch.num_rows


def _json(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError:
        # A string of bytes that are no UTF-8: they go into the item as they are, for its reader to decode.
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogateescape")


def _values(column: "pa.Array") -> list[Any]:
    plain, convert = _conversion(column.type)
    values: list[Any] = column.cast(plain).to_pylist()
    return values if convert is None else [None if value is None else convert(value) for value in values]


def _conversion(kind: "pa.DataType") -> "tuple[pa.DataType, Convert | None]":
    """A type that Python reads without loss, and what makes JSON of its values, which are not null."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_floating(kind):
        return pa.float64(), _number
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.large_binary(), partial(bytes.decode, errors="surrogateescape")
    if any(is_kind(kind) for is_kind in _binaries(types)):
        return pa.large_binary(), _binary
    if types.is_temporal(kind):
        return pa.int32() if kind.bit_width == 32 else pa.int64(), _temporal(kind)
    if types.is_dictionary(kind):
        return _conversion(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _conversion(kind.storage_type)
    if types.is_nested(kind):
        return _nested(kind)
    return kind, None if types.is_integer(kind) or types.is_boolean(kind) or types.is_null(kind) else str


def _binaries(types: Any) -> tuple[Callable[[Any], bool], ...]:
    return types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view


def _nested(kind: "pa.DataType") -> "tuple[pa.DataType, Convert | None]":
    import pyarrow as pa
    from pyarrow import types

    if types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        parts = [_conversion(field.type) for field in fields]
        plain = pa.struct([field.with_type(part) for field, (part, _) in zip(fields, parts, strict=True)])
        converts = {field.name: convert for field, (_, convert) in zip(fields, parts, strict=True)}
        return plain, lambda value: {name: _applied(converts[name], each) for name, each in value.items()}
    if types.is_map(kind):
        (key, key_convert), (item, item_convert) = _conversion(kind.key_type), _conversion(kind.item_type)
        return pa.map_(key, item), lambda value: [
            [_applied(key_convert, name), _applied(item_convert, each)] for name, each in value
        ]
    if types.is_union(kind):
        return kind, str
    plain, convert = _conversion(kind.value_type)
    return pa.large_list(kind.value_field.with_type(plain)), lambda value: [_applied(convert, each) for each in value]


def _applied(convert: Convert | None, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _binary(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _temporal(kind: "pa.DataType") -> Convert | None:
    from pyarrow import types

    if types.is_date(kind):
        return partial(_date, 1 if types.is_date32(kind) else 86_400_000)
    if types.is_timestamp(kind):
        return partial(_timestamp, _PER_SECOND[kind.unit], "Z" if kind.tz else "")
    return partial(_time, _PER_SECOND[kind.unit]) if types.is_time(kind) else None


def _date(per_day: int, value: int) -> str:
    try:
        return (date(1970, 1, 1) + timedelta(days=value // per_day)).isoformat()
    except OverflowError:
        return str(value)


def _timestamp(per_second: int, zone: str, value: int) -> str:
    try:
        written = (_EPOCH + timedelta(seconds=value // per_second)).isoformat()
    except OverflowError:
        return str(value)
    return written + _fraction(value % per_second, per_second) + zone


def _time(per_second: int, value: int) -> str:
    written = (_EPOCH + timedelta(seconds=value // per_second)).time().isoformat()
    return written + _fraction(value % per_second, per_second)


def _fraction(parts: int, per_second: int) -> str:
    digits = len(str(per_second)) - 1
    return f".{parts:0{digits}}".rstrip("0") if parts else ""


@contextmanager
def _opened(path: str) -> "Iterator[ParquetFile]":
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        message = f"{path} is a Parquet file, and what reads it is not installed; install archiver[parquet] with pip"
        raise Missing(message) from error
    with place(path).open("rb") as stream, ParquetFile(stream, buffer_size=_BUFFERED, pre_buffer=False) as file:
        repeated = ", ".join(_repeated(list(file.schema_arrow)))
        if repeated:
            raise _RepeatedError(f"Several columns of the file have the same name: {repeated}.")
        yield file


def _repeated(fields: "list[pa.Field]", within: tuple[str, ...] = ()) -> Iterator[str]:
    """The names that several of the fields have, or of what these are made of, with those above them."""
    for name, number in Counter(field.name for field in fields).items():
        if number > 1:
            yield ".".join((*within, name))
    for field in fields:
        yield from _repeated(_parts(field.type), (*within, field.name))


def _parts(kind: "pa.DataType") -> "list[pa.Field]":
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return _parts(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _parts(kind.storage_type)
    return [kind.field(index) for index in range(kind.num_fields)]


def _damage() -> tuple[type[Exception], ...]:
    """What pyarrow raises for a file that is not as it should be, or for what is outside of it."""
    try:
        from pyarrow import ArrowException
    except ImportError:
        return ()
    return ArrowException, OSError, MemoryError, _RepeatedError


def _outside(error: Exception) -> OSError | None:
    """The error, where no fault of the file's bytes keeps it from being read; what pyarrow says of them has no number.

    Its error where memory is refused is one of those that it has for damage, too.
    """
    if isinstance(error, MemoryError):
        return OSError(errno.ENOMEM, str(error))
    return error if isinstance(error, OSError) and error.errno is not None else None


def _said(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
