"""Which process does what only one may do: locks of a session on the PostgreSQL server.

A lock ends with its session, so a process that is killed hands its duties on at once. One that
hangs says nothing for ten seconds and loses its session to the server's own clock; one whose
machine vanished is noticed by the network's keep-alive in the same time. No clock of ours counts,
so none that jumps can give a duty to two.

The server must be reached directly or through a pool of sessions; a pool of transactions would
take the locks away.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import zlib
from typing import Any

from sqlalchemy import URL

from bot.store.failures import as_store_error

SILENT_S = 10  # after which a session that says nothing is ended by the server
_CONNECT_S = 10
_OURS = 0x4D756A7A  # "Mujz": the first of the two numbers of each lock
_OPTIONS = (
    f"-c idle_session_timeout={SILENT_S}s"
    " -c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)


def number_of(duty: str) -> int:
    """Return the second number of a duty's lock, which PostgreSQL takes as a signed one."""
    return zlib.crc32(duty.encode()) - (1 << 31)


class DutySession:
    """The session that holds this process's duties; made anew after it was lost."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: Any = None
        self._held: set[str] = set()
        self._turn = asyncio.Lock()

    async def hold(self, duty: str) -> bool:
        """Try to have a duty; tell whether we have it. Must be called more often than SILENT_S.

        Raises StoreError when the server cannot be asked; then nothing is held any more.
        """
        import psycopg

        async with self._turn:
            try:
                if self._connection is None:
                    self._connection = await self._connect()
                if duty in self._held:
                    await self._connection.execute("SELECT 1")
                    return True
                tried = await self._connection.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", (_OURS, number_of(duty))
                )
                (got,) = await tried.fetchone()
            except psycopg.Error as error:
                await self._lose()
                raise as_store_error(error) from error
            except BaseException:  # cancelled in the middle of a word
                await self._lose()
                raise
            if got:
                self._held.add(duty)
            return bool(got)

    async def close(self) -> None:
        """Hand every duty on: with the return of this, another process can have it."""
        import psycopg

        async with self._turn:
            if self._connection is not None:
                # The server keeps the locks of a session a little longer than its connection.
                with contextlib.suppress(psycopg.Error):
                    await self._connection.execute("SELECT pg_advisory_unlock_all()")
            await self._lose()

    async def _connect(self) -> Any:
        import psycopg

        return await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=_CONNECT_S,
            options=_OPTIONS,
            application_name=f"mujaz duties of process {os.getpid()}",
            tcp_user_timeout=SILENT_S * 1000,
        )

    async def _lose(self) -> None:
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
