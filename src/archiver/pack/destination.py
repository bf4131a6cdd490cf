"""Where a package may be written: nothing of the user's is ever packed into itself, or replaced by a package."""

from collections.abc import Iterable
from pathlib import Path

from archiver.errors import UsedWrongly
from archiver.pack.workfolder import work_folder
from archiver.package import layout


def check(out: Path, sources: Iterable[Path]) -> None:
    """Raise UsedWrongly where a package at `out` would harm a source or something that is no package."""
    _check_name(out)
    if not out.absolute().parent.is_dir():
        raise UsedWrongly(f"the folder {out.parent}, in which {out.name} should stand, does not exist; make it first")
    if out.is_symlink():
        raise UsedWrongly(
            f"{out} is a symbolic link, which a package would replace and not follow; name the place that is meant"
        )
    for source in sources:
        _check_apart(out, source)
        _check_apart(work_folder(out), source)
    if out.exists():
        _check_replaceable(out)


def _check_name(out: Path) -> None:
    name = out.name.lower()
    if name in {"", "..", "-"}:
        raise UsedWrongly(
            f"{out} is no name for a package; name a folder that is to be made, or a file ending in .wacz"
        )
    if name.endswith((".zip", ".wacz")) and out.suffix != ".wacz":
        raise UsedWrongly(f"{out}: a package in one file is a WACZ; name it {out.with_suffix('.wacz').name}")
    if name.endswith((".warc", ".warc.gz")):
        raise UsedWrongly(
            f"{out}: a package is more than a WARC file; name a folder, whose data/archive/ then holds the WARC files, "
            "or a file ending in .wacz"
        )


def _check_apart(out: Path, source: Path) -> None:
    target, origin = out.resolve(), source.resolve()
    if origin.is_dir() and target.is_relative_to(origin):
        raise UsedWrongly(
            f"{out} lies inside the source {source}, and would be packed into itself; name a place outside"
        )
    if origin.is_relative_to(target):
        raise UsedWrongly(f"the source {source} lies inside {out}, which would be replaced; name another place")


def _check_replaceable(out: Path) -> None:
    """What stands at `out` may go only for something of its own kind."""
    is_folder = out.is_dir()
    if is_folder == (out.suffix == ".wacz"):
        stands, comes = ("folder", "file") if is_folder else ("file", "folder")
        raise UsedWrongly(f"{out} is a {stands}, and a package of that name would be a {comes}; name another place")
    if is_folder and any(out.iterdir()) and not (out / "data" / layout.DATAPACKAGE).is_file():
        raise UsedWrongly(
            f"{out} is a folder with something else than a package in it, and is not replaced; name another"
        )
