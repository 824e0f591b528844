"""One visit to a connection's thread for each statement, instead of five.

SQLite is asked in a thread of its own, and each visit there and back costs more than a small
query; where processors are short, it costs waiting twice. The library visits for the cursor, the
statement, the rows and the cursor's end one by one, and as often for a transaction's beginning.
Here a transaction begins on the visit of its first statement, which brings its first rows along.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Self

import aiosqlite

_AT_ONCE = 256  # rows that a statement brings along; further ones are fetched as they are asked for

Opener = Callable[[], sqlite3.Connection]


class Cursor:
    """What SQLAlchemy needs of a cursor; it exists in the thread from its statement on."""

    def __init__(self, connection: Thrifty) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None  # while there may be further rows
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    def __await__(self) -> Generator[Any, None, Self]:
        """SQLAlchemy 2.0 awaits a cursor, 2.1 enters it."""
        yield from ()
        return self

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Carry out one statement, and bring its first rows along."""

        def visit(connection: sqlite3.Connection) -> None:
            self._started(connection.execute(statement, parameters))

        await self._connection.visit(visit)
        return self

    async def executemany(self, statement: str, rows: Iterable[Any]) -> Self:
        """Carry out one statement for each of many rows."""

        def visit(connection: sqlite3.Connection) -> None:
            self._started(connection.executemany(statement, rows))

        await self._connection.visit(visit)
        return self

    async def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """Return so many of the next rows, fewer where there are no more."""
        size = size or self.arraysize
        if self._open is not None and len(self._rows) < size:
            await self._connection.visit(lambda _: self._bring(max(size, _AT_ONCE)))
        given, self._rows = self._rows[:size], self._rows[size:]
        return given

    async def fetchall(self) -> Sequence[Any]:
        """Return all further rows."""
        if self._open is not None:
            await self._connection.visit(lambda _: self._bring(None))
        given, self._rows = self._rows, []
        return given

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        row = await self.fetchone()
        if row is None:
            raise StopAsyncIteration
        return row

    async def close(self) -> None:
        """Give up rows that were not fetched."""
        self._rows = []
        if self._open is not None:
            await self._connection.visit(lambda _: self._end())

    def _started(self, cursor: sqlite3.Cursor) -> None:
        """Note what came of the statement; in the thread, like all that follows."""
        self._end()  # of the statement before
        self._open, self._rows = cursor, []
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._bring(_AT_ONCE)

    def _bring(self, count: int | None) -> None:
        cursor = self._open
        if cursor is None:
            return
        rows = cursor.fetchall() if count is None else cursor.fetchmany(count)
        self._rows += rows
        self.rowcount = cursor.rowcount  # of RETURNING, right after the last row
        if count is None or len(rows) < count:
            self._end()

    def _end(self) -> None:
        cursor, self._open = self._open, None
        if cursor is not None:
            cursor.close()


class Thrifty(aiosqlite.Connection):
    """A connection whose transactions begin with the first statement of a cursor.

    A statement whose waiter was cancelled is carried out all the same: SQLAlchemy then closes the
    connection behind it, and SQLite takes back what was not committed.

    ``read_only``: nobody waits for the end of a transaction, which has nothing to keep.
    """

    def __init__(self, opener: Opener, *, read_only: bool) -> None:
        super().__init__(self._open, iter_chunk_size=_AT_ONCE)
        self._opener = opener
        self._opened: sqlite3.Connection | None = None
        self._thread.daemon = True  # one that nobody closed must not keep the program
        self._read_only = read_only
        self._due = ""  # what the next statement begins a transaction with
        self._begun = False

    def _open(self) -> sqlite3.Connection:
        self._opened = self._opener()
        return self._opened

    def stop(self) -> asyncio.Future[Any] | None:
        """End the thread; what it has opened for somebody who was cancelled meanwhile is closed.

        The driver knows nothing of that, and Python 3.13 complains of what nobody closes.
        """
        self._tx.put_nowait((None, self._close_opened))
        return super().stop()

    def _close_opened(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def begin(self, statement: str) -> None:
        """Begin a transaction with the next statement; ``statement`` is a BEGIN."""
        self._due = statement

    async def visit(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something in the thread, inside the transaction if one is due.

        Where it cannot begin, as while another process writes, it stays due: no later statement
        may be carried out on its own.
        """
        due, self._due = self._due, ""
        self._begun = self._begun or bool(due)

        def all_of_it() -> None:
            connection = self._conn
            if due:
                try:
                    connection.execute(due)
                except sqlite3.Error:
                    self._due = due
                    raise
            work(connection)

        await self._in_thread(all_of_it)

    def cursor(self) -> Any:
        """Return a cursor, without asking the thread for one."""
        return Cursor(self)

    async def commit(self) -> None:
        """Keep what was changed; the end of a transaction without a statement is nothing."""
        await self._ended(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        """Leave everything as it was before the transaction."""
        await self._ended(sqlite3.Connection.rollback)

    async def _ended(self, how: Callable[[sqlite3.Connection], None]) -> None:
        self._due = ""
        if not self._begun:
            return
        if self._read_only:
            self._begun = False
            self._tx.put_nowait((None, lambda: how(self._conn)))  # in its turn, as all visits
        else:
            await self._in_thread(lambda: how(self._conn))
            self._begun = False

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await self._execute(work)  # type: ignore[no-untyped-call]  # the library's, untyped
