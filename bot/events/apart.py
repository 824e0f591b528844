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

_PATIENCE_S = 600.0  # for an answer, on a machine that has little time for us
_PATIENCE_S_PER_MB = 300.0  # of what was given; the slowest texts take 15 s on a machine at rest
_ENDING_S = 1.0  # in which a process is gone that has closed its end of the pipes


class EnricherProcess(AsyncEnricher):
    """An enricher in a process that is started when it is begun, and begun again when it ended."""

    def __init__(self, *, patience_s: float = _PATIENCE_S) -> None:
        """``patience_s`` is how long an answer may take at least; the more was given, the longer.

        A process that takes longer hangs, and is ended.
        """
        self._patience_s = patience_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._closings = 0
        self._given = 0  # bytes that no step was made of yet

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
        """End the process, whatever it is doing; only what is begun afterwards starts another."""
        self._closings += 1
        self._kill()  # whoever waits for an answer is told at once, and leaves the turn
        async with self._turn:
            await self._end()

    async def _call(self, name: str, *given: object) -> Any:
        """Let the process do something; raises MujazError when it cannot, or ends meanwhile."""
        async with self._turn:
            try:
                process = await self._begun(anew=name == "begin")
                call = packed((name, given))
                self._given = len(call) + (0 if name == "begin" else self._given)
                patience_s = self._patience_s + _PATIENCE_S_PER_MB * self._given / 1e6
                async with asyncio.timeout(patience_s):
                    done, result = await _exchange(process, call)
                if name == "take":
                    self._given = 0
            except TimeoutError as error:  # before OSError, of which it is one
                await self._end()
                hangs = f"the process that reads reports did not answer within {patience_s:.0f} s"
                raise MujazError(hangs) from error
            except MujazError:
                raise
            except Exception as error:  # of pipes, or of an answer that cannot be understood
                code = await self._left()
                raise MujazError(f"the process that reads reports has ended ({code})") from error
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

    async def _left(self) -> int | None:
        """Bury a process that ends by itself; return its exit code, None where it has none."""
        process = self._process
        if process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ENDING_S):
                    await process.wait()
        await self._end()
        return process.returncode if process is not None else None

    async def _begun(self, *, anew: bool) -> asyncio.subprocess.Process:
        """Return the process; where there is none, a new one, if all is to be begun anew.

        Raises MujazError where that is not so, or when it was closed meanwhile.
        """
        closings = self._closings
        if self._process is None and anew:
            self._process = await processes.start("bot.events.worker")
        if closings != self._closings:
            await self._end()
        if self._process is None:
            raise MujazError("what was remembered is lost: it must be begun again")
        return self._process


async def _exchange(process: asyncio.subprocess.Process, call: bytes) -> Any:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(call)
    await process.stdin.drain()
    (size,) = SIZE.unpack(await process.stdout.readexactly(SIZE.size))
    return unpacked(await process.stdout.readexactly(size))
