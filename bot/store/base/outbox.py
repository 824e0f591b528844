"""What may be asked of the store about slots and outbox messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.models import (
    DueDigest,
    NewMessage,
    OutboxMessage,
    OutboxState,
)


class OutboxStore(Protocol):
    """Slots and outbox messages."""

    async def enqueue_digests(self, digests: Sequence[DueDigest], *, now: datetime) -> list[bool]:
        """Write due digests, all in one transaction; return which were written.

        Of each: its slot, the slots it covers, its messages, the moved cursor and what it shows.
        Not written is one whose slot is there already or whose subscription is no longer active.
        Raises StoreError, and nothing is written, also when one of those that a digest replaces
        is no longer waiting.
        """
        ...

    async def enqueue(self, messages: Sequence[NewMessage], *, now: datetime) -> int:
        """Write messages that belong to no slot, once per key and part; return how many are new."""
        ...

    async def lease(
        self, limit: int, *, now: datetime, lease_s: float, exclude_chats: Sequence[int] = ()
    ) -> list[OutboxMessage]:
        """Mark up to ``limit`` sendable messages as `sending` and return them.

        Sendable: pending, not before its time, all earlier parts of its key settled (sent,
        uncertain, dead or cancelled), no other message of that chat in `sending`, chat not
        excluded. Urgent ones first, then the oldest. Each is committed as `sending` before it is
        returned.
        """
        ...

    async def settle(
        self,
        message_id: int,
        state: OutboxState,
        *,
        now: datetime,
        telegram_id: int | None = None,
        not_before_at: datetime | None = None,
        count_attempt: bool = True,
        html: str | None = None,
        topic_id: int | None = None,
        anew: bool = False,
        reason: str = "",
    ) -> None:
        """Move a message out of `sending`; back to `pending` may change its time, html or topic.

        ``anew``: what it was to edit is gone, so it will be sent as a new message.
        """
        ...

    async def settle_sent(self, sent: Mapping[int, int | None], *, now: datetime) -> set[int]:
        """Move messages (id → Telegram's id) to `sent`, all in one transaction.

        Returns those that were neither in `sending` nor in doubt, of which nothing is changed.
        """
        ...

    async def retry(self, message_id: int, *, now: datetime) -> bool:
        """Let a dead or doubtful message be sent again; False when it is neither."""
        ...

    async def recover(self, *, now: datetime, everything: bool) -> list[OutboxMessage]:
        """Turn messages left in `sending` into `uncertain` and return them.

        An edit may be repeated without harm and goes back to `pending` instead.
        ``everything``: all of them (the only sender starts); else those whose lease ran out.
        """
        ...

    async def unsettled_subscriptions(self) -> set[int]:
        """Return the subscriptions with a digest part that waits or is in doubt, not folded in."""
        ...

    async def doubtful(self, subscription_id: int) -> list[OutboxMessage]:
        """Return the subscription's `uncertain` digest parts that no later digest has folded in."""
        ...

    async def outbox(
        self, state: OutboxState | None = None, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return messages, newest first, of one state or all."""
        ...

    async def outbox_wakeup_at(self) -> datetime | None:
        """Return when the next pending message may be sent, None when none waits."""
        ...
