"""A database that is an SQLite file: one writer, several readers beside it, and how they are set.

Everything that only SQLite understands is here.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Select, Table, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from bot.errors import StoreCorruptError, StoreError
from bot.precedence import Turns
from bot.store.engine import BUSY_TIMEOUT_S, Database, Fetch, Place, as_text
from bot.store.failures import store_errors
from bot.store.hops import Thrifty

logger = logging.getLogger(__name__)

DRIVER = "sqlite+aiosqlite"
READERS = 3
_MOST_FREE = 0.25  # of the pages, before the file is written anew
APPLICATION_ID = 0x4D756A7A  # "Mujz": how a file of ours is told from any other SQLite file
_TIDY_TRIES, _TIDY_REST_S = 20, 0.05
_AGAIN_S = 0.01  # until the next try for a file that another program opens for the first time
BEING_FILLED = 0x4D756A66  # "Mujf": one that a restore or a move has not filled yet


def make_private(file: Path) -> None:
    """Make a file that is missing, for its owner alone; where that fails, SQLite will say why."""
    with suppress(OSError):
        file.touch(mode=0o600, exist_ok=False)


async def ensure_openable(url: URL) -> None:
    """Open and close the file once; StoreError when that fails.

    A file that is missing is made, for its owner alone: it holds who reads what. What SQLite puts
    beside it has the same rights.

    aiosqlite does not wait for the thread of a connection that could not be opened, which then
    reports to a loop that may be closed. After this the connections proper do open.
    """
    (file,), options = url.get_dialect()().create_connect_args(url)

    def open_and_close() -> None:
        if not options.get("uri"):
            make_private(Path(file))
        sqlite3.connect(file, uri=bool(options.get("uri"))).close()

    with store_errors():
        await asyncio.to_thread(open_and_close)


class SqliteDatabase(Database):
    """An SQLite file in WAL mode; commits survive the loss of power."""

    def __init__(self, url: URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        in_memory = not url.database or ":memory:" in url.database
        if in_memory or url.query.get("mode") == "memory":
            raise StoreError("the database must be a file: writer and readers share it")
        self.url = url
        self._busy_timeout_s = busy_timeout_s
        self._writer = make_engine(url, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s)
        self._readers = make_engine(
            url, begin="BEGIN", busy_timeout_s=busy_timeout_s, connections=READERS, query_only=True
        )
        self._turn = Turns()  # of the one writer
        self._closed = False

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """The writer's and the readers' engine."""
        return self._writer, self._readers

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give the one writer's connection."""
        async with self._turn:
            self._check_open()
            with store_errors():
                async with self._writer.begin() as connection:
                    yield connection

    def leasing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the one writer's connection: here taking rows is writing like any other."""
        return self.writing()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a reader's connection, which sees the database as it stood at its first query."""
        self._check_open()
        with store_errors():
            async with self._readers.begin() as connection:
                yield connection

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection of its own: rebuilding a table needs foreign keys to be off."""
        engine = make_engine(
            self.url,
            begin="BEGIN IMMEDIATE",
            busy_timeout_s=self._busy_timeout_s,
            foreign_keys=False,
        )
        with store_errors():
            try:
                async with engine.begin() as connection:
                    yield connection
                    orphans = await connection.exec_driver_sql("PRAGMA foreign_key_check")
                    if orphans.first() is not None:
                        raise StoreCorruptError("rows would be left without their owner")
            finally:
                await engine.dispose()

    def is_ours(self, connection: Connection) -> bool | None:
        """Tell by the application id of the file."""
        application_id = connection.exec_driver_sql("PRAGMA application_id").scalar()
        if application_id == 0 and not inspect(connection).get_table_names():
            return None
        return application_id in {APPLICATION_ID, BEING_FILLED}

    def make_ours(self, connection: Connection) -> None:
        """Set the application id of the file."""
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")

    def mark_filling(self, connection: Connection) -> None:
        """Set the other application id."""
        connection.exec_driver_sql(f"PRAGMA application_id={BEING_FILLED}")

    def is_being_filled(self, connection: Connection) -> bool:
        """Tell by the application id."""
        return connection.exec_driver_sql("PRAGMA application_id").scalar() == BEING_FILLED

    def place(self) -> Place:
        """Return the file."""
        (file,), options = self.url.get_dialect()().create_connect_args(self.url)
        return str(file), bool(options.get("uri"))

    @asynccontextmanager
    async def fetching(
        self, connection: AsyncConnection, query: Select[Any]
    ) -> AsyncIterator[Fetch]:
        """Fetch by a cursor of aiosqlite, in the thread of the connection."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        async with driver.execute(as_text(connection.dialect, query)) as cursor:
            yield cursor.fetchmany

    async def insert_plain(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Any]
    ) -> None:
        """Insert with one prepared statement."""
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        places = ", ".join("?" for _ in table.columns)
        await connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})',  # noqa: S608 - our own names
            list(rows),
        )

    async def last_numbers(self, connection: AsyncConnection) -> dict[str, int]:
        """Return what SQLite keeps for AUTOINCREMENT."""
        found = await connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {row.name: row.seq for row in found}

    async def set_last_numbers(
        self, connection: AsyncConnection, numbers: Mapping[str, int]
    ) -> None:
        """Replace what SQLite keeps for AUTOINCREMENT."""
        await connection.exec_driver_sql("DELETE FROM sqlite_sequence")
        if numbers:
            await connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", list(numbers.items())
            )

    async def problems(self, connection: AsyncConnection) -> list[str]:
        """Return what SQLite finds wrong with the file and with its references."""
        found = await connection.exec_driver_sql("PRAGMA integrity_check")
        problems = [f"integrity: {line}" for (line,) in found if line != "ok"]
        orphans = await connection.exec_driver_sql("PRAGMA foreign_key_check")
        return problems + [
            f"orphan: {row.table} row {row.rowid} lacks its {row.parent}" for row in orphans
        ]

    async def give_back_space(self) -> bool:
        """Write the file anew without its free pages, once they are a quarter of it."""
        async with self._turn:
            self._check_open()
            with store_errors():
                engine = make_engine(self.url, begin="", busy_timeout_s=self._busy_timeout_s)
                try:
                    async with engine.connect() as connection:
                        free = (await connection.exec_driver_sql("PRAGMA freelist_count")).scalar()
                        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
                        if (free or 0) < (pages or 0) * _MOST_FREE:
                            return False
                        await connection.exec_driver_sql("VACUUM")
                        return True
                finally:
                    await engine.dispose()

    async def hold(self, duty: str) -> bool:  # noqa: ARG002 - any
        """Tell that we have it: whoever runs on a file has locked its folder for himself."""
        self._check_open()
        return True

    async def tidy(self) -> None:
        """Move what is in the write-ahead log into the file, and cut the log off.

        A reader in the middle of a query keeps the log; then it is tried again for a second, and
        after that left to the next checkpoint.
        """
        for _ in range(_TIDY_TRIES):
            async with self._turn:
                with store_errors():
                    if await asyncio.to_thread(_checkpoint, self.url):
                        return
            await asyncio.sleep(_TIDY_REST_S)
        logger.warning("the write-ahead log is in use and was not cut off")

    async def watch(self, heard: Callable[[str], None]) -> None:
        """Return at once: processes that share a file cannot tell each other."""

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


