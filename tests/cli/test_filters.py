"""`archiver normalize`, `extract`, `validate` and `schema`: one text, or records, in and out."""

import gzip
import json
from pathlib import Path

import pytest

from archiver.model import sha256
from archiver.record import schema
from archiver.record.provenance import repairs_from
from archiver.text.ledger import unapply
from tests.cli.driver import BROKEN, Run, rows

DAMAGED = "The cafÃ©â€™s sign.\r\n".encode() + b"A stray \xff byte.\n"


def test_normalize_is_a_filter(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DAMAGED)
    for done in (
        run("normalize", stdin=DAMAGED),
        run("normalize", "-", stdin=DAMAGED),
        run("normalize", tmp_path / "a.txt"),
    ):
        assert done.exit_code == 0
        assert done.stdout == "The café’s sign.\nA stray \ufffd byte.\n"
        assert done.stderr == ""


def test_a_guessed_encoding_is_said_and_is_no_failure(run: Run) -> None:
    done = run("normalize", stdin=b"A caf\xe9.\n")
    assert (done.exit_code, done.stdout) == (0, "A café.\n")
    assert "W123" in done.stderr


def test_broken_utf16_is_refused(run: Run) -> None:
    done = run("normalize", stdin="Rain, again.".encode("utf-16") + b"\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "E125" in done.stderr


def test_the_ledger_leads_back_to_the_bytes(run: Run, tmp_path: Path) -> None:
    done = run("normalize", "--ledger", tmp_path / "ledger.json", stdin=DAMAGED)
    ledger = json.loads((tmp_path / "ledger.json").read_bytes())
    source = unapply(done.stdout, repairs_from(ledger)).encode(ledger["source"]["encoding"], "surrogateescape")
    assert source == DAMAGED
    assert ledger["source"]["digest"] == sha256(DAMAGED)
    assert ledger["text"]["digest"] == sha256(done.stdout_bytes)


def test_a_ledger_that_exists_is_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DAMAGED)
    refused = run("normalize", tmp_path / "a.txt", "--ledger", tmp_path / "a.txt")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert (tmp_path / "a.txt").read_bytes() == DAMAGED
    assert run("normalize", "--ledger", tmp_path / "a.txt", "--overwrite", stdin=b"Fine.\n").stdout == "Fine.\n"


def test_normalize_says_what_it_did(run: Run) -> None:
    said = run("normalize", "-v", stdin=DAMAGED).stderr
    assert said.startswith("archiver: read as utf-8 (")
    assert "1 line-end" in said
    assert run("normalize", "-v", stdin=b"Fine.\n").stderr.endswith("; 0 repairs\n")


def test_an_encoding_can_be_told(run: Run) -> None:
    assert run("normalize", "--encoding", "cp1251", stdin="Да.\n".encode("cp1251")).stdout == "Да.\n"
    assert run("normalize", "--encoding", "cp-none", stdin=b"").exit_code == 2


def test_a_text_that_is_not_in_its_declared_encoding_is_told(run: Run) -> None:
    done = run("normalize", "--encoding", "ascii", stdin="ünder die Brücke".encode("utf-16"))
    assert done.exit_code == 1
    assert "W111" in done.stderr


def test_what_is_no_text_is_not_normalised(run: Run) -> None:
    done = run("normalize", BROKEN / "not-text.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("archiver: E102")


def test_extract_gives_links_and_tweets_whose_spans_slice(run: Run) -> None:
    data = "So.Â  https://t.co/Zz9aa\r\n— Ada (@ada_e) July 21, 2017\r\n".encode()
    found = json.loads(run("extract", stdin=data).stdout)
    text, source = run("normalize", stdin=data).stdout, data.decode()
    (link,), (tweet,) = found["links"], found["tweets"]
    assert text[slice(*link["span"])] == source[slice(*link["source_span"])] == link["href"] == "https://t.co/Zz9aa"
    assert (tweet["handle"], tweet["posted"]["value"], tweet["links"]) == ("ada_e", "2017-07-21", [0])


def test_extract_of_nothing(run: Run) -> None:
    assert json.loads(run("extract", stdin=b"").stdout) == {"links": [], "tweets": []}


def test_extract_reads_pages_and_what_is_compressed(run: Run, tmp_path: Path) -> None:
    page = b'<p>See <a href="https://ex.example/">this</a>.</p>'
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(page))
    for done in (run("extract", packed), run("extract", "--media-type", "text/html", stdin=page)):
        assert [link["text"] for link in json.loads(done.stdout)["links"]] == ["this"]


