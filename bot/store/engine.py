"""Connections to the SQLite file: one writer, several readers beside it, and how they are set.

Everything that only SQLite understands is here. Transactions are short and wait for nothing but
the database. No table is named here.
"""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Table, event, make_url
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from bot.errors import StoreError
from bot.store.failures import store_errors

DRIVER = "sqlite+aiosqlite"
BUSY_TIMEOUT_S = 5.0
READERS = 3
MOST_PARAMETERS = 500  # in one IN list; SQLite's own bound depends on how it was built

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", int, str)


def store_url(url: str) -> URL:
    """Return the parsed address of a database; StoreError when it is not an SQLite file."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("the database address cannot be understood") from error
    if parsed.drivername != DRIVER:
        raise StoreError(f"{parsed.drivername} is not served yet; use {DRIVER}:///PATH")
    in_memory = not parsed.database or ":memory:" in parsed.database
    if in_memory or parsed.query.get("mode") == "memory":
        raise StoreError("the database must be a file: writer and readers share it")
    return parsed


async def ensure_openable(url: URL) -> None:
    """Open and close the file once, making it if it is missing; StoreError when that fails.

    aiosqlite does not wait for the thread of a connection that could not be opened, which then
    reports to a loop that may be closed. After this the connections proper do open.
    """
    (file,), options = url.get_dialect()().create_connect_args(url)

    def open_and_close() -> None:
        sqlite3.connect(file, uri=bool(options.get("uri"))).close()

    with store_errors():
        await asyncio.to_thread(open_and_close)


class Database:
    """An SQLite file: ``writing()`` and ``reading()`` give connections inside a transaction."""

    def __init__(self, url: URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._writer = make_engine(url, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s)
        self._readers = make_engine(
            url, begin="BEGIN", busy_timeout_s=busy_timeout_s, connections=READERS, query_only=True
        )
        self._turn = asyncio.Lock()  # of the one writer
        self._closed = False

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """Return the writer's and the readers' engine, for those who watch or time statements."""
        return self._writer, self._readers

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give the writer's connection; committed at the end, rolled back on an error."""
        async with self._turn:
            self._check_open()
            with store_errors():
                async with self._writer.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a reader's connection, which sees the database as it stood at its first query."""
        self._check_open()
        with store_errors():
            async with self._readers.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Wait for the running write, then close all connections; the writer's is the last."""
        async with self._turn:
            self._closed = True
            with store_errors():
                await self._readers.dispose()
                await self._writer.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")


def make_engine(
    url: URL,
    *,
    begin: str,
    busy_timeout_s: float,
    connections: int = 1,
    query_only: bool = False,
    foreign_keys: bool = True,
) -> AsyncEngine:
    """Return an engine whose transactions start with ``begin`` and whose connections are set."""
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        # None: sqlite3 must not begin transactions by itself, which would leave out BEGIN
        # before a SELECT and make every statement of the schema its own transaction.
        connect_args={"isolation_level": None, "timeout": busy_timeout_s},
    )
    pragmas = [
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed `sending` must survive the loss of power
        f"foreign_keys={int(foreign_keys)}",
        f"query_only={int(query_only)}",
    ]

    def set_up(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        try:
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # the pool of SQLAlchemy 2.0 would forget it, with its thread
            raise

    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", set_up)
    event.listen(engine.sync_engine, "begin", begin_transaction)
    return engine


async def insert_missing(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those rows that no unique constraint forbids; return how many were inserted."""
    if not rows:
        return 0
    result = await connection.execute(insert(table).on_conflict_do_nothing(), list(rows))
    return result.rowcount


async def integrity_problems(connection: AsyncConnection) -> list[str]:
    """Return what SQLite finds wrong with the file and with its references."""
    found = await connection.exec_driver_sql("PRAGMA integrity_check")
    problems = [f"integrity: {line}" for (line,) in found if line != "ok"]
    orphans = await connection.exec_driver_sql("PRAGMA foreign_key_check")
    return problems + [
        f"orphan: {row.table} row {row.rowid} lacks its {row.parent}" for row in orphans
    ]


def chunks(ids: Sequence[K]) -> list[Sequence[K]]:
    """Return the distinct ids or keys in pieces small enough for one statement."""
    distinct = list(dict.fromkeys(ids))
    starts = range(0, len(distinct), MOST_PARAMETERS)
    return [distinct[start : start + MOST_PARAMETERS] for start in starts]


def to_the_end(
    method: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let a method of the store finish although its caller is cancelled, who waits for it.

    Without this a message that was sent could stay `sending` because the program stopped in that
    moment, and a read cut short would cost its connection.
    """

    @functools.wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        work = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await finished(work)
            raise

    return run


async def finished(work: asyncio.Future[Any]) -> None:
    """Wait for ``work``, whatever comes of it."""
    await asyncio.gather(asyncio.shield(work), return_exceptions=True)
