"""The whole store on an SQL database, and how it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, func, make_url, select
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreCorruptError, StoreError
from bot.models import StoreCounts
from bot.store.admission import ensure_let_in
from bot.store.articles import SqlArticles
from bot.store.backup import back_up, file_errors, prune
from bot.store.base import Store
from bot.store.chats import SqlChats
from bot.store.deep import altered_texts
from bot.store.edits import SqlEdits
from bot.store.embeddings import SqlEmbeddings
from bot.store.engine import BUSY_TIMEOUT_S, Database, to_the_end
from bot.store.events import SqlEvents
from bot.store.following import SqlFollows
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.outbox import SqlOutbox
from bot.store.postgres import CONNECT_S, NAMES, PostgresDatabase
from bot.store.questions import SqlQuestions
from bot.store.retention import SqlRetention
from bot.store.schema import articles, change_log, chats, outbox, paragraphs, sources, subscriptions
from bot.store.sent import SqlSent
from bot.store.sources import SqlSources
from bot.store.sqlite import DRIVER, SqliteDatabase, ensure_openable
from bot.store.times import SqlTimes


class SqlStore(
    SqlSources,
    SqlArticles,
    SqlEdits,
    SqlEmbeddings,
    SqlEvents,
    SqlChats,
    SqlFollows,
    SqlOutbox,
    SqlRetention,
    SqlSent,
    SqlQuestions,
    SqlTimes,
    Store,
):
    """Everything held in one database; made by :func:`open_store`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        super().__init__(database)

    @to_the_end
    async def counts(self) -> StoreCounts:
        """Return how much it holds, all as of one instant."""
        tables = (sources, articles, paragraphs, chats, subscriptions)
        held: dict[str, int] = {}
        by_state = select(outbox.c.state, func.count().label("messages")).group_by(outbox.c.state)
        async with self.database.reading() as connection:
            for table in tables:
                count = await connection.scalar(select(func.count()).select_from(table))
                held[table.name] = count or 0
            states = {row.state: row.messages for row in await connection.execute(by_state)}
            last_seq = await connection.scalar(select(func.max(change_log.c.seq))) or 0
        return StoreCounts(**held, outbox=states, last_seq=last_seq)

    @to_the_end
    async def verify(self, *, deep: bool = False) -> list[str]:
        """Return what is wrong with the database, nothing when it is sound.

        ``deep``: every stored text is read and compared with its hash, too.
        """
        try:
            async with self.database.reading() as connection:
                problems = await self.database.problems(connection)
                revision = await connection.run_sync(revision_of)
        except StoreCorruptError as error:
            return [f"unreadable: {error}"]
        if revision != REVISION:
            problems.append(f"schema: revision {revision} instead of {REVISION}")
        return problems + (await altered_texts(self.database) if deep else [])

    async def back_up(
        self, folder: Path, *, now: datetime, settings: str = "", keep: int = 0
    ) -> Path:
        """Make a backup in ``folder``, read it back, and remove all but the newest ``keep``."""
        made = await back_up(self.database, folder, now=now, settings=settings)
        with file_errors():
            await asyncio.to_thread(prune, folder, keep, made.folder)
        return made.folder

    @to_the_end
    async def hold(self, duty: str) -> bool:
        """Try to have a duty that one process has at a time; tell whether we have it."""
        return await self.database.hold(duty)

    async def watch(self, heard: Callable[[str], None]) -> None:
        """Call ``heard`` whenever any process wrote something, until cancelled."""
        await self.database.watch(heard)

    async def close(self) -> None:
        """Let go of the database; every later call raises StoreError."""
        await self.database.close()


async def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> SqlStore:
    """Open the database at ``url``, made or migrated as needed.

    ``sqlite+aiosqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``. ``busy_timeout_s``
    is how long a write waits for another process. Raises StoreError: for another kind of address,
    a database that cannot be opened, is not ours or is too new.
    """
    database = await database_at(url, busy_timeout_s=busy_timeout_s)
    try:
        await migrate(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)


def must_exist(url: str) -> None:
    """Raise StoreError where ``url`` names a file that is not there: opening would make it."""
    address = _address(url)
    if address.drivername == DRIVER and address.database and not Path(address.database).exists():
        raise StoreError(f"no file {address.database}", key="error.store.missing")


async def database_at(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """Return the database at ``url`` as it is, whatever its revision; StoreError as above."""
    address = _address(url)
    if address.drivername in NAMES:
        server = PostgresDatabase(address, busy_timeout_s=busy_timeout_s)
        await ensure_let_in(address, connect_s=CONNECT_S)
        return server
    if address.drivername != DRIVER:
        raise StoreError(f"{address.drivername} is not served", key="error.store.address")
    database = SqliteDatabase(address, busy_timeout_s=busy_timeout_s)
    await ensure_openable(address)
    return database


def _address(url: str) -> URL:
    """Return a parsed address; StoreError, without a cause that could show a password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        told = "the database address cannot be understood"
        raise StoreError(told, key="error.store.address") from None
