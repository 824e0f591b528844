"""How close to one another, and in which order, the wanted things stand in a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from bot.search.match import Match
from bot.text.numbers import Number

_NEAR = 4  # words between a number and what it counts


def is_near(number: Number, counted: set[int]) -> bool:
    """Tell whether a counted word stands within a few words of a number."""
    around = range(number.first - _NEAR, number.last + _NEAR + 1)
    return not counted.isdisjoint(around)


def closeness(here: Sequence[Match]) -> float:
    """Return matched things divided by the length of the shortest stretch that holds them all."""
    places = sorted((place, at) for at, found in enumerate(here) for place in found.places)
    kinds = len({at for _, at in places})
    if kinds < 2:
        return 0.0
    counts: dict[int, int] = {}
    best, left = math.inf, 0
    for place, at in places:
        counts[at] = counts.get(at, 0) + 1
        while len(counts) == kinds:
            first, kind = places[left]
            best = min(best, place - first + 1)
            counts[kind] -= 1
            if not counts[kind]:
                del counts[kind]
            left += 1
    return min(1.0, kinds / best)


def in_order(here: Sequence[Match]) -> float:
    """Return the share of neighbouring things of the question that are neighbours in the text."""
    if len(here) < 2:
        return 0.0
    pairs = 0
    for one, other in pairwise(here):
        following = set(other.places)
        pairs += any(place + 1 in following or place + 2 in following for place in one.places)
    return pairs / (len(here) - 1)
