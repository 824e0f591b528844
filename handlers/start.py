"""The first minute and the help: what this bot is, what it can do here, and where links lead."""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Button, FollowKind, Matter, Order
from bot.services import Services
from bot.text.markup import escape, isolate
from bot.text.matters import linked
from bot.text.places import places
from handlers.channels import channels
from handlers.command import Command, visible_commands
from handlers.guards import Role, may_set_up
from handlers.keyboards import panel
from handlers.replying import Talk, open_talk, say, send_replies
from handlers.subscriptions import digest, panel_text
from handlers.welcome import where


async def start(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Greet and lead to the daily digest, or go where a link leads."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    wanted = context.args[0] if context.args else ""
    matter = linked(wanted)
    if wanted == "channels":  # the link that we leave in a group
        await channels(services, update, context)
    elif wanted == "digest":
        await digest(services, update, context)
    elif matter is not None:
        await _linked(services, talk, matter)
    else:
        await _greet(services, talk)


async def _linked(services: Services, talk: Talk, matter: Matter) -> None:
    """Show what a link names; one that leads nowhere (any more) says so, and we begin as always."""
    if not await services.timelines.knows(matter):
        await say(talk, talk.texts.html("start.link_gone"))
        await _greet(services, talk)
    elif matter.kind is FollowKind.PLACE:
        await _place(services, talk, matter.value)
    else:
        await send_replies(
            talk, [await services.timelines.reply(Order.TIMELINE, matter, talk.chat)]
        )


async def _greet(services: Services, talk: Talk) -> None:
    """Say who we are, with a quote of the archive, and ask the first of two questions."""
    example = await services.answering.example(talk.chat)
    parts = [talk.texts.html("start.hello")]
    if example is not None:
        parts += [talk.texts.html("start.example"), example.html]
    current = await services.subscribing.current(talk.chat.id, 0)
    if current is None:
        rows = where(talk.chat.id, talk.texts)
        parts.append(talk.texts.html("start.where"))
    else:
        rows = panel(talk.chat.id, 0, current, talk.texts)
        parts.append(panel_text(talk.chat, current, talk.texts))
    await say(talk, "\n\n".join(parts), rows)


async def _place(services: Services, talk: Talk, place_id: str) -> None:
    """Show what the archive says of a place, and offer a digest of it."""
    name = places()[place_id].name
    await send_replies(talk, await services.answering.reply(name, talk.chat))
    follow = Button(talk.texts("start.digest_of", place=name), f"w|f|{place_id}")
    await say(talk, talk.texts.html("start.place", place=name), [[follow]])


async def show_help(
    services: Services,
    update: Update,
    context: ContextTypes.DEFAULT_TYPE,
    commands: Iterable[Command],
) -> None:
    """List what this person can do in this chat, from the table that registers it."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    user = update.effective_user
    role = Role.CHAT_ADMIN if await may_set_up(context.bot, update) else Role.READER
    if talk.private and user is not None and user.id in services.operators:
        role = Role.OPERATOR
    shown = visible_commands(commands, talk.private, role)
    # The description first: a line that began with the Latin command would run leftwards. The
    # isolate keeps the slash at the command's left.
    lines = [f"{escape(one.describe(talk.texts))} — {isolate(f'/{one.name}')}" for one in shown]
    await say(talk, talk.texts.html("help.intro") + "\n\n" + "\n".join(lines))
