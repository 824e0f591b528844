"""The periodic work: three ticks, each of a few lines, on APScheduler.

The timer only wakes us. What is due is computed from the store, so a late, missed or doubled
tick changes nothing: APScheduler's own cron skips or doubles wall times when clocks change, and
drops a job that is one second late unless told otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Jobs:
    """Runs each piece of work every so many seconds, never twice at a time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def every(self, interval_s: float, name: str, work: Work) -> None:
        """Run ``work`` every ``interval_s`` seconds from the start on; a failure is logged."""

        async def run() -> None:
            try:
                await work()
            except Exception:
                logger.exception("%s failed; it will be tried again", name)

        self._scheduler.add_job(run, "interval", seconds=interval_s, id=name)

    def start(self) -> None:
        """Begin; must be called inside the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more; what runs is left to finish or to be cancelled with the loop."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
