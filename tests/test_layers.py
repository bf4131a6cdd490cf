"""One way down, one door a library, and the rules about clock and output: what DESIGN says of imports is held here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "archiver"
# A module imports only from layers that stand before its own, or from its own.
LAYERS = [
    *("verbs", "errors", "findings", "model", "text", "references", "record", "warc"),
    *("storage", "package", "sources", "pack", "verify", "report", "cli"),
]
# Each of these libraries is imported in one layer alone, so that another can take its place there.
DOORS = {
    "pyarrow": {"sources", "report"},
    "ftfy": {"text"},
    "charset_normalizer": {"text"},
    "chardet": {"text"},
    "tldextract": {"references"},
    "trafilatura": {"references"},
    "lxml": {"references"},
    "jsonschema": {"record"},
    "jsonschema_rs": {"record"},
    "warcio": {"warc"},
    "surt": {"warc"},
    "deflate": {"warc"},
    "brotli": {"warc"},
    "fsspec": {"storage"},
    "s3fs": {"storage"},
    "zstandard": {"sources", "warc"},
    "zipfile": {"package", "verify"},
    "concurrent": {"pack"},
    "distributed": {"pack"},
    "cryptography": {"verify"},
    "click": {"cli"},
    "rich": {"cli"},
}
FILES = sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The dotted names of what a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(path: Path) -> str:
    """The layer that a file belongs to: its folder, or its own name at the top."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


INNER = [path for path in FILES if layer(path) not in ("__init__", "__main__")]


def test_every_file_belongs_to_a_layer() -> None:
    assert {layer(path) for path in INNER} == set(LAYERS)


@pytest.mark.parametrize("path", INNER, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    own = [name.split(".")[1] for name in imports(path) if name.startswith("archiver.")]
    allowed = {*LAYERS[: LAYERS.index(layer(path)) + 1], "__version__"}
    assert set(own) <= allowed


@pytest.mark.parametrize("path", INNER, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_each_library_has_one_door(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    wrong = {name for name in roots & set(DOORS) if layer(path) not in DOORS[name]}
    assert not wrong


@pytest.mark.parametrize("path", INNER, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_only_the_command_line_reads_clock_and_environment(path: Path) -> None:
    if layer(path) == "cli":
        return
    names = set(imports(path))
    assert not names & {"time", "random", "secrets", "uuid.uuid4", "uuid.uuid1", "sys.argv", "os.environ", "os.getenv"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
