"""Reading what was stored: places, parties, claims, relevance, and the event of each article.

::

    change log ─▶ articles ─▶ reports ─▶ events ─▶ one transaction with the mark of the log
                              (beside the loop)

Kept up behind the intake: a kill between two steps costs nothing, and of two processes that take
the same step one writes it. What the clustering remembers is read again from the store whenever
somebody else has moved the mark, or the process that remembered it has ended.

Where a step fails, its articles are taken one by one, and one that fails again and again is passed
over: whatever is wrong with it, those after it are read.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.errors import MujazError
from bot.events.apart import EnricherProcess
from bot.events.cluster import REMEMBERED_H
from bot.events.enricher import AsyncEnricher
from bot.events.threaded import ThreadedEnricher
from bot.models import EventsMark
from bot.store.base import Store

logger = logging.getLogger(__name__)

_EVER = datetime.min.replace(tzinfo=UTC)  # some sources say so for want of a date
_AT_ONCE = 100  # articles in one step: about a second's reading
_MOST = 400  # in one call, so that what comes after it is not kept waiting
_TRIES = 3  # with one article, until it is passed over


class Enriching:
    """Follows the change log and keeps what was read of each article."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._enricher: AsyncEnricher = ThreadedEnricher()
        self._mark: EventsMark | None = None  # where the enricher stands, if it does
        self._turn = asyncio.Lock()
        self._one_by_one = range(0)  # of the change log: a step through here failed
        self._failed = (0, 0)  # the change whose article failed by itself, and how often
        self._kept_up: asyncio.Task[int] | None = None  # what nobody waits for any more goes on

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
        kept_up, self._kept_up = self._kept_up, None
        if kept_up is not None:
            kept_up.cancel()
            await asyncio.gather(kept_up, return_exceptions=True)
        await self._enricher.close()

    async def keep_up(self, within_s: float) -> bool:
        """Do what :meth:`follow` does, but wait for it only so long; it goes on all the same.

        False while it does: then the next call does not wait, and raises what comes of it.
        """
        new = self._kept_up is None
        following = self._kept_up = self._kept_up or asyncio.create_task(self.follow())
        done, _ = await asyncio.wait({following}, timeout=within_s if new else 0)
        if done:
            self._kept_up = None
            await following
        return bool(done)

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
        alone = mark.seq in self._one_by_one
        changes = await self._store.changes(mark.seq, 1 if alone else _AT_ONCE)
        if not changes:
            return 0
        stands, self._mark = mark == self._mark, None  # again only once the step is written
        if not stands:
            await self._remember(mark)
            if alone:  # should this fail, then not because of an article that is new
                await self._enricher.take((), {}, mark.seq)
        seq = changes[-1].seq
        ids = [change.article_id for change in changes]
        tried = self._failed[1] if self._failed[0] == seq else 0
        if alone and tried >= _TRIES:
            logger.error("article %d cannot be read; it is passed over", *ids)
            ids = []
        stored = await self._store.articles(ids)
        outlets = await self._store.outlets()
        try:
            step = await self._enricher.take(stored.values(), outlets, seq)
        except MujazError:
            if not alone:
                self._one_by_one = range(mark.seq, seq)
            self._failed = seq, tried + alone
            raise
        if await self._store.save_events(step, now=self._clock.now()):
            self._mark = step.after
        return len(changes)

    async def _remember(self, mark: EventsMark) -> None:
        """Let the enricher stand where the store does."""
        newest = await self._store.newest_at() or self._clock.now()
        newest = min(newest, self._clock.now())
        since = newest - min(timedelta(hours=REMEMBERED_H), newest - _EVER)
        events = await self._store.recent_events(since)
        outlets = await self._store.outlets()
        await self._enricher.begin(mark, events)
        ids = [article for event in events for article in event.article_ids]
        for first in range(0, len(ids), _AT_ONCE):
            readings = await self._store.readings(ids[first : first + _AT_ONCE])
            stored = await self._store.articles(list(readings))
            await self._enricher.remember(stored.values(), readings, outlets)
