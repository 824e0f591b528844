"""Connections to a database and their transactions: what every part of the store stands on.

Two kinds of transaction change something. ``writing()`` is alone in the whole database, whatever
the backend, so a method may read, decide and write without a thought for others; this is also
what keeps change-log numbers in the order of commits. ``leasing()`` is for what every sender does
many times a second: it waits for other leasers only, and locks the rows that it takes.

What differs between the backends is in ``sqlite`` and ``postgres``. No table is named here, and
nothing here waits for anything but the database.
"""

from __future__ import annotations

import asyncio
import functools
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Select,
    Table,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.rows import Form, Plain

BUSY_TIMEOUT_S = 5.0
MOST_PARAMETERS = 500  # in one IN list; SQLite's own bound depends on how it was built
CHANNEL = "mujaz"  # on which processes tell each other what they wrote

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", int, str)
Place = tuple[str, bool]  # of an SQLite file, and whether it is written as a URI
Fetch = Callable[[int], Awaitable[Sequence[Plain]]]


class Database(ABC):
    """One database; its methods give connections inside a transaction.

    Each is committed at the end of its block and rolled back on an error, which comes out as a
    StoreError.
    """

    hashes = False  # whether it can sum up a table by :func:`bot.store.lines.tally_query`

    @property
    @abstractmethod
    def engines(self) -> tuple[AsyncEngine, ...]:
        """The engines, for those who watch or time statements; the writers' is the first."""

    @abstractmethod
    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection whose transaction no other ``writing()`` anywhere runs beside."""

    @abstractmethod
    def leasing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection for taking rows: what it reads for update it must lock itself."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection that sees the database as it stood at its first query."""

    async def tidy(self) -> None:  # noqa: B027 - nothing to do, unless a backend says otherwise
        """Let nothing of what was deleted linger where the database has a log of its own."""

    @abstractmethod
    def migrating(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection that may change the tables, alone and before ``writing()`` is used."""

    @abstractmethod
    def is_ours(self, connection: Connection) -> bool | None:
        """Tell whether a Mujaz made the database; None when it is empty."""

    @abstractmethod
    def make_ours(self, connection: Connection) -> None:
        """Leave the mark by which :meth:`is_ours` knows it."""

    @abstractmethod
    def mark_filling(self, connection: Connection) -> None:
        """Leave the mark of a database that is being filled, and that nothing else may use yet."""

    @abstractmethod
    def is_being_filled(self, connection: Connection) -> bool:
        """Tell whether a restore or a move into it has begun and not ended."""

    def place(self) -> Place | None:
        """Return where another process finds the database as a file, None where it is none."""
        return None

    @abstractmethod
    def fetching(
        self, connection: AsyncConnection, query: Select[Any]
    ) -> AbstractAsyncContextManager[Fetch]:
        """Give what fetches the next rows of a query, at most so many, as the driver has them.

        The columns of the query must be numbers, text and bytes: nothing is converted.
        """

    @abstractmethod
    async def insert_plain(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Any]
    ) -> None:
        """Insert rows that hold a value for each column of the table.

        They come in the form that :meth:`form_of` names.
        """

    def form_of(self, table: Table) -> Form:  # noqa: ARG002 - for others
        """Return in which form :meth:`insert_plain` takes the rows of a table."""
        return Form.VALUES

    async def ensure_fillable(self, connection: AsyncConnection) -> None:  # noqa: B027 - most can
        """Raise StoreError where the tables are made in a way that they cannot be filled."""

    async def set_aside(self, connection: AsyncConnection) -> None:  # noqa: B027 - only where it helps
        """Take down what slows the filling of an empty database, for as long as that lasts."""

    async def put_back(self, connection: AsyncConnection) -> None:  # noqa: B027 - likewise
        """Make again what :meth:`set_aside` took down; fails when the rows do not allow it."""

    @abstractmethod
    async def last_numbers(self, connection: AsyncConnection) -> dict[str, int]:
        """Return the last number that each table gave to a row, by its name."""

    @abstractmethod
    async def set_last_numbers(
        self, connection: AsyncConnection, numbers: Mapping[str, int]
    ) -> None:
        """Let each table go on behind these numbers, which are never given again."""

    @abstractmethod
    async def problems(self, connection: AsyncConnection) -> list[str]:
        """Return what the database itself finds wrong with its content."""

    @abstractmethod
    async def give_back_space(self) -> bool:
        """Return free room inside the database to the disk; False where there is no need."""

    @abstractmethod
    async def hold(self, duty: str) -> bool:
        """Try to have a duty that one process has at a time; tell whether we have it."""

    @abstractmethod
    async def watch(self, heard: Callable[[str], None]) -> None:
        """Call ``heard`` with what any process wrote (:func:`announce`), until cancelled.

        Returns at once where processes cannot tell each other.
        """

    @abstractmethod
    async def close(self) -> None:
        """Wait for the running write, then close all connections."""


async def announce(connection: AsyncConnection, what: str) -> None:
    """Let every process that watches know of this transaction, as soon as it is committed."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(CHANNEL, what)))


async def insert_missing(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those rows that no unique constraint forbids; return how many were inserted."""
    return len(await insert_missing_of(connection, table, rows, literal(1)))


async def insert_missing_of(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    wanted: ColumnElement[T],
) -> Sequence[T]:
    """Insert those rows that no unique constraint forbids; return ``wanted`` of each of them."""
    if not rows:
        return []
    missing = _insert_for(connection)(table).on_conflict_do_nothing().returning(wanted)
    return (await connection.scalars(missing, list(rows))).all()


def _insert_for(connection: AsyncConnection) -> Callable[[Table], Any]:
    if connection.dialect.name != "postgresql":
        return sqlite.insert
    # With it come all its drivers' dialects: not for a start on an SQLite file.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert


async def insert_numbers(
    connection: AsyncConnection, table: Table, rows: Sequence[tuple[int, ...]]
) -> None:
    """Insert many rows of a table that holds whole numbers alone, one for each of its columns.

    Nothing of them needs a conversion, which would cost more than the inserting itself.
    """
    names = [column.name for column in table.columns]
    statement = str(insert(table).compile(dialect=connection.dialect))
    given: Sequence[Any] = rows
    if not connection.dialect.positional:
        given = [dict(zip(names, row, strict=True)) for row in rows]
    await connection.exec_driver_sql(statement, list(given))


def as_text(dialect: Dialect, query: Select[Any]) -> str:
    """Return a query with its values in it, for a driver that is called without SQLAlchemy."""
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


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
