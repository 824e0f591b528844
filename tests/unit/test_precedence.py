"""Readers go before the background, everybody gets his turn, and nobody who gave up keeps it."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from bot.precedence import Turns, after_readers, awaited_by_reader, unhurried

MANY = 60


async def _queue(turns: Turns, order: list[str], name: str) -> None:
    async with turns:
        order.append(name)
        await asyncio.sleep(0)


async def _waiting(turns: Turns, order: list[str], readers: int, background: int) -> None:
    """Let background work and then readers wait behind somebody, and all have their turn."""
    async with turns:
        tasks = [asyncio.create_task(_queue(turns, order, "work")) for _ in range(background)]
        await asyncio.sleep(0)
        with awaited_by_reader():
            tasks += [asyncio.create_task(_queue(turns, order, "reader")) for _ in range(readers)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)


async def test_a_reader_who_came_last_goes_first() -> None:
    order: list[str] = []
    await _waiting(Turns(), order, readers=3, background=20)
    assert order == ["reader"] * 3 + ["work"] * 20


async def test_the_background_is_never_stopped_by_readers() -> None:
    order: list[str] = []
    await _waiting(Turns(), order, readers=MANY, background=2)
    assert len(order) == MANY + 2
    assert order.index("work") < MANY / 2
    assert order[-1] == "reader"


async def test_of_equals_who_came_first_goes_first() -> None:
    turns, order = Turns(), list[str]()
    async with turns:
        tasks = [asyncio.create_task(_queue(turns, order, str(n))) for n in range(9)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == [str(n) for n in range(9)]


@pytest.mark.parametrize("seed", range(20))
async def test_whoever_gives_up_keeps_no_turn_and_two_never_have_it(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a storm
    turns, inside, done, given_up = Turns(), 0, 0, 0

    async def take() -> None:
        nonlocal inside, done
        async with turns:
            inside += 1
            assert inside == 1
            try:
                for _ in range(chance.randrange(3)):
                    await asyncio.sleep(0)
            finally:
                inside -= 1
        done += 1

    tasks = []
    for _ in range(200):
        if chance.random() < 0.5:
            with awaited_by_reader():
                tasks.append(asyncio.create_task(take()))
        else:
            tasks.append(asyncio.create_task(take()))
        if chance.random() < 0.4:
            given_up += chance.choice(tasks).cancel()
        for _ in range(chance.randrange(2)):
            await asyncio.sleep(0)
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert not [one for one in ended if isinstance(one, Exception)]
    assert given_up > 20
    assert done >= len(tasks) - given_up
    await asyncio.wait_for(take(), 60)  # it is free


async def test_long_work_lets_others_go_on() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    assert [one async for one in unhurried(range(1_000))] == list(range(1_000))
    beating.cancel()
    assert beats >= 8


async def test_pieces_of_long_work_wait_a_moment_while_readers_are_served() -> None:
    nobody_s = 1.0
    for _ in range(5):  # other programs may hold up one of them
        begun = time.monotonic()
        await after_readers()
        nobody_s = min(nobody_s, time.monotonic() - begun)
    with awaited_by_reader():
        begun = time.monotonic()
        await after_readers()
        courtesy_s = time.monotonic() - begun
    assert nobody_s < 0.02 <= courtesy_s
    await after_readers()


async def test_nothing_rests_for_whoever_is_served_longer_than_an_answer_takes() -> None:
    with awaited_by_reader(longest_s=0.2):
        begun = time.monotonic()
        for _ in range(1_000):  # as many rests would take twenty seconds
            await after_readers()
        assert 0.2 <= time.monotonic() - begun < 10


async def test_whoever_is_served_for_too_long_goes_with_the_background() -> None:
    turns, order = Turns(), list[str]()
    async with turns:
        with awaited_by_reader(longest_s=0.05):
            await asyncio.sleep(0.1)
            tasks = [asyncio.create_task(_queue(turns, order, "operator")) for _ in range(3)]
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(_queue(turns, order, "work")))
        await asyncio.sleep(0)
        with awaited_by_reader():
            tasks.append(asyncio.create_task(_queue(turns, order, "reader")))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["reader"] + ["operator"] * 3 + ["work"]


async def test_a_reader_counts_beside_somebody_served_for_too_long() -> None:
    with awaited_by_reader(longest_s=0.0), awaited_by_reader(), awaited_by_reader(longest_s=0.0):
        begun = time.monotonic()
        await after_readers()
    assert time.monotonic() - begun >= 0.02
