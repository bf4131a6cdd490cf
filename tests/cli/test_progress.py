"""What a long run says while it goes, and when it is done: on standard error, never in the package."""

import json
import os
import pty
import re
from pathlib import Path
from typing import Any

import pytest

from archiver.cli import progress
from archiver.pack.watch import Watch
from archiver.report.going import STAGES
from tests.cli.driver import ARTICLES, BROKEN, CREATED, Run, start


def test_the_report_says_what_was_done_and_how_fast(run: Run, tmp_path: Path) -> None:
    done = run("pack", BROKEN, "-o", tmp_path / "out", "--created", CREATED, "--report", tmp_path / "r.json", "-j", 1)
    assert done.exit_code == 1
    report = json.loads((tmp_path / "r.json").read_bytes())
    assert report["package"] == str(tmp_path / "out")
    assert report["items"]["total"] == sum(report["items"][name] for name in ("archived", "duplicate", "rejected"))
    assert sum(report["reasons"].values()) >= report["items"]["rejected"] == 14
    assert all(code.startswith("E") for code in report["reasons"])
    assert report["shards"] == {"total": 1, "finished_before": 0}
    assert list(report["seconds"]) == ["plan", "shards", "assembly", "total"]
    assert sorted(report["worker_seconds"]) == ["process", "read", "settle", "write"]
    assert min(*report["seconds"].values(), *report["worker_seconds"].values()) >= 0
    assert report["items_per_second"] > 0


def test_time_leaves_no_trace_in_the_package(run: Run, tmp_path: Path) -> None:
    run("pack", ARTICLES, "-o", tmp_path / "a.wacz", "--created", CREATED, "--report", tmp_path / "r.json", "-v")
    run("pack", ARTICLES, "-o", tmp_path / "b.wacz", "--created", CREATED, "-q")
    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()


def test_verbose_says_what_the_time_went_to(run: Run, tmp_path: Path) -> None:
    done = run("pack", "-v", ARTICLES, "-o", tmp_path / "out", "-j", 1)
    took, workers = done.stderr.splitlines()
    assert re.fullmatch(r"Took .* s: planning .*, packing .*, putting together .* s\. [0-9,]+ items/s\.", took)
    assert re.fullmatch(r"The workers' time: (\w+ [0-9]+%, ){3}\w+ [0-9]+%\.", workers)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's minute is short."""
    monkeypatch.setattr(progress, "EVERY", 0.001)


def test_without_a_terminal_there_is_a_line_now_and_then(run: Run, tmp_path: Path, often: None) -> None:
    said = run("pack", ARTICLES, "-o", tmp_path / "out", "-j", 1).stderr.splitlines()
    assert said
    form = re.compile(rf"archiver: ({'|'.join(STAGES.values())}): \d+ items? \(0 rejected\)")
    assert all(map(form.match, said))
    assert re.search(r", \d+ KB of \d+ KB \(\d+ %\)", said[-1])


def test_the_log_can_be_read_by_machines(run: Run, tmp_path: Path, often: None) -> None:
    said = run("pack", ARTICLES, "-o", tmp_path / "out", "-j", 1, "--log-format", "json").stderr.splitlines()
    *events, done = [json.loads(line) for line in said]
    assert {event["event"] for event in events} == {"progress"}
    assert events[-1]["message"].startswith(f"{STAGES[events[-1]['stage']]}: ")
    assert {"items", "rejected", "bytes", "bytes_total", "items_per_second", "seconds_left"} <= events[-1].keys()
    assert (done["event"], done["items"]["total"]) == ("done", 20)


def test_quiet_says_nothing_on_the_way(run: Run, tmp_path: Path, often: None) -> None:
    assert run("pack", "-q", ARTICLES, "-o", tmp_path / "out", "-j", 1).stderr == ""


def test_what_stops_a_run_is_json_too(run: Run, tmp_path: Path) -> None:
    done = run("pack", tmp_path / "no\udcff.txt", "-o", tmp_path / "out", "--log-format", "json")
    assert done.exit_code == 3
    assert json.loads(done.stderr) == {"event": "error", "message": f"{tmp_path}/no?.txt: No such file or directory"}


def test_a_note_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def noting(*_: object, watch: Watch, **__: object) -> None:
        watch.note("a worker was ended\nin a way")
        raise KeyboardInterrupt

    monkeypatch.setattr("archiver.pack.run.pack", noting)
    said = run("pack", ARTICLES, "-o", tmp_path / "out").stderr
    assert said.startswith("archiver: a worker was ended\n          in a way\narchiver: interrupted")


