"""What one subscription's digest says: its period, the events of it, and what of them is new to it.

::

    new articles since the cursor ─▶ their events ─▶ what changed since it was shown ─▶ choose
    (+ those whose delivery is in doubt,
     − those that were old news when they came)

Subscriptions that share a cursor share what is read; those that share their filters and what they
were shown too share the choice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bot.clock import Clock
from bot.digest.happenings import choose, wanted
from bot.models import (
    Article,
    Digest,
    DigestFilters,
    EventSnapshot,
    FollowKind,
    Look,
    OutboxMessage,
    Reply,
    Subscription,
)
from bot.services.beginning import LATE, Begun, before, filters_of
from bot.services.happenings import Happenings, Period
from bot.services.knowing import KNOWN_FOR, Told, Where, known_to, surely
from bot.store.base import Store

_MOST_READ = 400  # articles loaded for one digest; more are counted, not read
_NO_END = 2**62


_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A digest, what tells it from others of the tick, and the states of events it shows.

    ``shown`` maps event ids to the ids of their snapshots, ``known`` to those compared with.
    """

    key: _Key
    digest: Digest
    shown: Mapping[int, int]
    known: Mapping[int, int]


@dataclass(slots=True)
class Tick:
    """One look at what is due: a fixed instant and end of the change log, and what it made.

    ``sharing`` are the due subscriptions by the period that they share. For each period, ``told``
    (by chat and topic, event id → what it was told last) and ``followed`` (by chat and topic, event
    ids) are filled for all of them once the first one is composed.
    """

    now: datetime
    last_seq: int
    read_seq: int  # up to which articles were read: where they happened, and who took part
    unread_at: datetime  # since when articles wait to be read
    newest_at: datetime | None
    looks: dict[int, Look]  # of the chats that have chosen one
    unsettled: set[int] = field(default_factory=set)  # subscriptions with digests not yet arrived
    sharing: dict[Begun, list[Subscription]] = field(default_factory=lambda: defaultdict(list))
    periods: dict[_Key, Period] = field(default_factory=dict)
    told: dict[_Key, dict[Where, Mapping[int, Told]]] = field(default_factory=dict)
    snapshots: dict[int, EventSnapshot] = field(default_factory=dict)
    followed: dict[_Key, dict[Where, frozenset[int]]] = field(default_factory=dict)
    made: dict[_Key, Made] = field(default_factory=dict)
    messages: dict[_Key, list[Reply]] = field(default_factory=dict)
    charts: dict[_Key, Reply | None] = field(default_factory=dict)

    def until(self, filters: DigestFilters) -> int:
        """Return how far along the change log a digest goes.

        Whether somebody wants an article by its places or parties is known once it was read: what
        was not is left to a later digest.
        """
        return self.read_seq if filters.places or filters.parties else self.last_seq

    def covered_until_at(self, begun: Begun) -> datetime:
        """Return the end of the time that a digest covers."""
        whole = begun.until >= self.last_seq
        return self.now if whole else max(begun.since_at, self.unread_at)


