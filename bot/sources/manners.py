"""Turns at a host: one request at a time, and a pause between the starts of two.

All fetches of the program go through one of these, whatever they are for, so that a feed, its
pages and an admin's address never press one server together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_MOST_REMEMBERED = 10_000  # hosts


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: float = float("-inf")  # by the loop's clock
    waiting: int = 0


class HostTurns:
    """Who may ask which host when; one for the whole program."""

    def __init__(self, pause_s: float) -> None:
        """``pause_s`` lies between the starts of two requests to one host."""
        self._pause_s = pause_s
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at ``host`` and hold it until the block ends."""
        loop = asyncio.get_running_loop()
        known = self._hosts.setdefault(host.lower(), _Host())
        known.waiting += 1
        try:
            async with known.lock:
                await asyncio.sleep(max(0.0, known.began + self._pause_s - loop.time()))
                known.began = loop.time()
                yield
        finally:
            known.waiting -= 1
            self._forget_idle(loop.time())

    def _forget_idle(self, now: float) -> None:
        if len(self._hosts) > _MOST_REMEMBERED:
            idle = [
                name
                for name, host in self._hosts.items()
                if not host.waiting and host.began + self._pause_s < now
            ]
            for name in idle:
                del self._hosts[name]
