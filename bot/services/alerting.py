"""Alerts: what is new in what somebody follows, told at once.

::

    change log ─▶ events with something new ─▶ their followers ─▶ told now, or held ─▶ outbox
    (after it was read)                                           (quiet hours, so many an hour)

The messages, what they told and the place in the log are one transaction, so nothing is told twice
or lost by a kill. What is held is told in one message as it stands by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.delivery.quiet import quiet_until
from bot.delivery.render import render_alerts
from bot.delivery.signature import signed
from bot.delivery.steps import steps_data
from bot.digest.alerting import (
    MOST_AN_HOUR,
    OLDEST_NEWS,
    is_breaking,
    is_mass_casualty,
    may_tell,
)
from bot.digest.happenings import Happening, choose, wanted
from bot.models import (
    Alert,
    Button,
    Chat,
    DeliveryOptions,
    DigestFilters,
    DigestItem,
    EventChange,
    EventSnapshot,
    Follow,
    FollowKind,
    Matter,
    NewMessage,
    Order,
    OutboxKind,
    Reply,
    Subscription,
)
from bot.services.happenings import Happenings, Period
from bot.services.knowing import Where, known_to
from bot.services.newsworthy import News, known_before, news_of, wants, words_in
from bot.services.sensitive import tells_of_casualties
from bot.store.base import Store
from bot.text.languages import texts
from bot.text.names import NameList

_AT_ONCE = 200  # changes looked at in one transaction
_HELD = 500  # held alerts looked at in one tick
_NEWEST = 3  # reports of a held event, of which one tells it
_HOUR = timedelta(hours=1)

# A note, with the states to be named in it: the one that the chat knows now, and the one before.
_Note = tuple[Alert, EventSnapshot | None, EventSnapshot | None]
_Found = dict[Where, list[tuple[Happening, list[Follow]]]]


@dataclass(slots=True)
class _Tick:
    """One look: the instant, and what it is going to write."""

    now: datetime
    before: int
    after: int
    messages: list[NewMessage] = field(default_factory=list)
    told: list[_Note] = field(default_factory=list)

    def let_go(self, alert: Alert) -> None:
        """Hold an alert no longer."""
        self.told.append((replace(alert, held_at=None), None, None))


class Alerting:
    """Writes the alerts that are due."""

    def __init__(self, store: Store, clock: Clock, *, most_an_hour: int = MOST_AN_HOUR) -> None:
        self._store = store
        self._clock = clock
        self._most = most_an_hour
        self._happenings = Happenings(store)

    async def tick(self) -> int:
        """Look at what is new since the last look, and at what is held; return how many messages.

        Raises StoreError when the store cannot be read or written; the next look begins there.
        """
        written = 0
        while True:
            before = await self._store.alerts_seq()
            until = (await self._store.events_mark()).seq
            log = await self._store.changes(before, _AT_ONCE)
            log = [change for change in log if change.seq <= until]
            tick = _Tick(now=self._clock.now(), before=before, after=before)
            if log:
                tick.after = log[-1].seq
                await self._look(tick, {change.article_id: change.at for change in log})
            else:
                await self._look_at_held(tick)
            if not log and not tick.told:
                break
            alerts = await self._kept(tick)
            saved = await self._store.save_alerts(
                tick.messages, alerts, before=tick.before, after=tick.after, now=tick.now
            )
            written += len(tick.messages) if saved else 0
            if not log or not saved:
                break
        return written

    async def _look(self, tick: _Tick, changed: Mapping[int, datetime]) -> None:
        """Think of the followers of what changed."""
        stored = await self._store.articles(list(changed))
        fresh = [one for one in stored.values() if one.article.dated_at >= tick.now - OLDEST_NEWS]
        if not fresh:
            return
        words = await self._store.followed_words()
        period = await self._happenings.of(fresh, at=tick.now)
        sought: dict[FollowKind, set[str]] = defaultdict(set)
        named: dict[int, set[str]] = {}
        searched = NameList((word, word) for word in words)
        for one in period.happenings:
            if one.state is None:
                continue
            named[one.state.event_id] = words_in(one, searched) if words else set()
            sought[FollowKind.WORD] |= named[one.state.event_id]
            sought[FollowKind.PLACE] |= one.areas
            sought[FollowKind.PARTY] |= set(one.state.parties)
            sought[FollowKind.EVENT].add(str(one.state.event_id))
        followers = await self._store.followers({kind: sorted(v) for kind, v in sought.items()})
        news: _Found = defaultdict(list)
        for one in period.happenings:
            mine: dict[Where, list[Follow]] = defaultdict(list)
            arrived = max(changed[new.article.id] for new in one.new)
            for follow in followers:
                if arrived > follow.created_at and wants(follow, one, named):
                    mine[follow.chat_id, follow.topic_id].append(follow)
            for where, follows in mine.items():
                news[where].append((one, follows))
        await self._break(period, news)
        await self._tell(tick, period, news)

    async def _break(self, period: Period, news: _Found) -> None:
        """Think of those who chose breaking posts, where something is breaking."""
        grave = [one for one in period.happenings if is_breaking(one)]
        for reader in await self._store.subscriptions() if grave else ():
            pairs = news[reader.chat_id, reader.topic_id] if reader.delivery.breaking else []
            for one in grave if reader.delivery.breaking else ():
                followed = any(one is happening for happening, _ in pairs)
                if not followed and wanted(one, reader.filters):
                    pairs.append((one, []))

    async def _look_at_held(self, tick: _Tick) -> None:
        """Think of what is held, as it stands now."""
        held = await self._store.held_alerts(_HELD)
        if not held:
            return
        heirs = await self._heirs([one.event_id for one in held])
        ids = [heirs.get(one.event_id, one.event_id) for one in held]
        events = await self._store.events(list(dict.fromkeys(ids)))
        newest = [key for event in events.values() for key in event.article_ids[-_NEWEST:]]
        stored = await self._store.articles(newest)
        period = await self._happenings.of(list(stored.values()), at=tick.now)
        by_id = {one.state.event_id: one for one in period.happenings if one.state}
        news: _Found = defaultdict(list)
        for alert in held:
            where = (alert.chat_id, alert.topic_id)
            happening = by_id.get(heirs.get(alert.event_id, alert.event_id))
            follows = await self._store.follows(*where)
            breaking = happening is not None and await self._breaks(where, happening)
            if happening is None or not (follows or breaking):  # it is gone, or not wanted now
                tick.let_go(alert)
            elif not any(one is happening for one, _ in news[where]):
                news[where].append((happening, follows))
        await self._tell(tick, period, {where: pairs for where, pairs in news.items() if pairs})

    async def _breaks(self, where: Where, happening: Happening) -> bool:
        """Tell whether an event is still one for the breaking posts of a chat."""
        reader = await self._store.subscription(*where)
        if reader is None or not (reader.active and reader.delivery.breaking):
            return False
        return is_breaking(happening) and wanted(happening, reader.filters)

    async def _heirs(self, event_ids: Sequence[int]) -> dict[int, int]:
        """Return the events that took these over, and took over those, each by the last one."""
        heirs: dict[int, int] = {}
        events = await self._store.events(event_ids)
        while taken := {key: one.merged_into for key, one in events.items() if one.merged_into}:
            heirs = {key: taken.get(heir, heir) for key, heir in heirs.items()} | taken
            events = await self._store.events([one for one in taken.values() if one not in heirs])
        return heirs

    async def _tell(self, tick: _Tick, period: Period, news: _Found) -> None:
        """Write what may be told now to each chat, and hold the rest.

        What is held of an event that another one took over is told with that one, and once.
        """
        places = list(news)
        subscriptions = {where: await self._store.subscription(*where) for where in places}
        readers = {where: one.id if one else None for where, one in subscriptions.items()}
        known = await known_to(self._store, readers, period.event_ids)
        rows = {
            (one.chat_id, one.topic_id, one.event_id): one
            for one in await self._store.alerts(places, period.event_ids)
        }
        held = {one.event_id for one in rows.values() if one.held_at is not None}
        heirs = await self._heirs(sorted(held)) if held else {}
        ids = [one.snapshot_id for one in rows.values() if one.snapshot_id is not None]
        kept = await self._store.snapshots(ids)
        counts = await self._store.alerts_since(places, tick.now - _HOUR)
        for where, pairs in news.items():
            chat = await self._store.chat(where[0])
            if chat is None:
                continue
            told = known.told.get(where, {})
            states = {event: known.snapshots[one.snapshot_id] for event, one in told.items()}
            found = []
            for happening, follows in pairs:
                if happening.state is None:
                    continue
                event = happening.state.event_id
                row = rows.get((*where, event))
                for former, heir in heirs.items():
                    waiting = rows.get((*where, former))
                    if heir == event and waiting is not None and waiting.held_at is not None:
                        tick.let_go(waiting)
                        row = row or replace(waiting, event_id=event, held_at=None)
                whole = not follows  # a breaking event, which nobody there has followed till now
                before = known_before(happening, period, row, states, kept, whole=whole)
                one = news_of(happening, happening.state, follows, row, before, chat.language)
                if one.changes:
                    found.append(one)
                elif row is not None and row.held_at is not None:
                    tick.let_go(row)
            written, subscription = counts.get(where, 0), subscriptions[where]
            self._divide(tick, chat, where, found, written, subscription)

    def _divide(
        self,
        tick: _Tick,
        chat: Chat,
        where: Where,
        found: Sequence[News],
        written: int,
        subscription: Subscription | None,
    ) -> None:
        """Tell one chat what it may hear now and hold what it may not."""
        options = subscription.delivery if subscription else DeliveryOptions()
        zone = subscription.timezone if subscription else chat.timezone
        quiet = quiet_until(options, ZoneInfo(zone), tick.now) is not None
        now = [
            one
            for one in found
            if may_tell(
                quiet=quiet,
                told_in_hour=written,
                most=self._most,
                mass=one.place and is_mass_casualty(one.state, one.changes),
            )
        ]
        for one in found:
            if one not in now and one.held is not None and one.held.held_at is not None:
                continue  # it is held already
            held_at = None if one in now else tick.now
            alert = Alert(
                chat_id=where[0],
                topic_id=where[1],
                event_id=one.state.event_id,
                snapshot_id=one.held.snapshot_id if one.held else None,
                before_id=one.held.before_id if one.held and one not in now else None,
                told_at=tick.now if one in now else one.held.told_at if one.held else None,
                held_at=held_at,
            )
            known = one.before if one in now else None
            tick.told.append((alert, one.state if one in now else one.baseline, known))
        replies = self._rendered(now, chat, zone, tick.now) if now else []
        for part, reply in enumerate(signed(replies, options.signature, chat.language), start=1):
            tick.messages.append(
                NewMessage(
                    chat_id=where[0],
                    topic_id=where[1],
                    kind=OutboxKind.ALERT,
                    key=f"{tick.after}:{tick.now:%Y%m%dT%H%M%S%f}",
                    part=part,
                    reply=reply,
                    silent=options.silent,
                )
            )

    def _rendered(self, news: Sequence[News], chat: Chat, zone: str, now: datetime) -> list[Reply]:
        items: list[DigestItem] = []
        for one in news:
            held, _ = choose([one.happening], _always(one.changes), DigestFilters(), most=1)
            items += held
        names = tuple(dict.fromkeys(name for one in news for name in one.names))
        say = texts(chat.language)
        event = Matter(FollowKind.EVENT, str(news[0].state.event_id))
        button = Button(say("alert.timeline"), steps_data(Order.TIMELINE, event))
        return render_alerts(
            items,
            names,
            zone=zone,
            language=chat.language,
            now=now,
            look=chat.look,
            sensitive=tells_of_casualties,
            buttons=((button,),) if len(news) == 1 else (),
        )

    async def _kept(self, tick: _Tick) -> list[Alert]:
        """Return the alerts with the ids of the states that they told."""
        states = [one for _, *named in tick.told for one in named if one is not None]
        ids = await self._store.keep_snapshots(states, now=tick.now) if states else []
        kept = {id(state): number for state, number in zip(states, ids, strict=True)}
        notes = []
        for alert, state, before in tick.told:
            note = alert if state is None else replace(alert, snapshot_id=kept[id(state)])
            notes.append(note if before is None else replace(note, before_id=kept[id(before)]))
        return notes


def _always(found: tuple[EventChange, ...]) -> Callable[[EventSnapshot], tuple[EventChange, ...]]:
    return lambda _state: found
