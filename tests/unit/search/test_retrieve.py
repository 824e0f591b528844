"""Candidates are the hits and what goes on from them; the stored texts decide the order."""

from dataclasses import replace

from bot.models import Hit, Paragraph, StoredArticle
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


def test_what_few_candidates_hold_tells_them_apart() -> None:
    found = {one.paragraph_id: one.judged.features for one in ranked("مقتل عناصر التنظيم", 0, 1)}
    assert found[1].detail > found[0].detail


def test_what_no_candidate_holds_is_known_of_all() -> None:
    lacking = ranked("مصطفى بالي والقناص المجهول", 0, 1)
    assert len({one.judged.features.nowhere for one in lacking}) == 1
    assert lacking[0].judged.features.nowhere > 0
    assert ranked("مصطفى بالي", 0, 1)[0].judged.features.nowhere == 0


def test_a_hidden_paragraph_is_no_candidate() -> None:
    query = understand("مصطفى بالي")
    weighing = weigh(query, 3, dict.fromkeys(query.stems(), 1))
    hits = Proposed(by_words=[Hit(paragraph_id=0, article_id=1, score=2.0)])
    found = rank(query, hits, {1: article(*TEXTS)}, weighing, NOW, hidden={0})
    assert [one.paragraph_id for one in found] == [1]


def test_a_paragraph_that_another_article_repeats_is_echoed() -> None:
    query = understand("مصطفى بالي")
    weighing = weigh(query, 3, dict.fromkeys(query.stems(), 1))
    again = replace(article(TEXTS[0]).article, id=2)
    copy = StoredArticle(
        article=again,
        paragraphs=(Paragraph(id=7, article_id=2, revision=1, position=0, text=TEXTS[0]),),
    )
    hits = [
        Hit(paragraph_id=0, article_id=1, score=2.0),
        Hit(paragraph_id=7, article_id=2, score=1.9),
    ]
    articles = {1: article(*TEXTS), 2: copy}
    found = rank(query, Proposed(by_words=hits), articles, weighing, NOW)
    echoed = {one.paragraph_id: one.judged.features.echoed for one in found}
    assert min(echoed[0], echoed[7]) > echoed[1]
