"""The whole store on an SQL database, and how it is opened."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.errors import StoreCorruptError
from bot.models import StoreCounts
from bot.store.articles import SqlArticles
from bot.store.base import Store
from bot.store.chats import SqlChats
from bot.store.edits import SqlEdits
from bot.store.embeddings import SqlEmbeddings
from bot.store.engine import (
    BUSY_TIMEOUT_S,
    Database,
    ensure_openable,
    integrity_problems,
    store_url,
    to_the_end,
)
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.outbox import SqlOutbox
from bot.store.schema import articles, change_log, chats, outbox, paragraphs, sources, subscriptions
from bot.store.sources import SqlSources


class SqlStore(SqlSources, SqlArticles, SqlEdits, SqlEmbeddings, SqlChats, SqlOutbox, Store):
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
    async def verify(self) -> list[str]:
        """Return what is wrong with the database, nothing when it is sound."""
        try:
            async with self.database.reading() as connection:
                problems = await integrity_problems(connection)
                revision = await connection.run_sync(revision_of)
        except StoreCorruptError as error:
            return [f"unreadable: {error}"]
        if revision != REVISION:
            problems.append(f"schema: revision {revision} instead of {REVISION}")
        return problems

    async def close(self) -> None:
        """Let go of the database; every later call raises StoreError."""
        await self.database.close()


async def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> SqlStore:
    """Open the database at ``url`` (``sqlite+aiosqlite:///PATH``), made or migrated as needed.

    ``busy_timeout_s`` is how long a write waits for another process. Raises StoreError: for
    another kind of address, a file that cannot be opened, is not ours or is too new.
    """
    address = store_url(url)
    await ensure_openable(address)
    await migrate(address, busy_timeout_s=busy_timeout_s)
    return SqlStore(Database(address, busy_timeout_s=busy_timeout_s))
