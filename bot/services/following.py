"""What chats follow for instant alerts (see ``bot.services.alerting``)."""

from __future__ import annotations

from bot.clock import Clock
from bot.models import Follow, FollowKind, Matter
from bot.store.base import FollowStore
from bot.text.markup import one_line, shorten
from bot.text.matters import matters_named
from bot.text.tokens import tokenize

MOST_FOLLOWS = 50  # in one chat and topic
LONGEST_WORD = 40


class Following:
    """Keeps what chats follow."""

    def __init__(self, store: FollowStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def follow(self, chat_id: int, topic_id: int, matter: Matter) -> Follow | None:
        """Follow something; None where a chat follows as much as it may already."""
        held = await self._store.follows(chat_id, topic_id)
        for one in held:
            if (one.kind, one.value) == (matter.kind, matter.value):
                return one
        if len(held) >= MOST_FOLLOWS:
            return None
        return await self._store.follow(
            chat_id, topic_id, matter.kind, matter.value, now=self._clock.now()
        )

    async def follows(self, chat_id: int, topic_id: int) -> list[Follow]:
        """Return what a chat and topic follow, oldest first."""
        return await self._store.follows(chat_id, topic_id)

    async def unfollow(self, chat_id: int, follow_id: int) -> bool:
        """Follow something no longer; False where the chat has no such follow."""
        return await self._store.unfollow(chat_id, follow_id)


def named_to_follow(text: str) -> tuple[Matter, ...]:
    """Return what a reader's words may mean to follow, likeliest first; a word if nothing else."""
    name = one_line(text)
    found = matters_named(name)
    if found or not name:
        return found
    word = shorten(name, LONGEST_WORD)
    return (Matter(FollowKind.WORD, word),) if tokenize(word) else ()
