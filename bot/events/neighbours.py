"""The reports that are held and how surely each two of them belong together.

Pairs are formed within 48 hours of one another, out of reports that share words. What lies
further back is met through the snapshot of its event. Pairs are most of what clustering holds in
memory (some hundred bytes each, and their number grows with the square of the news in two days),
so that the two probabilities of one are kept as the two parts of a complex number: one object of
32 bytes in place of three of 104.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from bot.events.gist import Gist
from bot.events.pairs import Level, features

WINDOW_H = 48.0
_LEAST_COSINE = 0.04  # pairs below belong together nowhere
_NOBODY: Mapping[int, float] = {}

Pair = complex  # probabilities: of the same event (real), of the same storyline (imaginary)


class Neighbours:
    """Gists by article id, snapshots by event id, and the pairs among them."""

    def __init__(self, event: Level, storyline: Level) -> None:
        self._levels = (event, storyline)
        self._gists: dict[int, Gist] = {}
        self._snapshots: dict[int, Gist] = {}
        self._pairs: dict[int, dict[int, Pair]] = {}
        self._late: dict[int, dict[int, Pair]] = {}  # with snapshots
        self._stems: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._old_stems: defaultdict[str, dict[int, float]] = defaultdict(dict)

    def take(self, key: int, gist: Gist) -> None:
        """Hold a report's gist and form its pairs."""
        self._gists[key] = gist
        self._pairs[key], self._late[key] = {}, {}
        for other, words in _alike(gist, self._stems).items():
            theirs = self._gists[other]
            if abs(theirs.at_h - gist.at_h) <= WINDOW_H:
                pair = self._pair(gist, theirs, words)
                self._pairs[key][other] = self._pairs[other][key] = pair
        for event, words in _alike(gist, self._old_stems).items():
            self._late[key][event] = self._pair(gist, self._snapshots[event], words)
        _index(key, gist, self._stems)

    def _pair(self, a: Gist, b: Gist, words: float) -> Pair:
        values = features(a, b, words)
        return complex(*(level.probability(values) for level in self._levels))

    def drop(self, key: int) -> None:
        """Forget a report."""
        gist = self._gists.pop(key, None)
        if gist is None:
            return
        _unindex(key, gist, self._stems)
        for other in self._pairs.pop(key):
            self._pairs[other].pop(key, None)
        del self._late[key]

    def retire(self, event: int, snapshot: Gist, keys: Collection[int]) -> None:
        """Let an event stand by its snapshot: its reports propose no pairs any more."""
        self._forget_snapshot(event)
        for key in keys:
            _unindex(key, self._gists[key], self._stems)
        self._snapshots[event] = snapshot
        _index(event, snapshot, self._old_stems)

    def keep_snapshots(self, events: Collection[int]) -> None:
        """Drop the snapshots of all other events."""
        for event in [one for one in self._snapshots if one not in events]:
            self._forget_snapshot(event)

    def _forget_snapshot(self, event: int) -> None:
        snapshot = self._snapshots.pop(event, None)
        if snapshot is not None:
            _unindex(event, snapshot, self._old_stems)

    def gist(self, key: int) -> Gist:
        """Return a report's gist."""
        return self._gists[key]

    def of(self, key: int) -> dict[int, Pair]:
        """Return the reports that form a pair with this one."""
        return self._pairs[key]

    def late(self, key: int) -> dict[int, Pair]:
        """Return the events whose snapshots form a pair with this report."""
        return self._late[key]

    def within(self, key: int, others: Collection[int]) -> bool:
        """Tell whether any of these reports lies in the window around this one."""
        here_h = self._gists[key].at_h
        return any(abs(self._gists[one].at_h - here_h) <= WINDOW_H for one in others)

    def linkage(self, at: int, some: Collection[int], others: Collection[int]) -> float:
        """Return the mean probability of all pairs within the window, 0 without one.

        ``at`` is 0 for the event, 1 for the storyline.
        """
        total, pairs = 0j, 0
        for one in some:
            known, here_h = self._pairs[one], self._gists[one].at_h
            for other in others:
                pair = known.get(other)
                if pair is not None:
                    total += pair
                    pairs += 1
                elif abs(self._gists[other].at_h - here_h) <= WINDOW_H and other != one:
                    pairs += 1
        return (total.imag if at else total.real) / pairs if pairs else 0.0


def _alike(gist: Gist, stems: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    """Return the cosine with everything indexed that shares a stem, where it is not too small."""
    found: defaultdict[int, float] = defaultdict(float)
    for stem, weight in gist.words.items():
        for key, other in stems.get(stem, _NOBODY).items():
            found[key] += weight * other
    return {key: total for key, total in found.items() if total >= _LEAST_COSINE}


def _index(key: int, gist: Gist, stems: defaultdict[str, dict[int, float]]) -> None:
    for stem, weight in gist.words.items():
        stems[stem][key] = weight


def _unindex(key: int, gist: Gist, stems: defaultdict[str, dict[int, float]]) -> None:
    for stem in gist.words:
        holders = stems.get(stem)
        if holders is not None:
            holders.pop(key, None)
            if not holders:
                del stems[stem]
