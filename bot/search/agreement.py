"""What the candidates of one question say about one another.

A paragraph that other outlets repeat is more likely the news that is asked about; one whose
article holds the rest of the question elsewhere is more likely about the same matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul

from bot.search.features import Judged
from bot.search.query import Query
from bot.search.weighing import MOST_WEIGHT

_ECHOES = 3  # so many most alike candidates of other articles count
_AS_MUCH = 0.8  # of the best one's covered share


def compare(judged: Sequence[Judged], query: Query, weights: Sequence[float]) -> None:
    """Fill in the features of the candidates that need all of them."""
    if not judged:
        return
    held = [one.features.covered + one.features.in_title for one in judged]
    most = max(held)
    best = max(one.features.dense for one in judged)
    dates = [one.article.article.dated_at for one in judged]
    newest = max(at for at, share in zip(dates, held, strict=True) if share >= _AS_MUCH * most)
    likeness = _echoes(judged)
    siblings = _siblings(judged, weights)
    details, nowhere = _details(judged, weights)
    for place, one in enumerate(judged):
        late = (newest - dates[place]).total_seconds() / 86_400
        features = one.features
        features.dense_gap = features.dense - best if one.embedded else 0.0
        features.lead = held[place] - most
        features.in_siblings = siblings[place]
        features.detail = details[place]
        features.nowhere = nowhere
        features.echoed = likeness[place]
        features.behind = 0.0 if query.period else math.log1p(min(60.0, max(0.0, late)))


def _echoes(judged: Sequence[Judged]) -> list[float]:
    """Return the mean likeness of each to the most alike candidates of other articles.

    Sets of stems are bits of an integer: the few thousand pairs of a question take a fraction of a
    millisecond, and no thread of a matrix library spins for them.
    """
    bits: dict[str, int] = {}
    held = [
        sum([1 << bits.setdefault(stem, len(bits)) for stem in one.text.stems]) for one in judged
    ]
    sizes = [max(1, len(one.text.stems)) for one in judged]
    articles = [one.article.article.id for one in judged]
    alike: list[list[float]] = [[] for _ in judged]
    for place, (own, size, article) in enumerate(zip(held, sizes, articles, strict=True)):
        mine = alike[place]
        for other in range(place):  # each pair once
            if articles[other] != article:
                share = (own & held[other]).bit_count() / math.sqrt(size * sizes[other])
                mine.append(share)
                alike[other].append(share)
    most = min(_ECHOES, len(judged))
    return [sum(sorted(shares, reverse=True)[:_ECHOES]) / most for shares in alike]


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


def _details(judged: Sequence[Judged], weights: Sequence[float]) -> tuple[list[float], float]:
    """Return the share of the question that each holds, and the heaviest thing that none holds.

    Where ten paragraphs tell of one event, what few of them hold tells them apart: a thing weighs
    less the more of the candidates hold it.
    """
    by_thing = list(zip(*(one.strengths for one in judged), strict=True))
    if not by_thing:
        return [0.0] * len(judged), 0.0
    most = [max(held) for held in by_thing]
    local = [
        weight * math.log1p(len(judged) / (sum(held) + 0.5)) if any(held) else 0.0
        for weight, held in zip(weights, by_thing, strict=True)
    ]
    total = sum(local)
    shares = [sum(map(mul, one.strengths, local)) / total if total else 0.0 for one in judged]
    nowhere = max(weight * (1 - held) for weight, held in zip(weights, most, strict=True))
    return shares, nowhere / MOST_WEIGHT
