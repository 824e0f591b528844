"""Delivery by webhook to a real web server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import BadRequest, Conflict
from telegram.ext import ExtBot

from tests.unit.sandbox.conftest import People

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Receiver:
    """A bot's own web server that refuses the first ``refusals`` deliveries."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.got: list[tuple[str | None, dict[str, object]]] = []
        self.url = ""
        self.arrived = asyncio.Condition()

    async def take(self, request: Request) -> Response:
        self.got.append((request.headers.get(SECRET_HEADER), await request.json()))
        async with self.arrived:
            self.arrived.notify_all()
        return Response(status_code=503 if len(self.got) <= self.refusals else 200)

    async def has(self, count: int) -> None:
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= count)


@asynccontextmanager
async def _receiving(receiver: Receiver) -> AsyncIterator[Receiver]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield receiver
    finally:
        server.should_exit = True
        await task


async def test_updates_are_pushed_in_order_with_the_secret(
    bot: ExtBot[None], people: People
) -> None:
    async with _receiving(Receiver()) as receiver:
        await bot.set_webhook(receiver.url, secret_token="s3cret_-")
        await people.say("1")
        await people.say("2")
        await receiver.has(2)

        assert [secret for secret, _ in receiver.got] == ["s3cret_-"] * 2
        assert [u["message"]["text"] for _, u in receiver.got] == ["1", "2"]  # type: ignore[index]
        assert (await bot.get_webhook_info()).pending_update_count == 0
        await bot.delete_webhook()


async def test_a_refused_delivery_is_repeated_and_reported(
    bot: ExtBot[None], people: People
) -> None:
    async with _receiving(Receiver(refusals=2)) as receiver:
        await bot.set_webhook(receiver.url)
        await people.say("once")
        await receiver.has(3)
        info = await bot.get_webhook_info()
        await bot.delete_webhook()

    assert len({str(u["update_id"]) for _, u in receiver.got}) == 1
    assert info.last_error_date
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_polling_and_webhook_exclude_each_other(bot: ExtBot[None], people: People) -> None:
    await bot.set_webhook("http://127.0.0.1:9/closed")
    await people.say("waits")

    with pytest.raises(Conflict, match=r"(?i)can't use getupdates method while webhook is active"):
        await bot.get_updates()
    await asyncio.sleep(0.3)
    assert (await bot.get_webhook_info()).last_error_message == "Connection refused"
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1


async def test_pending_updates_can_be_dropped(bot: ExtBot[None], people: People) -> None:
    await people.say("old")

    await bot.delete_webhook(drop_pending_updates=True)

    assert await bot.get_updates() == ()


async def test_a_secret_with_other_characters_is_refused(api: httpx.AsyncClient) -> None:
    body = {"url": "http://127.0.0.1:9/", "secret_token": "no spaces"}

    answer = await api.post("setWebhook", json=body)

    assert answer.json()["description"] == (
        "Bad Request: secret token contains unallowed characters"
    )


async def test_an_address_that_is_none_is_refused(bot: ExtBot[None]) -> None:
    with pytest.raises(BadRequest, match=r"(?i)invalid webhook url specified"):
        await bot.set_webhook("not an address")
