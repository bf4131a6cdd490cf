"""The months of every language that Twitter's embeds come in, held to the Unicode locale data."""

from datetime import date

import pytest
from babel.dates import format_date

from archiver.references.dates import written
from archiver.references.months import number

LANGUAGES = """
    ar bg bn ca cs da de el en en_GB es eu fa fi fil fr gl gu he hi hr hu id it ja kn ko lv mr ms nb nl pl pt ro ru sk
    sl sr sr_Latn sv ta th tr uk ur vi zh zh_Hant
"""


@pytest.mark.parametrize("form", ["long", "medium"])
@pytest.mark.parametrize("language", LANGUAGES.split())
def test_dates_as_the_language_writes_them(language: str, form: str) -> None:
    """A medium form of numbers alone is left out: nobody knows its day from its month."""
    for month in range(1, 13):
        day = date(2017, month, 21)
        text = format_date(day, form, language)
        found = written(f"{text} and so on", 0)
        if any(letter.isalpha() for letter in text.removesuffix("г.")):
            assert found is not None, text
            assert found.moment is not None, text
            assert found.moment.value == day.isoformat(), text


@pytest.mark.parametrize(
    ("name", "after_a_point", "month"),
    [
        ("listopada", False, 11),
        ("listopada", True, 10),
        ("července", True, 7),
        ("tháng 7", False, 7),
        ("thg 13", False, None),
        ("tháng mười hai", False, 12),
        ("ก.ค.", False, 7),
        ("जन॰", False, 1),
        ("ژوئیهٔ", False, 7),
        ("Sept.", False, 9),
        ("13", False, None),
        ("0", False, None),
        ("jui", False, None),
        ("ju", False, None),
        ("May be", False, None),
        ("", False, None),
    ],
)
def test_number(name: str, after_a_point: bool, month: int | None) -> None:
    assert number(name, after_a_point=after_a_point) == month
