"""R8: a thousand feeds, three hundred of them dead and twenty dripping; the others never wait.

Real sockets, virtual time: three intervals of fifteen minutes pass in one. A third of the dead ones
refuse the connection, a third accept it and say nothing, a third answer with an error. A dripping
server sends one byte a second. A hundred feeds live on one host. Every host has a name of its own,
resolved to the one server of the test, which notes when each feed was asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.models import SourceKind
from bot.sources.base import BodyKind, ParsedFeed
from bot.sources.fetch import Fetcher
from bot.sources.poll import Poller
from bot.sources.worker import parse_body
from bot.store.sql import open_store
from tests.reliability.report import Report
from tests.reliability.virtual import LoopClock, VirtualLoop
from tests.unit.sources.feed_texts import member, rss

TITLE = "dead and dripping hosts never keep the other feeds waiting"
INTERVAL_S, LOOK_S, PATIENCE_S, TIMEOUT_S = 900.0, 15.0, 5.0, 30.0
ROUNDS = 3
FEEDS, QUICK = 1_000, 120
LATE = 1.1  # times the interval
DRIP_S = 1.0


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that this test needs."""
    return VirtualLoop()


class _Hosts:
    """All hosts behind one socket, told apart by the name they are asked under."""

    def __init__(self) -> None:
        self.asked: defaultdict[str, list[float]] = defaultdict(list)  # address → when
        self.at_once: Counter[str] = Counter()
        self.most_at_once = 0
        self.drips_s: list[float] = []
        self.hung = self.refused = 0
        self._open: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:  # clients keep connections
                await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        host, path = told["host"].partition(":")[0], head[0].split(" ")[1]
        self.asked[host + path].append(asyncio.get_running_loop().time())
        self.at_once[host] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[host])
        try:
            if host.startswith("hang"):
                self.hung += 1
                await reader.read()  # until the other side gives up
            elif host.startswith("drip"):
                await self._drip(writer)
            elif host.startswith("broken"):
                self.refused += 1
                writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
            elif "if-none-match" in told:
                writer.write(b'HTTP/1.1 304 Same\r\nETag: "1"\r\n\r\n')
            else:
                body = rss(member(1, title=f"خبر من {host} {path}")).encode()
                size = f"Content-Length: {len(body)}".encode()
                writer.write(b'HTTP/1.1 200 Ok\r\nETag: "1"\r\n' + size + b"\r\n\r\n" + body)
            await writer.drain()
        finally:
            self.at_once[host] -= 1

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            writer.write(b"HTTP/1.1 200 Ok\r\nContent-Length: 100000\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"<")
                await writer.drain()
                await asyncio.sleep(DRIP_S)
        finally:
            self.drips_s.append(loop.time() - began)

    async def stop(self) -> None:
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


class _Reader:
    """Reads bodies here and now: a process of its own lives in real time."""

    async def read(
        self,
        body: bytes,
        *,
        content_type: str,
        address: str,
        now: datetime,
        kind: BodyKind = BodyKind.FEED,
    ) -> ParsedFeed:
        return parse_body(body, content_type=content_type, address=address, now=now, kind=kind)

    async def close(self) -> None:
        """Have nothing to close."""


def _addresses(count: int, port: int, closed: int) -> list[str]:
    """Return the feeds: of a thousand 300 dead, 20 dripping, 100 on one host, 580 on their own."""
    dead = count * 3 // 10
    ways = (("refused", closed), ("hang", port), ("broken", port))
    found = [f"http://{ways[n % 3][0]}{n}.test:{ways[n % 3][1]}/rss" for n in range(dead)]
    found += [f"http://drip{n}.test:{port}/rss" for n in range(count // 50)]
    found += [f"http://many.test:{port}/{n}" for n in range(count // 10)]
    return found + [f"http://live{n}.test:{port}/rss" for n in range(count - len(found))]


async def run(folder: Path, *, quick: bool) -> Report:
    """Visit all feeds for three intervals and look when each of the good ones was asked for."""
    hosts, clock, loop = _Hosts(), LoopClock(), asyncio.get_running_loop()
    server = await asyncio.start_server(hosts.serve, "127.0.0.1", 0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    every = _addresses(QUICK if quick else FEEDS, server.sockets[0].getsockname()[1], closed)
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.db'}")
    if isinstance(loop, VirtualLoop):
        loop.wait_for(store.database)
    for address in every:
        await store.ensure_source(SourceKind.FEED, address, address, now=clock.now())
    poller = Poller(
        store,
        clock,
        Fetcher(
            timeout_s=TIMEOUT_S,
            trusted_hosts=[address.split("/")[2] for address in every],
            resolver=_at_home,
        ),
        _Reader(),
        interval_s=INTERVAL_S,
        draw=_draws().__next__,
    )
    began, longest_round_s = loop.time(), 0.0
    while (now := loop.time()) - began < ROUNDS * INTERVAL_S * LATE:
        await poller.poll_due(patience_s=PATIENCE_S)
        longest_round_s = max(longest_round_s, loop.time() - now)
        await asyncio.sleep(max(0.0, now + LOOK_S - loop.time()))
    ended = loop.time()
    await poller.stop()
    await hosts.stop()
    server.close()
    await store.close()
    return _report(hosts, every, began, ended, longest_round_s)


def _draws() -> Iterator[float]:
    """Yield jitter, evenly from none to all of it."""
    return itertools.cycle(n / 10 for n in range(11))


async def _at_home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def _report(
    hosts: _Hosts, every: list[str], began: float, ended: float, longest_round_s: float
) -> Report:
    gaps, late = [], 0
    good = [one for one in every if one.split("/")[2].startswith(("live", "many"))]
    for address in good:
        host, path = address.split("/")[2].partition(":")[0], "/" + address.split("/")[3]
        asked = [began, *hosts.asked[host + path], ended]
        between = [later - earlier for earlier, later in itertools.pairwise(asked)]
        gaps += between
        late += any(gap > INTERVAL_S * LATE for gap in between)
    dead = len(every) * 3 // 10
    return Report(
        figures={
            "feeds": len(every),
            "good": len(good),
            "late": late,
            "longest_gap_s": round(max(gaps), 1),
            "longest_round_s": round(longest_round_s, 1),
            "longest_drip_s": round(max(hosts.drips_s, default=0.0), 1),
            "most_at_once_a_host": hosts.most_at_once,
        },
        harm={
            "dead": dead,
            "hung": hosts.hung,
            "errors": hosts.refused,
            "drips": len(hosts.drips_s),
            "visits": sum(map(len, hosts.asked.values())),
        },
        promises={
            "every other feed within its interval and a tenth": late == 0,
            "never more than two requests at once to a host": hosts.most_at_once <= 2,
            "a drip is cut within 30 s": max(hosts.drips_s, default=99.0) <= TIMEOUT_S + DRIP_S,
            "hosts hung, dripped and failed": hosts.hung >= dead // 3
            and len(hosts.drips_s) >= len(every) // 50
            and hosts.refused >= dead // 3,
        },
    )
