"""``/chart``: a place as a picture, with what it shows in words under it."""

from __future__ import annotations

import io

from telegram import InputFile, Update
from telegram.constants import MessageLimit
from telegram.ext import ContextTypes

from bot.services import Services
from bot.text.markup import escape, shorten
from handlers.replying import open_talk, say

_FILE = "chart-of-a-place.png"


async def chart(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Draw the place that is named after the command."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    words, drawn = await services.charting.chart(" ".join(context.args or ()), talk.chat)
    if drawn is None:
        await say(talk, escape(words))
        return
    picture = InputFile(io.BytesIO(drawn), filename=_FILE)
    caption = shorten(words, MessageLimit.CAPTION_LENGTH)
    hidden = talk.chat.look.spoilers
    await talk.message.reply_photo(picture, caption=caption, has_spoiler=hidden)
