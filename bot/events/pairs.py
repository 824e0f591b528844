"""How surely two reports tell of one event, or belong to one storyline: a small learned model.

Two logistic sums over cheap features of a pair, in ``pairs.json``, one for the event and one for
the storyline; learned by ``python -m tests.bench.train_events``. Nothing here is a veto: two towns
or two tolls count against one event, they do not forbid it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul
from typing import Any

from bot.events.gist import Gist, cosine

FEATURE_NAMES = (
    "words",
    "whole",
    "title",
    "gap",
    "same_outlet",
    "head_families",
    "families",
    "features",  # how many of the two are explainers, portraits, press reviews
    "quotes",  # how many of the two headlines quote somebody
    "kinds_shared",
    "figures_lacking",  # in one of the two
    "diplomacy_lacking",
    "first_shared",
    "first_same",
    "spots_shared",
    "spots_apart",
    "towns_apart",
    "areas_shared",
    "areas_apart",
    "lands_apart",
    "parties_shared",
    "parties_apart",
)
_FEATURE, _DIPLOMACY = "feature", "diplomacy"  # families of words
_LONGEST_GAP_H = 72.0
_MOST_OF = {"gap": _LONGEST_GAP_H / 24, "features": 2.0, "quotes": 2.0}  # others reach 1
_NEVER = 1e-9  # a probability that every pair has
_ROUNDING = 1e-6
_MOST = 30.0  # that a sum may be; beyond it says no more


@dataclass(frozen=True, slots=True)
class Level:
    """One sum: a weight for each feature, and from which mean probability on reports join."""

    base: float
    weights: tuple[float, ...]
    joins: float

    def probability(self, values: tuple[float, ...]) -> float:
        """Return how surely a pair with these features belongs together, 0…1."""
        total = self.base
        for one in map(mul, self.weights, values):
            total += one
        if not -_MOST < total < _MOST:
            total = math.copysign(_MOST, total)
        return 1 / (1 + math.exp(-total))

    def least_words(self, probability: float) -> float:
        """Return a cosine of the words below which no pair is as sure, whatever else it shares."""
        if probability < _NEVER or self.weights[0] <= 0:
            return 0.0
        if probability >= 1:
            return math.inf
        rest = self.base + sum(
            max(0.0, weight) * _MOST_OF.get(name, 1.0)
            for name, weight in zip(FEATURE_NAMES[1:], self.weights[1:], strict=True)
        )
        needed = math.log(probability / (1 - probability)) - rest
        return needed / self.weights[0] - _ROUNDING


@cache
def level(name: str) -> Level:
    """Return the model of a level, "event" or "storyline"."""
    stored = json.loads((files("bot.events") / "pairs.json").read_text(encoding="utf-8"))[name]
    return level_from(stored)


def level_from(stored: Mapping[str, Any]) -> Level:
    """Return the model that a part of the file describes; a feature it does not name weighs 0."""
    return Level(
        base=float(stored["base"]),
        weights=tuple(float(stored["weights"].get(one, 0.0)) for one in FEATURE_NAMES),
        joins=float(stored["joins"]),
    )


def _apart(a: frozenset[object], b: frozenset[object]) -> float:
    """Return 1 where both name something and nothing in common."""
    return 1.0 if a and b and a.isdisjoint(b) else 0.0


def _shared(a: frozenset[object], b: frozenset[object]) -> float:
    """Return 1 where both name the same thing."""
    return 0.0 if a.isdisjoint(b) else 1.0


def _towns_apart(a: Gist, b: Gist) -> float:
    """Return 1 where both begin with towns, none within another's, and share none further on."""
    if not (a.towns and b.towns and a.spots.isdisjoint(b.spots)):
        return 0.0
    return float(a.towns.isdisjoint(b.around) and b.towns.isdisjoint(a.around))


def features(a: Gist, b: Gist, words: float) -> tuple[float, ...]:
    """Return the features of a pair whose words have the cosine ``words``, in either order."""
    return (
        words,
        cosine(a.whole, b.whole),
        cosine(a.title, b.title),
        min(abs(a.at_h - b.at_h), _LONGEST_GAP_H) / 24,
        float(a.outlet == b.outlet),
        cosine(a.head_families, b.head_families),
        cosine(a.families, b.families),
        float(_FEATURE in a.head_families) + float(_FEATURE in b.head_families),
        float(bool(a.quoted)) + float(bool(b.quoted)),
        _shared(a.kinds, b.kinds),
        float(bool(a.kinds) != bool(b.kinds)),
        float((_DIPLOMACY in a.families) != (_DIPLOMACY in b.families)),
        0.0 if set(a.first).isdisjoint(b.first) else 1.0,
        float(bool(a.first) and a.first[:1] == b.first[:1]),
        _shared(a.spots, b.spots),
        _apart(a.spots, b.spots),
        _towns_apart(a, b),
        _shared(a.areas, b.areas),
        _apart(a.areas, b.areas),
        _apart(a.lands, b.lands),
        _shared(a.parties, b.parties),
        _apart(a.parties, b.parties),
    )
