"""What may be asked of the store about messages after they were written: edits, pins, folding."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.models import OutboxMessage, PinState, Reply, Slot, WaitingDigests


class SentStore(Protocol):
    """Messages of the outbox that are to be changed, pinned or replaced."""

    async def messages_of(self, slot: Slot) -> list[OutboxMessage]:
        """Return the parts of the digest of this slot, in order."""
        ...

    async def latest_slot(self, subscription_id: int) -> Slot | None:
        """Return the slot of the subscription's newest digest."""
        ...

    async def enqueue_edit(self, origin_id: int, reply: Reply, *, now: datetime) -> bool:
        """Let a sent message read ``reply`` from now on, by an edit in the outbox.

        Edits of it that still wait are cancelled. False, and nothing written, when the message
        was not sent, or reads so already (or will).
        """
        ...

    async def waiting_digests(self, subscription_id: int) -> WaitingDigests | None:
        """Return the newest digests of which no part has left yet; None when there is none."""
        ...

    async def pins_wanted(self, since_at: datetime) -> list[OutboxMessage]:
        """Return messages sent since then that are still to be pinned, oldest first."""
        ...

    async def pinned_before(self, message: OutboxMessage) -> OutboxMessage | None:
        """Return what was pinned before it in the same chat and topic, if it still is."""
        ...

    async def settle_pin(self, message_id: int, state: PinState) -> None:
        """Note what came of pinning (or unpinning: `none`) a message."""
        ...
