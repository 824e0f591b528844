"""The first minute and the help: what this bot is, and what it can do here."""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Update
from telegram.ext import ContextTypes

from bot.services import Services
from bot.text.markup import escape, isolate
from handlers.channels import channels
from handlers.command import Command, visible_commands
from handlers.keyboards import panel
from handlers.replying import open_talk, say


async def start(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Greet, and offer the daily digest with one button."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    if not talk.private:
        await say(talk, talk.texts.html("start.group", bot=f"@{context.bot.username}"))
        return
    if context.args == ["channels"]:  # the link that we leave in a group
        await channels(services, update, context)
        return
    current = await services.subscribing.current(talk.chat.id, 0)
    buttons = panel(talk.chat.id, 0, current, talk.texts)
    await say(talk, talk.texts.html("start.hello"), buttons)


async def show_help(services: Services, update: Update, commands: Iterable[Command]) -> None:
    """List what this person can do in this chat, from the table that registers it."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    user = update.effective_user
    operator = talk.private and user is not None and user.id in services.operators
    shown = visible_commands(commands, private=talk.private, operator=operator)
    # The description first: a line that began with the Latin command would run leftwards. The
    # isolate keeps the slash at the command's left.
    lines = [f"{escape(one.describe(talk.texts))} — {isolate(f'/{one.name}')}" for one in shown]
    await say(talk, talk.texts.html("help.intro") + "\n\n" + "\n".join(lines))
