"""What the model of a pair promises, whatever its features are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events.pairs import FEATURE_NAMES, Level, level

_HIGHEST = {"gap": 3.0, "features": 2.0, "quotes": 2.0}

values = st.tuples(*(st.floats(0, _HIGHEST.get(name, 1.0)) for name in FEATURE_NAMES))


@given(values, st.sampled_from(["event", "storyline"]), st.floats(0, 1))
def test_no_pair_with_fewer_words_in_common_is_as_sure(
    found: tuple[float, ...], name: str, probability: float
) -> None:
    model = level(name)

    if model.probability(found) >= probability:
        assert found[0] >= model.least_words(probability)


def test_words_that_are_too_few_for_any_pair_are_told() -> None:
    assert 0.05 < level("event").least_words(0.37) < 0.2
    assert level("event").least_words(0.0) == 0.0
    assert level("event").least_words(1.0) == math.inf


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_where_words_do_not_count_none_are_too_few(weight: float) -> None:
    model = Level(base=-5.0, weights=(weight, *[0.0] * (len(FEATURE_NAMES) - 1)), joins=0.5)

    assert model.least_words(0.9) == 0.0


@given(st.floats(-1e6, 1e6))
def test_a_probability_lies_between_0_and_1(base: float) -> None:
    model = Level(base=base, weights=(0.0,) * len(FEATURE_NAMES), joins=0.5)

    probability = model.probability((1.0,) * len(FEATURE_NAMES))

    assert 0 < probability < 1
    assert math.isclose(
        probability, 1 / (1 + math.exp(-max(-30.0, min(30.0, base)))), rel_tol=1e-12
    )
