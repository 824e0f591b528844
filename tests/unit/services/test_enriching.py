"""Reading gives way to readers, and a program that stops does not wait for it."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import MujazError
from bot.models import Arrival, EventsMark, SourceKind
from bot.precedence import awaited_by_reader
from bot.services.enriching import Enriching
from bot.store.sql import open_store
from tests.bench.made_up import report

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REPORTS, HOUR = 60, timedelta(hours=1)


async def test_a_step_that_is_abandoned_writes_nothing_and_is_taken_again(tmp_path: Path) -> None:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    clock, chance = FixedClock(NOW + timedelta(hours=REPORTS)), random.Random(7)  # noqa: S311
    source = await store.ensure_source(SourceKind.FILE, "أرشيف", now=NOW)
    arrivals = [
        Arrival(source=source, identity=f"id {n}", article=report(chance, n, NOW + n * HOUR))
        for n in range(REPORTS)
    ]
    await store.add_articles(arrivals, now=clock.now())
    enriching = Enriching(store, clock)

    with awaited_by_reader():  # so that every report waits a moment
        following = asyncio.create_task(enriching.follow())
        await asyncio.sleep(0.5)
        assert not following.done()
        enriching.abandon()
        begun = time.monotonic()
        with pytest.raises(MujazError):
            await following
        ended_s = time.monotonic() - begun

    assert ended_s < REPORTS * 0.05  # what the rests alone would have taken
    assert await store.events_mark() == EventsMark()
    assert await Enriching(store, clock).follow() == REPORTS
    assert len(await store.readings(range(1, REPORTS + 1))) == REPORTS
    await store.close()