def test_on_a_terminal_there_is_a_bar(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    terminal = {"stderr": theirs, "env": {**os.environ, "TERM": "xterm"}}
    with start("pack", ARTICLES, "-o", tmp_path / "out", "-j", 1, **terminal) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert b"Packing" in shown
    assert b"rejected" in shown


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""


@pytest.mark.parametrize("name", ["plan", "shards", "assembly"])
def test_a_course_adds_up(name: Any) -> None:
    ticks = iter([1.0, 3.0, 6.0])
    course = progress.Course(clock=lambda: next(ticks))
    course.stage(name)
    course.planned(10, 2)
    course.progressed(7, 2, 1)
    course.finished({"read": 1.0}, 1)
    course.finished({"read": 0.5}, 1)
    course.finished(None, 0)
    course.stage("assembly")
    course.stop()
    facts = course.facts()
    assert facts["worker_seconds"] == {"read": 1.5}
    assert facts["seconds"]["total"] == 5.0
    assert facts["shards"] == {"total": 2, "finished_before": 1}


def test_jobs_and_a_cluster_are_not_for_the_same_run(run: Run, tmp_path: Path) -> None:
    done = run("pack", ARTICLES, "-o", tmp_path / "out", "-j", 2, "--scheduler", "tcp://127.0.0.1:1")
    assert done.exit_code == 2
    assert "give one of them" in done.stderr


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a source, a folder of sources and a file that matters."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    for name in ("a.txt", "folder/b.txt", "dear.json"):
        Path(name).write_text("The pier is gone, and nobody was surprised.\n", encoding="utf-8")
    Path("link.json").symlink_to("a.txt")
    return tmp_path


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("-", "--report - is no file"),
        ("a.txt", "in the place of the source a.txt"),
        ("link.json", "in the place of the source a.txt"),
        ("folder/r.json", "in the place of the source folder, or in it"),
        ("out.wacz", "in the place of the package out.wacz"),
        ("out.wacz/r.json", "in the place of the package out.wacz, or in it"),
        (".out.wacz.work/r.json", "the work folder .out.wacz.work"),
        ("gone/r.json", "the folder gone, in which r.json should stand, does not exist"),
        ("/dev/null", "/dev/null is no file that a report could replace"),
    ],
)
@pytest.mark.parametrize("flag", [(), ("--overwrite",)])
def test_a_report_harms_nothing_and_is_refused_before_anything_is_packed(
    run: Run, place: Path, report: str, said: str, flag: tuple[str, ...]
) -> None:
    before = {path: path.read_bytes() for path in place.rglob("*.*")}
    done = run("pack", "a.txt", "folder", "-o", "out.wacz", "--report", report, *flag)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert {path: path.read_bytes() for path in place.rglob("*.*")} == before


def test_a_report_replaces_a_file_only_where_that_is_wanted(run: Run, place: Path) -> None:
    arguments = ("pack", "a.txt", "-o", "out.wacz", "--report", "dear.json", "--created", CREATED)
    done = run(*arguments, "--resume")
    assert (done.exit_code, done.stderr) == (2, "archiver: the report dear.json exists; --overwrite replaces it\n")
    assert not (place / "out.wacz").exists()
    assert run(*arguments, "--overwrite").exit_code == 0
    assert json.loads((place / "dear.json").read_bytes())["items"]["archived"] == 1
    assert run(*arguments).exit_code == 2
    assert run(*arguments, "--resume").exit_code == 0


def test_a_run_that_has_nothing_to_do_leaves_the_report_of_the_one_that_did(run: Run, place: Path) -> None:
    arguments = ("pack", "a.txt", "-o", "out.wacz", "--report", "r.json", "--created", CREATED)
    assert run(*arguments).exit_code == 0
    before = (place / "r.json").read_bytes()
    assert json.loads(before)["shards"]["total"] == 1
    assert run(*arguments, "--resume").exit_code == 0
    assert (place / "r.json").read_bytes() == before
    (place / "r.json").unlink()
    assert run(*arguments, "--resume").exit_code == 0
    assert json.loads((place / "r.json").read_bytes())["items"]["archived"] == 1
    assert run(*arguments, "--overwrite").exit_code == 0
    assert json.loads((place / "r.json").read_bytes())["shards"]["total"] == 1


def test_a_report_that_cannot_be_written_does_not_hide_the_package(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("pack", "a.txt", "-o", "out.wacz", "--report", "r.json")
    looked = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode == os.R_OK and looked(path, mode))
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (3, "archiver: nothing can be written in ., where r.json should stand\n")
    monkeypatch.undo()
    monkeypatch.chdir(place)

    def full(_report: object) -> bytes:
        raise OSError(28, "No space left on device", "r.json")

    monkeypatch.setattr("archiver.report.going.to_bytes", full)
    done = run(*arguments)
    expected = "archiver: out.wacz is packed, but its report cannot be written: r.json: No space left on device\n"
    assert (done.exit_code, done.stderr) == (3, expected)
    assert sorted(path.name for path in place.iterdir()) == ["a.txt", "dear.json", "folder", "link.json", "out.wacz"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--log-format", "json", "--jobs", "none"], "'none' is not a valid integer"),
        (["--log-format=json"], "Missing option"),
        (["--nothing", "--log-format", "json"], "No such option"),
        (["-o", "out", "--log-format", "text", "--log-format", "json", "--shard-size", "x"], "'x' is no size"),
    ],
)
def test_a_command_that_cannot_be_understood_is_told_in_json_too(run: Run, arguments: list[str], said: str) -> None:
    done = run("pack", "a.txt", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    told = json.loads(done.stderr)
    assert (sorted(told), told["event"]) == (["event", "message"], "error")
    assert said in told["message"]


@pytest.mark.parametrize("arguments", [["--log-format", "yaml"], ["-o", "x", "--", "--log-format=json"], []])
def test_a_command_that_cannot_be_understood_is_told_in_text_else(run: Run, arguments: list[str]) -> None:
    done = run("pack", *arguments)
    assert done.exit_code in {2, 3}
    assert not done.stderr.startswith("{")


def test_the_rate_is_that_of_the_items_of_this_run() -> None:
    ticks = iter([1.0, 3.0, 3.0])
    course = progress.Course(clock=lambda: next(ticks))
    course.stage("shards")
    for items, told, seconds in ((1000, 1003, None), (6, 3, {"read": 1.0}), (500, 500, None)):
        course.progressed(10, told, 0)  # the next shard is under way, and three of its items are told already
        course.finished(seconds, items)
    course.progressed(10, 4, 0)
    course.stop()
    assert course.facts()["items_per_second"] == 10 / 2
