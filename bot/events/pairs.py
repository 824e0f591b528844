"""How surely two reports tell of one event, or belong to one storyline: a small learned model.

Two logistic sums over cheap features of a pair, in ``pairs.json``, one for the event and one for
the storyline; learned by ``python -m tests.bench.train_events``. Nothing here is a veto: two towns
or two tolls count against one event, they do not forbid it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.events.gist import Gist, cosine

FEATURE_NAMES = (
    "words",
    "title",
    "gap",
    "same_outlet",
    "spots_shared",
    "spots_apart",
    "areas_shared",
    "areas_apart",
    "lands_apart",
    "parties_shared",
    "parties_apart",
    "figures_shared",
    "figures_apart",
    "quoted_apart",
)
_LONGEST_GAP_H = 72.0


@dataclass(frozen=True, slots=True)
class Level:
    """One sum: a weight for each feature, and from which mean probability on reports join."""

    base: float
    weights: tuple[float, ...]
    joins: float

    def probability(self, values: tuple[float, ...]) -> float:
        """Return how surely a pair with these features belongs together, 0…1."""
        total = self.base
        for weight, value in zip(self.weights, values, strict=True):
            total += weight * value
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def level(name: str) -> Level:
    """Return the model of a level, "event" or "storyline"."""
    stored = json.loads((files("bot.events") / "pairs.json").read_text(encoding="utf-8"))[name]
    return Level(
        base=float(stored["base"]),
        weights=tuple(float(stored["weights"].get(one, 0.0)) for one in FEATURE_NAMES),
        joins=float(stored["joins"]),
    )


def _apart(a: frozenset[object], b: frozenset[object]) -> float:
    """Return 1 where both name something and nothing in common."""
    return float(bool(a) and bool(b) and not a & b)


def _shared(a: frozenset[object], b: frozenset[object]) -> float:
    """Return 1 where both name the same thing."""
    return float(bool(a & b))


def features(a: Gist, b: Gist, words: float) -> tuple[float, ...]:
    """Return the features of a pair whose words have the cosine ``words``, in either order."""
    return (
        words,
        cosine(a.title, b.title),
        min(abs(a.at_h - b.at_h), _LONGEST_GAP_H) / 24,
        float(a.outlet == b.outlet),
        _shared(a.spots, b.spots),
        _apart(a.spots, b.spots),
        _shared(a.areas, b.areas),
        _apart(a.areas, b.areas),
        _apart(a.lands, b.lands),
        _shared(a.parties, b.parties),
        _apart(a.parties, b.parties),
        _shared(a.figures, b.figures),
        _apart(a.figures, b.figures),
        float(bool(a.quoted or b.quoted) and a.quoted != b.quoted),
    )
