"""Reading what was stored: places, parties, claims, relevance, and the event of each article.

::

    change log ─▶ articles ─▶ reports ─▶ events ─▶ one transaction with the mark of the log
                              (in a thread)

Kept up behind the intake: a kill between two steps costs nothing, and of two processes that take
the same step one writes it. What the clustering remembers is read again from the store whenever
somebody else has moved the mark.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from bot.clock import Clock
from bot.errors import MujazError
from bot.events.cluster import REMEMBERED_H, Clusterer
from bot.events.reports import read_report
from bot.events.steps import Steps, report_of
from bot.models import EventsMark, Report, StoredArticle
from bot.precedence import giving_way
from bot.store.base import Store

T = TypeVar("T")

_AT_ONCE = 100  # articles in one step: about a second's reading
_MOST = 400  # in one call, so that what comes after it is not kept waiting


class Enriching:
    """Follows the change log and keeps what was read of each article."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._steps: Steps | None = None
        self._mark = EventsMark()
        self._turn = asyncio.Lock()
        self._over = False

    def abandon(self) -> None:
        """Let the step under way end unfinished, as by a kill: a program that stops waits for it.

        Nothing of it was written, so the next start takes it again.
        """
        self._over = True

    async def follow(self, most: int = _MOST) -> int:
        """Read what is new, about ``most`` articles of it; return how many changes were followed.

        Raises StoreError when the store cannot be read or written; the next call goes on.
        """
        followed = 0
        async with self._turn:
            while followed < most and (changes := await self._step()):
                followed += changes
        return followed

    async def _step(self) -> int:
        mark = await self._store.events_mark()
        changes = await self._store.changes(mark.seq, _AT_ONCE)
        if not changes:
            return 0
        if self._steps is None or mark != self._mark:
            self._steps = Steps(await self._remembered(mark))
        steps, self._steps = self._steps, None  # taken up again only once the step is written
        stored = await self._store.articles([change.article_id for change in changes])
        outlets = await self._store.outlets()
        reports = await asyncio.to_thread(_read, self._each(list(stored.values())), outlets)
        taking = partial(steps.take, reports, mark, changes[-1].seq, each=self._each)
        step = await asyncio.to_thread(taking)
        if await self._store.save_events(step, now=self._clock.now()):
            self._steps, self._mark = steps, step.after
        return len(changes)

    def _each(self, things: Sequence[T]) -> Iterator[T]:
        """Yield things one by one, readers first; raises MujazError once all is over."""
        for thing in giving_way(things):
            if self._over:
                raise MujazError("reading was abandoned: the program stops")
            yield thing

    async def _remembered(self, mark: EventsMark) -> Clusterer:
        """Return a clusterer that stands where the store does."""
        newest = await self._store.newest_at() or self._clock.now()
        since = min(newest, self._clock.now()) - timedelta(hours=REMEMBERED_H)
        events = await self._store.recent_events(since)
        ids = [article for event in events for article in event.article_ids]
        readings = await self._store.readings(ids)
        stored = await self._store.articles(list(readings))
        outlets = await self._store.outlets()
        reports = [
            report_of(one, readings[key], outlets.get(one.article.source_id, one.article.source))
            for key, one in stored.items()
        ]
        return await asyncio.to_thread(
            Clusterer.restored,
            events,
            reports,
            next_event_id=mark.next_event_id,
            next_storyline_id=mark.next_storyline_id,
        )


def _read(stored: Iterable[StoredArticle], outlets: Mapping[int, str]) -> list[Report]:
    return [
        read_report(
            article_id=one.article.id,
            outlet=outlets.get(one.article.source_id, one.article.source),
            title=one.article.title,
            paragraphs=[paragraph.text for paragraph in one.paragraphs],
            paragraph_ids=[paragraph.id for paragraph in one.paragraphs],
            dated_at=one.article.dated_at,
            copy_of=one.article.copy_of,
        )
        for one in stored
    ]
