"""The library's application, built our way: patient, paced, in order per chat, hard to stop.

An update that the library cannot read would make it ask for the same one for ever; it is replaced
by an empty one, so that polling goes on behind it. Other Bot API servers know fewer methods; the
one that the library itself calls at its start is made optional here.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    BaseUpdateProcessor,
    Defaults,
    ExtBot,
)
from telegram.request import HTTPXRequest

from bot.delivery.inbound import Inbound
from bot.delivery.pace import Pace
from bot.delivery.telegram import PacedRateLimiter, try_optional
from bot.errors import MujazError
from bot.precedence import awaited_by_reader

R = TypeVar("R", bound=HTTPXRequest)
BotApplication = Application[Any, Any, Any, Any, Any, Any]

_CONCURRENT_UPDATES = 1024  # one chat's queue must not keep other chats out
_CONNECT_TIMEOUT_S = 10.0
_POOL_TIMEOUT_S = 5.0
_CHECK_TIMEOUT_S = 10.0
_SILENT_POLL_S = 0.05
_BREATH_S = 0.05  # while somebody floods; a poll brings a hundred, so 2,000 a second still arrive


class PollingRequest(HTTPXRequest):
    """The request of getUpdates: sifts what comes, and can fall silent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._silent = False
        self.inbound = Inbound()

    def fall_silent(self) -> None:
        """Ask Telegram nothing more: every poll of ours would end that of a second instance."""
        self._silent = True

    def speak_again(self) -> None:
        """Ask for updates again."""
        self._silent = False

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Ask for updates, or find none once silent."""
        if self._silent:
            await asyncio.sleep(_SILENT_POLL_S)
            return 200, b'{"ok": true, "result": []}'
        if self.inbound.flooded:  # else we would ask a hundred times a second for a few each
            await asyncio.sleep(_BREATH_S)
        try:
            return await super().do_request(*args, **options)
        finally:
            self.inbound.poll_ended()

    def parse_json_payload(self, payload: bytes) -> Any:  # type: ignore[override]  # needs self
        """Return the parsed answer, its updates kept aside for :meth:`TolerantBot.get_updates`."""
        answer = HTTPXRequest.parse_json_payload(payload)
        updates = answer.get("result")
        if isinstance(updates, list):
            self.inbound.receive(updates)
            answer["result"] = []
        return answer


class TolerantBot(ExtBot[Any]):
    """The library's bot, for servers that know no webhooks; never shows its token."""

    def __init__(self, token: str, *, inbound: Inbound, **options: Any) -> None:
        super().__init__(token, **options)
        self._inbound = inbound

    def __repr__(self) -> str:
        return f"{type(self).__name__}[id={self.token.partition(':')[0]}]"

    async def get_updates(self, *args: Any, **options: Any) -> tuple[Update, ...]:
        """Return the updates that came, each that cannot be read as an empty one.

        The library is not left to read them: at the first that it cannot read it drops all, and
        logs what everybody wrote.
        """
        await super().get_updates(*args, **options)
        return self._inbound.take(self)

    async def delete_webhook(self, *args: Any, **options: Any) -> bool:
        """Remove a webhook, where there can be one: the library insists on it before polling."""
        call = super().delete_webhook(*args, **options)
        return bool(await try_optional("deleteWebhook", call))


class PerChatProcessor(BaseUpdateProcessor):
    """Handles the updates of one chat in order, and different chats at the same time."""

    def __init__(self, max_concurrent_updates: int = _CONCURRENT_UPDATES) -> None:
        super().__init__(max_concurrent_updates)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def initialize(self) -> None:
        """Nothing to set up."""

    async def shutdown(self) -> None:
        """Nothing to give back."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle one update after the earlier ones of its chat."""
        # Held by this frame: a lock that nobody holds or awaits is forgotten by itself.
        lock = self._locks.setdefault(_chat_of(update), asyncio.Lock())
        async with lock:
            with awaited_by_reader():
                await coroutine


def _chat_of(update: object) -> int:
    """Return the chat (or else the person) whose updates must stay in order."""
    if not isinstance(update, Update):
        return 0
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0


def build_application(
    token: str, *, api_url: str, pace: Pace, send_timeout_s: float = 25.0
) -> tuple[BotApplication, PollingRequest]:
    """Return an application that speaks to ``api_url`` at our pace, and what polls for it.

    Timeouts are long because an answer that comes late is better than a doubt. The pool for
    getUpdates is larger than it needs to be: one wedged connection must not end all polling.
    """
    polling = _request(PollingRequest, api_url, pool=8, timeout_s=send_timeout_s)
    bot = TolerantBot(
        token,
        inbound=polling.inbound,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=_request(HTTPXRequest, api_url, pool=256, timeout_s=send_timeout_s),
        get_updates_request=polling,
        defaults=Defaults(
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        rate_limiter=PacedRateLimiter(pace),
    )
    no_timer: Any = None  # ours runs elsewhere
    builder = ApplicationBuilder().bot(bot).job_queue(no_timer)
    return builder.concurrent_updates(PerChatProcessor()).build(), polling


async def bot_name(token: str, api_url: str) -> str:
    """Return the user name of the token's bot; MujazError when the server does not know it."""
    request = _request(HTTPXRequest, api_url, pool=1, timeout_s=_CHECK_TIMEOUT_S)
    bot = ExtBot[None](token, base_url=f"{api_url}/bot", request=request)
    try:
        async with bot:
            return bot.username
    except InvalidToken:
        raise MujazError(key="check.token_refused") from None
    except TelegramError as error:
        raise MujazError(key="check.telegram_away") from error


def _request(kind: type[R], api_url: str, *, pool: int, timeout_s: float) -> R:
    return kind(
        connection_pool_size=pool,
        read_timeout=timeout_s,
        write_timeout=timeout_s,
        connect_timeout=_CONNECT_TIMEOUT_S,
        pool_timeout=_POOL_TIMEOUT_S,
        httpx_kwargs={"trust_env": not _is_loopback(api_url)},  # no proxy on the way to ourselves
    )


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
