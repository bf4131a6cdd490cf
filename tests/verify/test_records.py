"""Records in files: which kind a file is, and where a fault stands in it."""

import gzip
import json
from pathlib import Path

import pytest
import zstandard

from archiver.errors import CannotRead
from archiver.record import provenance
from archiver.verify import records
from archiver.verify.records import validate
from tests.articles import article

GOOD = provenance.to_dict(article(), inline=True)
BAD = {**GOOD, "language": "not a tag"}


def found(path: Path, data: bytes | str) -> list[list[tuple[str, int | None, str | None]]]:
    """For each record its findings: code, line, path."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [[(fault.code, fault.line, fault.path) for fault in faults] for faults in validate(path, path.name)]


LINES = f"{json.dumps(GOOD)}\n\n{json.dumps(BAD)}\r\n"


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt", "stdin"])
def test_lines_are_records_whatever_the_name(tmp_path: Path, name: str) -> None:
    assert found(tmp_path / name, LINES) == [[], [("E501", 3, "$.language")]]


@pytest.mark.parametrize("name", ["a.json", "a.txt", "stdin"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_is_a_record_or_an_array_of_records(tmp_path: Path, name: str, indent: int | None) -> None:
    both, alone = json.dumps([GOOD, BAD], indent=indent), json.dumps(BAD, indent=indent)
    assert found(tmp_path / name, both) == [[], [("E501", line_of(both, "not a tag"), "$[1].language")]]
    assert found(tmp_path / name, alone) == [[("E501", line_of(alone, "not a tag"), "$.language")]]


def line_of(text: str, part: str) -> int:
    """The line on which a part of the text first stands."""
    return 1 + text.count("\n", 0, text.index(part))


@pytest.mark.parametrize("head", ["", "\n\n", "\ufeff"])
def test_each_fault_of_a_laid_out_document_has_its_line(tmp_path: Path, head: str) -> None:
    worse = {**GOOD, "site": "", "language": "no tag", "links": [{**GOOD["links"][0], "span": [0, "end"]}]}
    del worse["title"]
    text = head + json.dumps([BAD, GOOD, worse, BAD], indent=1)
    one, _, three, four = found(tmp_path / "a.json", text)
    assert [fault[1] for fault in one] == [line_of(text, "not a tag")]
    before_the_third = "\n {\n".join(text.split("\n {\n")[:3])
    assert {fault[2]: fault[1] for fault in three} == {
        "$[2]": before_the_third.count("\n") + 2,
        "$[2].site": line_of(text, '"site": ""'),
        "$[2].links[0].span[1]": line_of(text, '"end"'),
        "$[2].language": line_of(text, "no tag"),
    }
    assert [fault[1] for fault in four] == [1 + text.count("\n", 0, text.rindex("not a tag"))]


def test_an_array_s_path_stands_in_the_sentence_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([BAD]), encoding="utf-8")
    ((fault,),) = validate(tmp_path / "a.json", "a.json")
    assert fault.message.startswith("$[0].language: is ")


def test_a_record_of_another_schema(tmp_path: Path) -> None:
    assert found(tmp_path / "a.json", '[\n{"schema": "https://x.example/"}]') == [[("E503", 2, "$[0].schema")]]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_files_may_be_compressed(tmp_path: Path, compress: object) -> None:
    assert callable(compress)
    assert found(tmp_path / "a.jsonl.gz", compress(LINES.encode())) == [[], [("E501", 3, "$.language")]]


@pytest.mark.parametrize("data", ["", "\n \n", "[]"])
def test_a_file_without_records(tmp_path: Path, data: str) -> None:
    assert found(tmp_path / "a.json", data) == []


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": ',
        b"[1, 2",
        b"\xff\xfe{\x00}\x00",
        b'{"a": "caf\xe9"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b"\x00",
        b'[{"a": 1}\n',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_is_no_json_is_one_finding(tmp_path: Path, name: str, data: bytes) -> None:
    ((fault,),) = found(tmp_path / name, data)
    assert fault[0] == "E502"


@pytest.mark.parametrize("data", ["1", '"text"', "null", "[[]]", '{"schema": 1}', '{"schema": "\\ud800"}'])
def test_what_is_no_record_has_findings(tmp_path: Path, data: str) -> None:
    (faults,) = found(tmp_path / "a.json", data)
    assert {fault[0] for fault in faults} <= {"E501", "E503"}
    assert faults


def test_a_line_that_is_too_long_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 1000)
    (tmp_path / "a.jsonl").write_text("1" * 3500 + "\n{\n", encoding="utf-8")
    first, second = validate(tmp_path / "a.jsonl", "a.jsonl")
    assert [(fault.message, fault.line) for fault in first] == [("longer than 1,000 bytes; not read", 1)]
    assert [fault.line for fault in second] == [2]


def test_a_document_that_is_too_long_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST", 1000)
    assert found(tmp_path / "a.json", "[\n" + "1," * 3000 + "1]") == [[("E502", None, None)]]


def test_a_file_that_ends_in_damage_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINES.encode())[:-9])
    with pytest.raises(CannotRead, match=r"a\.jsonl\.gz: After .* bytes the compressed data is damaged"):
        list(validate(tmp_path / "a.jsonl.gz", "a.jsonl.gz"))


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="Is a directory"):
        list(validate(tmp_path, "folder"))
