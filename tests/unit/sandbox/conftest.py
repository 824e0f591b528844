"""A running sandbox, a real Bot API client and somebody at the control interface."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.sandbox import Sandbox, SandboxServer


class People:
    """The control interface over real HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.client.get(f"/sandbox{path}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def say(self, text: str, chat_id: int = 1001, **more: Any) -> dict[str, Any]:
        return dict((await self.post("/messages", chat_id=chat_id, text=text, **more))["message"])


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
async def server(sandbox: Sandbox) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(sandbox) as running:
        yield running


@pytest.fixture
async def people(server: SandboxServer) -> AsyncIterator[People]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=10) as client:
        yield People(client)


@pytest.fixture
async def api(server: SandboxServer, sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """The Bot API as plain HTTP."""
    base = f"{server.url}/bot{sandbox.token}/"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
async def bot(server: SandboxServer, sandbox: Sandbox) -> AsyncIterator[ExtBot[None]]:
    def request() -> HTTPXRequest:
        return HTTPXRequest(httpx_kwargs={"trust_env": False})

    client: ExtBot[None] = ExtBot(
        sandbox.token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=request(),
        get_updates_request=request(),
    )
    async with client:
        yield client
