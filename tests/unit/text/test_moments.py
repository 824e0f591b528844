"""Times named in questions are whole days, counted from the day of asking."""

from datetime import date

import pytest

from bot.text.asked_times import time_words, times_asked
from bot.text.moments import moments
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
        ("أول من أمس", "2018-07-16", "2018-07-16"),
        ("اول امبارح", "2018-07-16", "2018-07-16"),
        ("the day before yesterday", "2018-07-16", "2018-07-16"),
        ("ماذا حدث بالأمس", "2018-07-17", "2018-07-17"),
        ("12 من تموز", "2018-07-12", "2018-07-12"),
        ("الثاني عشر من تموز", "2018-07-12", "2018-07-12"),
        ("في الخامس والعشرين من أيار", "2018-05-25", "2018-05-25"),
        ("العشرين من كانون الثاني 2017", "2017-01-20", "2017-01-20"),
        ("on the 12th of July", "2018-07-12", "2018-07-12"),
        ("12th July", "2018-07-12", "2018-07-12"),
        ("July 12th, 2017", "2017-07-12", "2017-07-12"),
        ("2018-07-12", "2018-07-12", "2018-07-12"),
        ("12-7-2018", "2018-07-12", "2018-07-12"),
        ("12.7.2018", "2018-07-12", "2018-07-12"),
        ("شهر رجب", "2018-03-18", "2018-04-16"),
        ("رمضان الماضي", "2018-05-16", "2018-06-14"),
        ("منذ 15 يوماً", "2018-07-03", "2018-07-03"),
    ],
)
def test_a_named_time_is_read(text: str, since: str, until: str) -> None:
    assert spans(text) == [(since, until)]


@pytest.mark.parametrize(
    "text",
    [
        "تيريزا ماي",
        "رجب طيب أردوغان",
        "رمضان شلح",
        "ساعة الصفر في الحديدة",
        "خميس مشيط",
        "قتل اثنين من الجنود",
        "12-7",
        "منذ بدء الحرب",
        "may it end",
        "آب",
        "31/31/2018",
        "",
        "قبل",
        "last",
        "بعد سبع سنين",
    ],
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
        ("معارك غزة منذ شهر آذار", date(2018, 3, 1), ASKED_ON),
        ("معارك غزة منذ يوم 5 تموز", date(2018, 7, 5), ASKED_ON),
        ("معارك سوريا منذ عام 2011", date(2011, 1, 1), ASKED_ON),
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


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("أخبار غزة من 12 تموز إلى 15 تموز", date(2018, 7, 12), date(2018, 7, 15)),
        ("أخبار غزة من 12 إلى 15 تموز", date(2018, 7, 12), date(2018, 7, 15)),
        ("أخبار غزة بين 12 و15 تموز", date(2018, 7, 12), date(2018, 7, 15)),
        ("من يوم الثلاثاء حتى يوم الخميس", date(2018, 7, 24), date(2018, 7, 26)),
        ("من 10 نيسان لغاية 20 تموز", date(2018, 4, 10), date(2018, 7, 20)),
        ("from 12 July to 15 July", date(2018, 7, 12), date(2018, 7, 15)),
        ("between Monday and yesterday", date(2018, 7, 23), date(2018, 7, 27)),
    ],
)
def test_a_span_of_days_is_one_time(question: str, since: date, until: date) -> None:
    (found,) = times_asked(tokenize(question), ASKED_ON)

    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("تصريحات الوزير من 15 تموز إلى 12 تموز", 2),  # none ends before it begins
        ("قصف درعا يوم 12 تموز ويوم 15 تموز", 2),
        ("خرج 12 إلى 15 تموز", 1),
    ],
)
def test_days_that_nothing_ties_together_stay_apart(question: str, days: int) -> None:
    assert len(times_asked(tokenize(question), ASKED_ON)) == days


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("كم قتيلاً في غزة منذ 30 آذار؟", "منذ 30 آذار"),
        ("كم قتيلاً في غزة حتى اليوم؟", "حتى اليوم"),
        ("قصف درعا من 12 إلى 15 تموز", "من 12 إلى 15 تموز"),
        ("معارك درعا في مطلع شهر تموز", "مطلع شهر تموز"),
        ("كم قتيلاً هذا الأسبوع؟", "هذا الأسبوع"),
    ],
)
def test_the_words_of_a_time_are_known_with_those_that_bound_it(question: str, words: str) -> None:
    tokens = tokenize(question)
    said = sorted(time_words(tokens, ASKED_ON))

    assert question[tokens[said[0]].start : tokens[said[-1]].end] == words
