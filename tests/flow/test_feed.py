"""A feed added in chat: visited, stored, asked about; its next visit is polite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import Core, Mujaz, open_core
from bot.models import Source
from bot.sandbox import SandboxClock
from bot.settings import Settings
from tests.flow.person import Person, quotes, shown

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>خلاصة نموذجية</title><link>https://feed.example/</link>
<item><title>جسر عائم جديد قرب قرية الصبحة</title>
<link>https://feed.example/1?utm_source=rss</link><guid>1</guid>
<pubDate>Tue, 12 Mar 2019 12:00:00 GMT</pubDate>
<description>
&lt;p&gt;وُضع جسر عائم قرب قرية الصبحة بدل جسر جرفته السيول، وطوله 85 مترًا.&lt;/p&gt;
&lt;p&gt;ويعبر عليه نحو ألفي شخص كل يوم.&lt;/p&gt;</description></item>
</channel></rss>"""


class FeedServer:
    """One feed on loopback that remembers who asked how."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.broken = False

    async def feed(self, request: Request) -> Response:
        self.asked.append(request.headers.get("if-none-match"))
        if self.broken:
            return Response("no", status_code=500)
        if request.headers.get("if-none-match") == '"v1"':
            return Response(status_code=304)
        return Response(FEED, media_type="application/rss+xml", headers={"ETag": '"v1"'})


@pytest.fixture
async def feed() -> AsyncIterator[tuple[FeedServer, str]]:
    source = FeedServer()
    app = Starlette(routes=[Route("/feed.xml", source.feed)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield source, f"127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def _until(core: Core, right: Callable[[Source], bool]) -> None:
    """Wait until what is known of the feed is right: a visit has ended when it is written down."""
    async with asyncio.timeout(60):
        while not right((await core.store.sources())[0]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_an_operator_adds_a_feed_and_readers_ask_about_its_articles(
    settings: Settings, clock: SandboxClock, layla: Person, feed: tuple[FeedServer, str]
) -> None:
    source, host = feed
    trusting = settings.model_copy(update={"fetch_trusted_hosts": (host,)})
    async with open_core(trusting, clock) as core:
        bot = Mujaz(core)
        await bot.start()
        added = await layla.says(f"/addsource http://{host}/feed.xml")
        await _until(core, lambda known: known.succeeded_at is not None)
        reply = await layla.asks_until(
            "كم طول الجسر العائم قرب الصبحة؟", lambda said: "85 مترًا" in shown(said)
        )
        first = (await core.store.sources())[0].checked_at
        clock.advance(timedelta(hours=2))
        await _until(core, lambda known: known.checked_at != first)
        source.broken = True
        clock.advance(timedelta(hours=2))
        await _until(core, lambda known: known.failures == 1)
        listed = await layla.says("/sources")
        await bot.stop()

    assert "خلاصة نموذجية" in shown(added)
    assert "85 مترًا" in quotes(reply)[0]
    assert "خلاصة نموذجية" in shown(reply)
    assert source.asked[:2] == [None, '"v1"']
    assert "متعثر" in shown(listed)


async def test_an_address_inside_the_network_is_refused_kindly_and_never_visited(
    mujaz: Mujaz, layla: Person, core: Core, feed: tuple[FeedServer, str]
) -> None:
    source, host = feed

    refused = await layla.says(f"/addsource http://{host}/feed.xml")

    assert source.asked == []
    assert shown(refused)
    assert "خلل" not in shown(refused)
    assert all(known.kind != "feed" for known in await core.services.intake.sources())
