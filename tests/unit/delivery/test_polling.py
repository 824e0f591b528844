"""A poll that never ends is noticed: polling begins anew, and when that is no help, we say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.delivery.application import build_application
from bot.delivery.pace import Pace
from bot.delivery.polling import Polling
from bot.sandbox import READER_ID, Sandbox, SandboxServer
from bot.sandbox.conversation import say
from bot.sandbox.faults import Fault

TOKEN = "4242:token-of-the-polling-tests-aaaaaaaaaaaaaaa"
WEDGED_S = 0.4


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(Sandbox(token=TOKEN)) as running:
        yield running


def polling_at(server: SandboxServer, given_up: asyncio.Event) -> Polling:
    application, request = build_application(TOKEN, api_url=server.url, pace=Pace())
    return Polling(application, request, given_up.set, given_up.set, wedged_s=WEDGED_S)


def wedge(server: SandboxServer, times: int) -> None:
    """Let so many polls hang until their connection is given up."""
    hang = Fault(method="getUpdates", kind="slow", times=times, delay_s=20)
    server.sandbox.faults.add(hang)


def polls(server: SandboxServer) -> int:
    entries = server.sandbox.journal.after(0, everything=True)
    return sum(entry.method == "getUpdates" for entry in entries)


async def test_polling_begins_anew_after_a_poll_that_does_not_end(server: SandboxServer) -> None:
    given_up = asyncio.Event()
    wedge(server, 1)
    polling = polling_at(server, given_up)
    await polling.connect()

    await polling.start()
    async with asyncio.timeout(60):
        while polls(server) < 2:  # noqa: ASYNC110 - across the wire
            await asyncio.sleep(0.02)
    say(server.sandbox, chat_id=READER_ID, user_id=READER_ID, content={"text": "سؤال"})
    async with asyncio.timeout(60):
        while len(server.sandbox.updates):  # noqa: ASYNC110 - across the wire
            await asyncio.sleep(0.02)
    await polling.stop(2)
    await polling.close()

    assert not given_up.is_set()


async def test_polling_that_stays_wedged_is_given_up_with_a_clear_line(
    server: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    given_up = asyncio.Event()
    wedge(server, 1000)
    polling = polling_at(server, given_up)
    await polling.connect()

    await polling.start()
    await asyncio.wait_for(given_up.wait(), 60)
    await polling.stop(1)
    await polling.close()

    assert "giving up" in caplog.text
    assert polls(server) >= 4
