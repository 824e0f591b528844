"""The queue of updates that the bot has not confirmed yet, and the long poll that hands them out.

Semantics of the official server: an update is repeated until a poll with a greater offset confirms
it; a negative offset forgets all but the last; of two polls at once the older one loses.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.errors import conflict

KEPT_FOR = timedelta(hours=24)
LONGEST_POLL_S = 50
MOST_AT_ONCE = 100
ON_REQUEST_ONLY = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
FIRST_ID = 500_000_001

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Pending:
    update_id: int
    created_at: datetime
    body: Json


class UpdateQueue:
    """Updates in order, with at most one poll waiting for them."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._pending: deque[_Pending] = deque()
        self._next_id = FIRST_ID
        self._arrived = asyncio.Event()
        self._poll: asyncio.Event | None = None
        self._closed = False
        self.allowed: list[str] = []

    def __len__(self) -> int:
        return len(self._pending)

    def put(self, kind: str, payload: Json) -> int | None:
        """Add an update of one kind; None when the bot did not ask for that kind."""
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST_ONLY
        if not wanted:
            return None
        update_id = self._next_id
        self._next_id += 1
        body = {"update_id": update_id, kind: payload}
        self._pending.append(_Pending(update_id, self._clock.now(), body))
        self._arrived.set()
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget what lies before ``offset``; a negative one keeps only that many of the last."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and self._pending[0].update_id < offset:
            self._pending.popleft()

    def clear(self) -> None:
        """Forget all that is pending."""
        self._pending.clear()

    def peek(self, limit: int) -> list[Json]:
        """Return the oldest updates, without confirming them."""
        while self._pending and self._pending[0].created_at < self._clock.now() - KEPT_FOR:
            self._pending.popleft()
        self._arrived.clear()
        return [pending.body for pending in list(self._pending)[:limit]]

    async def arrived(self) -> None:
        """Wait until something may have been added since the last ``peek``."""
        await self._arrived.wait()

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Return pending updates, waiting up to ``timeout_s`` for the first; 409 when replaced."""
        self.interrupt()
        self.confirm(offset)
        stop = self._poll = asyncio.Event()
        try:
            updates = self.peek(limit)
            if not updates and timeout_s > 0 and not self._closed:
                await self._wait(stop, timeout_s)
                if stop.is_set():
                    raise conflict(
                        "terminated by other getUpdates request; "
                        "make sure that only one bot instance is running"
                    )
                updates = self.peek(limit)
            return updates
        finally:
            if self._poll is stop:
                self._poll = None

    async def _wait(self, stop: asyncio.Event, timeout_s: float) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (self._arrived, stop)]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def interrupt(self) -> None:
        """End the poll that waits now, if any: it is answered with a conflict."""
        if self._poll is not None:
            self._poll.set()

    def open(self) -> None:
        """Let polls wait again after ``close``."""
        self._closed = False

    def close(self) -> None:
        """Let the waiting poll, and every later one, return at once."""
        self._closed = True
        self._arrived.set()
