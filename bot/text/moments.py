"""Times named in a question: relative («أول أمس», "last week") and absolute, as whole days.

Pure: what is relative is counted from the day of asking, which the caller gives. All four sets of
Arabic month names are known, English ones, and Hijri dates (Umm al-Qura, through hijridate). A day
and month without a year is the last such day that is not in the future. Nothing is guessed: words
that name no time of the calendar («منذ بدء الحرب») yield nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from hijridate import Hijri

from bot.text.lexicon import labelled_words
from bot.text.normalize import fold
from bot.text.numbers import numbers
from bot.text.questions import is_day_word, relative_day_at, weekday_of
from bot.text.tokens import Token

_UNIT_DAYS = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}
_ALSO_WORDS = frozenset({"may", "march", fold("آب")})  # months only beside a day or a year
_HIJRI_YEARS = range(1343, 1501)  # what hijridate knows
_YEARS = range(1900, 2100)
_WRITTEN = re.compile(r"(\d{1,4})/(\d{1,2})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Moment:
    """A named time: the days ``since`` to ``until``, said by tokens ``first`` to ``last``.

    ``exact`` is false for a bare year, which may as well be a word of the matter itself.
    """

    first: int
    last: int
    since: date
    until: date
    exact: bool = True


def moments(tokens: Sequence[Token], today: date) -> list[Moment]:
    """Return the times that a question asked on ``today`` names, in order."""
    found: list[Moment] = []
    at = 0
    while at < len(tokens):
        moment = next((one for one in _readings(tokens, at, today) if one is not None), None)
        if moment is None:
            at += 1
        else:
            found.append(moment)
            at = moment.last + 1
    return found


def times_asked(tokens: Sequence[Token], today: date) -> list[Moment]:
    """Return the times in which a question asked on ``today`` looks for something, in order.

    «منذ 30 آذار» is all that followed, «حتى اليوم» bounds nothing that is held; «يوم» before a time
    belongs to it.
    """
    return [
        bounded
        for one in moments(tokens, today)
        if (bounded := _bounded(tokens, one, today)) is not None
    ]


def bounds_time(word: str) -> bool:
    """Tell whether a folded word makes a time the beginning or the end of a longer one."""
    units = labelled_words("time_units.txt")
    return word in units["since"] or word in units["until"]


def _bounded(tokens: Sequence[Token], named: Moment, today: date) -> Moment | None:
    first = named.first
    while first and (is_day_word(tokens[first - 1].word) or _says(tokens[first - 1], "part")):
        first -= 1
    whole = replace(named, first=first)
    if first and _says(tokens[first - 1], "until"):
        return None
    begins = _says(tokens[first], "since") or (first and _says(tokens[first - 1], "since"))
    return replace(whole, until=max(today, named.until)) if begins else whole


def _readings(tokens: Sequence[Token], at: int, today: date) -> Iterator[Moment | None]:
    """Yield what may be said from token ``at`` on, the longest forms first."""
    yield _written(tokens[at], at)
    yield _calendar(tokens, at, today)
    yield _ago(tokens, at, today)
    yield _named_period(tokens, at, today)
    yield _weekday(tokens, at, today)
    relative = relative_day_at(tokens, at)
    if relative is not None:
        day = today + timedelta(days=relative[0])
        yield Moment(at, at + relative[1] - 1, day, day)
    yield _year(tokens, at)


@cache
def _months() -> dict[str, str]:
    """Return the number of each month name, two words joined by "_"."""
    return {name: label for label, names in labelled_words("months.txt").items() for name in names}


@cache
def _units() -> dict[str, tuple[str, int]]:
    """Return (unit, count) of each unit of time; count 0 asks for a number beside it."""
    table = {}
    for label, words in labelled_words("time_units.txt").items():
        unit, star, count = label.partition("*")
        if star:
            table.update(dict.fromkeys(words, (unit, int(count))))
    return table


def _says(token: Token, label: str) -> bool:
    return token.word in labelled_words("time_units.txt")[label]


def _bare(word: str) -> str:
    """Return a word without «بال», «لل», «ال» and the like before a name of time."""
    for front in ("وال", "بال", "لل", "ال", "ب", "و", "ل"):
        rest = word.removeprefix(front)
        if rest != word and (rest in _months() or rest in _units()):
            return rest
    return word


def _month_at(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """Return (number of the month, how many tokens), «تشرين الثاني/نوفمبر» read as one."""
    if at >= len(tokens) or tokens[at].number:
        return None
    size = 0
    label = ""
    if at + 1 < len(tokens):
        label = _months().get(f"{_bare(tokens[at].word)}_{tokens[at + 1].word}", "")
        size = 2
    if not label:
        label, size = _months().get(_bare(tokens[at].word), ""), 1
    if not label:
        return None
    again = _month_at(tokens, at + size)
    return (label, size + again[1]) if again and again[0] == label else (label, size)


def _whole(tokens: Sequence[Token], at: int, least: int, most: int) -> int | None:
    """Return the whole number written at token ``at`` when it lies between the two."""
    if not 0 <= at < len(tokens) or not tokens[at].word.isdecimal():
        return None
    value = int(tokens[at].word[:5])
    return value if least <= value <= most else None


def _written(token: Token, at: int) -> Moment | None:
    """Read 2019/3/12 and 12/3/2019."""
    written = _WRITTEN.fullmatch(token.word) if token.number else None
    if written is None:
        return None
    one, month, other = (int(part) for part in written.groups())
    year, day = (one, other) if one > 31 else (other, one)
    if year >= _YEARS.stop:
        return None  # and the calendar of the library ends with 9999
    found = _day(year if year > 99 else 2000 + year, month, day)
    return Moment(at, at, found, found) if found else None


def _calendar(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «12 آذار 2019», "July 1", «رمضان 1439», «مطلع يوليو»: day, month, year."""
    day = _whole(tokens, at, 1, 31)
    month = _month_at(tokens, at + (day is not None))
    if month is None:
        return None
    end = at + (day is not None) + month[1]
    if day is None and (after := _whole(tokens, end, 1, 31)):
        day, end = after, end + 1
    year = _whole(tokens, end, 1300, 2099)
    end += year is not None
    if end - at == 1 and tokens[at].word in _ALSO_WORDS:
        return None
    hijri = month[0].startswith("h")
    span = _hijri_span if hijri else _gregorian_span
    found = span(year, int(month[0].removeprefix("h")), day, today)
    return Moment(at, end - 1, *found) if found else None


