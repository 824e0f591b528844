"""What the store promises about what chats and subscriptions choose."""

from __future__ import annotations

import json

from sqlalchemy import insert, text

from bot.models import Chat, ChatKind, DeliveryOptions, DigestFilters, Look
from bot.store.base import Store
from bot.store.schema import chats
from bot.store.sql import SqlStore
from tests.contract.samples import LATER, NOW, a_chat, a_subscription

LOOK = Look(eastern_digits=True, months="IQ", hijri=True, text_only=True)
FILTERS = DigestFilters(places=("sy-aleppo",), words_out=("رياضة",), source_ids=(3,), max_events=5)
DELIVERY = DeliveryOptions(silent=True, signature="موجز", quiet_from="22:00", quiet_until="06:30")


async def test_whoever_chose_nothing_has_the_defaults(store: Store) -> None:
    subscription = await a_subscription(store)
    chat = await store.chat(subscription.chat_id)

    assert (subscription.filters, subscription.delivery) == (DigestFilters(), DeliveryOptions())
    assert chat is not None
    assert chat.look == Look()


async def test_choices_come_back_as_they_were_made(store: Store) -> None:
    await a_subscription(store)
    await store.set_chat_settings(7, look=LOOK)
    chosen = await store.choose(7, 0, filters=FILTERS, delivery=DELIVERY, now=LATER)
    held = await store.subscription(7, 0)
    chat = await store.chat(7)

    assert chosen == held
    assert held is not None
    assert (held.filters, held.delivery, held.active_since_at) == (FILTERS, DELIVERY, NOW)
    assert chat is not None
    assert chat.look == LOOK


async def test_what_is_not_named_stays(store: Store) -> None:
    await a_subscription(store)
    await store.choose(7, 0, filters=FILTERS, now=NOW)
    after = await store.choose(7, 0, delivery=DELIVERY, now=NOW)

    assert after is not None
    assert (after.filters, after.delivery) == (FILTERS, DELIVERY)


async def test_other_weekdays_count_from_now_on_and_the_same_change_nothing(store: Store) -> None:
    await a_subscription(store)
    same = await store.choose(7, 0, weekdays=(1, 2, 3, 4, 5, 6, 7), now=LATER)
    other = await store.choose(7, 0, weekdays=(5,), now=LATER)

    assert same is not None
    assert same.active_since_at == NOW
    assert other is not None
    assert (other.weekdays, other.active_since_at) == ((5,), LATER)


async def test_nothing_can_be_chosen_for_a_subscription_that_is_not_there(store: Store) -> None:
    await a_chat(store)

    assert await store.choose(7, 0, filters=FILTERS, now=NOW) is None


async def test_a_choice_that_this_version_does_not_know_is_passed_over(store: SqlStore) -> None:
    await a_chat(store)
    async with store.database.writing() as connection:
        raw = {"hijri": True, "of_a_later_version": 1}
        statement = insert(chats).values(
            id=9,
            kind=ChatKind.GROUP,
            title="",
            language="ar",
            timezone="UTC",
            reachable=True,
            look=Look(),
            created_at=NOW,
        )
        await connection.execute(statement)
        changed = text("UPDATE chats SET look = :look WHERE id = 9")
        await connection.execute(changed, {"look": json.dumps(raw)})

    chat = await store.chat(9)

    assert chat is not None
    assert chat.look == Look(hijri=True)


async def test_a_migrated_chat_keeps_its_look(store: Store) -> None:
    await a_subscription(store)
    await store.set_chat_settings(7, look=LOOK)
    await store.save_chat(Chat(id=-100, kind=ChatKind.GROUP), now=NOW)
    await store.migrate_chat(7, -100, now=LATER)
    moved = await store.chat(-100)

    assert moved is not None
    assert moved.look == LOOK


async def test_the_looks_are_those_of_chats_that_chose_one(store: Store) -> None:
    await a_chat(store, 7)
    await a_chat(store, 8)
    await a_chat(store, 9)
    await store.set_chat_settings(8, look=LOOK)
    await store.set_chat_settings(9, look=LOOK)
    await store.set_chat_settings(9, look=Look())

    assert await store.looks() == {8: LOOK}
