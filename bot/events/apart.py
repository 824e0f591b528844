"""Reading in a process of its own (:mod:`bot.events.worker`), which may be ended at any time.

It remembers only what the store holds: another one begins where the store stands.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from bot import processes
from bot.errors import MujazError
from bot.events.enricher import AsyncEnricher, Outlets
from bot.events.worker import SIZE, packed, unpacked
from bot.models import Event, EventsMark, EventsStep, Reading, StoredArticle


class EnricherProcess(AsyncEnricher):
    """An enricher in a process that is started when it is first needed, and again when it ended."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._process.pid if self._process is not None else None

    async def begin(self, mark: EventsMark, events: Iterable[Event]) -> None:
        """Do what :meth:`Enricher.begin` does, in the process."""
        await self._call("begin", mark, tuple(events))

    async def remember(
        self, stored: Iterable[StoredArticle], readings: Mapping[int, Reading], outlets: Outlets
    ) -> None:
        """Do what :meth:`Enricher.remember` does, in the process."""
        await self._call("remember", tuple(stored), dict(readings), dict(outlets))

    async def take(self, stored: Iterable[StoredArticle], outlets: Outlets, seq: int) -> EventsStep:
        """Do what :meth:`Enricher.take` does, in the process."""
        step: EventsStep = await self._call("take", tuple(stored), dict(outlets), seq)
        return step

    async def close(self) -> None:
        """End the process, whatever it is doing; the next call starts another."""
        self._kill()  # whoever waits for an answer is told at once, and leaves the turn
        async with self._turn:
            await self._end()

    async def _call(self, name: str, *given: object) -> Any:
        """Let the process do something; raises MujazError when it cannot, or ends meanwhile."""
        async with self._turn:
            try:
                process = self._process or await self._started()
                done, result = await _exchange(process, packed((name, given)))
            except (EOFError, OSError) as error:
                await self._end()
                raise MujazError("the process that reads reports has ended") from error
            except BaseException:
                await self._end()  # left between call and answer: the next ones would not match
                raise
        if not done:
            raise MujazError(f"reports could not be read: {result}")
        return result

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.communicate()

    async def _started(self) -> asyncio.subprocess.Process:
        self._process = await processes.start("bot.events.worker")
        return self._process


async def _exchange(process: asyncio.subprocess.Process, call: bytes) -> Any:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(call)
    await process.stdin.drain()
    (size,) = SIZE.unpack(await process.stdout.readexactly(SIZE.size))
    return unpacked(await process.stdout.readexactly(size))
