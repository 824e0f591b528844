"""Scheduled backups: one when it is due, none before, the newest few kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.services.keeping import Keeping
from bot.store.backup import backups_in
from bot.store.sql import open_store

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


async def test_a_backup_is_made_when_the_newest_is_a_day_old(tmp_path: Path) -> None:
    store, watch = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}"), Watch()
    folder = tmp_path / "backups"
    keeping = Keeping(store, watch, backup_dir=folder, backup_every_h=24, backup_keep=3)

    made = []
    for _ in range(24 * 6):  # six days, looked at every hour
        made.append(await keeping.back_up_if_due())
        watch.at += timedelta(hours=1)

    assert [n for n, one in enumerate(made) if one] == [0, 24, 48, 72, 96, 120]
    assert [path.name[6:14] for path in backups_in(folder)] == ["20260304", "20260305", "20260306"]
    await store.close()


async def test_a_backup_from_the_future_does_not_put_off_the_next(tmp_path: Path) -> None:
    store, watch = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}"), Watch()
    keeping = Keeping(store, watch, backup_dir=tmp_path / "backups", backup_keep=3)
    watch.at = NOW + timedelta(days=400)  # the clock was wrong
    assert await keeping.back_up_if_due()
    watch.at = NOW

    assert await keeping.back_up_if_due()
    assert await keeping.back_up_if_due() is None
    await store.close()


async def test_the_only_backup_that_is_kept_is_the_one_just_made(tmp_path: Path) -> None:
    store, watch = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}"), Watch()
    folder = tmp_path / "backups"
    keeping = Keeping(store, watch, backup_dir=folder, backup_keep=1)
    watch.at = NOW + timedelta(days=3)  # the clock was wrong
    assert await keeping.back_up_if_due()
    watch.at = NOW

    made = await keeping.back_up_if_due()

    assert backups_in(folder) == [made]
    assert await keeping.back_up_if_due() is None
    await store.close()


async def test_without_a_folder_none_is_made(tmp_path: Path) -> None:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")

    assert await Keeping(store, Watch()).back_up_if_due() is None
    await store.close()


async def test_who_asks_while_a_backup_is_under_way_gets_a_whole_one(tmp_path: Path) -> None:
    """One that began later used to sweep away the half of the one before."""
    store, watch = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}"), Watch()
    keeping = Keeping(store, watch, backup_dir=tmp_path / "backups", backup_keep=9)

    both = await asyncio.gather(keeping.back_up_if_due(), keeping.back_up_now())
    watch.at += timedelta(minutes=1)
    third = await keeping.back_up_now()

    assert both[0] == both[1] is not None
    assert backups_in(tmp_path / "backups") == [both[0], third]
    await store.close()
