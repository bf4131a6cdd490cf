"""Dates are read as precisely as they are given, in exactly one way or not at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archiver.model import Moment, Stated
from archiver.sources.dates import moment


def read(text: str) -> Moment | None:
    return moment(Stated(value=text, basis="field:date"))


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2017", "2017", "year"),
        ("2017-07", "2017-07", "month"),
        ("July 2017", "2017-07", "month"),
        ("2017-07-21", "2017-07-21", "day"),
        (" 2017-7-1\n", "2017-07-01", "day"),
        ("2017/07/21", "2017-07-21", "day"),
        ("2017.07.21", "2017-07-21", "day"),
        ("20170721", "2017-07-21", "day"),
        ("July 21, 2017", "2017-07-21", "day"),
        ("Jul. 21 2017", "2017-07-21", "day"),
        ("Sept. 1st, 2017", "2017-09-01", "day"),
        ("21 July 2017", "2017-07-21", "day"),
        ("21-Jul-2017", "2017-07-21", "day"),
        ("Friday, July 21, 2017", "2017-07-21", "day"),
        ("21/07/2017", "2017-07-21", "day"),
        ("07/21/2017", "2017-07-21", "day"),
        ("5.5.2017", "2017-05-05", "day"),
        ("29 February 2016", "2016-02-29", "day"),
        ("2017-07-21T18:30", "2017-07-21T18:30", "minute"),
        ("2017-07-21 18:30Z", "2017-07-21T18:30Z", "minute"),
        ("2017-07-21T18:30+02:00", "2017-07-21T16:30Z", "minute"),
        ("201707211830", "2017-07-21T18:30", "minute"),
        ("July 21, 2017 at 6:30 p.m.", "2017-07-21T18:30", "minute"),
        ("July 21, 2017 12:30 am EDT", "2017-07-21T04:30Z", "minute"),
        ("2017-07-21T18:30:05", "2017-07-21T18:30:05", "second"),
        ("2018-01-25 16:17:44.789555", "2018-01-25T16:17:44", "second"),
        ("2017-07-21T23:30:05.123-0130", "2017-07-22T01:00:05Z", "second"),
        ("2017-07-21T18:30:05,5+05", "2017-07-21T13:30:05Z", "second"),
        ("20170721T183005Z", "2017-07-21T18:30:05Z", "second"),
        ("20170721183005", "2017-07-21T18:30:05", "second"),
        ("Fri, 21 Jul 2017 18:30:59 +0200", "2017-07-21T16:30:59Z", "second"),
        ("21 Jul 2017 18:30:59 GMT", "2017-07-21T18:30:59Z", "second"),
        ("Fri Jul 21 18:30:00 +0000 2017", "2017-07-21T18:30:00Z", "second"),
        ("1500652800", "2017-07-21T16:00:00Z", "second"),
        ("1500652800.0", "2017-07-21T16:00:00Z", "second"),
        ("1500652800123", "2017-07-21T16:00:00Z", "second"),
        ("946684800", "2000-01-01T00:00:00Z", "second"),
    ],
)
def test_dates_that_are_plain(text: str, value: str, precision: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.value, found.precision, found.basis) == (value, precision, "field:date")


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "yesterday", "0000", "17", "201707", "07/08/2017", "7.8.2017", "07-21", "21/07/17"),
        *("2017-07-21-22", "2017-02-30", "2017-13-01", "13/13/2017", "31/02/2017", "29 February 2017"),
        *("2017-07-21T25:00", "2017-07-21T18:61", "2017-07-21 13:30 pm", "2017-07-21 0:30 am", "July 21, 2017 18:30 X"),
        *("2017-07-21T18:30:00+25:00", "0001-01-01T00:00+05:00", "2017072118", "9999999999", "5", "20171", "12345678"),
        *("Juli 21, 2017", "Julyish 21, 2017", "２０１７", "2017-07-21 x", "July " * 40 + "2017", "1" * 999),
    ],
)
def test_what_cannot_be_read_in_one_way_is_not_read(text: str) -> None:
    assert read(text) is None


FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001


@given(st.datetimes(FIRST, LAST, timezones=st.timezones()))
def test_an_instant_is_the_same_in_any_zone(instant: datetime) -> None:
    whole = instant.replace(microsecond=0)
    offset = whole.utcoffset()
    # Before standard time, zones lie at odd seconds from UTC, which ISO 8601 does not write.
    assume(offset is not None and offset.seconds % 60 == 0)
    found = read(whole.isoformat())
    assert found is not None
    assert found.value == whole.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@given(st.text(max_size=100) | st.from_regex(r"[0-9/:.\-TZ+ ]{0,40}"))
def test_anything_has_an_answer(text: str) -> None:
    found = read(text)
    assert found is None or found.precision in {"year", "month", "day", "minute", "second"}
