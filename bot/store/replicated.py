"""The store as answering and the search index use it where there is a replica: what may be stale.

What may be a little old is listed in :class:`ReplicaStore`, by name; everything else, and every
method that is yet to be written, asks the primary.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError, StoreError
from bot.models import Change
from bot.store.articles import SqlArticles
from bot.store.edits import SqlEdits
from bot.store.embeddings import SqlEmbeddings
from bot.store.engine import Database
from bot.store.events import SqlEvents
from bot.store.replica import ANOTHER, Replica
from bot.store.sql import SqlStore

P = ParamSpec("P")
T = TypeVar("T")


def _replica_first(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[ReplicaStore, P], Coroutine[Any, Any, T]]:
    """Return a read that asks the replica, and the primary where that cannot answer."""

    @functools.wraps(method)
    async def read(self: ReplicaStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with contextlib.suppress(StoreError):
            return await self.replica.read(lambda store: method(store, *args, **kwargs))
        return await method(self, *args, **kwargs)

    return read


class ReplicaStore(SqlStore):
    """The store as answering and the search index use it: what is listed may be a little old.

    Nothing else may: what is due, sent, leased, subscribed to, followed, set or counted, what an
    article is recognised by, and what a digest covers (which would lose what it did not see).
    """

    def __init__(self, database: Database, replica: Replica) -> None:
        super().__init__(database)
        self.replica = replica

    articles = _replica_first(SqlArticles.articles)
    paragraphs = _replica_first(SqlArticles.paragraphs)
    copies = _replica_first(SqlArticles.copies)
    articles_since = _replica_first(SqlArticles.articles_since)
    newest_at = _replica_first(SqlArticles.newest_at)
    edits = _replica_first(SqlEdits.edits)
    readings = _replica_first(SqlEvents.readings)
    events = _replica_first(SqlEvents.events)
    headlines = _replica_first(SqlEvents.headlines)
    forebears = _replica_first(SqlEvents.forebears)
    articles_about = _replica_first(SqlEvents.articles_about)
    embeddings = _replica_first(SqlEmbeddings.embeddings)
    _changes = _replica_first(SqlArticles.changes)

    async def changes(self, after: int, limit: int) -> list[Change]:
        """Return the change-log lines after seq ``after``; what was seen is needed from then on."""
        found = await self._changes(after, limit)
        if found:
            self.replica.progress.seq = max(self.replica.progress.seq, found[-1].seq)
        return found

    async def close(self) -> None:
        """Let go of the replica; the primary is closed by whoever opened it."""
        await self.replica.close()


async def open_replica(store: SqlStore, url: str, *, most_behind_s: float) -> ReplicaStore:
    """Return the archive of ``store`` as read from its replica at ``url``.

    A replica that is away or behind is read once it serves. Raises SettingsError when what
    answers there is another database.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is the latter
        raise SettingsError([("MUJAZ_REPLICA_URL", "cannot be understood")]) from None
    replica = Replica(store.database, address, most_behind_s=most_behind_s)
    await replica.look()
    if replica.state.why == ANOTHER:
        await replica.close()
        wrong = "is another database than MUJAZ_DATABASE_URL, not a replica of it"
        raise SettingsError([("MUJAZ_REPLICA_URL", wrong)])
    return ReplicaStore(store.database, replica)
