"""What may be asked of the store about chats and their subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.models import (
    Chat,
    DeliveryOptions,
    DigestFilters,
    Look,
    Subscription,
)


class ChatStore(Protocol):
    """Chats and their subscriptions."""

    async def save_chat(self, chat: Chat, *, now: datetime) -> Chat:
        """Insert the chat or update its title, kind and reachability; settings are kept."""
        ...

    async def chat(self, chat_id: int) -> Chat | None:
        """Return a chat."""
        ...

    async def chats_added_by(self, user_id: int) -> list[Chat]:
        """Return the groups and channels to which this user added us."""
        ...

    async def set_chat_settings(
        self,
        chat_id: int,
        *,
        language: str | None = None,
        timezone: str | None = None,
        look: Look | None = None,
    ) -> None:
        """Change what the chat chose; None leaves a setting as it is.

        The language is that of its subscriptions too.
        """
        ...

    async def joined_since(self, since: datetime) -> list[datetime]:
        """Return when each of the chats that are known since then was first met."""
        ...

    async def looks(self) -> dict[int, Look]:
        """Return how messages look in the chats that have chosen anything of it, by chat."""
        ...

    async def subscribe(
        self,
        chat_id: int,
        topic_id: int,
        *,
        times: tuple[str, ...],
        timezone: str,
        language: str,
        now: datetime,
    ) -> Subscription:
        """Create or change the subscription of a chat and topic, and make it active."""
        ...

    async def choose(
        self,
        chat_id: int,
        topic_id: int,
        *,
        times: tuple[str, ...] | None = None,
        timezone: str | None = None,
        weekdays: tuple[int, ...] | None = None,
        filters: DigestFilters | None = None,
        delivery: DeliveryOptions | None = None,
        now: datetime,
    ) -> Subscription | None:
        """Change when a subscription's digests come, how, and what they hold.

        None leaves something as it is; another schedule counts from ``now`` on. Returns the
        subscription, None when there is none.
        """
        ...

    async def subscription(self, chat_id: int, topic_id: int) -> Subscription | None:
        """Return the subscription of a chat and topic."""
        ...

    async def subscriptions(self, *, active: bool = True) -> list[Subscription]:
        """Return all active (or all) subscriptions, by id."""
        ...

    async def pause(self, chat_id: int, topic_id: int | None, reason: str) -> int:
        """Pause a chat's subscriptions (all topics when None); return how many were active.

        Pending outbox messages of the paused subscriptions are cancelled with it.
        """
        ...

    async def set_reachable(self, chat_id: int, reachable: bool, *, now: datetime) -> int:
        """Note a block, a kick or a return.

        Unreachable: active subscriptions are paused with reason "unreachable" and their pending
        messages cancelled. Reachable again: those so paused become active from ``now`` on, and what
        stood in digests that were lost with the pause comes with the next one.
        Returns how many subscriptions changed.
        """
        ...

    async def migrate_chat(self, old_id: int, new_id: int, *, now: datetime) -> None:
        """Move a chat with all that names it to a new id; twice is harmless.

        Telegram's ids of what was sent stay behind: it can be neither edited nor pinned any more.
        """
        ...
