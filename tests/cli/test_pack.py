"""`archiver pack`: its options, its summary, and what stops it."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.errors import Unreachable
from archiver.package.open import open_package
from tests.cli.driver import ARTICLES, BROKEN, CREATED, Run, start

TEXT = "Harbour board meets again. The crack is longer than it was in spring.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """Return a text file with one article."""
    path = tmp_path / "harbour.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_what_was_packed_is_said_with_what_to_do_next(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("pack", ARTICLES, "-o", out, "--created", CREATED)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"Packed 20 items into {out}: 19 archived, 1 of the same bytes as another.\n")
    assert f"archiver verify {out}\n" in done.stdout
    assert done.stderr == ""


def test_the_worker_s_number_does_not_show(run: Run, tmp_path: Path, wacz: Path) -> None:
    run("pack", ARTICLES, "-o", tmp_path / "two.wacz", "--created", CREATED, "-j", 2)
    assert (tmp_path / "two.wacz").read_bytes() == wacz.read_bytes()


def test_rejections_are_told_and_counted(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("pack", BROKEN, "-o", out)
    assert done.exit_code == 1
    counts = open_package(out).run()["counts"]["items"]
    assert f"{sum(counts.values())} items into" in done.stdout
    assert "  empty.txt — E101 " in done.stdout
    assert f"… and {counts['rejected'] - 10} more: archiver list {out} --rejected" in done.stdout
    assert "I117 letter.xyz — Left out" in done.stdout


def test_verbose_tells_every_rejection(run: Run, tmp_path: Path) -> None:
    done = run("-v", "pack", BROKEN, "-o", tmp_path / "out")
    assert "more: archiver list" not in done.stdout
    assert sum(" — E1" in line for line in done.stdout.splitlines()) == 14


def test_quiet_says_nothing_where_all_is_well(run: Run, tmp_path: Path) -> None:
    assert run("pack", "-q", ARTICLES, "-o", tmp_path / "a").output == ""
    assert "14 rejected" in run("pack", "-q", BROKEN, "-o", tmp_path / "b").output


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_a_folder_that_may_not_be_listed_is_an_error_of_the_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: list[str]
) -> None:
    """What is in it is missing from the package, whatever else is left out for good reasons."""
    folder, out, report = tmp_path / "in", tmp_path / "out", tmp_path / "report.json"
    (folder / "z-locked").mkdir(parents=True)
    (folder / "harbour.txt").write_text(TEXT, encoding="utf-8")
    for number in range(12):
        (folder / f"{number}.jpg").touch()
    scan = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("os.scandir", refuse)
    for resume in ([], ["--resume"]):
        done = run("pack", *quiet, folder, "-o", out, "-j", 1, "--created", CREATED, "--report", report, *resume)
        assert done.exit_code == 1
        assert "E109 z-locked — The folder cannot be read, nor what is in it: Permission denied." in done.stdout
    assert json.loads(report.read_bytes())["reasons"] == {"E109": 1}
    assert [note["code"] for note in open_package(out).run()["notes"] if note["severity"] == "error"] == ["E109"]


def test_standard_input_is_a_source(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    done = run("pack", "-", "-o", tmp_path / "out", stdin=(ARTICLES / "wire.jsonl").read_bytes())
    assert done.exit_code == 0, done.output
    names = {entry.article.source.name for entry in open_package(tmp_path / "out").articles()}
    assert names == {"stdin"}
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_run_of_standard_input_is_taken_up_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    lines = (ARTICLES / "wire.jsonl").read_bytes()
    options = ("--created", CREATED, "--shard-size", "2K")
    run("pack", "-", "-o", tmp_path / "whole", *options, stdin=lines)
    out = ("pack", "-", "-o", tmp_path / "out", *options)
    monkeypatch.setattr("archiver.pack.run.assemble", interrupted)
    assert "--resume goes on from there" in run(*out, stdin=lines).stderr
    monkeypatch.undo()
    resumed = run(*out, "--resume", "--report", tmp_path / "r.json", stdin=lines)
    assert resumed.exit_code == 0, resumed.output
    shards = json.loads((tmp_path / "r.json").read_bytes())["shards"]
    assert shards["finished_before"] == shards["total"] > 1
    files = [path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert all((tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes() for name in files)


def test_standard_input_is_given_once(run: Run, tmp_path: Path) -> None:
    done = run("pack", "-", "-", "-o", tmp_path / "out", stdin=b"")
    assert (done.exit_code, done.stderr) == (
        2,
        "archiver: - was given more than once; there is one standard input, so give it once\n",
    )


@pytest.mark.parametrize(("source", "what"), [("-", "standard input"), (ARTICLES, "the plan")])
def test_where_there_is_no_room_for_temporary_files_it_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | Path, what: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    done = run("pack", source, "-o", tmp_path / "out", stdin=b"some")
    assert done.exit_code == 3
    form = rf"archiver: {what} cannot be kept in a temporary file: No such file or directory \(\S+/gone/archiver-\S+\)"
    assert re.fullmatch(f"{form}; TMPDIR names the folder for temporary files\n", done.stderr)


def test_where_a_temporary_file_takes_no_more_it_is_said(tmp_path: Path) -> None:
    limited = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (4096, 4096)); from archiver.cli import main; main()"
    command = [sys.executable, "-c", limited, "pack", "-", "-o", str(tmp_path / "out")]
    done = subprocess.run(command, input=bytes(1 << 16), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.startswith(b"archiver: standard input cannot be kept in a temporary file: File too large (/")


def test_options_fill_in_what_the_file_does_not_say(run: Run, tmp_path: Path, article: Path) -> None:
    options = ("--url", "https://news.example/harbour", "--title", "Harbour", "--operator", "City Archive")
    run("pack", article, "-o", tmp_path / "out", *options, "--description", "One article.", "--name", "city")
    opened = open_package(tmp_path / "out")
    (entry,) = opened.articles()
    assert entry.article.url is not None
    assert entry.article.url.value == "https://news.example/harbour"
    assert entry.article.title == "Harbour"
    assert opened.datapackage()["title"] == "Harbour"
    assert opened.datapackage()["description"] == "One article."
    assert entry.warc == "archive/city-00000.warc.gz"
    assert "Contact-Name: City Archive" in (tmp_path / "out" / "bag-info.txt").read_text(encoding="utf-8")


def test_a_title_is_the_package_s_alone_where_there_are_several_articles(run: Run, tmp_path: Path) -> None:
    run("pack", ARTICLES, "-o", tmp_path / "out", "--title", "Some")
    opened = open_package(tmp_path / "out")
    assert opened.datapackage()["title"] == "Some"
    assert "Some" not in {entry.article.title for entry in opened.articles()}


@pytest.mark.parametrize("name", ["wire.jsonl", ".", "-"])
def test_an_address_is_for_a_single_article(run: Run, tmp_path: Path, name: str) -> None:
    source = name if name == "-" else ARTICLES / name
    done = run("pack", source, "-o", tmp_path / "out", "--url", "https://news.example/", stdin=b"")
    assert done.exit_code == 2
    assert "one SOURCE" in done.stderr


def test_a_field_can_be_named(run: Run, tmp_path: Path) -> None:
    item = tmp_path / "item.json"
    item.write_text(json.dumps({"words": TEXT, "head": "Harbour"}), encoding="utf-8")
    assert run("pack", item, "-o", tmp_path / "a").exit_code == 1
    assert run("pack", item, "-o", tmp_path / "b", "--field", "text=words", "--field", "title=head").exit_code == 0
    (entry,) = open_package(tmp_path / "b").articles()
    assert (entry.article.text, entry.article.title) == (TEXT, "Harbour")


def test_larger_items_are_rejected(run: Run, tmp_path: Path, article: Path) -> None:
    done = run("pack", article, "-o", tmp_path / "out", "--max-item-size", 16)
    assert done.exit_code == 1
    assert "E107" in done.stdout


def test_the_packaging_time_may_come_from_the_environment(run: Run, tmp_path: Path, article: Path) -> None:
    run("pack", article, "-o", tmp_path / "out", SOURCE_DATE_EPOCH="1714979289")
    assert open_package(tmp_path / "out").run()["created"] == "2024-05-06T07:08:09Z"


@pytest.mark.parametrize("out", ["out.zip", "out.warc.gz", "out.WACZ", "out.wacz/", "missing/out", "-", "sources/out"])
def test_an_out_that_cannot_be_meant_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sources").mkdir()
    Path("sources/a.txt").write_text(TEXT, encoding="utf-8")
    done = run("pack", "sources", "-o", out)
    assert done.exit_code == 2
    assert done.stderr.startswith("archiver: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources"]


@pytest.mark.parametrize("suffix", ["", ".wacz"])
@pytest.mark.parametrize("work", [None, "work", "local://{tmp}/work"])
def test_the_name_of_out_may_be_no_text(run: Run, tmp_path: Path, article: Path, suffix: str, work: str | None) -> None:
    out = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9" + suffix.encode()))
    report = out.with_name("caf\udce9.json")
    kept = ("--work", work.format(tmp=tmp_path)) if work else ()
    arguments = ("pack", article, "-o", out, "--report", report, "--created", CREATED, *kept, "--log-format", "json")
    for more in ((), ("--resume",), ("--overwrite",)):
        done = run(*arguments, *more)
        assert (done.exit_code, json.loads(done.stderr)["package"]) == (0, f"{tmp_path}/caf\\xe9{suffix}")
        assert json.loads(report.read_bytes())["package"] == f"{tmp_path}/caf\\xe9{suffix}"
    refused = run("pack", article, "-o", out, "--log-format", "json")
    assert (refused.exit_code, json.loads(refused.stderr)["event"]) == (2, "error")
    for command in (
        ("verify",),
        ("verify", "--format", "jsonl"),
        ("list",),
        ("list", "--format", "jsonl"),
        ("export",),
    ):
        assert run(*command, out).exit_code == 0
    plain = tmp_path / f"plain{suffix}"
    run("pack", article, "-o", plain, "--created", CREATED)
    assert files(out) == files(plain)


def files(package: Path) -> dict[Path, bytes]:
    """The bytes of a package's files."""
    return {path.relative_to(package): path.read_bytes() for path in [package, *package.rglob("*")] if path.is_file()}


