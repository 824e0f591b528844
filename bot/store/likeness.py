"""Which of several articles are copies of which: judged in memory, each after the ones before it.

What makes a copy is decided in :mod:`bot.text.copies`; here it is found whom to compare with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.store.recognising import Written
from bot.text.copies import Sketch, figures, is_contained, is_copy, of_other_towns, sample

_FEWEST_SHARED = 3  # of the sampled shingles
_MOST_COMPARED = 8
_MOST_HOLDERS = 40  # of one shingle; beyond, it is a formula and tells nothing


@dataclass(frozen=True, slots=True)
class Compared:
    """An article as it is compared, and the one that it is itself a copy of."""

    shingles: frozenset[int]
    title: str
    lead: str
    copy_of: int | None = None

    def is_copy_of(self, written: Written) -> bool:
        """Tell whether a text is this one; figures and towns, which take longer, come last."""
        drawn, article = written.drawn, written.article
        if not is_contained(self.shingles, drawn.shingles):
            return False
        if not is_copy(Sketch(self.shingles, figures(self.title, [self.lead])), drawn):
            return False
        lead = article.paragraphs[0] if article.paragraphs else ""
        return not of_other_towns((self.title, self.lead), (article.title, lead))


class Shared:
    """Which articles hold which of the shingles by which a batch is looked for."""

    def __init__(self) -> None:
        self._holders: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)

    def add(self, period: int, shingle: int, article_id: int) -> bool:
        """Note that an article of some days holds a shingle; False where that was known."""
        holders, one = self._holders[shingle], (period, article_id)
        if one in holders:
            return False
        holders.add(one)
        return True

    def about(self, shingle: int, period: int) -> list[int]:
        """Return the holders of a shingle in the days of a period, once for each period."""
        return [
            key for held_in, key in self._holders.get(shingle, ()) if abs(held_in - period) <= 1
        ]

    def telling(self, drawn: Sketch, period: int) -> dict[int, list[int]]:
        """Return the shingles of a text that are no formula, with who holds each."""
        found = {at: self.about(at, period) for at in sample(drawn.shingles)}
        return {at: holders for at, holders in found.items() if len(holders) < _MOST_HOLDERS}


def likely(telling: Mapping[int, Sequence[int]], key: int) -> list[int]:
    """Return the articles before this one that share most with it, at most so many."""
    shared = Counter(one for holders in telling.values() for one in holders if one < key)
    found = [one for one, count in shared.items() if count >= _FEWEST_SHARED]
    return sorted(found, key=lambda one: (-shared[one], one))[:_MOST_COMPARED]


class Likeness:
    """What is found out about a batch, and has to be written."""

    def __init__(
        self,
        written: Sequence[Written],
        periods: Sequence[int],
        shared: Shared,
        pointing: Mapping[int, int],
    ) -> None:
        """``periods`` are those of what is written, ``pointing`` the copies of what is revised."""
        self._waiting = list(zip(written, periods, strict=True))
        self._shared = shared
        self._compared: dict[int, Compared | None] = {}
        self._pointing: dict[int, int | None] = dict(pointing)
        self.pointed: dict[int, int | None] = {}  # articles, with what each is a copy of
        self.kept: dict[int, tuple[int, Sketch]] = {}  # articles, with their period and sketch
        self.added: list[tuple[int, int, int]] = []  # period, shingle, article

    def first_lacking(self) -> set[int]:
        """Return whom all that waits is likely compared with, as far as is known beforehand."""
        new = {one.article_id for one, _ in self._waiting if one.revision == 1}
        return {
            key
            for one, period in self._waiting
            for key in likely(self._shared.telling(one.drawn, period), one.article_id)
        } - new

    def learn(self, lacking: Iterable[int], compared: Mapping[int, Compared]) -> None:
        """Take in articles that were lacking; those that are not there cannot be compared."""
        self._compared |= {key: compared.get(key) for key in lacking}

    def judge(self) -> list[int]:
        """Judge what waits, in order; return the articles that must be learned to go on, if any."""
        while self._waiting:
            one, period = self._waiting[0]
            self._compared.setdefault(one.article_id, None)
            telling = self._shared.telling(one.drawn, period)
            nearest = likely(telling, one.article_id)
            if lacking := [key for key in nearest if key not in self._compared]:
                return lacking
            del self._waiting[0]
            if one.revision > 1:
                self.kept.pop(one.article_id, None)
                self._compared[one.article_id] = None
                if one.article_id in self._pointing.values():
                    continue
                self._point(one.article_id, None)
            self._judge(one, period, telling, nearest)
        return []

    def _judge(
        self, one: Written, period: int, telling: Iterable[int], nearest: Iterable[int]
    ) -> None:
        key, drawn = one.article_id, one.drawn
        first = self._first(one, nearest)
        if first is not None:
            self._point(key, first)
        self.kept[key] = (period, drawn)
        if texts := one.article.paragraphs:
            self._compared[key] = Compared(drawn.shingles, one.article.title, texts[0], first)
        self.added += [
            (period, shingle, key) for shingle in telling if self._shared.add(period, shingle, key)
        ]

    def _first(self, one: Written, nearest: Iterable[int]) -> int | None:
        """Return the earliest article whose text this is, None when it is the first itself."""
        compared = [(key, self._compared[key]) for key in nearest]
        roots = [
            other.copy_of or key
            for key, other in compared
            if other is not None and other.is_copy_of(one)
        ]
        return min(roots, default=None)

    def _point(self, key: int, first: int | None) -> None:
        self.pointed[key] = self._pointing[key] = first
