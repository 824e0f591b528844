"""A database on the primary with its store, and the same as read from a streaming replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from bot.store.replicated import ReplicaStore
from bot.store.sql import SqlStore
from tests.contract.samples import added, new_article
from tests.postgres import Server


class Pair(NamedTuple):
    """A database on the primary, and its store as the two kinds of readers have it."""

    name: str
    store: SqlStore
    archive: ReplicaStore

    async def added(self, identity: str) -> int:
        stored = await added(self.store, identity, new_article(identity, f"وصلت {identity} اليوم."))
        return stored.article_id

    def came_from(self) -> tuple[int, int]:
        """Return how many reads the replica answered so far, and how many the primary."""
        state = self.archive.replica.state
        return state.reads, state.passed_on


class OpenPair(Protocol):
    """Opens a new database and its replica."""

    def __call__(self, lag_s: float = 600.0) -> Awaitable[Pair]: ...


async def caught_up(primary: Server, replica: Server) -> None:
    """Wait until the replica has replayed everything that is written by now."""
    # The tests' server commits without waiting for its log; what is flushed is streamed.
    primary.sql("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'mujaz', '')")
    ((wanted,),) = primary.sql("SELECT pg_current_wal_flush_lsn()")
    query = f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'::pg_lsn"
    await waited(lambda: replica.sql(query) == [(True,)])


async def waited(true: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.05)
