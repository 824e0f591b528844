"""Due to digest to outbox: how subscribers get what is new, once and only once.

::

    subscriptions ─▶ due slot ─▶ new articles since the cursor ─▶ their events ─▶ choose what is
                                 (+ those whose delivery is in doubt)  new to this reader
                                                                       ─▶ render ─▶ outbox

The slot, its messages, the moved cursor and the states of events that were shown are one
transaction, so a tick may come late, twice or not at all. Subscriptions that share a cursor, their
filters and what they were shown share the choice, and those that share a zone, language and look
too the messages.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.delivery.paper import html_file, text_file
from bot.delivery.quiet import quiet_until
from bot.delivery.render import render_digest
from bot.delivery.signature import signed
from bot.digest.compose import DEFAULT_MAX_ITEMS
from bot.digest.due import Due, due_slot
from bot.digest.picture import charted
from bot.errors import OvertakenError, StoreError
from bot.models import (
    Chat,
    Digest,
    DigestFilters,
    DueDigest,
    Look,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    Reply,
    Slot,
    Subscription,
    WaitingDigests,
)
from bot.precedence import after_readers, unhurried
from bot.services.beginning import Begun
from bot.services.charting import Charting
from bot.services.composing import Composing, Made, Tick
from bot.services.sensitive import tells_of_casualties
from bot.store.base import Store
from bot.text.dates import format_date
from bot.text.languages import texts

logger = logging.getLogger(__name__)

PICTURE_PART = 1000  # behind all parts of text, however many an edit makes of them
_AT_ONCE = (
    40  # digests written in one transaction: one flush to the disk, and readers wait no longer
)


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
        self._composing = Composing(store, clock, max_items=max_items)
        self._charting = Charting(store, clock)
        self._refused: set[Slot] = set()

    async def tick(self, at: datetime | None = None) -> int:
        """Write every digest that is due at this instant (now) to the outbox; return how many.

        A subscription that fails is logged and tried again at the next tick; it keeps no other
        from its digest. Raises StoreError when the store cannot be read at all.
        """
        await self._set_times_right(at or self._clock.now())
        tick = await self._composing.begin(at)
        written = 0
        pending = []
        async for subscription in unhurried(await self._store.subscriptions()):
            try:
                due = due_slot(subscription, tick.now)
            except Exception:
                logger.exception("no digest for subscription %d this time", subscription.id)
                continue
            if due is not None and due.slot not in self._refused:
                pending.append((subscription, due))
                until = tick.until(subscription.filters)
                begun = Begun.at(subscription, due.slot.due_at, until)
                tick.sharing[begun].append(subscription)
        for start in range(0, len(pending), _AT_ONCE):
            written += await self._broadcast(pending[start : start + _AT_ONCE], tick)
        return written

    async def _set_times_right(self, now: datetime) -> None:
        """Let nothing wait for a time that a clock wrote which was ahead."""
        if count := await self._store.set_times_right(now=now):
            logger.warning("a clock was ahead, now or before: %d of its times set right", count)

    async def digest_now(
        self, chat: Chat, *, topic_id: int = 0, since_at: datetime | None = None
    ) -> list[Reply]:
        """Return the digest of the last day (or since a time) for a chat that asks for it.

        Nothing is moved by it: the scheduled digest comes as if nobody had asked.
        """
        subscription = await self._store.subscription(chat.id, topic_id)
        zone = subscription.timezone if subscription else chat.timezone
        filters = subscription.filters if subscription else DigestFilters()
        digest = await self.preview(since_at, filters)
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

    async def preview(
        self, since_at: datetime | None = None, filters: DigestFilters | None = None
    ) -> Digest:
        """Return the digest that a new subscriber would get now."""
        return await self._composing.preview(since_at, filters or DigestFilters())

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

    async def _broadcast(self, pending: Sequence[tuple[Subscription, Due]], tick: Tick) -> int:
        """Write some due digests in one transaction; where that fails, one after the other."""
        digests = []
        await after_readers()  # once for forty: what is due must not wait long for those who ask
        for subscription, due in pending:
            try:
                digests.append(await self._due_digest(subscription, due, tick))
            except Exception:
                logger.exception("no digest for subscription %d this time", subscription.id)
        try:
            return await self._write(digests, tick)
        except StoreError:
            logger.warning("%d digests could not be written together", len(digests))
        written = 0
        for digest in digests:
            try:
                written += await self._write([digest], tick)
            except OvertakenError:  # it is written with the next look, as one that follows
                number = digest.slot.subscription_id
                logger.info("the digest before that of subscription %d has just left", number)
            except Exception:
                number = digest.slot.subscription_id
                logger.exception("no digest for subscription %d this time", number)
        return written

    async def _write(self, digests: Sequence[DueDigest], tick: Tick) -> int:
        """Write due digests; those whose slot turned out to be taken are not asked for again."""
        written = await self._store.enqueue_digests(digests, now=tick.now)
        for digest, new in zip(digests, written, strict=True):
            if not new:  # paused meanwhile, or the same date and time in a former zone
                self._remember_refused(digest.slot, tick.now)
        return sum(written)

    async def _due_digest(self, subscription: Subscription, due: Due, tick: Tick) -> DueDigest:
        """Return a digest as it is to be written.

        Digests of which nothing has left yet, as after an outage of Telegram, are replaced by
        this one, which covers their periods too.
        """
        doubtful: list[OutboxMessage] = []
        waiting: WaitingDigests | None = None
        if subscription.id in tick.unsettled:
            doubtful = await self._store.doubtful(subscription.id)
            waiting = await self._store.waiting_digests(subscription.id)
        until = tick.until(subscription.filters)
        begun, unsent = Begun.at(subscription, due.slot.due_at, until), frozenset[int]()
        if waiting is not None:
            doubtful = [*waiting.doubtful, *doubtful]
            begun = Begun.before(waiting, subscription, until)
            unsent = frozenset(waiting.article_ids)
        made = await self._composing.made(subscription, begun, doubtful, tick, unsent=unsent)
        replies = signed(
            self._messages(subscription, made, tick),
            subscription.delivery.signature,
            subscription.language,
        )
        messages = [
            _message(subscription, due.slot, part, reply, tick.now)
            for part, reply in enumerate(replies, start=1)
        ]
        if replies and (chart := await self._chart(subscription, made, tick)) is not None:
            messages.append(_message(subscription, due.slot, PICTURE_PART, chart, tick.now))
        return DueDigest(
            slot=due.slot,
            covered=tuple(due.covered),
            messages=tuple(messages),
            cursor=until,
            # What was not sent covers nothing: the next one begins where the last one sent ended.
            covered_until_at=tick.covered_until_at(begun) if messages else begun.since_at,
            folds=tuple(message.id for message in doubtful),
            replaces=waiting.message_ids if waiting else (),
            shown=made.shown,
            known=made.known,
        )

    def _messages(self, subscription: Subscription, made: Made, tick: Tick) -> list[Reply]:
        """Return a digest's messages, made once for all who see it alike; none for a quiet day."""
        quiet = not made.digest.items and not made.digest.left_out
        if quiet and subscription.filters.skip_quiet:
            return []
        look = tick.looks.get(subscription.chat_id, Look())
        screen = (made.key, subscription.timezone, subscription.language, look)
        if screen not in tick.messages:
            tick.messages[screen] = self.rendered(
                made.digest,
                timezone=subscription.timezone,
                language=subscription.language,
                look=look,
            )
        return tick.messages[screen]

    async def _chart(self, subscription: Subscription, made: Made, tick: Tick) -> Reply | None:
        """Return a picture of what moved, for who wants one; made once for all who see it alike."""
        look = tick.looks.get(subscription.chat_id, Look())
        wanted = subscription.filters.chart and look.pictures and not look.text_only
        item = charted(made.digest.items) if wanted else None
        if item is None or item.state is None:
            return None
        zone, language = subscription.timezone, subscription.language
        screen = (made.shown[item.state.event_id], item.article.id, zone, language, look)
        if screen not in tick.charts:
            tick.charts[screen] = await self._charting.of_event(
                item, zone=zone, language=language, look=look, now=tick.now
            )
        return tick.charts[screen]

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
