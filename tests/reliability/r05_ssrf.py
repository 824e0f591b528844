"""R5: no address, redirect or name leads into a network that is not public, whatever asks.

Every payload is handed to each way in: a feed or channel added, a page handed in, a feed already
known that is visited again, a bare fetch. A listener on a port that the guard lets through counts
who reaches it; in the end it is shown that it can be reached at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import FixedClock
from bot.errors import MujazError
from bot.models import SourceKind
from bot.services.intake import Ingest
from bot.sources.fetch import Fetcher
from bot.sources.guard import is_outside
from bot.store.sql import open_store
from tests.reliability.report import Report
from tests.unit.sources.loopback import Loopback, answer, loopback
from tests.unit.sources.test_guard import HOSTS, OTHERS

TITLE = "no source leads us into a network that is not public"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700::1111")
Way = Callable[[str], Awaitable[object]]


async def _trap(stack: AsyncExitStack) -> Loopback:
    for port in (8080, 8443):
        try:
            return await stack.enter_async_context(loopback(port=port))
        except OSError:
            continue
    raise RuntimeError("ports 8080 and 8443 are both taken on this machine")


async def _refusals(way: Way, addresses: list[str]) -> int:
    refused = 0
    for address in addresses:
        try:
            await way(address)
        except MujazError:
            refused += 1
    return refused


async def _names(trap: Loopback) -> int:
    """Return how many of the three deceiving names are refused."""
    refused, asked = 0, 0

    async def rebinding(_host: str, _port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["2a00:ffff:ffff::1"] if asked == 1 else ["127.0.0.1"]

    async def mixed(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    async def zoned(_host: str, _port: int) -> list[str]:
        return ["fe80::1%eth0"]

    for resolver, visits in ((rebinding, 2), (mixed, 1), (zoned, 1)):
        fetcher = Fetcher(timeout_s=1, resolver=resolver, host_pause_s=0)
        refusals = await _refusals(fetcher.fetch, [f"http://name.example:{trap.port}/"] * visits)
        refused += refusals == visits
        await fetcher.close()
    return refused


async def run(folder: Path, *, quick: bool) -> Report:
    """Try every payload at every way in."""
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.sqlite'}")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        trap = await _trap(stack)
        door = await stack.enter_async_context(loopback())
        trap.routes["/"] = answer(b"inside")
        hops = {
            "/a": f"http://127.0.0.1:{trap.port}/",
            "/b": "file:///etc/passwd",
            "/c": f"http://[::ffff:127.0.0.1]:{trap.port}/",
        }
        for path, target in hops.items():
            door.routes[path] = answer(status=302, Location=target)
        addresses = [f"http://{host}:{trap.port}/" for host in HOSTS] + OTHERS
        addresses += [door.url(path) for path in hops]
        fetcher = Fetcher(timeout_s=3, trusted_hosts=[door.pair], host_pause_s=0)
        clock = FixedClock(NOW)
        intake = Ingest(store, clock, fetcher, full_text=True)
        ways: dict[str, Way] = {
            "fetch": fetcher.fetch,
            "feed": intake.add_source,
            "page": intake.ingest_page,
        }
        refused = {name: await _refusals(way, addresses) for name, way in ways.items()}
        for number, address in enumerate(addresses):
            await store.ensure_source(SourceKind.FEED, str(number), address, now=NOW)
        polled = await intake.poll_due()
        visited = sum(one.address.startswith("http") for one in await store.sources())
        names = await _names(trap)
        reached = trap.connections
        await fetcher.close()
        open_fetcher = Fetcher(timeout_s=3, trusted_hosts=[trap.pair], host_pause_s=0)
        await asyncio.wait_for(open_fetcher.fetch(trap.url("/")), 5)
        await open_fetcher.close()
        reachable = trap.connections - reached
    payloads = len(addresses) + 3
    return Report(
        figures={
            "payloads": payloads,
            **{f"refused_{name}": count + names for name, count in refused.items()},
            "refused_polled": len(polled.failed),
            "connections": reached,
            "public_pass": sum(map(is_outside, PUBLIC)),
        },
        harm={"tries": sum(refused.values()) + visited + 4, "trap_reachable": reachable},
        promises={
            "68 payloads, all refused at every way in": payloads == 68
            and all(count + names == 68 for count in refused.values()),
            "every known source with such an address fails": len(polled.failed) == visited,
            "no connection inside": reached == 0,
            "public addresses pass": all(map(is_outside, PUBLIC)),
            "the trap can be reached": reachable == 1,
        },
    )