def test_an_out_that_ends_in_a_slash_is_a_folder(run: Run, tmp_path: Path, article: Path) -> None:
    assert run("pack", article, "-o", f"{tmp_path}/out/").exit_code == 0
    assert (tmp_path / "out" / "bagit.txt").is_file()


def test_an_out_that_exists_is_refused_and_can_be_replaced(run: Run, tmp_path: Path, article: Path) -> None:
    out = tmp_path / "out"
    assert run("pack", article, "-o", out).exit_code == 0
    refused = run("pack", article, "-o", out)
    assert refused.exit_code == 2
    assert "--overwrite replaces it" in refused.stderr
    assert run("pack", article, "-o", out, "--overwrite").exit_code == 0


def test_a_source_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    done = run("pack", tmp_path / "nope\x1b.txt", "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (3, f"archiver: {tmp_path}/nope⟨U+001B⟩.txt: No such file or directory\n")


def many(folder: Path) -> Path:
    """A source that takes a while: several shards."""
    path = folder / "many.jsonl"
    line = json.dumps({"title": "Harbour", "text": TEXT * 40})
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(f'{line[:-1]}, "n": {number}}}\n' for number in range(12_000))
    return path


@pytest.mark.parametrize(
    ("jobs", "end"),
    [
        (1, lambda pid: os.killpg(pid, signal.SIGINT)),
        (2, lambda pid: os.killpg(pid, signal.SIGINT)),
        (2, lambda pid: os.kill(pid, signal.SIGTERM)),
    ],
)
def test_ctrl_c_and_sigterm_leave_nothing_at_out(tmp_path: Path, jobs: int, end: Callable[[int], None]) -> None:
    out = tmp_path / "out"
    work = tmp_path / ".out.work"
    with start("pack", many(tmp_path), "-o", out, "-j", jobs, start_new_session=True) as process:
        while sum(path.stat().st_size for path in work.glob("archive/*")) < 100_000:
            assert process.poll() is None
            time.sleep(0.05)
        end(process.pid)
        shown, said = process.communicate(timeout=60)
    assert said.decode() == f"archiver: interrupted; no package was written to {out}.\n"
    assert (process.returncode, shown) == (130, b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.jsonl"]


def test_a_run_that_is_interrupted_when_its_package_stands_says_so(run: Run, tmp_path: Path, article: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for overwrite in ([], ["--overwrite"]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("archiver.pack.workfolder._remove", interrupted)
            done = run("pack", article, "-o", tmp_path / "out", "-j", 1, "--created", CREATED, *overwrite)
        assert done.exit_code == 130
        assert f"interrupted, when the whole package stood at {tmp_path / 'out'} already" in done.stderr
    again = run("pack", article, "-o", tmp_path / "out", "--created", CREATED, "--resume")
    assert "stands already, with 1 item: 1 archived. Nothing was done:\n" in again.stdout
    assert "Their bytes were not compared." in again.stdout
    assert "Packed" not in again.stdout


def test_an_interrupted_run_says_what_is_kept(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    monkeypatch.setattr("archiver.pack.run.assemble", interrupted)
    done = run("pack", ARTICLES, "-o", out, "-j", 1, "--created", CREATED)
    assert done.exit_code == 130
    assert f"kept in {tmp_path / '.out.work'}; --resume goes on" in done.stderr
    monkeypatch.undo()
    assert run("pack", ARTICLES, "-o", out, "-j", 1, "--created", CREATED, "--resume").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize(
    ("hangs", "error", "said"),
    [
        (
            "archiver.pack.workfolder.Work.finished",
            OSError(116, "Stale file handle"),
            "; no package was written to {}.",
        ),
        ("archiver.pack.workfolder.Work.finished", Unreachable("s3://x fails"), "; no package was written to {}."),
        ("archiver.pack.destination.identity", Unreachable("s3://x fails"), ""),
    ],
)
def test_a_run_that_is_interrupted_over_a_disk_that_hangs_says_what_can_be_told(
    run: Run, tmp_path: Path, article: Path, monkeypatch: pytest.MonkeyPatch, hangs: str, error: Exception, said: str
) -> None:
    def hang(*_: object) -> None:
        raise error

    def interrupted(*_: object, **__: object) -> None:
        monkeypatch.setattr(hangs, hang)
        raise KeyboardInterrupt

    monkeypatch.setattr("archiver.pack.run.assemble", interrupted)
    done = run("pack", article, "-o", tmp_path / "out", "-j", 1, "--created", CREATED)
    assert (done.exit_code, done.stderr) == (130, f"archiver: interrupted{said.format(tmp_path / 'out')}\n")


def test_a_damaged_archive_is_one_rejection(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(TEXT.encode())[:-12])
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    done = run("pack", tmp_path / "a.txt.gz", tmp_path / "b.txt", "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "2 items" in done.stdout
    assert "E110" in done.stdout


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--title", text) for text in ("a\nb", "\udcff")),
        *(("--operator", text) for text in ("a\r\nX: 1", "\udcff")),
        *(("--description", "\udcff"), ("--field", "text=\udcff"), ("--url", "https://a/\udcff")),
        ("--created", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_value_that_no_package_can_carry_is_refused_first(
    run: Run, tmp_path: Path, article: Path, option: str, value: str
) -> None:
    done = run("pack", article, "-o", tmp_path / "out", option, value)
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [article.name]
