"""Alerts and digests know of each other: nothing a chat was told comes again unless it changed."""

from __future__ import annotations

import html
import itertools
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import (
    DeliveryOptions,
    Event,
    EventsStep,
    FollowKind,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reply,
)
from bot.services.alerting import Alerting
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.services.test_digest_of_events import (
    DAY,
    EIGHT,
    ELSEWHERE,
    EVENING,
    LATER,
    STRIKE,
    Desk,
    plain,
)

CHAT = 7
IDLIB = "sy.gov.idlib"


class Newsroom(Desk):
    """A desk that thinks of followers after every report, and whose Telegram can fail."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        super().__init__(store, clock)
        self.alerting = Alerting(store, clock)

    async def tell(self, outlet: str, told: tuple[str, ...]) -> int:
        article = await self.report(outlet, told)
        await self.look()
        return article

    async def look(self) -> None:
        await self.enriching.follow()
        await self.alerting.tick()

    async def arrive(self, state: OutboxState = OutboxState.SENT) -> list[OutboxMessage]:
        """Let the alerts that wait come to this end and digests arrive; return what was tried."""
        gone: list[OutboxMessage] = []
        while leased := await self.store.lease(50, now=self.clock.now(), lease_s=60):
            for message in leased:
                end = state if message.kind is OutboxKind.ALERT else OutboxState.SENT
                await self.store.settle(message.id, end, now=self.clock.now())
                gone.append(message)
        return gone


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def desk(store: Store) -> Newsroom:
    made = Newsroom(store, FixedClock(EVENING))
    await made.subscribe(CHAT)
    early = made.clock.now() - timedelta(minutes=1)
    await store.follow(CHAT, 0, FollowKind.PLACE, IDLIB, now=early)
    return made


async def test_what_an_alert_told_is_not_new_in_the_digest_which_says_how_many_it_leaves(
    desk: Newsroom,
) -> None:
    await desk.tell("وكالة النهر", STRIKE)
    await desk.tell("وكالة النهر", ELSEWHERE)
    (alert,) = await desk.arrive()
    assert f"● {STRIKE[0]}" in plain([alert])

    shown = plain((await desk.morning())[CHAT])

    assert STRIKE[0] not in shown
    assert f"● {ELSEWHERE[0]}" in shown
    assert "لم يتغيّر خبر واحد وصلك تنبيه به" in shown


async def test_what_moved_since_its_alert_is_a_change_in_the_digest(desk: Newsroom) -> None:
    await desk.tell("وكالة النهر", STRIKE)
    await desk.arrive()
    await desk.report("وكالة النهر", LATER)  # nobody looks for followers before the digest

    shown = plain((await desk.morning())[CHAT])

    assert f"▲ {LATER[0]}" in shown
    assert "القتلى 12 ← 17 (الدفاع المدني)" in shown
    assert "●" not in shown


async def test_an_alert_tells_only_what_moved_since_the_digest(desk: Newsroom) -> None:
    await desk.report("وكالة النهر", STRIKE)
    await desk.morning()
    await desk.look()
    assert await desk.arrive() == []  # the digest told it
    await desk.tell("وكالة النهر", LATER)

    (alert,) = await desk.arrive()

    assert "القتلى 12 ← 17 (الدفاع المدني)" in plain([alert])
    assert "●" not in plain([alert])


async def test_what_is_held_for_the_morning_and_in_its_digest_is_told_by_one_of_them(
    desk: Newsroom,
) -> None:
    quiet = DeliveryOptions(quiet_from="19:00", quiet_until="08:00")
    await desk.store.choose(CHAT, 0, delivery=quiet, now=desk.clock.now())
    await desk.tell("وكالة النهر", STRIKE)
    assert await desk.arrive() == []

    desk.clock.advance(EIGHT - desk.clock.now())
    await desk.broadcasting.tick()
    await desk.look()
    shown = plain(await desk.arrive())

    assert shown.count(STRIKE[0]) == 1
    assert not await desk.store.held_alerts(9)


@pytest.mark.parametrize("end", [OutboxState.DEAD, OutboxState.CANCELLED])
async def test_an_alert_that_never_arrived_keeps_nothing_from_the_digest(
    desk: Newsroom, end: OutboxState
) -> None:
    await desk.tell("وكالة النهر", STRIKE)
    assert len(await desk.arrive(end)) == 1

    shown = plain((await desk.morning())[CHAT])

    assert f"● {STRIKE[0]}" in shown


async def test_an_alert_in_doubt_counts_as_told_once_its_repeat_was_written(
    desk: Newsroom,
) -> None:
    await desk.tell("وكالة النهر", STRIKE)
    (alert,) = await desk.arrive(OutboxState.UNCERTAIN)
    where = [(CHAT, 0)]
    assert await desk.store.lost_alerts(where) == {}

    again = replace(_repeat(alert), key=f"{alert.key}:again")
    await desk.store.enqueue([again], now=desk.clock.now())
    await desk.arrive(OutboxState.UNCERTAIN)

    assert await desk.store.lost_alerts(where) == {(CHAT, 0): frozenset(alert.article_ids)}


def _repeat(message: OutboxMessage) -> NewMessage:
    return NewMessage(
        chat_id=message.chat_id,
        topic_id=message.topic_id,
        kind=message.kind,
        key=message.key,
        part=message.part,
        reply=Reply(html=message.html, plain=message.plain, article_ids=message.article_ids),
    )


@pytest.mark.parametrize("also_held", [False, True])
async def test_a_held_alert_of_an_event_that_another_took_over_is_told_once_with_that_one(
    desk: Newsroom, also_held: bool
) -> None:
    quiet = DeliveryOptions(quiet_from="19:00", quiet_until="22:00")
    await desk.store.choose(CHAT, 0, delivery=quiet, now=desk.clock.now())
    await desk.tell("وكالة النهر", STRIKE)
    (waiting,) = await desk.store.held_alerts(9)
    heir = await _another_event(desk, followed=also_held)
    assert len(await desk.store.held_alerts(9)) == 1 + also_held
    await _take_over(desk.store, waiting.event_id, heir, desk.clock.now())

    desk.clock.advance(timedelta(hours=4))
    await desk.alerting.tick()
    await desk.alerting.tick()

    shown = plain(await desk.arrive())
    assert shown.count("●") == 1
    assert "17" in shown
    assert "12" in shown
    assert not await desk.store.held_alerts(9)


async def _another_event(desk: Newsroom, *, followed: bool) -> int:
    """Store a report that begins an event of its own; return the event's id."""
    near, far = ("سرمين", "ريف إدلب"), ("تعز اليمنية", "غرب اليمن")
    town, region = near if followed else far
    told = (
        f"مقتل 17 في هجوم على حاجز قرب {town}",
        f"قال مصدر محلي إن 17 شخصاً قتلوا في هجوم على حاجز قرب {town} في {region}.",
    )
    article = await desk.tell("راديو الجبل", told)
    event = (await desk.store.readings([article]))[article].event_id
    assert event
    return event


