"""News articles in, a preservation package out. The public names; each is imported when it is first used.

>>> import archiver
>>> archiver.normalize("It was â€œcleanâ€\\x9d.").text
'It was “clean”.'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "1.0.0"
__all__ = ["Config", "__version__", "extract", "normalize", "open_package", "pack", "verify"]

if TYPE_CHECKING:
    from archiver.pack.config import Config
    from archiver.pack.extract import extract
    from archiver.pack.run import pack
    from archiver.package.open import open_package
    from archiver.text.normalize import normalize
    from archiver.verify.verify import verify

_HOMES = {
    "Config": "archiver.pack.config",
    "extract": "archiver.pack.extract",
    "normalize": "archiver.text.normalize",
    "open_package": "archiver.package.open",
}


# Folders of code that can be called as well (`archiver.verbs`).
_VERBS = ("pack", "verify")


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return import_module(f"archiver.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'archiver' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
