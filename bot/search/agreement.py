"""What the candidates of one question say about one another.

A paragraph that other outlets repeat is more likely the news that is asked about; one whose
article holds the rest of the question elsewhere is more likely about the same matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.search.features import Judged
from bot.search.query import Query

_ECHOES = 3  # so many most alike candidates of other articles count
_AS_MUCH = 0.8  # of the best one's covered share


def compare(judged: Sequence[Judged], query: Query, weights: Sequence[float]) -> list[Judged]:
    """Return the candidates with the features that need all of them."""
    if not judged:
        return []
    held = [one.features.covered + one.features.in_title for one in judged]
    most = max(held)
    best = max(one.features.dense for one in judged)
    dates = [one.article.article.dated_at for one in judged]
    newest = max(at for at, share in zip(dates, held, strict=True) if share >= _AS_MUCH * most)
    likeness = _echoes(judged)
    siblings = _siblings(judged, weights)
    compared = []
    for place, one in enumerate(judged):
        late = (newest - dates[place]).total_seconds() / 86_400
        features = replace(
            one.features,
            dense_gap=one.features.dense - best if one.embedded else 0.0,
            lead=held[place] - most,
            in_siblings=siblings[place],
            echoed=likeness[place],
            behind=0.0 if query.period else math.log1p(min(60.0, max(0.0, late))),
        )
        compared.append(replace(one, features=features))
    return compared


def _echoes(judged: Sequence[Judged]) -> list[float]:
    """Return the mean likeness of each to the most alike candidates of other articles."""
    ids: dict[str, int] = {}
    rows = [{ids.setdefault(t.stems[0], len(ids)) for t in one.text.terms} for one in judged]
    table = np.zeros((len(judged), len(ids) or 1), dtype=np.float32)
    for row, columns in enumerate(rows):
        table[row, list(columns)] = 1.0
    lengths = np.maximum(1.0, np.sqrt(table.sum(axis=1)))
    alike = (table @ table.T) / np.outer(lengths, lengths)
    articles = np.array([one.article.article.id for one in judged])
    alike[articles[:, None] == articles[None, :]] = 0.0
    best = -np.sort(-alike, axis=1)[:, :_ECHOES]
    return [float(value) for value in best.mean(axis=1)]


def _siblings(judged: Sequence[Judged], weights: Sequence[float]) -> list[float]:
    """Return the share of each question's weight that only other paragraphs of the article hold."""
    total = sum(weights)
    together: dict[int, list[float]] = {}
    for one in judged:
        known = together.setdefault(one.article.article.id, [0.0] * len(weights))
        for at, strength in enumerate(one.strengths):
            known[at] = max(known[at], strength)
    return [
        sum(
            weight * (all_of_them - own)
            for weight, all_of_them, own in zip(
                weights, together[one.article.article.id], one.strengths, strict=True
            )
        )
        / total
        if total
        else 0.0
        for one in judged
    ]
