"""The process that reads a file for a move ends with it, and what goes wrong in it is told."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import StoreCorruptError, StoreError, StoreUnfinishedError
from bot.store.engine import Database
from bot.store.sql import SqlStore, database_at, open_store
from bot.store.transfer import contents_of, copy_all
from tests.contract.samples import added, new_article
from tests.contract.test_transfer import KILLED, held
from tests.postgres import Databases

PATIENCE_S = 30.0
LONG = 60
WORKER = "bot.store.worker"
Opened = tuple[SqlStore, Database, str]


def workers() -> set[int]:
    """Return the processes that read, whoever started them."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().split(b"\0")
        except OSError:
            continue
        if WORKER.encode() in words:
            found.add(int(place.parent.name))
    return found


async def gone(before: set[int]) -> bool:
    """Wait until no process reads that did not before."""
    async with asyncio.timeout(PATIENCE_S):
        while workers() - before:  # noqa: ASYNC110 - of other programs nobody tells us
            await asyncio.sleep(0.01)
    return True


pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="asks /proc")


@pytest_asyncio.fixture
async def opened(postgres: Databases, tmp_path: Path) -> AsyncIterator[Opened]:
    """A filled file, and an empty database of a server with its address."""
    source = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite'}")
    await held(source)
    for number in range(LONG):  # far more than a pipe holds
        await added(source, f"long {number}", new_article(f"طويل {number}", "نص طويل " * 5_000))
    name = postgres.server.new_database()
    target = await database_at(postgres.server.url(name))
    yield source, target, postgres.server.url(name)
    await target.close()
    await source.close()
    postgres.server.drop(name)


async def test_a_process_of_its_own_reads_and_is_gone_at_the_end(opened: Opened) -> None:
    source, target, _ = opened
    before, seen = workers(), set[int]()

    await copy_all(
        source.database, target, lambda *_: seen.update(workers() - before), rows_at_once=16
    )

    assert len(seen) == 1
    assert await gone(before)


async def test_what_is_stored_during_the_move_is_not_half_moved(opened: Opened) -> None:
    source, target, _ = opened
    before = await contents_of(source.database)
    written: list[asyncio.Task[object]] = []

    def on_rows(done: int, total: int) -> None:
        if done > total / 2 and not written:
            written.append(asyncio.create_task(added(source, "meanwhile")))

    copied = await copy_all(source.database, target, on_rows, rows_at_once=16)
    await asyncio.gather(*written)

    assert copied == before == await contents_of(target) != await contents_of(source.database)
    assert len(written) == 1


@pytest.mark.parametrize("how", ["cancelled", "killed", "an error"])
async def test_the_reading_process_ends_with_the_move_and_the_next_one_goes_on(
    opened: Opened, how: str
) -> None:
    source, target, url = opened
    before, harm = workers(), 0
    steps: asyncio.Queue[int] = asyncio.Queue()

    class StoppedError(Exception):
        pass

    def on_rows(done: int, total: int) -> None:
        nonlocal harm
        if done > total / 4 and not harm:
            harm += len(workers() - before)
            steps.put_nowait(done)
            if how == "an error":
                raise StoppedError
            if how == "killed":
                for worker in workers() - before:
                    os.kill(worker, signal.SIGKILL)

    moving = asyncio.create_task(copy_all(source.database, target, on_rows, rows_at_once=16))
    await steps.get()
    if how == "cancelled":
        moving.cancel()
    expected = {"cancelled": asyncio.CancelledError, "killed": StoreError}.get(how, StoppedError)
    with pytest.raises(expected):
        await moving
    assert await gone(before)
    with pytest.raises(StoreUnfinishedError):
        await open_store(url)

    assert await copy_all(source.database, target) == await contents_of(source.database)
    assert harm == 1


async def test_it_ends_itself_when_the_move_is_killed(opened: Opened, tmp_path: Path) -> None:
    source, _, url = opened
    before = workers()
    address = f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite'}"

    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, address, url, "rows"
    )

    assert await killed.wait() == -signal.SIGKILL
    assert await gone(before)
    assert await source.verify() == []


async def test_a_damaged_file_is_told_as_such(opened: Opened, tmp_path: Path) -> None:
    source, target, url = opened
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'paragraphs'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    file = tmp_path / "damaged.sqlite"
    shutil.copyfile(tmp_path / "old.sqlite", file)
    with file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    damaged_source = await database_at(f"sqlite+aiosqlite:///{file}")

    with pytest.raises(StoreCorruptError):
        await copy_all(damaged_source, target)

    with pytest.raises(StoreUnfinishedError):
        await open_store(url)
    await damaged_source.close()
    assert await copy_all(source.database, target) == await contents_of(source.database)


def _answers(asked: dict[str, object], *, read: Callable[[bytes], object]) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-m", WORKER],
        input=json.dumps(asked).encode() + b"\n",
        capture_output=True,
        check=True,
    )
    return [read(line) for line in done.stdout.splitlines()]


def test_it_answers_why_it_could_not_read(tmp_path: Path) -> None:
    asked = {
        "file": str(tmp_path / "none.sqlite"),
        "uri": False,
        "rows_at_once": 10,
        "numbers": "SELECT 1, 2",
        "tables": [{"count": "SELECT count(*) FROM nowhere"}],
    }

    (answer,) = _answers(asked, read=json.loads)

    assert answer == {
        "failed": "OperationalError: no such table: nowhere",
        "code": sqlite3.SQLITE_ERROR,
        "bytes": 0,
    }
    assert _answers(asked | {"tables": []}, read=json.loads) == [
        {"total": 0, "bytes": 0},
        {"numbers": {"1": 2}, "bytes": 0},
    ]


def test_it_starts_without_the_libraries_that_it_does_not_need() -> None:
    program = f"import sys, {WORKER}; print('sqlalchemy' in sys.modules, len(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split()[0] == "False"
