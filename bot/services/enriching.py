"""Reading what was stored: places, parties, claims, relevance, and the event of each article.

::

    change log ─▶ articles ─▶ reports ─▶ events ─▶ one transaction with the mark of the log
                              (beside the loop)

Kept up behind the intake: a kill between two steps costs nothing, and of two processes that take
the same step one writes it. What the clustering remembers is read again from the store whenever
somebody else has moved the mark, or the process that remembered it has ended.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import Clock
from bot.events.apart import EnricherProcess
from bot.events.cluster import REMEMBERED_H
from bot.events.enricher import AsyncEnricher
from bot.events.threaded import ThreadedEnricher
from bot.models import EventsMark
from bot.store.base import Store

_AT_ONCE = 100  # articles in one step: about a second's reading
_MOST = 400  # in one call, so that what comes after it is not kept waiting


class Enriching:
    """Follows the change log and keeps what was read of each article."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._enricher: AsyncEnricher = ThreadedEnricher()
        self._mark: EventsMark | None = None  # where the enricher stands, if it does
        self._turn = asyncio.Lock()

    async def work_apart(self) -> None:
        """Read in a process of its own from now on, as whoever has readers to serve should."""
        async with self._turn:
            await self.close()
            self._enricher = EnricherProcess()

    async def close(self) -> None:
        """Let the step under way end unfinished, as by a kill: a program that stops waits for it.

        Nothing of it was written, so whoever follows next takes it again.
        """
        self._mark = None
        await self._enricher.close()

    async def follow(self, most: int = _MOST) -> int:
        """Read what is new, about ``most`` articles of it; return how many changes were followed.

        Raises StoreError when the store cannot be read or written, MujazError when reading was
        left off half-way; the next call goes on.
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
        if mark != self._mark:
            await self._remember(mark)
        self._mark = None  # stands again only once the step is written
        stored = await self._store.articles([change.article_id for change in changes])
        outlets = await self._store.outlets()
        step = await self._enricher.take(stored.values(), outlets, changes[-1].seq)
        if await self._store.save_events(step, now=self._clock.now()):
            self._mark = step.after
        return len(changes)

    async def _remember(self, mark: EventsMark) -> None:
        """Let the enricher stand where the store does."""
        newest = await self._store.newest_at() or self._clock.now()
        since = min(newest, self._clock.now()) - timedelta(hours=REMEMBERED_H)
        events = await self._store.recent_events(since)
        outlets = await self._store.outlets()
        await self._enricher.begin(mark, events)
        ids = [article for event in events for article in event.article_ids]
        for first in range(0, len(ids), _AT_ONCE):
            readings = await self._store.readings(ids[first : first + _AT_ONCE])
            stored = await self._store.articles(list(readings))
            await self._enricher.remember(stored.values(), readings, outlets)
