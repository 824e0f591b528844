"""How a sender keeps up with a fast line: few under way, and their settlements written together.

Neither decides what is sent or what an outcome means; both only make the same work cheaper.
"""

from __future__ import annotations

import asyncio
from math import ceil

from bot.clock import Clock
from bot.errors import StoreError
from bot.store.base import OutboxStore

_SPARE = 2  # under way beyond what rate and round trip need: one comes while another goes
_LEAST = 4  # so that somebody waits at the pace while others are leased and settled
_SMOOTHING = 0.2


class InFlight:
    """How many messages may be under way: what the rate needs at the present round trip.

    Whatever is under way when the program dies is in doubt, so there should not be more.
    """

    def __init__(self, most: int, per_s: float) -> None:
        self._most = most
        self._per_s = per_s
        self._held_s = most / per_s  # as if all were needed, until we know better

    @property
    def limit(self) -> int:
        """The greatest number of messages that may be under way now."""
        return min(self._most, max(_LEAST, ceil(self._per_s * self._held_s) + _SPARE))

    def took(self, held_s: float) -> None:
        """Note how long a message was under way once it had its turn."""
        self._held_s += _SMOOTHING * (held_s - self._held_s)


class SentBook:
    """Writes «sent» for all messages that were answered while the last transaction ran.

    A transaction costs the same for one message as for twenty, so a slow disk or a fast line
    makes the groups larger, and a quiet one waits for nobody.
    """

    def __init__(self, store: OutboxStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: dict[int, tuple[int | None, asyncio.Future[None]]] = {}
        self._writer: asyncio.Task[None] | None = None

    async def note(self, message_id: int, telegram_id: int | None) -> None:
        """Return once the message stands in the outbox as sent.

        Raises StoreError when the store refuses. A caller who is cancelled loses nothing: the
        settlement is written all the same.
        """
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[message_id] = (telegram_id, answer)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="settle")
        await answer

    async def close(self) -> None:
        """Return once everything noted is written or refused."""
        if self._writer is not None:
            await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, {}
            sent = {message_id: telegram_id for message_id, (telegram_id, _) in group.items()}
            try:
                refused = await self._store.settle_sent(sent, now=self._clock.now())
            except StoreError as error:
                for _, answer in group.values():
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for message_id, (_, answer) in group.items():
                if answer.done():
                    continue
                if message_id in refused:
                    answer.set_exception(
                        StoreError(f"message {message_id} is not being sent, so not sent")
                    )
                else:
                    answer.set_result(None)
