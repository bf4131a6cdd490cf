"""Dates as embeds print them, times in status ids, and how they agree."""

from typing import Any

import pytest

from archiver.model import Moment, Precision
from archiver.references.dates import is_status_id, snowflake, weigh, weighed, written
from tests.cases import cases

JULY_21 = "888436297528508416"  # given out on 21 July 2017 at 16:31:34 UTC
FIRST_SNOWFLAKE = "29700859248"


def moment(value: str, precision: Precision = "day") -> Moment:
    return Moment(value=value, precision=precision, basis="signature")


@pytest.mark.parametrize("case", cases("dates"))
def test_written(case: dict[str, Any]) -> None:
    found = written(case["input"], 0)
    if found is None or found.moment is None:
        assert case["expected"] == (None if found is None else "none")
    else:
        assert found.moment.value == case["expected"]
        assert found.moment.precision == ("minute" if "T" in found.moment.value else "day")


def test_a_date_begins_where_it_is_looked_for_and_ends_with_the_year() -> None:
    text = "on July 21, 2017 and later"
    found = written(text, 3)
    assert found is not None
    assert text[3 : found.end] == "July 21, 2017"
    assert written(text, 2) is None


@pytest.mark.parametrize(
    ("status_id", "value"),
    [
        (JULY_21, "2017-07-21T16:31:34Z"),
        (FIRST_SNOWFLAKE, "2010-11-04T01:43:01Z"),
        ("29700859247", None),
        ("20", None),
        (str(2**63 - 1), "2080-07-10T17:30:30Z"),
        (str(2**63), None),
    ],
)
def test_snowflake(status_id: str, value: str | None) -> None:
    found = snowflake(status_id)
    assert (found.value if found else None) == value


def test_status_ids_are_positive_numbers_of_63_bits() -> None:
    assert [is_status_id(text) for text in ("0", "1", str(2**63 - 1), str(2**63))] == [False, True, True, False]


@pytest.mark.parametrize(
    ("posted", "status_id", "published", "verdict"),
    [
        ("2017-07-21", JULY_21, None, "consistent"),
        ("2017-07-21T19:42", JULY_21, None, "consistent"),
        ("2017-07-20", JULY_21, None, "timezone"),
        ("2017-07-22", JULY_21, None, "timezone"),
        ("2017-07-23", JULY_21, None, "impossible"),
        ("2016-07-21", JULY_21, None, "impossible"),
        ("2017-07-21", None, "2017-07-21", "consistent"),
        ("2017-07-21", None, "2019-01-01", "consistent"),
        ("2017-07-21", None, "2017-07-20", "timezone"),
        ("2017-07-21", None, "2017-07-19", "impossible"),
        ("2017-07-21", None, "2017-07-21T08:00:00Z", "consistent"),
        ("2017-07-21", None, "2017-07", "consistent"),
        ("2017-07-21", None, "2017-06", "impossible"),
        ("2017-07-01", None, "2017-06", "timezone"),
        ("2017-07-21", None, "2017", "consistent"),
        ("2018-01-01", None, "2017", "timezone"),
        ("2018-01-02", None, "2017", "impossible"),
        ("2017-07-21", None, None, "unknown"),
        (None, JULY_21, None, "unknown"),
        (None, JULY_21, "2017-07-21", "consistent"),
        (None, JULY_21, "2017-07-01", "impossible"),
        (None, "20", "2017-07-01", "unknown"),
        ("2009-07-21", "20", None, "consistent"),
        ("2010-11-05", "29700859247", None, "timezone"),
        ("2017-07-21", "20", None, "impossible"),
        ("2017-07-21", "888436297", "2017-07-21", "impossible"),
        ("2010-11-04", FIRST_SNOWFLAKE, None, "consistent"),
        ("2017-07-21", str(2**63 - 1), None, "impossible"),
        ("2017-07-21", str(2**63), None, "impossible"),
        ("2017-07-21", JULY_21, "2017-07-20", "timezone"),
        ("2017-07-22", JULY_21, "2017-07-20", "impossible"),
        ("2017-07-21", JULY_21, "2017-07-19", "impossible"),
        (None, str(2**63 - 1), "2017-07-01", "impossible"),
        (None, str(2**63 - 1), None, "impossible"),
        (None, str(2**63), "2017-07-01", "impossible"),
        (None, "0", None, "impossible"),
        (None, None, "2017-07-21", "unknown"),
        ("2006-03-20", None, None, "impossible"),
        ("2006-03-21", None, "2017-07-21", "consistent"),
    ],
)
def test_weigh(posted: str | None, status_id: str | None, published: str | None, verdict: str) -> None:
    precisions: dict[int, Precision] = {4: "year", 7: "month", 10: "day", 16: "minute", 20: "second"}
    article = moment(published, precisions[len(published)]) if published else None
    assert weigh(moment(posted) if posted else None, status_id, article) == verdict


@pytest.mark.parametrize(
    ("posted", "status_id", "published", "why"),
    [
        (None, str(2**63), None, "has an id that is none: zero, or of more than 63 bits"),
        (None, str(2**63 - 1), None, "has an id of a time that has not come, 2080-07-10"),
        (None, str(2**63 - 1), "2017-07-21", "has an id of a time that has not come, 2080-07-10"),
        ("2006-03-20", None, None, "is signed 2006-03-20, before there were any"),
        ("2017-07-23", JULY_21, None, "is signed 2017-07-23, and its id is of 2017-07-21"),
        ("2017-07-21", "20", "2017-07-21", "is signed 2017-07-21, and its id is of before November 2010"),
        (None, JULY_21, "2017-07", None),
        (None, JULY_21, "2017-06", "is of 2017-07-21, and the article of 2017-06-30"),
        ("2017-07-21", None, "2017-07-20", None),
    ],
)
def test_what_cannot_be_says_why(
    posted: str | None, status_id: str | None, published: str | None, why: str | None
) -> None:
    precisions: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
    article = moment(published, precisions[len(published)]) if published else None
    assert weighed(moment(posted) if posted else None, status_id, article).why == why
