"""What the store promises about slots: one digest each, written whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.models import OutboxKind, OutboxState, Reply
from bot.store.base import Store
from tests.contract.samples import (
    NOW,
    a_slot,
    a_subscription,
    leased,
    message,
    send_digest,
    states,
)


async def test_a_digest_is_written_with_its_slot_messages_and_cursor(store: Store) -> None:
    subscription = await a_subscription(store)
    parts = [message(part=part, reply=Reply(html="<i>ن</i>", plain="ن")) for part in (0, 1)]

    assert await send_digest(store, subscription, *parts, cursor=12)

    written = await store.outbox()
    assert [(m.part, m.html, m.plain) for m in written] == [
        (1, "<i>ن</i>", "ن"),
        (0, "<i>ن</i>", "ن"),
    ]
    assert {m.subscription_id for m in written} == {subscription.id}
    moved = await store.subscription(7, 0)
    assert moved is not None
    assert moved.cursor == 12
    assert moved.last_slot_at == moved.covered_until_at == a_slot(subscription).due_at


async def test_a_slot_has_one_digest_however_often_it_is_enqueued(store: Store) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message(), cursor=1)
    before = await store.subscription(7, 0)

    assert not await send_digest(store, subscription, message(key="again"), cursor=2)

    assert [m.key for m in await store.outbox()] == ["one"]
    assert await store.subscription(7, 0) == before


async def test_a_digest_with_nothing_to_say_still_takes_its_slot(store: Store) -> None:
    subscription = await a_subscription(store)

    assert await send_digest(store, subscription)
    assert not await send_digest(store, subscription, message())
    assert await store.outbox() == []


async def test_a_covered_slot_gets_no_digest_of_its_own(store: Store) -> None:
    subscription = await a_subscription(store)
    missed = (a_slot(subscription, 1), a_slot(subscription, 2))

    assert await send_digest(store, subscription, message(), day=3, covered=missed)

    assert not await send_digest(store, subscription, message(key="late"), day=1)
    assert not await send_digest(store, subscription, message(key="late"), day=2)
    assert await send_digest(store, subscription, day=4, covered=missed), "already covered"


async def test_neither_cursor_nor_times_ever_go_back(store: Store) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, day=2, cursor=9)
    before = await store.subscription(7, 0)

    assert await send_digest(store, subscription, day=1, cursor=3)

    assert await store.subscription(7, 0) == before


async def test_a_paused_or_unknown_subscription_gets_no_digest(store: Store) -> None:
    subscription = await a_subscription(store)
    await store.pause(7, 0, "reader")

    assert not await send_digest(store, subscription, message())
    assert await store.outbox() == []

    again = await a_subscription(store)
    assert await send_digest(store, again, message()), "the slot was not used up"


async def test_a_digest_that_fails_midway_leaves_its_slot_free(store: Store) -> None:
    subscription = await a_subscription(store)
    broken = message(part=1, reply=Reply(html="\ud800", plain=""))

    with pytest.raises(StoreError):
        await send_digest(store, subscription, message(part=0), broken, cursor=5)

    assert await store.outbox() == []
    assert await store.subscription(7, 0) == subscription
    assert await send_digest(store, subscription, message())


async def test_doubtful_parts_are_reported_until_a_digest_folds_them_in(store: Store) -> None:
    subscription = await a_subscription(store)
    reply = Reply(html="h", plain="p", article_ids=(4, 5))
    await send_digest(store, subscription, message(reply=reply))
    await store.enqueue(
        [message(key="n", kind=OutboxKind.NOTICE, subscription_id=subscription.id)], now=NOW
    )
    for _ in range(2):
        for sending in await leased(store):
            await store.settle(sending.id, OutboxState.UNCERTAIN, now=NOW)

    (doubt,) = await store.doubtful(subscription.id)
    assert (doubt.kind, doubt.article_ids) == (OutboxKind.DIGEST, (4, 5))
    assert await store.doubtful(subscription.id + 1) == []

    await send_digest(store, subscription, message(key="two"), day=2, folds=(doubt.id,))
    assert await store.doubtful(subscription.id) == []
    assert (await states(store))[doubt.id] is OutboxState.UNCERTAIN


async def test_a_digest_folds_in_only_what_is_doubtful_and_its_own(store: Store) -> None:
    mine, other = await a_subscription(store, 7), await a_subscription(store, 8)
    for subscription, chat in ((mine, 7), (other, 8)):
        await send_digest(store, subscription, message(chat))
    for sending in await leased(store):
        await store.settle(sending.id, OutboxState.UNCERTAIN, now=NOW)
    (foreign,) = await store.doubtful(other.id)

    await send_digest(store, mine, day=2, folds=(foreign.id, 404))

    assert await store.doubtful(other.id) == [foreign]


async def test_a_folded_message_is_not_sent_again_but_may_turn_out_sent(store: Store) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message())
    (sending,) = await leased(store)
    await store.recover(now=NOW, everything=True)
    await send_digest(store, subscription, day=2, folds=(sending.id,))

    await store.settle(sending.id, OutboxState.PENDING, now=NOW)
    assert await states(store) == {sending.id: OutboxState.UNCERTAIN}
    assert await leased(store, now=NOW + timedelta(days=1)) == []

    await store.settle(sending.id, OutboxState.SENT, now=NOW, telegram_id=5)
    assert await states(store) == {sending.id: OutboxState.SENT}
