"""Candidates are the hits and what goes on from them; the stored texts decide the order."""

from bot.models import Hit
from bot.search.query import understand
from bot.search.retrieve import Proposed, Ranked, rank
from bot.search.weighing import weigh
from tests.unit.search.test_features import NOW, article

TEXTS = (
    "قال مصطفى بالي الاثنين إن 4 من عناصر داعش قتلوا",
    "كما أعلن الثلاثاء مقتل 38 من عناصر التنظيم",
    "أمطار غزيرة في القامشلي",
)


def ranked(question: str, *hits: int) -> list[Ranked]:
    query = understand(question)
    weighing = weigh(query, 3, dict.fromkeys(query.stems(), 1))
    found = [Hit(paragraph_id=at, article_id=1, score=2.0 - at) for at in hits]
    return rank(query, Proposed(by_words=found), {1: article(*TEXTS)}, weighing, NOW)


def test_what_goes_on_from_a_hit_is_a_candidate_too() -> None:
    assert [one.paragraph_id for one in ranked("مصطفى بالي", 0)] == [0, 1]


def test_a_named_weekday_decides_between_two_figures() -> None:
    assert ranked("كم قتل من داعش بحسب مصطفى بالي الثلاثاء؟", 0)[0].paragraph_id == 1
    assert ranked("كم قتل من داعش بحسب مصطفى بالي الاثنين؟", 0)[0].paragraph_id == 0


def test_hits_that_the_store_no_longer_has_are_left_out() -> None:
    query = understand("الباغوز")
    gone = [
        Hit(paragraph_id=5, article_id=9, score=1.0),
        Hit(paragraph_id=77, article_id=1, score=1),
    ]
    assert (
        rank(query, Proposed(by_words=gone), {1: article(*TEXTS)}, weigh(query, 1, {}), NOW) == []
    )


def test_nothing_found_is_nothing_ranked() -> None:
    assert ranked("الباغوز") == []
