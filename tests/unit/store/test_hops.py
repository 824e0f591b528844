"""How often a connection's thread is visited, and that nothing is lost by visiting it less."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from bot.store.hops import Thrifty
from bot.store.sql import SqlStore
from bot.store.sqlite import SqliteDatabase
from tests.contract.samples import database_threads, threads_end

MANY = 1000  # rows; more than a statement brings along
LONG = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000)"
    " SELECT max(n) FROM c"
)


class Counted(Thrifty):
    """Counts the visits that somebody waited for."""

    visits = 0

    async def _in_thread(self, work: Any) -> None:
        self.visits += 1
        await super()._in_thread(work)


async def opened(path: Path, *, read_only: bool = False) -> Counted:
    connection = Counted(
        lambda: sqlite3.connect(path, isolation_level=None, timeout=0), read_only=read_only
    )
    await connection
    return connection


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """Return a file with a table of many numbers."""
    path = tmp_path / "numbers.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(MANY)])
    connection.commit()
    connection.close()
    return path


async def test_a_read_of_a_few_rows_is_one_visit_and_its_end_is_not_waited_for(
    numbers: Path,
) -> None:
    connection = await opened(numbers, read_only=True)

    connection.begin("BEGIN")
    query = "SELECT n FROM numbers WHERE n < ? ORDER BY n"
    cursor = await connection.cursor().execute(query, (3,))
    assert await cursor.fetchall() == [(0,), (1,), (2,)]
    assert [column[0] for column in cursor.description] == ["n"]
    await cursor.close()
    await connection.commit()

    assert connection.visits == 1
    await connection.execute("SELECT 1")  # behind the end of the transaction
    assert not connection.in_transaction
    await connection.close()


async def test_a_write_is_two_visits_and_is_kept_or_taken_back_whole(numbers: Path) -> None:
    connection = await opened(numbers)
    insert = "INSERT INTO numbers VALUES (?) RETURNING n"

    for keep, number in ((True, 5001), (False, 5002)):
        before = connection.visits
        connection.begin("BEGIN IMMEDIATE")
        cursor = await connection.cursor().execute(insert, (number,))
        assert await cursor.fetchall() == [(number,)]
        await (connection.commit() if keep else connection.rollback())
        assert connection.visits - before == 2

    other = sqlite3.connect(numbers)
    assert other.execute("SELECT n FROM numbers WHERE n > 5000").fetchall() == [(5001,)]
    other.close()
    await connection.close()


async def test_a_transaction_without_a_statement_visits_nobody(numbers: Path) -> None:
    connection = await opened(numbers)

    connection.begin("BEGIN IMMEDIATE")
    await connection.commit()

    assert connection.visits == 0
    await connection.cursor().execute("SELECT 1")
    assert not connection.in_transaction  # what was due for nothing is not due any more
    await connection.close()


async def test_a_statement_that_fails_leaves_a_transaction_that_can_be_taken_back(
    numbers: Path,
) -> None:
    connection = await opened(numbers)
    connection.begin("BEGIN IMMEDIATE")
    await connection.cursor().execute("INSERT INTO numbers VALUES (5001)")

    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().execute("INSERT INTO numbers VALUES (5001)")
    await connection.rollback()

    cursor = await connection.cursor().execute("SELECT count(*) FROM numbers")
    assert await cursor.fetchone() == (MANY,)
    await connection.close()


async def test_where_a_transaction_cannot_begin_no_later_statement_stands_alone(
    numbers: Path,
) -> None:
    connection = await opened(numbers)
    other = sqlite3.connect(numbers)
    other.execute("BEGIN IMMEDIATE")
    insert = "INSERT INTO numbers VALUES (5001)"

    connection.begin("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await connection.cursor().execute(insert)
    other.rollback()
    await connection.cursor().execute(insert)
    await connection.rollback()

    assert other.execute("SELECT count(*) FROM numbers").fetchone() == (MANY,)
    connection.begin("BEGIN IMMEDIATE")
    await connection.cursor().execute(insert)
    await connection.commit()
    assert other.execute("SELECT count(*) FROM numbers").fetchone() == (MANY + 1,)
    other.close()
    await connection.close()


async def test_a_cursor_counts_all_rows_it_changed_and_may_be_used_again(numbers: Path) -> None:
    connection = await opened(numbers)

    cursor = await connection.cursor()  # as SQLAlchemy 2.0 asks for one
    await cursor.execute("SELECT n FROM numbers")  # whose rows nobody fetches
    await cursor.execute("UPDATE numbers SET n = n + 5000 RETURNING n")
    assert len(await cursor.fetchall()) == cursor.rowcount == MANY
    await cursor.executemany("DELETE FROM numbers WHERE n = ?", [(5000,), (5001,), (7,)])
    assert cursor.rowcount == 2
    assert await cursor.fetchall() == []
    await connection.close()


async def test_closing_waits_for_the_statement_under_way_and_ends_the_thread(
    numbers: Path,
) -> None:
    before = set(threading.enumerate())
    connection = await opened(numbers, read_only=True)
    connection.begin("BEGIN")

    under_way = asyncio.create_task(connection.cursor().execute(LONG))
    await asyncio.sleep(0)
    await connection.commit()  # is not waited for
    await connection.close()

    assert await (await under_way).fetchall() == [(1_000_000,)]
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive() or "asyncio" in thread.name
    with pytest.raises(ValueError, match="closed"):
        await connection.cursor().execute("SELECT 1")


@pytest.mark.parametrize("size", [1, 7, 300, 2 * MANY])
async def test_many_rows_come_in_order_however_they_are_fetched(numbers: Path, size: int) -> None:
    connection = await opened(numbers, read_only=True)
    query = "SELECT n FROM numbers ORDER BY n"
    expected = [(n,) for n in range(MANY)]

    cursor = await connection.cursor().execute(query)
    found: list[Any] = []
    while rows := await cursor.fetchmany(size):
        assert len(rows) == min(size, MANY - len(found))
        found += rows
    assert found == expected
    assert await cursor.fetchone() is None
    assert [row async for row in await connection.cursor().execute(query)] == expected
    first = await connection.cursor().execute(query)
    assert [await first.fetchone(), *await first.fetchall()] == expected
    await connection.close()


async def test_rows_that_nobody_fetched_hold_up_no_later_writer(numbers: Path) -> None:
    connection = await opened(numbers)
    cursor = await connection.cursor().execute("SELECT n FROM numbers")
    await cursor.close()
    assert await cursor.fetchall() == []

    other = sqlite3.connect(numbers, timeout=0)
    other.execute("DELETE FROM numbers")  # locked where a read is still open (no WAL here)
    other.commit()
    other.close()
    await connection.close()


async def test_a_read_through_the_store_sees_one_state_from_its_first_query_on(
    store: SqlStore,
) -> None:
    count = text("SELECT count(*) FROM marks_of_a_test")
    async with store.database.writing() as writer:
        await writer.execute(text("CREATE TABLE marks_of_a_test (n INTEGER)"))

    async with store.database.reading() as reader:
        assert await reader.scalar(count) == 0
        async with store.database.writing() as writer:
            await writer.execute(text("INSERT INTO marks_of_a_test VALUES (1)"))
        assert await reader.scalar(count) == 0
    async with store.database.reading() as reader:
        assert await reader.scalar(count) == 1


async def test_a_statement_cancelled_half_way_keeps_nothing_and_the_next_write_is_done(
    store: SqlStore,
) -> None:
    async with store.database.writing() as writer:
        await writer.execute(text("CREATE TABLE marks_of_a_test (n INTEGER)"))
    reached = asyncio.Event()

    async def write() -> None:
        async with store.database.writing() as writer:
            await writer.execute(text("INSERT INTO marks_of_a_test VALUES (1)"))
            reached.set()
            await writer.execute(text(LONG))

    task = asyncio.create_task(write())
    await reached.wait()
    await asyncio.sleep(0.01)  # the long statement is under way
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with store.database.writing() as writer:
        await writer.execute(text("INSERT INTO marks_of_a_test VALUES (2)"))
    async with store.database.reading() as reader:
        assert (await reader.execute(text("SELECT n FROM marks_of_a_test"))).all() == [(2,)]


async def test_wherever_a_write_is_cancelled_it_is_kept_whole_or_not_at_all(
    store: SqlStore,
) -> None:
    async with store.database.writing() as writer:
        for table in ("left_of_a_test", "right_of_a_test"):
            await writer.execute(text(f"CREATE TABLE {table} (n INTEGER)"))

    async def write(number: int) -> None:
        async with store.database.writing() as writer:
            await writer.execute(text("INSERT INTO left_of_a_test VALUES (:n)"), {"n": number})
            await writer.execute(text("INSERT INTO right_of_a_test VALUES (:n)"), {"n": number})

    done, cancelled = set(), 0
    for number in range(100):
        task = asyncio.create_task(write(number))
        await asyncio.sleep(number % 50 * 0.0001)
        task.cancel()
        try:
            await task
            done.add(number)
        except asyncio.CancelledError:
            cancelled += 1

    async with store.database.reading() as reader:
        left = set(await reader.scalars(text("SELECT n FROM left_of_a_test")))
        right = set(await reader.scalars(text("SELECT n FROM right_of_a_test")))
    assert cancelled > 0
    assert left == right
    assert done <= left


async def test_wherever_opening_is_cancelled_nothing_stays_open(numbers: Path) -> None:
    url = make_url(f"sqlite+aiosqlite:///{numbers}")
    before, cancelled = database_threads(), 0

    async def read(database: SqliteDatabase) -> None:
        async with database.reading() as reader:
            await reader.scalar(text("SELECT 1"))

    for number in range(120):
        database = SqliteDatabase(url)
        task = asyncio.create_task(read(database))
        await asyncio.sleep(number % 60 * 0.0001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        cancelled += task.cancelled()
        await database.close()

    assert cancelled > 20
    await threads_end(before)
