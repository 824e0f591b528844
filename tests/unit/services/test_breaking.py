"""Breaking posts: grave events come to a channel between digests where it chose so, no others."""

from __future__ import annotations

from datetime import timedelta

from bot.models import Chat, ChatKind, DeliveryOptions, DigestFilters
from bot.services.alerting import Alerting
from tests.unit.services.test_following import (
    ELSEWHERE,
    MASS,
    NOON,
    STRIKE,
    Desk,
    shown,
    store,
)

__all__ = ["store"]
CHANNEL = -1007


async def channel(desk: Desk, options: DeliveryOptions, filters: DigestFilters) -> None:
    await desk.store.save_chat(Chat(id=CHANNEL, kind=ChatKind.CHANNEL, title="قناة"), now=NOON)
    await desk.store.subscribe(
        CHANNEL, 0, times=("08:00",), timezone="Asia/Damascus", language="ar", now=NOON
    )
    await desk.store.choose(CHANNEL, 0, filters=filters, delivery=options, now=NOON)


async def test_a_grave_event_is_posted_at_once_and_once_and_a_small_one_waits_for_the_digest(
    store: object,
) -> None:
    desk = Desk(store)  # type: ignore[arg-type]  # the fixture of the module that we share it with
    await channel(desk, DeliveryOptions(breaking=True), DigestFilters())

    await desk.report("وكالة النهر", STRIKE)
    await desk.report("وكالة اليمن", ELSEWHERE)
    assert await desk.alerts() == []
    await desk.report("وكالة النهر", MASS)
    await desk.look()

    (post,) = await desk.alerts()
    assert post.chat_id == CHANNEL
    assert shown(post).startswith("⚡ عاجل")
    assert MASS[0] in shown(post)
    assert MASS[1] in shown(post)


async def test_who_did_not_choose_it_or_filters_it_out_gets_none(store: object) -> None:
    desk = Desk(store)  # type: ignore[arg-type]
    await channel(desk, DeliveryOptions(), DigestFilters())
    await desk.report("وكالة النهر", MASS)
    assert await desk.alerts() == []

    await channel(desk, DeliveryOptions(breaking=True), DigestFilters(places=("ye",)))
    await desk.report("إذاعة النهر", (MASS[0] + " وحصيلة جديدة", MASS[1]))
    assert await desk.alerts() == []


async def test_an_event_of_many_outlets_is_breaking_though_nobody_counts_victims(
    store: object,
) -> None:
    desk = Desk(store)  # type: ignore[arg-type]
    await channel(desk, DeliveryOptions(breaking=True), DigestFilters())
    told = []
    for number in range(6):
        title, *text = STRIKE
        more = f"وأضاف مراسل الوكالة رقم {number} أن الأهالي شاركوا في الإنقاذ."
        await desk.report(f"وكالة {number}", (title, *text, more))
        told.append(len(await desk.alerts()))

    assert told[:3] == [0, 0, 0]
    assert told[-1] == 1
    assert "⚡" in shown((await desk.alerts())[0])


async def test_quiet_hours_hold_a_breaking_post_until_they_end(store: object) -> None:
    desk = Desk(store)  # type: ignore[arg-type]
    options = DeliveryOptions(breaking=True, quiet_from="11:00", quiet_until="14:00")
    await channel(desk, options, DigestFilters())
    await desk.report("وكالة النهر", MASS)
    assert await desk.alerts() == []

    desk.clock.advance(timedelta(hours=3))
    assert await Alerting(desk.store, desk.clock).tick() == 1  # also after a restart
    assert MASS[0] in shown((await desk.alerts())[0])
