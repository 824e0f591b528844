"""Work that several processes could do and only one does at a time.

Whoever holds a duty in the store does its work; the others look every few seconds whether it has
become free. With an SQLite file there is one process, which holds everything.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.errors import StoreError
from bot.jobs import Work
from bot.log import Lasting
from bot.store.base import Store

logger = logging.getLogger(__name__)

LOOK_S = 2.0  # between two looks; the store gives a silent process's duties away after ten


def alone(store: Store, duty: str, work: Work) -> Work:
    """Return ``work`` for the one process that holds the duty; the others do nothing."""

    async def attempt() -> object:
        return await work() if await store.hold(duty) else None

    return attempt


class Standby:
    """Begins something once this process holds its duty, and ends it should another have it."""

    def __init__(
        self,
        store: Store,
        duty: str,
        begin: Callable[[], Awaitable[None]],
        end: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self.duty = duty
        self._begin = begin
        self._end = end
        self.active = False
        self._trouble = Lasting(
            logger,
            f"whose duty {duty} is cannot be known now",
            f"it is known again whose duty {duty} is",
            level=logging.WARNING,
        )

    async def look(self) -> None:
        """Begin or end, as the store says; while it does not answer all stays as it is."""
        try:
            ours = await self._store.hold(self.duty)
        except StoreError as error:
            self._trouble.failed(error)
            return
        self._trouble.worked()
        if ours and not self.active:
            logger.info("this process has the duty: %s", self.duty)
            self.active = True
            await self._begin()
        elif self.active and not ours:
            logger.warning("another process has the duty now: %s", self.duty)
            self.active = False
            await self._end()
