"""Receiving updates by long polling: connecting, going on through failures, and leaving.

A second program that polls with the same token is noticed and reported, since both would take
turns in losing updates. A poll that does not end is noticed too: polling is begun anew, and when
that does not help, whoever started us is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from telegram import Bot
from telegram.constants import UpdateType
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import Updater

from bot.delivery.application import BotApplication, PollingRequest
from bot.errors import SettingsError

logger = logging.getLogger(__name__)

_LONG_POLL_S = 30
_WEDGED_S = 120.0  # no poll takes that long: not with its timeouts, not in an outage
_RESTARTS = 3  # in a row, before we give up
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
WANTED = [
    UpdateType.MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.CHANNEL_POST,
    UpdateType.EDITED_CHANNEL_POST,
]


class Polling:
    """Connects the application to Telegram and keeps it fed with updates."""

    def __init__(
        self,
        application: BotApplication,
        request: PollingRequest,
        on_conflict: Callable[[], None],
        on_wedged: Callable[[], None] = lambda: None,
        *,
        wedged_s: float = _WEDGED_S,
    ) -> None:
        self._application = application
        self._request = request
        self._on_conflict = on_conflict
        self._on_wedged = on_wedged
        self._wedged_s = wedged_s
        self._watch: asyncio.Task[None] | None = None

    @property
    def bot(self) -> Bot:
        """The bot as Telegram knows it; its name is known once connected."""
        bot: Bot = self._application.bot
        return bot

    @property
    def silent_s(self) -> float:
        """Seconds since the last poll ended."""
        return self._request.inbound.silent_s

    async def connect(self) -> None:
        """Wait until Telegram knows us.

        An unreachable server is tried again for as long as it takes; a refused token raises
        SettingsError.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._application.initialize()
            except InvalidToken:
                problem = "was refused by the Bot API server"
                raise SettingsError([("TELEGRAM_BOT_TOKEN", problem)]) from None
            except NetworkError as error:
                logger.warning("no connection to Telegram, next try in %.0f s: %s", pause_s, error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                return

    async def start(self) -> None:
        """Begin to receive and handle updates."""
        await self._application.start()
        if self._application.updater is None:  # pragma: no cover - ours is built with one
            raise RuntimeError("the application was built without an updater")
        self._request.inbound.poll_ended()  # the watch begins now
        await self._begin(self._application.updater)
        self._watch = asyncio.create_task(self._keep_polling(), name="watch polling")

    async def _begin(self, updater: Updater) -> None:
        await updater.start_polling(
            timeout=_LONG_POLL_S,
            allowed_updates=WANTED,
            bootstrap_retries=-1,
            error_callback=self._failed,
        )

    async def _keep_polling(self) -> None:
        """Begin polling anew whenever no poll has ended for too long."""
        updater, restarts = self._application.updater, 0
        while updater is not None:
            await asyncio.sleep(self._wedged_s / 4)
            if self._request.inbound.silent_s < self._wedged_s:
                restarts = 0
                continue
            if restarts == _RESTARTS:
                logger.critical("no poll has ended after %d restarts; giving up", restarts)
                self._on_wedged()
                return
            restarts += 1
            logger.error(
                "no poll has ended for %.0f s; polling begins anew", self._request.inbound.silent_s
            )
            self._request.fall_silent()  # stopping asks once more, which might hang as well
            try:
                async with asyncio.timeout(self._wedged_s / 4):
                    await updater.stop()
            except (TimeoutError, TelegramError, RuntimeError) as error:
                logger.warning("the old polling did not end well: %r", error)
            self._request.speak_again()
            try:
                await self._begin(updater)
            except RuntimeError as error:  # it still runs
                logger.warning("polling could not begin anew: %s", error)
            await asyncio.sleep(self._wedged_s)

    def _failed(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            self._request.fall_silent()  # the other one stays; one of the two must
            self._on_conflict()
        else:
            logger.warning("polling failed and goes on: %s", error)

    async def stop(self, within_s: float) -> None:
        """Receive nothing more and let running handlers finish, but no longer than ``within_s``."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._request.inbound.silent_s >= self._wedged_s:
            self._request.fall_silent()
        updater = self._application.updater
        try:
            async with asyncio.timeout(within_s):
                if updater is not None and updater.running:
                    await updater.stop()
                if self._application.running:
                    await self._application.stop()
        except TimeoutError:
            logger.warning("handlers were still running after %.0f s and were left", within_s)
        except TelegramError as error:  # the last offset could not be confirmed
            logger.warning("Telegram did not hear us leave: %s", error)

    async def close(self) -> None:
        """Let go of the connections."""
        updater = self._application.updater
        if updater is not None and updater.running:  # left behind by a stop that took too long
            return
        if not self._application.running:
            await self._application.shutdown()
