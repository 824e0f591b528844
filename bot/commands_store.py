"""``mujaz backup``, ``restore`` and ``migrate-store``: the whole database, from place to place."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import UTC
from pathlib import Path

from bot.clock import SystemClock
from bot.commands import console_texts, progress
from bot.errors import InputError
from bot.lock import only_one
from bot.settings import Settings
from bot.settings_text import without_secrets
from bot.store import backup as backups
from bot.store.restore import restore as put_back
from bot.store.sql import database_at, must_exist, open_store
from bot.store.transfer import Contents, copy_all


async def backup(settings: Settings, folder: Path | None, *, keep: int = 0) -> int:
    """Back up into a folder; raises InputError when none is named or set."""
    folder = folder or settings.backup_dir
    if folder is None:
        raise InputError(key="error.backup.where")
    must_exist(settings.store_url)  # an empty archive would be made, and backed up
    store = await open_store(settings.store_url)
    try:
        with progress() as show:
            made = await backups.back_up(
                store.database,
                folder,
                now=SystemClock().now().astimezone(UTC),
                settings=without_secrets(settings),
                progress=show,
            )
    finally:
        await store.close()
    backups.prune(folder, keep, made.folder)
    say = console_texts()
    sys.stdout.write(say("backup.done", rows=made.rows, path=made.folder) + "\n")
    return 0


async def restore(settings: Settings, folder: Path) -> int:
    """Restore a backup into the database of the settings, which must be empty."""
    with only_one(settings.data_dir), progress() as show:
        contents = await put_back(folder, settings.store_url, progress=show)
    sys.stdout.write(console_texts()("restore.done", rows=_rows(contents)) + "\n")
    return 0


async def migrate_store(settings: Settings, origin: str, to: str) -> int:
    """Copy one database into another; the bot must not run on the old one meanwhile."""
    must_exist(origin or settings.store_url)
    with nullcontext() if origin else only_one(settings.data_dir):
        source = await open_store(origin or settings.store_url)
        try:
            target = await database_at(to)
            try:
                with progress() as show:
                    contents = await copy_all(source.database, target, show)
            finally:
                await target.close()
        finally:
            await source.close()
    sys.stdout.write(console_texts()("migrate.done", rows=_rows(contents)) + "\n")
    return 0


def _rows(contents: Contents) -> int:
    return sum(content.rows for content in contents.values())
