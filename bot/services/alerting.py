"""Alerts: what is new in what somebody follows, told at once.

::

    change log ─▶ events with something new ─▶ their followers ─▶ told now, or held ─▶ outbox
    (after it was read)                                           (quiet hours, so many an hour)

The messages, what they told and the place in the log are one transaction, so nothing is told twice
or lost by a kill. What is held is told in one message as it stands by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    is_mass_casualty,
    is_told_of,
    may_tell,
    seen_before,
    worth_telling,
)
from bot.digest.happenings import Happening, choose
from bot.events.changes import changes
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
)
from bot.services.happenings import Happenings
from bot.services.sensitive import tells_of_casualties
from bot.store.base import Store
from bot.text.languages import texts
from bot.text.matters import matter_name
from bot.text.names import NameList
from bot.text.tokens import tokenize

_AT_ONCE = 200  # changes looked at in one transaction
_HELD = 500  # held alerts looked at in one tick
_NEWEST = 3  # reports of a held event, of which one tells it
_HOUR = timedelta(hours=1)

_Where = tuple[int, int]  # chat and topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """An event with something new for one chat, with what the chat was told of it before."""

    happening: Happening
    state: EventSnapshot
    changes: tuple[EventChange, ...]
    before: EventSnapshot | None
    held: Alert | None
    names: tuple[str, ...]
    place: bool  # it is in a place that the chat follows


@dataclass(slots=True)
class _Tick:
    """One look: the instant, and what it is going to write."""

    now: datetime
    before: int
    after: int
    messages: list[NewMessage] = field(default_factory=list)
    told: list[tuple[Alert, EventSnapshot | None]] = field(default_factory=list)


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
        wanted: dict[FollowKind, set[str]] = defaultdict(set)
        named: dict[int, set[str]] = {}
        searched = NameList((word, word) for word in words)
        for one in period.happenings:
            if one.state is None:
                continue
            named[one.state.event_id] = _words_in(one, searched) if words else set()
            wanted[FollowKind.WORD] |= named[one.state.event_id]
            wanted[FollowKind.PLACE] |= one.areas
            wanted[FollowKind.PARTY] |= set(one.state.parties)
            wanted[FollowKind.EVENT].add(str(one.state.event_id))
        followers = await self._store.followers({kind: sorted(v) for kind, v in wanted.items()})
        news: dict[_Where, list[tuple[Happening, list[Follow]]]] = defaultdict(list)
        for one in period.happenings:
            mine: dict[_Where, list[Follow]] = defaultdict(list)
            arrived = max(changed[new.article.id] for new in one.new)
            for follow in followers:
                if arrived > follow.created_at and _wants(follow, one, named):
                    mine[follow.chat_id, follow.topic_id].append(follow)
            for where, follows in mine.items():
                news[where].append((one, follows))
        await self._tell(tick, news)

    async def _look_at_held(self, tick: _Tick) -> None:
        """Think of what is held, as it stands now."""
        held = await self._store.held_alerts(_HELD)
        if not held:
            return
        events = await self._store.events([one.event_id for one in held])
        newest = [key for event in events.values() for key in event.article_ids[-_NEWEST:]]
        stored = await self._store.articles(newest)
        period = await self._happenings.of(list(stored.values()), at=tick.now)
        by_id = {one.state.event_id: one for one in period.happenings if one.state}
        news: dict[_Where, list[tuple[Happening, list[Follow]]]] = defaultdict(list)
        for alert in held:
            where = (alert.chat_id, alert.topic_id)
            happening = by_id.get(alert.event_id)
            follows = await self._store.follows(*where)
            if happening is None or not follows:  # taken over by another event, or not wanted now
                tick.told.append((replace(alert, held_at=None), None))
            else:
                news[where].append((happening, follows))
        await self._tell(tick, news)

    async def _tell(
        self, tick: _Tick, news: Mapping[_Where, Sequence[tuple[Happening, list[Follow]]]]
    ) -> None:
        """Write what may be told now to each chat, and hold the rest."""
        places = list(news)
        events = {one.state.event_id for pairs in news.values() for one, _ in pairs if one.state}
        rows = {
            (one.chat_id, one.topic_id, one.event_id): one
            for one in await self._store.alerts(places, sorted(events))
        }
        ids = [one.snapshot_id for one in rows.values() if one.snapshot_id is not None]
        known = await self._store.snapshots(ids)
        counts = await self._store.alerts_since(places, tick.now - _HOUR)
        for where, pairs in news.items():
            chat = await self._store.chat(where[0])
            if chat is None:
                continue
            found = []
            for happening, follows in pairs:
                if happening.state is None:
                    continue
                row = rows.get((*where, happening.state.event_id))
                one = _news(happening, happening.state, follows, row, known, chat.language)
                if one.changes:
                    found.append(one)
                elif row is not None and row.held_at is not None:
                    tick.told.append((replace(row, held_at=None), None))
            await self._divide(tick, chat, where, found, counts.get(where, 0))

    async def _divide(
        self, tick: _Tick, chat: Chat, where: _Where, found: Sequence[_News], written: int
    ) -> None:
        """Tell one chat what it may hear now and hold what it may not."""
        subscription = await self._store.subscription(*where)
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
                told_at=tick.now if one in now else one.held.told_at if one.held else None,
                held_at=held_at,
            )
            tick.told.append((alert, one.state if one in now else _baseline(one)))
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

    def _rendered(self, news: Sequence[_News], chat: Chat, zone: str, now: datetime) -> list[Reply]:
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
        states = [state for _, state in tick.told if state is not None]
        ids = iter(await self._store.keep_snapshots(states, now=tick.now) if states else ())
        return [
            alert if state is None else replace(alert, snapshot_id=next(ids))
            for alert, state in tick.told
        ]


def _news(
    happening: Happening,
    state: EventSnapshot,
    follows: Iterable[Follow],
    row: Alert | None,
    known: Mapping[int, EventSnapshot],
    language: str,
) -> _News:
    """Return what is new about an event for a chat that was told of it as ``row`` says."""
    before = known.get(row.snapshot_id or 0) if row else seen_before(happening)
    wanting = [one for one in follows if _names(one, happening)]
    matters = [Matter(one.kind, one.value) for one in wanting]
    return _News(
        happening=happening,
        state=state,
        changes=worth_telling(changes(before, state)),
        before=before,
        held=row,
        names=tuple(matter_name(matter, language) for matter in matters),
        place=any(matter.kind is FollowKind.PLACE for matter in matters),
    )


def _names(follow: Follow, happening: Happening) -> bool:
    return follow.kind is FollowKind.WORD or is_told_of(happening, follow.kind, follow.value)


def _wants(follow: Follow, happening: Happening, named: Mapping[int, set[str]]) -> bool:
    if happening.state is None:
        return False
    if follow.kind is FollowKind.WORD:
        return follow.value in named.get(happening.state.event_id, ())
    return is_told_of(happening, follow.kind, follow.value)


def _words_in(happening: Happening, words: NameList[str]) -> set[str]:
    """Return the followed words that stand in the new reports of an event."""
    found: set[str] = set()
    for one in happening.new:
        for text in (one.article.title, *(paragraph.text for paragraph in one.paragraphs)):
            for name in words.find(text, tokenize(text)):
                found.update(name.value)
    return found


def _baseline(one: _News) -> EventSnapshot | None:
    """Return the state to compare with once it is told, None where the alert has it already."""
    return one.before if one.held is None else None


def _always(found: tuple[EventChange, ...]) -> Callable[[EventSnapshot], tuple[EventChange, ...]]:
    return lambda _state: found
