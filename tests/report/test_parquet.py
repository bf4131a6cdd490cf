"""Parquet as a form of export: typed columns, the same bytes each time, and a way back into a package."""

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet as pq

from archiver.errors import Missing
from archiver.package.open import open_package
from archiver.record import provenance
from archiver.report import parquet, tables
from tests.cli.driver import ARTICLES, CREATED, run

TABLES = (None, *tables.COLUMNS)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The records of the example articles."""
    out = tmp_path_factory.mktemp("parquet") / "examples"
    run("pack", ARTICLES, "-o", out, "--created", CREATED, "-j", 1)
    return [provenance.to_dict(entry.article, inline=True) for entry in open_package(out).articles()]


def written(table: str | None, records: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(parquet.file(table, records))


def without_nulls(value: Any) -> Any:
    """A record leaves out what it does not have, a column cannot."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("table", TABLES)
def test_the_rows_are_those_of_the_other_forms(table: str | None, records: list[dict[str, Any]]) -> None:
    expected = [json.loads(line) for line in tables.jsonl(table, records)] if table else records
    found = pq.read_table(io.BytesIO(written(table, records))).to_pylist()
    assert [without_nulls(row) for row in found] == [without_nulls(row) for row in expected]
    assert len(found) > 15


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_have_their_types_also_where_no_row_is(table: str | None, records: list[dict[str, Any]]) -> None:
    empty, full = (pq.read_schema(io.BytesIO(written(table, some))) for some in ([], records))
    assert empty == full
    assert "null" not in {str(kind) for kind in full.types}


def test_numbers_are_numbers_and_lists_are_lists(records: list[dict[str, Any]]) -> None:
    kinds = {
        table: {field.name: str(field.type) for field in pq.read_schema(io.BytesIO(written(table, [])))}
        for table in tables.COLUMNS
    }
    assert kinds["articles"]["authors"] == "list<element: string>"
    assert kinds["articles"]["links"] == kinds["links"]["tweet"] == "int64"
    assert kinds["tweets"]["links"] == kinds["repairs"]["before_code_points"] == "list<element: int64>"
    assert kinds["links"]["truncated"] == "bool"


@pytest.mark.parametrize("table", TABLES)
def test_the_bytes_are_the_same_each_time(table: str | None, records: list[dict[str, Any]]) -> None:
    assert written(table, records) == written(table, iter(records))


def test_rows_are_written_in_groups(records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 7)
    pieces = list(parquet.file("articles", records))
    metadata = pq.read_metadata(io.BytesIO(b"".join(pieces)))
    assert metadata.num_row_groups == len(pieces) - 1 == -(-len(records) // 7)
    monkeypatch.setattr(parquet, "GROUP_TEXT", 1)
    assert len(list(parquet.file("articles", records))) == len(records) + 1


@pytest.mark.parametrize("table", [None, "articles"])
@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_what_was_exported_can_be_packed_again(
    table: str | None, form: str, records: list[dict[str, Any]], tmp_path: Path
) -> None:
    lines = tables.jsonl(table, records) if table else map(provenance.to_bytes, records)
    source = tmp_path / f"again.{form}"
    source.write_bytes(written(table, records) if form == "parquet" else b"".join(lines))
    assert run("pack", source, "-o", tmp_path / "out", "--created", CREATED, "-j", 1).exit_code == 0
    again = [provenance.to_dict(entry.article, inline=True) for entry in open_package(tmp_path / "out").articles()]
    for name in ("text", "title", "authors", "site", "language"):
        assert [record[name] for record in again] == [record[name] for record in records], name
    for name in ("url", "published", "modified", "retrieved"):
        assert [(record[name] or {}).get("value") for record in again] == [
            (record[name] or {}).get("value") for record in records
        ], name


def test_without_pyarrow_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Missing, match=r"install archiver\[parquet\]"):
        written("articles", [])
