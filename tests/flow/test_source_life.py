"""A source's whole life in the chat: added, asked about, labelled, edited, failing, well again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app import Mujaz, open_core
from bot.sandbox import SandboxClock
from bot.settings import Settings
from tests.flow.person import Person, quotes, shown

BRIDGE = "جسر عائم جديد قرب قرية الصبحة"
BODY = "وُضع الجسر العائم قرب قرية الصبحة بدل جسر جرفته السيول، ويعبر عليه نحو ألفي شخص كل يوم."
TOLL = "قُتل {n} مدنيًا في انفجار لغم قرب قرية الحوايج، بحسب ما قال المجلس المحلي في القرية مساء."


class Site:
    """A newsroom on loopback: a page that names its feed, which has moved, and articles."""

    def __init__(self) -> None:
        self.down = False
        self.dead = 12

    async def home(self, _request: Request) -> Response:
        named = '<link rel="alternate" type="application/rss+xml" href="/old.xml">'
        return HTMLResponse(f"<!doctype html><html><head>{named}</head><body></body></html>")

    async def moved(self, _request: Request) -> Response:
        return RedirectResponse("/feed.xml", status_code=302)

    async def feed(self, _request: Request) -> Response:
        if self.down:
            return Response("no", status_code=500)
        articles = (
            ("1", BRIDGE, BODY),
            ("2", f"مقتل {self.dead} مدنيًا قرب الحوايج", TOLL.format(n=self.dead)),
        )
        items = "".join(
            f"<item><title>{title}</title><link>https://site.example/{guid}</link>"
            f"<guid>{guid}</guid><pubDate>Tue, 12 Mar 2019 12:00:00 GMT</pubDate>"
            f"<description>{text}</description></item>"
            for guid, title, text in articles
        )
        head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        body = f"{head}<title>وكالة النموذج</title>{items}</channel></rss>"
        return Response(body, media_type="application/rss+xml")


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, str]]:
    newsroom = Site()
    routes = [
        Route("/", newsroom.home),
        Route("/old.xml", newsroom.moved),
        Route("/feed.xml", newsroom.feed),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield newsroom, f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.mark.timeout(300)
async def test_an_admin_follows_a_source_from_adding_it_to_its_recovery(
    settings: Settings, clock: SandboxClock, layla: Person, site: tuple[Site, str]
) -> None:
    newsroom, host = site
    trusting = settings.model_copy(update={"fetch_trusted_hosts": (host,)})
    async with open_core(trusting, clock) as core:
        bot = Mujaz(core)
        await bot.start()
        added = await layla.says(f"/addsource http://{host}/")
        reply = await layla.asks_until(
            "من يعبر الجسر العائم قرب الصبحة؟", lambda said: BODY[:20] in shown(said)
        )

        how = await layla.says("/label 1 nonsense")
        labelled = await layla.says("/label 1 agency SY")
        with_labels = await layla.says("من يعبر الجسر العائم قرب الصبحة؟")

        newsroom.dead = 9
        clock.advance(timedelta(hours=1))
        edited = await layla.asks_until(
            "كم قتيلًا سقط قرب الحوايج؟", lambda said: TOLL.format(n=9) in shown(said)
        )

        newsroom.down = True
        for failures in (1, 2, 3):
            clock.advance(timedelta(hours=26))
            async with asyncio.timeout(60):
                while (await core.store.sources())[0].failures < failures:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        failing = await layla.asks_until("/sources", lambda said: "متعثر" in shown(said))
        told = await layla.sees(layla.user_id, lambda message: "منذ يوم كامل" in shown(message))

        newsroom.down = False
        clock.advance(timedelta(days=1, hours=2))
        well = await layla.asks_until("/sources", lambda said: "متعثر" not in shown(said))
        await bot.stop()

    assert "وكالة النموذج" in shown(added)
    assert quotes(reply) == [BODY]
    assert "agency" in shown(how)
    assert "وكالة أنباء، سوريا" in shown(labelled)
    assert "وكالة أنباء، سوريا" in shown(with_labels)
    assert "عُدّل العنوان" in shown(edited)
    assert "12 ← 9" in shown(edited)
    assert "وكالة النموذج" in shown(failing)
    assert len(told) == 1, "an operator is told once, however long it fails"
    assert "وكالة النموذج" in shown(well)
