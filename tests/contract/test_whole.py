"""What the store promises as a whole: its counts, its check-up and its end."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.models import StoreCounts
from bot.store.base import Store
from tests.contract.conftest import OpenStore
from tests.contract.samples import (
    NOW,
    a_subscription,
    added,
    database_threads,
    leased,
    message,
    new_article,
    threads_end,
)


async def test_an_empty_store_counts_nothing_and_is_sound(store: Store) -> None:
    assert await store.counts() == StoreCounts()
    assert await store.verify() == []


async def test_counts_name_what_is_held(store: Store) -> None:
    await added(store, "a")
    await added(store, "a", new_article("آخر", "فقرة"))
    await a_subscription(store)
    await store.enqueue([message(1), message(2), message(3)], now=NOW)
    await leased(store, 1)

    assert await store.counts() == StoreCounts(
        sources=1,
        articles=1,
        paragraphs=3,
        chats=1,
        subscriptions=1,
        outbox={"pending": 2, "sending": 1},
        last_seq=2,
    )
    assert await store.verify() == []


async def test_what_is_held_outlives_the_store(another_store: OpenStore) -> None:
    store = await another_store()
    intake = await added(store, "a")
    await store.close()

    held = await (await another_store()).article(intake.article_id)

    assert held is not None
    assert held.article.title == "a"


async def test_a_closed_store_refuses_and_leaves_no_thread_behind(
    another_store: OpenStore, backend: str
) -> None:
    before = database_threads()
    store = await another_store()
    await added(store, "a")
    assert bool(database_threads() - before) == (backend == "sqlite")  # psycopg needs none

    await store.close()
    await store.close()

    await threads_end(before)
    with pytest.raises(StoreError):
        await store.counts()
    with pytest.raises(StoreError):
        await added(store, "b")
    await threads_end(before)
