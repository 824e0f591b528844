"""Writing what became of messages: settled, repeated, their chat paused, moved or told about.

What an outcome means is decided in ``outbox``; here it is written, in the order that loses
nothing when we stop in between, and again and again while the store refuses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.clock import Clock
from bot.delivery.outbox import (
    ChatEffect,
    Settlement,
    settlement,
    topic_gone,
    written_again,
)
from bot.delivery.window import SentBook
from bot.errors import StoreError
from bot.log import chat_ref, needs_traceback
from bot.models import OutboxKind, OutboxMessage, OutboxState, SendOutcome, SendResult
from bot.store.base import ChatStore, OutboxStore
from bot.text.languages import texts

logger = logging.getLogger(__name__)
T = TypeVar("T")

_RETRY_S = 0.5  # first pause after the store refused
_LONGEST_RETRY_S = 10.0
MOST_TRIES = 20


class DispatchStore(OutboxStore, ChatStore, Protocol):
    """What sending asks of the store."""


class Settling:
    """Writes the settlements of one dispatcher; asks a store that refuses ``tries`` times."""

    def __init__(self, store: DispatchStore, clock: Clock, *, tries: int = MOST_TRIES) -> None:
        self._store = store
        self._clock = clock
        self._tries = tries
        self._sent = SentBook(store, clock)

    async def close(self) -> None:
        """Return once everything sent stands in the outbox as such."""
        await self._sent.close()

    async def recover(self, *, everything: bool) -> None:
        """Name what was left under way as doubtful, and repeat doubtful alerts and notices."""
        left = await self._store.recover(now=self._clock.now(), everything=everything)
        for message in left:
            logger.warning(
                "in doubt, left under way: message %d (%s) to %s",
                message.id,
                message.kind,
                chat_ref(message.chat_id),
            )
        doubtful = {message.id: message for message in left}
        for message in await self._store.outbox(OutboxState.UNCERTAIN, limit=1000):
            doubtful.setdefault(message.id, message)
        repeats = [
            again
            for message in doubtful.values()
            if (again := written_again(message, await self._repeat_mark(message)))
        ]
        if repeats:
            await self._store.enqueue(repeats, now=self._clock.now())

    async def settle(self, message: OutboxMessage, result: SendResult) -> None:
        """Write what a send came to, and what follows from it for the chat."""
        sent_anew = message.origin_id is not None and message.edits is None
        if result.outcome is SendOutcome.SENT and not sent_anew:  # many in one transaction
            await self.insisting("settle", lambda: self._sent.note(message.id, result.message_id))
            return
        now = self._clock.now()

        async def choose() -> Settlement:
            mark = await self._repeat_mark(message)
            return settlement(message, result, now=now, repeat_mark=mark)

        chosen = await self.insisting("read a chat", choose)
        _report(message, result, chosen)
        if chosen.effect is ChatEffect.UNREACHABLE:
            # First, while this message still keeps the chat's others from being leased.
            await self.insisting(
                "pause a chat",
                lambda: self._store.set_reachable(message.chat_id, False, now=now),
            )
        await self.insisting("settle", lambda: self._write(message, chosen, now))
        await self.insisting("note a chat", lambda: self._note_chat(message, chosen, now))

    async def _repeat_mark(self, message: OutboxMessage) -> str:
        """Return the chat's words for «may repeat»; digests are marked otherwise."""
        if message.kind is OutboxKind.DIGEST:
            return ""
        chat = await self._store.chat(message.chat_id)
        return texts(chat.language if chat else None)("outbox.repeated")

    async def _write(self, message: OutboxMessage, chosen: Settlement, now: datetime) -> None:
        """Write a settlement, after the repeat that must not be lost with it."""
        if chosen.repeat is not None:
            await self._store.enqueue([chosen.repeat], now=now)
        await self._store.settle(
            message.id,
            chosen.state,
            now=now,
            telegram_id=chosen.telegram_id,
            not_before_at=chosen.not_before_at,
            count_attempt=chosen.count_attempt,
            html=chosen.html,
            topic_id=chosen.topic_id,
            anew=chosen.anew,
            reason=chosen.reason,
        )

    async def _note_chat(self, message: OutboxMessage, chosen: Settlement, now: datetime) -> None:
        """Write what a settlement means for the chat."""
        if chosen.effect is ChatEffect.MIGRATED and chosen.new_chat_id is not None:
            await self._store.migrate_chat(message.chat_id, chosen.new_chat_id, now=now)
        if chosen.effect is ChatEffect.TOPIC_GONE:
            await self._tell_of_topic(message, now)

    async def _tell_of_topic(self, message: OutboxMessage, now: datetime) -> None:
        """Tell whoever added us to a group, once, that the digest's topic is gone."""
        chat = await self._store.chat(message.chat_id)
        if chat is None or chat.added_by is None:
            return
        admin = await self._store.chat(chat.added_by)
        language = texts(admin.language if admin else None)
        await self._store.enqueue([topic_gone(message, chat, language)], now=now)

    async def insisting(self, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do work in the store, again and again while it refuses, within reason."""
        for attempt in range(self._tries):
            try:
                return await work()
            except StoreError as error:
                logger.error(  # noqa: TRY400 - of some errors the text says all
                    "the store refused to %s (attempt %d): %s",
                    what,
                    attempt + 1,
                    error,
                    exc_info=needs_traceback(error),
                )
                await asyncio.sleep(min(_RETRY_S * (attempt + 1), _LONGEST_RETRY_S))
        raise StoreError(f"the store refused to {what} for good")


def _report(message: OutboxMessage, result: SendResult, chosen: Settlement) -> None:
    if result.outcome is SendOutcome.SENT:
        return
    logger.log(
        logging.WARNING if chosen.state is not OutboxState.PENDING else logging.INFO,
        "message %d (%s) to %s: %s, now %s: %s",
        message.id,
        message.kind,
        chat_ref(message.chat_id),
        result.outcome,
        chosen.state,
        result.reason,
    )
