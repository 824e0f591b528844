"""Pictures on their way to Telegram: drawn once, sent by their number from then on.

A chat in which pictures are not allowed gets the words alone, and so does a picture that cannot be
drawn.
"""

from __future__ import annotations

import io
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.log import chat_ref
from bot.models import OutboxMessage

logger = logging.getLogger(__name__)

Drawn = Callable[[str], Awaitable[bytes]]  # the PNG of a picture that waited as text

_KEPT = 64  # pictures whose number at Telegram is remembered
_FILE = "chart-of-an-event.png"
_REFUSED = ("photo", "media", "file_id", "file identifier")  # in Telegram's refusal of a picture


class Pictures:
    """Sends messages with pictures."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._numbers: OrderedDict[str, str] = OrderedDict()  # picture → Telegram's file id

    async def send(
        self,
        bot: Bot,
        message: OutboxMessage,
        buttons: InlineKeyboardMarkup | None,
        paced: dict[str, Any],
    ) -> int | None:
        """Send a picture with its words; None, and nothing sent, where there can be no picture.

        Raises TelegramError as sending a message does.
        """
        picture = await self._picture(message)
        if picture is None:
            return None
        try:
            sent = await bot.send_photo(
                chat_id=message.chat_id,
                photo=picture,
                caption=message.html,
                parse_mode=ParseMode.HTML,
                message_thread_id=message.topic_id or None,
                disable_notification=message.silent or None,
                has_spoiler=message.hidden or None,
                reply_markup=buttons,
                **paced,
            )
        except BadRequest as error:
            words = str(error).lower()
            if not any(word in words for word in _REFUSED):
                raise
            logger.info("%s gets words for a picture: %s", chat_ref(message.chat_id), error)
            self._numbers.pop(message.picture, None)
            return None
        if sent.photo:
            self._remember(message.picture, sent.photo[-1].file_id)
        return sent.message_id

    async def _picture(self, message: OutboxMessage) -> InputFile | str | None:
        if (known := self._numbers.get(message.picture)) is not None:
            return known
        try:
            drawn = await self._drawn(message.picture)
        except Exception:  # words alone are better than a digest that waits for ever
            logger.exception("the picture of message %d could not be drawn", message.id)
            return None
        return InputFile(io.BytesIO(drawn), filename=_FILE)

    def _remember(self, picture: str, number: str) -> None:
        self._numbers[picture] = number
        while len(self._numbers) > _KEPT:
            self._numbers.popitem(last=False)
