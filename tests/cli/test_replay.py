"""`archiver replay`: pywb is found, or its absence is said; what it serves, and that nothing is left behind."""

import os
import re
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from archiver.package.replay import Site
from tests.cli.driver import ARTICLES, Run, start

PEERS = Path(__file__).parents[2] / "build" / "peers"
needs_pywb = pytest.mark.skipif(not (PEERS / "bin" / "wayback").exists(), reason="run tests/tools/peers.sh")


def test_without_pywb_it_is_said_what_to_type(run: Run, package: Path, tmp_path: Path) -> None:
    done = run("replay", package, "--pywb", tmp_path, XDG_DATA_HOME=str(tmp_path))
    assert done.exit_code == 3
    assert f"is not installed in {tmp_path}, where --pywb says." in done.stderr
    assert "pip install 'archiver[replay]'" in done.stderr
    assert f"python3 -m venv {tmp_path}/archiver/pywb\n" in done.stderr


def test_without_pywb_anywhere_no_folder_is_named(run: Run, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    done = run("replay", package)
    assert done.exit_code == 3
    assert "pywb, which replays packages, is not installed here. Either\n" in done.stderr


def test_a_port_that_is_taken_is_said(run: Run, package: Path, tmp_path: Path) -> None:
    wayback(tmp_path, "")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("replay", package, "--pywb", tmp_path, "--port", taken.getsockname()[1])
    assert done.exit_code == 2
    assert "--port names another" in done.stderr


def wayback(folder: Path, script: str) -> None:
    """Put a program in the place of pywb's."""
    path = folder / "bin" / "wayback"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_pywb_that_does_not_start_is_quoted(run: Run, package: Path, tmp_path: Path) -> None:
    wayback(tmp_path, "echo 'lib has no attribute X'; exit 1")
    done = run("replay", package, "--pywb", tmp_path)
    assert done.exit_code == 3
    assert done.stderr == "archiver: pywb does not start. It says:\n          lib has no attribute X\n"


def test_pywb_is_looked_for_in_the_data_folder_first(run: Run, package: Path, tmp_path: Path) -> None:
    home = tmp_path / "archiver" / "pywb"
    home.mkdir(parents=True)
    wayback(home, "echo 'from the data folder'; exit 1")
    wayback(tmp_path, "echo 'from PATH'; exit 1")
    done = run("replay", package, XDG_DATA_HOME=str(tmp_path), PATH=f"{tmp_path}/bin")
    assert "from the data folder" in done.stderr


def test_ctrl_c_ends_it_in_order(run: Run, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Site) -> None:
        raise KeyboardInterrupt

    script = "import sys, socket, time; s = socket.create_server(('127.0.0.1', int(sys.argv[4]))); time.sleep(60)"
    wayback(tmp_path, f'exec {sys.executable} -c "{script}" "$@"')
    monkeypatch.setattr(Site, "wait", interrupted)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    done = run("replay", package, "--pywb", tmp_path)
    assert done.exit_code == 0, done.output
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "The pages",
        "The first article",
        "Its original",
    ]
    assert done.stderr == "Press Ctrl-C to stop.\nStopped; nothing is left behind.\n"


@needs_pywb
@pytest.mark.interop
@pytest.mark.parametrize(("kind", "ending"), [("package", signal.SIGINT), ("wacz", signal.SIGTERM)])
def test_a_package_is_served_and_nothing_is_left(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, ending: signal.Signals
) -> None:
    packed = request.getfixturevalue(kind)
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with start("replay", packed, "--pywb", PEERS, env=environment, start_new_session=True) as process:
        assert process.stdout is not None
        pages, reading, original = (process.stdout.readline().decode().split(":", 1)[1].strip() for _ in range(3))
        assert "Harbour Board" in fetched(pages)
        assert "<bdi>" in fetched(pages)
        copy = fetched(reading.replace("/archive/", "/archive/mp_/"))
        assert "<article" in copy or "<main" in copy
        assert (
            fetched(original.replace("/archive/", "/archive/id_/")).encode() == (ARTICLES / "ar-souq.txt").read_bytes()
        )
        listed = re.findall(r'href="(/archive/[^"]+)"', fetched(pages))
        assert len(listed) == 19
        process.send_signal(ending)
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    assert list(tmp_path.iterdir()) == []


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        text: str = answer.read().decode()
    return text
