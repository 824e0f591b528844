"""The digest panel: one message, edited in place, for a reader, a group topic or a channel."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Button, Chat, ChatKind, Subscription
from bot.services import Services
from bot.text.dates import zone_name
from bot.text.languages import Texts, texts
from bot.text.markup import one_line, shorten
from handlers.guards import administers, may_set_up, we_may_post
from handlers.keyboards import (
    DigestPress,
    hour_choice,
    markup,
    panel,
    parse_press,
    zone_choice,
)
from handlers.replying import Talk, edit, note, open_talk, say, send_replies

_TITLE_UNITS = 60
_STARTING = frozenset({"at", "zone", "on", "publish"})  # what begins a digest or lets it go on


async def subscribe(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Start the daily digest of this chat or topic and show its panel."""
    talk = await _allowed(services, update, context)
    if talk is None:
        return
    started = await services.subscribing.change(talk.chat, talk.topic_id)
    html = panel_text(talk.chat, started, talk.texts)
    await say(talk, html, panel(talk.chat.id, talk.topic_id, started, talk.texts))


async def stop(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Pause the digest of this chat or topic; nothing is deleted."""
    talk = await _allowed(services, update, context)
    if talk is None:
        return
    stopped = await services.subscribing.stop(talk.chat.id, talk.topic_id)
    again = Button(talk.texts("panel.on"), f"d|{talk.chat.id}|{talk.topic_id}|on")
    key = "subscription.stopped" if stopped else "subscription.none"
    await say(talk, talk.texts.html(key), [[again]])


async def digest(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send a digest now; the scheduled one is not moved by it."""
    talk = await open_talk(services, update)
    if talk is not None:
        await send_replies(
            talk, await services.broadcasting.digest_now(talk.chat, topic_id=talk.topic_id)
        )


async def press(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Do what a button of the panel says, if whoever pressed it may."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    wanted = parse_press(query.data or "")
    target = await services.subscribing.chat(wanted.chat_id) if wanted else None
    if wanted is None or target is None:
        await note(query, talk.texts("press.expired"))
        return
    if not await administers(context.bot, wanted.chat_id, query.from_user.id):
        await note(query, talk.texts("press.not_yours"), alert=True)
        return
    if wanted.action in _STARTING and not await we_may_post(context.bot, target.id):
        await note(query, talk.texts("settings.no_posting"), alert=True)
        return
    if await _first_of_channel(services, target, wanted):
        await note(query)
        await _preview_first(services, talk, target, wanted)
        return
    await note(query, await _act(services, talk, target, wanted))
    current = await services.subscribing.current(wanted.chat_id, wanted.topic_id)
    if wanted.action == "preview":
        await send_replies(
            talk, await services.broadcasting.digest_now(target, topic_id=wanted.topic_id)
        )
        return
    rows = _buttons(wanted, current, talk.texts)
    target = await services.subscribing.chat(wanted.chat_id) or target
    await edit(talk, panel_text(target, current, talk.texts), markup(rows, talk.texts))


async def _first_of_channel(services: Services, target: Chat, wanted: DigestPress) -> bool:
    """Tell whether this press would start the first digest of a channel."""
    if target.kind is not ChatKind.CHANNEL or wanted.action != "on":
        return False
    return await services.subscribing.current(target.id, wanted.topic_id) is None


async def _preview_first(services: Services, talk: Talk, target: Chat, wanted: DigestPress) -> None:
    """Show what the channel's readers would get, and ask before anything is posted there."""
    await send_replies(talk, await services.broadcasting.digest_now(target))
    at = f"d|{target.id}|{wanted.topic_id}"
    rows = [
        [
            Button(talk.texts("panel.publish"), f"{at}|publish"),
            Button(talk.texts("panel.not_yet"), f"{at}|show"),
        ]
    ]
    name = shorten(one_line(target.title), _TITLE_UNITS)
    await say(talk, talk.texts.html("panel.preview_of", chat=name), rows)


async def _act(services: Services, talk: Talk, target: Chat, wanted: DigestPress) -> str | None:
    """Change what was asked for; return the short note that Telegram shows."""
    subscribing, topic_id = services.subscribing, wanted.topic_id
    match wanted.action:
        case "at":
            await subscribing.change(target, topic_id, time=wanted.value)
            return talk.texts("panel.saved")
        case "zone":
            await subscribing.change(target, topic_id, timezone=wanted.value)
            return talk.texts("panel.saved")
        case "on" | "publish":
            await subscribing.change(target, topic_id)
            return talk.texts("panel.saved")
        case "off":
            await subscribing.stop(target.id, topic_id)
            return talk.texts("panel.saved")
        case _:
            return None


def _buttons(
    wanted: DigestPress, current: Subscription | None, language: Texts
) -> tuple[tuple[Button, ...], ...]:
    if wanted.action == "hours":
        return hour_choice(wanted.chat_id, wanted.topic_id, language)
    if wanted.action == "zones":
        return zone_choice(wanted.chat_id, wanted.topic_id, language)
    return panel(wanted.chat_id, wanted.topic_id, current, language)


def panel_text(chat: Chat, current: Subscription | None, language: Texts) -> str:
    """Return the panel's text: whose digest, whether it runs, when and by which clock."""
    lines = [language.html("panel.title")]
    if chat.kind is not ChatKind.PRIVATE:
        name = shorten(one_line(chat.title), _TITLE_UNITS)
        lines = [language.html("panel.title_of", chat=name)]
    if current is None or not current.active:
        return "\n".join([*lines, language.html("panel.is_off")])
    city = zone_name(ZoneInfo(current.timezone).key, language.code)
    lines.append(language.html("panel.is_on", times="، ".join(current.times), city=city))
    return "\n".join(lines)


async def _allowed(
    services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
) -> Talk | None:
    """Return the talk if its sender may change this chat's digest; tell others kindly."""
    talk = await open_talk(services, update)
    if talk is None:
        return None
    if await may_set_up(context.bot, update):
        return talk
    await say(talk, texts(talk.chat.language).html("guard.admins_only"))
    return None
