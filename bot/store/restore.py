"""Restoring a backup into an empty place, whole or not at all.

A backup is only read. What it holds is checked against what it says before anything is written,
and brought up to this version where an older one made it.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from sqlalchemy import make_url

from bot.errors import InputError, StoreCorruptError, StoreError
from bot.store.backup import (
    DATABASE,
    copy_file,
    ensure_sound,
    file_errors,
    file_url,
    read_contents,
    sync,
)
from bot.store.failures import store_errors
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.sql import database_at
from bot.store.sqlite import DRIVER, SqliteDatabase
from bot.store.transfer import Contents, Progress, contents_of, copy_all


async def restore(backup: Path, url: str, *, progress: Progress | None = None) -> Contents:
    """Put a backup into the database at ``url``, which must be empty; return what it holds.

    A backup of an older version is brought up to this one; the backup itself is only read.
    Raises InputError when ``backup`` is none or is damaged, StoreError as `copy_all` does. An
    interrupted restore into PostgreSQL goes on when it is repeated; an SQLite file appears whole
    or not at all.
    """
    wanted = await asyncio.to_thread(read_contents, backup)
    target = make_url(url)
    into_file = target.drivername == DRIVER
    beside = Path(target.database or "") if into_file else _scratch()
    working = beside.with_name(f"{beside.name}.restoring")
    with file_errors():
        if into_file:
            await asyncio.to_thread(_ensure_free, beside)
        await asyncio.to_thread(_remove, working)
    try:
        contents = await _taken(backup / DATABASE, working, wanted)
        if into_file:
            with file_errors():
                await asyncio.to_thread(working.replace, beside)
                await asyncio.to_thread(sync, beside.parent)
            return contents
        return await _pour(working, url, progress)
    finally:
        await asyncio.to_thread(_remove, working)
        if not into_file:
            await asyncio.to_thread(beside.parent.rmdir)


def _scratch() -> Path:
    """Return a place for a file in a folder of its own, which nobody else can read."""
    return Path(tempfile.mkdtemp(prefix="mujaz-")) / DATABASE


async def _taken(file: Path, working: Path, wanted: Contents) -> Contents:
    """Copy the database of a backup and return what it holds; InputError when it is damaged."""
    if not await asyncio.to_thread(file.is_file):
        raise InputError(key="error.backup.none", path=str(file.parent))
    try:
        with store_errors():
            await asyncio.to_thread(copy_file, file, working)
        return await _checked(working, wanted)
    except StoreCorruptError as error:  # it is the backup, not the archive in use
        raise InputError(str(error), key="error.backup.unsound") from error


async def _checked(file: Path, wanted: Contents) -> Contents:
    """Return what a copy of a backup holds, once it is as it was made and of this version."""
    copy = SqliteDatabase(file_url(file))
    try:
        await ensure_sound(copy)
        async with copy.reading() as reader:
            revision = await reader.run_sync(revision_of)
        if revision == REVISION:
            found = await contents_of(copy)
            if wanted and found != wanted:
                raise InputError(key="error.backup.damaged")
            return found
        await migrate(copy)
        return await contents_of(copy)
    finally:
        await copy.close()


async def _pour(file: Path, url: str, progress: Progress | None) -> Contents:
    source = SqliteDatabase(file_url(file))
    try:
        target = await database_at(url)
        try:
            return await copy_all(source, target, progress)
        finally:
            await target.close()
    finally:
        await source.close()


def _ensure_free(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size:
        raise StoreError("the target is not empty", key="error.store.not_empty")


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
