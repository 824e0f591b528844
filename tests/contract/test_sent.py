"""What the store promises of sent messages: edits find them, pins last, waiting ones fold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import OvertakenError
from bot.models import OutboxKind, OutboxMessage, OutboxState, PinState, Reply
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_slot,
    a_subscription,
    leased,
    message,
    send_digest,
    states,
)

AGAIN = Reply(html="<b>now</b>", plain="now")


async def sent(store: Store, telegram_id: int = 50, key: str = "one", *, pin: bool = False) -> int:
    """Return the outbox id of a message that was sent."""
    await store.enqueue([message(key=key, pin=pin)], now=NOW)
    (one,) = await leased(store)
    await store.settle_sent({one.id: telegram_id}, now=NOW)
    return one.id


async def the_pending(store: Store) -> OutboxMessage:
    (waiting,) = await store.outbox(OutboxState.PENDING)
    return waiting


async def test_urgent_messages_are_leased_before_all_that_can_wait(store: Store) -> None:
    await store.enqueue([message(chat) for chat in range(1, 6)], now=NOW)
    await store.enqueue([message(9, kind=OutboxKind.ALERT)], now=LATER)
    await store.enqueue([message(8, kind=OutboxKind.NOTICE)], now=LATER)

    assert [m.chat_id for m in await leased(store, 3, now=LATER)] == [9, 8, 1]


async def test_a_message_waits_for_the_time_it_names(store: Store) -> None:
    held = message(9, kind=OutboxKind.ALERT, not_before_at=LATER)
    await store.enqueue([held, message(8, not_before_at=LATER + timedelta(hours=1))], now=NOW)

    assert await leased(store) == []
    assert await store.outbox_wakeup_at() == LATER
    assert [m.chat_id for m in await leased(store, now=LATER)] == [9]


async def test_an_edit_names_the_message_that_readers_see(store: Store) -> None:
    origin = await sent(store, 50)

    assert await store.enqueue_edit(origin, AGAIN, now=NOW)

    edit = await the_pending(store)
    assert (edit.kind, edit.origin_id, edit.edits) == (OutboxKind.EDIT, origin, 50)
    assert (edit.html, edit.chat_id, edit.silent) == (AGAIN.html, 7, True)


async def test_an_edit_that_changes_nothing_is_not_written(store: Store) -> None:
    origin = await sent(store)
    held = (await store.outbox())[0]

    assert not await store.enqueue_edit(origin, Reply(html=held.html, plain=held.plain), now=NOW)
    assert await store.enqueue_edit(origin, AGAIN, now=NOW)
    assert not await store.enqueue_edit(origin, AGAIN, now=NOW)
    assert len(await store.outbox()) == 2


async def test_what_was_not_sent_cannot_be_edited(store: Store) -> None:
    await store.enqueue([message()], now=NOW)
    (waiting,) = await store.outbox()

    assert not await store.enqueue_edit(waiting.id, AGAIN, now=NOW)
    assert not await store.enqueue_edit(999, AGAIN, now=NOW)


async def test_a_later_edit_takes_the_place_of_one_that_waits(store: Store) -> None:
    origin = await sent(store)
    await store.enqueue_edit(origin, AGAIN, now=NOW)
    first = await the_pending(store)

    await store.enqueue_edit(origin, Reply(html="later", plain="later"), now=NOW)

    assert (await states(store))[first.id] is OutboxState.CANCELLED
    assert (await the_pending(store)).html == "later"


async def test_after_a_message_was_sent_anew_edits_change_the_new_one(store: Store) -> None:
    origin = await sent(store, 50)
    await store.enqueue_edit(origin, AGAIN, now=NOW)
    (edit,) = await leased(store)
    await store.settle(edit.id, OutboxState.PENDING, now=NOW, anew=True)
    (again,) = await leased(store)
    assert again.edits is None

    await store.settle(edit.id, OutboxState.SENT, now=NOW, telegram_id=77)
    await store.enqueue_edit(origin, Reply(html="later", plain="later"), now=NOW)

    assert (await the_pending(store)).edits == 77


async def test_an_edit_that_waits_follows_a_message_that_was_sent_anew(store: Store) -> None:
    origin = await sent(store, 50)
    await store.enqueue_edit(origin, AGAIN, now=NOW)
    (edit,) = await leased(store)
    await store.enqueue_edit(origin, Reply(html="later", plain="later"), now=NOW)

    await store.settle(edit.id, OutboxState.SENT, now=NOW, telegram_id=77)

    assert (await the_pending(store)).edits == 77


async def test_an_interrupted_edit_is_no_doubt_and_is_made_again(store: Store) -> None:
    origin = await sent(store)
    await store.enqueue_edit(origin, AGAIN, now=NOW)
    (edit,) = await leased(store)

    assert await store.recover(now=LATER, everything=True) == []

    assert (await the_pending(store)).id == edit.id


async def test_a_sent_message_is_to_be_pinned_until_that_is_settled(store: Store) -> None:
    first = await sent(store, 50, "first", pin=True)
    second = await sent(store, 51, "second", pin=True)
    await sent(store, 52, "plain")

    assert [m.id for m in await store.pins_wanted(NOW)] == [first, second]
    assert await store.pins_wanted(LATER) == []
    await store.settle_pin(first, PinState.DONE)
    (wanted,) = await store.pins_wanted(NOW)
    former = await store.pinned_before(wanted)
    assert former is not None
    assert (former.id, former.pin) == (first, PinState.DONE)
    await store.settle_pin(first, PinState.NONE)
    assert await store.pinned_before(wanted) is None


async def test_the_parts_of_a_digest_are_found_by_its_slot(store: Store) -> None:
    subscription = await a_subscription(store)
    slot = a_slot(subscription)
    await send_digest(store, subscription, message(key=slot.key, part=1), message(key=slot.key))
    await store.enqueue([message(key="other")], now=NOW)

    assert [m.part for m in await store.messages_of(slot)] == [0, 1]
    assert await store.messages_of(a_slot(subscription, 2)) == []


async def test_waiting_digests_can_be_replaced_by_one_without_losing_what_they_hold(
    store: Store,
) -> None:
    subscription = await a_subscription(store)
    for day in (1, 2):
        key = a_slot(subscription, day).key
        await send_digest(store, subscription, message(key=key), day=day, cursor=day * 10)
    waiting = await store.waiting_digests(subscription.id)
    assert waiting is not None
    assert (waiting.cursor, waiting.covered_until_at) == (0, None)

    key = a_slot(subscription, 3).key
    await send_digest(
        store, subscription, message(key=key), day=3, cursor=30, replaces=waiting.message_ids
    )

    assert [m.key for m in await store.outbox(OutboxState.PENDING)] == [key]
    assert len(await store.outbox(OutboxState.CANCELLED)) == 2
    after = await store.waiting_digests(subscription.id)
    assert after is not None
    assert len(after.message_ids) == 1
    assert (after.cursor, after.covered_until_at) == (0, None)  # the third holds all of them
    assert (after.due_at, after.first_cursor) == (waiting.due_at, 10)


async def test_a_digest_of_which_a_part_has_left_is_not_replaced(store: Store) -> None:
    subscription = await a_subscription(store)
    first, second = (a_slot(subscription, day).key for day in (1, 2))
    await send_digest(store, subscription, message(key=first, part=1), message(key=first, part=2))
    (leaving,) = await leased(store)
    await send_digest(store, subscription, message(key=second), day=2, cursor=20)

    waiting = await store.waiting_digests(subscription.id)

    assert waiting is not None
    assert waiting.cursor == 0
    assert len(waiting.message_ids) == 1
    with pytest.raises(OvertakenError):
        await send_digest(store, subscription, message(key="third"), day=3, replaces=(leaving.id,))
    assert await store.messages_of(a_slot(subscription, 3)) == []


async def test_what_a_waiting_digest_repeats_is_named_with_it(store: Store) -> None:
    subscription = await a_subscription(store)
    first, second = (a_slot(subscription, day).key for day in (1, 2))
    await send_digest(store, subscription, message(key=first))
    await leased(store)
    (doubtful,) = await store.recover(now=LATER, everything=True)
    await send_digest(
        store, subscription, message(key=second), day=2, folds=(doubtful.id,), now=LATER
    )

    waiting = await store.waiting_digests(subscription.id)

    assert waiting is not None
    assert [m.id for m in waiting.doubtful] == [doubtful.id]
    assert await store.doubtful(subscription.id) == []
