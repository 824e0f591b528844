"""Delivery of updates by webhook: one POST after another, repeated until it is taken.

Unlike Telegram the sandbox also takes plain HTTP addresses, because everything is on loopback;
what a webhook answers in its body is ignored.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sandbox.clock import SandboxClock
from bot.sandbox.errors import bad_request
from bot.sandbox.updates import UpdateQueue

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
ANSWER_WITHIN_S = 30.0
_SECRET = re.compile(r"[A-Za-z0-9_-]*")

Json = dict[str, Any]


@dataclass(slots=True)
class _Setting:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_at: int | None = None
    last_error: str | None = None


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed, if anywhere, and the task that pushes them."""

    updates: UpdateQueue
    clock: SandboxClock
    _setting: _Setting = field(default_factory=_Setting)
    _task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address of the webhook; empty when the bot polls."""
        return self._setting.url

    async def set(self, url: str, *, secret: str = "", max_connections: int = 40) -> None:
        """Push from now on to ``url``; an empty one stops the pushing."""
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if url and not re.match(r"https?://[^/\s]+", url):
            raise bad_request("invalid webhook URL specified")
        await self.stop()
        self._setting = _Setting(url=url, secret=secret, max_connections=max_connections)
        if url:
            self._task = asyncio.create_task(self._push(self._setting))

    async def stop(self) -> None:
        """Stop pushing; what was not taken stays pending."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def info(self) -> Json:
        """Return the Bot API object ``WebhookInfo``."""
        setting = self._setting
        body: Json = {
            "url": setting.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }
        if setting.url:
            body["max_connections"] = setting.max_connections
            body["ip_address"] = "127.0.0.1"
        if setting.last_error_at is not None:
            body["last_error_date"] = setting.last_error_at
            body["last_error_message"] = setting.last_error
        if self.updates.allowed:
            body["allowed_updates"] = self.updates.allowed
        return body

    async def _push(self, setting: _Setting) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": setting.secret} if setting.secret else {}
        pause_s = FIRST_PAUSE_S
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN_S) as client:
            while True:
                waiting = self.updates.peek(1)
                if not waiting:
                    await self.updates.arrived()
                elif await self._deliver(client, setting, waiting[0], headers):
                    self.updates.confirm(waiting[0]["update_id"] + 1)
                    pause_s = FIRST_PAUSE_S
                else:
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _deliver(
        self, client: httpx.AsyncClient, setting: _Setting, update: Json, headers: dict[str, str]
    ) -> bool:
        try:
            answer = await client.post(setting.url, json=update, headers=headers)
        except httpx.TimeoutException:
            fault = "Read timeout expired"
        except httpx.ConnectError:
            fault = "Connection refused"
        except httpx.HTTPError:
            fault = "Connection reset by peer"
        else:
            if answer.is_success:
                return True
            fault = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        setting.last_error_at = self.clock.unix()
        setting.last_error = fault
        return False
