"""The dates that a tweet carries: written under it, held in its status id; and how they agree.

A signature gives a day in a time zone that nobody wrote down; a status id gives a millisecond of UTC; an article gives
its own date. They are compared as days, and a difference of one day is put down to the time zone.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from archiver.findings import Finding
from archiver.model import DateVerdict, Moment, TweetReference
from archiver.references import months

# Since 4 November 2010 a status id holds, above 22 bits, the milliseconds since this instant (Twitter's "Snowflake").
# Before that day ids were consecutive, and say nothing of their time. A signed 64-bit number holds them all.
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_LAST_CONSECUTIVE = 29_700_859_247
_ID_LIMIT = 1 << 63

_FIRST_TWEET = date(2006, 3, 21)
# Nobody uses this code so late: an id whose time is later is of the future, whatever else is known.
_FUTURE = date(2036, 1, 1)

_B = r"[ \t\xa0\u202f\u200e\u200f]"  # a blank, or a mark that turns the writing's direction
_WORD = r"[^\s\d.,،()@/|—–-]"
# One word; a word and a number, or up to three words (Vietnamese); letters with points (Thai).
_MONTH = rf"(?P<month>(?i:thg|tháng){_B}(?:\d{{1,2}}|{_WORD}+(?:{_B}(?i:một|hai))?)|{_WORD}{{1,16}}(?:\.{_WORD}\.)?)"
_DAY = r"(?P<day>\d{1,2})"
# Text that is glued to a year may begin with a digit: then only a year of this time is one.
# A weekday before the date, in the languages that most embeds come in.
_WEEKDAY = (
    r"(?:(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|(?:segunda|terça|quarta|quinta|sexta)-feira|(?:lune|marte|mercole|giove|vener)dì|sabato"
    rf"|(?:maan|dins|woens|donder|vrij|zater|zon)dag)\.?,?{_B}{{1,2}})?"
)
_YEAR = r"(?P<year>20[0-3]\d|\d{4}(?!\d))"
# Month, day, year; day, month, year; year, month, day (East Asia, Hungary, the Basque Country, ISO 8601); Latvian.
_DATES = (
    re.compile(rf"{_WEEKDAY}{_MONTH}\.?{_B}{{1,2}}{_DAY}(?:st|nd|rd|th)?(?:[,.]?{_B}{{1,2}}|,\n?){_YEAR}"),
    re.compile(
        rf"{_WEEKDAY}{_DAY}(?P<point>\.)?(?:st|nd|rd|th|er|º)?{_B}{{1,2}}(?:(?:de|of){_B}|d['’]|ב)?{_MONTH}\.?[,،]?{_B}{{1,2}}"
        rf"(?:(?:del?|năm){_B})?(?:[คพ]\.ศ\.{_B}?)?{_YEAR}(?:{_B}[гр]\.)?"
    ),
    re.compile(
        rf"(?P<year>\d{{4}})(?:{_B}?[年년]{_B}?|-|\.{_B}|\(?e\)?ko{_B})(?:{_MONTH}|(?P<number>\d{{1,2}}))\.?(?:{_B}?[月월]{_B}?|-|{_B})"
        rf"{_DAY}(?:{_B}?[日일]|\.|\(a\)|(?!\d))"
    ),
    re.compile(rf"(?P<year>\d{{4}})\.{_B}gada{_B}{_DAY}\.{_B}(?P<month>[a-zāčēģīķļņšūž]{{3,12}}\.?)"),
)
_FORENOON = ("午前", "上午", "오전", "öö")
_AFTERNOON = ("午後", "下午", "오후", "ös")
_ON_CLOCK = (
    rf"(?:(?P<half>{'|'.join(_FORENOON + _AFTERNOON)}){_B}?)?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})"
    rf"(?:{_B}?(?:(?P<ap>[apπμ])\.?{_B}?[mμ]\b\.?|(?P<arabic>[صم])))?"
)
_TIME = re.compile(rf"{_ON_CLOCK}{_B}*[-–—·•]{_B}*", re.IGNORECASE)
_TIME_BEHIND = re.compile(rf"{_B}*[·•]{_B}*{_ON_CLOCK}(?![:.]?\d)", re.IGNORECASE)
_MOST_DOUBTED = 50  # so many tweets of an article are told one by one
_CENTURIES = (19, 20, 25)  # what is written by others than these is no date of a tweet
_BUDDHIST = 543  # how far the years of Thailand are ahead


class Written(NamedTuple):
    """A date as it stands in a text: where it ends, and the moment; None for a day that no calendar has."""

    end: int
    moment: Moment | None


def written(text: str, place: int, basis: str = "signature") -> Written | None:
    """The date that begins at `place`, in the spellings of Twitter's embeds; None where there is none.

    >>> written("July 21, 2017 and so on", 0).moment.value, written("21 de julio de 2017", 0).moment.value
    ('2017-07-21', '2017-07-21')
    >>> written("7:42 PM - 21 Jul 2017", 0).moment.value, written("2017年7月21日", 0).moment.value
    ('2017-07-21T19:42', '2017-07-21')
    """
    time = _TIME.match(text, place)
    start = time.end() if time else place
    for pattern in _DATES:
        match = pattern.match(text, start)
        month = _month(match) if match else None
        if match and month and int(match["year"]) // 100 in _CENTURIES:
            behind = None if time else _TIME_BEHIND.match(text, match.end())
            end = behind.end() if behind else match.end()
            return Written(end, _moment(match, month, time or behind, basis))
    return None


@lru_cache(maxsize=256)
def snowflake(status_id: str) -> Moment | None:
    """The second of UTC at which a status id was given out; None for ids that hold no time (before November 2010).

    >>> snowflake("888436297528508416").value, snowflake("20")
    ('2017-07-21T16:31:34Z', None)
    """
    number = int(status_id)
    if not _LAST_CONSECUTIVE < number < _ID_LIMIT:
        return None
    instant = _EPOCH + timedelta(milliseconds=number >> 22)
    return Moment(value=f"{instant.isoformat()[:19]}Z", precision="second", basis="status-id")


def is_status_id(status_id: str) -> bool:
    """Whether Twitter could have given out the id: a positive number of 63 bits."""
    return 0 < int(status_id) < _ID_LIMIT


class Weighed(NamedTuple):
    """How dates agree; where they cannot, `why`: a clause about the tweet."""

    verdict: DateVerdict
    why: str | None = None


def weigh(posted: Moment | None, status_id: str | None, published: Moment | None) -> DateVerdict:
    """How what is known of a tweet's date agrees: the day written under it, its id's time, the article's date.

    One day between two of them is a `timezone`, more is `impossible`; so is a tweet that was posted after the article
    was published, or after November 2010 under an id of the time before, and one whose id is none, or is of a time
    that has not come. Without two dates to compare the answer is `unknown`.

    >>> day = Moment(value="2017-07-21", precision="day", basis="signature")
    >>> weigh(day, "888436297528508416", None), weigh(day, None, None)
    ('consistent', 'unknown')
    >>> weigh(day, None, Moment(value="2017-07-18", precision="day", basis="field:date"))
    'impossible'
    """
    return weighed(posted, status_id, published).verdict


def weighed(posted: Moment | None, status_id: str | None, published: Moment | None) -> Weighed:
    """The same, with the reason.

    >>> weighed(None, "9000000000000000000", None).why
    'has an id of a time that has not come, 2078-11-02'
    """
    if status_id is not None and not is_status_id(status_id):
        return Weighed("impossible", "has an id that is none: zero, or of more than 63 bits")
    given_out = snowflake(status_id) if status_id else None
    days = [_first_day(moment) for moment in (posted, given_out) if moment is not None]
    if given_out is not None and days[-1] >= _FUTURE:
        return Weighed("impossible", f"has an id of a time that has not come, {days[-1]}")
    if any(day < _FIRST_TWEET for day in days):
        return Weighed("impossible", f"is signed {days[0]}, before there were any")
    gaps: list[tuple[int, str]] = []
    if len(days) == 2:
        gaps.append((abs((days[0] - days[1]).days), f"is signed {days[0]}, and its id is of {days[1]}"))
    if posted is not None and status_id is not None and given_out is None:
        why = f"is signed {days[0]}, and its id is of before November 2010"
        gaps.append((max(0, (days[0] - _EPOCH.date()).days), why))
    if published is not None:
        last = _last_day(published)
        gaps += [(max(0, (day - last).days), f"is of {day}, and the article of {last}") for day in days]
    if not gaps:
        return Weighed("unknown")
    apart, why = max(gaps, key=lambda gap: gap[0])
    return Weighed("impossible", why) if apart > 1 else Weighed("timezone" if apart else "consistent")


def doubted(tweets: Sequence[TweetReference], published: Moment | None) -> Iterator[Finding]:
    """A finding for each tweet whose dates cannot be, up to a number of them: `W129`."""
    wrong = [number for number, tweet in enumerate(tweets) if tweet.dates == "impossible"]
    for number in wrong[:_MOST_DOUBTED]:
        tweet = tweets[number]
        stated = tweet.posted if tweet.posted and tweet.posted.basis != "status-id" else None
        why = weighed(stated, tweet.status_id, published).why or "is signed with a day that no calendar has"
        more = f" So it is with {len(wrong)} tweets." if len(wrong) > _MOST_DOUBTED else ""
        named = tweet.status_id or (tweet.posted.value if tweet.posted else None)
        yield Finding(code="W129", message=f"The tweet {why}.{more}", path=f"$.tweets[{number}].dates", found=named)


def latest(*moments: Moment | None) -> Moment | None:
    """The moment that may be the last of all; None where none is known.

    >>> day, month = (Moment(value=value, precision="day", basis="field:date") for value in ("2017-07-21", "2017-08"))
    >>> latest(day, None, month).value, latest(None)
    ('2017-08', None)
    """
    return max((moment for moment in moments if moment is not None), key=_last_day, default=None)


def _month(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    return months.number(parts["month"] or parts["number"], after_a_point=bool(parts.get("point")))


def _moment(match: re.Match[str], month: int, time: re.Match[str] | None, basis: str) -> Moment | None:
    year = int(match["year"])
    try:
        value = date(year - _BUDDHIST if year > 2500 else year, month, int(match["day"])).isoformat()
    except ValueError:
        return None
    clock = _clock(time) if time else None
    if clock is None:
        return Moment(value=value, precision="day", basis=basis)
    return Moment(value=f"{value}T{clock}", precision="minute", basis=basis)


def _clock(time: re.Match[str]) -> str | None:
    """The time of day on the clock of 24 hours; None where no clock shows it."""
    hour, minute = int(time["hour"]), int(time["minute"])
    half = (time["half"] or time["ap"] or time["arabic"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half in (*_AFTERNOON, "p", "μ", "م") else 0) if hour in range(13) else 24
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _first_day(moment: Moment) -> date:
    """The earliest day that the moment can mean."""
    return date.fromisoformat((moment.value + "-01-01")[:10])


def _last_day(moment: Moment) -> date:
    """The latest day that the moment can mean."""
    first = _first_day(moment)
    if moment.precision == "year":
        return first.replace(month=12, day=31)
    if moment.precision == "month":
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first
