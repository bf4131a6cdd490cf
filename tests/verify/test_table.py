"""A table, held to what a dictionary of lists would say, in memory and in its file."""

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.errors import CannotWrite
from archiver.verify import entries
from archiver.verify.table import Table, key_of

# Few keys, some of them beside one another, so that many come again and reach over the blocks of the file.
KEYS = st.sampled_from([0, 1, 2, 1 << 56, (1 << 56) + 1, (7 << 56) + 3, (1 << 64) - 1])
ENTRIES = st.lists(st.tuples(KEYS, st.integers(0, (1 << 64) - 1)), max_size=60)


@pytest.fixture(params=[1 << 18, 7, 1], ids="held {}".format)
def _held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many entries are held in memory, and blocks of a size that few entries fill."""
    monkeypatch.setattr("archiver.verify.table._HELD", request.param)
    monkeypatch.setattr(entries, "_BLOCK", 4)


def table(given: list[tuple[int, int]]) -> Table:
    made = Table()
    for key, value in given:
        made.add(key, value)
    return made


@pytest.mark.usefixtures("_held")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, ENTRIES, KEYS)
def test_a_table_says_what_a_dictionary_says(
    one: list[tuple[int, int]], other: list[tuple[int, int]], key: int
) -> None:
    whole = table(one)
    whole.extend(pickle.loads(pickle.dumps(table(other))))
    values = sorted(value for each, value in one + other if each == key)
    assert whole.find(key) == (values[0] if values else None)
    assert all(whole.holds(key, value) for value in values)
    assert not whole.holds(key, -1)
    assert [whole.mark(key) for _ in range(len(values) + 1)] == [True] * len(values) + [False if values else None]
    assert sorted(whole.unmarked()) == sorted(value for each, value in one + other if each != key)
    whole.again()
    assert whole.mark(key) is (True if values else None)
    keys = [each for each, _ in one + other]
    again = [value for each in set(keys) for value in sorted(v for k, v in one + other if k == each)[1:]]
    assert sorted(second for _, second in whole.repeated()) == sorted(again)


@pytest.mark.usefixtures("_held")
def test_marks_last_for_many_rounds() -> None:
    made = table([(key_of(str(number)), number) for number in range(40)])
    assert made.mark(key_of("7"))
    for _ in range(300):
        made.again()
    assert sorted(made.unmarked()) == [number for number in range(40) if number != 7]


def test_where_no_temporary_file_can_be_written_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archiver.verify.table._HELD", 2)
    monkeypatch.setattr("archiver.pack.durable.TemporaryFile", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        table([(1, 1), (2, 2)])
