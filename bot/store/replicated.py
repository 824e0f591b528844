"""The store as answering and the search index use it where there is a replica: what may be stale.

What may be a little old is listed in :class:`ReplicaStore`, by name; everything else, and every
method that is yet to be written, asks the primary.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError, StoreError
from bot.models import Arrival, Change, Intake, IntakeOutcome, PassedOver
from bot.store.articles import SqlArticles
from bot.store.edits import SqlEdits
from bot.store.embeddings import SqlEmbeddings
from bot.store.engine import Database
from bot.store.events import SqlEvents
from bot.store.replica import Replica
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


def _named(method: Callable[[Any, Sequence[int]], Coroutine[Any, Any, dict[int, T]]]) -> Any:
    """Return a read of what has ids: what the replica lacks of it is asked of the primary.

    An id may come from where the replica was not asked: a vector, a button under an alert. What
    is nowhere was removed, and costs one statement more.
    """
    first = _replica_first(method)

    @functools.wraps(method)
    async def read(self: ReplicaStore, /, ids: Sequence[int]) -> dict[int, T]:
        found = await first(self, ids)
        lacking = [one for one in ids if one not in found]
        return found | await method(self, lacking) if lacking else found

    return read


class ReplicaStore(SqlStore):
    """The store as answering and the search index use it: what is listed may be a little old.

    Nothing else may: what is due, sent, leased, subscribed to, followed, set or counted, what an
    article is recognised by, and what a digest covers (which would lose what it did not see).
    """

    def __init__(self, database: Database, replica: Replica) -> None:
        super().__init__(database)
        self.replica = replica

    articles = _named(SqlArticles.articles)
    paragraphs = _named(SqlArticles.paragraphs)
    copies = _replica_first(SqlArticles.copies)
    articles_since = _replica_first(SqlArticles.articles_since)
    articles_in = _replica_first(SqlArticles.articles_in)
    newest_at = _replica_first(SqlArticles.newest_at)
    edits = _replica_first(SqlEdits.edits)
    readings = _replica_first(SqlEvents.readings)
    events = _named(SqlEvents.events)
    headlines = _named(SqlEvents.headlines)
    forebears = _replica_first(SqlEvents.forebears)
    articles_about = _replica_first(SqlEvents.articles_about)
    embeddings = _replica_first(SqlEmbeddings.embeddings)
    _changes = _replica_first(SqlArticles.changes)

    async def changes(self, after: int, limit: int) -> list[Change]:
        """Return the change-log lines after seq ``after``; what was seen is needed from then on.

        Whoever asks for what came after a change has seen that one.
        """
        self.replica.progress.see(after)
        found = await self._changes(after, limit)
        if found:
            self.replica.progress.see(found[-1].seq)
        return found

    async def add_articles(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Intake]:
        """Store articles on the primary; whoever gave them finds them at once."""
        stored = await super().add_articles(arrivals, now=now)
        if any(one.outcome is not IntakeOutcome.KNOWN for one in stored):
            with contextlib.suppress(StoreError):  # they are stored, whatever comes of this
                self.replica.progress.see(await self.last_seq())
        return stored

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
    if replica.state.why is PassedOver.ANOTHER:
        await replica.close()
        wrong = "is another database than MUJAZ_DATABASE_URL, not a replica of it"
        raise SettingsError([("MUJAZ_REPLICA_URL", wrong)])
    return ReplicaStore(store.database, replica)
