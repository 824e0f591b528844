"""Reading in a thread: for commands and whoever has nobody else to serve meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from bot.events.enricher import AsyncEnricher, Enricher, Outlets
from bot.models import Event, EventsMark, EventsStep, Reading, StoredArticle


class ThreadedEnricher(AsyncEnricher):
    """An enricher in this process; a step under way is waited for when the program ends."""

    def __init__(self) -> None:
        self._enricher = Enricher()

    async def begin(self, mark: EventsMark, events: Iterable[Event]) -> None:
        """Do what :meth:`Enricher.begin` does, at once."""
        self._enricher.begin(mark, events)

    async def remember(
        self, stored: Iterable[StoredArticle], readings: Mapping[int, Reading], outlets: Outlets
    ) -> None:
        """Do what :meth:`Enricher.remember` does, at once."""
        self._enricher.remember(stored, readings, outlets)

    async def take(self, stored: Iterable[StoredArticle], outlets: Outlets, seq: int) -> EventsStep:
        """Do what :meth:`Enricher.take` does, in a thread."""
        return await asyncio.to_thread(self._enricher.take, stored, outlets, seq)

    async def close(self) -> None:
        """Forget what is remembered; a step under way is waited for nowhere."""
        self._enricher = Enricher()
