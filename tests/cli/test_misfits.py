"""Records whose numbers do not fit: they are shown, or said to be wrong, and never end a command by a traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.warc.reader import Record
from tests.cli.driver import Run
from tests.verify import packages

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small package with repairs, links and a tweet."""
    return packages.build(tmp_path_factory.mktemp("misfits"))


def edited(built: Path, folder: Path, edit: Edit) -> Path:
    """A copy in which the record of `a.txt` is edited, and every digest around it mended."""

    def is_meant(record: Record) -> bool:
        in_it = b'"a.txt"' in (record.block or b"")
        return record.type == "metadata" and "/article/" in (record.uri or "") and in_it

    package = packages.copy(built, folder)
    packages.edit_json(package, is_meant, edit)
    return package


def put(*path: Any) -> Edit:
    """Set the value at a path: its last item."""
    *keys, last, value = path

    def edit(record: Any) -> None:
        for key in keys:
            record = record[key]
        record[last] = value

    return edit


def as_floats(record: Any) -> None:
    """Write every integer as a float of the same value."""
    for key, value in list(record.items() if isinstance(record, dict) else enumerate(record)):
        if isinstance(value, int):
            record[key] = float(value)
        elif isinstance(value, dict | list):
            as_floats(value)


COMMANDS = (
    ("show", "a.txt"),
    ("show", "a.txt", "--format", "json"),
    ("list",),
    ("export",),
    *(("export", "--format", "csv", "--table", table) for table in ("articles", "links", "tweets", "repairs")),
)


def test_numbers_with_a_point_are_the_same_numbers(run: Run, built: Path, tmp_path: Path) -> None:
    package = edited(built, tmp_path, as_floats)
    for command, *more in COMMANDS:
        assert run(command, package, *more).stdout == run(command, built, *more).stdout
    assert "E501" in run("verify", package).output


@pytest.mark.parametrize(
    "edit",
    [
        put("repairs", 0, "span", [5, 1]),
        put("repairs", 0, "source_span", [5, 1]),
        put("repairs", 0, "span", [2**53 - 1, 2**53 - 1]),
        put("repairs", 0, "after", "something else"),
        put("links", 0, "span", [2**52, 7]),
        put("tweets", 0, "source_span", [9, 1]),
    ],
)
def test_places_that_do_not_fit_are_shown_as_they_are_and_found(
    run: Run, built: Path, tmp_path: Path, edit: Edit
) -> None:
    package = edited(built, tmp_path, edit)
    for command, *more in COMMANDS:
        done = run(command, package, *more)
        assert (done.exit_code, done.stderr) == (0, "")
    found = run("verify", package, "--format", "jsonl")
    assert found.exit_code == 1
    assert {json.loads(line)["code"] for line in found.stdout.splitlines()} & {"E607", "E608", "E609"}


def test_repairs_that_do_not_fit_are_listed_without_their_lines(run: Run, built: Path, tmp_path: Path) -> None:
    shown = run("show", edited(built, tmp_path, put("repairs", 0, "span", [5, 1])), "a.txt").stdout
    assert "  They do not fit the text; archiver verify says more.\n" in shown
    assert "mojibake: “" in shown


@pytest.mark.parametrize(
    "edit",
    [
        put("repairs", 0, "span", [0, 10**20]),
        put("repairs", 0, "span", [0, 2**53]),
        put("repairs", 0, "span", [0, 1.5]),
        put("repairs", 0, "span", ["0", 1]),
        put("repairs", 0, "span", None),
        put("repairs", 0, "before_code_points", [10**20]),
        put("links", 0, "tweet", "0"),
        put("source", "offset", -1),
        put("extra", [[[[]]]]),
    ],
)
def test_records_that_break_their_schema_are_said(run: Run, built: Path, tmp_path: Path, edit: Edit) -> None:
    package = edited(built, tmp_path, edit)
    for command, *more in COMMANDS:
        done = run(command, package, *more)
        assert done.exit_code == 3
        assert "breaks its schema: $" in done.stderr
    found = run("verify", package, "--format", "jsonl")
    assert found.exit_code == 1
    assert "E501" in {json.loads(line)["code"] for line in found.stdout.splitlines()}
