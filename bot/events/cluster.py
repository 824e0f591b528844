"""Reports become events, and events storylines, one report after the other as they arrive.

Average linkage over pair probabilities (``pairs``), kept up incrementally: a report joins the event
to whose reports of the last 48 hours it belongs most surely on average; then its neighbourhood is
set right, so that two events may turn out to be one, or a report goes over to one it fits better.
Storylines are made of whole events in the same way. An event whose last report is older than
48 hours stands by its snapshot (the sum of its reports) for a week: a later report may still join.

In memory and without I/O; restored from what the store holds. The same reports in the same order
give the same ids and groups.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from statistics import median_low

from bot.events import storylines
from bot.events.copies import CopyIndex
from bot.events.gist import Gist, gist_of, hours
from bot.events.groups import Groups, most_often
from bot.events.neighbours import EVENT, WINDOW_H, Neighbours
from bot.events.pairs import Level, level
from bot.models import Event, Placement, Report

REMEMBERED_H = 7 * 24.0  # after its last report an event is dropped
_MARGIN = 0.08  # by how much surer another event must be for a report to go over
_LATE = 0.15  # by how much surer a report must be to join an event by its snapshot
_ROUNDS = 6  # of setting right after one report
_NEAR = 0.1  # probability from which on another report's event is looked at
_RECENT = 15  # reports whose median date is the time: one dated 2099 moves nothing
_SWEEP_H = 1.0


class Clusterer:
    """Groups reports into events and storylines.

    ``next_event_id`` and ``next_storyline_id`` are the first ids that it gives. An id is never
    given twice: the caller keeps both numbers and hands them back at the next start. ``levels``
    replace the learned models of the event and the storyline, ``read`` how a report is condensed.
    """

    def __init__(
        self,
        *,
        next_event_id: int = 1,
        next_storyline_id: int = 1,
        levels: tuple[Level, Level] | None = None,
        read: Callable[[Report], Gist] = gist_of,
    ) -> None:
        self._read = read
        event, storyline = levels or (level("event"), level("storyline"))
        self._joins = (event.joins, storyline.joins)
        self._near = Neighbours(event, storyline)
        self._groups = Groups(next_event_id, next_storyline_id)
        self._copies = CopyIndex()
        self._reports: dict[int, Report] = {}
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._now_h = self._swept_h = float("-inf")
        self._merged: list[int] = []  # by the report that is being placed
        self._moved: dict[int, None] = {}
        self._ended: list[Event] = []  # dropped since somebody asked

    @classmethod
    def restored(
        cls,
        events: Iterable[Event],
        reports: Iterable[Report],
        *,
        next_event_id: int,
        next_storyline_id: int,
    ) -> Clusterer:
        """Return a clusterer that holds these events with those of their reports that are given.

        The reports of the last week suffice. Nothing is decided anew; a report of no event given,
        or an event without a report, is left out.
        """
        made = cls(next_event_id=next_event_id, next_storyline_id=next_storyline_id)
        of = {one: event for event in events if event.merged_into is None
              for one in event.article_ids}  # fmt: skip
        ordered = sorted(
            (one for one in reports if one.article_id in of),
            key=lambda one: (one.dated_at, one.article_id),
        )
        coming = {one.article_id for one in ordered}  # an original may be dated after its copy
        for report in ordered:
            event = of[report.article_id]
            coming.discard(report.article_id)
            held = report.copy_of in made._reports or report.copy_of in coming
            made._copies.add(report)
            made._groups.open(event.id, event.storyline_id)
            made._take(report, report.copy_of if held else None)
            made._put(report, event.id)
            made._tick(report)
        made._ended.clear()  # they are written: whoever asks wants to know what ends from now on
        return made

    @property
    def next_event_id(self) -> int:
        """The id that the next new event gets."""
        return self._groups.next_event_id

    @property
    def next_storyline_id(self) -> int:
        """The id that the next new storyline gets."""
        return self._groups.next_storyline_id

    def add(self, report: Report) -> Placement:
        """Place a report and return where; a known article keeps its event unless it fits no more.

        Copies are told by ``report.copy_of`` or found; they join the event of their original. A
        merged event or storyline lives on under the older id.
        """
        key, groups = report.article_id, self._groups
        known = groups.event_of.get(key)
        first_new = groups.next_event_id
        self._merged, self._moved = [], {}
        if known is not None:
            groups.leave(key)
            self._near.drop(key)
        found = self._copies.add(report)
        original = self._original(key, found if report.copy_of is None else report.copy_of)
        self._take(report, original)
        if original is not None:
            self._put(report, groups.event_of[original])
        else:
            self._put(report, self._best(key) if known is None else known)
            self._set_right(key)
        event = groups.event_of[key]
        for touched in dict.fromkeys((event, *(groups.event_of[one] for one in self._moved))):
            storylines.follow(touched, groups, self._near, self._joins[1])
        placement = Placement(
            article_id=key,
            event_id=event,
            storyline_id=groups.by_id[event].storyline,
            new_event=event >= first_new,
            copy_of=original,
            merged=tuple(one for one in self._merged if one < first_new),
            moved=tuple((one, groups.event_of[one]) for one in sorted(self._moved) if one != key),
        )
        self._tick(report)
        return placement

    def homes(self) -> dict[int, int]:
        """Return the event of every report that is held."""
        return dict(self._groups.event_of)

    def lines(self) -> dict[int, int]:
        """Return the storyline of every event that is held."""
        return {one: group.storyline for one, group in self._groups.by_id.items()}

    def ended(self) -> list[Event]:
        """Return the events that were dropped since the last call, as they stood then."""
        ended, self._ended = self._ended, []
        return ended

    def event(self, event_id: int) -> Event:
        """Return an event that is held; raises KeyError for another."""
        group = self._groups.by_id[event_id]
        ids = sorted((*group.members, *group.copies))
        reports = [self._reports[one] for one in ids]
        return Event(
            id=event_id,
            storyline_id=group.storyline,
            article_ids=tuple(ids),
            places=most_often(one.places for one in reports),
            parties=most_often(one.parties for one in reports),
            started_at=min(one.dated_at for one in reports),
            updated_at=max(one.dated_at for one in reports),
        )

    def events(self) -> tuple[Event, ...]:
        """Return the events that are held, by id."""
        return tuple(self.event(one) for one in sorted(self._groups.by_id))

    def _original(self, key: int, original: int | None) -> int | None:
        """Return the report at the root of a chain of copies, None where it is not held."""
        seen = {key}
        while original in self._groups.copy_of and original not in seen:
            seen.add(original)
            original = self._groups.copy_of[original]
        return None if original in seen or original not in self._groups.event_of else original

    def _take(self, report: Report, original: int | None) -> None:
        """Hold a report, without its text; a copy is neither compared nor counted."""
        key = report.article_id
        self._reports[key] = replace(report, title="", paragraphs=(), claims=())
        self._groups.copy_of.pop(key, None)
        if original is None:
            self._near.take(key, self._read(report))
        else:
            self._groups.copy_of[key] = original

    def _linkages(
        self, key: int, some: Collection[int], besides: int | None, least: float = _NEAR
    ) -> dict[int, float]:
        """Return how surely some reports belong to each event around one of them.

        Around it are the events with a report that forms a pair of at least so much with it.
        """
        home = self._groups.event_of
        near = self._near.of(EVENT, key).surely(least)
        events = {
            one: self._groups.by_id[one]
            for one in {home[other] for other in near if other in home}
            if one != besides
        }
        return self._near.linkages(some, home, events) if events else {}

    def _best(self, key: int) -> int | None:
        """Return the event that a new report joins, None for a new one."""
        at = self._linkages(key, (key,), None)
        for event, surely in self._near.late(key, self._joins[0] + _LATE).items():
            if event in self._groups.by_id and event not in at:
                at[event] = surely - _LATE
        best = _surest(at)
        return best if best is not None and at[best] >= self._joins[0] else None

    def _set_right(self, key: int) -> None:
        """Merge events and let reports go over until the neighbourhood of a report is at rest."""
        for _ in range(_ROUNDS):
            if not self._merge_around(key) and not self._shift_around(key):
                return

    def _merge_around(self, key: int) -> bool:
        """Merge the event of a report with its surest neighbour, the later into the earlier."""
        event = self._groups.event_of[key]
        at = self._linkages(key, self._groups.members(event), event)
        best = _surest(at)
        if best is None or at[best] < self._joins[0]:
            return False
        kept, gone = min(event, best), max(event, best)
        group = self._groups.by_id[gone]
        for one in (*group.members, *group.copies):
            self._go(one, kept)
            self._moved.pop(one, None)
        self._merged.append(gone)
        return True

    def _shift_around(self, key: int) -> bool:
        """Let reports go over to the event that they fit clearly better, or stand alone."""
        shifted = False
        for one in sorted({key, *self._near.of(EVENT, key).surely(_NEAR)}):
            home = self._groups.event_of[one]
            event = self._groups.by_id[home]
            own = self._near.belonging(one, event)
            # No mean of its pairs is greater than the greatest of them.
            least = max(self._joins[0], own + _MARGIN)
            at = self._linkages(one, (one,), home, least)
            best = _surest(at)
            if best is not None and at[best] >= least:
                self._shift(one, best)
                shifted = True
            elif own < self._joins[0] - _MARGIN and self._near.within((one,), event.members) > 1:
                self._shift(one, None)
                shifted = True
        return shifted

    def _shift(self, key: int, event: int | None) -> None:
        """Let a report go over to another event, its copies with it."""
        for one in self._groups.with_copies(key):
            event = self._go(one, event)
            self._moved[one] = None

    def _go(self, key: int, event: int | None) -> int:
        self._groups.leave(key)
        return self._put(self._reports[key], event)

    def _put(self, report: Report, event: int | None) -> int:
        """Put a report that is held into an event and return this; None begins a new one."""
        at_h = self._near.dated_h(report.article_id)  # no further number is held for each event
        at_h = hours(report.dated_at) if at_h is None else at_h
        return self._groups.put(report.article_id, event, at_h)

    def _tick(self, report: Report) -> None:
        """Let events that are over stand by their snapshots, and drop those a week past."""
        self._recent.append(hours(report.dated_at))
        self._now_h = max(self._now_h, median_low(self._recent))
        if self._now_h < self._swept_h + _SWEEP_H:
            return
        self._swept_h = self._now_h
        for event, group in list(self._groups.by_id.items()):
            if event == self._groups.event_of[report.article_id]:
                continue  # however old it is, the caller may ask for it now
            if group.last_h < self._now_h - REMEMBERED_H:
                self._ended.append(self.event(event))
                for key in (*group.members, *group.copies):
                    self._forget(key)
            elif not group.retired and group.members and group.last_h < self._now_h - WINDOW_H:
                group.retired = True
                keys = sorted(group.members)
                self._near.retire(event, keys)
            elif not group.retired:
                self._near.pack(group.members, self._now_h - WINDOW_H)
        self._near.keep_snapshots(self._groups.by_id)

    def _forget(self, key: int) -> None:
        self._groups.leave(key)
        self._groups.copy_of.pop(key, None)
        self._near.drop(key)
        self._copies.forget((key,))
        del self._reports[key]


def _surest(at: dict[int, float]) -> int | None:
    """Return the event of the greatest linkage, the oldest of equals."""
    return max(at, key=lambda event: (at[event], -event), default=None)
