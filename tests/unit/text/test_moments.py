"""Times named in questions are whole days, counted from the day of asking."""

from datetime import date

import pytest

from bot.text.moments import moments, times_asked
from bot.text.tokens import tokenize

TODAY = date(2018, 7, 18)  # a Wednesday
ASKED_ON = date(2018, 7, 28)  # a Saturday


def spans(text: str) -> list[tuple[str, str]]:
    found = moments(tokenize(text), TODAY)
    return [(one.since.isoformat(), one.until.isoformat()) for one in found]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("ماذا حدث أول أمس", "2018-07-16", "2018-07-16"),
        ("شو صار امبارح", "2018-07-17", "2018-07-17"),
        ("قبل ساعتين", "2018-07-17", "2018-07-18"),
        ("منذ ثلاثة أيام", "2018-07-15", "2018-07-15"),
        ("قبل 3 أيام", "2018-07-15", "2018-07-15"),
        ("يوم الأربعاء", "2018-07-18", "2018-07-18"),
        ("الأربعاء الماضي", "2018-07-11", "2018-07-11"),
        ("الثلاثاء الماضي", "2018-07-17", "2018-07-17"),
        ("الأسبوع الماضي", "2018-07-05", "2018-07-17"),
        ("هذا الشهر", "2018-07-01", "2018-07-18"),
        ("العام الماضي", "2017-01-01", "2017-12-31"),
        ("what happened yesterday", "2018-07-17", "2018-07-17"),
        ("last Friday", "2018-07-13", "2018-07-13"),
        ("last week", "2018-07-05", "2018-07-17"),
        ("3 days ago", "2018-07-15", "2018-07-15"),
        ("12 آذار 2019", "2019-03-12", "2019-03-12"),
        ("١٢ مارس ٢٠١٩", "2019-03-12", "2019-03-12"),
        ("12 شتنبر", "2017-09-12", "2017-09-12"),
        ("5 جويلية", "2018-07-05", "2018-07-05"),
        ("تشرين الثاني/نوفمبر 2017", "2017-11-01", "2017-11-30"),
        ("on July 1", "2018-07-01", "2018-07-01"),
        ("2018/3/12", "2018-03-12", "2018-03-12"),
        ("12/3/2018", "2018-03-12", "2018-03-12"),
        ("8 جمادى الآخرة 1448", "2026-11-18", "2026-11-18"),
        ("في رمضان", "2018-05-16", "2018-06-14"),
        ("عام 2016", "2016-01-01", "2016-12-31"),
    ],
)
def test_a_named_time_is_read(text: str, since: str, until: str) -> None:
    assert spans(text) == [(since, until)]


@pytest.mark.parametrize(
    "text", ["منذ بدء الحرب", "may it end", "آب", "31/31/2018", "", "قبل", "last", "بعد سبع سنين"]
)
def test_what_names_no_time_yields_none(text: str) -> None:
    assert spans(text) == []


def test_a_bare_year_is_not_exact() -> None:
    (year,) = moments(tokenize("المفاعل المدمر 2007"), TODAY)
    assert not year.exact


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("كم قتيلاً في غزة منذ 30 آذار؟", date(2018, 3, 30), ASKED_ON),
        ("قصف درعا منذ يوم الأحد", date(2018, 7, 22), ASKED_ON),
        ("معارك درعا منذ مطلع شهر تموز", date(2018, 7, 1), date(2018, 7, 31)),
        ("ماذا حدث منذ ثلاثة أيام؟", date(2018, 7, 25), ASKED_ON),
        ("what happened since Monday", date(2018, 7, 23), ASKED_ON),
        ("بعد 7 تشرين الأول", date(2017, 10, 7), ASKED_ON),
        ("ماذا حدث قبل ثلاثة أيام؟", date(2018, 7, 25), date(2018, 7, 25)),
        ("معارك شهر تموز", date(2018, 7, 1), date(2018, 7, 31)),
    ],
)
def test_what_a_time_only_opens_goes_on_until_today(
    question: str, since: date, until: date
) -> None:
    (found,) = times_asked(tokenize(question), ASKED_ON)

    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize(
    "question", ["كم نازحاً حتى اليوم؟", "قتلى درعا قبل 3 تموز", "until 3 July"]
)
def test_what_a_time_only_ends_is_not_bounded(question: str) -> None:
    assert times_asked(tokenize(question), ASKED_ON) == []
