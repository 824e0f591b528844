"""What may be asked of the store about follows and the alerts they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.models import Alert, Follow, FollowKind, NewMessage


class FollowStore(Protocol):
    """What chats follow, and what they were told of it."""

    async def follow(
        self, chat_id: int, topic_id: int, kind: FollowKind, value: str, *, now: datetime
    ) -> Follow:
        """Follow something in a chat and topic, or return the follow that is there."""
        ...

    async def unfollow(self, chat_id: int, follow_id: int) -> bool:
        """Remove a follow of this chat; False when it has none of this id."""
        ...

    async def follows(self, chat_id: int, topic_id: int) -> list[Follow]:
        """Return what a chat and topic follow, oldest first."""
        ...

    async def followers(self, wanted: Mapping[FollowKind, Sequence[str]]) -> list[Follow]:
        """Return the follows of these values in chats that can be reached, by id."""
        ...

    async def followed_words(self) -> list[str]:
        """Return every word that somebody follows, once."""
        ...

    async def alerts_seq(self) -> int:
        """Return up to which change-log seq followers were thought of."""
        ...

    async def alerts(
        self, chats: Sequence[tuple[int, int]], event_ids: Sequence[int]
    ) -> list[Alert]:
        """Return what these chats and topics were told of these events, or wait to be told."""
        ...

    async def held_alerts(self, limit: int) -> list[Alert]:
        """Return alerts that wait, longest first."""
        ...

    async def alerts_since(
        self, chats: Sequence[tuple[int, int]], since: datetime
    ) -> dict[tuple[int, int], int]:
        """Return how many alert messages each chat and topic was written since then."""
        ...

    async def lost_alerts(
        self, chats: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], frozenset[int]]:
        """Return the articles of alerts that did not reach these chats and topics, or may not.

        Of one that was in doubt and written once more the repeat counts.
        """
        ...

    async def save_alerts(
        self,
        messages: Sequence[NewMessage],
        alerts: Sequence[Alert],
        *,
        before: int,
        after: int,
        now: datetime,
    ) -> bool:
        """Write messages and what they tell, and move the seq on, in one transaction.

        False, and nothing written, when the seq is no longer ``before``.
        """
        ...

    async def forget_alerts(self, before: datetime) -> int:
        """Drop notes of what was told before then and does not wait; return how many."""
        ...
