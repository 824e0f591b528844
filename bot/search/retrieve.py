"""From hits of the indexes to ranked paragraphs.

The indexes propose, by words and by meaning; here the stored texts decide. The paragraph after a
good hit is a candidate too when it goes on from it («كما أعلن …»): it answers about people whom it
does not name. What a candidate's features are worth is learned (``bot.search.ranker``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.models import Hit, StoredArticle
from bot.search.agreement import compare
from bot.search.cues import goes_on
from bot.search.features import Judge, Judged
from bot.search.otherday import is_of_another_day
from bot.search.query import Query
from bot.search.ranker import probability, score_of
from bot.search.weighing import Weighing

CANDIDATES = 40  # how many hits of each index are judged at most
BY_WORDS, BY_MEANING = 30, 25
_LATIN_BY_WORDS, _LATIN_BY_MEANING = 15, 40
# An answer of another day than the one named is none, however well it fits: the evidence, which the
# ranker has learned from few such questions, becomes 0.12 to 0.27. So the best are still near.
_OTHER_DAY = -2.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A judged candidate with its score: the log-odds that it answers the question."""

    judged: Judged
    score: float
    other_day: bool = False  # of another day than the one named: near at most, never shown

    @property
    def paragraph_id(self) -> int:
        """Return the id of the paragraph."""
        return self.judged.article.paragraphs[self.judged.index].id


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What the indexes propose for one question; ``cosines`` are empty without an embedder."""

    by_words: Sequence[Hit]
    by_meaning: Sequence[Hit] = ()
    cosines: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that is needed to rank the candidates of one question asked at ``now``."""

    query: Query
    now: datetime
    weighing: Weighing = field(default_factory=lambda: Weighing((), ()))
    proposed: Proposed = field(default_factory=lambda: Proposed(by_words=()))
    articles: Mapping[int, StoredArticle] = field(default_factory=dict)

    def ranked(self, hidden: Collection[int] = ()) -> list[Ranked]:
        """Return the candidates, best first; ``hidden`` paragraphs are no candidates."""
        return rank(
            self.query, self.proposed, self.articles, self.weighing, self.now, hidden=hidden
        )


def depths(query: Query, *, embedded: bool) -> tuple[int, int]:
    """Return how many hits are wanted by words and by meaning."""
    if not embedded:
        return CANDIDATES, 0
    return (_LATIN_BY_WORDS, _LATIN_BY_MEANING) if query.latin else (BY_WORDS, BY_MEANING)


def rank(
    query: Query,
    proposed: Proposed,
    articles: Mapping[int, StoredArticle],
    weighing: Weighing,
    now: datetime,
    *,
    hidden: Collection[int] = (),
) -> list[Ranked]:
    """Return the candidates, best first; hits whose article is gone are left out.

    ``hidden`` paragraphs are left out too: so an archive that lacks them would answer.
    """
    judge = Judge(query, weighing, now)
    judged = []
    for (article_id, index), lexical in _candidates(proposed, articles).items():
        stored = articles[article_id]
        if stored.paragraphs[index].id in hidden:
            continue
        cosine = proposed.cosines.get(stored.paragraphs[index].id)
        best = max(
            (c for one in stored.paragraphs if (c := proposed.cosines.get(one.id)) is not None),
            default=None,
        )
        judged.append(judge.judge(stored, index, lexical, cosine, best))
    compare(judged, query, weighing.weights)
    ranked = [_ranked(query, one) for one in judged]
    return sorted(ranked, key=lambda one: (-one.score, one.paragraph_id))


def _ranked(query: Query, one: Judged) -> Ranked:
    """Return a candidate with the log-odds that it answers."""
    score = score_of(one.features, embedded=one.embedded)
    if is_of_another_day(query, one.article, one.index):
        return Ranked(one, _OTHER_DAY + probability(score), other_day=True)
    return Ranked(one, score)


def _candidates(
    proposed: Proposed, articles: Mapping[int, StoredArticle]
) -> dict[tuple[int, int], float]:
    """Return (article, place) of the hits and of what goes on from them, with lexical scores."""
    best = proposed.by_words[0].score if proposed.by_words else 0.0
    found: dict[tuple[int, int], float] = {}
    following: dict[tuple[int, int], float] = {}
    for hit, lexical in _scored(proposed, best):
        stored = articles.get(hit.article_id)
        if stored is None:
            continue
        for index, paragraph in enumerate(stored.paragraphs):
            if paragraph.id != hit.paragraph_id:
                continue
            found[hit.article_id, index] = max(lexical, found.get((hit.article_id, index), 0.0))
            after = index + 1
            if (
                lexical
                and after < len(stored.paragraphs)
                and goes_on(stored.paragraphs[after].text)
            ):
                following.setdefault((hit.article_id, after), lexical / 2)
    return {key: max(found.get(key, 0.0), following.get(key, 0.0)) for key in following | found}


def _scored(proposed: Proposed, best: float) -> list[tuple[Hit, float]]:
    """Return the hits with their lexical score beside the best one's, 0 for those by meaning."""
    words = [(hit, hit.score / best if best > 0 else 0.0) for hit in proposed.by_words]
    return words + [(hit, 0.0) for hit in proposed.by_meaning]
