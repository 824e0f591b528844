"""How times are written for readers: local zone, weekday, and the month names of their country.

The Levant and Iraq say آذار where Egypt and the Gulf say مارس and Algeria مارس or جانفي; Babel
knows which. Digits are Western, as in the Arabic press of the region, unless the reader chose
otherwise (``Texts.digits``). The Hijri date is that of the Umm al-Qura calendar (``hijridate``),
which the reader's country may differ from by a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale
from babel.dates import get_day_names, get_month_names, get_timezone_location
from hijridate import Gregorian

from bot.clock import local_date, require_aware

# Whose month names are used in which zone; elsewhere the plain Arabic ones.
_ZONE_LOCALES = {
    "Asia/Damascus": "ar_SY",
    "Asia/Baghdad": "ar_IQ",
    "Asia/Beirut": "ar_LB",
    "Asia/Amman": "ar_JO",
    "Asia/Gaza": "ar_PS",
    "Asia/Hebron": "ar_PS",
    "Asia/Jerusalem": "ar_PS",
    "Africa/Algiers": "ar_DZ",
    "Africa/Tunis": "ar_TN",
    "Africa/Casablanca": "ar_MA",
    "Africa/Nouakchott": "ar_MR",
}
MONTHS = ("SY", "EG", "DZ", "MA", "MR")  # one country for each set of Arabic month names


@cache
def _known_zones() -> frozenset[str]:
    """Return every zone there is; the library reads a whole folder for it, some 80 ms."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Tell whether ``name`` is an IANA time zone."""
    return name in _known_zones()


@cache
def _locale(language: str, zone: str, country: str = "") -> Locale:
    if language != "ar":
        return Locale.parse(language)
    return Locale.parse(f"ar_{country}" if country else _ZONE_LOCALES.get(zone, "ar"))


def format_date(at: datetime, zone: ZoneInfo, language: str, *, months: str = "") -> str:
    """Return the local date with weekday: «الثلاثاء 12 آذار 2019», "Tuesday 12 March 2019".

    ``months`` is the ISO 3166 country whose month names are used; by default that of the zone.
    """
    return format_day(local_date(at, zone), zone, language, months=months)


def format_day(day: date, zone: ZoneInfo, language: str, *, months: str = "") -> str:
    """Return the same of a day; ``zone`` only tells whose month names are used."""
    locale = _locale(language, zone.key, months)
    weekday = get_day_names("wide", locale=locale)[day.weekday()]
    month = _months(language, zone.key, months)[day.month]
    return f"{weekday} {day.day} {month} {day.year}"


@cache
def _months(language: str, zone: str, country: str) -> Mapping[int, str]:
    """Return the names of the months by number: the library takes a while for each look."""
    return dict(get_month_names("wide", locale=_locale(language, zone, country)))


def month_name(month: int, language: str, country: str) -> str:
    """Return the name of a month (1 to 12) in the country's use."""
    return _months(language, "", country)[month]


@cache
def weekday_name(weekday: int, language: str) -> str:
    """Return the name of an ISO weekday (1 Monday … 7 Sunday)."""
    name: str = get_day_names("wide", locale=_locale(language, ""))[weekday - 1]
    return name


def format_hijri(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the local Hijri date, «5 رجب 1440 هـ»; empty beyond the table (1924 to 2077)."""
    day = local_date(at, zone)
    try:
        hijri = Gregorian.fromdate(day).to_hijri()
    except OverflowError:
        return ""
    if language == "ar":
        return f"{hijri.day} {hijri.month_name('ar')} {hijri.year} هـ"
    return f"{hijri.day} {hijri.month_name('en')} {hijri.year} AH"


def format_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the local wall time as "HH:MM"."""
    return require_aware(at).astimezone(zone).strftime("%H:%M")


def format_moment(at: datetime, zone: ZoneInfo, language: str, *, months: str = "") -> str:
    """Return local date and time: «الثلاثاء 12 آذار 2019، 14:05»."""
    comma = "،" if language == "ar" else ","
    return f"{format_date(at, zone, language, months=months)}{comma} {format_time(at, zone)}"


def format_day_and_time(at: datetime, zone: ZoneInfo, language: str, *, months: str = "") -> str:
    """Return local day, month and time, for lines of many of them: «12 آذار 14:05»."""
    day = local_date(at, zone)
    return f"{day.day} {_months(language, zone.key, months)[day.month]} {format_time(at, zone)}"


@cache
def zone_name(zone: str, language: str) -> str:
    """Return the zone's place in the reader's language: «دمشق», "Damascus"."""
    name: str = get_timezone_location(zone, locale=_locale(language, zone), return_city=True)
    return name
