"""Backups are whole or not there, say what they hold, and come back row by row."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import InputError, StoreError, StoreFullError
from bot.store import backup as backups
from bot.store.restore import restore
from bot.store.sql import SqlStore, open_store
from bot.store.transfer import contents_of
from tests.contract.conftest import OpenStore
from tests.contract.samples import NOW, added
from tests.contract.test_transfer import held
from tests.postgres import Databases


def beside(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)


async def made(store: SqlStore, folder: Path, minutes: int = 0) -> backups.Backup:
    return await backups.back_up(
        store.database, folder, now=NOW + timedelta(minutes=minutes), settings="A=1\n"
    )


async def test_a_backup_comes_back_row_by_row(another_store: OpenStore, tmp_path: Path) -> None:
    store = await another_store()
    await held(store)
    before = await contents_of(store.database)

    one = await made(store, tmp_path / "backups")
    await added(store, "later")
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'mujaz.db'}"
    contents = await restore(one.folder, url)

    restored = await open_store(url)
    assert before == contents == one.contents == await contents_of(restored.database)
    assert await restored.verify(deep=True) == []
    await restored.close()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mujaz.db"]
    assert (one.folder / "settings.env").read_text() == "A=1\n"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in one.folder.iterdir())


async def test_a_backup_of_either_kind_is_restored_into_postgresql(
    another_store: OpenStore, postgres: Databases, tmp_path: Path
) -> None:
    store = await another_store()
    await held(store)
    one = await made(store, tmp_path)
    name = postgres.server.new_database()

    contents = await restore(one.folder, postgres.server.url(name))

    restored = await open_store(postgres.server.url(name))
    assert contents == one.contents == await contents_of(restored.database)
    await restored.close()
    postgres.server.drop(name)


async def test_a_place_that_is_not_empty_is_left_as_it_is(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    await held(store)
    one = await made(store, tmp_path / "backups")
    file = tmp_path / "other.db"
    other = await open_store(f"sqlite+aiosqlite:///{file}")
    await added(other, "theirs")
    before = await contents_of(other.database)

    with pytest.raises(StoreError, match="not empty"):
        await restore(one.folder, f"sqlite+aiosqlite:///{file}")

    assert await contents_of(other.database) == before
    await other.close()


async def test_a_backup_that_is_not_what_it_says_is_refused(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    await held(store)
    one = await made(store, tmp_path / "backups")
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    said = json.loads((one.folder / "contents.json").read_text())
    said["tables"]["articles"]["rows"] += 1
    (one.folder / "contents.json").write_text(json.dumps(said))

    with pytest.raises(InputError):
        await restore(one.folder, url)
    (one.folder / "contents.json").unlink()
    with pytest.raises(InputError):
        await restore(one.folder, url)

    assert beside(tmp_path, "new.db*") == []


async def test_a_damaged_backup_is_refused_and_nothing_is_left(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    await held(store)
    one = await made(store, tmp_path / "backups")
    file = one.folder / "mujaz.sqlite"
    damage(file)

    with pytest.raises((StoreError, InputError)):
        await restore(one.folder, f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")

    assert beside(tmp_path, "new.db*") == []


async def test_a_backup_whose_file_is_gone_is_refused_and_nothing_is_left(
    another_store: OpenStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: Databases,
) -> None:
    one = await made(await another_store(), tmp_path / "backups")
    (one.folder / backups.DATABASE).unlink()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    name = postgres.new()

    for url in (f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", postgres.server.url(name)):
        with pytest.raises(InputError, match=r"backup\.none"):
            await restore(one.folder, url)

    postgres.give_back(name)
    assert beside(tmp_path, "new.db*") == []
    assert list(scratch.iterdir()) == []


async def test_only_the_newest_are_kept_and_what_a_killed_one_left_is_removed(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    assert isinstance(store, SqlStore)
    left = tmp_path / "mujaz-20200101T000000Z.part"
    left.mkdir(parents=True)
    (left / "mujaz.sqlite").write_bytes(b"half")

    for minutes in range(4):
        await store.back_up(tmp_path, now=NOW + timedelta(minutes=minutes), keep=2)

    kept = [path.name for path in backups.backups_in(tmp_path)]
    assert kept == ["mujaz-20260301T050200Z", "mujaz-20260301T050300Z"]
    assert beside(tmp_path, "mujaz-*") == kept


async def test_backups_that_begin_together_are_made_in_turn(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    assert isinstance(store, SqlStore)
    await held(store)

    folders = await asyncio.gather(
        *(store.back_up(tmp_path / "b", now=NOW + timedelta(seconds=n), keep=9) for n in range(4))
    )

    assert backups.backups_in(tmp_path / "b") == sorted(folders)
    assert beside(tmp_path / "b", "*") == [path.name for path in sorted(folders)]


async def test_a_backup_that_fails_leaves_nothing(
    another_store: OpenStore, backend: str, tmp_path: Path
) -> None:
    store = await another_store()
    await held(store)
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(StoreFullError):
        await made(store, tmp_path / "file")
    await store.close()
    if backend == "sqlite":
        damage(tmp_path / "mujaz.db")
    with pytest.raises(StoreError):
        await made(store, tmp_path / "backups")

    assert backups.backups_in(tmp_path / "backups") == []
    assert beside(tmp_path / "backups", "*") == []


async def test_backups_taken_while_others_write_are_all_whole(
    another_store: OpenStore, tmp_path: Path
) -> None:
    store = await another_store()
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            await added(store, f"id {written}")
            written += 1

    writing = asyncio.create_task(write())
    counts = []
    for minutes in range(6):
        one = await made(store, tmp_path, minutes)
        counts.append(one.contents["articles"].rows)
        copy = await open_store(f"sqlite+aiosqlite:///{one.folder / 'mujaz.sqlite'}")
        assert await copy.verify(deep=True) == []
        await copy.close()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
