"""What option values stand for."""

import click
import pytest

from archiver.cli.values import Address, Encoding, Field, Line, Size, Stem, Time, packaging_time
from archiver.errors import UsedWrongly


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
        ("2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09Z"),
        ("2024-05-06T07:08:09.999999-00:30", "2024-05-06T07:38:09Z"),
        ("2024-05-06T07:08", "2024-05-06T07:08:00Z"),
        ("2024-05-06", "2024-05-06T00:00:00Z"),
        ("20240506T070809Z", "2024-05-06T07:08:09Z"),
    ],
)
def test_a_time_in_any_zone_is_full_utc_seconds(given: str, kept: str) -> None:
    assert Time().convert(given, None, None) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("", "today", "2024-13-01", "1969-12-31", "0001-01-01T00:00:00+14:00", "6.5.2024"),
        *("9999-01-01", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_no_time_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        Time().convert(given, None, None)


@pytest.mark.parametrize(
    ("given", "size"), [("1", 1), ("500000", 500_000), ("2k", 2048), ("64M", 1 << 26), ("1 GiB", 1 << 30)]
)
def test_a_size(given: str, size: int) -> None:
    assert Size().convert(given, None, None) == size


@pytest.mark.parametrize("given", ["", "0", "-1", "1.5M", "M", "10T", "9" * 40])
def test_what_is_no_size_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        Size().convert(given, None, None)


@pytest.mark.parametrize("given", ["articles", "2017-07_b.c", "a" * 100])
def test_a_stem(given: str) -> None:
    assert Stem().convert(given, None, None) == given


@pytest.mark.parametrize("given", ["", "Articles", "a/b", "../a", ".hidden", "-o", "ünder", "a b", "a\n", "a" * 101])
def test_what_cannot_begin_a_file_name_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        Stem().convert(given, None, None)


def test_a_line_is_any_text_of_one_line() -> None:
    for given in ("", "A harbour", "港 — 1st ed.", "a\u200db"):
        assert Line().convert(given, None, None) == given
    for given in ("a\nb", "a\r\nX: 1", "\x1b[2J", "a\x85b", "a\u2028b", "\udcff"):
        with pytest.raises(click.BadParameter, match=r"\(U\+[0-9A-F]{4}\); leave it out"):
            Line().convert(given, None, None)


def test_an_address_is_absolute() -> None:
    assert Address().convert("https://news.example/a b", None, None) == "https://news.example/a b"
    for given in ("news.example/a", "/a", "https://a\r\nb", "https://a/\udcff", ""):
        with pytest.raises(click.BadParameter):
            Address().convert(given, None, None)


def test_an_encoding_is_one_that_there_is() -> None:
    assert Encoding().convert("windows-1252", None, None) == "windows-1252"
    for given in ("utf-9", "rot13", "", "a\0b"):
        with pytest.raises(click.BadParameter):
            Encoding().convert(given, None, None)


def test_a_field_is_a_pair() -> None:
    assert Field().convert("text=a=b", None, None) == ("text", "a=b")
    assert Field().convert(("text", "a"), None, None) == ("text", "a")
    for given in ("text", "text=", "body=text", "=a", "text=\udcff", "text=a\nb"):
        with pytest.raises(click.BadParameter):
            Field().convert(given, None, None)


def test_the_packaging_time_is_given_or_the_environment_s_or_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert packaging_time("2024-05-06T07:08:09Z") == "2024-05-06T07:08:09Z"
    assert packaging_time(None) == "1970-01-02T00:00:00Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert packaging_time(None) > "2024"


@pytest.mark.parametrize("epoch", ["", "now", "1e9", "9" * 30])
def test_an_epoch_that_is_no_number_is_used_wrongly(monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(UsedWrongly, match="SOURCE_DATE_EPOCH"):
        packaging_time(None)


def test_an_epoch_before_1970_is_used_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "-1")
    with pytest.raises(UsedWrongly, match="SOURCE_DATE_EPOCH"):
        packaging_time(None)
