"""Due to digest to outbox: how subscribers get what is new, once and only once.

::

    subscriptions ─▶ due slot ─▶ new articles since the cursor ─▶ compose ─▶ render ─▶ outbox
                                 (+ those whose delivery is in doubt)

The slot, its messages and the moved cursor are one transaction, so a tick may come late, twice
or not at all. Subscriptions that share a cursor share the composition, and those that share a
zone, language and look too the messages.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.delivery.paper import html_file, text_file
from bot.delivery.quiet import quiet_until
from bot.delivery.render import render_digest
from bot.delivery.signature import signed
from bot.digest.compose import DEFAULT_MAX_ITEMS, compose
from bot.digest.due import Due, due_slot
from bot.models import (
    Article,
    Chat,
    Digest,
    Look,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    Reply,
    Slot,
    Subscription,
    WaitingDigests,
)
from bot.services.sensitive import tells_of_casualties
from bot.store.base import Store
from bot.text.dates import format_date
from bot.text.languages import texts

logger = logging.getLogger(__name__)

FIRST_PERIOD = timedelta(hours=24)  # what a first digest, or one asked for, looks back on
_MOST_READ = 400  # articles loaded for one digest; more are counted, not read
_NO_END = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """Where a digest begins.

    It holds what was stored after ``cursor``, and a ``first`` one what is dated since ``since_at``.
    """

    cursor: int
    since_at: datetime
    first: bool

    @classmethod
    def at(cls, subscription: Subscription, due_at: datetime, last_seq: int) -> _Begun:
        """Return where the next digest of a subscription begins."""
        covered = subscription.covered_until_at
        return cls(
            cursor=last_seq if covered is None else subscription.cursor,
            since_at=covered or due_at - FIRST_PERIOD,
            first=covered is None,
        )

    @classmethod
    def before(cls, waiting: WaitingDigests, subscription: Subscription) -> _Begun:
        """Return where the first of the waiting digests began."""
        covered = waiting.covered_until_at
        if covered is not None:
            return cls(cursor=waiting.cursor, since_at=covered, first=False)
        after = waiting.first_cursor
        return cls(
            cursor=subscription.cursor if after is None else after,
            since_at=waiting.due_at - FIRST_PERIOD,
            first=True,
        )


@dataclass(slots=True)
class _Tick:
    """One look at what is due: a fixed instant and end of the change log, and what it made."""

    now: datetime
    last_seq: int
    newest_at: datetime | None
    looks: dict[int, Look]  # of the chats that have chosen one
    digests: dict[tuple[object, ...], Digest] = field(default_factory=dict)
    messages: dict[tuple[object, ...], list[Reply]] = field(default_factory=dict)


class Broadcasting:
    """Composes digests: the scheduled ones into the outbox, others for whoever asks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        timezone: str = "Asia/Damascus",
        language: str = "ar",
        max_items: int = DEFAULT_MAX_ITEMS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._language = language
        self._max_items = max_items
        self._refused: set[Slot] = set()

    async def tick(self) -> int:
        """Write every due digest to the outbox; return how many.

        A subscription that fails is logged and tried again at the next tick; it keeps no other
        from its digest. Raises StoreError when the store cannot be read at all.
        """
        tick = await self._begin()
        written = 0
        for subscription in await self._store.subscriptions():
            try:
                due = due_slot(subscription, tick.now)
                if due is not None and due.slot not in self._refused:
                    written += await self._broadcast(subscription, due, tick)
            except Exception:
                logger.exception("no digest for subscription %d this time", subscription.id)
        return written

    async def digest_now(
        self, chat: Chat, *, topic_id: int = 0, since_at: datetime | None = None
    ) -> list[Reply]:
        """Return the digest of the last day (or since a time) for a chat that asks for it.

        Nothing is moved by it: the scheduled digest comes as if nobody had asked.
        """
        subscription = await self._store.subscription(chat.id, topic_id)
        zone = subscription.timezone if subscription else chat.timezone
        digest = await self.preview(since_at)
        return self.rendered(digest, timezone=zone, language=chat.language, look=chat.look)

    async def file_now(self, chat: Chat, kind: str, *, topic_id: int = 0) -> bytes:
        """Return the digest of the last day as one file, "html" or "txt"."""
        replies = await self.digest_now(chat, topic_id=topic_id)
        if kind != "html":
            return text_file(replies)
        say = texts(chat.language)
        date = format_date(self._clock.now(), ZoneInfo(chat.timezone), say.code)
        return html_file(
            replies,
            title=say("digest.title", date=date),
            language=say.code,
            right_to_left=say.right_to_left,
        )

    async def preview(self, since_at: datetime | None = None) -> Digest:
        """Return the digest that a new subscriber would get now."""
        tick = await self._begin()
        since_at = since_at or tick.now - FIRST_PERIOD
        return await self._compose(await self._dated_since(since_at, tick), since_at, tick)

    def rendered(
        self,
        digest: Digest,
        *,
        timezone: str | None = None,
        language: str | None = None,
        look: Look | None = None,
    ) -> list[Reply]:
        """Return a digest as messages, in the default zone and language unless others are given."""
        return render_digest(
            digest,
            zone=timezone or self._timezone,
            language=language or self._language,
            look=look,
            sensitive=tells_of_casualties,
        )

    async def _begin(self) -> _Tick:
        return _Tick(
            now=self._clock.now(),
            last_seq=await self._store.last_seq(),
            newest_at=await self._store.newest_at(),
            looks=await self._store.looks(),
        )

    async def _broadcast(self, subscription: Subscription, due: Due, tick: _Tick) -> bool:
        """Write one due digest; False when its slot turned out to be taken.

        Digests of which nothing has left yet, as after an outage of Telegram, are replaced by
        this one, which covers their periods too.
        """
        doubtful = await self._store.doubtful(subscription.id)
        waiting = await self._store.waiting_digests(subscription.id)
        begun = _Begun.at(subscription, due.slot.due_at, tick.last_seq)
        if waiting is not None:
            doubtful = [*waiting.doubtful, *doubtful]
            begun = _Begun.before(waiting, subscription)
        replies = signed(
            await self._messages(subscription, begun, doubtful, tick),
            subscription.delivery.signature,
            subscription.language,
        )
        written = await self._store.enqueue_digest(
            due.slot,
            due.covered,
            [
                _message(subscription, due.slot, part, reply, tick.now)
                for part, reply in enumerate(replies, start=1)
            ],
            cursor=tick.last_seq,
            covered_until_at=tick.now,
            folds=[message.id for message in doubtful],
            replaces=waiting.message_ids if waiting else (),
            now=tick.now,
        )
        if not written:  # paused meanwhile, or the same date and time in a former zone
            self._remember_refused(due.slot, tick.now)
        return written

    async def _messages(
        self,
        subscription: Subscription,
        begun: _Begun,
        doubtful: Sequence[OutboxMessage],
        tick: _Tick,
    ) -> list[Reply]:
        """Return the messages for one subscription, made once for all that share them."""
        repeated = sorted({article for message in doubtful for article in message.article_ids})
        key = (begun, *repeated)
        if key not in tick.digests:
            later = await self._store.articles_between(begun.cursor, tick.last_seq)
            dated = await self._dated_since(begun.since_at, tick) if begun.first else []
            new = {article.id: article for article in [*dated, *later]}
            tick.digests[key] = await self._compose(
                list(new.values()), begun.since_at, tick, repeated
            )
        look = tick.looks.get(subscription.chat_id, Look())
        shared = (key, subscription.timezone, subscription.language, look)
        if shared not in tick.messages:
            tick.messages[shared] = self.rendered(
                tick.digests[key],
                timezone=subscription.timezone,
                language=subscription.language,
                look=look,
            )
        return tick.messages[shared]

    async def _dated_since(self, since_at: datetime, tick: _Tick) -> list[Article]:
        """Return the articles dated since then, without those stored after the tick began.

        The cursor stops where the tick began, so the next digest will bring those.
        """
        later = await self._store.articles_between(tick.last_seq, _NO_END)
        too_late = {article.id for article in later}
        dated = await self._store.articles_since(since_at)
        return [article for article in dated if article.id not in too_late]

    async def _compose(
        self,
        new: Sequence[Article],
        since_at: datetime,
        tick: _Tick,
        repeated: Sequence[int] = (),
    ) -> Digest:
        newest_first = sorted(new, key=lambda article: article.dated_at, reverse=True)
        read = [article.id for article in newest_first[:_MOST_READ]]
        stored = await self._store.articles(list(dict.fromkeys([*read, *repeated])))
        return compose(
            stored.values(),
            since_at=since_at,
            until_at=tick.now,
            newest_at=tick.newest_at,
            cursor=tick.last_seq,
            repeated=frozenset(repeated),
            max_items=self._max_items,
            unread=len(newest_first) - len(read),
        )

    def _remember_refused(self, slot: Slot, now: datetime) -> None:
        """Keep a slot that is taken from being composed again at every tick."""
        recent = now - timedelta(days=10)
        self._refused = {old for old in self._refused if old.due_at > recent} | {slot}


def _message(
    subscription: Subscription, slot: Slot, part: int, reply: Reply, now: datetime
) -> NewMessage:
    options = subscription.delivery
    quiet = quiet_until(options, ZoneInfo(subscription.timezone), now) is not None
    return NewMessage(
        chat_id=subscription.chat_id,
        topic_id=subscription.topic_id,
        kind=OutboxKind.DIGEST,
        key=slot.key,
        part=part,
        reply=reply,
        subscription_id=subscription.id,
        silent=options.silent or quiet,
        pin=options.pin and part == 1,
    )
