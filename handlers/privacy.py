"""What is kept of a reader: told, handed over, and forgotten after one more touch.

The data of a button is ``x|<chat>|ask``, ``x|<chat>|yes``, ``x|<chat>|no`` or ``x|<chat>|data``.
"""

from __future__ import annotations

import io
import re

from telegram import InputFile, Update
from telegram.ext import ContextTypes

from bot.models import Button
from bot.services import Services
from bot.text.languages import Texts
from handlers.guards import administers, may_set_up
from handlers.keyboards import markup
from handlers.replying import Talk, edit, note, open_talk, say

_DATA = re.compile(r"x\|(-?\d{1,16})\|(ask|yes|no|data)", re.ASCII)


async def privacy(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say in ten lines what is kept, with the ways to see it and to have it gone."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    chat, texts = talk.chat.id, talk.texts
    rows = [
        [Button(texts("privacy.b.data"), f"x|{chat}|data")],
        [Button(texts("privacy.b.forget"), f"x|{chat}|ask")],
    ]
    await say(talk, texts.html("privacy.text"), rows if talk.private else ())


async def my_data(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Hand over everything that is kept of this reader."""
    talk = await open_talk(services, update)
    if talk is not None:
        await _hand_over(services, talk)


async def forget(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Ask once more before everything of this chat is forgotten."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    if not await may_set_up(context.bot, update):
        await say(talk, talk.texts.html("guard.admins_only"))
        return
    await say(talk, talk.texts.html("privacy.sure"), _sure(talk.chat.id, talk.texts))


async def press(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Do what a button says, if whoever pressed may."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    found = _DATA.fullmatch(query.data or "")
    if found is None:
        await note(query, talk.texts("press.expired"))
        return
    chat_id, texts = int(found[1]), talk.texts
    if not await administers(context.bot, chat_id, query.from_user.id) or chat_id != talk.chat.id:
        await note(query, texts("press.not_yours"), alert=True)
        return
    await note(query)
    if found[2] == "data":
        await _hand_over(services, talk)
        return
    html, rows = await _answer(services, chat_id, found[2], texts)
    await edit(talk, html, markup(rows, texts))


async def _answer(
    services: Services, chat_id: int, action: str, texts: Texts
) -> tuple[str, list[list[Button]]]:
    if action == "ask":
        return texts.html("privacy.sure"), _sure(chat_id, texts)
    if action == "no":
        return texts.html("privacy.kept"), []
    await services.privacy.forget(chat_id)
    return texts.html("privacy.forgotten"), []


def _sure(chat_id: int, texts: Texts) -> list[list[Button]]:
    return [
        [
            Button(texts("privacy.b.yes"), f"x|{chat_id}|yes"),
            Button(texts("privacy.b.no"), f"x|{chat_id}|no"),
        ]
    ]


async def _hand_over(services: Services, talk: Talk) -> None:
    content = await services.privacy.data(talk.chat.id)
    await talk.message.reply_document(
        InputFile(io.BytesIO(content), filename="mujaz-data.json"),
        caption=talk.texts("privacy.data"),
    )
