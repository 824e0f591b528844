"""What could not be delivered, and what the people who run the bot are told about it.

The way of a message through its states is decided in the delivery stage; here people look at
those that ended badly, and have one sent again on their own word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.clock import Clock
from bot.models import NewMessage, OutboxKind, OutboxMessage, OutboxState, Reply
from bot.store.base import Store
from bot.text.languages import texts
from bot.text.markup import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A message that is dead or in doubt, with the title of its chat."""

    message: OutboxMessage
    chat_title: str


class Outgoing:
    """Shows dead and doubtful messages, sends them again on request, and tells operators."""

    def __init__(self, store: Store, clock: Clock, operators: Collection[int]) -> None:
        self._store = store
        self._clock = clock
        self._operators = operators
        self.enqueued: Callable[[], None] = lambda: None

    async def troubles(self, limit: int) -> list[Trouble]:
        """Return the newest dead and doubtful messages, dead ones first."""
        dead = await self._store.outbox(OutboxState.DEAD, limit=limit)
        doubtful = await self._store.outbox(OutboxState.UNCERTAIN, limit=limit)
        shown = []
        for message in [*dead, *doubtful][:limit]:
            chat = await self._store.chat(message.chat_id)
            shown.append(Trouble(message=message, chat_title=one_line(chat.title) if chat else ""))
        return shown

    async def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        return (await self._store.counts()).outbox

    async def retry(self, message_id: int) -> bool:
        """Send a dead or doubtful message again; False when it is neither any more."""
        back = await self._store.retry(message_id, now=self._clock.now())
        if back:
            self.enqueued()
        return back

    async def tell_operators(self, about: str, key: str, **params: object) -> None:
        """Write a notice to everybody who runs the bot, once for each ``about``."""
        notices = []
        for operator in self._operators:
            chat = await self._store.chat(operator)
            say = texts(chat.language if chat else None)
            notices.append(
                NewMessage(
                    chat_id=operator,
                    topic_id=0,
                    kind=OutboxKind.NOTICE,
                    key=about,
                    part=1,
                    reply=Reply(html=say.html(key, **params), plain=say(key, **params)),
                )
            )
        if await self._store.enqueue(notices, now=self._clock.now()):
            self.enqueued()
