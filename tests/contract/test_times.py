"""What the store promises where a clock was ahead: nothing waits for it, nothing is doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.models import Alert, OutboxState, SourceKind
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_chat,
    a_slot,
    a_subscription,
    leased,
    message,
    send_digest,
)

DAY = timedelta(days=1)
AHEAD = NOW + 30 * DAY


async def test_times_that_are_right_are_left_alone(store: Store) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message(), covered=(a_slot(subscription, 2),))
    await store.enqueue([message(8, not_before_at=NOW + DAY)], now=NOW)  # at the reader's wish
    source = await store.ensure_source(SourceKind.FEED, "وكالة", "http://a.test/", now=NOW)
    await store.save_check(replace(source, checked_at=NOW, next_check_at=NOW + DAY))
    before = await store.subscription(7, 0), await store.outbox()

    assert await store.set_times_right(now=NOW) == 0

    assert (await store.subscription(7, 0), await store.outbox()) == before
    assert await store.sources_due(NOW) == []
    assert not await send_digest(store, subscription, message(key="late"), day=2)


async def test_messages_that_a_clock_ahead_wrote_or_put_off_are_sent(store: Store) -> None:
    await store.enqueue([message(7)], now=AHEAD)
    await store.enqueue([message(8)], now=NOW)
    (other,) = await leased(store)
    put_off = AHEAD + timedelta(minutes=1)
    await store.settle(other.id, OutboxState.PENDING, now=AHEAD, not_before_at=put_off)
    assert await leased(store) == []

    assert await store.set_times_right(now=NOW) == 2

    assert {one.chat_id for one in await leased(store)} == {7, 8}
    assert await leased(store) == []
    assert await store.set_times_right(now=NOW) == 0


async def test_what_waits_long_because_telegram_says_so_goes_on_waiting(store: Store) -> None:
    await store.enqueue([message(7)], now=NOW)
    (sending,) = await leased(store)
    await store.settle(sending.id, OutboxState.PENDING, now=NOW, not_before_at=NOW + DAY)

    assert await store.set_times_right(now=NOW) == 0

    assert await leased(store) == []


async def test_a_source_that_a_clock_ahead_visited_is_visited_again(store: Store) -> None:
    source = await store.ensure_source(SourceKind.FEED, "وكالة", "http://a.test/", now=NOW)
    await store.save_check(replace(source, checked_at=AHEAD, next_check_at=AHEAD + DAY))

    assert await store.set_times_right(now=NOW) == 1

    assert [one.id for one in await store.sources_due(NOW)] == [source.id]


async def test_what_a_clock_ahead_told_does_not_hold_alerts_back_for_weeks(store: Store) -> None:
    await a_chat(store)
    told = Alert(chat_id=7, topic_id=0, event_id=1, told_at=AHEAD)
    held = Alert(chat_id=7, topic_id=0, event_id=2, held_at=AHEAD)
    await store.save_alerts([], [told, held], before=0, after=1, now=AHEAD)

    assert await store.set_times_right(now=NOW) == 2

    assert await store.alerts_since([(7, 0)], LATER) == {(7, 0): 0}
    assert [one.held_at for one in await store.held_alerts(5)] == [NOW]


async def test_digests_go_on_from_the_last_slot_that_was_due(store: Store) -> None:
    subscription = await a_subscription(store)
    first, wrong = a_slot(subscription), a_slot(subscription, 31)
    await send_digest(store, subscription, message(), cursor=3)
    covered = tuple(a_slot(subscription, day) for day in (2, 29, 30))
    await send_digest(
        store, subscription, message(key=wrong.key), day=31, cursor=5, covered=covered, now=AHEAD
    )

    assert await store.set_times_right(now=NOW) == 2  # its message, too

    healed = await store.subscription(7, 0)
    assert healed is not None
    assert healed.last_slot_at == healed.covered_until_at == first.due_at
    assert healed.cursor == 5  # what was told is told
    assert await send_digest(store, subscription, message(key="2"), day=2)
    assert await send_digest(store, subscription, message(key="30"), day=30)
    assert not await send_digest(store, subscription, message(key="31"), day=31)


async def test_a_subscription_made_under_a_clock_ahead_counts_from_now_on(store: Store) -> None:
    await a_subscription(store, now=AHEAD)

    assert await store.set_times_right(now=NOW) == 1

    made = await store.subscription(7, 0)
    assert made is not None
    assert made.active_since_at == NOW
    assert made.last_slot_at is None


async def test_a_slot_that_is_written_counts_as_passed_once_it_is_due_again(store: Store) -> None:
    """As after a clock that was behind: then right times looked as if they lay ahead."""
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message(), day=1)
    await send_digest(store, subscription, message(key="two"), day=2)
    await store.set_times_right(now=NOW - timedelta(hours=2))
    behind = await store.subscription(7, 0)

    assert not await send_digest(store, subscription, message(key="again"), day=2)

    after = await store.subscription(7, 0)
    assert behind is not None
    assert after is not None
    assert behind.last_slot_at is None
    assert after.last_slot_at == a_slot(subscription, 2).due_at
    assert [one.key for one in await store.outbox()] == ["two", "one"]


async def test_a_digest_from_ahead_is_no_longer_the_newest_once_another_is(store: Store) -> None:
    subscription = await a_subscription(store)
    wrong = a_slot(subscription, 31)
    await send_digest(store, subscription, message(key=wrong.key), day=31, now=AHEAD)
    await store.set_times_right(now=NOW)
    for sending in await leased(store):
        await store.settle(sending.id, OutboxState.SENT, now=NOW)

    key = a_slot(subscription, 2).key
    await send_digest(store, subscription, message(key=key), day=2, now=NOW + DAY)

    latest = await store.latest_slot(subscription.id)
    assert latest is not None
    assert latest.key == key
    assert await store.waiting_digests(subscription.id) is not None
