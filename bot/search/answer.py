"""From ranked paragraphs to an answer: is it good enough, and which passages are shown.

The evidence is an estimate, between 0 and 1, that the best passage answers the question. It is
made of shares of the question only, never of the archive's size, so it means the same for one
article and for a hundred thousand paragraphs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from bot.models import Answer, Article, Passage
from bot.search.features import Features
from bot.search.query import Query
from bot.search.retrieve import Ranked
from bot.text.questions import Asks

THRESHOLD = 0.5
NEAREST = 3
_SAME = 0.8  # share of common terms from which two passages are one text
_FEW = 3  # shorter questions count as this long: one known name is a question too
_BOLD = 0.5  # weaker matches are not shown bold


def evidence_of(features: Features, query: Query) -> float:
    """Return the estimate that a passage with these features answers the question.

    A logistic function whose weights were fitted to answerable and unanswerable questions. A
    question of many words is rarely covered whole, so the number of words counts for it.
    """
    value = (
        -8.2
        + 4.7 * (features.covered + 0.9 * features.in_title + features.in_context)
        + 0.75 * features.matter
        + 2.2 * math.log(max(_FEW, len(query.wanted) + 1))
        + 1.0 * features.in_order
        + 1.2 * (features.weekday + features.dated)
    )
    if query.asks is Asks.HOW_MANY:
        value += 0.8 * (features.counts + features.any_number - 1)
    if query.numbers:
        value += features.same_number - 0.5
    return 1 / (1 + math.exp(-value))


def answer_of(
    query: Query,
    ranked: Sequence[Ranked],
    *,
    newest_at: datetime | None,
    threshold: float = THRESHOLD,
    limit: int = 3,
) -> Answer:
    """Return the answer: passages where the evidence suffices, else the nearest articles."""
    evidence = best_evidence(query, ranked)
    if evidence < threshold:
        return Answer(
            question=query.text,
            found=False,
            newest_at=newest_at,
            nearest=_nearest(ranked),
            shortened=query.shortened,
        )
    shown = [
        one
        for one in distinct(ranked)[:limit]
        if evidence_of(one.judged.features, query) >= threshold / 2
    ]
    return Answer(
        question=query.text,
        found=True,
        newest_at=newest_at,
        passages=tuple(_passage(one, query) for one in shown),
        shortened=query.shortened,
    )


def best_evidence(query: Query, ranked: Sequence[Ranked]) -> float:
    """Return the evidence of the best passage, 0 when there is none."""
    return evidence_of(ranked[0].judged.features, query) if ranked else 0.0


def _passage(one: Ranked, query: Query) -> Passage:
    """Return a ranked paragraph as a passage; its score is its evidence."""
    judged = one.judged
    return Passage(
        paragraph=judged.article.paragraphs[judged.index],
        article=judged.article.article,
        score=round(evidence_of(judged.features, query), 4),
        matches=matched_spans(one),
    )


def matched_spans(one: Ranked) -> tuple[tuple[int, int], ...]:
    """Return where the matched words stand in the paragraph's text: whole words, in order."""
    terms = one.judged.text.terms
    places = {
        place for found in one.judged.matches if found.strength >= _BOLD for place in found.places
    }
    return tuple((terms[place].token.start, terms[place].token.end) for place in sorted(places))


def distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return the ranked passages, of near-identical ones only the best."""
    kept: list[tuple[Ranked, frozenset[str]]] = []
    for one in ranked:
        stems = frozenset(term.stems[0] for term in one.judged.text.terms)
        if all(_overlap(stems, other) < _SAME for _, other in kept):
            kept.append((one, stems))
    return [one for one, _ in kept]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of common stems in the union of two sets (Jaccard)."""
    union = len(one | other)
    return len(one & other) / union if union else 1.0


def _nearest(ranked: Sequence[Ranked]) -> tuple[Article, ...]:
    """Return the articles of the best candidates, each once."""
    found: dict[int, Article] = {}
    for one in ranked:
        if one.judged.features.covered + one.judged.features.in_title > 0:
            article = one.judged.article.article
            found.setdefault(article.id, article)
        if len(found) == NEAREST:
            break
    return tuple(found.values())
