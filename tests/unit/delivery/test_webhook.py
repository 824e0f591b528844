"""Whether Telegram still calls us is looked at: what it has forgotten it is told again."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.delivery.application import build_application
from bot.delivery.pace import Pace
from bot.delivery.polling import Polling
from bot.delivery.webhook import Webhook
from bot.sandbox import Sandbox, SandboxServer
from tests.reliability.town import until

TOKEN = "4242:token-of-the-webhook-tests-aaaaaaaaaaaaaaa"
SECRET = "a-secret-of-the-webhook-tests-0123456789"
OURS, THEIRS = "http://127.0.0.1:9/ours", "http://127.0.0.1:9/theirs"


@asynccontextmanager
async def announced() -> AsyncIterator[tuple[Webhook, Sandbox]]:
    """Give a webhook that Telegram was told of, and Telegram's side."""
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        application, request = build_application(TOKEN, api_url=server.url, pace=Pace())
        polling = Polling(application, request, lambda: None, lambda: None)
        webhook = Webhook(application, request.inbound, url=OURS, secret=SECRET)
        await polling.connect()
        await webhook.start()
        try:
            yield webhook, server.sandbox
        finally:
            await webhook.stop()
            await polling.close()


async def test_a_webhook_that_somebody_deleted_is_told_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with announced() as (webhook, sandbox):
        await webhook.look()
        assert "told again" not in caplog.text
        await sandbox.webhook.set("")

        await webhook.look()

        assert sandbox.webhook.url == OURS
        assert "it is told again" in caplog.text


async def test_another_webhook_is_left_alone_and_said(caplog: pytest.LogCaptureFixture) -> None:
    async with announced() as (webhook, sandbox):
        await sandbox.webhook.set(THEIRS)

        with caplog.at_level(logging.ERROR):
            await webhook.look()

        assert sandbox.webhook.url == THEIRS
        assert "who else has the token?" in caplog.text
        assert TOKEN not in caplog.text


async def test_a_call_that_failed_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with announced() as (webhook, sandbox):
        sandbox.updates.put("message", {})  # nobody listens at our address
        assert await until(lambda: "last_error_date" in sandbox.webhook.info())
        await sandbox.webhook.stop()

        await webhook.look()
        await webhook.look()

        assert caplog.text.count("Connection refused; 1 updates wait") == 1
