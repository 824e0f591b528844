"""A database on a PostgreSQL server: one writer among all processes, readers and leasers beside it.

Everything that only PostgreSQL understands is here; its states of error are in ``failures``.
psycopg is an extra of the package (``pip install 'mujaz[postgres]'``) and is imported when a
server is named, not before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Select,
    Table,
    column,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy import table as table_of
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.log import Lasting
from bot.precedence import Turns
from bot.store import filling
from bot.store.binary import has_binary_form, in_binary
from bot.store.duties import DutySession
from bot.store.engine import BUSY_TIMEOUT_S, CHANNEL, Database, Fetch, as_text
from bot.store.failures import as_store_error, store_errors
from bot.store.lines import kinds_of
from bot.store.rows import Form

logger = logging.getLogger(__name__)

DRIVER = "postgresql+psycopg"
NAMES = ("postgresql+psycopg", "postgresql", "postgres")  # all of them mean the same to us
READERS = 5
# Advisory locks of a database, held to the end of a transaction. Any two numbers of our own will
# do; these spell "Mujaz" and its writers and leasers.
WRITERS, LEASERS = 0x4D756A617A01, 0x4D756A617A02
_MARK = "Mujaz"  # the comment on the table of versions
_FILLING = "Mujaz, being filled"  # until a restore or a move has ended
# Leasers want the first few of what may be a million waiting rows, in the order of an index. A
# planner whose statistics are older than a broadcast would sort them all instead.
_IN_ORDER = select(
    *(func.set_config(f"enable_{way}", "off", True) for way in ("sort", "bitmapscan", "hashjoin"))
)
_SEQUENCES = text(
    "SELECT format('%I.%I', s.schemaname, s.sequencename) AS name, s.last_value,"
    " d.refobjid::regclass::text AS held, a.attname AS numbers FROM pg_sequences s"
    " JOIN pg_depend d ON d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass"
    " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
    " WHERE d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass"
    " AND s.schemaname = current_schema()"
)
CONNECT_S = 10
_LISTEN_AGAIN_S = 2.0


class PostgresDatabase(Database):
    """A database of a PostgreSQL server, which must keep its text in UTF-8."""

    hashes = True

    def __init__(
        self, url: URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S, connect_s: int = CONNECT_S
    ) -> None:
        try:
            import psycopg  # noqa: F401 - asked for by the address, and not always installed
        except ImportError:
            raise StoreError(
                "psycopg is missing", key="error.store.driver", install="mujaz[postgres]"
            ) from None
        self.url = url.set(drivername=DRIVER)
        made = partial(_make_engine, self.url, busy_timeout_s, connect_s=connect_s)
        self._writers = made(connections=2)
        self._readers = made(connections=READERS, reads=True)
        self._turns = {WRITERS: Turns(), LEASERS: Turns()}
        self._duties = DutySession(self.url)
        self._closed = False

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """The writers' and the readers' engine."""
        return self._writers, self._readers

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that holds the writers' lock of the whole database."""
        async with self._locked(WRITERS) as connection:
            yield connection

    @asynccontextmanager
    async def leasing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that holds the leasers' lock: no two take rows at one time."""
        async with self._locked(LEASERS) as connection:
            await connection.execute(_IN_ORDER)
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that cannot write and sees one state of the database."""
        self._check_open()
        with store_errors():
            async with self._readers.begin() as connection:
                yield connection

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """Give a writer's connection; PostgreSQL changes tables inside transactions."""
        async with self._locked(WRITERS) as connection:
            encoding = await connection.scalar(text("SHOW server_encoding"))
            if encoding != "UTF8":
                raise StoreError(f"the database keeps its text in {encoding}; it must be UTF8")
            yield connection

    @asynccontextmanager
    async def _locked(self, lock: int) -> AsyncIterator[AsyncConnection]:
        async with self._turns[lock]:  # ours wait here, without a connection each
            self._check_open()
            with store_errors():
                async with self._writers.begin() as connection:
                    await connection.execute(select(func.pg_advisory_xact_lock(lock)))
                    yield connection

    def is_ours(self, connection: Connection) -> bool | None:
        """Tell by the comment on the table of versions."""
        looked = inspect(connection)
        names = looked.get_table_names()
        if not names:
            return None
        if "alembic_version" not in names:
            return False
        return looked.get_table_comment("alembic_version")["text"] in {_MARK, _FILLING}

    def make_ours(self, connection: Connection) -> None:
        """Comment the table of versions."""
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{_MARK}'"))

    def mark_filling(self, connection: Connection) -> None:
        """Comment the table of versions otherwise."""
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{_FILLING}'"))

    def is_being_filled(self, connection: Connection) -> bool:
        """Tell by that comment."""
        looked = inspect(connection)
        if "alembic_version" not in looked.get_table_names():
            return False
        return looked.get_table_comment("alembic_version")["text"] == _FILLING

    @asynccontextmanager
    async def fetching(
        self, connection: AsyncConnection, query: Select[Any]
    ) -> AsyncIterator[Fetch]:
        """Fetch by a cursor of the server, which sends values as they are, without their text."""
        import psycopg

        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            async with driver.cursor("mujaz", binary=True) as cursor:
                await cursor.execute(as_text(connection.dialect, query))
                yield cursor.fetchmany
        except psycopg.Error as error:
            raise as_store_error(error) from error

    def form_of(self, table: Table) -> Form:
        """Take lines; of tables of bytes, whose text is twice as long, what COPY calls binary."""
        return Form.BINARY if has_binary_form(kinds_of(table)) else Form.LINES

    async def insert_plain(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Any]
    ) -> None:
        """Insert with COPY, which is several times faster than statements."""
        import psycopg
        from psycopg.sql import SQL, Identifier

        binary = self.form_of(table) is Form.BINARY
        statement = SQL("COPY {} ({}) FROM STDIN {}").format(
            Identifier(table.name),
            SQL(", ").join(Identifier(column.name) for column in table.columns),
            SQL("(FORMAT BINARY)" if binary else ""),
        )
        # No commit has to reach the disk before the last one, which says that the target is whole.
        await connection.execute(text("SET LOCAL synchronous_commit = off"))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            async with driver.cursor() as cursor, cursor.copy(statement) as copy:
                await copy.write(in_binary(rows) if binary else b"\n".join([*rows, b""]))
        except psycopg.Error as error:
            raise as_store_error(error) from error

    async def ensure_fillable(self, connection: AsyncConnection) -> None:
        """Refuse a database whose tables are parted."""
        await filling.ensure_whole(connection)

    async def set_aside(self, connection: AsyncConnection) -> None:
        """Drop references, unique constraints and indexes."""
        await filling.set_aside(connection)

    async def put_back(self, connection: AsyncConnection) -> None:
        """Make them again."""
        await filling.put_back(connection)

    async def last_numbers(self, connection: AsyncConnection) -> dict[str, int]:
        """Return where the sequences stand."""
        found = await connection.execute(_SEQUENCES)
        return {row.held: row.last_value for row in found if row.last_value is not None}

    async def set_last_numbers(
        self, connection: AsyncConnection, numbers: Mapping[str, int]
    ) -> None:
        """Move the sequences, also those of tables of which SQLite keeps no last number."""
        for row in (await connection.execute(_SEQUENCES)).all():
            newest: Select[Any] = select(func.max(column(row.numbers)))
            newest = newest.select_from(table_of(row.held))
            last = max(numbers.get(row.held, 0), await connection.scalar(newest) or 0)
            if last:
                await connection.execute(select(func.setval(row.name, last)))

    async def problems(self, connection: AsyncConnection) -> list[str]:
        """Return which references have not been checked, as after an unfinished restore.

        PostgreSQL itself keeps the others; damaged pages are refused when they are read.
        """
        unchecked = await connection.execute(
            text(
                "SELECT conrelid::regclass::text AS held, conname FROM pg_constraint"
                " WHERE contype = 'f' AND NOT convalidated"
                " AND connamespace = current_schema()::regnamespace"
            )
        )
        return [f"unchecked: {row.conname} of {row.held}" for row in unchecked]

    async def give_back_space(self) -> bool:
        """Leave it to the server, whose autovacuum keeps the room for what comes next."""
        return False

    async def hold(self, duty: str) -> bool:
        """Try to have a duty, on the session of them."""
        self._check_open()
        return await self._duties.hold(duty)

    async def watch(self, heard: Callable[[str], None]) -> None:
        """Listen to what other processes and our own announce; a lost connection is made anew."""
        trouble = Lasting(
            logger,
            "not listening to the database for now",
            "listening to the database again",
            level=logging.WARNING,
        )
        while not self._closed:
            try:
                async with self._listening() as connection:
                    trouble.worked()
                    heard("")  # something may have been written while nobody listened
                    async for note in connection.notifies():
                        heard(note.payload)
            except StoreError as error:
                trouble.failed(error)
            await asyncio.sleep(_LISTEN_AGAIN_S)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Any]:
        """Give a connection of psycopg that listens, outside every transaction."""
        import psycopg

        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            connection = await psycopg.AsyncConnection.connect(
                dsn, autocommit=True, connect_timeout=CONNECT_S
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                yield connection
        except psycopg.Error as error:
            raise as_store_error(error) from error

    async def close(self) -> None:
        """Wait for the running write, then close all connections."""
        async with self._turns[WRITERS], self._turns[LEASERS]:
            self._closed = True
            await self._duties.close()
            with store_errors():
                await self._readers.dispose()
                await self._writers.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")


def _make_engine(
    url: URL, busy_timeout_s: float, *, connections: int, connect_s: int, reads: bool = False
) -> AsyncEngine:
    """Return an engine; one that ``reads`` gives each transaction one state of the database."""
    options = [
        f"-c lock_timeout={max(1, round(busy_timeout_s * 1000))}",
        "-c idle_in_transaction_session_timeout=60000",  # a stuck process must not stop the rest
    ]
    given = url.query.get("options", ())
    options += [given] if isinstance(given, str) else list(given)
    return create_async_engine(
        url.difference_update_query(["options"]),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,  # a server that was away is found again without an error
        isolation_level="REPEATABLE READ" if reads else "READ COMMITTED",
        execution_options={"postgresql_readonly": True} if reads else {},
        connect_args={
            "options": " ".join(options),
            "connect_timeout": connect_s,
            "application_name": "mujaz",
        },
    )
