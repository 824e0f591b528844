"""Backups: one folder each, with the whole database as an SQLite file, whatever it was kept in.

::

    mujaz-20261126T060000Z/
      mujaz.sqlite     every row, as of one instant
      contents.json    version, revision, and the rows and fingerprint of every table
      settings.env     the settings without their secrets

A backup is made beside its place and read back, and takes its name last: one that has its name is
whole. SQLite is copied by its own backup API (copying a live file is corrupt one time in ten),
PostgreSQL row by row out of one snapshot, which needs no program of the server's version.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL

from bot import __version__
from bot.errors import InputError, StoreCorruptError, StoreError, StoreFullError
from bot.lock import in_turn
from bot.store.engine import Database
from bot.store.failures import store_errors
from bot.store.migrations import REVISION
from bot.store.rows import Content
from bot.store.sqlite import DRIVER, SqliteDatabase, make_private
from bot.store.transfer import Contents, Progress, contents_of, copy_all

DATABASE, CONTENTS, SETTINGS = "mujaz.sqlite", "contents.json", "settings.env"
_PREFIX, _UNFINISHED = "mujaz-", ".part"
_NAMED = "mujaz-%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A finished backup: its folder, when it was made, and what its tables hold."""

    folder: Path
    made_at: datetime
    contents: Contents

    @property
    def rows(self) -> int:
        """How many rows it holds in all."""
        return sum(content.rows for content in self.contents.values())


async def back_up(
    database: Database,
    folder: Path,
    *,
    now: datetime,
    settings: str = "",
    progress: Progress | None = None,
) -> Backup:
    """Make a backup inside ``folder`` and read it back; ``settings`` are put beside it.

    Backups into one folder are made one after another, whichever process makes them.
    Raises StoreError when the database cannot be read, the folder not be written, or what was
    written is not sound; nothing is left behind then.
    """
    target = folder / now.strftime(_NAMED)
    part = target.with_name(target.name + _UNFINISHED)
    async with AsyncExitStack() as held:
        with file_errors():
            await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
            # What is unfinished here is then nobody's: it can be removed.
            await held.enter_async_context(in_turn(folder))
            await asyncio.to_thread(_make_room, folder, target, part)
        try:
            contents = await _copy(database, part / DATABASE, progress)
            made = Backup(folder=target, made_at=now.replace(microsecond=0), contents=contents)
            with file_errors():
                await asyncio.to_thread(_finish, made, part, settings)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return made


async def _copy(database: Database, file: Path, progress: Progress | None) -> Contents:
    """Copy a database into a new SQLite file and read it back."""
    if isinstance(database, SqliteDatabase):
        with store_errors():
            await asyncio.to_thread(copy_file, Path(database.url.database or ""), file)
        copy = SqliteDatabase(file_url(file))
    else:
        copy = SqliteDatabase(file_url(file))
        try:
            await copy_all(database, copy, progress)
        except BaseException:
            await copy.close()
            raise
    try:
        await ensure_sound(copy)
        return await contents_of(copy)
    finally:
        await copy.close()


async def ensure_sound(database: Database) -> None:
    """Raise StoreCorruptError when the database finds something wrong with itself."""
    async with database.reading() as reader:
        if problems := await database.problems(reader):
            raise StoreCorruptError("; ".join(problems[:5]))


def backups_in(folder: Path) -> list[Path]:
    """Return the finished backups of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.name.startswith(_PREFIX) and (path / CONTENTS).is_file() and path.suffix == ""
    )


def made_at(backup: Path) -> datetime | None:
    """Return when a backup was made, by its name."""
    try:
        return datetime.strptime(backup.name, _NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None


def prune(folder: Path, keep: int, made: Path | None = None) -> list[Path]:
    """Remove all but the newest ``keep`` backups; return what was removed.

    ``made`` is the newest for sure: those that are dated after it were made by a wrong clock, and
    go before all others.
    """
    kept = backups_in(folder)
    if made is not None:
        kept.sort(key=lambda one: (one.name <= made.name, one.name))
    old = kept[:-keep] if keep > 0 else []
    for path in old:
        doomed = path.with_name(path.name + _UNFINISHED)
        path.replace(doomed)  # a kill in the middle must not leave half of a named backup
        shutil.rmtree(doomed)
    return old


def read_contents(backup: Path) -> Contents:
    """Return what a backup says it holds. Raises InputError when it is none."""
    try:
        told = json.loads((backup / CONTENTS).read_text(encoding="utf-8"))
        return {name: Content(**held) for name, held in told["tables"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(key="error.backup.none", path=str(backup)) from None


def _make_room(folder: Path, target: Path, part: Path) -> None:
    if target.exists():
        raise StoreError(f"{target.name} is there already")
    for left in folder.glob(f"{_PREFIX}*{_UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
    part.mkdir(mode=0o700)


def copy_file(source: Path, target: Path) -> None:
    """Copy one state of a database that others may be writing to; only its owner reads the copy."""
    make_private(target)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)


def _finish(made: Backup, part: Path, settings: str) -> None:
    told = {
        "version": __version__,
        "revision": REVISION,
        "made_at": made.made_at.isoformat(),
        "tables": {name: asdict(content) for name, content in made.contents.items()},
    }
    (part / CONTENTS).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    (part / SETTINGS).write_text(settings, encoding="utf-8")
    for path in part.iterdir():
        path.chmod(0o600)  # it holds who reads what
        sync(path)
    part.replace(made.folder)
    sync(made.folder.parent)


def sync(path: Path) -> None:
    """Make sure that a file or folder survives the loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_url(file: Path) -> URL:
    """Return the address of a database file."""
    return URL.create(DRIVER, database=str(file.absolute()))


@contextmanager
def file_errors() -> Iterator[None]:
    """Raise an error of the file system as a StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreFullError(f"{type(error).__name__}: {error.strerror}") from error
