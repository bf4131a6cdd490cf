"""`archiver verify`: what it says, and what it ends with. What it finds is held in tests/verify."""

import os
from pathlib import Path
from shutil import copytree

import pytest

from archiver.model import sha256
from archiver.package.bag import FileEntry, tag_files
from tests.cli.driver import CREATED, Run, rows
from tests.warc.warcs import record


@pytest.fixture
def damaged(package: Path, tmp_path: Path) -> Path:
    """Return a package of which one file was changed."""
    out = tmp_path / "damaged"
    copytree(package, out)
    with (out / "data/pages/pages.jsonl").open("ab") as pages:
        pages.write(b"no page\n")
    return out


def test_a_sound_package_is_called_so(run: Run, package: Path, wacz: Path) -> None:
    done = run("verify", package, wacz)
    assert done.exit_code == 0
    assert done.stdout == f"{package}: sound (11 files, 20 items)\n{wacz}: sound (11 files, 20 items)\n"


def test_quiet_says_nothing_of_a_sound_package(run: Run, package: Path) -> None:
    assert run("verify", "-q", package).output == ""


def test_a_warc_file_alone_is_sound(run: Run, package: Path) -> None:
    warc = next((package / "data/archive").iterdir())
    done = run("verify", warc)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith(f"{warc}: sound")


