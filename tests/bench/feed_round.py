"""One round over thousands of feeds, through the production path, served by a local server.

    python -m tests.bench.feed_round [--feeds 6000] [--articles 20] [--one-core] [--json OUT]

Every feed has a host of its own, resolved to one server in a process of its own, and is due at
once; the round is over when each has been fetched, parsed, stored and given its next visit. A
second round brings one new article a feed. ``rss_mb`` is the most that this process held,
``worker_mb`` the most of the parser's processes. ``--one-core`` binds this process and its
children to one core, the server to another where there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.clock import FixedClock
from bot.models import SourceKind
from bot.sources.fetch import Fetcher
from bot.sources.parser import ParserProcess
from bot.sources.poll import Poller
from bot.store.sql import SqlStore, open_store
from tests.bench.feed_texts import START_AT, a_feed

ROUND_S, MOST_MB = 900.0, 350.0
_INTERVAL_S = 900.0


def serve(ready: Connection, articles: int, core: int | None) -> None:
    """Answer every request with the feed of its host until the process is ended."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    asked: Counter[str] = Counter()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                host = head.partition("ost: ")[2].partition(":")[0]
                number = int(host.strip("f").partition(".")[0])
                body = a_feed(number, articles, newest=articles + asked[host])
                asked[host] += 1
                size = f"Content-Length: {len(body)}".encode()
                writer.write(b"HTTP/1.1 200 Ok\r\n" + size + b"\r\n\r\n" + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _at_home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def _round(poller: Poller, store: SqlStore, clock: FixedClock) -> dict[str, Any]:
    began, used = time.monotonic(), time.process_time()
    report = await poller.poll_due()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
        "checked": report.checked,
        "failed": len(report.failed),
        "stored": report.stored,
        "left_due": len(await store.sources_due(clock.now())),
    }


async def measure(port: int, feeds: int, folder: Path) -> dict[str, Any]:
    """Visit all feeds twice and return the figures."""
    clock = FixedClock(START_AT)
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.db'}")
    pairs = [f"f{number}.test:{port}" for number in range(feeds)]
    for pair in pairs:
        await store.ensure_source(SourceKind.FEED, pair, f"http://{pair}/rss", now=clock.now())
    poller = Poller(
        store,
        clock,
        Fetcher(trusted_hosts=pairs, resolver=_at_home),
        ParserProcess(),
        interval_s=_INTERVAL_S,
        draw=lambda: 0.0,
    )
    first = await _round(poller, store, clock)
    clock.advance(timedelta(seconds=_INTERVAL_S))
    second = await _round(poller, store, clock)
    await store.close()
    return {"first": first, "second": second}


def figures(feeds: int, articles: int, *, one_core: bool) -> Mapping[str, Any]:
    """Run the server and the bot's side; return the figures and whether they are reached."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if one_core and cores:
        os.sched_setaffinity(0, {cores[0]})
    ours, theirs = multiprocessing.Pipe()
    core = cores[-1] if one_core and cores else None
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=serve, args=(theirs, articles, core), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
            rounds = asyncio.run(measure(ours.recv(), feeds, Path(folder)))
    finally:
        server.terminate()
        server.join()
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    worker_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    reached = all(
        one["seconds"] <= ROUND_S and one["checked"] == feeds and not one["failed"]
        for one in rounds.values()
    )
    return {
        "feeds": feeds,
        "articles_a_feed": articles,
        **rounds,
        "rss_mb": round(rss_mb, 1),
        "worker_mb": round(worker_mb, 1),
        "one_core": one_core,
        "passed": reached and rss_mb + worker_mb <= MOST_MB,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.feed_round", description=__doc__)
    parser.add_argument("--feeds", type=int, default=6_000)
    parser.add_argument("--articles", type=int, default=20, help="in each feed")
    parser.add_argument("--one-core", action="store_true")
    parser.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    found = figures(chosen.feeds, chosen.articles, one_core=chosen.one_core)
    print(json.dumps(found, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
