"""What is installed has everything that the repository's checkout has: the schemas above all."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return ZipFile(path)


def test_the_schemas_travel_in_the_wheel(wheel: ZipFile) -> None:
    in_wheel = {name: wheel.read(name) for name in wheel.namelist() if name.startswith("archiver/schemas/")}
    in_repository = {f"archiver/schemas/{path.name}": path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    assert in_wheel == in_repository


def test_every_module_and_data_file_is_in_the_wheel(wheel: ZipFile) -> None:
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "archiver").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= set(wheel.namelist())


def test_the_installed_schemas_are_found(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    script = "from archiver.record import schema; print(schema.folder(), len(schema.names()))"
    command = [sys.executable, "-c", script]
    environment = {"PYTHONPATH": str(tmp_path)}
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    assert shown.split() == [str(tmp_path / "archiver" / "schemas"), str(len(list((ROOT / "schemas").iterdir())))]
