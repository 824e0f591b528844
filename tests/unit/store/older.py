"""Databases as former versions left them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.engine import store_url
from bot.store.migrations import migrate

AT = "2026-03-01T05:00:00.000000Z"


async def older_database(url: str, path: Path, revision: str, rows: str) -> None:
    """Make a database of a former ``revision`` and put ``rows`` (SQL statements) into it."""
    await migrate(store_url(url), busy_timeout_s=5, target=revision)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(rows)
