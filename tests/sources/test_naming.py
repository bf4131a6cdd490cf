"""Names of files from several folders: no two the same, and the shortest that tell them apart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.sources.naming import Names

paths = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=5).map(tuple), unique=True, max_size=12)


def named(files: list[tuple[str, str]]) -> list[str]:
    names = Names(lambda: files)
    return [names.of(*file) for file in files]


@given(paths, st.data())
def test_names_are_always_distinct(found: list[tuple[str, ...]], data: st.DataObject) -> None:
    depths = [data.draw(st.integers(1, len(parts))) for parts in found]
    files = [("/" + "/".join(parts), "/".join(parts[-depth:])) for parts, depth in zip(found, depths, strict=True)]
    final = named(files)
    assert len(set(final)) == len(files)
    assert all(path.endswith("/" + name) for (path, _), name in zip(files, final, strict=True))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("/a/n", "n"), ("/b/m", "m")], ["n", "m"]),
        ([("/a/n", "n"), ("/b/n", "n"), ("/b/m", "m")], ["a/n", "b/n", "m"]),
        ([("/x/a/n", "n"), ("/y/a/n", "n"), ("/y/b/n", "n")], ["x/a/n", "y/a/n", "b/n"]),
        # A name that a file gets may be one that another has from the start, and the longest of all is kept.
        ([("/a/n", "n"), ("/b/n", "n"), ("/q/a/n", "a/n")], ["a/n", "b/n", "q/a/n"]),
        ([("s3://b/k/n", "n"), ("s3://b//k/n", "n")], ["b/k/n", "b//k/n"]),
        ([("s3://wire/n", "wire/n"), ("/data/wire/n", "wire/n")], ["s3://wire/n", "data/wire/n"]),
        ([("s3://a/n/", "n"), ("s3://b/n/", "n")], ["a/n", "b/n"]),
        ([("-/stdin", "stdin"), ("/x/stdin", "stdin")], ["-/stdin", "x/stdin"]),
        # Nothing tells these apart, and nothing hangs on it.
        ([("-/stdin", "stdin"), ("-/stdin", "stdin")], 2 * [f"{Path.cwd().as_posix()[1:]}/-/stdin"]),
    ],
)
def test_as_many_folders_stand_before_a_name_as_it_takes(files: list[tuple[str, str]], expected: list[str]) -> None:
    assert named(files) == expected
