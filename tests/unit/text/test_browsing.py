"""Questions that ask for nothing but the news of a place or party; all others are searched."""

from __future__ import annotations

import pytest

from bot.models import FollowKind, Matter
from bot.text.browsing import Browsing, browsed
from bot.text.matters import matter_in
from bot.text.places import find_places

AFRIN = Matter(FollowKind.PLACE, "sy.afrin")
ISIS = Matter(FollowKind.PARTY, "isis")


@pytest.mark.parametrize(
    "question",
    [
        "عفرين",
        "أخبار عفرين",
        "آخر الأخبار من عفرين",
        "شو صار بعفرين؟",
        "شو عم بصير بعفرين",
        "إيه اللي حصل في عفرين؟",
        "شنو صاير بعفرين",
        "كيف الوضع في عفرين",
        "هل من جديد عن عفرين؟",
        "مستجدات عفرين في سوريا",
        "latest news from Afrin",
        "What is happening in Afrin?",
    ],
)
def test_a_question_for_the_news_of_a_place_is_one(question: str) -> None:
    assert browsed(question) == Browsing((AFRIN,))


@pytest.mark.parametrize(
    "question",
    [
        "قصف عفرين",
        "كم قتيلاً في عفرين؟",
        "من دخل عفرين؟",
        "أين عفرين؟",
        "متى بدأت أحداث عفرين؟",
        "لماذا الوضع سيئ في عفرين؟",
        "أخبار عفرين والرقة",
        "آخر أخبار الهدنة في عفرين",
        "أخبار كاذبة",
        "مرحبا",
        "شو",
        "أهم",
        "ماذا حدث بعد ذلك؟",
        "",
        "؟",
    ],
)
def test_a_question_that_asks_for_more_is_none(question: str) -> None:
    assert browsed(question) is None


@pytest.mark.parametrize(
    "question",
    [
        *("ما الجديد؟", "شو الأخبار", "آخر الأخبار", "أهم الأخبار", "ماذا يحدث الآن؟", "شو صار؟"),
        *("وش صار", "ايه اللي حصل", "news", "What's the news?", "What's new?", "what happened"),
    ],
)
def test_the_news_of_everything_can_be_asked_for(question: str) -> None:
    assert browsed(question) == Browsing()


def test_a_party_in_a_place_is_both() -> None:
    found = browsed("أخبار داعش في عفرين")

    assert found == Browsing((ISIS, AFRIN))


def test_a_name_of_a_city_and_of_its_governorate_means_all_of_it() -> None:
    found = browsed("أخبار حلب")

    assert found is not None
    assert [one.value for one in found.matters] == ["sy.gov.aleppo"]


def test_words_that_name_a_time_are_left_aside() -> None:
    assert browsed("أخبار عفرين يوم الثلاثاء") is None
    assert browsed("أخبار عفرين يوم الثلاثاء", dated={2, 3}) == Browsing((AFRIN,))


def test_the_strip_is_meant_by_the_name_of_its_city() -> None:
    """Reports tell of «قطاع غزة» and of its towns; who asks for «غزة» wants them."""
    found = browsed("ماذا حدث في غزة؟")

    assert found == Browsing((Matter(FollowKind.PLACE, "ps.gaza-strip"),))
    assert matter_in("كم قتيلاً في غزة؟") == Matter(FollowKind.PLACE, "ps.gaza-strip")
    assert [one.place.kind for one in find_places("قصف على مدينة غزة وقطاع غزة")] == [
        "city",
        "region",
    ]
