"""Alerts wait for the end of quiet hours; the day's digest is edited and never sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import (
    Chat,
    ChatKind,
    DeliveryOptions,
    DueDigest,
    NewMessage,
    OutboxKind,
    OutboxState,
    Reply,
    Slot,
    Subscription,
)
from bot.services.outgoing import Outgoing
from bot.store.base import Store
from bot.store.sql import open_store

NIGHT = datetime(2026, 3, 10, 22, tzinfo=UTC)
ALERT = Reply(html="<b>عاجل</b>", plain="عاجل")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NIGHT)


@pytest.fixture
def outgoing(store: Store, clock: FixedClock) -> Outgoing:
    return Outgoing(store, clock, operators=())


@pytest.fixture
async def subscription(store: Store, clock: FixedClock) -> Subscription:
    now = clock.now()
    await store.save_chat(Chat(id=7, kind=ChatKind.PRIVATE, timezone="UTC"), now=now)
    await store.subscribe(7, 0, times=("22:00",), timezone="UTC", language="ar", now=now)
    options = DeliveryOptions(quiet_from="21:00", quiet_until="06:30", signature="توقيع")
    chosen = await store.choose(7, 0, delivery=options, now=now)
    assert chosen is not None
    return chosen


async def test_an_alert_in_quiet_hours_waits_until_they_end(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    assert await outgoing.alert(7, 0, "follow:1:9", ALERT)
    assert not await outgoing.alert(7, 0, "follow:1:9", ALERT)

    (held,) = await store.outbox()
    assert (held.kind, held.silent) == (OutboxKind.ALERT, False)
    assert held.not_before_at == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)


async def test_an_alert_outside_them_goes_at_once_and_none_to_who_cannot_be_reached(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    clock.advance(timedelta(hours=12))
    told: list[int] = []
    outgoing.enqueued = lambda: told.append(1)

    assert await outgoing.alert(7, 0, "a", ALERT)
    await store.set_reachable(7, False, now=clock.now())
    assert not await outgoing.alert(7, 0, "b", ALERT)
    assert not await outgoing.alert(99, 0, "c", ALERT)

    assert told == [1]
    (held,) = await store.outbox()
    assert held.not_before_at == clock.now()


async def digest(
    store: Store,
    subscription: Subscription,
    clock: FixedClock,
    *texts: str,
    picture: bool = False,
    send: bool = True,
) -> None:
    """Write and send today's digest."""
    slot = Slot(
        subscription_id=subscription.id,
        local_date=date(2026, 3, 10),
        time="22:00",
        due_at=NIGHT,
    )
    parts = tuple(
        NewMessage(
            chat_id=7,
            topic_id=0,
            kind=OutboxKind.DIGEST,
            key=slot.key,
            part=part,
            reply=Reply(html=text, plain=text),
        )
        for part, text in enumerate(texts, start=1)
    )
    if picture:
        drawn = Reply(html="رسم", plain="رسم", picture="{}")
        parts = (*parts, replace(parts[0], part=1000, reply=drawn))
    due = DueDigest(slot=slot, messages=parts, cursor=1, covered_until_at=NIGHT)
    await store.enqueue_digests([due], now=clock.now())
    while send and (leased := await store.lease(9, now=clock.now(), lease_s=60)):
        await store.settle_sent({one.id: one.id for one in leased}, now=clock.now())


async def test_todays_digest_is_edited_and_what_it_did_not_have_is_sent(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    await digest(store, subscription, clock, "القتلى 12")
    new = [Reply(html="القتلى 17", plain="القتلى 17"), Reply(html="مزيد", plain="مزيد")]

    assert await outgoing.edit_digest(subscription, new)

    further, edit = await store.outbox(OutboxState.PENDING)
    assert (edit.kind, edit.html) == (OutboxKind.EDIT, "القتلى 17")
    assert (further.kind, further.part, further.silent) == (OutboxKind.DIGEST, 2, True)
    assert further.plain.endswith("توقيع")
    assert not await outgoing.edit_digest(subscription, new)  # part 2 is not sent yet


async def test_a_picture_that_came_with_the_digest_stays_when_its_text_is_edited(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    await digest(store, subscription, clock, "القتلى 12", picture=True)
    (text,) = [sent for sent in await store.outbox() if not sent.picture]
    new = [Reply(html="القتلى 17", plain="القتلى 17"), Reply(html="مزيد", plain="مزيد")]

    assert await outgoing.edit_digest(subscription, [new[0]])
    assert await outgoing.edit_digest(subscription, new)

    waiting = await store.outbox(OutboxState.PENDING)
    assert [(one.kind, one.part, one.edits) for one in waiting] == [
        (OutboxKind.DIGEST, 2, None),
        (OutboxKind.EDIT, 1, text.message_id),
    ]


async def test_a_digest_of_yesterday_or_one_not_sent_is_not_edited(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    assert not await outgoing.edit_digest(subscription, [ALERT])
    await digest(store, subscription, clock, "القتلى 12", send=False)
    assert not await outgoing.edit_digest(subscription, [ALERT])
    clock.advance(timedelta(hours=3))
    assert not await outgoing.edit_digest(subscription, [ALERT])

    assert len(await store.outbox()) == 1


async def test_a_digest_that_went_to_the_group_before_it_was_a_supergroup_is_not_edited(
    store: Store, clock: FixedClock, outgoing: Outgoing, subscription: Subscription
) -> None:
    await digest(store, subscription, clock, "القتلى 12")
    await store.migrate_chat(7, -1007, now=clock.now())

    assert not await outgoing.edit_digest(subscription, [ALERT])

    assert len(await store.outbox()) == 1
