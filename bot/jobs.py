"""The periodic work: three ticks, each of a few lines, on APScheduler.

The timer only wakes us. What is due is computed from the store, so a late, missed or doubled
tick changes nothing: APScheduler's own cron skips or doubles wall times when clocks change, and
drops a job that is one second late unless told otherwise. It goes by the machine's clock too: where
that is set back, nothing would be done until it has caught up, so that is looked after.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, SystemClock
from bot.log import Lasting
from bot.metrics import JOB_AT, JOB_FAILURES, JOB_S

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]

_FIRST_S = 60.0
_CLOCK_LOOK_S = 10.0
_EARLY_S = 1.0  # that a tick may seem to be too far away for other reasons


class Jobs:
    """Runs each piece of work every so many seconds, never twice at a time."""

    def __init__(self, *, first_s: float = _FIRST_S, clock: Clock | None = None) -> None:
        """``first_s``: by then after the start everything was done for the first time."""
        self._first_s = first_s
        self._clock = clock or SystemClock()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._planned: list[tuple[float, str, Work]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._to_keep: list[tuple[float, str, Work]] = []
        self._kept: list[asyncio.Task[None]] = []

    def every(self, interval_s: float, name: str, work: Work) -> None:
        """Run ``work`` every ``interval_s`` seconds, a failure is logged.

        The first time is after as long, but soon: a program that is started anew every half hour
        must do what is done every hour.
        """

        trouble = _trouble(name)

        async def attempt() -> None:
            try:
                with JOB_S.labels(name).time():
                    await work()
                JOB_AT.labels(name).set_to_current_time()
                trouble.worked()
            except Exception as error:
                JOB_FAILURES.labels(name).inc()
                trouble.failed(error)

        async def run() -> None:
            # A task of our own: the scheduler cancels its own ones when it is shut down, and warns
            # of each tick that finds the last one under way.
            if not any(task.get_name() == name for task in self._under_way):
                task = asyncio.create_task(attempt(), name=name)
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

        self._planned.append((interval_s, name, run))

    def keep(self, rest_s: float, name: str, work: Work) -> None:
        """Run ``work``, however long it takes, again and again, ``rest_s`` seconds apart.

        A failure is logged, and tried again after that rest. It is cancelled when stopping.
        """
        self._to_keep.append((rest_s, name, work))

    def start(self) -> None:
        """Begin; must be called inside the running loop."""
        now = self._clock.now()
        for interval_s, name, run in self._planned:
            first = now + timedelta(seconds=min(interval_s, self._first_s))
            self._scheduler.add_job(
                run, "interval", seconds=interval_s, id=name, next_run_time=first
            )
        self._scheduler.start()
        self._kept = [asyncio.create_task(_repeat(*one), name=one[1]) for one in self._to_keep]
        self._kept.append(asyncio.create_task(self._follow_clock(), name="clock"))

    async def _follow_clock(self) -> None:
        """Do at once what is further away than it ever may be: then the clock was set back."""
        while True:
            await asyncio.sleep(min(self._first_s, _CLOCK_LOOK_S))  # by a clock that nobody sets
            now = self._clock.now()
            for interval_s, name, _ in self._planned:
                job = self._scheduler.get_job(name)
                if job is None or job.next_run_time is None:
                    continue
                if job.next_run_time > now + timedelta(seconds=interval_s + _EARLY_S):
                    self._scheduler.modify_job(name, next_run_time=now)

    async def stop(self, within_s: float) -> None:
        """Begin nothing more, and let what runs finish, cancelled after ``within_s`` seconds."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in self._kept:
            task.cancel()
        await asyncio.gather(*self._kept, return_exceptions=True)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _trouble(name: str) -> Lasting:
    return Lasting(logger, f"{name} failed; it will be tried again", f"{name} works again")


async def _repeat(rest_s: float, name: str, work: Work) -> None:
    trouble = _trouble(name)
    while True:
        try:
            await work()
            trouble.worked()
        except Exception as error:
            trouble.failed(error)
        await asyncio.sleep(rest_s)
