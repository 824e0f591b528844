"""What the store promises of digests that never arrived: told once, and the others never again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.models import DueDigest, OutboxState, Reply, Shown, Subscription
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_slot,
    a_snapshot,
    a_subscription,
    added,
    leased,
    message,
    new_article,
    send_digest,
    states,
)

DAY = timedelta(days=1)


async def digest(store: Store, subscription: Subscription, day: int, *, parts: int = 1) -> None:
    """Write the digest of a day, after which the cursor stands at ten times the day."""
    key = a_slot(subscription, day).key
    await send_digest(
        store,
        subscription,
        *(message(key=key, part=part, reply=a_reply(day, part)) for part in range(1, parts + 1)),
        day=day,
        cursor=day * 10,
        now=NOW + day * DAY,
    )


def a_reply(day: int, part: int) -> Reply:
    return Reply(html="h", plain="p", article_ids=(day * 10 + part,))


async def arrives(store: Store, state: OutboxState = OutboxState.SENT) -> None:
    """Let the next message of the chat come to this."""
    at = NOW + 20 * DAY
    (sending,) = await leased(store, 1, now=at)
    await store.settle(sending.id, state, now=at)


async def back(store: Store) -> Subscription:
    """Resume, and return the subscription; a second time changes nothing."""
    await a_subscription(store, now=NOW + 20 * DAY)
    resumed = await store.subscription(7, 0)
    await store.pause(7, 0, "reader")
    await a_subscription(store, now=NOW + 20 * DAY)
    assert await store.subscription(7, 0) == resumed
    assert resumed is not None
    return resumed


async def test_what_was_cancelled_with_a_pause_comes_with_the_next_digest(store: Store) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    await arrives(store)
    await digest(store, subscription, 2)
    await store.pause(7, 0, "reader")

    resumed = await back(store)

    assert resumed.cursor == 10
    assert resumed.covered_until_at == a_slot(subscription, 1).due_at
    assert resumed.last_slot_at == a_slot(subscription, 2).due_at  # its slot stays taken


async def test_what_a_blocked_chat_refused_comes_with_the_next_digest(store: Store) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    await arrives(store)
    await digest(store, subscription, 2, parts=2)
    (sending,) = await leased(store, 1, now=NOW + 20 * DAY)
    await store.set_reachable(7, False, now=LATER)
    await store.settle(sending.id, OutboxState.DEAD, now=LATER)

    assert await store.set_reachable(7, True, now=NOW + 20 * DAY) == 1

    resumed = await store.subscription(7, 0)
    assert resumed is not None
    assert resumed.cursor == 10
    assert not await store.retry(sending.id, now=LATER)  # it would be told twice
    assert await store.doubtful(subscription.id) == []
    assert await back(store) == resumed


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.UNCERTAIN])
async def test_what_arrived_or_may_have_is_not_taken_back(store: Store, state: OutboxState) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    await arrives(store)
    await digest(store, subscription, 2)
    await arrives(store, state)
    await store.pause(7, 0, "reader")

    assert (await back(store)).cursor == 20


async def test_what_is_being_sent_is_not_taken_back_nor_sent_again(store: Store) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    (sending,) = await leased(store, 1, now=NOW + 20 * DAY)
    await store.pause(7, 0, "reader")

    assert (await back(store)).cursor == 10
    await store.settle(sending.id, OutboxState.SENT, now=LATER)
    assert (await back(store)).cursor == 10


async def test_of_a_digest_of_which_a_part_has_left_the_lost_parts_are_repeated_once(
    store: Store,
) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1, parts=3)
    await arrives(store)
    await store.pause(7, 0, "reader")

    assert (await back(store)).cursor == 10

    doubtful = await store.doubtful(subscription.id)
    assert [one.article_ids for one in doubtful] == [(12,), (13,)]
    folds = tuple(one.id for one in doubtful)
    await send_digest(store, subscription, message(key="x"), day=25, folds=folds, now=NOW)
    await arrives(store)
    assert (await back(store)).cursor == 10
    assert await store.doubtful(subscription.id) == []


async def test_lost_digests_that_took_the_place_of_others_are_taken_back_with_them(
    store: Store,
) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    await arrives(store)
    await digest(store, subscription, 2)
    waiting = await store.waiting_digests(subscription.id)
    assert waiting is not None
    key, ids = a_slot(subscription, 3).key, waiting.message_ids
    await send_digest(store, subscription, message(key=key), day=3, cursor=30, replaces=ids)
    await store.pause(7, 0, "reader")

    assert (await back(store)).cursor == 10


async def test_what_a_lost_digest_repeated_as_doubtful_is_doubtful_again(store: Store) -> None:
    subscription = await a_subscription(store)
    await digest(store, subscription, 1)
    await arrives(store, OutboxState.UNCERTAIN)
    (doubt,) = await store.doubtful(subscription.id)
    key = a_slot(subscription, 2).key
    await send_digest(
        store, subscription, message(key=key), day=2, cursor=20, folds=(doubt.id,), now=LATER
    )
    await store.pause(7, 0, "reader")

    assert (await back(store)).cursor == 10
    assert [one.id for one in await store.doubtful(subscription.id)] == [doubt.id]


async def test_a_first_digest_that_was_lost_begins_a_day_before_it_once_more(store: Store) -> None:
    due_at = a_slot(await a_subscription(store), 2).due_at
    await added(store, "old", new_article("قديم"), now=due_at - 3 * DAY)
    await added(store, "new", new_article("جديد"), now=due_at - timedelta(hours=2))
    subscription = await a_subscription(store)
    await send_digest(
        store, subscription, message(key=a_slot(subscription, 2).key), day=2, cursor=2
    )
    await store.pause(7, 0, "reader")

    resumed = await back(store)

    assert resumed.cursor == 1
    assert resumed.covered_until_at == due_at - DAY


async def test_what_a_lost_digest_showed_of_events_was_not_seen(store: Store) -> None:
    subscription = await a_subscription(store)
    first, second = await store.keep_snapshots([a_snapshot(), a_snapshot(outlets=("ب",))], now=NOW)

    async def show(day: int, known: dict[int, int], shown: dict[int, int]) -> None:
        slot = a_slot(subscription, day)
        at = NOW + day * DAY
        due = DueDigest(
            slot=slot, messages=(message(key=slot.key),), cursor=day, covered_until_at=at,
            shown=shown, known=known,
        )  # fmt: skip
        assert await store.enqueue_digests([due], now=at) == [True]

    await show(1, {}, {1: first})
    await arrives(store)
    await show(2, {1: first}, {1: second, 2: second})
    await store.pause(7, 0, "reader")

    await back(store)

    assert await store.shown([subscription.id], [1, 2]) == [
        Shown(
            subscription_id=subscription.id,
            event_id=1,
            snapshot_id=first,
            before_id=None,
            shown_at=NOW + 2 * DAY,
        )
    ]


async def test_a_digest_composed_before_a_pause_is_not_written_after_it(store: Store) -> None:
    """It begins where the subscription stood then: what was taken back would be passed over."""
    subscription = await a_subscription(store)
    await store.pause(7, 0, "reader")
    await a_subscription(store, now=NOW + 5 * DAY)

    assert not await send_digest(store, subscription, message(), day=5)
    assert await send_digest(store, subscription, message(), day=6)
    assert list((await states(store)).values()) == [OutboxState.PENDING]
