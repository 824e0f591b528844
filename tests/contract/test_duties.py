"""A duty is one process's at a time, and free again when that one ends, hangs or loses the line."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import StoreError
from bot.store.base import Store
from bot.store.duties import SILENT_S
from bot.store.sql import open_store
from tests.contract.test_hostile_postgres import cut_connections
from tests.postgres import Databases


async def test_whoever_has_a_duty_keeps_it(store: Store) -> None:
    assert [await store.hold("send") for _ in range(3)] == [True] * 3
    assert await store.hold("updates")


async def test_two_stores_on_postgresql_never_have_one_duty(postgres: Databases) -> None:
    name = postgres.new()
    stores = [await open_store(postgres.server.url(name)) for _ in range(3)]

    asked = [[await store.hold("send") for store in stores] for _ in range(3)]
    others = await stores[1].hold("updates")
    await stores[0].close()
    afterwards = [await store.hold("send") for store in stores[1:]]

    assert asked == [[True, False, False]] * 3
    assert others
    assert afterwards == [True, False]
    for store in stores[1:]:
        await store.close()
    postgres.give_back(name)


async def test_a_duty_of_a_lost_connection_is_free_and_its_holder_notices(
    postgres: Databases,
) -> None:
    name = postgres.new()
    first, second = [await open_store(postgres.server.url(name)) for _ in range(2)]
    assert await first.hold("send")
    assert cut_connections(postgres.server, name)

    lost = 0
    for store in (second, first, second, first):  # each finds its own session gone once
        try:
            held = await store.hold("send")
        except StoreError as error:
            lost += 1
            print(error)
        else:
            assert held == (store is second)

    assert 1 <= lost <= 2
    assert await second.hold("send")
    assert not await first.hold("send")
    for store in (first, second):
        await store.close()
    postgres.give_back(name)


async def test_a_process_that_hangs_loses_its_duties_by_the_clock_of_the_server(
    postgres: Databases,
) -> None:
    name = postgres.new()
    hanging, waiting = [await open_store(postgres.server.url(name)) for _ in range(2)]
    assert await hanging.hold("send")  # and then it says nothing more
    refused = 0

    async with asyncio.timeout(4 * SILENT_S):
        while not await waiting.hold("send"):
            refused += 1
            await asyncio.sleep(0.5)

    assert refused > SILENT_S  # for most of the time it had to wait
    with pytest.raises(StoreError):
        await hanging.hold("send")
    assert not await hanging.hold("send")
    for store in (hanging, waiting):
        await store.close()
    postgres.give_back(name)
