"""A disk that fails: every call that changes it is counted and kept, and the nth can be made to fail."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Disk:
    """Counts the calls below a folder: `calls` are their names and files. From the `fails`th on, one or all fail."""

    def __init__(self, root: Path, *, fails: int | None = None, error: int = 0, lasting: bool = False) -> None:
        self.root = str(root)
        self.calls: list[tuple[str, str]] = []
        self._fails = fails
        self._error = error
        self._lasting = lasting

    @property
    def has_failed(self) -> bool:
        """Whether the call that was to fail has come."""
        return self._fails is not None and len(self.calls) > self._fails

    def call(self, name: str, path: str | os.PathLike[str]) -> None:
        """Note a call, and raise where it is one that fails."""
        place = str(Path(path).absolute())
        if not place.startswith(self.root):
            return
        self.calls.append((name, place.removeprefix(self.root).lstrip("/")))
        number = len(self.calls) - 1
        if self._fails is not None and (number == self._fails or (self._lasting and number > self._fails)):
            raise OSError(self._error, os.strerror(self._error), place)


class _File(io.FileIO):
    """A file that tells the disk of every write."""

    def __init__(self, disk: Disk, path: str, mode: str) -> None:
        self._disk = disk
        disk.call("open", path)
        super().__init__(path, mode)

    def write(self, data: Any) -> int:
        self._disk.call("write", self.name)
        return super().write(data)


@contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Everything that changes files goes through the disk."""
    with pytest.MonkeyPatch.context() as patch:
        _patch_open(patch, disk)
        _patch_handles(patch, disk)
        for owner, name in (
            (os, "rename"),
            (os, "replace"),
            (os, "mkdir"),
            (os, "unlink"),
            (os, "rmdir"),
            (os, "link"),
        ):
            patch.setattr(owner, name, _told(disk, name, getattr(owner, name)))
        yield disk


def _told(disk: Disk, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def told(path: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("dir_fd") is None:
            disk.call(name, path)
        return call(path, *args, **kwargs)

    return told


def _patch_open(patch: pytest.MonkeyPatch, disk: Disk) -> None:
    plain = io.open

    def opened(path: Any, mode: str = "r", buffering: int = -1, *args: Any, **kwargs: Any) -> Any:
        is_ours = isinstance(path, str | os.PathLike) and str(Path(path).absolute()).startswith(disk.root)
        if not is_ours or "b" not in mode or not set(mode) & set("wxa"):
            return plain(path, mode, buffering, *args, **kwargs)
        raw = _File(disk, os.fspath(path), mode.replace("b", ""))
        if "+" in mode:
            return io.BufferedRandom(raw)
        return io.BufferedWriter(raw)

    patch.setattr(io, "open", opened)
    patch.setattr("builtins.open", opened)


def _patch_handles(patch: pytest.MonkeyPatch, disk: Disk) -> None:
    fsync = os.fsync

    def synced(handle: int) -> None:
        disk.call("fsync", Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    patch.setattr(os, "fsync", synced)
    # What removes a tree by handles calls nothing that could be watched; by names it does.
    patch.setattr(shutil, "_use_fd_functions", False)
