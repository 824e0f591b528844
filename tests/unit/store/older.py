"""Databases as former versions left them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.migrations import migrate
from bot.store.sql import database_at

AT = "2026-03-01T05:00:00.000000Z"


async def older_database(url: str, path: Path, revision: str, rows: str) -> None:
    """Make a database of a former ``revision`` and put ``rows`` (SQL statements) into it."""
    database = await database_at(url)
    await migrate(database, target=revision)
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(rows)
