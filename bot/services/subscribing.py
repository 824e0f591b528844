"""Chats and their digests: who we talk to, when their digest comes, and when it pauses.

Who may change what is not decided here but in ``handlers/guards.py``, which asks Telegram.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.models import Chat, Subscription
from bot.store.base import ChatStore


class Subscribing:
    """Remembers chats and changes their subscriptions."""

    def __init__(self, store: ChatStore, clock: Clock, *, timezone: str, digest_time: str) -> None:
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._digest_time = digest_time

    async def remember(self, chat: Chat) -> Chat:
        """Return the chat as stored, made or refreshed; what it chose itself is kept."""
        known = await self._store.chat(chat.id)
        if known and known.reachable and (known.kind, known.title) == (chat.kind, chat.title):
            return known
        if known is None:
            chat = replace(chat, timezone=self._timezone)
        saved = await self._store.save_chat(chat, now=self._clock.now())
        if known is not None and not known.reachable:
            await self._store.set_reachable(chat.id, True, now=self._clock.now())
        return saved

    async def added(self, chat: Chat, by_user: int | None) -> Chat:
        """Note that we are in a group or channel; None leaves it with the admin who added us."""
        return await self._store.save_chat(
            replace(chat, added_by=by_user, timezone=self._timezone), now=self._clock.now()
        )

    async def removed(self, chat_id: int) -> None:
        """Note a block or a kick: digests pause, nothing is deleted."""
        await self._store.set_reachable(chat_id, False, now=self._clock.now())

    async def returned(self, chat_id: int) -> bool:
        """Note that we are welcome again; tell whether digests resumed."""
        return await self._store.set_reachable(chat_id, True, now=self._clock.now()) > 0

    async def migrated(self, old_id: int, new_id: int) -> None:
        """Note that Telegram gave a group a new id."""
        await self._store.migrate_chat(old_id, new_id, now=self._clock.now())

    async def chat(self, chat_id: int) -> Chat | None:
        """Return a chat."""
        return await self._store.chat(chat_id)

    async def set_up_by(self, user_id: int) -> list[Chat]:
        """Return the groups and channels to which this user added us and that we can reach."""
        return [chat for chat in await self._store.chats_added_by(user_id) if chat.reachable]

    async def current(self, chat_id: int, topic_id: int) -> Subscription | None:
        """Return the subscription of a chat and topic, active or not."""
        return await self._store.subscription(chat_id, topic_id)

    async def change(
        self, chat: Chat, topic_id: int, *, time: str | None = None, timezone: str | None = None
    ) -> Subscription:
        """Subscribe, resume, or move the digest to another time or zone."""
        current = await self._store.subscription(chat.id, topic_id)
        zone = timezone or (current.timezone if current else chat.timezone)
        if timezone and timezone != chat.timezone:
            await self._store.set_chat_settings(chat.id, timezone=timezone)
        return await self._store.subscribe(
            chat.id,
            topic_id,
            times=(time,) if time else (current.times if current else (self._digest_time,)),
            timezone=zone,
            language=chat.language,
            now=self._clock.now(),
        )

    async def stop(self, chat_id: int, topic_id: int) -> bool:
        """Pause the digest at the reader's wish; tell whether one was running."""
        return await self._store.pause(chat_id, topic_id, "reader") > 0

    def now(self) -> datetime:
        """Return the present instant."""
        return self._clock.now()
