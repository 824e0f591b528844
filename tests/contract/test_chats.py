"""What the store promises about chats and their subscriptions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.models import Chat, ChatKind, OutboxState
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
    states,
)

CANCELLED, PENDING = OutboxState.CANCELLED, OutboxState.PENDING


async def test_a_chat_is_kept_as_it_was_first_saved(store: Store) -> None:
    chat = Chat(
        id=-1_002_000_000_000,
        kind=ChatKind.CHANNEL,
        title="قناة",
        language="en",
        timezone="Europe/Berlin",
        added_by=5_000_000_000,
    )

    assert await store.save_chat(chat, now=NOW) == chat
    assert await store.chat(chat.id) == chat
    assert await store.chat(404) is None


async def test_saving_a_chat_again_updates_what_telegram_says_and_keeps_what_it_chose(
    store: Store,
) -> None:
    await store.save_chat(Chat(id=7, kind=ChatKind.GROUP, added_by=1), now=NOW)
    await store.set_chat_settings(7, language="en")
    await store.set_chat_settings(7, timezone="Africa/Cairo")
    await store.set_chat_settings(7)

    seen = Chat(id=7, kind=ChatKind.CHANNEL, title="جديد", reachable=False)
    saved = await store.save_chat(seen, now=LATER)

    assert saved == replace(seen, language="en", timezone="Africa/Cairo", added_by=1)
    assert await store.save_chat(replace(seen, added_by=2), now=LATER) == replace(saved, added_by=2)


async def test_an_admin_finds_the_groups_and_channels_he_added_us_to(store: Store) -> None:
    group = Chat(id=-1, kind=ChatKind.GROUP, added_by=5)
    channel = Chat(id=-2, kind=ChatKind.CHANNEL, added_by=5)
    await store.save_chat(group, now=NOW)
    await store.save_chat(channel, now=LATER)
    await store.save_chat(Chat(id=5, kind=ChatKind.PRIVATE, added_by=5), now=NOW)
    await store.save_chat(Chat(id=-3, kind=ChatKind.GROUP, added_by=6), now=NOW)

    assert await store.chats_added_by(5) == [group, channel]
    assert await store.chats_added_by(404) == []


async def test_a_new_subscription_has_covered_nothing(store: Store) -> None:
    await a_chat(store, 7)

    made = await store.subscribe(
        7, 3, times=("08:00", "20:30"), timezone="Asia/Beirut", language="en", now=NOW
    )

    assert (made.chat_id, made.topic_id) == (7, 3)
    assert made.times == ("08:00", "20:30")
    assert made.weekdays == (1, 2, 3, 4, 5, 6, 7)
    assert (made.timezone, made.language) == ("Asia/Beirut", "en")
    assert (made.active, made.paused_reason, made.active_since_at) == (True, "", NOW)
    assert (made.cursor, made.last_slot_at, made.covered_until_at) == (0, None, None)
    assert await store.subscription(7, 3) == made
    assert await store.subscription(7, 0) is None


async def test_subscribing_an_unknown_chat_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.subscribe(404, 0, times=("08:00",), timezone="UTC", language="ar", now=NOW)

    assert await store.subscriptions(active=False) == []


async def test_a_new_schedule_keeps_what_was_covered_and_starts_now(store: Store) -> None:
    old = await a_subscription(store)
    await send_digest(store, old, cursor=9)

    changed = await store.subscribe(
        7, 0, times=("09:00",), timezone="Asia/Damascus", language="ar", now=LATER
    )

    assert (changed.id, changed.times) == (old.id, ("09:00",))
    assert (changed.cursor, changed.last_slot_at) == (9, a_slot(old).due_at)
    assert changed.active_since_at == LATER


async def test_the_same_schedule_again_changes_nothing(store: Store) -> None:
    made = await a_subscription(store)

    assert await a_subscription(store, now=LATER) == made


async def test_another_language_alone_does_not_move_the_start(store: Store) -> None:
    made = await a_subscription(store)

    changed = await store.subscribe(
        7, 0, times=made.times, timezone=made.timezone, language="en", now=LATER
    )

    assert changed == replace(made, language="en")


async def test_subscribing_after_a_pause_starts_now(store: Store) -> None:
    await a_subscription(store)
    await store.pause(7, 0, "reader")

    again = await a_subscription(store, now=LATER)

    assert (again.active, again.paused_reason, again.active_since_at) == (True, "", LATER)


async def test_subscriptions_are_listed_by_id_active_ones_alone_unless_asked(
    store: Store,
) -> None:
    made = [await a_subscription(store, 7, topic) for topic in (2, 0, 1)]
    await store.pause(7, 0, "reader")

    assert await store.subscriptions() == [made[0], made[2]]
    assert [s.id for s in await store.subscriptions(active=False)] == [s.id for s in made]


async def test_a_pause_cancels_what_waits_for_that_topic_only(store: Store) -> None:
    topics = [await a_subscription(store, 7, topic) for topic in (0, 1)]
    for topic, subscription in enumerate(topics):
        await send_digest(store, subscription, message(topic_id=topic))

    assert await store.pause(7, 0, "reader") == 1
    assert await store.pause(7, 0, "reader") == 0

    assert list((await states(store)).values()) == [PENDING, CANCELLED]  # newest first
    paused = await store.subscription(7, 0)
    assert paused is not None
    assert (paused.active, paused.paused_reason) == (False, "reader")


async def test_a_pause_of_the_whole_chat_pauses_every_topic(store: Store) -> None:
    for topic in (0, 1, 2):
        await a_subscription(store, 7, topic)
    await a_subscription(store, 8)

    assert await store.pause(7, None, "reader") == 3
    assert [s.chat_id for s in await store.subscriptions()] == [8]


async def test_a_pause_leaves_a_message_alone_that_is_being_sent(store: Store) -> None:
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message(part=0), message(part=1))
    (sending,) = await leased(store)

    await store.pause(7, 0, "reader")

    held = await states(store)
    assert held.pop(sending.id) is OutboxState.SENDING
    assert list(held.values()) == [CANCELLED]


async def test_an_unreachable_chat_is_paused_and_comes_back_active_from_then_on(
    store: Store,
) -> None:
    subscription = await a_subscription(store, 7, 0)
    await a_subscription(store, 7, 1)
    await store.pause(7, 1, "reader")
    await send_digest(store, subscription, message())
    await store.enqueue([message(key="notice")], now=NOW)

    assert await store.set_reachable(7, False, now=NOW) == 1
    gone = await store.subscription(7, 0)
    assert gone is not None
    assert (gone.active, gone.paused_reason) == (False, "unreachable")
    assert set((await states(store)).values()) == {CANCELLED}
    chat = await store.chat(7)
    assert chat is not None
    assert not chat.reachable

    assert await store.set_reachable(7, True, now=LATER) == 1
    assert [s.topic_id for s in await store.subscriptions()] == [0]
    back = await store.subscription(7, 0)
    assert back is not None
    assert (back.paused_reason, back.active_since_at) == ("", LATER)
    assert back.last_slot_at == gone.last_slot_at


async def test_a_reader_who_stops_while_unreachable_stays_stopped(store: Store) -> None:
    await a_subscription(store)
    await store.set_reachable(7, False, now=NOW)

    assert await store.pause(7, None, "reader") == 0
    assert await store.set_reachable(7, True, now=LATER) == 0
    assert await store.subscriptions() == []


async def test_a_chat_nobody_knows_can_become_unreachable_without_harm(store: Store) -> None:
    assert await store.set_reachable(404, False, now=NOW) == 0
    assert await store.pause(404, None, "reader") == 0
    await store.set_chat_settings(404, language="en")
    assert await store.chat(404) is None


async def test_a_migrated_chat_takes_everything_along(store: Store) -> None:
    await store.save_chat(Chat(id=7, kind=ChatKind.GROUP, title="غ", added_by=1), now=NOW)
    old = await a_subscription(store, 7)
    await send_digest(store, old, message(part=0), message(part=1), cursor=4)
    (sending,) = await leased(store)

    await store.migrate_chat(7, -100, now=LATER)
    await store.migrate_chat(7, -100, now=LATER)  # Telegram says it twice

    moved = await store.subscription(-100, 0)
    assert moved is not None
    assert (moved.id, moved.cursor) == (old.id, 4)
    assert await store.chat(7) is None
    assert await store.chat(-100) == Chat(id=-100, kind=ChatKind.GROUP, title="غ", added_by=1)
    assert {held.chat_id for held in await store.outbox()} == {-100}
    await store.settle(sending.id, OutboxState.PENDING, now=LATER)
    assert [m.chat_id for m in await leased(store, now=LATER)] == [-100]


async def test_a_migration_into_a_known_chat_merges_the_two(store: Store) -> None:
    await store.save_chat(Chat(id=7, kind=ChatKind.GROUP, added_by=1), now=NOW)
    await store.set_chat_settings(7, language="en", timezone="Africa/Cairo")
    old = await a_subscription(store, 7, 0)
    other = await a_subscription(store, 7, 5)
    await send_digest(store, old, message(7), message(7, "twin"), cursor=4)
    await store.save_chat(Chat(id=-100, kind=ChatKind.GROUP, title="جديد"), now=NOW)
    kept = await a_subscription(store, -100, 0, now=LATER)
    await store.enqueue([message(-100, "twin")], now=NOW)

    await store.migrate_chat(7, -100, now=LATER)

    merged = await store.subscription(-100, 0)
    assert merged == replace(
        kept, cursor=4, last_slot_at=a_slot(old).due_at, covered_until_at=a_slot(old).due_at
    )
    assert await store.subscription(-100, 5) == replace(other, chat_id=-100)
    assert len(await store.subscriptions(active=False)) == 2
    chat = await store.chat(-100)
    assert chat is not None
    assert (chat.title, chat.language, chat.timezone) == ("جديد", "en", "Africa/Cairo")
    assert chat.added_by == 1
    waiting = await store.outbox(PENDING)
    assert [(m.chat_id, m.key) for m in waiting] == [(-100, "twin"), (-100, "one")]
    assert await store.verify() == []
