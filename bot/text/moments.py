"""Times named in a question: relative («أول أمس», "last week") and absolute, as whole days.

Pure: what is relative is counted from the day of asking, which the caller gives. Nothing is
guessed: words that name no time of the calendar («منذ بدء الحرب») yield nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.text.calendar_dates import (
    Moment,
    bare,
    bare_year,
    calendar_date,
    month_at,
    says,
    units,
    written_date,
)
from bot.text.numbers import numbers
from bot.text.questions import relative_day_at, weekday_of
from bot.text.tokens import Token

_UNIT_DAYS = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}


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


def _readings(tokens: Sequence[Token], at: int, today: date) -> Iterator[Moment | None]:
    """Yield what may be said from token ``at`` on, the longest forms first."""
    yield written_date(tokens, at)
    yield calendar_date(tokens, at, today)
    yield _ago(tokens, at, today)
    yield _named_period(tokens, at, today)
    yield _weekday(tokens, at, today)
    relative = relative_day_at(tokens, at)
    if relative is not None:
        day = today + timedelta(days=relative[0])
        yield Moment(at, at + relative[1] - 1, day, day)
    yield bare_year(tokens, at)


def _ago(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «قبل ساعتين», «منذ ثلاثة أيام», "3 days ago"."""
    begins = at + 1 if says(tokens[at], "ago") and not tokens[at].word.isascii() else at
    count, place = _count_at(tokens, begins)
    if place >= len(tokens) or tokens[place].number:
        return None
    unit, own = units().get(bare(tokens[place].word), ("", 0))
    count = count or own
    if not unit or not count:
        return None
    if own and place + 1 < len(tokens) and _is_named_after(tokens, place + 1, today):
        return None  # «منذ يوم الأحد», «منذ شهر آذار», «منذ عام 2011»
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


def _is_named_after(tokens: Sequence[Token], at: int, today: date) -> bool:
    """Tell whether a day, month or year of the calendar is named at a token."""
    return bool(
        weekday_of(tokens[at].word)
        or month_at(tokens, at)
        or written_date(tokens, at)
        or calendar_date(tokens, at, today)
        or bare_year(tokens, at)
    )


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
            unit = units().get(bare(tokens[word].word), ("", 0))[0]
            if unit in {"week", "month", "year"} and says(tokens[which], label):
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
    after = at + 1 < len(tokens) and not before and says(tokens[at + 1], "last")
    back = (today.isoweekday() - named) % 7
    if (before or after) and back == 0:
        back = 7
    day = today - timedelta(days=back)
    return Moment(at, at + (before or after), day, day)
