"""Pinning what was sent: the newest digest stays at the top, the former one comes down.

That a message is to be pinned stands in the outbox until it is settled, so a stop in between
loses nothing; to pin twice changes nothing. Where we may not pin, the chat's choice is taken
back and whoever added us is told.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.delivery.outbox import pin_refused
from bot.errors import StoreError
from bot.log import needs_traceback
from bot.models import OutboxMessage, PinState, SendOutcome
from bot.store.base import ChatStore, OutboxStore, SentStore
from bot.text.languages import texts

logger = logging.getLogger(__name__)

_WORTH_PINNING = timedelta(hours=24)  # an older one has been followed by another


class PinStore(OutboxStore, ChatStore, SentStore, Protocol):
    """What pinning asks of the store."""


class Pinboard(Protocol):
    """Whoever pins at Telegram."""

    async def pin(self, message: OutboxMessage) -> SendOutcome:
        """Pin a sent message: SENT, REFUSED, or NOT_SENT when it may be tried again."""
        ...

    async def unpin(self, message: OutboxMessage) -> None:
        """Unpin a message, if it still is pinned."""
        ...


class Pinner:
    """Pins what is to be pinned, one after the other, whenever it is woken."""

    def __init__(self, store: PinStore, board: Pinboard, clock: Clock) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._wanted = False
        self._work: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is being pinned now."""
        return self._work is None or self._work.done()

    def wake(self) -> None:
        """Look for messages that are to be pinned; must be called inside the running loop."""
        self._wanted = True
        if self.idle:
            self._work = asyncio.create_task(self._pin_all(), name="pin")

    async def close(self) -> None:
        """Stop; what is not pinned yet will be after the next start."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _pin_all(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                for message in await self._store.pins_wanted(self._clock.now() - _WORTH_PINNING):
                    await self._pin(message)
            except StoreError as error:
                logger.error(  # noqa: TRY400 - of some errors the text says all
                    "messages could not be pinned; it will be tried again: %s",
                    error,
                    exc_info=needs_traceback(error),
                )

    async def _pin(self, message: OutboxMessage) -> None:
        outcome = await self._board.pin(message)
        if outcome is SendOutcome.SENT:
            former = await self._store.pinned_before(message)
            await self._store.settle_pin(message.id, PinState.DONE)
            if former is not None:
                await self._board.unpin(former)
                await self._store.settle_pin(former.id, PinState.NONE)
        elif outcome is SendOutcome.REFUSED:
            await self._store.settle_pin(message.id, PinState.REFUSED)
            await self._give_up(message)

    async def _give_up(self, message: OutboxMessage) -> None:
        """Take the choice back and tell who made it, so that nobody is told every day."""
        now = self._clock.now()
        subscription = await self._store.subscription(message.chat_id, message.topic_id)
        if subscription is None or not subscription.delivery.pin:
            return
        options = replace(subscription.delivery, pin=False)
        await self._store.choose(message.chat_id, message.topic_id, delivery=options, now=now)
        chat = await self._store.chat(message.chat_id)
        if chat is None or chat.added_by is None:
            return
        admin = await self._store.chat(chat.added_by)
        language = texts(admin.language if admin else None)
        await self._store.enqueue([pin_refused(message, chat, language)], now=now)
