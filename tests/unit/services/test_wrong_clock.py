"""A clock that is wrong for a while silences no digests and doubles none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.models import OutboxState
from bot.services.broadcasting import Broadcasting
from bot.store.base import Store
from tests.unit.services.test_broadcasting import (
    EIGHT,
    add,
    broadcasting,
    clock,
    move_to,
    send_all,
    store,
    subscribe,
    written,
)

__all__ = ["broadcasting", "clock", "store"]  # fixtures

DAY = timedelta(days=1)


@pytest.mark.parametrize("wrong", [DAY, 3 * DAY, 30 * DAY, 900 * DAY])
async def test_digests_go_on_after_a_clock_that_was_ahead(
    store: Store, clock: FixedClock, broadcasting: Broadcasting, wrong: timedelta
) -> None:
    await subscribe(store, clock)
    ids = [await add(store, clock, "قبل")]
    move_to(clock, EIGHT)
    await broadcasting.tick()
    await send_all(store, clock)
    clock.advance(timedelta(hours=1))
    ids.append(await add(store, clock, "أثناء"))
    clock.advance(wrong)
    assert await broadcasting.tick() == 1  # it knows no better, and it stays unsent
    clock.advance(-wrong)
    assert await broadcasting.tick() == 0

    digests = []
    for day in range(1, 29):
        move_to(clock, EIGHT + DAY * day - timedelta(hours=1))
        ids.append(await add(store, clock, f"يوم{day}"))
        move_to(clock, EIGHT + DAY * day)
        digests.append(await broadcasting.tick())
        await send_all(store, clock)
        assert await broadcasting.tick() == 0

    assert digests.count(0) <= 1  # the slot that was used ahead of time
    left = [one for one in await written(store) if one.state is OutboxState.SENT]
    told = [article for message in left for article in message.article_ids]
    assert sorted(told) == sorted(ids)


async def test_a_clock_that_is_behind_for_a_while_doubles_nothing(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)
    for day in range(4):
        move_to(clock, EIGHT + DAY * day)
        await add(store, clock, f"يوم{day}")
        assert await broadcasting.tick() == 1
        await send_all(store, clock)

    for behind in (2 * DAY, timedelta(hours=30), 40 * DAY):
        clock.advance(-behind)
        assert await broadcasting.tick() == 0
        clock.advance(behind)
        assert [await broadcasting.tick(), await broadcasting.tick()] == [0, 0]
        assert await Broadcasting(store, clock).tick() == 0  # after a start

    subscription = await store.subscription(7, 0)
    assert subscription is not None
    assert subscription.last_slot_at == EIGHT + DAY * 3
    assert len(await written(store)) == 4
