"""What goes out besides due digests: alerts, edits of the day's digest, notices to operators.

And what could not be delivered: people look at messages that ended badly, and have one sent
again on their own word. The way of a message through its states is decided in the delivery stage.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.clock import Clock, local_date
from bot.delivery.quiet import quiet_until
from bot.delivery.signature import signed
from bot.models import (
    DeliveryOptions,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reply,
    Subscription,
)
from bot.store.base import Store
from bot.text.languages import texts
from bot.text.markup import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A message that is dead or in doubt, with the title of its chat."""

    message: OutboxMessage
    chat_title: str


class Outgoing:
    """Writes what is not a due digest to the outbox, and shows what ended badly there."""

    def __init__(self, store: Store, clock: Clock, operators: Collection[int]) -> None:
        self._store = store
        self._clock = clock
        self._operators = operators
        self.enqueued: Callable[[], None] = lambda: None

    async def alert(self, chat_id: int, topic_id: int, key: str, reply: Reply) -> bool:
        """Write an alert, once for each ``key``; tell whether it is new.

        It overtakes digests. Where the chat has quiet hours, it waits until they end; where it
        cannot be reached, nothing is written.
        """
        now = self._clock.now()
        chat = await self._store.chat(chat_id)
        if chat is None or not chat.reachable:
            return False
        subscription = await self._store.subscription(chat_id, topic_id)
        options = subscription.delivery if subscription else DeliveryOptions()
        zone = ZoneInfo(subscription.timezone if subscription else chat.timezone)
        alert = NewMessage(
            chat_id=chat_id,
            topic_id=topic_id,
            kind=OutboxKind.ALERT,
            key=key,
            part=1,
            reply=reply,
            silent=options.silent,
            not_before_at=quiet_until(options, zone, now),
        )
        return await self._write([alert])

    async def edit_digest(self, subscription: Subscription, replies: Sequence[Reply]) -> bool:
        """Let today's newest digest read ``replies`` instead of sending a new one.

        "Today" is the digest's local date. Parts that it did not have are sent as new messages.
        False, and nothing written, when there is no such digest, a part of it was not sent or went
        to the group before it became a supergroup, or there would be fewer parts than stand in the
        chat. A picture sent with it stays as it is.
        """
        now = self._clock.now()
        slot = await self._store.latest_slot(subscription.id)
        if slot is None or slot.local_date != local_date(now, ZoneInfo(subscription.timezone)):
            return False
        parts = [part for part in await self._store.messages_of(slot) if not part.picture]
        stands = [part.state is OutboxState.SENT and part.message_id is not None for part in parts]
        if not parts or not all(stands):
            return False
        shown = signed(replies, subscription.delivery.signature, subscription.language)
        if len(shown) < len(parts):
            return False
        edited = [
            await self._store.enqueue_edit(part.id, reply, now=now)
            for part, reply in zip(parts, shown, strict=False)
        ]
        first = parts[0]
        further = [
            NewMessage(
                chat_id=first.chat_id,
                topic_id=first.topic_id,
                kind=OutboxKind.DIGEST,
                key=slot.key,
                part=number,
                reply=reply,
                subscription_id=subscription.id,
                silent=True,
            )
            for number, reply in enumerate(shown[len(parts) :], start=parts[-1].part + 1)
        ]
        if not await self._write(further) and any(edited):
            self.enqueued()
        return True

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
        await self._write(notices)

    async def _write(self, messages: Sequence[NewMessage]) -> bool:
        """Write messages to the outbox; tell whether any is new."""
        new = bool(messages) and await self._store.enqueue(messages, now=self._clock.now()) > 0
        if new:
            self.enqueued()
        return new