class Composing:
    """Composes digests from what the store holds; nothing is written but states of events."""

    def __init__(self, store: Store, clock: Clock, *, max_items: int) -> None:
        self._store = store
        self._clock = clock
        self._max_items = max_items
        self._happenings = Happenings(store)

    async def begin(self, at: datetime | None = None) -> Tick:
        """Return a look at what is due at an instant, without one at this."""
        now, last_seq = at or self._clock.now(), await self._store.last_seq()
        read_seq = min(last_seq, (await self._store.events_mark()).seq)
        unread = await self._store.changes(read_seq, 1)
        return Tick(
            now=now,
            last_seq=last_seq,
            read_seq=read_seq,
            unread_at=min([now, *(change.at for change in unread)]),
            newest_at=await self._store.newest_at(),
            looks=await self._store.looks(),
            unsettled=await self._store.unsettled_subscriptions(),
        )

    async def preview(self, since_at: datetime | None, filters: DigestFilters) -> Digest:
        """Return the digest that a new subscriber would get now."""
        tick = await self.begin()
        since_at = since_at or tick.now - filters.first_period
        dated = await self._dated_since(since_at, tick.last_seq)
        period = await self._happened(dated, len(dated), tick)
        return await self._digest(period, since_at, filters, {}, frozenset(), tick)

    async def made(
        self,
        subscription: Subscription,
        begun: Begun,
        doubtful: Sequence[OutboxMessage],
        tick: Tick,
        *,
        unsent: frozenset[int] = frozenset(),
    ) -> Made:
        """Return the digest that one subscription gets, made once for all that share it.

        The articles of ``doubtful`` messages come again, flagged. ``unsent`` are articles of
        digests that this one replaces: their events were noted as shown, but never were.
        """
        repeated = frozenset(article for message in doubtful for article in message.article_ids)
        period_key = (begun, *sorted(repeated))
        if period_key not in tick.periods:
            tick.periods[period_key] = await self._gather(begun, repeated, tick)
        period = tick.periods[period_key]
        where = subscription.chat_id, subscription.topic_id
        if where not in tick.told.get(period_key, ()):
            readers = [subscription, *tick.sharing.get(begun, ())]
            await self._remember(readers, period, period_key, tick)
        told = tick.told[period_key][where]
        followed = tick.followed[period_key].get(where, frozenset())
        seen = surely(told, tick.snapshots, repeated | unsent)
        alerted = frozenset(event for event, one in told.items() if one.by_alert)
        filters = filters_of(subscription)
        key = (period_key, filters, tuple(sorted(seen.items())), alerted, followed)
        if key not in tick.made:
            states = {event: tick.snapshots[kept] for event, kept in seen.items()}
            since_at = begun.since_at
            digest = await self._digest(period, since_at, filters, states, followed, tick, alerted)
            shown = [item.state for item in digest.items if item.state is not None]
            ids = await self._store.keep_snapshots(shown, now=tick.now)
            compared = {one.event_id: period.known_as(one, states) for one in shown}
            tick.made[key] = Made(
                key=key,
                digest=digest,
                shown={one.event_id: number for one, number in zip(shown, ids, strict=True)},
                known={event: seen[as_] for event, as_ in compared.items() if as_ is not None},
            )
        return tick.made[key]

    async def _gather(self, begun: Begun, repeated: frozenset[int], tick: Tick) -> Period:
        """Read what happened since a digest began; of much that is new the newest."""
        span, news_from = (begun.cursor, begun.until), before(begun.since_at, LATE)
        later = await self._store.articles_between(*span, since=news_from, limit=_MOST_READ)
        count = len(later)
        if count == _MOST_READ:
            count = await self._store.count_between(*span, since=news_from)
        if not begun.first:
            told_from = before(tick.now, KNOWN_FOR)
            revised = await self._store.revised_articles(*span, since=told_from, limit=_MOST_READ)
            return await self._happened(later, count, tick, repeated, revised)
        dated = await self._dated_since(begun.since_at, begun.until)
        count += len(dated) - await self._store.count_between(*span, since=begun.since_at)
        new = {article.id: article for article in [*dated, *later]}
        return await self._happened(list(new.values()), count, tick, repeated)

    async def _remember(
        self, readers: Sequence[Subscription], period: Period, key: _Key, tick: Tick
    ) -> None:
        """Read what these subscriptions' chats know of a period's events, and what they follow."""
        chats = {(one.chat_id, one.topic_id): one.id for one in readers}
        known = await known_to(self._store, chats, period.event_ids)
        tick.snapshots |= known.snapshots
        told = {where: known.told.get(where, {}) for where in chats}
        tick.told.setdefault(key, {}).update(told)
        tick.followed[key] = await self._followed(period)

    async def _followed(self, period: Period) -> dict[Where, frozenset[int]]:
        """Return the events of a period that chats and topics follow."""
        by_value = defaultdict[tuple[FollowKind, str], set[int]](set)
        for one in period.happenings:
            if one.state is None:
                continue
            by_value[FollowKind.EVENT, str(one.state.event_id)].add(one.state.event_id)
            for area in one.areas:
                by_value[FollowKind.PLACE, area].add(one.state.event_id)
            for party in one.state.parties:
                by_value[FollowKind.PARTY, party].add(one.state.event_id)
        wanted = {kind: [v for k, v in by_value if k is kind] for kind, _ in by_value}
        found = defaultdict[tuple[int, int], set[int]](set)
        for follow in await self._store.followers(wanted):
            found[follow.chat_id, follow.topic_id] |= by_value[follow.kind, follow.value]
        return {chat: frozenset(events) for chat, events in found.items()}

    async def _dated_since(self, since_at: datetime, until: int) -> list[Article]:
        """Return the articles dated since then, without those stored after a digest's end.

        The cursor stops there, so the next digest will bring those.
        """
        later = await self._store.articles_between(until, _NO_END)
        too_late = {article.id for article in later}
        dated = await self._store.articles_since(since_at)
        return [article for article in dated if article.id not in too_late]

    async def _happened(
        self,
        new: Sequence[Article],
        count: int,
        tick: Tick,
        repeated: frozenset[int] = frozenset(),
        revised: Sequence[int] = (),
    ) -> Period:
        """Return what articles report, the newest of them if they are many; ``count``: of all."""
        newest_first = sorted(new, key=lambda article: article.dated_at, reverse=True)
        read = [article.id for article in newest_first[:_MOST_READ]]
        wanted = dict.fromkeys([*read, *sorted(repeated), *revised])
        stored = await self._store.articles(list(wanted))
        return await self._happenings.of(
            list(stored.values()),
            at=tick.now,
            repeated=repeated,
            revised=frozenset(revised) - repeated,
            unread=count - len(read),
        )

    async def _digest(
        self,
        period: Period,
        since_at: datetime,
        filters: DigestFilters,
        seen: Mapping[int, EventSnapshot],
        followed: frozenset[int],
        tick: Tick,
        alerted: frozenset[int] = frozenset(),
    ) -> Digest:
        """Return what is new in a period for a reader who has seen those states of events.

        Of ``alerted`` events the reader was told at once, in that state.
        """
        items, left_out = await asyncio.to_thread(
            choose,
            period.happenings,
            partial(period.changes, shown=seen),
            filters,
            followed=followed,
            most=filters.max_events or self._max_items,
        )
        return Digest(
            since_at=since_at,
            until_at=tick.now,
            items=tuple(items),
            left_out=left_out + period.unread,
            newest_at=tick.newest_at,
            cursor=tick.last_seq,
            weekly=filters.weekly,
            told=_told_at_once(period, filters, seen, alerted),
        )


def _told_at_once(
    period: Period,
    filters: DigestFilters,
    seen: Mapping[int, EventSnapshot],
    alerted: frozenset[int],
) -> int:
    """Return how many wanted events of a period are as the reader was told of them at once."""
    told = [one for one in period.happenings if one.state and one.state.event_id in alerted]
    return sum(
        wanted(one, filters) for one in told if one.state and not period.changes(one.state, seen)
    )
