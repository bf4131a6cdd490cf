"""Folders that are verbs too: `archiver.pack` holds the code of packing, and can be called."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class Verb(ModuleType):
    """A package that can be called: it does what the function `NAME` of its module `HOME` does."""

    HOME: str
    NAME: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import the function now, and call it."""
        return getattr(import_module(self.HOME), self.NAME)(*args, **kwargs)


def callable_as(package: str, home: str) -> None:
    """Let a package be called as the function of its own name in the module `home`.

    Importing a subpackage binds its name in the parent, whatever stood there: only so is `archiver.verify(path)` the
    function for everybody who has imported `archiver.verify.verify` before.
    """
    module = sys.modules[package]
    module.__class__ = Verb
    module.__dict__.update(HOME=home, NAME=package.rpartition(".")[2])
