"""What speaks for a paragraph, one thing at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.models import Article, Paragraph, StoredArticle
from bot.search.cues import goes_on
from bot.search.features import Features, Judge
from bot.search.query import understand
from bot.search.weighing import Weighing, weigh

NOW = datetime(2019, 3, 13, 12, tzinfo=UTC)  # a Wednesday


def article(
    *texts: str, title: str = "عنوان", published_at: datetime | None = None
) -> StoredArticle:
    return StoredArticle(
        article=Article(
            id=1,
            source_id=1,
            source="tests",
            title=title,
            url="",
            published_at=published_at,
            first_seen_at=NOW,
        ),
        paragraphs=tuple(
            Paragraph(id=at, article_id=1, revision=1, position=at, text=text)
            for at, text in enumerate(texts)
        ),
    )


def judged(question: str, stored: StoredArticle, index: int = 0) -> Features:
    query = understand(question)
    judge = Judge(query, weigh(query, 100, dict.fromkeys(query.stems(), 1)), NOW)
    return judge.judge(stored, index, 1.0).features


def test_a_paragraph_that_holds_the_whole_question_covers_it_all() -> None:
    features = judged("مدير المركز", article("قال مدير المركز أمس"))
    assert features.covered == pytest.approx(1.0)
    assert features.missing == 0
    assert features.together == 1.0
    assert features.in_order == 1.0


def test_what_only_the_title_says_counts_apart() -> None:
    features = judged("قصف الباغوز", article("قصف في الليل", title="الباغوز"))
    assert features.covered == pytest.approx(features.in_title)


def test_a_paragraph_that_goes_on_inherits_from_the_one_before() -> None:
    stored = article("قال مصطفى بالي", "كما أعلن مقتل 38", "مقتل 38 في هجين")
    assert judged("مصطفى بالي", stored, 1).in_context > 0
    assert judged("مصطفى بالي", stored, 2).in_context == 0


def test_a_number_counts_where_the_counted_stand() -> None:
    killed = judged("كم قتيلا؟", article("مقتل 38 من العناصر"))
    far = judged(
        "كم قتيلا؟", article("38 يوما مرت على بدء الحملة العسكرية الأخيرة هناك ومقتل القائد")
    )
    vague = judged("كم قتيلا؟", article("عشرات القتلى"))
    assert (killed.counts, vague.counts, far.counts) == (1.0, 0.5, 0.0)
    assert far.any_number == 1.0


def test_numbers_do_not_matter_when_nobody_asks_how_many() -> None:
    features = judged("مقتل القائد", article("مقتل 38"))
    assert (features.counts, features.any_number) == (0.0, 0.0)


def test_the_number_in_the_question_is_looked_for() -> None:
    assert judged("هل أطلقت ٧ صواريخ؟", article("سبعة صواريخ")).same_number == 1.0
    assert judged("هل أطلقت ٧ صواريخ؟", article("ثلاثة صواريخ")).same_number == 0.0


@pytest.mark.parametrize(
    ("text", "value"), [("مقتل الثلاثاء", 1.0), ("مقتل الأحد", -1.0), ("مقتل", 0.0)]
)
def test_the_named_weekday_speaks_for_and_another_against(text: str, value: float) -> None:
    assert judged("قتلى يوم الثلاثاء", article(text)).weekday == value


@pytest.mark.parametrize(("day", "value"), [(11, -0.5), (12, 0.5), (13, 0.5), (14, -0.5)])
def test_the_weekday_of_a_report_is_that_of_whoever_asks(day: int, value: float) -> None:
    """Half past ten at night in UTC it is the next day in Damascus; 13 March is a Wednesday."""
    published_at = datetime(2019, 3, day, 22, 30, tzinfo=UTC)
    query = replace(understand("قصف يوم الأربعاء"), zone=ZoneInfo("Asia/Damascus"))
    judge = Judge(query, weigh(query, 100, dict.fromkeys(query.stems(), 1)), NOW)
    features = judge.judge(article("قصف", published_at=published_at), 0, 1.0).features
    assert features.dated == value


def test_yesterday_is_counted_from_the_asking() -> None:
    stored = article("قصف", published_at=NOW - timedelta(days=1))
    old = article("قصف", published_at=NOW - timedelta(days=9))
    assert judged("ماذا قصفوا أمس؟", stored).dated == 1.0
    assert judged("ماذا قصفوا أمس؟", old).dated == -1.0
    assert judged("ماذا قصفوا أمس؟", article("قصف")).dated == 0.0


def test_a_cause_counts_only_where_one_is_asked_for() -> None:
    stored = article("انسحبوا بسبب القصف خشية الحصار")
    assert judged("لماذا انسحبوا؟", stored).reason == 1.0
    assert judged("هل انسحبوا؟", stored).reason == 0.0
    assert judged("ما سبب الخشية", article("خشية")).reason == 0.0


def test_age_stops_mattering_after_two_months_and_when_a_day_is_named() -> None:
    def aged(question: str, days: int) -> float:
        return judged(question, article("قصف", published_at=NOW - timedelta(days=days))).age

    assert aged("قصف", 1) < aged("قصف", 30) < aged("قصف", 90) == aged("قصف", 900)
    assert aged("قصف اليوم", 30) == 0.0


def test_a_word_that_no_paragraph_holds_weighs_the_most_and_a_common_one_little() -> None:
    query = understand("داعش هجين")
    counts = dict.fromkeys(query.stems(), 0) | {"داعش": 900}
    common, missing = weigh(query, 1_000, counts).weights
    assert missing > common


def test_one_article_is_archive_enough_to_weigh_words() -> None:
    query = understand("الباغوز هجين")
    weighing = weigh(query, 16, {"باغوز": 6, "هجين": 0})
    assert weighing.unknown == (False, True)
    assert 0.5 < weighing.weights[0] / weighing.weights[1] < 1.0


def test_a_question_without_weight_is_not_covered() -> None:
    query = replace(understand("الباغوز"), wanted=())
    features = Judge(query, Weighing((), ()), NOW).judge(article("الباغوز"), 0, 1.0).features
    assert (features.covered, features.missing) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("كما أعلن", True),
        ("إلى ذلك، أفادت", True),
        ("وأضاف أن", True),
        ("قتل 38", False),
        ("", False),
    ],
)
def test_openers_tell_that_a_paragraph_goes_on(text: str, expected: bool) -> None:
    assert goes_on(text) is expected
