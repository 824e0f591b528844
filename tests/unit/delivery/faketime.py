"""A monotonic clock that stands still until every task waits, and then jumps."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable
from itertools import count
from typing import TypeVar

T = TypeVar("T")
_SETTLE = 30  # rounds of the loop that let every task run until it waits


class FakeTime:
    """Seconds that pass only while everybody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = count()

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, delay_s: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + delay_s, next(self._number), sleeper))
        await sleeper

    async def run(self, work: Awaitable[T], limit_s: float = 100_000) -> T:
        """Await ``work``, letting time pass whenever nobody can go on."""
        task = asyncio.ensure_future(work)
        end = self.now_s + limit_s
        while True:
            for _ in range(_SETTLE):
                if task.done():
                    return task.result()
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers or self._sleepers[0][0] > end:
                task.cancel()
                raise AssertionError("nobody sleeps, and the work is not done")
            at, _, sleeper = heapq.heappop(self._sleepers)
            self.now_s = max(self.now_s, at)
            sleeper.set_result(None)
