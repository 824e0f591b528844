"""Dates in words: all four sets of month names, relative ones, and none that is not whole."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.sources.written_dates import told_moment, written_date

utc = partial(datetime, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("الأحد، 04 آب/اغسطس 2013، آخر تحديث 02:21 (GMT+0400)", utc(2013, 8, 3, 22, 21)),
        ("تم نشره الجمعة 24 نيسان / أبريل 2020 09:22 مساءً", utc(2020, 4, 24, 18, 22)),
        ("25 ديسمبر 2020 | 2:01 ص", utc(2020, 12, 24, 23, 1)),
        ("ديسمبر 25, 2020", utc(2020, 12, 25)),
        ("٢ تشرين الثاني ٢٠٢٦", utc(2026, 11, 2)),
        ("2 كانون الأول (ديسمبر) 2024", utc(2024, 12, 2)),
        ("3 جانفي 2021", utc(2021, 1, 3)),
        ("7 غشت 2021", utc(2021, 8, 7)),
        ("5 من مايو 2023", utc(2023, 5, 5)),
        ("14/04/2018 00:10 بتوقيت غرينتش", utc(2018, 4, 14, 0, 10)),
        ("2018-04-14 12:00 م", utc(2018, 4, 14, 9)),
        ("1 كانون الثاني 2020", utc(2020, 1, 1)),
    ],
)
def test_a_full_date_is_read(text: str, at: datetime) -> None:
    found = written_date(text)

    assert found is not None
    assert found[0] == at


@pytest.mark.parametrize(
    "text",
    ["2020", "كانون الثاني 2020", "15 مارس/شباط 2020", "31 شباط 2020", "24 نيسان",
     "192.168.10.2020",
     "قتل 5 في 2020", "", "9" * 5000],
)  # fmt: skip
def test_what_is_no_full_date_is_none(text: str) -> None:
    assert written_date(text) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("قبل ساعة", utc(2026, 11, 22, 11)),
        ("قبل ساعتين", utc(2026, 11, 22, 10)),
        ("منذ ٣ ساعات", utc(2026, 11, 22, 9)),
        ("قبل ثلاثة أيام", utc(2026, 11, 19, 12)),
        ("منذ أسبوع", utc(2026, 11, 15, 12)),
        ("أول أمس", utc(2026, 11, 20)),
        ("أمس 14:05", utc(2026, 11, 21, 11, 5)),
        ("الثلاثاء الماضي", utc(2026, 11, 17)),
        ("يوم الثلاثاء", utc(2026, 11, 17)),
        ("الأحد الماضي", utc(2026, 11, 15)),
        ("15 آب 2026", utc(2026, 8, 15)),
    ],
)
def test_a_relative_date_counts_from_now(text: str, at: datetime) -> None:
    assert told_moment(text, NOW) == at


@pytest.mark.parametrize("text", ["قبل قليل", "منذ أغسطس", "قبل كثير سنوات", "غدا", ""])
def test_what_tells_no_time_is_none(text: str) -> None:
    assert told_moment(text, NOW) is None
