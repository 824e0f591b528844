"""Times as readers of each country write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.text.dates import MONTHS, format_date, format_hijri, format_moment, is_zone, zone_name
from handlers.keyboards import ZONES

NOON = datetime(2019, 3, 12, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Asia/Damascus", "ar", "الثلاثاء 12 آذار 2019، 14:05"),
        ("Asia/Baghdad", "ar", "الثلاثاء 12 آذار 2019، 15:05"),
        ("Africa/Cairo", "ar", "الثلاثاء 12 مارس 2019، 14:05"),
        ("Asia/Damascus", "en", "Tuesday 12 March 2019, 14:05"),
    ],
)
def test_a_moment_is_told_in_the_zone_and_month_names_of_the_reader(
    zone: str, language: str, expected: str
) -> None:
    assert format_moment(NOON, ZoneInfo(zone), language) == expected


def test_the_date_is_the_readers_and_not_that_of_utc() -> None:
    late = datetime(2019, 3, 12, 23, 0, tzinfo=UTC)

    assert format_date(late, ZoneInfo("Asia/Damascus"), "ar") == "الأربعاء 13 آذار 2019"


def test_every_offered_zone_exists_and_has_an_arabic_city() -> None:
    for zone in ZONES:
        assert is_zone(zone)
        assert not any(letter.isascii() and letter.isalpha() for letter in zone_name(zone, "ar"))


def test_the_months_of_a_chosen_country_win_over_those_of_the_zone() -> None:
    shown = {c: format_date(NOON, ZoneInfo("Asia/Damascus"), "ar", months=c) for c in MONTHS}
    august = datetime(2026, 8, 5, 12, tzinfo=UTC)
    august_in = {format_date(august, ZoneInfo("Asia/Damascus"), "ar", months=c) for c in MONTHS}

    assert shown["SY"] == "الثلاثاء 12 آذار 2019"
    assert shown["EG"] == "الثلاثاء 12 مارس 2019"
    assert len(august_in) == len(MONTHS)  # آب أغسطس أوت غشت أغشت


@pytest.mark.parametrize(
    ("day", "hijri"),
    [
        (datetime(2019, 3, 12, 9, tzinfo=UTC), "5 رجب 1440 هـ"),
        (datetime(2026, 11, 25, 9, tzinfo=UTC), "15 جمادى الآخرة 1448 هـ"),
        (datetime(1900, 1, 1, 9, tzinfo=UTC), ""),
        (datetime(2090, 1, 1, 9, tzinfo=UTC), ""),
    ],
)
def test_the_hijri_date_is_that_of_umm_al_qura_and_empty_beyond_its_table(
    day: datetime, hijri: str
) -> None:
    assert format_hijri(day, ZoneInfo("Asia/Riyadh"), "ar") == hijri
