"""Reading goes on in a process of its own, which may be ended at any time."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import MujazError
from bot.models import Arrival, EventsMark, SourceKind
from bot.services.enriching import Enriching
from bot.store.sql import SqlStore, open_store
from tests.bench.made_up import report
from tests.reliability.town import until

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REPORTS, HOUR = 150, timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Give a store with so many reports that were not read."""
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    await arrive(opened, 0, REPORTS)
    yield opened
    await opened.close()


@pytest.fixture
async def apart(store: SqlStore) -> AsyncIterator[Enriching]:
    """Give a reader in a process of its own."""
    enriching = Enriching(store, CLOCK)
    await enriching.work_apart()
    yield enriching
    await enriching.close()


CLOCK = FixedClock(NOW + timedelta(hours=2 * REPORTS))


async def arrive(store: SqlStore, first: int, count: int) -> None:
    chance = random.Random(first)  # noqa: S311 - made-up news
    source = await store.ensure_source(SourceKind.FILE, "أرشيف", now=NOW)
    arrivals = [
        Arrival(source=source, identity=f"id {n}", article=report(chance, n, NOW + n * HOUR / 2))
        for n in range(first, first + count)
    ]
    await store.add_articles(arrivals, now=CLOCK.now())


def child() -> int:
    """Return the number of the one process that this one has started."""
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    (only,) = [
        int(one)
        for one in mine.split()
        if b"bot.events.worker" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]
    return only


def there(pid: int) -> bool:
    """Tell whether a process still is; one that nobody has buried yet is gone."""
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return False


def environment(pid: int) -> bytes:
    """Return what a process was told."""
    return Path(f"/proc/{pid}/environ").read_bytes()


async def started() -> int:
    """Return the process once there is one."""
    while True:
        with suppress(ValueError, OSError):
            return child()
        await asyncio.sleep(0.01)


async def everything(enriching: Enriching, store: SqlStore) -> object:
    """Return what is read and in which events it is, once all is followed."""
    while await enriching.follow():
        pass
    ids = range(1, 2 * REPORTS)
    events = await store.recent_events(NOW)
    return await store.readings(ids), {one.id: one.article_ids for one in events}


async def test_a_process_of_its_own_reads_as_a_thread_does(
    store: SqlStore, apart: Enriching, tmp_path: Path
) -> None:
    other = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await arrive(other, 0, REPORTS)

    read = await everything(apart, store)

    assert len(await store.readings(range(1, REPORTS + 1))) == REPORTS
    assert read == await everything(Enriching(other, CLOCK), other)
    await other.close()


async def test_a_step_that_is_left_off_writes_nothing_and_is_taken_again(
    store: SqlStore, apart: Enriching
) -> None:
    following = asyncio.create_task(apart.follow())
    pid = await started()
    begun = time.monotonic()

    await apart.close()

    with pytest.raises(MujazError):
        await following
    assert time.monotonic() - begun < 1.0
    assert not there(pid)
    assert await store.events_mark() == EventsMark()
    assert await apart.follow() == REPORTS
    assert len(await store.readings(range(1, REPORTS + 1))) == REPORTS


async def test_a_process_killed_amid_a_step_costs_nothing_but_the_step(
    store: SqlStore, apart: Enriching, tmp_path: Path
) -> None:
    assert await apart.follow(100) == 100  # what the process remembers is lost with it
    killed = child()
    following = asyncio.create_task(apart.follow(100))
    await asyncio.sleep(0.05)
    os.kill(killed, signal.SIGKILL)

    with pytest.raises(MujazError):
        await following
    mark = await store.events_mark()
    assert mark.seq == 100
    other = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await arrive(other, 0, REPORTS)
    assert await everything(apart, store) == await everything(Enriching(other, CLOCK), other)
    assert child() != killed
    await other.close()


async def test_the_process_ends_with_the_program_that_started_it(
    store: SqlStore, apart: Enriching
) -> None:
    await apart.follow(100)
    pid = child()

    await apart.close()

    assert not there(pid)


async def test_a_process_outlives_what_is_said_to_all_and_not_whoever_started_it(
    store: SqlStore, tmp_path: Path
) -> None:
    program = (
        "import asyncio, os, sys\n"
        "from bot.events.apart import EnricherProcess\n"
        "from bot.models import EventsMark\n"
        "async def main():\n"
        "    apart = EnricherProcess()\n"
        "    await apart.begin(EventsMark(), ())\n"
        "    print(apart.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    pid = int(await starter.stdout.readline())
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, number)
    await asyncio.sleep(0.3)
    assert there(pid)

    starter.kill()
    await starter.wait()

    assert await until(lambda: not there(pid), 5.0)


async def test_the_process_is_told_no_secrets(
    store: SqlStore, apart: Enriching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")

    await apart.follow(100)

    told = environment(child())
    assert b"PYTHONPATH=" in told
    assert b"secret" not in told
