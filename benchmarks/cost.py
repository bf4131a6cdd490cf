"""What a command costs, measured from outside; where the field's tools are, and what machine this is."""

import os
import platform
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

BUILD = Path(__file__).parents[1] / "build"
PEERS = BUILD / "peers" / "bin"
WARCIT = BUILD / "warcit" / "bin" / "warcit"
ARCHIVER = Path(sys.executable).parent / "archiver"
_OFTEN = 0.05


class Cost(NamedTuple):
    """Seconds by the clock and of CPU, all processes together; peak memory in bytes of the largest process, and of
    the first one. `said` is what the command wrote to standard output."""

    wall: float
    cpu: float
    largest: int
    parent: int
    said: str


def run(command: Sequence[object], *, statuses: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end. Raises CalledProcessError where it ends with a status that is none of
    `statuses`."""
    words = [str(word) for word in command]
    with TemporaryFile() as out, TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(words, stdout=out, stderr=err, env=_environment())
        with _Watched(process.pid) as watched:
            _, ended, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(ended)
        out.seek(0)
        said = out.read().decode(errors="replace")
        if process.returncode not in statuses:
            err.seek(0)
            raise subprocess.CalledProcessError(process.returncode, words, said, err.read().decode(errors="replace"))
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, watched.peak, said)


def _environment() -> dict[str, str]:
    """With bytecode kept: an installed tool has its own, and a checkout would be compiled anew by each command."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class _Watched:
    """The peak memory of one process without its children, which is asked for as long as it runs."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._status = Path(f"/proc/{pid}/status")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._ended.wait(_OFTEN):
            try:
                known = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
            except OSError:
                return
            self.peak = max(self.peak, int(known[1]) * 1024 if known else 0)

    def __enter__(self) -> "_Watched":
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._ended.set()
        self._thread.join()


def in_turns(work: dict[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The least cost of each; they take turns, so that what else the machine does weighs on all of them alike."""
    costs = [{name: one() for name, one in work.items()} for _ in range(rounds)]
    return {name: _least([one[name] for one in costs]) for name in work}


def _least(costs: list[Cost]) -> Cost:
    return Cost(
        wall=min(one.wall for one in costs),
        cpu=min(one.cpu for one in costs),
        largest=max(one.largest for one in costs),
        parent=max(one.parent for one in costs),
        said=costs[-1].said,
    )


def machine() -> str:
    """What the figures were measured on, and when."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    size = f"{int(memory[1]) / (1 << 20):.0f} GB of memory" if memory else ""
    cores = len(os.sched_getaffinity(0))
    today = time.strftime("%Y-%m-%d")
    processor = model[1] if model else platform.machine()
    return f"{today}, {cores} cores ({processor}), {size}, Python {platform.python_version()}"


def written(page: Path, mark: str, text: str) -> None:
    """Put `text` between the marks `<!-- MARK: … -->` and `<!-- /MARK -->` of a page."""
    block = re.compile(rf"(<!-- {mark}: [^\n]*-->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    page.write_text(block.sub(lambda match: match[1] + text + match[2], page.read_text("utf-8")), "utf-8")
