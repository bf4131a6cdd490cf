"""How tests drive the command line: in this process, or as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from archiver.cli import main

Run = Callable[..., Result]
CREATED = "2024-05-06T07:08:09Z"
EXAMPLES = Path(__file__).parents[2] / "examples"
ARTICLES = EXAMPLES / "articles"
BROKEN = EXAMPLES / "broken"


def run(*arguments: object, stdin: bytes | None = None, **environment: str) -> Result:
    """What the command line gives; the packaging time is not taken from the tester's environment."""
    env = {"SOURCE_DATE_EPOCH": None, **environment}
    return CliRunner().invoke(main, list(map(str, arguments)), input=stdin, env=env, catch_exceptions=False)


def start(*arguments: object, **options: Any) -> subprocess.Popen[bytes]:
    """The command line as a process of its own."""
    command = [sys.executable, "-m", "archiver", *map(str, arguments)]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **{**piped, **options})


def rows(done: Result) -> list[dict[str, Any]]:
    """What a command wrote as JSON Lines."""
    return [json.loads(line) for line in done.stdout.splitlines()]
