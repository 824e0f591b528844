"""Pages whose addresses an operator sends, and posts of the channel that he added the bot to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.app import Core, Mujaz, open_core
from bot.sandbox import SandboxClock
from bot.settings import Settings
from tests.flow.person import Person, shown

CHANNEL = -1001000000002
TITLE = "افتتاح محطة مياه جديدة في قرية الصبحة"
PAGE = f"""<!doctype html><html lang="ar"><head><title>{TITLE} | نموذج</title>
<meta property="og:site_name" content="صحيفة النموذج">
<meta property="article:published_time" content="2019-03-12T10:00:00+02:00"></head><body><article>
<h1>{TITLE}</h1>
<p>افتتح المجلس المحلي محطة مياه جديدة في قرية الصبحة تخدم أربعة آلاف شخص من أهالي القرية.</p>
<p>وقال مدير المحطة إن المضخات تعمل بالطاقة الشمسية وتضخ ستين مترًا مكعبًا في الساعة الواحدة.</p>
</article></body></html>"""


@pytest.fixture
async def host() -> AsyncIterator[str]:
    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE)

    async def empty(_request: Request) -> Response:
        return HTMLResponse("<html><body></body></html>")

    app = Starlette(routes=[Route("/news/1", page), Route("/empty", empty)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_an_operator_sends_the_address_of_a_page_and_its_article_is_stored(
    settings: Settings, clock: SandboxClock, layla: Person, host: str
) -> None:
    trusting = settings.model_copy(update={"fetch_trusted_hosts": (host,)})
    async with open_core(trusting, clock) as core:
        bot = Mujaz(core)
        await bot.start()
        stored = await layla.says(f"http://{host}/news/1")
        again = await layla.says(f"http://{host}/news/1")
        refused = await layla.says(f"http://{host}/empty")
        inside = await layla.says("http://127.0.0.1:1/")
        (article,) = (await core.store.articles([1])).values()
        await bot.stop()

    assert TITLE in shown(stored)
    assert "الأرشيف" in shown(again)
    assert shown(refused) == "لم أجد خبرًا في هذه الصفحة."
    assert shown(inside)
    assert article.article.source == "صحيفة النموذج"
    assert len(article.paragraphs) == 2
    assert article.article.url == f"http://{host}/news/1"


async def test_posts_of_an_operators_channel_are_stored_and_nothing_is_answered_there(
    mujaz: Mujaz, core: Core, layla: Person
) -> None:
    await layla.control("membership", chat_id=CHANNEL, status="administrator")
    while await core.services.subscribing.chat(CHANNEL) is None:  # noqa: ASYNC110 - across the wire
        await asyncio.sleep(0.05)
    before = (await core.store.counts()).articles

    await layla.control(
        "messages",
        chat_id=CHANNEL,
        text="محطة مياه في الصبحة\n\nتضخ المحطة ستين مترًا مكعبًا في الساعة.",
    )
    async with asyncio.timeout(60):
        while (await core.store.counts()).articles == before:  # noqa: ASYNC110 - across the wire
            await asyncio.sleep(0.05)

    newest = max((await core.store.articles(range(1, 2000))).values(), key=lambda s: s.article.id)
    said = [shown(message) for message in await layla.messages(CHANNEL)]
    assert newest.article.title == "محطة مياه في الصبحة"
    assert newest.article.source == "أخبار الفرات"
    assert newest.article.url.startswith("https://t.me/furat_sample/")
    assert len(said) == 1


async def test_posts_of_a_channel_that_no_operator_added_are_not_stored(
    settings: Settings, clock: SandboxClock, layla: Person
) -> None:
    others = settings.model_copy(update={"admin_ids": (1002,)})
    async with open_core(others, clock) as core:
        bot = Mujaz(core)
        await bot.start()
        await layla.control("membership", chat_id=CHANNEL, status="administrator")
        await layla.control("messages", chat_id=CHANNEL, text="منشور لا يُحفظ\n\nنصه هنا.")
        await asyncio.sleep(1.0)
        known = await core.services.subscribing.chat(CHANNEL)
        counts = await core.store.counts()
        await bot.stop()

    assert known is not None
    assert known.added_by == 1001
    assert counts.articles == 0