@pytest.mark.parametrize(
    ("data", "code"), [(b"%PDF-1.7 ...", "E102"), (gzip.compress(b"Rain. https://ex.example/", mtime=0)[:-9], "E110")]
)
def test_extract_says_what_it_cannot_read(data: bytes, code: str, run: Run) -> None:
    done = run("extract", stdin=data)
    assert (done.exit_code, done.stdout) == (1, "")
    assert code in done.stderr


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    for command in ("normalize", "extract", "validate"):
        done = run(command, tmp_path / "gone")
        assert (done.exit_code, done.stderr) == (3, f"archiver: {tmp_path / 'gone'}: No such file or directory\n")


def test_records_that_are_valid(run: Run, package: Path) -> None:
    done = run("validate", "-", stdin=run("export", package).stdout_bytes)
    assert (done.exit_code, done.stdout) == (0, "stdin: 20 records, none with faults\n")
    assert run("validate", "-q", "-", stdin=run("export", package).stdout_bytes).output == ""


@pytest.mark.parametrize("data", [b"", b"\n\n", b"[]"])
def test_a_file_without_a_record_is_said(run: Run, data: bytes) -> None:
    done = run("validate", "-", stdin=data)
    assert (done.exit_code, done.stdout) == (1, "stdin: no record in it; archiver export writes a package's\n")
    assert run("validate", "-q", "-", stdin=data).stdout == done.stdout
    assert run("validate", "--format", "jsonl", "-", stdin=data).exit_code == 1


def test_each_fault_has_its_line_and_path(run: Run, package: Path, tmp_path: Path) -> None:
    first, second, *_ = rows(run("export", package))
    del second["site"]
    second["source"]["offset"] = -1
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, (first, second))) + '\n{"a": \n', encoding="utf-8")
    done = run("validate", path)
    assert done.exit_code == 1
    found = rows(run("validate", path, "--format", "jsonl"))
    assert [(row["code"], row["line"], row.get("path")) for row in found] == [
        ("E501", 2, "$"),
        ("E501", 2, "$.source.offset"),
        ("E502", 3, None),
    ]
    assert done.stdout.splitlines()[-1] == f"{path}: 3 records, 2 with faults"
    assert done.stdout.splitlines()[2].startswith(f"E502 {path}, line 3 — Not well-formed JSON at column ")


def test_the_schema_can_be_named(run: Run, with_rejected: Path) -> None:
    rejected = run("list", "--rejected", "--format", "jsonl", with_rejected).stdout_bytes
    assert run("validate", "--schema", "rejection", "-", stdin=rejected).exit_code == 0
    assert run("validate", "--schema", "article.v1", "-", stdin=rejected).exit_code == 1
    assert run("validate", "--schema", "poem", "-", stdin=rejected).exit_code == 2


def test_schemas_are_printed_as_they_are(run: Run) -> None:
    assert run("schema").stdout_bytes == schema.source("article")
    assert run("schema", "--list").stdout.splitlines() == list(schema.names())
    for name in schema.names():
        assert run("schema", name).stdout_bytes == schema.source(name)


@pytest.mark.parametrize("name", ["", "articl", "../article"])
def test_a_schema_that_there_is_not(run: Run, name: str) -> None:
    done = run("schema", name)
    assert done.exit_code == 2
    assert "article.v1" in done.stderr


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_the_name_of_a_file_may_be_no_text(run: Run, tmp_path: Path, form: str) -> None:
    path = tmp_path / "caf\udce9.jsonl"
    path.write_bytes(b"{}\n")
    done = run("validate", "--format", form, path)
    assert done.exit_code == 1
    assert all(r"caf\xe9.jsonl" in line.replace(r"\\", "\\") for line in done.stdout.splitlines())


def test_a_file_that_cannot_be_validated_does_not_keep_the_others(
    run: Run, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = tmp_path / "records.jsonl"
    run("export", package, "-o", records)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    done = run("validate", "-", tmp_path / "none", records, stdin=b"{}")
    assert done.exit_code == 3
    assert done.stdout == f"{records}: 20 records, none with faults\n"
    assert len(done.stderr.splitlines()) == 2
