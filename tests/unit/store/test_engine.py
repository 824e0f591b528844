"""Connections: which addresses are taken, how they are set, and what a cancelled caller leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.models import OutboxState
from bot.store.engine import chunks
from bot.store.sql import SqlStore, database_at, open_store
from bot.store.sqlite import SqliteDatabase
from tests.contract.samples import NOW, added, database_threads, message, new_article, threads_end


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://mujaz:geheim@127.0.0.1:1/mujaz",
        "postgresql+asyncpg://mujaz:geheim@db/mujaz",
        "mysql://mujaz:geheim@db/mujaz",
        "sqlite:///mujaz.db",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file:geheim?mode=memory&uri=true",
        "geheim",
        "",
    ],
)
async def test_an_address_that_cannot_be_opened_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        await open_store(url)

    assert "geheim" not in str(refused.value)


async def test_the_path_of_an_address_is_taken_as_it_is(path: Path) -> None:
    database = await database_at(f"sqlite+aiosqlite:///{path}")

    assert isinstance(database, SqliteDatabase)
    assert database.url.database == str(path)
    await database.close()


async def test_a_missing_folder_is_a_store_error_and_leaves_no_thread(tmp_path: Path) -> None:
    before = database_threads()

    with pytest.raises(StoreError):
        await open_store(f"sqlite+aiosqlite:///{tmp_path}/missing/mujaz.db")

    await threads_end(before)


async def test_commits_survive_the_loss_of_power_and_references_are_checked(
    store: SqlStore,
) -> None:
    async with store.database.writing() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_a_reader_cannot_write(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        async with store.database.reading() as connection:
            await connection.exec_driver_sql("DELETE FROM articles")


async def test_readers_see_the_last_commit_while_a_write_is_under_way(store: SqlStore) -> None:
    await added(store, "a")

    async with store.database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM paragraphs")
        assert (await store.counts()).paragraphs == 2

    assert (await store.counts()).paragraphs == 0


async def test_many_callers_at_once_are_all_served(store: SqlStore) -> None:
    intakes = await asyncio.gather(*(added(store, str(n % 20)) for n in range(60)))
    counts = await asyncio.gather(*(store.counts() for _ in range(40)))

    assert len({intake.article_id for intake in intakes}) == 20
    assert {count.articles for count in counts} == {20}


async def cancelled_after(steps: int, work: asyncio.Future[Any]) -> bool:
    """Let ``work`` run for some steps of the loop, cancel it; whether it was cancelled."""
    for _ in range(steps):
        await asyncio.sleep(0)
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return True
    return False


async def test_a_settlement_is_kept_although_its_caller_is_cancelled(store: SqlStore) -> None:
    cut_short = 0
    for steps in range(1, 60):
        await store.enqueue([message(key=str(steps))], now=NOW)
        (sending,) = await store.lease(1, now=NOW, lease_s=60)
        settling = asyncio.ensure_future(store.settle(sending.id, OutboxState.SENT, now=NOW))
        cut_short += await cancelled_after(steps, settling)

        assert await store.outbox(OutboxState.SENDING) == []

    assert cut_short > 10


async def test_a_lease_whose_caller_is_cancelled_is_given_back(store: SqlStore) -> None:
    await store.enqueue([message(chat) for chat in range(3)], now=NOW)
    cut_short = 0
    for steps in range(60):
        leasing = asyncio.ensure_future(store.lease(2, now=NOW, lease_s=60))
        if await cancelled_after(steps, leasing):
            cut_short += 1
        else:
            for sending in leasing.result():
                await store.settle(sending.id, OutboxState.PENDING, now=NOW)

        assert len(await store.outbox(OutboxState.PENDING)) == 3

    assert cut_short > 10


async def test_a_cancelled_read_leaves_the_store_healthy(url: str) -> None:
    before = database_threads()
    store = await open_store(url)
    await added(store, "a", new_article("خبر", *["فقرة"] * 500))
    cut_short = 0
    for steps in range(40):
        reading = asyncio.ensure_future(store.article(1))
        cut_short += await cancelled_after(steps, reading)
        assert (await store.counts()).paragraphs == 500

    await store.close()

    assert cut_short > 10
    await threads_end(before)


def test_ids_are_cut_into_pieces_each_once() -> None:
    pieces = chunks([*range(1200), *range(1200)])

    assert [len(piece) for piece in pieces] == [500, 500, 200]
    assert [number for piece in pieces for number in piece] == list(range(1200))
    assert chunks([]) == []
