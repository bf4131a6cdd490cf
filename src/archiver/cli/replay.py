"""`archiver replay`."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from archiver.cli.options import package_argument
from archiver.errors import UsedWrongly
from archiver.storage import Place


@click.command(short_help="Serve a package to a browser.")
@package_argument
@click.option("--port", type=click.IntRange(1, 65535), help="The port to serve on. [default: one that is free]")
@click.option("--pywb", type=click.Path(path_type=Path), metavar="DIR", help="The virtual environment that holds pywb.")
def command(package: Place, port: int | None, pywb: Path | None) -> None:
    """Serve a package to the browsers of this machine with pywb, until Ctrl-C.

    pywb is looked for in DIR; without --pywb in archiver's own data folder, beside this program, and on PATH.
    """
    from archiver.package.open import open_package
    from archiver.package.replay import find_wayback, serving

    if not isinstance(package, Path):
        raise UsedWrongly(f"{package} lies in an object store, and pywb reads files of this machine; fetch it first")
    wayback = find_wayback(_folders(pywb), _home(), pywb)
    for stopping in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopping, signal.default_int_handler)
    try:
        with serving(open_package(package), package, wayback, port) as site:
            click.echo(f"The pages:          {site.pages}")
            if site.reading:
                click.echo(f"The first article:  {site.reading}")
                click.echo(f"Its original:       {site.original}")
            click.echo("Press Ctrl-C to stop.", err=True)
            sys.stdout.flush()
            site.wait()
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is left behind.", err=True)


def _home() -> Path:
    """Where an environment for pywb is kept (XDG Base Directory Specification)."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "archiver" / "pywb"


def _folders(pywb: Path | None) -> Iterator[Path]:
    if pywb:
        yield from (pywb / "bin", pywb)
        return
    yield _home() / "bin"
    yield Path(sys.executable).parent
    yield from map(Path, os.get_exec_path())
