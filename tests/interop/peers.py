"""Where the field's tools are, and how to run one of them. `tests/tools/peers.sh` puts them there."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "peers" / "bin"
PLAYER = ROOT / "build" / "replaywebpage"

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_TIMEOUT = 120


class PeerError(AssertionError):
    """A tool of the field did not accept what we gave it. The message holds all that it said."""


def missing() -> str | None:
    """Say what is not set up and how to set it up, or nothing."""
    needed = {
        "the field's tools": (TOOLS.parent / ".stamp").is_file(),
        "ReplayWeb.page": (PLAYER / ".stamp").is_file(),
        "Chromium": _find_browser() is not None,
    }
    absent = [name for name, there in needed.items() if not there]
    return f"not set up: {', '.join(absent)}; run tests/tools/peers.sh" if absent else None


def run(tool: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """Run one of the field's tools; return what it wrote to standard output."""
    command = [str(TOOLS / tool), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    if done.returncode != 0:
        raise PeerError(f"{tool} ended with {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def browser() -> Path:
    """Return the Chromium to drive."""
    found = _find_browser()
    if found is None:
        raise FileNotFoundError("no Chromium on PATH: run tests/tools/peers.sh")
    return found


def _find_browser() -> Path | None:
    found = filter(None, map(shutil.which, _BROWSERS))
    return next(map(Path, found), None)