async def _take_over(store: Store, gone: int, heir: int, now: datetime) -> None:
    """Merge one event into another, as the clustering does when both turn out to be one."""
    mark = await store.events_mark()
    events = await store.events([gone, heir])
    whole: Event = replace(
        events[heir], article_ids=(*events[gone].article_ids, *events[heir].article_ids)
    )
    ended = replace(events[gone], article_ids=(), merged_into=heir)
    homes = tuple((article, heir) for article in events[gone].article_ids)
    step = EventsStep(before=mark, after=mark, events=(whole, ended), homes=homes)
    assert await store.save_events(step, now=now)


DAYS, AWAY = 8, (2, 3, 5)  # Telegram is away on these, and a digest replaces another
TOWNS = ("إدلب", "سراقب", "الباغوز", "تعز", "خان شيخون", "سنجار", "درنة", "كفرنبل")
OUTLETS = ("وكالة النهر", "راديو الجبل", "صحيفة الوادي")
SPEAKERS = ("الدفاع المدني", "وزارة الصحة")
TARGETS = ("سوق", "مدرسة", "مسجد", "مخيم", "جسر", "مستشفى")
_MARKS = ("".join(pair) for pair in itertools.product("أبتثجحخدذرزسشص", repeat=2))  # of reports
_ITEM = re.compile(r"(?m)^(?=[\u200f\u2066-\u2069]*[●▲○] )")


def _items(message: OutboxMessage) -> list[str]:
    """Return what a message shows of each event."""
    shown = html.unescape(re.sub(r"<[^>]*>|[\u200e\u200f\u2066-\u2069]", "", message.html))
    return [one.strip() for one in _ITEM.split(shown)[1:]]


