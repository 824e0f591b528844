"""A process that hangs, a report that cannot be read: reading goes on all the same."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import MujazError
from bot.events.apart import EnricherProcess
from bot.models import Arrival, EventsMark, NewArticle, SourceKind
from bot.services.enriching import Enriching
from bot.store.sql import SqlStore, open_store
from tests.reliability.town import until
from tests.unit.services.test_enriching import (
    CLOCK,
    NOW,
    REPORTS,
    apart,
    arrive,
    child,
    started,
    store,
    there,
)

__all__ = ("apart", "store")  # fixtures
CPU_S = 2  # that a process gets in the test of the endless report
ENDLESS = "قتل 5 مدنيين في حلب وقال مصدر إن 7 أصيبوا " * 450  # half a second's reading


async def endless(store: SqlStore) -> Arrival:
    """Return a report that takes half a minute to read."""
    source = await store.ensure_source(SourceKind.FILE, "أرشيف", now=NOW)
    article = NewArticle(title="قصف", paragraphs=(ENDLESS,) * 60, published_at=CLOCK.now())
    return Arrival(source=source, identity="endless", article=article)


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Give a store without a report."""
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    yield opened
    await opened.close()


async def test_a_process_that_hangs_is_ended_and_begun_again() -> None:
    process = EnricherProcess(patience_s=10.0)
    await process.begin(EventsMark(), ())
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)

    with pytest.raises(MujazError, match="did not answer within 10 s"):
        await process.take((), {}, 1)

    assert not there(pid)
    await process.begin(EventsMark(), ())
    assert (await process.take((), {}, 1)).after == EventsMark(seq=1)
    await process.close()


async def test_it_is_told_how_a_process_ended(caplog: pytest.LogCaptureFixture) -> None:
    process = EnricherProcess()
    for _ in range(5):
        await process.begin(EventsMark(), ())
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)

        with pytest.raises(MujazError, match=r"has ended \(-9\)"):
            await process.take((), {}, 1)

    assert not caplog.records  # such as of a process that nobody knows


async def test_only_beginning_starts_a_process() -> None:
    process = EnricherProcess()
    await process.begin(EventsMark(), ())
    await process.close()

    for call in (process.take((), {}, 1), process.remember((), {}, {})):
        with pytest.raises(MujazError, match="begun again"):
            await call

    assert process.pid is None


async def test_a_process_that_is_closed_while_it_starts_does_nothing_more(
    store: SqlStore, apart: Enriching
) -> None:
    process = EnricherProcess()
    beginning = asyncio.create_task(process.begin(EventsMark(), ()))
    await asyncio.sleep(0)
    assert process.pid is None

    await process.close()

    with pytest.raises(MujazError, match="begun again"):
        await beginning
    assert process.pid is None


async def test_reading_that_hangs_is_waited_for_once_and_goes_on_beside(
    store: SqlStore, apart: Enriching
) -> None:
    assert await apart.follow(100) == 100
    pid = child()
    os.kill(pid, signal.SIGSTOP)

    assert not await apart.keep_up(0.5)
    begun = time.monotonic()
    assert not await apart.keep_up(60.0)
    assert time.monotonic() - begun < 1.0

    os.kill(pid, signal.SIGCONT)
    while not await apart.keep_up(0.0):  # noqa: ASYNC110 - it only looks
        await asyncio.sleep(0.01)
    assert (await store.events_mark()).seq == REPORTS


async def test_reading_that_hangs_is_closed_at_once(store: SqlStore, apart: Enriching) -> None:
    keeping_up = asyncio.create_task(apart.keep_up(0.5))
    pid = await started()
    os.kill(pid, signal.SIGSTOP)
    assert not await keeping_up
    begun = time.monotonic()

    await apart.close()

    assert time.monotonic() - begun < 1.0
    assert not there(pid)
    assert await apart.keep_up(60.0)
    assert (await store.events_mark()).seq == REPORTS


async def test_a_process_ends_amid_a_step_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio
from bot.services.enriching import Enriching
from bot.store.sql import open_store
from tests.unit.services.test_reading_goes_on import CLOCK, endless

async def main():
    store = await open_store("sqlite+aiosqlite:///{tmp_path / "killed.db"}")
    await store.add_articles([await endless(store)], now=CLOCK.now())
    enriching = Enriching(store, CLOCK)
    await enriching.work_apart()
    assert not await enriching.keep_up(3.0)
    print(enriching._enricher.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    pid = int(await starter.stdout.readline())
    assert there(pid)

    starter.kill()
    await starter.wait()

    assert await until(lambda: not there(pid), 2.0)


async def test_a_report_that_ends_every_process_is_passed_over(
    empty: SqlStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shell = shutil.which("sh")
    assert shell
    limited = tmp_path / "limited"
    python = shlex.quote(sys.executable)
    limited.write_text(f'#!{shell}\nulimit -t {CPU_S}\nexec {python} "$@"\n', encoding="utf-8")
    limited.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(limited))
    enriching = Enriching(empty, CLOCK)
    await enriching.work_apart()
    await arrive(empty, 0, 3)
    await empty.add_articles([await endless(empty)], now=CLOCK.now())
    await arrive(empty, 3, 3)
    bad = 4

    failures = 0
    while (await empty.events_mark()).seq < 7:
        try:
            await enriching.follow()
        except MujazError:
            failures += 1
            assert failures <= 4
    read = await empty.readings(range(1, 8))

    assert failures == 4  # once among others, three times by itself
    assert set(read) == {*range(1, 8)} - {bad}
    assert f"article {bad} cannot be read" in caplog.text
    await arrive(empty, 6, 3)
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        assert await enriching.follow() == 3
    assert not caplog.records
    await enriching.close()


async def test_a_report_from_before_all_times_stops_nothing(empty: SqlStore) -> None:
    source = await empty.ensure_source(SourceKind.FILE, "أرشيف", now=NOW)
    for number in (1, 2):
        text = f"قتل {number} مدنيين في حلب"
        undated = datetime(1, 1, number, tzinfo=UTC)
        article = NewArticle(title=text, paragraphs=(text,), published_at=undated)
        await empty.add_articles(
            [Arrival(source=source, identity=str(number), article=article)], now=CLOCK.now()
        )
    while await Enriching(empty, CLOCK).follow():
        pass
    assert (await empty.events_mark()).seq == 2
