"""A loop whose clock runs only while nothing happens: an hour of waiting in a second.

Sockets and threads are real. When neither has anything to say, time jumps to the next timer; so
a real client and a real server in the same loop live through pauses of half a minute at once,
and every window and deadline is exact. While the database works, time stands still.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from bot.sandbox import SandboxClock
from bot.store.engine import Database

_PATIENCE_S = 0.003  # real seconds given to sockets and threads before time jumps
_THREADS_S = 0.05  # real seconds to wait when only a thread can go on
START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: lets the loop's time jump instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.busy = 0  # connections of the database at work

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        events = super().select(_PATIENCE_S)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is None or self.busy:
            return super().select(_THREADS_S)
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def wait_for(self, database: Database) -> None:
        """Let time stand still while this database works."""

        def begin(*_: Any) -> None:
            self._jumping.busy += 1

        def end(*_: Any) -> None:
            self._jumping.busy -= 1

        for engine in database.engines:
            event.listen(engine.sync_engine, "checkout", begin)
            event.listen(engine.sync_engine, "checkin", end)


class LoopClock(SandboxClock):
    """The running loop's time as a clock, for the bot and the sandbox alike."""

    def __init__(self) -> None:
        super().__init__(START)
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())


def monotonic() -> float:
    """Return the running loop's seconds."""
    return asyncio.get_running_loop().time()
