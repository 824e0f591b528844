"""The schema's history: brings a database up to this version, one transaction a revision.

Alembic is used without its ini file, so that an installed wheel carries all it needs. It is only
imported when there is something to do: opening a current database stays quick.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreCorruptError, StoreUnfinishedError, StoreVersionError
from bot.store.engine import Database

REVISION = "0011"  # the newest
_VERSION_TABLE = "alembic_version"


async def migrate(database: Database, *, target: str = REVISION, filling: bool = False) -> None:
    """Bring a database to :data:`REVISION`, made if it is empty.

    An older ``target`` makes a database as a former version left it, for tests. Raises
    StoreVersionError for one that a newer Mujaz wrote, StoreCorruptError for one that is not
    ours, StoreUnfinishedError for one that is only half filled, any StoreError when it cannot be
    read or written. ``filling``: it is marked as half filled from its first table on.
    """
    async with database.reading() as connection:
        current = await connection.run_sync(_own_revision, database, filling)
    # Seen without the write lock: a read-only file that is current can be opened.
    while current != target:
        async with database.migrating() as connection:
            current = await connection.run_sync(_step, database, target, filling)


def revision_of(connection: Connection) -> str | None:
    """Return the revision at which the database stands, None when it is empty."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def _step(connection: Connection, database: Database, target: str, filling: bool) -> str | None:
    """Go one revision further, in a transaction that holds the write lock; return it.

    An empty database has nothing to lose half-way and goes all the way in one transaction.
    """
    current = _own_revision(connection, database, filling)
    if current == REVISION:
        return current  # another process was faster
    _upgrade(connection, current, target if current is None else "+1")
    if current is None:
        (database.mark_filling if filling else database.make_ours)(connection)
    return revision_of(connection)


def _own_revision(connection: Connection, database: Database, filling: bool) -> str | None:
    """Return the revision; StoreCorruptError when another program made the database."""
    if database.is_ours(connection) is False:
        raise StoreCorruptError("it is a database of another program", key="error.store.foreign")
    if not filling and database.is_being_filled(connection):
        raise StoreUnfinishedError
    return revision_of(connection)


def _upgrade(connection: Connection, current: str | None, target: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreVersionError(f"revision {current} is unknown here; the newest is {REVISION}")
    command.upgrade(config, target)
