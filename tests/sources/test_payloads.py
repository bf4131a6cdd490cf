"""Items are cut out of a stream exactly: their bytes, their places, and nothing lost between them."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.sources.payloads import MIB, Item, Limits, bounded, elements, lines, whole
from archiver.sources.streams import Stream


def stream(data: bytes) -> Stream:
    return Stream(io.BytesIO(data).read, "data")


LIMITS = Limits(item=50, kept=100)
Cut = Callable[[Stream, Limits], Iterable[Item]]


def cut(data: bytes, limits: Limits = LIMITS) -> list[tuple[int, bytes, list[str]]]:
    return [
        (item.offset, item.payload, [finding.code for finding in item.findings])
        for item in elements(stream(data), limits)
    ]


def test_lines_have_their_offsets_and_no_line_feed() -> None:
    items = list(lines(stream(b'{"a":1}\n\n \t\r\n{"b":2}\r\n{"c":3}'), LIMITS))
    assert items == [
        Item(0, b'{"a":1}', line=1),
        Item(13, b'{"b":2}\r', line=4),
        Item(22, b'{"c":3}', is_open=True, line=5),
    ]


@given(st.lists(st.binary(max_size=30), max_size=20), st.integers(1, 40))
def test_ranges_hold_every_line_once(parts: list[bytes], size: int) -> None:
    data = b"\n".join(parts)
    whole_file = [(item.offset, item.payload, item.line) for item in lines(stream(data), LIMITS)]
    ranges: list[tuple[int, bytes, int]] = []
    before = [0]
    for start in range(0, max(len(data), 1), size):
        end = start + size if start + size < len(data) else None
        piece = stream(data[max(start - 1, 0) :])
        first = sum(before)
        found = lines(piece, LIMITS, start, end, before.append)
        ranges += [(item.offset, item.payload, first + (item.line or 0)) for item in found]
    assert ranges == whole_file
    assert all(data[offset : offset + len(payload)] == payload for offset, payload, _ in whole_file)
    assert all(data.count(b"\n", 0, offset) + 1 == line for offset, _, line in whole_file)


def test_a_line_without_end_is_not_read_by_every_range() -> None:
    size, length = MIB, 12 * MIB
    taken = []
    for start in range(size, length, size):
        endless = stream(bytes(length - start + 1))
        assert list(lines(endless, Limits(), start, start + size)) == []
        taken.append(length - start + 1 - len(endless.read()))
    assert max(taken) <= size + MIB + 1


@pytest.mark.parametrize(("length", "codes"), [(49, []), (50, []), (51, ["E107"]), (100, ["E107"]), (101, ["E107"])])
def test_a_line_may_be_too_large(length: int, codes: list[str]) -> None:
    data = b"y" * length
    items = list(lines(stream(b"a\n" + data + b"\nb\n"), LIMITS))
    assert [item.offset for item in items] == [0, 2, length + 3]
    assert items[1].payload == data[:100]
    assert [finding.code for finding in items[1].findings] == codes


@pytest.mark.parametrize("times", [10, 10_000])
def test_what_is_cut_off_is_counted_and_digested(times: int) -> None:
    data = bytes(range(97, 122)) * times
    (item,) = whole(stream(data), LIMITS)
    (finding,) = item.findings
    assert item.payload == data[:100]
    assert finding.found == str(len(data))
    assert hashlib.sha256(data).hexdigest() in finding.message


@pytest.mark.parametrize("length", [199, 200, 201])
@pytest.mark.parametrize("cut_out", [whole, lines, elements, lambda data, limits: [bounded(0, data.read(), limits)]])
def test_what_is_allowed_is_kept_however_little_is_kept_of_the_rest(cut_out: Cut, length: int) -> None:
    """An item of which bytes are cut off is never one that nothing is said of."""
    data = b"7" * length
    is_array = cut_out is elements
    (item,) = cut_out(stream(b"[" + data + b"]" if is_array else data), Limits(item=200, kept=100))
    assert item.payload == data[:200]
    assert [finding.code for finding in item.findings] == ["E107"] * (length > 200)


def test_elements_are_verbatim() -> None:
    data = b'\xef\xbb\xbf [ {"a": "x, ]}\\"[" } ,\n\n{"b":[1,2,{"c":[]}]},"s" , 1.0e5,[]]\n'
    assert cut(data) == [
        (6, b'{"a": "x, ]}\\"[" }', []),
        (28, b'{"b":[1,2,{"c":[]}]}', []),
        (49, b'"s"', []),
        (55, b"1.0e5", []),
        (61, b"[]", []),
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(values, max_size=6), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 9))
def test_elements_parse_to_the_array(array: list[object], indent: int | None, is_ascii: bool, step: int) -> None:
    data = json.dumps(array, indent=indent, ensure_ascii=is_ascii).encode()

    found = list(elements(_Dribbling(io.BytesIO(data), step), Limits()))
    assert [json.loads(item.payload) for item in found] == array
    assert all(data[item.offset : item.offset + len(item.payload)] == item.payload for item in found)
    assert not any(item.findings or item.is_open for item in found)


class _Dribbling(Stream):
    """A stream whose reads give a few bytes at a time, so that the chunks end anywhere."""

    def __init__(self, source: io.BytesIO, step: int) -> None:
        super().__init__(source.read, "data")
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._step)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"[]", []),
        (b"[ ]  \n", []),
        (b"[1,]", [(1, b"1", [])]),
        (b"[,1]", [(2, b"1", [])]),
        (b"[1, 2", [(1, b"1", []), (3, b" 2", ["W120"])]),
        (b"[", [(1, b"", ["W120"])]),
        (b'["x\\', [(1, b'"x\\', ["W120"])]),
        (b'["x', [(1, b'"x', ["W120"])]),
        (b"[1] trailing", [(1, b"1", []), (4, b"trailing", [])]),
        (b"[1][2]", [(1, b"1", []), (3, b"[2]", [])]),
        (b"x [1]", [(0, b"x", []), (3, b"1", [])]),
        (b'[{"a":1]}, 2]', [(1, b'{"a":1]}', []), (11, b"2", [])]),
        (b"[1},2]", [(1, b"1}", []), (4, b"2", [])]),
        (b"[" + b"7" * 60 + b",8]", [(1, b"7" * 60, ["E107"]), (62, b"8", [])]),
    ],
)
def test_arrays_that_are_not_right(data: bytes, found: list[tuple[int, bytes, list[str]]]) -> None:
    assert cut(data) == found
