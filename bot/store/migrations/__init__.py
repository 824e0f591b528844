"""The schema's history: brings a database file up to this version, one transaction a revision.

Alembic is used without its ini file, so that an installed wheel carries all it needs. It is only
imported when there is something to do: opening a current database stays quick.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text

from bot.errors import StoreCorruptError, StoreVersionError
from bot.store.engine import make_engine
from bot.store.failures import store_errors

REVISION = "0004"  # the newest
APPLICATION_ID = 0x4D756A7A  # "Mujz": how a file of ours is told from any other SQLite file
_VERSION_TABLE = "alembic_version"


async def migrate(url: URL, *, busy_timeout_s: float, target: str = REVISION) -> None:
    """Bring the database at ``url`` to :data:`REVISION`, made if missing.

    An older ``target`` makes a database as a former version left it, for tests. Raises
    StoreVersionError for one that a newer Mujaz wrote, StoreCorruptError for a file that is not
    ours, any StoreError when it cannot be read or written.
    """
    if await _revision_at(url, busy_timeout_s) == target:
        return  # seen without the write lock: a read-only file that is current can be opened
    # Its own engine: rebuilding a table needs foreign keys off, which no transaction can change.
    engine = make_engine(
        url, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s, foreign_keys=False
    )
    with store_errors():
        try:
            current: str | None = None
            while current != target:
                async with engine.begin() as connection:
                    current = await connection.run_sync(_step)
        finally:
            await engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """Return the revision at which the database stands, None when it is empty."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


async def _revision_at(url: URL, busy_timeout_s: float) -> str | None:
    """Return the revision of our database at ``url``, None for a new file."""
    engine = make_engine(url, begin="BEGIN", busy_timeout_s=busy_timeout_s)
    with store_errors():
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(_own_revision)
        finally:
            await engine.dispose()


def _step(connection: Connection) -> str | None:
    """Go one revision further, in a transaction that holds the write lock; return it."""
    current = _own_revision(connection)
    if current == REVISION:
        return current  # another process was faster
    if current is None:
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    _upgrade_one(connection, current)
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreCorruptError(f"rows without their owner after the step from {current}")
    return revision_of(connection)


def _own_revision(connection: Connection) -> str | None:
    """Return the revision; StoreCorruptError when another program made the file."""
    application_id = connection.exec_driver_sql("PRAGMA application_id").scalar()
    empty = application_id == 0 and not inspect(connection).get_table_names()
    if application_id != APPLICATION_ID and not empty:
        raise StoreCorruptError("the file is a database of another program")
    return revision_of(connection)


def _upgrade_one(connection: Connection, current: str | None) -> None:
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
    command.upgrade(config, "+1")