def _gregorian_span(
    year: int | None, month: int, day: int | None, today: date
) -> tuple[date, date] | None:
    """Return the day, or the whole month; without a year the last one that has begun."""
    for guess in (year,) if year else (today.year, today.year - 1):
        first = _day(guess, month, day or 1)
        if first is not None and (year or first <= today):
            following = date(guess + month // 12, month % 12 + 1, 1)
            return first, first if day else following - timedelta(days=1)
    return None


def _hijri_span(
    year: int | None, month: int, day: int | None, today: date
) -> tuple[date, date] | None:
    """Return the same for a Hijri date."""
    now = round((today.year - 622) * 33 / 32)
    for guess in (year,) if year else (now + 1, now, now - 1):
        if guess not in _HIJRI_YEARS:
            continue
        try:
            first = Hijri(guess, month, day or 1).to_gregorian()
            days = 1 if day else Hijri(guess, month, 1).month_length()
        except ValueError:
            continue
        begins = date(first.year, first.month, first.day)
        if year or begins <= today:
            return begins, begins + timedelta(days=days - 1)
    return None


def _ago(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «قبل ساعتين», «منذ ثلاثة أيام», "3 days ago"."""
    begins = at + 1 if _says(tokens[at], "ago") and not tokens[at].word.isascii() else at
    count, place = _count_at(tokens, begins)
    if place >= len(tokens) or tokens[place].number:
        return None
    unit, own = _units().get(_bare(tokens[place].word), ("", 0))
    count = count or own
    if not unit or not count:
        return None
    if own and place + 1 < len(tokens) and weekday_of(tokens[place + 1].word):
        return None  # «منذ يوم الأحد»
    end = place
    if begins == at:
        if end + 1 >= len(tokens) or tokens[end + 1].word != "ago":
            return None
        end += 1
    days = count * _UNIT_DAYS[unit] if unit != "hour" else (count + 23) // 24
    since = today - timedelta(days=min(days, 36_500))
    # «قبل أسبوع» names a day only roughly, «قبل ساعتين» may have been yesterday
    slack = timedelta(days=_UNIT_DAYS[unit] // 7 or (unit == "week"))
    return Moment(at, end, since - slack, today if unit == "hour" else since + slack)


def _count_at(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Return the number that begins at a token (0: none), and the place after it."""
    for number in numbers(tokens[at : at + 3]):
        if number.first == 0 and number.value and number.value < 1_000:
            return int(number.value), at + number.last + 1
    return 0, at


def _named_period(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «الأسبوع الماضي», «هذا الشهر», "last week", "this year"."""
    if at + 1 >= len(tokens):
        return None
    for label in ("last", "this"):
        for word, which in ((at, at + 1), (at + 1, at)):
            unit = _units().get(_bare(tokens[word].word), ("", 0))[0]
            if unit in {"week", "month", "year"} and _says(tokens[which], label):
                since, until = _period(unit, today, last=label == "last")
                return Moment(at, at + 1, since, until)
    return None


def _period(unit: str, today: date, *, last: bool) -> tuple[date, date]:
    """Return this or the last week (of seven days), month or year, as far as it has come."""
    if unit == "week":
        since = today - timedelta(days=13 if last else 6)
        return since, today - timedelta(days=1) if last else today
    first = today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)
    if not last:
        return first, today
    end = first - timedelta(days=1)
    return (end.replace(day=1) if unit == "month" else end.replace(month=1, day=1)), end


def _weekday(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «يوم الثلاثاء», «الثلاثاء الماضي», "last Friday": the last such day."""
    before = at + 1 < len(tokens) and tokens[at].word == "last"
    named = weekday_of(tokens[at + before].word)
    if named is None:
        return None
    after = at + 1 < len(tokens) and not before and _says(tokens[at + 1], "last")
    back = (today.isoweekday() - named) % 7
    if (before or after) and back == 0:
        back = 7
    day = today - timedelta(days=back)
    return Moment(at, at + (before or after), day, day)


def _year(tokens: Sequence[Token], at: int) -> Moment | None:
    """Read a bare year."""
    year = _whole(tokens, at, _YEARS.start, _YEARS.stop - 1)
    if year is None:
        return None
    return Moment(at, at, date(year, 1, 1), date(year, 12, 31), exact=False)


def _day(year: int, month: int, day: int) -> date | None:
    """Return the day, None when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
