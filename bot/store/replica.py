"""A streaming replica of the PostgreSQL server, read only while it holds what it must.

A read is refused here, and goes to the primary instead, unless the replica

* is a copy of the primary's database (asked once a connection), on its timeline (once a look),
* is in recovery (one that was promoted follows nobody any more),
* has replayed what the primary had written ``most_behind_s`` ago, and
* holds every change that this process has seen or made, so that nothing that was found in the
  search index, told in one answer or taken in from a reader is missing in the next read.

The last three are asked in the snapshot in which the read then takes place, so one address may
stand for several replicas. No clock of another machine and no special right is needed: how far
the primary's log had come is noted here, with our own clock, at each :meth:`Replica.look`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import URL, text

from bot.errors import StoreAwayError, StoreError, StoreLockedError
from bot.models import PassedOver, ReplicaState
from bot.store.engine import Database
from bot.store.postgres import READERS
from bot.store.progress import Identity, Position, Progress
from bot.store.replica_database import ReplicaDatabase, ReplicaRefusedError, what_lacks
from bot.store.sql import SqlStore

logger = logging.getLogger(__name__)

PATIENCE_S = 5.0  # with one read; then the replica is given up until it answers a look
_TURN_S = 1.0  # how long a read waits for a connection before the primary is asked
_END_S = 1.0  # how long running reads may take when it is closed
_PRIMARY = text(
    "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn AS written,"
    " ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline,"
    " system_identifier, current_database() AS name FROM pg_control_system()"
)

T = TypeVar("T")


class Replica:
    """One replica: asked first, given up while it fails, looked at again and again."""

    def __init__(self, primary: Database, url: URL, *, most_behind_s: float) -> None:
        self._primary = primary
        self.progress = Progress(most_behind_s)
        self._database = ReplicaDatabase(url, self.progress, statement_s=PATIENCE_S - 1)
        self._store = SqlStore(self._database)
        self._why = PassedOver.UNSEEN
        self._behind_s: float | None = None
        self._reads = self._passed_on = 0
        self._turns = asyncio.Semaphore(READERS - 1)  # a look finds a connection at all times
        self._running: set[asyncio.Future[Any]] = set()
        self._noting: asyncio.Future[None] | None = None

    @property
    def state(self) -> ReplicaState:
        """What it did and how it does, as of the last look."""
        return ReplicaState(
            why=self._why, behind_s=self._behind_s, reads=self._reads, passed_on=self._passed_on
        )

    async def look(self) -> None:
        """Note how far the primary has come and whether the replica serves. Raises nothing.

        A primary that hangs is not waited for: as far as we know it writes nothing new.
        """
        if self._noting is None or self._noting.done():
            self._noting = asyncio.ensure_future(self._note())
        await asyncio.wait({self._noting}, timeout=PATIENCE_S)
        await asyncio.shield(self._begun(self._looked()))

    async def _note(self) -> None:
        at = time.monotonic()  # before it is asked: what was written by then is in the position
        with contextlib.suppress(StoreError):
            async with self._primary.reading() as connection:
                found = (await connection.execute(_PRIMARY)).one()
            identity = Identity(found.system_identifier, found.name)
            self.progress.note(Position(at, int(found.written)), identity, found.timeline)

    async def _looked(self) -> None:
        try:
            self._judge(await self._in_time(self._examined()))
        except StoreError as error:
            self._behind_s = None
            why = error.why if isinstance(error, ReplicaRefusedError) else PassedOver.AWAY
            self._judge(why, error)

    async def _examined(self) -> PassedOver:
        """Return why the replica cannot be read now."""
        async with self._database.looking() as connection:
            stands = await self._database.stands(connection)
        at = time.monotonic()
        why = what_lacks(stands, self.progress, at)
        ours = why in (PassedOver.NOT, PassedOver.BEHIND)
        self._behind_s = self.progress.behind_s(at, stands.replayed) if ours else None
        return why

    def _judge(self, why: PassedOver, error: StoreError | None = None) -> None:
        if why and why is not self._why:
            logger.warning("the replica is not read for now: %s", error or why)
        elif self._why and not why:
            logger.info("the replica is read")
        self._why = why

    async def read(self, ask: Callable[[SqlStore], Coroutine[Any, Any, T]]) -> T:
        """Ask the replica; raises StoreError when the primary must be asked instead.

        A caller that is cancelled leaves at once. What it asked for goes on, as it would for
        anyone, until it is answered or patience ends, so that no connection is lost or cut.
        """
        try:
            answer = await self._asked(ask)
        except StoreError:
            self._passed_on += 1
            raise
        self._reads += 1
        return answer

    async def _asked(self, ask: Callable[[SqlStore], Coroutine[Any, Any, T]]) -> T:
        if self._why:
            raise StoreAwayError(self._why)
        try:
            async with asyncio.timeout(_TURN_S):
                await self._turns.acquire()
        except TimeoutError:
            raise StoreLockedError("all connections to the replica are busy") from None
        reading = self._begun(self._read(ask))
        reading.add_done_callback(lambda _: self._turns.release())
        return await asyncio.shield(reading)

    async def _read(self, ask: Callable[[SqlStore], Coroutine[Any, Any, T]]) -> T:
        try:
            return await self._in_time(ask(self._store))
        except ReplicaRefusedError as error:
            if error.why is not PassedOver.BEHIND:
                self._judge(error.why, error)
            raise
        except StoreAwayError as error:
            if not self._why:
                self._judge(PassedOver.AWAY, error)
            raise

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for the replica, but not for ever: it is hung up on instead.

        What merely takes long is ended by the server before that, and cuts nobody off.
        """
        task = self._begun(work)
        await asyncio.wait({task}, timeout=PATIENCE_S)
        if not task.done():
            self._database.hang_up()
            raise StoreAwayError("it does not answer")
        return task.result()

    def _begun(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits is told; where nobody does, all is said

    async def close(self) -> None:
        """End the running reads, which nobody waits for any more, and close all connections."""
        if self._noting is not None:
            self._noting.cancel()
        if self._running:
            await asyncio.wait(set(self._running), timeout=_END_S)
        if self._running:
            self._database.hang_up()
            await asyncio.wait(set(self._running), timeout=PATIENCE_S)
        await self._database.close()
