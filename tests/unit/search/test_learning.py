"""What is learned for the ranker: right answers first, and no weight of a wrong sign."""

import json
from importlib.resources import files

import numpy as np

from bot.search.features import FEATURE_NAMES
from bot.search.ranker import ranker_from
from tests.bench.learning import PRODUCTS, SPEAKS_AGAINST, SPEAKS_FOR, Sample, learn, stored

NAMES = ("dense", "missing", "length")


def sample(count: int = 40, misleading: float = 0.0) -> Sample:
    """Return questions of five candidates; the right one has more of "dense" and less length."""
    chance = np.random.default_rng(7)
    values = chance.normal(size=(count * 5, len(NAMES)))
    right = np.zeros(count * 5)
    right[::5] = 1.0
    values[::5, 0] += 2.0
    values[::5, 1] += misleading
    values[::5, 2] -= 1.0
    return Sample(values, right, np.repeat(np.arange(count), 5), np.ones(count * 5))


def test_what_marks_right_answers_is_learned() -> None:
    learned = learn(sample(), NAMES, frozenset(), ())
    found = dict(zip(learned.columns, learned.weights, strict=True))
    assert found["dense"] > 0
    assert found["length"] < 0
    scores = learned.scores(sample().values).reshape(-1, 5)
    assert (scores.argmax(axis=1) == 0).mean() > 0.8


def test_a_sign_that_chance_turned_round_is_not_learned() -> None:
    learned = learn(sample(misleading=2.0), NAMES, frozenset(), ())
    assert dict(zip(learned.columns, learned.weights, strict=True))["missing"] == 0


def test_a_feature_left_out_has_no_weight() -> None:
    learned = learn(sample(), NAMES, frozenset({"dense"}), ())
    assert "dense" not in stored(learned, {"base": 0.0, "score": 1.0})["weights"]


def test_every_feature_with_a_sign_exists_and_has_one_sign_alone() -> None:
    assert {*FEATURE_NAMES, *PRODUCTS} >= SPEAKS_FOR | SPEAKS_AGAINST
    assert not SPEAKS_FOR & SPEAKS_AGAINST


def test_the_shipped_ranker_keeps_to_the_signs_and_the_one_for_words_sees_no_vectors() -> None:
    shipped = json.loads((files("bot.search") / "ranker.json").read_text("utf-8"))
    for part in shipped.values():
        ranker_from(part)
    weights = shipped["hybrid"]["weights"]
    assert all(weight > 0 for name, weight in weights.items() if name in SPEAKS_FOR)
    assert all(weight < 0 for name, weight in weights.items() if name in SPEAKS_AGAINST)
    assert any("dense" in name for name in shipped["hybrid"]["weights"])
    assert not any("dense" in name for name in shipped["lexical"]["weights"])
