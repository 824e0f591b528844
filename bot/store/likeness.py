"""Which of several articles are copies of which: judged in memory, each after the ones before it.

What makes a copy is decided in :mod:`bot.text.copies`; here it is found whom to compare with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.store.recognising import Written
from bot.text.copies import Sketch, is_copy, sample

_FEWEST_SHARED = 3  # of the sampled shingles
_MOST_COMPARED = 8
_MOST_HOLDERS = 40  # of one shingle; beyond, it is a formula and tells nothing


@dataclass(frozen=True, slots=True)
class Compared:
    """An article as it is compared, and the one that it is itself a copy of."""

    drawn: Sketch
    copy_of: int | None = None


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

    def likely(self) -> list[int]:
        """Return the articles that share enough with the batch to be compared with any of it."""
        shared = Counter(key for holders in self._holders.values() for _, key in holders)
        return [key for key, count in shared.items() if count >= _FEWEST_SHARED]

    def about(self, shingle: int, period: int) -> list[int]:
        """Return the holders of a shingle in the days of a period, once for each period."""
        return [
            key for held_in, key in self._holders.get(shingle, ()) if abs(held_in - period) <= 1
        ]


class Likeness:
    """What is found out about a batch, and has to be written."""

    def __init__(
        self, shared: Shared, compared: Mapping[int, Compared], pointing: Mapping[int, int]
    ) -> None:
        """``compared`` are the likely ones, ``pointing`` the copies of those that are revised."""
        self._shared = shared
        self._compared = dict(compared)
        self._pointing: dict[int, int | None] = dict(pointing)
        self.pointed: dict[int, int | None] = {}  # articles, with what each is a copy of
        self.kept: dict[int, tuple[int, Sketch]] = {}  # articles, with their period and sketch
        self.added: list[tuple[int, int, int]] = []  # period, shingle, article

    def judge(self, written: Iterable[Written], periods: Sequence[int]) -> None:
        """Judge articles in order, each in its period."""
        for one, period in zip(written, periods, strict=True):
            if one.revision == 1:
                self._judge(one, period)
                continue
            self.kept.pop(one.article_id, None)
            self._compared.pop(one.article_id, None)
            if one.article_id not in self._pointing.values():
                self._point(one.article_id, None)
                self._judge(one, period)

    def _judge(self, one: Written, period: int) -> None:
        key, drawn = one.article_id, one.drawn
        about = {shingle: self._shared.about(shingle, period) for shingle in sample(drawn.shingles)}
        telling = {at: holders for at, holders in about.items() if len(holders) < _MOST_HOLDERS}
        shared = Counter(
            holder for holders in telling.values() for holder in holders if holder < key
        )
        first = self._first(drawn, shared)
        if first is not None:
            self._point(key, first)
        self.kept[key] = (period, drawn)
        if one.article.paragraphs:
            self._compared[key] = Compared(drawn, first)
        self.added += [
            (period, shingle, key) for shingle in telling if self._shared.add(period, shingle, key)
        ]

    def _first(self, drawn: Sketch, shared: Mapping[int, int]) -> int | None:
        """Return the earliest article whose text this is, None when it is the first itself."""
        likely = [key for key, count in shared.items() if count >= _FEWEST_SHARED]
        likely.sort(key=lambda key: (-shared[key], key))
        roots = [
            self._compared[key].copy_of or key
            for key in likely[:_MOST_COMPARED]
            if key in self._compared and is_copy(self._compared[key].drawn, drawn)
        ]
        return min(roots, default=None)

    def _point(self, key: int, first: int | None) -> None:
        self.pointed[key] = self._pointing[key] = first
