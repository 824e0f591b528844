"""Shingles are held by whom they were put in for, as a plain dictionary would say."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from bot.events.shingles import Shingles


def _said_by(held: dict[int, set[int]], asked: set[int], most: int) -> Counter[int]:
    """Return what is shared, counted the long way."""
    holders = {one: [key for key, theirs in held.items() if one in theirs] for one in asked}
    return Counter(key for some in holders.values() if len(some) <= most for key in some)


@pytest.mark.parametrize("greatest", [500, 2**40])
def test_whatever_comes_and_goes_shares_are_those_of_a_dictionary(greatest: int) -> None:
    chance = random.Random(greatest)  # noqa: S311 - made-up shingles
    words = [hash(str(n)) for n in range(400)]  # negative ones among them
    held: dict[int, set[int]] = {}
    shingles, most, forgotten, alive_again = Shingles(), 9, 0, 0
    gone: set[int] = set()
    for _ in range(1_500):
        key = chance.randint(1, greatest) if not held or chance.random() < 0.6 else None
        if key is None or key in held:
            key = chance.choice([*held])
            del held[key]
            shingles.forget(key)
            gone.add(key)
            forgotten += 1
        else:
            if chance.random() < 0.2 and gone:
                key = chance.choice([*gone - held.keys()] or [key])
            alive_again += key in gone
            held[key] = set(chance.sample(words, chance.randint(0, 12)))
            shingles.add(key, held[key])
        asked = set(chance.sample(words, 30))
        assert shingles.shared(asked, most) == _said_by(held, asked, most)
    assert min(word for word in words) < 0
    assert forgotten > 300
    assert alive_again > 50


def test_the_room_of_what_was_forgotten_is_used_again() -> None:
    shingles = Shingles()
    for key in range(1, 2_001):
        shingles.add(key, {hash((key, n)) for n in range(20)})
        if key > 100:
            shingles.forget(key - 100)
    assert 100 * 20 <= len(shingles) < 200 * 20


def test_ids_beyond_four_billion_are_held_beside_small_ones() -> None:
    shingles = Shingles()
    for key in (1, 2**32 - 1, 2**32, 2**62):
        shingles.add(key, {7, 8})
    assert shingles.shared({7, 8, 9}, 60) == {1: 2, 2**32 - 1: 2, 2**32: 2, 2**62: 2}


def test_an_article_that_is_edited_again_and_again_costs_what_a_new_one_does() -> None:
    shingles, times = Shingles(), 50
    for key in range(1, 1_001):
        shingles.add(key, {hash((key, n)) for n in range(200)})

    begun_s = time.process_time()
    for n in range(times):
        shingles.add(10_000 + n, {hash((10_000 + n, m)) for m in range(200)})
    new_s = time.process_time() - begun_s
    begun_s = time.process_time()
    for n in range(times):
        shingles.forget(1)
        shingles.add(1, {hash((-n, m)) for m in range(200)})
    edited_s = time.process_time() - begun_s

    assert edited_s < 10 * new_s
    assert shingles.shared({hash((1 - times, m)) for m in range(200)}, 60) == {1: 200}
