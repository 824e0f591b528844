"""The reports that are held and how surely each two of them belong together.

Pairs are formed within 48 hours of one another, out of reports that share words. What lies
further back is met through the snapshot of its event.

The number of pairs grows with the square of the news in two days, and nearly all of them say that
two reports have nothing to do with each other. Only those that say otherwise are held, each level
by itself, since one war is one storyline of many events; the rest counts as nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter

from bot.events.gist import Gist, merged, packed
from bot.events.groups import Group
from bot.events.paired import Paired
from bot.events.pairs import Level, features

WINDOW_H = 48.0
EVENT, STORYLINE = 0, 1  # the levels on which two reports may belong together
_LEAST_COSINE = 0.04  # pairs below belong together nowhere
_LEAST_PROBABILITY = 0.02  # less is held for nothing
_NOBODY: Mapping[int, float] = {}
_AT_H = attrgetter("at_h")


class Neighbours:
    """Gists by article id, snapshots by event id, and the pairs among them."""

    def __init__(self, event: Level, storyline: Level) -> None:
        self._levels = (event, storyline)
        self._gists: dict[int, Gist] = {}
        self._snapshots: dict[int, Gist] = {}
        self._pairs: tuple[dict[int, Paired], ...] = ({}, {})
        self._stems: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._old_stems: defaultdict[str, dict[int, float]] = defaultdict(dict)

    def take(self, key: int, gist: Gist) -> None:
        """Hold a report's gist and form its pairs."""
        self._gists[key] = gist
        for pairs in self._pairs:
            pairs[key] = Paired()
        levels = [
            (level.probability, pairs, pairs[key])
            for level, pairs in zip(self._levels, self._pairs, strict=True)
        ]
        for other, words in sorted(_alike(gist, self._stems).items()):
            theirs = self._gists[other]
            if abs(theirs.at_h - gist.at_h) > WINDOW_H:
                continue
            values = features(gist, theirs, words)
            for probability_of, pairs, own in levels:
                probability = probability_of(values)
                if probability >= _LEAST_PROBABILITY:
                    own.add(other, probability)
                    pairs[other].add(key, probability)
        _index(key, gist, self._stems)

    def drop(self, key: int) -> None:
        """Forget a report."""
        gist = self._gists.pop(key, None)
        if gist is None:
            return
        _unindex(key, gist, self._stems)
        for pairs in self._pairs:
            for other in pairs.pop(key):
                pairs[other].discard(key)

    def retire(self, event: int, keys: Collection[int]) -> None:
        """Let an event stand by its snapshot: its reports propose no pairs any more.

        What is known of them is kept in little room, for the day the event comes to life again.
        """
        self._forget_snapshot(event)
        for key in keys:
            _unindex(key, self._gists[key], self._stems)
        gists = [self._gists[key] for key in keys]
        snapshot = merged(gists)
        if len(gists) == 1:  # the same vectors, once
            self._gists.update((key, replace(snapshot, quoted=gists[0].quoted)) for key in keys)
        else:
            self._gists.update((key, packed(self._gists[key])) for key in keys)
        self._snapshots[event] = snapshot
        _index(event, snapshot, self._old_stems)

    def pack(self, keys: Iterable[int], before_h: float) -> None:
        """Hold those of some reports in little room that are older than a time.

        Beyond the window only what is dated late is still compared with them.
        """
        for key in keys:
            gist = self._gists[key]
            if gist.at_h < before_h:
                self._gists[key] = packed(gist)

    def keep_snapshots(self, events: Collection[int]) -> None:
        """Drop the snapshots of all other events."""
        for event in [one for one in self._snapshots if one not in events]:
            self._forget_snapshot(event)

    def _forget_snapshot(self, event: int) -> None:
        snapshot = self._snapshots.pop(event, None)
        if snapshot is not None:
            _unindex(event, snapshot, self._old_stems)

    def of(self, at: int, key: int) -> Paired:
        """Return the reports that form a pair with this one, and how surely."""
        return self._pairs[at][key]

    def dated_h(self, key: int) -> float | None:
        """Return when a report is dated, in hours since the epoch, None for one that is not here.

        A copy is not.
        """
        gist = self._gists.get(key)
        return None if gist is None else gist.at_h

    def late(self, key: int, least: float = 0.0) -> dict[int, float]:
        """Return the events whose snapshots are like this report, and how surely it is theirs.

        Those that cannot be theirs at least so surely may be left out.
        """
        gist, event = self._gists[key], self._levels[EVENT]
        least_words = event.least_words(least)
        return {
            one: event.probability(features(gist, self._snapshots[one], words))
            for one, words in _alike(gist, self._old_stems).items()
            if words >= least_words
        }

    def within(self, some: Iterable[int], others: Iterable[int]) -> int:
        """Return how many pairs of some reports and others lie in the window.

        A report that is in both counts with itself.
        """
        return self._near_times(some, self._times(others))

    def _within_event(self, some: Collection[int], event: Group) -> int:
        """Return what :meth:`within` does; of an event that lies near, its times are not sorted."""
        first_h, last_h = event.first_h, event.last_h
        far = [
            one
            for one in some
            for here_h in [self._gists[one].at_h]
            if not (here_h - WINDOW_H <= first_h and last_h <= here_h + WINDOW_H)
        ]
        within = (len(some) - len(far)) * len(event.members)
        return within + self.within(far, event.members) if far else within

    def _times(self, keys: Iterable[int]) -> list[float]:
        """Return when some reports are dated, sorted."""
        return sorted(map(_AT_H, map(self._gists.__getitem__, keys)))

    def _near_times(self, keys: Iterable[int], at_h: list[float]) -> int:
        """Return how many pairs of some reports and some sorted times lie in the window."""
        return sum(
            bisect_right(at_h, here_h + WINDOW_H) - bisect_left(at_h, here_h - WINDOW_H)
            for one in keys
            for here_h in [self._gists[one].at_h]
        )

    def linkages(
        self, some: Collection[int], event_of: Mapping[int, int], events: Mapping[int, Group]
    ) -> dict[int, float]:
        """Return how surely some reports belong to each of some events of other reports: the mean.

        ``event_of`` is the event of every report, ``events`` are those asked for.
        """
        members = {one: group.members for one, group in events.items()}
        sums = self._sums(EVENT, some, event_of, members)
        return {
            event: total / self._within_event(some, events[event]) if total else 0.0
            for event, total in sums.items()
        }

    def means(
        self, at: int, some: Collection[int], others: Mapping[int, Collection[int]]
    ) -> dict[int, float]:
        """Return the mean that :meth:`linkage` gives for each of several groups of reports.

        A report is in one of them at most.
        """
        if len(others) < 2:
            return {name: self.linkage(at, some, keys) for name, keys in others.items()}
        name_of = {key: name for name, keys in others.items() for key in keys}
        some_h, found = self._times(some), dict[int, float]()
        for name, total in self._sums(at, some, name_of, others).items():
            keys = others[name]
            few = len(keys) < len(some)
            within = self._near_times(keys, some_h) if few else self.within(some, keys)
            found[name] = total / within if total else 0.0
        return found

    def _sums(
        self,
        at: int,
        some: Collection[int],
        name_of: Mapping[int, int],
        others: Mapping[int, Collection[int]],
    ) -> dict[int, float]:
        """Return the sums of the pairs of some reports and each of several groups of others.

        They are gone through from the side of fewer reports. Either way gives the same to the last
        bit: each probability is a multiple of 2^-29, and a double holds the sum of 2^24 of them.
        """
        pairs = self._pairs[at]
        if sum(map(len, others.values())) < len(some):
            there = frozenset(some)
            return {
                name: sum(pairs[one].among(there) for one in keys) for name, keys in others.items()
            }
        sums = dict.fromkeys(others, 0.0)
        for one in some:
            pairs[one].count_into(sums, name_of)
        return sums

    def linkage(self, at: int, some: Collection[int], others: Collection[int]) -> float:
        """Return the mean of all pairs of some reports and others within the window.

        0 without one; the two have no report in common.
        """
        if len(others) < len(some):
            some, others = others, some
        there, pairs = frozenset(others), self._pairs[at]
        total = sum(pairs[one].among(there) for one in some)
        return total / self.within(some, others) if total else 0.0

    def belonging(self, key: int, event: Group) -> float:
        """Return the mean of all pairs within the window of a report and the rest of its event."""
        total = self._pairs[EVENT][key].among(event.members)
        return total / (self._within_event((key,), event) - 1) if total else 0.0


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
