"""R7: forty exchanges with a real server; the next visit is when the table says, and polite.

After each answer with a validator, the second request must carry it byte for byte, and none may
carry a cookie.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import FixedClock
from bot.models import SourceKind
from bot.sources.fetch import USER_AGENT, Fetcher
from bot.sources.parser import ParserProcess
from bot.sources.poll import Poller
from bot.store.base import Store
from bot.store.sql import open_store
from tests.reliability.report import Report
from tests.unit.sources.exchanges import DATE, EXCHANGES, Exchange
from tests.unit.sources.feed_texts import RSS
from tests.unit.sources.loopback import Loopback, Request, answer, loopback

TITLE = "the next visit is when the server's answer says, and conditional"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KNOWN = '"known"'


def _serve(server: Loopback, exchange: Exchange, path: str) -> None:
    body = RSS.encode() if exchange.status == 200 else b""
    final = answer(body, status=exchange.status, **_names(exchange.headers))
    if exchange.redirect:
        server.routes[path] = answer(status=exchange.redirect, Location=f"{path}/new")
        server.routes[f"{path}/new"] = final
    else:
        server.routes[path] = final


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


async def _due_s(
    store: Store, poller: Poller, exchange: Exchange, url: str, now: datetime
) -> float:
    source = await store.ensure_source(SourceKind.FEED, exchange.name, url, now=now)
    etag = KNOWN if exchange.status == 304 else ""
    await store.save_check(replace(source, failures=exchange.failed_before, etag=etag))
    await poller.poll_due()
    saved = next(one for one in await store.sources() if one.id == source.id)
    if saved.next_check_at is None:
        return -1.0
    return (saved.next_check_at - now).total_seconds()


def _is_conditional(exchange: Exchange, request: Request) -> bool:
    etag, modified = exchange.headers.get("ETag"), exchange.headers.get("Last-Modified")
    kept = etag is None or request.headers.get("if-none-match") == etag
    return kept and (modified is None or request.headers.get("if-modified-since") == modified)


async def run(folder: Path, *, quick: bool) -> Report:
    """Go through the table."""
    right, conditional, wanted, wrong = 0, 0, 0, []
    clock, requests, cookies = FixedClock(NOW), 0, 0
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.sqlite'}")
    async with loopback() as server:
        fetcher = Fetcher(timeout_s=5, trusted_hosts=[server.pair], host_pause_s=0)
        poller = Poller(store, clock, fetcher, ParserProcess(), interval_s=900, draw=lambda: 0.0)
        for number, exchange in enumerate(EXCHANGES):
            path = f"/{number}"
            _serve(server, exchange, path)
            due_s = await _due_s(store, poller, exchange, server.url(path), clock.now())
            right += due_s == exchange.delay_s
            if due_s != exchange.delay_s:
                wrong.append(f"{exchange.name}: {due_s}")
            if exchange.status == 200 and {"ETag", "Last-Modified"} & set(exchange.headers):
                wanted += 1
                source = next(s for s in await store.sources() if s.address.endswith(path))
                server.requests.clear()
                await store.save_check(replace(source, next_check_at=clock.now()))
                await poller.poll_due()
                conditional += _is_conditional(exchange, server.requests[0])
            for source in await store.sources():  # nobody else is due while the next is tried
                later = clock.now() + timedelta(days=400)
                await store.save_check(replace(source, next_check_at=later))
            requests += len(server.requests)
            cookies += sum("cookie" in one.headers for one in server.requests)
            named = all(one.headers.get("user-agent") == USER_AGENT for one in server.requests)
            server.requests.clear()
        await fetcher.close()
    await store.close()
    return Report(
        figures={"exchanges": len(EXCHANGES), "right": right, "conditional": conditional},
        harm={"requests": requests, "validators": wanted, "wrong": wrong, "date": DATE},
        promises={
            "40 of 40 next visits as the table says": right == len(EXCHANGES) == 40,
            "every second visit conditional, byte for byte": conditional == wanted > 0,
            "no cookies": cookies == 0,
            "the program names itself": named,
        },
    )
