"""Days, months and years as a calendar names them: «12 آذار 2019», «الخامس من أيار», 2019-03-12.

All four sets of Arabic month names are known, English ones, and Hijri dates (Umm al-Qura, through
hijridate). A day and month without a year is the last such day that is not in the future.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from hijridate import Hijri

from bot.text.lexicon import labelled_words
from bot.text.normalize import fold
from bot.text.tokens import Token

_ALSO_WORDS = frozenset({"may", "march", fold("آب")})  # months only beside a day or a year
# months that are people's names as well («رجب طيب أردوغان»), or another word («ساعة الصفر»)
_NAMES_TOO = frozenset(map(fold, ("ماي", "محرم", "صفر", "رجب", "شعبان", "رمضان", "شوال")))
_LEADS = frozenset(("في", "خلال", "هذا"))
_OF = frozenset({"من", "of", "th", "st", "nd", "rd"})
_HIJRI_YEARS = range(1343, 1501)  # what hijridate knows
_YEARS = range(1900, 2100)
_ORDINALS = {
    fold(word): day
    for day, words in enumerate(
        ("الأول الحادي", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن",
         "التاسع", "العاشر"),
        1,
    )
    for word in words.split()
}  # fmt: skip
_TENS = {"العشرين": 20, "العشرون": 20, "الثلاثين": 30, "الثلاثون": 30}
_WRITTEN = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}|\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}")
_DASHED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4}")


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


def written_date(tokens: Sequence[Token], at: int) -> Moment | None:
    """Read 2019/3/12, 12/3/2019 and, with four digits of the year, 2019-03-12 and 12.3.2019."""
    token = tokens[at]
    written = _WRITTEN.fullmatch(token.word) if token.number else None
    last = at
    if written is None and at + 2 < len(tokens):
        parts = tokens[at : at + 3]
        if all(p.number for p in parts) and all(b.start - a.end == 1 for a, b in pairwise(parts)):
            written = _DASHED.fullmatch("-".join(part.word for part in parts))
            last = at + 2
    if written is None:
        return None
    one, month, other = (int(part) for part in re.split("[/.-]", written[0]))
    year, day = (one, other) if one > 31 else (other, one)
    if year >= _YEARS.stop:
        return None  # and the calendar of the library ends with 9999
    found = day_of(year if year > 99 else 2000 + year, month, day)
    return Moment(at, last, found, found) if found else None


def calendar_date(tokens: Sequence[Token], at: int, today: date) -> Moment | None:
    """Read «12 آذار 2019», "July 1", «رمضان 1439», «مطلع يوليو»: day, month, year."""
    day, place = _day_at(tokens, at)
    month = month_at(tokens, place)
    if month is None:
        return None
    end = place + month[1]
    if day is None and (after := whole_number(tokens, end, 1, 31)):
        day, end = after, _past(tokens, end + 1)
    year = whole_number(tokens, end, 1300, 2099)
    end += year is not None
    if end - at == 1 and tokens[at].word in _ALSO_WORDS:
        return None
    if end - at == 1 and bare(tokens[at].word) in _NAMES_TOO and not _is_led(tokens, at):
        return None
    hijri = month[0].startswith("h")
    span = _hijri_span if hijri else _gregorian_span
    found = span(year, int(month[0].removeprefix("h")), day, today)
    return Moment(at, end - 1, *found) if found else None


def _is_led(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word beside a name shows that a month is meant («رمضان الماضي»)."""
    before = tokens[at - 1 : at]
    if any(one.word in _LEADS or bounds_time(one.word) or says(one, "part") for one in before):
        return True
    return any(says(one, "last") or says(one, "this") for one in tokens[at + 1 : at + 2])


def _past(tokens: Sequence[Token], at: int) -> int:
    """Return the place behind what ties a day to its month: "12th of July", «12 من تموز»."""
    while at < len(tokens) and tokens[at].word in _OF:
        at += 1
    return at


def _day_at(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """Return the day of a month in digits or as an ordinal, and the place of its month."""
    day = whole_number(tokens, at, 1, 31)
    if day is not None:
        return day, _past(tokens, at + 1)
    ordinal, size = _ordinal_at(tokens, at)
    place = _past(tokens, at + size)
    return (ordinal, place) if ordinal and place > at + size else (None, at)


def _ordinal_at(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Return the day that an ordinal names («الخامس والعشرين»: 25), and of how many words."""
    first = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if first in _TENS:
        return _TENS[first], 1
    one = _ORDINALS.get(first, 0)
    if one and following == "عشر":
        return one + 10, 2
    if one and following[:1] == "و" and following[1:] in _TENS:
        return one + _TENS[following[1:]], 2
    return one, int(bool(one))


def month_at(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """Return (number of the month, how many tokens), «تشرين الثاني/نوفمبر» read as one."""
    if at >= len(tokens) or tokens[at].number:
        return None
    size = 0
    label = ""
    if at + 1 < len(tokens):
        label = _months().get(f"{bare(tokens[at].word)}_{tokens[at + 1].word}", "")
        size = 2
    if not label:
        label, size = _months().get(bare(tokens[at].word), ""), 1
    if not label:
        return None
    again = month_at(tokens, at + size)
    return (label, size + again[1]) if again and again[0] == label else (label, size)


def _gregorian_span(
    year: int | None, month: int, day: int | None, today: date
) -> tuple[date, date] | None:
    """Return the day, or the whole month; without a year the last one that has begun."""
    for guess in (year,) if year else (today.year, today.year - 1):
        first = day_of(guess, month, day or 1)
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


def bare_year(tokens: Sequence[Token], at: int) -> Moment | None:
    """Read a bare year."""
    year = whole_number(tokens, at, _YEARS.start, _YEARS.stop - 1)
    if year is None:
        return None
    return Moment(at, at, date(year, 1, 1), date(year, 12, 31), exact=False)


def day_of(year: int, month: int, day: int) -> date | None:
    """Return the day, None when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def whole_number(tokens: Sequence[Token], at: int, least: int, most: int) -> int | None:
    """Return the whole number written at token ``at`` when it lies between the two."""
    if not 0 <= at < len(tokens) or not tokens[at].word.isdecimal():
        return None
    value = int(tokens[at].word[:5])
    return value if least <= value <= most else None


@cache
def _months() -> dict[str, str]:
    """Return the number of each month name, two words joined by "_"."""
    return {name: label for label, names in labelled_words("months.txt").items() for name in names}


@cache
def units() -> dict[str, tuple[str, int]]:
    """Return (unit, count) of each unit of time; count 0 asks for a number beside it."""
    table = {}
    for label, words in labelled_words("time_units.txt").items():
        unit, star, count = label.partition("*")
        if star:
            table.update(dict.fromkeys(words, (unit, int(count))))
    return table


def bounds_time(word: str) -> bool:
    """Tell whether a folded word makes a time the beginning or the end of a longer one."""
    units = labelled_words("time_units.txt")
    return word in units["since"] or word in units["until"]


def says(token: Token, label: str) -> bool:
    """Tell whether a token is one of the words of a label in ``time_units.txt``."""
    return token.word in labelled_words("time_units.txt")[label]


def bare(word: str) -> str:
    """Return a word without «بال», «لل», «ال» and the like before a name of time."""
    for front in ("وال", "بال", "لل", "ال", "ب", "و", "ل"):
        rest = word.removeprefix(front)
        if rest != word and (rest in _months() or rest in units()):
            return rest
    return word
