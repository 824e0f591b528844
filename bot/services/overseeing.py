"""What the people who run the bot see at a glance, and what they tell all subscribers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.models import NewMessage, OutboxKind, Reply, StoreCounts
from bot.services.judging import Judging
from bot.services.watching import Watching
from bot.store.base import Store
from bot.text.markup import escape

DAYS = 14  # of growth shown
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of the whole at one time."""

    counts: StoreCounts
    sources: int
    failing: int
    silent: int
    newest_at: datetime | None
    subscribers: int
    joined: tuple[int, ...]  # chats a day, oldest first, today last
    asked: int  # in the last day
    found: int  # of them with an answer


class Overseeing:
    """Looks over everything, and writes notices to all subscribers."""

    def __init__(self, store: Store, clock: Clock, watching: Watching, judging: Judging) -> None:
        self._store = store
        self._clock = clock
        self._watching = watching
        self.judging = judging

    async def overview(self) -> Overview:
        """Return how everything stands."""
        now = self._clock.now()
        health = await self._watching.health()
        asked, found = await self._store.questions_since(now - timedelta(days=1))
        joined = Counter(
            (now - at).days for at in await self._store.joined_since(now - timedelta(days=DAYS))
        )
        return Overview(
            counts=await self._store.counts(),
            sources=len(health),
            failing=sum(bool(one.source.enabled and one.source.last_error) for one in health),
            silent=sum(one.silent for one in health),
            newest_at=await self._store.newest_at(),
            subscribers=len(await self._subscribers()),
            joined=tuple(joined[ago] for ago in range(DAYS - 1, -1, -1)),
            asked=asked,
            found=found,
        )

    async def subscribers(self) -> int:
        """Return how many chats a notice would go to."""
        return len(await self._subscribers())

    async def notify(self, key: str, text: str) -> int:
        """Write a notice to every subscribed chat, once for each ``key``; return how many are new.

        The text is taken as it is, without markup. Private chats, groups and channels alike.
        """
        reply = Reply(html=escape(text), plain=text)
        return await self._store.enqueue(
            [
                NewMessage(
                    chat_id=chat_id,
                    topic_id=topic_id,
                    kind=OutboxKind.NOTICE,
                    key=key,
                    part=1,
                    reply=reply,
                )
                for chat_id, topic_id in await self._subscribers()
            ],
            now=self._clock.now(),
        )

    async def _subscribers(self) -> list[tuple[int, int]]:
        """Return each subscribed chat once, with the first topic that has a digest."""
        first: dict[int, int] = {}
        for subscription in await self._store.subscriptions():
            first.setdefault(subscription.chat_id, subscription.topic_id)
        return list(first.items())


def bars(numbers: tuple[int, ...]) -> str:
    """Return numbers as a row of bars, the greatest the highest; nothing is the lowest."""
    most = max(numbers, default=0) or 1
    return "".join(_BARS[round(n / most * (len(_BARS) - 1))] for n in numbers)
