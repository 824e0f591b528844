"""What stood in a digest that never arrived comes with the next one, exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.delivery.settling import Settling
from bot.models import OutboxState, SendOutcome, SendResult
from bot.services.broadcasting import Broadcasting
from bot.services.subscribing import Subscribing
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


async def lose(store: Store, clock: FixedClock, how: str) -> None:
    """Let the waiting digest be lost and its reader come back."""
    chat = await store.chat(7)
    assert chat is not None
    subscribing = Subscribing(store, clock, timezone="Asia/Damascus", digest_time="08:00")
    if how == "paused":
        await subscribing.stop(7, 0)
        clock.advance(timedelta(minutes=5))
        await subscribing.change(chat, 0)
        return
    (message,) = await store.lease(5, now=clock.now(), lease_s=60)
    refused = SendResult(outcome=SendOutcome.UNREACHABLE, reason="blocked")
    await Settling(store, clock).settle(message, refused)
    clock.advance(timedelta(minutes=5))
    assert await subscribing.returned(7)


@pytest.mark.parametrize("how", ["paused", "blocked"])
@pytest.mark.parametrize("first", [True, False], ids=["the first", "a later one"])
async def test_what_was_lost_is_told_once(
    store: Store, clock: FixedClock, broadcasting: Broadcasting, how: str, *, first: bool
) -> None:
    await subscribe(store, clock)
    ids = [await add(store, clock, "أول")]
    move_to(clock, EIGHT)
    if not first:
        assert await broadcasting.tick() == 1
        await send_all(store, clock)
        clock.advance(timedelta(hours=3))
        ids.append(await add(store, clock, "ثان"))
        move_to(clock, EIGHT + DAY)
    assert await broadcasting.tick() == 1

    await lose(store, clock, how)
    ids.append(await add(store, clock, "ثالث"))
    for day in (4, 5):
        move_to(clock, EIGHT + day * DAY)
        assert await broadcasting.tick() == 1
        await send_all(store, clock)

    sent = [one for one in await written(store) if one.state is OutboxState.SENT]
    assert Counter(article for one in sent for article in one.article_ids) == Counter(ids)
