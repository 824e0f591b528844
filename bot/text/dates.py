"""How times are written for readers: local zone, weekday, and the month names of their country.

The Levant and Iraq say آذار where Egypt and the Gulf say مارس and Algeria مارس or جانفي; Babel
knows which. Digits are Western, as in the Arabic press of the region.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale
from babel.dates import get_day_names, get_month_names, get_timezone_location

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
}


def is_zone(name: str) -> bool:
    """Tell whether ``name`` is an IANA time zone."""
    return name in available_timezones()


@cache
def _locale(language: str, zone: str) -> Locale:
    code = _ZONE_LOCALES.get(zone, "ar") if language == "ar" else language
    return Locale.parse(code)


def format_date(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the local date with weekday: «الثلاثاء 12 آذار 2019», "Tuesday 12 March 2019"."""
    day = local_date(at, zone)
    locale = _locale(language, zone.key)
    weekday = get_day_names("wide", locale=locale)[day.weekday()]
    month = get_month_names("wide", locale=locale)[day.month]
    return f"{weekday} {day.day} {month} {day.year}"


def format_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the local wall time as "HH:MM"."""
    return require_aware(at).astimezone(zone).strftime("%H:%M")


def format_moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return local date and time: «الثلاثاء 12 آذار 2019، 14:05»."""
    comma = "،" if language == "ar" else ","
    return f"{format_date(at, zone, language)}{comma} {format_time(at, zone)}"


def zone_name(zone: str, language: str) -> str:
    """Return the zone's place in the reader's language: «دمشق», "Damascus"."""
    name: str = get_timezone_location(zone, locale=_locale(language, zone), return_city=True)
    return name
