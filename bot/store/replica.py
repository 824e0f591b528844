"""A streaming replica of the PostgreSQL server, read only while it holds what it must.

A read is refused here, and goes to the primary instead, unless the replica

* is in recovery (one that was promoted follows nobody any more),
* has replayed what the primary had written ``most_behind_s`` ago, and
* holds every change that this process has seen already, so that nothing that was found in the
  search index, or told in one answer, is missing in the next read.

All three are asked in the snapshot in which the read then takes place, so one address may stand
for several replicas. No clock of another machine and no special right is needed: how far the
primary's log had come is noted here, with our own clock, at each :meth:`Replica.look`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreAwayError, StoreError
from bot.models import ReplicaState
from bot.store.engine import Database
from bot.store.postgres import PostgresDatabase
from bot.store.sql import SqlStore

logger = logging.getLogger(__name__)

PATIENCE_S = 5.0  # with one read; then the replica is given up until it answers a look
# Why it is not read.
AWAY, BEHIND, PROMOTED, ANOTHER = "away", "behind", "follows no primary", "another database"
_CONNECT_S = 3
_WRITTEN = text("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
_STANDS = text(
    "SELECT pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS replayed,"
    " (SELECT max(seq) FROM change_log) AS seq"
)
_WHICH = text("SELECT system_identifier, current_database() FROM pg_control_system()")

T = TypeVar("T")


class ReplicaBehindError(StoreError):
    """The replica lacks what this read must see."""


class Progress:
    """What a replica must have: positions in the primary's log by time, and the newest change."""

    def __init__(self, most_behind_s: float) -> None:
        self.most_behind_s = most_behind_s
        self.seq = 0  # the newest change that was read, wherever it was read
        self._written: list[tuple[float, int]] = []  # when, how far; oldest first

    def note(self, at: float, position: int) -> None:
        """Note how far the primary had come, and drop what is not needed any more."""
        self._written.append((at, position))
        old = [one for one in self._written if one[0] <= at - self.most_behind_s]
        self._written = [*old[-1:], *self._written[len(old) :]]

    def needed(self, at: float) -> int:
        """Return how far a replica must have come at this time to be read."""
        old = [position for noted_at, position in self._written if self._is_old(noted_at, at)]
        first = self._written[0][1] if self._written else 0
        return old[-1] if old else first

    def behind_s(self, at: float, position: int) -> float:
        """Return how long a replica has lacked something, as far as was noted."""
        lacked = [noted_at for noted_at, written in self._written if written > position]
        return at - lacked[0] if lacked else 0.0

    def _is_old(self, noted_at: float, at: float) -> bool:
        return noted_at <= at - self.most_behind_s


class ReplicaDatabase(PostgresDatabase):
    """The replica's side: each read is refused that would show less than it must."""

    def __init__(self, url: URL, progress: Progress) -> None:
        super().__init__(url, connect_s=_CONNECT_S)
        self._progress = progress
        self._open: set[Any] = set()
        engine = self.engines[1].sync_engine
        event.listen(engine, "connect", lambda made, _: self._open.add(made), insert=True)
        event.listen(engine, "close", lambda gone, _: self._open.discard(gone))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose snapshot holds what the read must see."""
        async with super().reading() as connection:
            stands = (await connection.execute(_STANDS)).one()
            if not stands.follows:
                raise StoreAwayError("the replica follows no primary")
            if int(stands.replayed) < self._progress.needed(time.monotonic()):
                raise ReplicaBehindError("the replica lags")
            if (stands.seq or 0) < self._progress.seq:
                raise ReplicaBehindError("the replica lacks a change that was seen")
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whatever the replica lacks."""
        async with super().reading() as connection:
            yield connection

    def hang_up(self) -> None:
        """Cut every connection; whoever waits on one is told so at once."""
        for made in tuple(self._open):
            with contextlib.suppress(Exception):  # it is closed already
                ours = socket.socket(fileno=socket.dup(made.driver_connection.fileno()))
                with contextlib.closing(ours):
                    ours.shutdown(socket.SHUT_RDWR)


class Replica:
    """One replica: asked first, given up while it fails, looked at again and again."""

    def __init__(self, primary: Database, url: URL, *, most_behind_s: float) -> None:
        self._primary = primary
        self.progress = Progress(most_behind_s)
        self._database = ReplicaDatabase(url, self.progress)
        self._store = SqlStore(self._database)
        self._given_up = "not looked at yet"
        self._identity: object = None  # of the primary
        self._behind_s: float | None = None
        self._reads = self._passed_on = 0
        self._left: set[asyncio.Future[Any]] = set()  # nobody waits for them any more

    @property
    def state(self) -> ReplicaState:
        """What it did and how it does, as of the last look."""
        return ReplicaState(
            serving=not self._given_up,
            why=self._given_up,
            behind_s=self._behind_s,
            reads=self._reads,
            passed_on=self._passed_on,
        )

    async def look(self) -> None:
        """Note how far the primary has come and whether the replica serves. Raises nothing."""
        with contextlib.suppress(StoreError):  # a primary that is away writes nothing new
            async with self._primary.reading() as connection:
                position = await connection.scalar(_WRITTEN)
            self.progress.note(time.monotonic(), int(position))
        try:
            self._judge(await self._patiently(self._looked()))
        except StoreError as error:
            self._behind_s = None
            self._judge(AWAY, error)

    async def _looked(self) -> str:
        """Return why the replica cannot be read now, "" when it can."""
        async with self._database.looking() as connection:
            if (await connection.execute(_WHICH)).one() != await self._which():
                return ANOTHER
            stands = (await connection.execute(_STANDS)).one()
        if not stands.follows:
            return PROMOTED
        at, replayed = time.monotonic(), int(stands.replayed)
        self._behind_s = self.progress.behind_s(at, replayed)
        return BEHIND if replayed < self.progress.needed(at) else ""

    async def _which(self) -> object:
        """Return which database the primary is; a replica has the same identity."""
        if self._identity is None:
            async with self._primary.reading() as connection:
                self._identity = (await connection.execute(_WHICH)).one()
        return self._identity

    def _judge(self, why: str, error: StoreError | None = None) -> None:
        if why and why != self._given_up:
            logger.warning("the replica is not read for now: %s", error or why)
        elif self._given_up and not why:
            logger.info("the replica is read")
        self._given_up = why

    async def read(self, ask: Callable[[SqlStore], Coroutine[Any, Any, T]]) -> T:
        """Ask the replica; raises StoreError when the primary must be asked instead."""
        try:
            if self._given_up:
                raise StoreAwayError(self._given_up)
            answer = await self._patiently(ask(self._store))
        except StoreError as error:
            self._passed_on += 1
            if isinstance(error, StoreAwayError) and not self._given_up:
                self._judge(AWAY, error)
            raise
        self._reads += 1
        return answer

    async def _patiently(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for the replica, but not for ever: it is hung up on instead."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=PATIENCE_S)
        finally:
            if not task.done():
                self._left.add(task)
                task.add_done_callback(self._let_go)
        if not task.done():
            self._database.hang_up()
            raise StoreAwayError("it does not answer")
        return task.result()

    def _let_go(self, task: asyncio.Future[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # it was told already

    async def close(self) -> None:
        """Wait for the running reads, then close all connections."""
        if self._left:
            await asyncio.wait(set(self._left), timeout=PATIENCE_S)
            self._database.hang_up()
        await self._database.close()
