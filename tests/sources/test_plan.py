"""Sources become the same shards, whatever the machine; each file once, under a name of its own."""

import os
import pickle
import sys
import tracemalloc
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from archiver.errors import CannotRead, UsedWrongly
from archiver.sources.plan import number_of, plan
from archiver.sources.shards import Shard, Slice, Stdin


def lay(folder: Path, files: Mapping[str, str | int]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else b"x" * content)
    return folder


def slices(*sources: Path | Stdin) -> list[Slice]:
    return [piece for shard in plan(sources) for piece in shard.slices]


def notes(*sources: Path | Stdin) -> list[tuple[str, str | None]]:
    return [(note.code, note.file) for shard in plan(sources) for note in shard.notes]


def names(*sources: Path | Stdin) -> list[str]:
    return [piece.name for piece in slices(*sources)]


def test_a_folder_is_walked_in_byte_order(tmp_path: Path) -> None:
    lay(tmp_path, dict.fromkeys(["b.txt", "a/z.txt", "a-1.txt", "a.txt", "Z.jsonl", "é.json", "a/b/c.ndjson.gz"], "x"))
    assert names(tmp_path) == ["Z.jsonl", "a-1.txt", "a.txt", "a/b/c.ndjson.gz", "a/z.txt", "b.txt", "é.json"]


def test_kinds_and_compressions_are_read_from_names(tmp_path: Path) -> None:
    lay(tmp_path, dict.fromkeys(["a.TXT", "b.text.gz", "c.json.zst", "d.jsonl", "e.NDJSON.GZ"], "x"))
    found = [(piece.kind, piece.compression) for piece in slices(tmp_path)]
    assert found == [("text", None), ("text", "gzip"), ("json", "zstd"), ("jsonl", None), ("jsonl", "gzip")]


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    lay(tmp_path, {"wire.jsonl/one.txt": "x"})
    assert names(tmp_path) == ["wire.jsonl/one.txt"]
    assert names(tmp_path / "wire.jsonl") == ["one.txt"]


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    lay(tmp_path, dict.fromkeys(["a.txt", "photo.jpg", "README", ".hidden.txt", ".git/x.txt", "lone.meta.json"], "x"))
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "up").symlink_to(tmp_path)
    assert names(tmp_path) == ["a.txt"]
    left_out = ["README", "lone.meta.json", "photo.jpg", "pipe.txt", "up"]
    assert notes(tmp_path) == [("I117", name) for name in left_out]


def test_a_file_given_by_name_is_taken_whatever_it_is(tmp_path: Path) -> None:
    lay(tmp_path, dict.fromkeys(["photo.jpg", ".hidden.txt"], "x"))
    assert [(piece.name, piece.kind) for piece in slices(tmp_path / "photo.jpg", tmp_path / ".hidden.txt")] == [
        ("photo.jpg", "unknown"),
        (".hidden.txt", "text"),
    ]


@pytest.mark.parametrize(
    ("file", "sidecar"),
    [
        ("a.txt", "a.txt.meta.json"),
        ("a.txt", "a.meta.json"),
        ("a.txt.gz", "a.txt.meta.json"),
        ("a.jsonl", "a.meta.json"),
    ],
)
def test_a_sidecar_goes_with_its_file(tmp_path: Path, file: str, sidecar: str) -> None:
    lay(tmp_path, {file: "x", sidecar: "{}"})
    expected = [str(tmp_path / sidecar)]
    assert [piece.sidecar for piece in slices(tmp_path)] == expected
    assert [piece.sidecar for piece in slices(tmp_path / file)] == expected
    assert notes(tmp_path) == []


def test_the_most_exact_sidecar_wins_and_a_given_one_is_no_article(tmp_path: Path) -> None:
    lay(tmp_path, {"a.txt": "x", "a.txt.meta.json": "{}", "a.meta.json": "{}"})
    found = sorted(tmp_path.iterdir())
    assert [piece.sidecar for piece in slices(*found)] == [str(tmp_path / "a.txt.meta.json")]
    assert notes(*found) == [("I117", "a.meta.json"), ("I117", "a.txt.meta.json")]


def test_a_file_given_twice_is_taken_once(tmp_path: Path) -> None:
    lay(tmp_path, {"a/one.txt": "x", "a/two.txt": "y"})
    (tmp_path / "link.txt").symlink_to(tmp_path / "a" / "one.txt")
    one = tmp_path / "a" / "one.txt"
    assert names(one, tmp_path / "a", one, tmp_path / "link.txt") == ["one.txt", "two.txt"]
    assert notes(one, tmp_path / "a", one, tmp_path / "link.txt") == [
        ("I118", "one.txt"),
        ("I118", "one.txt"),
        ("I118", "link.txt"),
    ]


