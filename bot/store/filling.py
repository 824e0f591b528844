"""What slows the filling of an empty PostgreSQL database, taken down for as long as it lasts.

References, unique constraints and indexes are dropped before the rows come, and made again when
all of them are there, which checks each just the same and costs a fraction. Their definitions are
kept in a table of the database itself, in the same transaction, so that a copy that was killed goes
on, or ends, wherever it is taken up again. Primary keys stay.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError

_ASIDE = "mujaz_set_aside"
_CONSTRAINTS = text(
    "SELECT conname AS name, conrelid::regclass::text AS held, contype = 'f' AS refers,"
    " format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,"
    " pg_get_constraintdef(oid)) AS making"
    " FROM pg_constraint WHERE contype IN ('f', 'u')"
    " AND connamespace = current_schema()::regnamespace ORDER BY contype, conname"
)
_INDEXES = text(
    "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS making"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1"
)

_PARTED = text(
    "SELECT relname FROM pg_class WHERE relkind = 'p'"
    " AND relnamespace = current_schema()::regnamespace ORDER BY 1"
)


async def ensure_whole(connection: AsyncConnection) -> None:
    """Raise StoreError where a table is parted: its constraints cannot be taken down and made."""
    if parted := (await connection.scalars(_PARTED)).all():
        raise StoreError(f"parted: {', '.join(parted)}", key="error.store.parted")


async def set_aside(connection: AsyncConnection) -> None:
    """Drop what is made again by :func:`put_back`; nothing when that was done already."""
    if await connection.scalar(text(f"SELECT to_regclass('{_ASIDE}')")) is not None:
        return
    await connection.execute(
        text(f"CREATE TABLE {_ASIDE} (position integer PRIMARY KEY, making text NOT NULL)")
    )
    constraints = (await connection.execute(_CONSTRAINTS)).all()
    for one in constraints:
        await connection.execute(text(f'ALTER TABLE {one.held} DROP CONSTRAINT "{one.name}"'))
    indexes = (await connection.execute(_INDEXES)).all()
    for index in indexes:
        await connection.execute(text(f"DROP INDEX {index.name}"))
    # References come last: what they refer to must be unique by then.
    unique = [one.making for one in constraints if not one.refers]
    references = [one.making for one in constraints if one.refers]
    making = [*unique, *(index.making for index in indexes), *references]
    keep = text(f"INSERT INTO {_ASIDE} VALUES (:position, :making)")  # noqa: S608 - our own name
    for position, statement in enumerate(making):
        await connection.execute(keep, {"position": position, "making": statement})


async def put_back(connection: AsyncConnection) -> None:
    """Make again what was dropped, which fails when the rows do not allow it."""
    if await connection.scalar(text(f"SELECT to_regclass('{_ASIDE}')")) is None:
        return
    await connection.execute(text("SET LOCAL maintenance_work_mem = '128MB'"))
    kept = text(f"SELECT making FROM {_ASIDE} ORDER BY position")  # noqa: S608 - our own name
    for statement in (await connection.scalars(kept)).all():
        await connection.exec_driver_sql(statement)
    await connection.execute(text(f"DROP TABLE {_ASIDE}"))
