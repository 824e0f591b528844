"""What the store would not let us settle is in doubt once its lease ends, without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.errors import StoreFullError
from bot.models import OutboxMessage, SendResult
from bot.store.sql import SqlStore, open_store
from tests.unit.delivery.test_dispatch import NOW, SENT, Line, fill, message, states, until

LEASE_S = 90.0


class FullStore(SqlStore):
    """A real store that refuses to settle while its disk is full, and once to recover after it."""

    full = False
    refused = recovered = rounds = 0

    async def settle_sent(self, *args: Any, **kwargs: Any) -> set[int]:
        if self.full:
            self.refused += 1
            raise StoreFullError("disk full")
        return await super().settle_sent(*args, **kwargs)

    async def recover(self, *, now: datetime, everything: bool) -> list[OutboxMessage]:
        if not everything:
            self.recovered += 1
            if self.recovered == 1:
                raise StoreFullError("disk full")
        return await super().recover(now=now, everything=everything)

    async def outbox_wakeup_at(self) -> datetime | None:
        self.rounds += 1
        return await super().outbox_wakeup_at()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FullStore]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield FullStore(opened.database)
    await opened.close()


def alone(store: FullStore, line: Line, clock: FixedClock) -> Dispatcher:
    """Return a dispatcher that asks a store that refuses but once."""
    pace = Pace(Limits(per_s=1000, chat_per_s=1000, group_per_min=60_000))
    return Dispatcher(store, line, pace, clock, lease_s=LEASE_S, settle_tries=1)


async def test_a_chat_is_written_to_again_after_the_store_had_refused_to_settle(
    store: FullStore,
) -> None:
    clock, line = FixedClock(NOW), Line()
    await fill(store, [1])
    store.full = True
    running = alone(store, line, clock)

    running.start()
    await until(lambda: _is(store.refused == 1))
    store.full = False
    await store.enqueue([replace(message(1), key="next")], now=NOW)
    running.notify()
    rounds = store.rounds
    await until(lambda: _is(store.rounds > rounds))
    assert await states(store) == {"sending": 1, "pending": 1}  # its lease still runs
    clock.advance(timedelta(seconds=LEASE_S + 1))
    running.notify()
    await until(lambda: _are(store, {"uncertain": 1, "sent": 1}))
    await running.stop()

    assert [sent.key for sent in line.sent] == ["k", "next"]
    assert store.recovered == 2  # it was refused once


async def test_what_is_still_in_our_hands_is_not_called_doubtful_with_it(store: FullStore) -> None:
    answered = asyncio.Event()

    async def slow_to_two(sent: OutboxMessage) -> SendResult:
        if sent.chat_id == 2:
            await answered.wait()
        return SENT

    clock, line = FixedClock(NOW), Line(slow_to_two)
    await fill(store, [1, 2])
    store.full = True
    running = alone(store, line, clock)

    running.start()
    await until(lambda: _is(store.refused == 1))
    store.full = False
    clock.advance(timedelta(seconds=LEASE_S + 1))
    rounds = store.rounds
    running.notify()
    await until(lambda: _is(store.rounds > rounds + 1))  # one may have begun before
    assert await states(store) == {"sending": 2}
    answered.set()
    await until(lambda: _are(store, {"uncertain": 1, "sent": 1}))
    await running.stop()

    assert [sent.chat_id for sent in line.sent] == [1, 2]


async def _is(true: bool) -> bool:
    return true


async def _are(store: FullStore, wanted: dict[str, int]) -> bool:
    return await states(store) == wanted