def _checkpoint(url: URL) -> bool:
    """Cut the write-ahead log off; False when somebody still reads it."""
    (file,), options = url.get_dialect()().create_connect_args(url)
    with closing(sqlite3.connect(file, uri=bool(options.get("uri")))) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


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
    pragmas = [
        "synchronous=FULL",  # a committed `sending` must survive the loss of power
        "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
        f"foreign_keys={int(foreign_keys)}",
        f"query_only={int(query_only)}",
    ]

    def connect(file: str, **options: Any) -> Thrifty:
        return Thrifty(lambda: sqlite3.connect(file, **options), read_only=query_only)

    def set_up(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        try:
            cursor = connection.cursor()
            _enter_wal(connection, cursor, busy_timeout_s)
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # the pool of SQLAlchemy 2.0 would forget it, with its thread
            raise

    def begin_transaction(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if begin and isinstance(driver, Thrifty):  # VACUUM stands outside of every transaction
            driver.begin(begin)

    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        # None: sqlite3 must not begin transactions by itself, which would leave out BEGIN
        # before a SELECT and make every statement of the schema its own transaction.
        connect_args={
            "isolation_level": None,
            "timeout": busy_timeout_s,
            "async_creator_fn": connect,
        },
    )
    event.listen(engine.sync_engine, "connect", set_up)
    event.listen(engine.sync_engine, "begin", begin_transaction)
    return engine


def _enter_wal(connection: Any, cursor: Any, patience_s: float) -> None:
    """Change to write-ahead logging, once for a file.

    That takes the file for a moment, and SQLite does not wait for it: of two programs that open a
    new file at once one is told that it is locked, whatever time it has.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= until:
                raise
            connection.run_async(lambda _: asyncio.sleep(_AGAIN_S))
        else:
            return