def test_a_bag_of_something_else_is_sound(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_bytes(b"Rain.\n")
    entry = FileEntry(path="data/a.txt", length=6, digest=sha256(b"Rain.\n"))
    for name, data in tag_files([entry], [], CREATED):
        (tmp_path / name).write_bytes(data)
    assert run("verify", tmp_path).stdout == f"{tmp_path}: sound\n"


def test_each_finding_has_code_place_and_sentence(run: Run, damaged: Path) -> None:
    done = run("verify", damaged)
    *found, last = done.stdout.splitlines()
    assert done.exit_code == 1
    assert any(line.startswith("E") and "pages/pages.jsonl" in line and " — " in line for line in found)
    errors = sum(line.startswith("E") for line in found)
    assert last.startswith(f"{damaged}: {errors} errors")


def test_verbose_explains_the_codes(run: Run, damaged: Path) -> None:
    plain = run("verify", damaged).stdout.splitlines()
    verbose = run("verify", "-v", damaged).stdout.splitlines()
    codes = {line.split()[0] for line in plain[:-1]}
    assert len(verbose) == len(plain) + len(codes)


def test_of_many_findings_of_a_code_the_first_are_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(b"".join(record(number=n, change={"WARC-Date": "soon"}) for n in range(80)))
    lines = run("verify", tmp_path / "a.warc").stdout.splitlines()
    told = [line for line in lines if line.startswith("E209")]
    assert told[0].endswith("WARC-Date is malformed (WARC 1.1 section 5.4). Found: soon")
    assert told[-1] == "E209 — and 30 more of these; -v or --format jsonl tells all"
    assert len(told) == 51
    assert lines[-1].endswith("80 errors, 1 warning")
    assert run("verify", "-v", tmp_path / "a.warc").stdout.count("E209") == 81
    assert len(rows(run("verify", "--format", "jsonl", tmp_path / "a.warc"))) == 81


STEERING = "\x1b]0;pwned\x07\x1b[2J\x7f\u009b31m\u202egpj\u2066\u2028"


@pytest.mark.parametrize("options", [[], ["-v"], ["--format", "jsonl"]])
def test_nothing_of_a_file_steers_the_terminal(run: Run, tmp_path: Path, options: list[str]) -> None:
    change = dict.fromkeys(("WARC-Date", "WARC-Type", "Content-Type"), STEERING)
    lax = {"WARC-Target-URI": "https://example.org/\u009b2J\u202e", "WARC-Date": "\u009b31m\u2066"}
    path = tmp_path / f"{STEERING}.warc"
    path.write_bytes(record(change=change) + record(number=2, change=lax) + STEERING.encode())
    done = run("verify", *options, path)
    assert done.exit_code == 1
    assert "E203" in done.stdout
    assert "E209" in done.stdout
    assert not set(STEERING) - set("0123456789;[]Jmpwnedgj") & set(done.stdout + done.stderr)


@pytest.mark.parametrize("options", [[], ["--format", "jsonl"]])
def test_a_file_s_name_may_be_no_text(run: Run, tmp_path: Path, options: list[str]) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.warc"))
    path.write_bytes(record(change={"WARC-Date": "soon"}))
    done = run("verify", *options, path)
    assert done.exit_code == 1
    assert "E209" in done.stdout


def test_json_lines_have_the_package_s_name(run: Run, damaged: Path) -> None:
    done = run("verify", "--format", "jsonl", damaged)
    found = rows(done)
    assert done.exit_code == 1
    assert found
    assert all(row["package"] == str(damaged) and row["code"] and row["message"] for row in found)


def test_what_cannot_be_read_does_not_keep_the_others(run: Run, package: Path, damaged: Path, tmp_path: Path) -> None:
    (tmp_path / "notes\x1b[1m.txt").write_text("no package", encoding="utf-8")
    done = run("verify", tmp_path / "gone", damaged, tmp_path / "notes\x1b[1m.txt", package)
    assert done.exit_code == 3
    assert done.stdout.endswith(f"{package}: sound (11 files, 20 items)\n")
    first, second = done.stderr.splitlines()
    assert first.startswith("archiver: ")
    assert "gone" in first
    assert "notes⟨U+001B⟩[1m.txt" in second


def test_only_and_ignore_choose_by_the_beginning_of_a_code(run: Run, damaged: Path) -> None:
    every = {row["code"] for row in rows(run("verify", "--format", "jsonl", damaged))}
    assert "E704" in every
    only = run("verify", "--format", "jsonl", "--only", "e704", damaged)
    assert {row["code"] for row in rows(only)} == {"E704"}
    assert {row["code"][:2] for row in rows(run("verify", "--format", "jsonl", "--ignore", "E7", damaged))} == {"E4"}
    assert run("verify", "--ignore", "E", damaged).exit_code == 0
    assert run("verify", "--ignore", "Q", damaged).exit_code == 2


def test_warnings_fail_unless_errors_alone_do(run: Run, package: Path, tmp_path: Path) -> None:
    out = tmp_path / "unlisted"
    copytree(package, out)
    (out / "notes.txt").write_text("W714", encoding="utf-8")
    assert run("verify", out).exit_code == 1
    done = run("verify", "--fail-on", "error", out)
    assert (done.exit_code, done.stdout.startswith("W714")) == (0, True)


def test_a_level_says_how_far_to_go(run: Run, damaged: Path) -> None:
    assert run("verify", "--level", "structure", "--only", "E704", damaged).exit_code == 0
    assert run("verify", "--level", "fixity", "--only", "E704", damaged).exit_code == 1
    assert run("verify", "--level", "fixity", "--only", "E427", damaged).exit_code == 0


def test_what_is_too_long_is_refused(run: Run, package: Path, wacz: Path) -> None:
    warc = next((package / "data/archive").iterdir())
    for path in (package, wacz, warc):
        done = run("verify", "--max-size", "100", path)
        assert done.exit_code == 3
        assert "more than the 100 that may be read" in done.stderr
    assert run("verify", "--max-size", "1G", package).exit_code == 0


def test_several_processes_say_the_same(run: Run, package: Path, wacz: Path, damaged: Path, tmp_path: Path) -> None:
    given = (package, tmp_path / "gone", damaged, wacz)
    alone, together = run("verify", *given), run("verify", "-j", "2", *given)
    assert (together.exit_code, together.stdout, together.stderr) == (3, alone.stdout, alone.stderr)
