"""The day's digest edited in place: where a chat chose it, when figures in it move.

::

    events changed ─▶ chats that chose it ─▶ today's digest, all of it sent ─▶ figures moved since
                                                                              it showed them?
                      ─▶ the same events as they stand now ─▶ an edit in the outbox

What the digest shows is compared with what it was written from, so a look may come late, twice or
be killed half-way: the next one finds the same and writes it again, which changes nothing twice.
What an edit told counts as shown, so that the next digest does not bring it as news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from zoneinfo import ZoneInfo

from bot.clock import Clock, local_date
from bot.digest.happenings import choose
from bot.models import (
    Digest,
    DigestFilters,
    EventChangeKind,
    EventSnapshot,
    Look,
    OutboxMessage,
    OutboxState,
    Shown,
    Subscription,
)
from bot.services.broadcasting import Broadcasting
from bot.services.happenings import Happenings, Period
from bot.services.outgoing import Outgoing
from bot.store.base import Store

_MOVES = frozenset({EventChangeKind.FIGURE, EventChangeKind.CORRECTION, EventChangeKind.DENIAL})
_NEWEST = 5  # reports of an event looked at, of which one tells the new figure
_ON_THE_WAY = frozenset({OutboxState.PENDING, OutboxState.SENDING})


class Revising:
    """Edits digests whose figures have moved."""

    def __init__(
        self, store: Store, clock: Clock, broadcasting: Broadcasting, outgoing: Outgoing
    ) -> None:
        self._store = store
        self._clock = clock
        self._broadcasting = broadcasting
        self._outgoing = outgoing
        self._happenings = Happenings(store)
        self._looked_at = -1  # how far events were followed at the last look; it may be repeated

    async def tick(self) -> int:
        """Edit what has moved since the last look; return how many digests.

        Raises StoreError when the store cannot be read or written; the next look repeats this one.
        """
        mark = (await self._store.events_mark()).seq
        if mark == self._looked_at:
            return 0
        edited, waits = 0, False
        for subscription in await self._store.subscriptions():
            if subscription.delivery.edit_in_place:
                parts, shown = await self._todays(subscription)
                waits = waits or any(part.state in _ON_THE_WAY for part in parts)
                edited += bool(shown) and await self._revised(subscription, parts, shown)
        self._looked_at = -1 if waits else mark
        return edited

    async def _todays(self, subscription: Subscription) -> tuple[list[OutboxMessage], list[Shown]]:
        """Return the text of today's newest digest, and what it shows once all was sent."""
        slot = await self._store.latest_slot(subscription.id)
        today = local_date(self._clock.now(), ZoneInfo(subscription.timezone))
        if slot is None or slot.local_date != today:
            return [], []
        parts = [part for part in await self._store.messages_of(slot) if not part.picture]
        if any(part.state is not OutboxState.SENT for part in parts):
            return parts, []
        return parts, await self._store.shown_by(slot)

    async def _revised(
        self, subscription: Subscription, parts: list[OutboxMessage], shown: list[Shown]
    ) -> bool:
        """Edit one digest if figures in it have moved; tell whether."""
        own = frozenset(article for part in parts for article in part.article_ids)
        period = await self._as_it_stands(own, [one.event_id for one in shown])
        ids = [number for one in shown for number in (one.snapshot_id, one.before_id) if number]
        kept = await self._store.snapshots(ids)
        seen = {s.event_id: kept[s.snapshot_id] for s in shown if s.snapshot_id in kept}
        moved = {
            one.state.event_id: one.state
            for one in period.happenings
            if one.state and _MOVES & {c.kind for c in period.changes(one.state, seen)}
        }
        if not moved:
            return False
        before = {s.event_id: kept[s.before_id] for s in shown if s.before_id in kept}
        digest = await self._digest(subscription, period, before)
        chat = await self._store.chat(subscription.chat_id)
        replies = self._broadcasting.rendered(
            digest,
            timezone=subscription.timezone,
            language=subscription.language,
            look=chat.look if chat else Look(),
        )
        if not await self._outgoing.edit_digest(subscription, replies):
            return False
        numbers = await self._store.keep_snapshots(list(moved.values()), now=self._clock.now())
        await self._store.show_anew(subscription.id, dict(zip(moved, numbers, strict=True)))
        return True

    async def _as_it_stands(self, own: frozenset[int], event_ids: list[int]) -> Period:
        """Return what these articles of a digest told of, as it stands now."""
        events = await self._store.events(event_ids)
        newest = {key for event in events.values() for key in event.article_ids[-_NEWEST:]}
        stored = await self._store.articles(sorted(own | newest))
        period = await self._happenings.of(list(stored.values()), at=self._clock.now())
        told = tuple(
            one
            for one in period.happenings
            if not own.isdisjoint(new.article.id for new in one.new)
        )
        return Period(happenings=told, forebears=period.forebears)

    async def _digest(
        self, subscription: Subscription, period: Period, before: Mapping[int, EventSnapshot]
    ) -> Digest:
        """Return the digest once more, marked as revised: nothing is chosen anew."""
        items, _ = await asyncio.to_thread(
            choose,
            period.happenings,
            partial(period.changes, shown=before),
            DigestFilters(short=subscription.filters.short),
            most=len(period.happenings),
        )
        return Digest(
            since_at=None,
            until_at=self._clock.now(),
            items=tuple(items),
            revised=True,
        )
