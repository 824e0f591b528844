"""A question that cannot stand alone inherits the matter of the one before."""

import pytest

from bot.search.followup import goes_on, joined

BEFORE = "كم قتيلا سقط في منبج يوم الثلاثاء؟"


@pytest.mark.parametrize(
    "text",
    [
        "وكم جريحاً؟",
        "كم جريحا؟",
        "متى؟",
        "ومتى حدث ذلك؟",
        "وماذا عن الرقة؟",
        "و من المسؤول؟",
        "how many wounded?",
    ],
)
def test_what_cannot_stand_alone_goes_on(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "كم جريحا في الرقة؟",
        "ما سعر برميل النفط اليوم؟",
        "وصلت المساعدات إلى الغوطة",
        "",
        "؟؟؟",
        "منبج",
        "والي حلب؟",
        "ودي اعرف اخبار حلب",
        "How many people were killed in Idlib?",
    ],
)
def test_what_stands_alone_does_not(text: str) -> None:
    assert not goes_on(text)


def test_place_and_time_are_inherited_but_not_what_was_counted() -> None:
    whole, inherited = joined("وكم جريحاً؟", BEFORE)
    assert whole.startswith("كم جريحاً؟")
    assert "منبج" in inherited
    assert "الثلاثاء" in inherited
    assert "قتيلا" not in inherited


def test_a_new_place_replaces_the_old_one() -> None:
    whole, _ = joined("وماذا عن الرقة؟", BEFORE)
    assert "الرقة" in whole
    assert "منبج" not in whole


def test_a_small_place_replaces_the_old_one_too() -> None:
    whole, inherited = joined("وفي حرستا؟", "كم قتيلاً سقط في دوما أمس؟")
    assert "حرستا" in whole
    assert inherited == "أمس"


def test_a_new_day_replaces_the_old_one() -> None:
    whole, inherited = joined("وكم جريحاً أمس؟", "كم قتيلاً في منبج يوم 2 شباط 2018؟")
    assert inherited == "منبج"
    assert "أمس" in whole


def test_the_news_of_a_day_stand_alone_unless_they_are_tied_on() -> None:
    assert not goes_on("شو صار اليوم؟")
    assert not goes_on("ما آخر الأخبار؟")
    assert goes_on("وشو صار اليوم؟")
    assert goes_on("شو صار؟")


@pytest.mark.parametrize(
    ("before", "inherited"),
    [
        ("كم قتيلاً في غزة منذ 30 آذار؟", "غزة منذ 30 آذار"),
        ("كم قتيلاً في غزة حتى اليوم؟", "غزة حتى اليوم"),
        ("كم قتيلاً في غزة قبل يومين؟", "غزة قبل يومين"),
        ("كم قتيلاً في غزة هذا الأسبوع؟", "غزة هذا الأسبوع"),
        ("كم قتيلاً في غزة من 12 إلى 15 تموز؟", "غزة من 12 إلى 15 تموز"),
        ("how many killed in Idlib yesterday?", "Idlib yesterday"),
    ],
)
def test_a_time_is_inherited_with_the_words_that_bound_it(before: str, inherited: str) -> None:
    assert joined("وكم جريحاً؟", before)[1] == inherited
