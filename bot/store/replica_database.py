"""The connections to a replica: each read is refused that would show less than it must."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from sqlalchemy import URL, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.models import PassedOver
from bot.store.postgres import PostgresDatabase
from bot.store.progress import Identity, Progress

_CONNECT_S = 3
_STANDS = text(
    "SELECT pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS replayed,"
    " (SELECT max(seq) FROM change_log) AS seq"
)
_WHICH = text("SELECT system_identifier, current_database() AS name FROM pg_control_system()")
# Of a replica's control file, which follows a promotion of its primary at the next restartpoint.
_TIMELINE = text(
    "SELECT greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline)"
    " FROM pg_control_checkpoint() AS checkpoint, pg_control_recovery() AS recovery"
)


class ReplicaRefusedError(StoreError):
    """The replica lacks what this read must see, or is none of this primary; ``why`` says which."""

    def __init__(self, why: PassedOver) -> None:
        super().__init__(f"the replica is passed over: {why}")
        self.why = why


class Stands(NamedTuple):
    """Where a replica stands, in one snapshot of it."""

    follows: bool
    replayed: int
    seq: int
    timeline: int | None = None  # None where it was not asked


def what_lacks(stands: Stands, progress: Progress, at: float) -> PassedOver:
    """Return why a replica that stands so must not be read at this time."""
    if not stands.follows:
        return PassedOver.PROMOTED
    if stands.timeline not in (None, progress.timeline):
        return PassedOver.TIMELINE
    return PassedOver.BEHIND if stands.replayed < progress.needed(at) else PassedOver.NOT


class ReplicaDatabase(PostgresDatabase):
    """The replica's side; ``statement_s`` is how long it may work on one statement."""

    def __init__(self, url: URL, progress: Progress, *, statement_s: float) -> None:
        limit = {"options": f"-c statement_timeout={round(statement_s * 1000)}"}
        super().__init__(url.update_query_dict(limit, append=True), connect_s=_CONNECT_S)
        self._progress = progress
        self._open: set[Any] = set()
        engine = self.engines[1].sync_engine
        event.listen(engine, "connect", lambda made, _: self._open.add(made), insert=True)
        event.listen(engine, "close", lambda gone, _: self._open.discard(gone))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose snapshot holds what the read must see."""
        async with super().reading() as connection:
            stands = await self._stands(connection)
            why = what_lacks(stands, self._progress, time.monotonic())
            if why:
                raise ReplicaRefusedError(why)
            if stands.seq < self._progress.seq:
                raise ReplicaRefusedError(PassedOver.BEHIND)
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whatever the replica lacks."""
        async with super().reading() as connection:
            yield connection

    async def stands(self, connection: AsyncConnection) -> Stands:
        """Return where it stands, with its timeline; ReplicaRefusedError for another database."""
        stands = await self._stands(connection)
        return stands._replace(timeline=await connection.scalar(_TIMELINE))

    async def _stands(self, connection: AsyncConnection) -> Stands:
        known = connection.info  # which database it is cannot change within a connection
        if "identity" not in known:
            known["identity"] = Identity(*(await connection.execute(_WHICH)).one())
        wanted = self._progress.identity
        if known["identity"] != wanted:
            raise ReplicaRefusedError(PassedOver.ANOTHER if wanted else PassedOver.UNSEEN)
        found = (await connection.execute(_STANDS)).one()
        return Stands(found.follows, int(found.replayed or 0), found.seq or 0)

    def hang_up(self) -> None:
        """Cut every connection; whoever waits on one is told so at once."""
        for made in tuple(self._open):
            with contextlib.suppress(Exception):  # it is closed already
                ours = socket.socket(fileno=socket.dup(made.driver_connection.fileno()))
                with contextlib.closing(ours):
                    ours.shutdown(socket.SHUT_RDWR)
