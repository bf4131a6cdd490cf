"""A sidecar gives what it can; what is not usable in it is said."""

from pathlib import Path

import pytest

from archiver.model import Metadata, Stated
from archiver.sources.sidecar import MAX_SIZE, read


def test_every_field_has_its_basis(tmp_path: Path) -> None:
    path = tmp_path / "a.meta.json"
    path.write_text(
        '\ufeff{"url": "https://example.org/a", "title": " Rain ", "authors": ["A. Bee", {"name": "C. Dee"}],'
        ' "site": "S", "language": "en", "published": "2017-07-21", "modified": null, "retrieved": 1500652800,'
        ' "encoding": "cp1252"}',
        encoding="utf-8",
    )
    metadata, findings = read(str(path))
    assert findings == ()
    assert metadata == Metadata(
        url=Stated(value="https://example.org/a", basis="sidecar:url"),
        title=Stated(value=" Rain ", basis="sidecar:title"),
        authors=(
            Stated(value="A. Bee", basis="sidecar:authors/0"),
            Stated(value="C. Dee", basis="sidecar:authors/1/name"),
        ),
        site=Stated(value="S", basis="sidecar:site"),
        language=Stated(value="en", basis="sidecar:language"),
        published=Stated(value="2017-07-21", basis="sidecar:published"),
        retrieved=Stated(value="1500652800", basis="sidecar:retrieved"),
        encoding=Stated(value="cp1252", basis="sidecar:encoding"),
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "Not well-formed JSON"),
        (b"[]", "not a JSON object"),
        (b'{"url": "caf\xe9"}', "byte 12 is not UTF-8"),
        (b" " * (MAX_SIZE + 1), "larger than"),
        (b'{"colour": "red"}', "'colour' is not known"),
        (b'{"text": "Rain"}', "'text' is not known"),
        (b'{"url": ["x"]}', "sidecar:url holds an array, not a string"),
        (b'{"authors": [1, true]}', "sidecar:authors/0 holds a number"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.meta.json"
    path.write_bytes(data)
    metadata, (finding,) = read(str(path))
    assert metadata == Metadata()
    assert finding.code == "W115"
    assert message in finding.message


def test_a_sidecar_that_has_gone_is_said(tmp_path: Path) -> None:
    _, (finding,) = read(str(tmp_path / "a.meta.json"))
    assert (finding.code, "No such file" in finding.message) == ("W115", True)
