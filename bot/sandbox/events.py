"""What the chat page is told as it happens: a fan-out of small JSON events.

A listener that falls too far behind is cut off; it reloads the state when it connects again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 2_000
"""Events kept for one slow listener before it is cut off."""

Json = dict[str, Any]


class EventHub:
    """Hands each event to everyone who listens at that moment."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Json | None]] = set()

    def emit(self, kind: str, **fields: Any) -> None:
        """Tell every listener that ``kind`` happened; fields that are None are left out."""
        event = {"type": kind} | {key: value for key, value in fields.items() if value is not None}
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                self._end(queue)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[Json | None]]:
        """Give a queue of the events from now on; None in it means that the stream is over."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue(BACKLOG)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def listen(self, *, heartbeat_s: float = 15.0) -> AsyncIterator[Json | None]:
        """Yield events as they come, and None whenever ``heartbeat_s`` passed without one."""
        with self.subscribe() as queue:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), heartbeat_s)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event

    def close(self) -> None:
        """End the stream of every listener."""
        for queue in tuple(self._queues):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[Json | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
