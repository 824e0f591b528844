"""Who chose places or parties is told of each article once it was read, and of none twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import DigestFilters, OutboxMessage, OutboxState
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.services.test_digest_of_events import (
    COOKING,
    DAY,
    EIGHT,
    ELSEWHERE,
    EVENING,
    STRIKE,
    Desk,
)

IDLIB = DigestFilters(places=("sy.gov.idlib",))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield Desk(store, FixedClock(EVENING))
    await store.close()


async def unread_morning(desk: Desk, day: int) -> dict[int, list[int]]:
    """Return the articles that each chat is told of on a morning on which nothing was read."""
    desk.clock.advance(EIGHT + day * DAY - desk.clock.now())
    await desk.broadcasting.tick()
    return named(await sent(desk.store, desk))


async def read_morning(desk: Desk, day: int) -> dict[int, list[int]]:
    return named(await desk.morning(day))


async def sent(store: Store, desk: Desk) -> dict[int, list[OutboxMessage]]:
    found: dict[int, list[OutboxMessage]] = {}
    while leased := await store.lease(50, now=desk.clock.now(), lease_s=60):
        for message in leased:
            await store.settle(message.id, OutboxState.SENT, now=desk.clock.now())
            found.setdefault(message.chat_id, []).append(message)
    return found


def named(messages: dict[int, list[OutboxMessage]]) -> dict[int, list[int]]:
    return {
        chat: sorted(article for one in parts for article in one.article_ids)
        for chat, parts in messages.items()
    }


async def test_what_was_not_read_when_digests_were_composed_comes_with_the_next(
    desk: Desk,
) -> None:
    await desk.subscribe(7, IDLIB)
    await desk.subscribe(8)
    other = await desk.report("وكالة النهر", ELSEWHERE)
    assert await read_morning(desk, 0) == {7: [], 8: [other]}
    strike = await desk.report("وكالة النهر", STRIKE)

    assert await unread_morning(desk, 1) == {7: [], 8: [strike]}
    assert (await read_morning(desk, 2))[7] == [strike]
    assert (await read_morning(desk, 3))[7] == []


async def test_a_first_digest_leaves_what_was_not_read_to_the_next(desk: Desk) -> None:
    await desk.subscribe(7, IDLIB)
    strike = await desk.report("وكالة النهر", STRIKE)

    assert await unread_morning(desk, 0) == {7: []}
    assert await read_morning(desk, 1) == {7: [strike]}
    assert await read_morning(desk, 2) == {7: []}


async def test_where_reading_hangs_for_days_nothing_is_told_twice_and_all_of_it_afterwards(
    desk: Desk,
) -> None:
    await desk.subscribe(7, IDLIB)
    await desk.report("وكالة النهر", ELSEWHERE)
    assert (await read_morning(desk, 0))[7] == []
    first = await desk.report("راديو الجبل", STRIKE)
    for day in range(1, 12):  # longer than what is dated before a digest's time is news in it
        assert await unread_morning(desk, day) == {7: []}
        await desk.report("وكالة النهر", (f"{COOKING[0]} {day}", *COOKING[1:]))

    assert await read_morning(desk, 12) == {7: [first]}
    assert await read_morning(desk, 13) == {7: []}
    subscription = await desk.store.subscription(7, 0)
    assert subscription is not None
    assert subscription.cursor == await desk.store.last_seq()


async def test_the_time_that_a_digest_covers_ends_where_articles_wait_to_be_read(
    desk: Desk,
) -> None:
    await desk.subscribe(7, IDLIB)
    await desk.subscribe(8)
    await read_morning(desk, 0)
    desk.clock.advance(timedelta(hours=3))
    stored_at = desk.clock.now()
    await desk.report("وكالة النهر", STRIKE)

    await unread_morning(desk, 1)

    mine, other = [await desk.store.subscription(chat, 0) for chat in (7, 8)]
    assert mine is not None
    assert other is not None
    assert mine.covered_until_at == stored_at
    assert other.covered_until_at == EIGHT + DAY
