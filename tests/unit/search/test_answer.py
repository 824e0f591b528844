"""An answer is found or honestly not, without copies, with whole words marked."""

from datetime import timedelta

from bot.models import Answer, Hit
from bot.search.answer import THRESHOLD, answer_of, best_evidence, distinct
from bot.search.query import understand
from bot.search.retrieve import Proposed, Ranked, rank
from bot.search.weighing import weigh
from tests.unit.search.test_features import NOW, article

TEXTS = (
    "سيطرت قوات سوريا الديمقراطية على بلدة هجين بعد قصف عنيف",
    "سيطرت قوات سوريا الديمقراطية على بلدة هجين بعد قصف عنيف جدا",
    "قصف في ريف الحسكة",
    "أمطار غزيرة في القامشلي",
)


def ranked(question: str) -> list[Ranked]:
    query = understand(question)
    weighing = weigh(query, 4, dict.fromkeys(query.stems(), 1))
    hits = [Hit(paragraph_id=at, article_id=1, score=1.0) for at in range(len(TEXTS))]
    return rank(query, Proposed(by_words=hits), {1: article(*TEXTS)}, weighing, NOW)


def answer(question: str, **options: float) -> Answer:
    return answer_of(understand(question), ranked(question), newest_at=NOW, **options)  # type: ignore[arg-type]


def test_near_identical_passages_are_shown_once() -> None:
    shown = answer("من سيطر على هجين؟").passages
    assert len(distinct(ranked("من سيطر على هجين؟"))) < len(TEXTS)
    assert sum("هجين" in passage.paragraph.text for passage in shown) == 1


def test_matches_are_whole_words_of_the_stored_text_in_order() -> None:
    (passage, *_) = answer("قسد هجين").passages
    text = passage.paragraph.text
    marked = [text[start:end] for start, end in passage.matches]
    assert marked == ["قوات", "سوريا", "الديمقراطية", "هجين"]


def test_too_little_evidence_is_said_and_only_what_is_near_is_named() -> None:
    reply = answer("كم سعر برميل النفط بعد قصف المصفاة؟")
    assert not reply.found
    assert reply.passages == ()
    assert reply.nearest == ()
    near = answer("من سيطر على هجين؟", threshold=0.999)
    assert not near.found
    assert [article.id for article in near.nearest] == [1]
    assert reply.newest_at == NOW


def test_nothing_in_common_has_no_nearest() -> None:
    assert answer("وصفة التبولة").nearest == ()


def test_the_threshold_decides() -> None:
    question = "سيطرة على هجين"
    evidence = best_evidence(ranked(question))
    assert answer(question, threshold=evidence - 0.01).found
    assert not answer(question, threshold=evidence + 0.01).found


def test_evidence_is_a_share_and_its_best_passage_comes_first() -> None:
    scores = [passage.score for passage in answer("قصف الحسكة").passages]
    assert all(0 <= score <= 1 for score in scores)
    assert best_evidence([]) == 0.0


def test_an_old_article_is_evidence_enough_as_well_as_a_new_one() -> None:
    query = understand("من سيطر على هجين؟")
    weighing = weigh(query, 4, dict.fromkeys(query.stems(), 1))
    hits = [Hit(paragraph_id=0, article_id=1, score=1.0)]
    evidence = {
        best_evidence(
            rank(
                query,
                Proposed(by_words=hits),
                {1: article(*TEXTS, published_at=NOW - timedelta(days=days))},
                weighing,
                NOW,
            ),
        )
        for days in (1, 400)
    }
    assert min(evidence) >= THRESHOLD
