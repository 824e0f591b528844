"""What the store promises when two programs share one database."""

from __future__ import annotations

import asyncio

from bot.models import IntakeOutcome, OutboxState
from bot.store.base import Store
from bot.store.sql import SqlStore
from tests.contract.conftest import OpenStore
from tests.contract.samples import NOW, a_subscription, added, message, new_article, send_digest

DIGESTS = 25
MESSAGES = 120


async def test_one_of_two_programs_writes_the_digest_of_a_slot(another_store: OpenStore) -> None:
    one, two = await another_store(), await another_store()
    subscription = await a_subscription(one)
    wins = [0, 0]

    async def compete(number: int, store: Store, day: int) -> None:
        sent = await send_digest(store, subscription, message(key=f"{day} by {number}"), day=day)
        wins[number] += sent

    for day in range(1, DIGESTS + 1):
        await asyncio.gather(compete(day % 2, one, day), compete(1 - day % 2, two, day))

    assert sum(wins) == DIGESTS
    assert len(await one.outbox(limit=1000)) == DIGESTS


async def test_two_programs_never_lease_the_same_message(another_store: OpenStore) -> None:
    one, two = await another_store(), await another_store()
    await one.enqueue([message(n % 40, str(n)) for n in range(MESSAGES)], now=NOW)
    taken: list[list[int]] = [[], []]

    async def drain(number: int, store: SqlStore) -> None:
        while await store.outbox(OutboxState.PENDING, limit=1):
            for sending in await store.lease(3, now=NOW, lease_s=60):
                taken[number].append(sending.id)
                await store.settle(sending.id, OutboxState.SENT, now=NOW)

    await asyncio.gather(drain(0, one), drain(1, two))

    together = taken[0] + taken[1]
    assert len(together) == len(set(together)) == MESSAGES
    assert min(map(len, taken)) > 0, "both took part"
    assert {m.attempts for m in await one.outbox(limit=1000)} == {1}


async def test_two_programs_store_an_article_once(another_store: OpenStore) -> None:
    one, two = await another_store(), await another_store()

    outcomes = [
        {intake.outcome for intake in await asyncio.gather(added(one, key), added(two, key))}
        for key in map(str, range(20))
    ]

    assert outcomes == [{IntakeOutcome.STORED, IntakeOutcome.KNOWN}] * 20
    assert (await one.counts()).articles == 20


async def test_two_programs_may_open_a_new_database_at_once(another_store: OpenStore) -> None:
    stores = await asyncio.gather(*(another_store() for _ in range(8)))

    await added(stores[0], "a", new_article("واحد"))

    for store in stores:
        assert await store.verify() == []
        assert (await store.counts()).articles == 1


async def test_a_lease_is_visible_to_others_before_its_caller_has_it(
    another_store: OpenStore,
) -> None:
    one, two = await another_store(), await another_store()
    await one.enqueue([message()], now=NOW)

    (sending,) = await one.lease(1, now=NOW, lease_s=60)

    assert [m.id for m in await two.outbox(OutboxState.SENDING)] == [sending.id]
    assert await two.lease(1, now=NOW, lease_s=60) == []
