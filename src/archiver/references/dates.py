"""The dates that a tweet carries: written under it, held in its status id; and how they agree.

A signature gives a day in a time zone that nobody wrote down; a status id gives a millisecond of UTC; an article gives
its own date. They are compared as days, and a difference of one day is put down to the time zone.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import cycle
from typing import NamedTuple

from archiver.model import DateVerdict, Moment

# Since 4 November 2010 a status id holds, above 22 bits, the milliseconds since this instant (Twitter's "Snowflake").
# Before that day ids were consecutive, and say nothing of their time. A signed 64-bit number holds them all.
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_LAST_CONSECUTIVE = 29_700_859_247
_ID_LIMIT = 1 << 63

_FIRST_TWEET = date(2006, 3, 21)

# January to December as Twitter's embeds print them, in the case that a date asks for. An abbreviation is a beginning
# of the name; where two languages disagree on one, it stands for neither, and English goes before all.
_MONTHS = """
    januar februar märz april mai juni juli august september oktober november dezember
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    januari februari maret april mei juni juli agustus september oktober november desember
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    ledna února března dubna května června července srpna září října listopadu prosince
    január február március április május június július augusztus szeptember október november december
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta
    heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
    ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
    जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
    january february march april may june july august september october november december
"""

_B = r"[ \t\xa0\u202f\u200e\u200f]"  # a blank, or a mark that turns the writing's direction
_NAME = r"([^\s\d.,،()@/|—–-]{2,16})"
_TIME = re.compile(rf"(\d{{1,2}})[:.](\d{{2}})(?:{_B}?([AaPp])\.?[Mm]\.?)?{_B}*[-–—·]{_B}*")
_MONTH_DAY_YEAR = re.compile(rf"{_NAME}\.?{_B}{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?,?{_B}{{1,2}}(\d{{4}})(?!\d)")
_DAY_MONTH_YEAR = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?{_B}{{1,2}}(?:de{_B}|d['’])?{_NAME}\.?[,،]?{_B}{{1,2}}(?:del?{_B})?(\d{{4}})(?!\d)"
)
_YEAR_MONTH_DAY = re.compile(
    rf"(\d{{4}})(?:[年년]{_B}?|-|\.{_B})(\d{{1,2}}|[^\W\d_]{{3,12}}\.?)(?:[月월]{_B}?|-|{_B})(\d{{1,2}})(?:[日일]|\.|(?!\d))"
)


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
    for pattern, year, month, day in (
        (_MONTH_DAY_YEAR, 3, 1, 2),
        (_DAY_MONTH_YEAR, 3, 2, 1),
        (_YEAR_MONTH_DAY, 1, 2, 3),
    ):
        match = pattern.match(text, start)
        number = _month(match[month]) if match else None
        if match and number:
            return Written(match.end(), _moment(int(match[year]), number, int(match[day]), time, basis))
    return None


def snowflake(status_id: str) -> Moment | None:
    """The second of UTC at which a status id was given out; None for ids that hold no time (before November 2010).

    >>> snowflake("888436297528508416").value, snowflake("20")
    ('2017-07-21T16:31:34Z', None)
    """
    number = int(status_id)
    if not _LAST_CONSECUTIVE < number < _ID_LIMIT:
        return None
    instant = _EPOCH + timedelta(milliseconds=number >> 22)
    return Moment(value=f"{instant:%Y-%m-%dT%H:%M:%SZ}", precision="second", basis="status-id")


def is_status_id(status_id: str) -> bool:
    """Whether Twitter could have given out the id: a positive number of 63 bits."""
    return 0 < int(status_id) < _ID_LIMIT


def weigh(posted: Moment | None, status_id: str | None, published: Moment | None) -> DateVerdict:
    """How what is known of a tweet's date agrees: the day written under it, its id's time, the article's date.

    One day between two of them is a `timezone`, more is `impossible`; so is a tweet that was posted after the article
    was published. Without two dates to compare the answer is `unknown`.

    >>> day = Moment(value="2017-07-21", precision="day", basis="signature")
    >>> weigh(day, "888436297528508416", None), weigh(day, None, None)
    ('consistent', 'unknown')
    >>> weigh(day, None, Moment(value="2017-07-18", precision="day", basis="field:date"))
    'impossible'
    """
    if status_id is not None and not is_status_id(status_id):
        return "impossible"
    given_out = snowflake(status_id) if status_id else None
    days = [_first_day(moment) for moment in (posted, given_out) if moment is not None]
    if any(day < _FIRST_TWEET for day in days):
        return "impossible"
    apart = [abs((days[0] - days[1]).days)] if len(days) == 2 else []
    if published is not None:
        apart += [max(0, (day - _last_day(published)).days) for day in days]
    if not apart:
        return "unknown"
    return ("consistent", "timezone", "impossible")[min(max(apart), 2)]


@cache
def _month_numbers() -> dict[str, int]:
    """Every name and abbreviation of a month that stands for one month alone."""
    names = _MONTHS.split()
    numbers: dict[str, int] = {}
    for number, name in zip(cycle(range(1, 13)), names[:-12], strict=False):
        for end in range(min(3, len(name)), len(name)):
            numbers[name[:end]] = number if numbers.get(name[:end], number) == number else 0
        numbers[name] = number
    for number, name in enumerate(names[-12:], 1):
        numbers |= {name[:end]: number for end in range(3, len(name) + 1)}
    return numbers


def _month(name: str) -> int | None:
    """1 to 12 for a month's name, abbreviation or number."""
    name = name.rstrip(".").lower()
    number = int(name) if name.isdecimal() else _month_numbers().get(name, 0)
    return number if 1 <= number <= 12 else None


def _moment(year: int, month: int, day: int, time: re.Match[str] | None, basis: str) -> Moment | None:
    try:
        value = date(year, month, day).isoformat()
    except ValueError:
        return None
    hour = int(time[1]) if time else 24
    if time and time[3]:
        hour = hour % 12 + (12 if time[3] in "pP" else 0) if 1 <= hour <= 12 else 24
    if time is None or hour > 23 or int(time[2]) > 59:
        return Moment(value=value, precision="day", basis=basis)
    return Moment(value=f"{value}T{hour:02}:{int(time[2]):02}", precision="minute", basis=basis)


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
