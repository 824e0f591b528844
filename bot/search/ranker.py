"""The learned score of a candidate: what its features together are worth.

A weighted sum of the features (and of a few products of two), for paragraphs without a vector with
small regression trees on top (J. Friedman, "Greedy Function Approximation: A Gradient Boosting
Machine", 2001). All were learned by ``python -m tests.bench.train_ranker`` and lie beside this file
in ``ranker.json``, which names every feature it uses. There are two rankers: one for paragraphs
that are embedded and one for those that are not (yet). The sum is calibrated on answerable and
unanswerable questions: the score is in log-odds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.search.features import FEATURE_NAMES, Features
from bot.trees import Tree, tree_from

_SUMMED = -1  # the place of sum and trees
_ALONE = -1  # no second feature
_PLACES = {name: place for place, name in enumerate(FEATURE_NAMES)}


@dataclass(frozen=True, slots=True)
class Ranker:
    """A weighted sum and trees, and the line that makes log-odds of what they say."""

    base: float
    weights: tuple[tuple[int, int, float], ...]  # (feature, another or -1: multiplied, weight)
    trees: tuple[Tree, ...]
    evidence: tuple[tuple[int, float], ...]  # (feature, weight); sum and trees have place -1
    doubt: float

    def score(self, values: Sequence[float]) -> float:
        """Return the log-odds that a paragraph with these features answers."""
        summed = self.base
        for one, other, weight in self.weights:
            summed += weight * values[one] if other < 0 else weight * values[one] * values[other]
        if self.trees:
            summed += sum([tree.of(values) for tree in self.trees])
        return self.doubt + sum(
            weight * (summed if place == _SUMMED else values[place])
            for place, weight in self.evidence
        )


def ranker_from(stored: Mapping[str, Any]) -> Ranker:
    """Return the ranker that a part of ``ranker.json`` describes."""
    return Ranker(
        base=float(stored["base"]),
        weights=tuple(
            (_PLACES[one], _PLACES[other] if other else _ALONE, float(weight))
            for names, weight in stored["weights"].items()
            for one, _, other in [names.partition("*")]
        ),
        trees=tuple(tree_from(tree, _PLACES) for tree in stored["trees"]),
        evidence=tuple(
            (_SUMMED if name == "score" else _PLACES[name], float(weight))
            for name, weight in stored["evidence"].items()
            if name != "base"
        ),
        doubt=float(stored["evidence"]["base"]),
    )


@cache
def _ranker(embedded: bool) -> Ranker:
    text = (files("bot.search") / "ranker.json").read_text(encoding="utf-8")
    return ranker_from(json.loads(text)["hybrid" if embedded else "lexical"])


def score_of(features: Features, *, embedded: bool) -> float:
    """Return the log-odds that a paragraph answers the question."""
    return _ranker(embedded).score(features.values())


def probability(score: float) -> float:
    """Return log-odds as a probability: the evidence."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
