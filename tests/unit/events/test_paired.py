"""The pairs of a report are what was put in, in whatever order, however far apart the ids are."""

from __future__ import annotations

import random

import pytest

from bot.events.paired import Paired


def _paired(held: dict[int, float]) -> Paired:
    paired = Paired()
    for key, probability in held.items():
        paired.add(key, probability)
    return paired


@pytest.mark.parametrize("most", [30, 120, 40_000, 3_000_000_000, 2**62])
def test_whatever_is_put_in_or_taken_away_a_pair_is_what_a_dictionary_would_say(most: int) -> None:
    chance = random.Random(most)  # noqa: S311 - ids
    held: dict[int, float] = {}
    paired = Paired()
    for _ in range(600):
        key = chance.randint(1, most)
        if key in held or (held and chance.random() < 0.3):
            key = chance.choice([*held, key])
            held.pop(key, None)
            paired.discard(key)
        else:
            held[key] = chance.random()
            paired.add(key, held[key])

        assert list(paired) == list(held)
    assert len(paired) == len(held) > 0
    assert dict(paired.items()) == pytest.approx(held, rel=1e-6)


def test_nothing_is_held_of_a_report_without_a_pair_or_one_that_has_lost_them() -> None:
    paired = _paired({7: 0.5})
    paired.discard(8)
    assert dict(paired.items()) == pytest.approx({7: 0.5}, rel=1e-6)
    paired.discard(7)

    for none in (paired, Paired()):
        assert not list(none)
        assert not list(none.items())
        assert not list(none.surely(0.0))
        assert none.among({0, 7}) == 0
    paired.add(9, 1.0)
    assert list(paired.items()) == [(9, 1.0)]


def test_sums_are_those_of_the_pairs_asked_for() -> None:
    paired = _paired({1: 1.0, 2: 0.25, 900: 0.5, 100_000: 0.0})
    sums = {5: 0.0, 6: 0.0}

    paired.count_into(sums, {1: 5, 2: 5, 900: 6, 100_000: 8})

    assert [*sums.values()] == pytest.approx([1.25, 0.5], rel=1e-6)
    assert paired.among({2, 900, 4}) == pytest.approx(0.75, rel=1e-6)
    assert list(paired.surely(0.4)) == [1, 900]
    assert list(paired.surely(1.0)) == [1]
