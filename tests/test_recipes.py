"""The shell lines of docs/cluster.md do what is said of them."""

import os
import re
import subprocess
from pathlib import Path
from shutil import which
from time import sleep

import pytest
import yaml

PAGE = Path(__file__).parents[1] / "docs" / "cluster.md"
# In the place of the command: it ends with a status at once, or when it was told to, after it has tidied up.
STAND_IN = """#!/bin/sh
trap 'sleep 0.1; echo "$@" > ended; exit 130' TERM
echo begun > begun
[ -z "$STATUS" ] || exit $STATUS
while :; do sleep 0.02; done
"""


def job() -> list[str]:
    """The command of the Kubernetes job."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    objects = (each for block in blocks for each in yaml.safe_load_all(block))
    (container,) = next(each for each in objects if each["kind"] == "Job")["spec"]["template"]["spec"]["containers"]
    return [*container["command"], *container["args"]]


@pytest.fixture(params=["sh", "bash"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The job's command, which finds the stand-in, with a shell that may be called sh in an image."""
    if not which(request.param):
        pytest.skip(f"no {request.param} here")
    (tmp_path / "archiver").write_text(STAND_IN, encoding="utf-8")
    (tmp_path / "archiver").chmod(0o755)
    shell, *arguments = job()
    assert shell == "sh"
    return [request.param, *arguments]


@pytest.mark.parametrize(
    ("status", "is_complete"), [(0, True), (1, True), (2, False), (3, False), (70, False), (130, False), (143, False)]
)
def test_a_job_is_complete_where_the_work_is_done(
    command: list[str], tmp_path: Path, status: int, is_complete: bool
) -> None:
    done = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path, STATUS=str(status)), check=False)
    assert (done.returncode == 0) == is_complete


def test_a_job_that_is_ended_waits_until_the_run_has_tidied_up(command: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path)) as process:
        while not (tmp_path / "begun").exists():
            sleep(0.01)
        process.terminate()
        try:
            assert process.wait(timeout=60) != 0
        finally:
            process.kill()
    assert (tmp_path / "ended").read_text(encoding="utf-8").startswith("pack s3://corpus/2017/ -o ")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which the stand-in is found first."""
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **more}
