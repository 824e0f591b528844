"""The digest as one file: asked for with /file, HTML or plain text by a button.

The data of a button is ``t|html`` or ``t|txt``.
"""

from __future__ import annotations

import io

from telegram import InputFile, Update
from telegram.ext import ContextTypes

from bot.models import Button
from bot.services import Services
from handlers.replying import note, open_talk, say


async def file(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask which kind of file."""
    talk = await open_talk(services, update)
    if talk is not None:
        rows = [
            [Button(talk.texts("file.html"), "t|html"), Button(talk.texts("file.txt"), "t|txt")]
        ]
        await say(talk, talk.texts.html("file.which"), rows)


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send the digest of the last day as a file."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    kind = (query.data or "").removeprefix("t|")
    if kind not in ("html", "txt"):
        await note(query, talk.texts("press.expired"))
        return
    await note(query)
    content = await services.broadcasting.file_now(talk.chat, kind, topic_id=talk.topic_id)
    name = f"mujaz-{services.subscribing.now():%Y-%m-%d}.{kind}"
    await talk.message.reply_document(InputFile(io.BytesIO(content), filename=name))
