"""How much each thing that a question wants weighs: the rarer in the archive, the more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.search.query import Query

_LEAST_ARCHIVE = 2_000  # paragraphs: a smaller archive tells too little about how common words are
MOST_WEIGHT = 7.0
_FAMILY_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much each wanted thing weighs, and whether the archive knows its word."""

    weights: tuple[float, ...]
    unknown: tuple[bool, ...]

    @property
    def total(self) -> float:
        """Return the weight of the whole question."""
        return sum(self.weights)


def weigh(query: Query, paragraphs: int, counts: Mapping[str, int]) -> Weighing:
    """Weigh what a question wants by how rare it is among ``paragraphs`` paragraphs.

    The weight is BM25's idf, with a least size of archive and a cap, so that a word that no
    paragraph holds weighs as much as a rare one: a question is only answered by its own words.
    """
    size = max(paragraphs, _LEAST_ARCHIVE)
    weights, unknown = [], []
    for wanted in query.wanted:
        own = _count_of(wanted.words, counts)
        others = [_count_of(tuple((s,) for s in o.stems), counts) for o in wanted.others]
        family = max((counts.get(stem, 0) for stem in wanted.family), default=0)
        known = max(own, *others, 0) if others else own
        count = min(size, max(known, _FAMILY_SHARE * family))
        idf = math.log(1 + (size - count + 0.5) / (count + 0.5))
        weights.append(wanted.weight * min(MOST_WEIGHT, idf))
        unknown.append(known == 0)
    return Weighing(tuple(weights), tuple(unknown))


def _count_of(words: Sequence[Sequence[str]], counts: Mapping[str, int]) -> int:
    """Return in how many paragraphs a name may stand at most."""
    return min(max(counts.get(stem, 0) for stem in stems) for stems in words)
