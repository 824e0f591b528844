"""Keeping what is held: backups when they are due, and old articles until they are too old."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

from bot.clock import Clock
from bot.services.knowing import KNOWN_FOR
from bot.store.backup import backups_in, made_at
from bot.store.base import Store

logger = logging.getLogger(__name__)

_BREATH_S = 0.05  # between two removals


class Keeping:
    """Looks, at every tick, whether it is time for a backup, and lets go of what is too old."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        backup_dir: Path | None = None,
        backup_every_h: float = 24,
        backup_keep: int = 7,
        settings: str = "",
        keep_days: int = 0,
        keep_articles: int = 0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._backup_dir = backup_dir
        self._every = timedelta(hours=backup_every_h)
        self._keep = backup_keep
        self._settings = settings
        self._keep_days = keep_days
        self._keep_articles = keep_articles
        self._backing_up = asyncio.Lock()

    async def remove_old(self) -> int:
        """Remove articles that are too old or too many; return how many.

        A little at a time, so that nobody waits long for the writer; then give the room back.
        """
        before = self._clock.now() - timedelta(days=self._keep_days) if self._keep_days else None
        if before is None and not self._keep_articles:
            return 0
        removed = 0
        while step := await self._store.remove_old(
            before=before, keep=self._keep_articles or None, now=self._clock.now()
        ):
            removed += step
            await asyncio.sleep(_BREATH_S)
        if removed:
            logger.info("%d old articles removed", removed)
            await self._store.give_back_space()
        return removed

    async def forget_told(self) -> int:
        """Forget what chats were told of events that ended long ago; return how many notes.

        A little at a time, like :meth:`remove_old`.
        """
        before = self._clock.now() - KNOWN_FOR
        forgotten = await self._store.forget_alerts(before)
        while step := await self._store.forget_shown(before):
            forgotten += step
            await asyncio.sleep(_BREATH_S)
        return forgotten

    async def back_up_if_due(self) -> Path | None:
        """Make a backup when the newest is too old or there is none; return its folder.

        A newest one from the future (the clock was wrong) does not put off the next.
        """
        if self._backup_dir is None:
            return None
        now = self._clock.now()
        finished = await asyncio.to_thread(backups_in, self._backup_dir)
        ages = [now - at for path in finished if (at := made_at(path)) is not None]
        if any(timedelta(0) <= age < self._every for age in ages):
            return None
        return await self.back_up_now()

    async def back_up_now(self) -> Path | None:
        """Make a backup, whatever there is; return its folder, None where no place is set.

        While one is under way it is waited for; one of this very second is not made twice.
        """
        if self._backup_dir is None:
            return None
        async with self._backing_up:
            now = self._clock.now()
            newest = (await asyncio.to_thread(backups_in, self._backup_dir))[-1:]
            if newest and made_at(newest[0]) == now.replace(microsecond=0):
                return newest[0]
            made = await self._store.back_up(
                self._backup_dir, now=now, settings=self._settings, keep=self._keep
            )
        logger.info("backed up into %s", made.name)
        return made