def test_a_link_gives_way_to_its_file(tmp_path: Path) -> None:
    lay(tmp_path, {"in/b.txt": "x", "out/c.txt": "y", "in/.d.txt": "z", "in/e.bin": "w"})
    inside = tmp_path / "in"
    (inside / "a.txt").symlink_to("b.txt")
    (inside / "c1.txt").symlink_to("../out/c.txt")
    (inside / "c2.txt").symlink_to("../out/c.txt")
    (inside / "d.txt").symlink_to(".d.txt")
    (inside / "e.txt").symlink_to("e.bin")
    assert names(inside) == ["b.txt", "c1.txt", "d.txt", "e.txt"]
    assert [note for note in notes(inside) if note[0] == "I118"] == [("I118", "a.txt"), ("I118", "c2.txt")]
    assert "c.txt" in names(inside, tmp_path / "out")


def test_links_that_lead_nowhere_are_for_the_worker_to_report(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    assert names(tmp_path) == ["gone.txt", "loop.txt"]


@pytest.mark.parametrize("name", ["a" * 251 + ".txt", "é" * 122 + ".txt", "a" * 248 + ".txt.gz"])
def test_a_name_may_be_too_long_for_a_sidecar_to_have_it(tmp_path: Path, name: str) -> None:
    lay(tmp_path, {name: "x"})
    assert (names(tmp_path / name), names(tmp_path)) == ([name], [name])


@pytest.mark.parametrize("target", ["b" * 256, "b" * 256 + "/c.txt", "c.txt/d.txt"])
def test_a_link_may_lead_to_where_nothing_can_be(tmp_path: Path, target: str) -> None:
    lay(tmp_path, {"c.txt": "x"})
    (tmp_path / "a.txt").symlink_to(target)
    assert [(piece.name, piece.stamps[0] is None) for piece in slices(tmp_path)] == [("a.txt", True), ("c.txt", False)]


def test_names_that_are_shared_get_their_folders(tmp_path: Path) -> None:
    lay(tmp_path, {"x/a/n.txt": "1", "x/b/n.txt": "2", "x/b/only.txt": "3"})
    assert names(tmp_path / "x" / "a", tmp_path / "x" / "b") == ["a/n.txt", "b/n.txt", "only.txt"]
    assert names(tmp_path / "x" / "a" / "n.txt", tmp_path / "x") == ["n.txt", "b/n.txt", "b/only.txt"]


def test_stdin_is_sniffed_and_named(tmp_path: Path) -> None:
    for content, kind in ((' \n{"text": "x"}', "jsonl"), ("[{}]", "json"), ("Rain", "text"), ("\ufeff{}", "jsonl")):
        spool = tmp_path / "spool"
        spool.write_text(content, encoding="utf-8")
        assert [(piece.name, piece.kind) for piece in slices(Stdin(path=spool))] == [("stdin", kind)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_stdin_is_sniffed_in_utf16_too(tmp_path: Path, encoding: str) -> None:
    for content, kind in ((' {"text": "x"}', "jsonl"), ("[{}]", "json"), ("Rain", "text")):
        (tmp_path / "spool").write_bytes(content.encode(encoding))
        assert [piece.kind for piece in slices(Stdin(path=tmp_path / "spool"))] == [kind]


def test_stdin_never_shows_where_it_was_spooled(tmp_path: Path) -> None:
    lay(tmp_path, {"spool": "Rain", "folder/stdin": "Rain"})
    assert names(Stdin(path=tmp_path / "spool"), tmp_path / "folder" / "stdin") == ["-/stdin", "folder/stdin"]


def test_small_files_share_a_shard_and_large_json_lines_are_cut(tmp_path: Path) -> None:
    lay(tmp_path, {"a.txt": 3000, "b.txt": 3000, "c.txt": 3000, "d.jsonl": 25_000, "e.jsonl.gz": 25_000})
    cut = [
        [(piece.name, piece.start, piece.end, piece.size) for piece in shard.slices]
        for shard in plan([tmp_path], shard_size=10_000)
    ]
    assert cut == [
        [("a.txt", 0, None, 3000), ("b.txt", 0, None, 3000)],
        [("c.txt", 0, None, 3000)],
        [("d.jsonl", 0, 10_000, 10_000)],
        [("d.jsonl", 10_000, 20_000, 10_000)],
        [("d.jsonl", 20_000, None, 5_000)],
        [("e.jsonl.gz", 0, None, 25_000)],
    ]


@pytest.mark.parametrize(("encoding", "number"), [("utf-8", 4), ("utf-8-sig", 4), ("utf-16", 1), ("utf-32-be", 1)])
def test_what_has_no_lines_is_not_cut(tmp_path: Path, encoding: str, number: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(('{"text": "Rain."}\n' * 200).encode(encoding))
    assert len(list(plan([tmp_path], shard_size=1000))) == number
    assert len(list(plan([Stdin(path=tmp_path / "a.jsonl")], shard_size=1000))) == number


def test_shards_are_numbered_sized_and_travel(tmp_path: Path) -> None:
    lay(tmp_path, {"a.txt": 3000, "b.txt": 4000, "c.bin": 1})
    shards = list(plan([tmp_path], shard_size=5000))
    assert [(shard.index, shard.size, len(shard.notes)) for shard in shards] == [(0, 3000, 0), (1, 4000, 1)]
    assert pickle.loads(pickle.dumps(shards)) == shards
    assert all(isinstance(shard, Shard) for shard in shards)


@pytest.mark.skipif(sys.platform != "linux", reason="the file system takes any bytes as a name")
def test_a_name_that_is_no_utf8_is_spelt_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (tmp_path / os.fsdecode(b"caf\xe9.bin")).write_text("x")
    assert names(tmp_path) == ["caf\\xe9.txt"]
    assert notes(tmp_path) == [("I117", "caf\\xe9.bin")]


@pytest.mark.skipif(sys.platform != "linux", reason="the file system takes any bytes as a name")
def test_a_name_with_a_backslash_is_not_a_name_with_a_broken_byte(tmp_path: Path) -> None:
    lay(tmp_path, {"caf\\xe9.txt": "x"})
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert sorted(names(tmp_path)) == ["caf\\\\xe9.txt", "caf\\xe9.txt"]


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder called `locked` may be listed."""
    scan = os.scandir

    def refuse(folder: str) -> object:
        if folder.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr("os.scandir", refuse)


@pytest.mark.usefixtures("locked")
def test_a_folder_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    lay(tmp_path, {"a.txt": "x", "locked/b.txt": "x"})
    assert names(tmp_path) == ["a.txt"]
    assert notes(tmp_path) == [("E109", "locked")]


def test_many_notes_of_a_kind_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [*(f"{number}.pdf" for number in range(5)), "a.txt", "z/b.txt", "z/c.pdf"]
    lay(tmp_path, dict.fromkeys((*files, *(f"locked{number}/b.txt" for number in range(4))), "x"))
    for name in ("l1.txt", "l2.txt"):
        (tmp_path / name).symlink_to("a.txt")
    scan = os.scandir
    monkeypatch.setattr("os.scandir", lambda folder: scan(folder + ("/none" if "locked" in folder else "")))
    monkeypatch.setattr("archiver.sources.plan.NOTES", 3)
    found = [note for shard in plan([tmp_path], shard_size=1) for note in shard.notes]
    assert Counter(note.code for note in found) == {"I117": 4, "I118": 2, "E109": 4}
    assert [note.file for note in found if note.code == "I117"] == ["0.pdf", "1.pdf", "2.pdf", None]
    assert (found[-1].message, found[-1].file) == ("There are 3 more of these.", None)
    assert number_of(found) == 6 + 2 + 4


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("given", [".", "in/locked"])
def test_where_nothing_may_be_listed_that_is_the_reason(tmp_path: Path, given: str) -> None:
    lay(tmp_path, {"in/locked/b.txt": "x", "in/photo.jpg": "x"})
    with pytest.raises(
        CannotRead, match=r"no article in .*: .*locked: The folder cannot be read, .*: Permission denied$"
    ):
        plan([tmp_path / given])


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsedWrongly, match="no source"):
        plan([])
    with pytest.raises(CannotRead, match="nowhere: No such file"):
        plan([tmp_path / "nowhere"])
    with pytest.raises(CannotRead, match=r"no article in .*: no file .* ends in .*\.jsonl .*\.html .*\.parquet"):
        plan([tmp_path])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotRead, match="neither a file nor a folder"):
        plan([tmp_path / "pipe"])


def grows(few: Sequence[Path], many: Sequence[Path]) -> float:
    """By how many bytes of memory for each file more the plan of `many` grows beyond that of `few`.

    The least of several rounds: names are interned, and now and then the interpreter makes the table of all such anew.
    """

    def peak(sources: Sequence[Path]) -> tuple[int, int]:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        count = sum(len(shard.slices) for shard in plan(sources, shard_size=1 << 16))
        return tracemalloc.get_traced_memory()[1] - before, count

    tracemalloc.start()
    try:
        (small, one), (large, other) = (min(peak(sources) for _ in range(2)) for sources in (few, many))
    finally:
        tracemalloc.stop()
    return (large - small) / (other - one)


@pytest.mark.parametrize("folders", [("a",), ("a", "b")])
def test_of_a_file_no_more_than_its_name_is_held(tmp_path: Path, folders: tuple[str, ...]) -> None:
    for count in (500, 2500):
        names = [f"{count}/{folder}/article-{number:06}.txt" for folder in folders for number in range(count)]
        lay(tmp_path, dict.fromkeys(names, ""))
    few, many = ([tmp_path / count / folder for folder in folders] for count in ("500", "2500"))
    assert grows(few, many) < 400


def test_of_a_link_no_more_than_a_mark_is_held(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 200) / ("y" * 200)
    names = [f"article-{number:06}.txt" for number in range(2500)]
    lay(deep, dict.fromkeys(names, ""))
    for count in (500, 2500):
        (tmp_path / str(count)).mkdir()
        for name in names[:count]:
            (tmp_path / str(count) / name).symlink_to(deep / name)
    assert grows([tmp_path / "500"], [tmp_path / "2500"]) < 400
