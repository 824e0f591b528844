"""From hits of the index to ranked paragraphs.

The index proposes; here the stored texts decide. The paragraph after a good hit is a candidate
too when it goes on from it («كما أعلن …»): it answers about people whom it does not name. The score
is a weighted sum of the features. The weights are round numbers set by hand beside a fit of a
softmax over each question's candidates: with few questions, the fit was no better on unseen ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import Hit, StoredArticle
from bot.search.features import Features, Judge, Judged, Weighing, goes_on
from bot.search.match import prepare
from bot.search.query import Query

CANDIDATES = 40  # how many hits are judged

_WEIGHTS = Features(
    covered=3.2,
    in_title=1.5,
    in_context=2.3,
    missing=-0.8,
    matter=0.0,
    lexical=1.2,
    together=0.4,
    in_order=0.8,
    counts=1.1,
    any_number=0.6,
    same_number=1.0,
    weekday=1.1,
    dated=0.7,
    reason=1.6,
    position=-0.3,
    age=-0.3,
    length=0.2,
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A judged candidate with its score."""

    judged: Judged
    score: float

    @property
    def paragraph_id(self) -> int:
        """Return the id of the paragraph."""
        return self.judged.article.paragraphs[self.judged.index].id


def score_of(features: Features) -> float:
    """Return the weighted sum of the features."""
    return sum(w * v for w, v in zip(_WEIGHTS.values(), features.values(), strict=True))


def rank(
    query: Query,
    hits: Sequence[Hit],
    articles: Mapping[int, StoredArticle],
    weighing: Weighing,
    now: datetime,
) -> list[Ranked]:
    """Return the candidates, best first; hits whose article is gone are left out."""
    judge = Judge(query, weighing, now)
    ranked = []
    for (article_id, index), lexical in _candidates(hits, articles).items():
        judged = judge.judge(articles[article_id], index, lexical)
        ranked.append(Ranked(judged, score_of(judged.features)))
    return sorted(ranked, key=lambda one: (-one.score, one.paragraph_id))


def _candidates(
    hits: Sequence[Hit], articles: Mapping[int, StoredArticle]
) -> dict[tuple[int, int], float]:
    """Return (article, place) of the hits and of what goes on from them, with index scores."""
    best = hits[0].score if hits else 0.0
    found: dict[tuple[int, int], float] = {}
    following: dict[tuple[int, int], float] = {}
    for hit in hits:
        stored = articles.get(hit.article_id)
        if stored is None:
            continue
        for index, paragraph in enumerate(stored.paragraphs):
            if paragraph.id != hit.paragraph_id:
                continue
            share = hit.score / best if best > 0 else 0.0
            found[hit.article_id, index] = share
            after = index + 1
            if after < len(stored.paragraphs) and goes_on(
                prepare(stored.paragraphs[after].text).tokens
            ):
                following.setdefault((hit.article_id, after), share / 2)
    return {key: max(found.get(key, 0.0), following.get(key, 0.0)) for key in following | found}
