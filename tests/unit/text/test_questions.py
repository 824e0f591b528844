"""What a question asks for is understood in several dialects and in English."""

import pytest

from bot.text.normalize import fold
from bot.text.questions import (
    Asks,
    asked_by,
    counted_families,
    gives_reason,
    is_day_word,
    relative_day_at,
    shapes_question,
    weekday_of,
)
from bot.text.stem import stem_of
from bot.text.tokens import tokenize


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("كم قتيلا؟", Asks.HOW_MANY),
        ("قديش عدد الجرحى", Asks.HOW_MANY),
        ("كام واحد مات؟", Asks.HOW_MANY),
        ("How many people fled?", Asks.HOW_MANY),
        ("مين قتل القائد؟", Asks.WHO),
        ("وين صار الانفجار؟", Asks.WHERE),
        ("إمتى انتهت المعركة؟", Asks.WHEN),
        ("ليش انسحبوا؟", Asks.WHY),
        ("ما الذي أبطأ التقدم؟", Asks.WHY),
        ("شو صار بالباغوز؟", Asks.WHAT),
        ("هل سقطت المدينة؟", Asks.YES_NO),
        ("قتلى الباغوز", Asks.OPEN),
    ],
)
def test_the_question_word_tells_what_is_asked(question: str, asks: Asks) -> None:
    assert asked_by(tokenize(question)) is asks


def test_question_words_and_fillers_are_not_searched() -> None:
    assert all(shapes_question(fold(word)) for word in ("قديش", "يلي", "شو", "عم", "what"))
    assert not shapes_question("باغوز")


def test_what_is_counted_is_told_by_its_family() -> None:
    assert counted_families([stem_of("قتيلا")]) == {"killed"}
    assert counted_families([stem_of("سيارة")]) == frozenset()


def test_weekdays_are_known_with_and_without_article() -> None:
    assert weekday_of(fold("الثلاثاء")) == weekday_of(fold("ثلاثاء")) == 2
    assert weekday_of("يوم") is None
    assert is_day_word("يوم")


def test_days_are_counted_from_today() -> None:
    assert relative_day_at(tokenize("امبارح"), 0) == (-1, 1)
    assert relative_day_at(tokenize("أول أمس"), 0) == (-2, 2)
    assert relative_day_at(tokenize("اليوم"), 0) == (0, 1)


def test_today_before_a_weekday_only_names_the_weekday() -> None:
    assert relative_day_at(tokenize("اليوم الثلاثاء"), 0) is None


def test_causes_are_introduced_by_certain_words() -> None:
    assert gives_reason(stem_of("بسبب"))
    assert not gives_reason(stem_of("قوات"))