async def _a_day(desk: Newsroom, chance: random.Random, day: int) -> list[OutboxMessage]:
    """Let a day pass with its reports; return what reached the chat."""
    reached: list[OutboxMessage] = []
    away = day in AWAY
    for town in chance.sample(TOWNS, 3):
        killed, target = chance.randint(2, 19), chance.choice(TARGETS)
        for _ in range(chance.randint(1, 3)):
            speaker = chance.choice(SPEAKERS)
            killed += chance.choice((0, 0, 3))
            told = (
                f"قصف على {target} في {town} يوقع {killed} قتيلاً ({next(_MARKS)})",
                f"قال {speaker} إن {killed} مدنياً قتلوا في قصف استهدف {target} في {town}.",
            )
            await desk.report(chance.choice(OUTLETS), told)
            if chance.random() < 0.7:
                await desk.look()
            if not away and chance.random() < 0.5:
                end = OutboxState.DEAD if chance.random() < 0.35 else OutboxState.SENT
                gone = await desk.arrive(end)
                dead = OutboxKind.ALERT if end is OutboxState.DEAD else None
                reached += [one for one in gone if one.kind is not dead]
    desk.clock.advance(EIGHT + day * DAY - desk.clock.now())
    if chance.random() < 0.6:
        await desk.look()
    reached += [] if away else await desk.arrive()  # alerts go before a digest
    await desk.enriching.follow()
    await desk.broadcasting.tick()
    reached += [] if away else await desk.arrive()
    desk.clock.advance(timedelta(hours=4))
    return reached


async def _flush(desk: Newsroom, day: int) -> list[OutboxMessage]:
    """Let all be told that is not told yet."""
    desk.clock.advance(EIGHT + day * DAY - desk.clock.now())
    await desk.look()
    reached = await desk.arrive()
    await desk.broadcasting.tick()
    return reached + await desk.arrive()


async def test_over_random_days_nothing_comes_twice_unchanged_and_nothing_is_left_out(
    desk: Newsroom,
) -> None:
    chance = random.Random(6)  # noqa: S311 - repeatable, not secret
    reached = [one for day in range(DAYS) for one in await _a_day(desk, chance, day)]
    reached += await _flush(desk, DAYS)

    items = [(one.kind, item) for one in reached for item in _items(one)]
    texts = [item[1:] for _, item in items]  # without its mark
    assert len(texts) == len(set(texts))
    events = await desk.store.recent_events(EVENING - DAY)
    titles = {key: one.title for key, one in (await desk.store.headlines(range(1, 200))).items()}
    both = 0
    for event in events:
        own = [pair for pair in items if any(titles[a] in pair[1] for a in event.article_ids)]
        assert own, [titles[a] for a in event.article_ids]
        new = [item for _, item in own if item.startswith("●")]
        assert len(new) == 1, new
        both += len({kind for kind, _ in own}) == 2
        _all_figures_were_told(await _last_figures(desk.store, event), own)
    lost = len(await desk.store.outbox(OutboxState.DEAD, limit=500))
    told = sum("وصلك تنبيه ب" in html.unescape(one.html) for one in reached)
    waited = len(await desk.store.outbox(OutboxState.CANCELLED, limit=500))
    print(f"{len(events)} events, {len(items)} items, {both} in alerts and digests, {lost} lost,"
          f" {waited} replaced, {told} digests without what an alert told")  # fmt: skip
    assert min(both, lost, told, waited) > 0
    assert {kind for kind, _ in items} == {OutboxKind.ALERT, OutboxKind.DIGEST}


async def _last_figures(store: Store, event: Event) -> dict[str, int]:
    """Return the newest figure of each speaker in an event."""
    readings = await store.readings(event.article_ids)
    articles = await store.headlines(event.article_ids)
    newest: dict[str, int] = {}
    for key in sorted(event.article_ids, key=lambda one: (articles[one].dated_at, one)):
        for claim in readings[key].claims:
            if claim.speaker and claim.minimum is not None and readings[key].copy_of is None:
                newest[claim.speaker] = claim.minimum
    return newest


def _all_figures_were_told(figures: dict[str, int], own: Sequence[tuple[OutboxKind, str]]) -> None:
    for speaker, number in figures.items():
        assert any(f"{number} ({speaker}" in item for _, item in own), (speaker, number, own)
