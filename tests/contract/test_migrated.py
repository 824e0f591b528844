"""What a group takes along when it becomes a supergroup, and what stays behind."""

from __future__ import annotations

from dataclasses import replace

from bot.models import Alert, OutboxKind, OutboxState, Reply
from bot.store.base import Store
from tests.contract.samples import (
    LATER,
    NOW,
    a_chat,
    a_snapshot,
    a_subscription,
    leased,
    message,
    send_digest,
    states,
)

OLD, NEW = -7, -1007
NOW_READS = Reply(html="<b>now</b>", plain="now")


async def settled(
    store: Store, state: OutboxState = OutboxState.SENT, telegram_id: int | None = 50
) -> int:
    """Settle the next message of the outbox and return its id there."""
    (one,) = await leased(store, 1)
    await store.settle(one.id, state, now=NOW, telegram_id=telegram_id)
    return one.id


async def test_what_a_group_was_told_and_waits_to_be_told_goes_along(store: Store) -> None:
    await a_chat(store, OLD)
    await a_chat(store, NEW)
    (state,) = await store.keep_snapshots([a_snapshot()], now=NOW)
    told = Alert(chat_id=OLD, topic_id=0, event_id=1, snapshot_id=state, told_at=NOW)
    held = Alert(chat_id=OLD, topic_id=4, event_id=2, held_at=NOW)
    twin = Alert(chat_id=OLD, topic_id=0, event_id=3, held_at=NOW)
    there = Alert(chat_id=NEW, topic_id=0, event_id=3, snapshot_id=state, told_at=LATER)
    await store.save_alerts([], [told, held, twin, there], before=0, after=1, now=NOW)

    for _ in ("as Telegram says it", "and says it again"):
        await store.migrate_chat(OLD, NEW, now=LATER)

    moved = [replace(told, chat_id=NEW), replace(held, chat_id=NEW), there]
    found = await store.alerts([(NEW, 0), (NEW, 4)], [1, 2, 3])
    assert sorted(found, key=lambda one: one.event_id) == moved
    assert await store.held_alerts(9) == [replace(held, chat_id=NEW)]
    assert await store.alerts([(OLD, 0), (OLD, 4)], [1, 2, 3]) == []


async def test_what_was_sent_before_is_handed_over_and_forgotten_under_the_new_id(
    store: Store,
) -> None:
    subscription = await a_subscription(store, OLD)
    await send_digest(store, subscription, message(OLD))
    await settled(store)

    await store.migrate_chat(OLD, NEW, now=LATER)

    assert [row["key"] for row in (await store.personal(NEW, "nobody"))["outbox"]] == ["one"]
    await store.forget_chat(NEW, "nobody")
    assert await store.outbox() == []


async def test_what_was_sent_before_is_not_written_again_nor_edited_nor_pinned(
    store: Store,
) -> None:
    await a_chat(store, OLD)
    await store.enqueue([message(OLD, pin=True)], now=NOW)
    origin = await settled(store)

    await store.migrate_chat(OLD, NEW, now=LATER)

    assert await store.enqueue([message(NEW)], now=LATER) == 0
    assert await store.pins_wanted(NOW) == []
    assert not await store.enqueue_edit(origin, NOW_READS, now=LATER)


async def test_an_edit_that_waits_is_sent_as_a_new_message(store: Store) -> None:
    await a_chat(store, OLD)
    await store.enqueue([message(OLD)], now=NOW)
    origin = await settled(store)
    await store.enqueue_edit(origin, NOW_READS, now=NOW)

    await store.migrate_chat(OLD, NEW, now=NOW)  # where 50 may be the number of another message

    (anew,) = await leased(store)
    assert (anew.chat_id, anew.html, anew.edits) == (NEW, NOW_READS.html, None)
    await store.settle(anew.id, OutboxState.SENT, now=NOW, telegram_id=9)
    assert await store.enqueue_edit(origin, Reply(html="later", plain="later"), now=NOW)
    (edit,) = await leased(store)
    assert edit.edits == 9


async def test_what_never_arrived_is_still_known_not_to_have(store: Store) -> None:
    subscription = await a_subscription(store, OLD)
    alert = Reply(html="alert", plain="alert", article_ids=(3,))
    await store.enqueue([message(OLD, kind=OutboxKind.ALERT, reply=alert)], now=NOW)
    await settled(store, OutboxState.DEAD, None)
    await send_digest(store, subscription, message(OLD, "first"))
    doubtful = await settled(store, OutboxState.UNCERTAIN, None)

    await store.migrate_chat(OLD, NEW, now=LATER)

    assert await store.lost_alerts([(NEW, 0)]) == {(NEW, 0): frozenset({3})}
    (held,) = await store.doubtful(subscription.id)
    assert (held.id, held.chat_id) == (doubtful, NEW)
    assert await store.alerts_since([(NEW, 0)], NOW) == {(NEW, 0): 1}


async def test_what_the_new_chat_has_already_does_not_stay_under_the_old_id(store: Store) -> None:
    await a_chat(store, OLD)
    await a_chat(store, NEW)
    keys = ("sending", "sent", "waiting")
    await store.enqueue([message(OLD, "sent")], now=NOW)
    await settled(store)
    await store.enqueue([message(OLD, "sending")], now=NOW)
    (sending,) = await leased(store)
    await store.enqueue([message(OLD, "waiting")], now=NOW)
    await store.enqueue([message(NEW, key) for key in keys], now=NOW)

    await store.migrate_chat(OLD, NEW, now=LATER)

    left = [(m.chat_id, m.key) for m in await store.outbox() if m.chat_id == OLD]
    assert left == [(OLD, "sending")], "whoever sends it must be able to settle it"
    await store.settle(sending.id, OutboxState.PENDING, now=LATER)
    await store.migrate_chat(OLD, NEW, now=LATER)
    assert sending.id not in await states(store)
    assert {(m.chat_id, m.key) for m in await store.outbox()} == {(NEW, key) for key in keys}
