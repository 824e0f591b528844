"""Whether a PostgreSQL server is away, or there and does not let us in.

Waiting helps against the one and never against the other, so who starts a process is told which
it is. The server's answer to a refused connection reaches us as text alone, in the language of the
server; that it is there at all, libpq can tell without a name or a password (``PQping``).
"""

from __future__ import annotations

import asyncio

from sqlalchemy import URL

from bot.errors import StoreAwayError
from bot.store.failures import as_store_error


async def ensure_let_in(url: URL, *, connect_s: int) -> None:
    """Connect once and leave again.

    Raises StoreAwayError, with the key ``error.store.refused`` where the server is there and
    refuses the name, the password, the database or one more connection.
    """
    import psycopg

    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await psycopg.AsyncConnection.connect(dsn, connect_timeout=connect_s)
        await connection.close()
    except psycopg.errors.ConnectionTimeout as error:
        raise as_store_error(error) from error
    except psycopg.Error as error:
        failed = as_store_error(error)
        if isinstance(failed, StoreAwayError) and await _is_there(dsn, connect_s):
            failed = StoreAwayError(failed.detail, key="error.store.refused")
        raise failed from error


async def _is_there(dsn: str, connect_s: int) -> bool:
    """Tell whether the server takes connections of anybody."""
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    asked = make_conninfo(dsn, connect_timeout=connect_s).encode()
    return await asyncio.to_thread(pq.PGconn.ping, asked) == pq.Ping.OK
