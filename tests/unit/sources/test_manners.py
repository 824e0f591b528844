"""Turns at a host: one at a time, never faster than agreed, hosts apart from one another."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.sources.fetch import Fetcher
from bot.sources.manners import HostTurns
from tests.unit.sources.loopback import Loopback, answer


async def test_a_host_is_asked_at_most_twice_a_second_and_one_request_at_a_time(
    server: Loopback,
) -> None:
    fetcher = Fetcher(timeout_s=5, trusted_hosts=[server.pair], host_pause_s=0.1)
    server.routes |= {f"/{n}": answer(b"x") for n in range(6)}

    began = time.monotonic()
    await asyncio.gather(*(fetcher.fetch(server.url(f"/{n}")) for n in range(6)))
    took = time.monotonic() - began
    await fetcher.close()

    assert took >= 0.5
    assert server.most_at_once == 1
    assert len(server.requests) == 6


async def test_redirects_within_a_host_wait_for_their_turn_too(server: Loopback) -> None:
    fetcher = Fetcher(timeout_s=5, trusted_hosts=[server.pair], host_pause_s=0.2)
    server.routes["/a"] = answer(status=302, Location="/b")
    server.routes["/b"] = answer(b"x")

    began = time.monotonic()
    await fetcher.fetch(server.url("/a"))
    took = time.monotonic() - began
    await fetcher.close()

    assert took >= 0.2


async def test_two_hosts_do_not_wait_for_one_another() -> None:
    turns, inside = HostTurns(10.0), []

    async def visit(host: str) -> None:
        async with turns.turn(host):
            inside.append(host)
            await asyncio.sleep(0.01)

    async with asyncio.timeout(9):
        await asyncio.gather(visit("a.example"), visit("b.example"))

    assert sorted(inside) == ["a.example", "b.example"]


async def test_a_visit_that_fails_or_is_cancelled_gives_its_turn_back() -> None:
    turns = HostTurns(0.0)

    with pytest.raises(ValueError, match="broken"):
        async with turns.turn("a.example"):
            raise ValueError("broken")
    waiting = asyncio.create_task(_hold(turns))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    async with asyncio.timeout(30), turns.turn("A.example"):
        pass


async def _hold(turns: HostTurns) -> None:
    async with turns.turn("a.example"):
        await asyncio.sleep(60)
