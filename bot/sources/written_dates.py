"""Dates as Arabic newsrooms write them in words, for pages and feeds without machine-read times.

All four sets of month names are known (شباط, فبراير, فيفري, and both at once: «آب/أغسطس»), digits
of both kinds, «أمس», «قبل ساعتين», «الثلاثاء الماضي». A date that is not written out in full is not
completed: without a year, or with a month only, there is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

from bot.text.normalize import fold

# Without a zone, a written hour is taken as that of Damascus, Baghdad, Riyadh and Sana'a; the
# newsrooms of Cairo, Beirut and Gaza are at most an hour from it.
NEWSROOM_ZONE = timezone(timedelta(hours=3))

_MONTH_NAMES = (
    ("كانون الثاني", "يناير", "جانفي", "كانون ثاني"),
    ("شباط", "فبراير", "فيفري", "فبرائر"),
    ("آذار", "مارس", "اذار"),
    ("نيسان", "أبريل", "إبريل", "أفريل"),
    ("أيار", "مايو", "ماي", "مايس"),
    ("حزيران", "يونيو", "يونيه", "جوان"),
    ("تموز", "يوليو", "يوليوز", "يوليه", "جويلية"),
    ("آب", "أغسطس", "غشت", "أوت", "اغسطس"),
    ("أيلول", "سبتمبر", "شتنبر", "شتمبر"),
    ("تشرين الأول", "أكتوبر", "تشرين أول"),
    ("تشرين الثاني", "نوفمبر", "نونبر", "تشرين ثاني"),
    ("كانون الأول", "ديسمبر", "دجنبر", "كانون أول"),
)
_MONTHS = {fold(name): at for at, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_WEEKDAYS = {
    fold(name): at
    for at, name in enumerate(
        ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
    )
}
_COUNTS = {
    fold(word): at
    for at, word in enumerate(("ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"), start=3)
}
_UNITS = {  # singular, dual and plural → minutes
    **dict.fromkeys(map(fold, ("دقيقة", "دقيقتين", "دقائق")), 1),
    **dict.fromkeys(map(fold, ("ساعة", "ساعتين", "ساعات")), 60),
    **dict.fromkeys(map(fold, ("يوم", "يومين", "أيام", "يوما")), 1440),
    **dict.fromkeys(map(fold, ("أسبوع", "أسبوعين", "أسابيع")), 7 * 1440),
}
_DUALS = frozenset(map(fold, ("دقيقتين", "ساعتين", "يومين", "أسبوعين")))

_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_NAMED = rf"(?P<month>{_MONTH})(?:\s*[/\-(]\s*(?P<other>{_MONTH})\s*\)?)?"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})[\s/-]*(?:من\s+)?{_NAMED}[\s،,/-]*(?P<year>\d{{4}})"
)
_MONTH_DAY = re.compile(rf"(?<!\w){_NAMED}\s+(?P<day>\d{{1,2}})\s*[،,]?\s+(?P<year>\d{{4}})")
_DIGITS = re.compile(
    r"(?<![\d/.-])(?:(?P<iso>\d{4})[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})"
    r"|(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}))(?![\d/.-])"
)
_MORNING = frozenset((*map(fold, ("صباحا", "ليلا", "ص")), "am"))
_EVENING = frozenset((*map(fold, ("مساء", "ظهرا", "عصرا", "م")), "pm"))
_HALF = "|".join(sorted(_MORNING | _EVENING, key=len, reverse=True))
_TIME = re.compile(
    rf"(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::\d\d)?\s*(?P<half>{_HALF})?(?!\w)"
)
_OFFSET = re.compile(r"(?:gmt|utc)\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?")
_GREENWICH = re.compile(r"\b(?:gmt|utc|جرينتش|غرينتش|غرينيتش)\b")
_AGO = re.compile(r"(?:قبل|منذ)\s+(?:(?P<digits>\d{1,3})\s+|(?P<word>\w+)\s+)?(?P<unit>\w+)")
_LAST_WEEKDAY = re.compile(rf"(?:يوم\s+)?({'|'.join(_WEEKDAYS)})(\s+{fold('الماضي')})?")
_YESTERDAY, _BEFORE, _TODAY = fold("أمس"), (fold("أول أمس"), fold("أول من أمس")), fold("اليوم")
_LINE_LIMIT = 300  # characters; a longer text is prose, not a line that tells the date


def written_date(text: str) -> tuple[datetime, bool] | None:
    """Return the full date in a line and whether it tells the hour; None when there is none.

    Without an hour the time is midnight UTC, so that the day stays the same day.
    """
    line = fold(text[:_LINE_LIMIT]).lower()
    found = _DAY_MONTH.search(line) or _MONTH_DAY.search(line)
    try:
        if found:
            month = _MONTHS[found["month"]]
            if found["other"] and _MONTHS[found["other"]] != month:
                return None
            day = datetime(int(found["year"]), month, int(found["day"]), tzinfo=UTC)
        else:
            day, found = _in_digits(line)
    except ValueError:
        return None
    return _with_hour(day, line[found.end() :]) if found else None


def told_moment(text: str, now: datetime) -> datetime | None:
    """Return the moment that a line tells relative to ``now``, or as a full date.

    «قبل ساعتين», «منذ 3 أيام», «أمس», «أول أمس», «الثلاثاء الماضي», «اليوم 14:05».
    """
    if full := written_date(text):
        return full[0]
    line = fold(text[:_LINE_LIMIT]).lower().strip()
    if found := _AGO.match(line):
        minutes = _minutes_ago(found)
        return None if minutes is None else now - timedelta(minutes=minutes)
    days = _days_ago(line, now)
    if days is None:
        return None
    local = now.astimezone(NEWSROOM_ZONE).date() - timedelta(days=days)
    return _with_hour(datetime.combine(local, time(), tzinfo=UTC), line)[0]


def _in_digits(line: str) -> tuple[datetime, re.Match[str] | None]:
    found = _DIGITS.search(line)
    if found is None:
        return datetime.min.replace(tzinfo=UTC), None
    if found["iso"]:
        year, month, day = int(found["iso"]), int(found["m"]), int(found["d"])
    else:
        year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if month > 12 >= day:
        day, month = month, day
    return datetime(year, month, day, tzinfo=UTC), found


def _with_hour(day: datetime, rest: str) -> tuple[datetime, bool]:
    """Add the hour that follows a date, in its own zone where one is named."""
    found = _TIME.search(rest[:80])
    if found is None:
        return day, False
    hour, half = int(found["hour"]), found["half"] or ""
    if half in _EVENING and hour < 12:
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    if hour > 23 or int(found["minute"]) > 59:
        return day, False
    zone = NEWSROOM_ZONE
    if offset := _OFFSET.search(rest):
        shift = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        if shift <= timedelta(hours=14):
            zone = timezone(shift if offset["sign"] == "+" else -shift)
    elif _GREENWICH.search(rest):
        zone = timezone(timedelta())
    at = day.replace(hour=hour, minute=int(found["minute"]), tzinfo=zone)
    return at.astimezone(UTC), True


def _minutes_ago(found: re.Match[str]) -> int | None:
    unit = _UNITS.get(found["unit"])
    if unit is None:
        return None
    if found["digits"]:
        return int(found["digits"]) * unit
    if found["word"]:
        count = _COUNTS.get(found["word"]) or _COUNTS.get(found["word"].rstrip("هة"))
        return None if count is None else count * unit
    return 2 * unit if found["unit"] in _DUALS else unit


def _days_ago(line: str, now: datetime) -> int | None:
    if line.startswith(_BEFORE):
        return 2
    if line.startswith(_YESTERDAY):
        return 1
    if line.startswith(_TODAY):
        return 0
    if found := _LAST_WEEKDAY.match(line):
        back = (now.astimezone(NEWSROOM_ZONE).weekday() - _WEEKDAYS[found[1]]) % 7
        return back or (7 if found[2] else 0)
    return None
