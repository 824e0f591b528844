"""The settings: one message, edited in place, for a reader, a group topic or a channel.

Who may change them is asked of Telegram at every press and every written answer.
"""

from __future__ import annotations

import asyncio

from telegram import (
    Bot,
    ForceReply,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.ext import ContextTypes

from bot.models import Chat
from bot.services import Services
from bot.services.choosing import LONGEST_WORD, Choices, NotPossibleError
from bot.text.dates import zone_name
from bot.text.languages import Texts, texts
from bot.text.markup import one_line, shorten
from bot.text.parties import party_named
from bot.text.places import places_named
from bot.text.zones import zone_at
from handlers.guards import administers, may_set_up, we_may_pin, we_may_post
from handlers.keyboards import markup
from handlers.replying import Talk, edit, note, open_talk, say
from handlers.settings.matter import alike_page
from handlers.settings.pages import PAGES, page_of, shown
from handlers.settings.prompts import Prompts
from handlers.settings.view import Press, Rows, View, parse

_WRITTEN = {
    "ij": "settings.ask_signature",
    "ia": "settings.ask_place",
    "iw": "settings.ask_word",
    "iv": "settings.ask_word_out",
}


class Settings:
    """Shows and changes the settings; it alone remembers what it asked to be written."""

    def __init__(self) -> None:
        self.prompts = Prompts()

    async def command(
        self, services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Show the settings of this chat or topic to whoever may change them."""
        talk = await open_talk(services, update)
        if talk is None:
            return
        if not await may_set_up(context.bot, update):
            await say(talk, talk.texts.html("guard.admins_only"))
            return
        choices = await services.choosing.of(talk.chat.id, talk.topic_id)
        if choices is not None:
            await say(talk, *shown(View(choices=choices, texts=talk.texts), "home"))

    async def press(
        self, services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Open a page or set a field, if whoever pressed may."""
        query, talk = update.callback_query, await open_talk(services, update)
        if query is None or talk is None:
            return
        wanted = parse(query.data or "")
        if wanted is None:
            await note(query, talk.texts("press.expired"))
        elif not await administers(context.bot, wanted.chat_id, query.from_user.id):
            await note(query, talk.texts("press.not_yours"), alert=True)
        elif wanted.name == "loc" and talk.private:
            await note(query)
            await _ask_location(talk)
        elif wanted.name in _WRITTEN:
            await note(query)
            await self._ask(talk, wanted)
        elif wanted.sets and (lacking := await _lacking(context.bot, wanted)):
            await note(query, talk.texts(lacking), alert=True)
        elif wanted.sets:
            await _set(services, update, talk, wanted)
        elif (choices := await _choices(services, wanted, _own(talk, wanted))) is None:
            await note(query, talk.texts("press.expired"))
        else:
            await asyncio.gather(note(query), _show(talk, talk.texts, choices, wanted))

    async def written(
        self, services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Take what was written in answer to our question."""
        talk = await open_talk(services, update)
        wanted = self.prompts.meant(talk.message) if talk else None
        choices = await _choices(services, wanted)
        if talk is None or wanted is None or choices is None:
            return
        user = update.effective_user
        own = wanted.chat_id == talk.chat.id and await may_set_up(context.bot, update)
        if not own and not (user and await administers(context.bot, wanted.chat_id, user.id)):
            await say(talk, talk.texts.html("guard.admins_only"))
            return
        await say(talk, *await _taken(services, talk, wanted, choices))

    async def location(
        self, services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Set the zone of a reader by where they are; the place itself is kept nowhere."""
        talk = await open_talk(services, update)
        sent = talk.message.location if talk else None
        if talk is None or sent is None:
            return
        zone = await asyncio.to_thread(zone_at, sent.latitude, sent.longitude)
        if zone:
            await services.choosing.choose(talk.chat.id, 0, "z", zone)
        key = "settings.located" if zone else "settings.not_located"
        city = zone_name(zone, talk.texts.code) if zone else ""
        await talk.message.reply_html(
            talk.texts.html(key, city=city), reply_markup=ReplyKeyboardRemove()
        )

    async def _ask(self, talk: Talk, wanted: Press) -> None:
        hint = talk.texts("settings.placeholder")
        asked = await talk.message.reply_html(
            talk.texts.html(_WRITTEN[wanted.name]),
            reply_markup=ForceReply(selective=True, input_field_placeholder=hint),
            reply_parameters=ReplyParameters(talk.message.message_id),
        )
        self.prompts.expect(asked, wanted)


async def _choices(
    services: Services, wanted: Press | None, known: Chat | None = None
) -> Choices | None:
    if wanted is None:
        return None
    return await services.choosing.of(wanted.chat_id, wanted.topic_id, known)


def _own(talk: Talk, wanted: Press) -> Chat | None:
    """Return the reader's own chat, whose updates are taken one after the other; else None."""
    return talk.chat if talk.private and talk.chat.id == wanted.chat_id else None


async def _lacking(bot: Bot, wanted: Press) -> str:
    """Return the text that names the right we lack there for a choice; empty for none."""
    needs = {
        "b": (we_may_pin, "settings.no_pinning"),
        "on": (we_may_post, "settings.no_posting"),
    }
    if wanted.value != "1" or wanted.name not in needs:
        return ""
    may, key = needs[wanted.name]
    return "" if await may(bot, wanted.chat_id) else key


async def _set(services: Services, update: Update, talk: Talk, wanted: Press) -> None:
    """Set a field, say so, and show its page with the way back to what was."""
    query = update.callback_query
    assert query is not None  # noqa: S101 - only called for presses
    try:
        outcome = await services.choosing.choose(
            wanted.chat_id, wanted.topic_id, wanted.name, wanted.value, known=_own(talk, wanted)
        )
    except NotPossibleError:
        await note(query, talk.texts("settings.not_possible"), alert=True)
        return
    if outcome is None:
        await note(query, talk.texts("press.expired"))
        return
    choices, undo = outcome
    say_now = _texts_after(talk, choices)
    shows = Press(chat_id=wanted.chat_id, topic_id=wanted.topic_id, name=page_of(wanted.name))
    await asyncio.gather(  # neither waits for the other's way to Telegram and back
        note(query, say_now("panel.saved")),
        _show(talk, say_now, choices, shows, (wanted.name, undo) if undo else None),
    )


def _texts_after(talk: Talk, choices: Choices) -> Texts:
    """Return the language to go on in: another one if the reader has just chosen it."""
    chat = choices.chat
    if chat.id != talk.chat.id:
        return talk.texts
    return texts(chat.language).in_digits(chat.look.eastern_digits)


async def _show(
    talk: Talk,
    say_in: Texts,
    choices: Choices,
    wanted: Press,
    undo: tuple[str, str] | None = None,
) -> None:
    """Show a page in place of the one that was pressed."""
    view = View(choices=choices, texts=say_in, argument=wanted.value)
    page = wanted.name if wanted.name in PAGES else "home"
    html, rows = shown(view, page, undo)
    await edit(talk, html, markup(rows, say_in))


async def _taken(
    services: Services, talk: Talk, wanted: Press, choices: Choices
) -> tuple[str, Rows]:
    """Take a written place, party or word; return what is shown of it."""
    word = shorten(one_line(talk.message.text or ""), LONGEST_WORD)
    field, value = wanted.name[1:], f"+{word}"
    if field == "j":
        value = f"+{one_line(talk.message.text or '')}"  # whole: a long one is refused, not cut
    if field == "a":
        found, party = places_named(word), party_named(word)
        if not found and party is not None:
            field, value = "y", f"+{party.id}"
        elif len(found) != 1:
            return alike_page(View(choices=choices, texts=talk.texts), word)
        else:
            value = f"+{found[0].id}"
    try:
        outcome = await services.choosing.choose(wanted.chat_id, wanted.topic_id, field, value)
    except NotPossibleError:
        outcome = None
    if outcome is None:
        return talk.texts.html("settings.not_possible"), ()
    now, undo = outcome
    return shown(
        View(choices=now, texts=talk.texts), page_of(field), (field, undo) if undo else None
    )


async def _ask_location(talk: Talk) -> None:
    button = KeyboardButton(talk.texts("settings.b.location"), request_location=True)
    await talk.message.reply_html(
        talk.texts.html("settings.ask_location"),
        reply_markup=ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True),
    )
