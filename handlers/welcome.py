"""The first minute: where are you, what do you follow, and the digest runs. At most two presses.

The data of a button is ``w|z|<country>`` or ``w|f|<what>``: ``all``, ``conflict`` or the
id of a place. The reader's own chat is meant; there is nothing of others to change.
"""

from __future__ import annotations

import asyncio
import re

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Button
from bot.services import Services
from bot.text.languages import Texts
from bot.text.places import places
from bot.text.zones import country_name, zones_in
from handlers.keyboards import markup, panel
from handlers.replying import Talk, edit, note, open_talk
from handlers.settings.view import Rows, in_rows
from handlers.subscriptions import panel_text

_DATA = re.compile(r"w\|([zf])\|([\w.-]{2,40})", re.ASCII)
# Countries of one zone, or (Palestine) whose zones keep the same time.
_COUNTRIES = ("SY", "IQ", "LB", "PS", "JO", "YE", "SD", "LY", "EG", "SA", "TR", "DE")
_FOLLOWED = ("sy", "iq", "ps", "lb", "ye", "sd")
EVERYTHING, CONFLICT = "all", "conflict"


def where(chat_id: int, texts: Texts) -> Rows:
    """Return countries to choose from, the way to any other zone, and the digest at once."""
    buttons = [Button(country_name(code, texts.code), f"w|z|{code}") for code in _COUNTRIES]
    other = Button(texts("start.elsewhere"), f"s|{chat_id}|0|z")
    now = Button(texts("start.at_once"), f"w|f|{EVERYTHING}")
    return (*in_rows(buttons, 3), (other, now))


def what(texts: Texts) -> Rows:
    """Return what may be followed; each starts the digest."""
    some = [
        Button(texts("settings.everything"), f"w|f|{EVERYTHING}"),
        Button(texts("settings.conflict_only"), f"w|f|{CONFLICT}"),
    ]
    named = [Button(places()[place].name, f"w|f|{place}") for place in _FOLLOWED]
    return (*in_rows(some, 2), *in_rows(named, 3))


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Take one of the two answers."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    found = _DATA.fullmatch(query.data or "")
    if found is None or not talk.private or query.from_user.id != talk.chat.id:
        await note(query, talk.texts("press.expired"))
        return
    if found[1] == "z":
        html, rows = await _lives(services, talk, found[2])
    else:
        html, rows = await _follows(services, talk, found[2])
    await asyncio.gather(
        note(query, talk.texts("panel.saved")), edit(talk, html, markup(rows, talk.texts))
    )


async def _lives(services: Services, talk: Talk, country: str) -> tuple[str, Rows]:
    """Set the zone and ask what is followed."""
    zones = zones_in(country, talk.texts.code)
    if zones:
        await services.choosing.choose(talk.chat.id, 0, "z", zones[0])
    return talk.texts.html("start.what"), what(talk.texts)


async def _follows(services: Services, talk: Talk, followed: str) -> tuple[str, Rows]:
    """Set what is followed and start the digest."""
    chat_id = talk.chat.id
    if followed == CONFLICT:
        await services.choosing.choose(chat_id, 0, "c", "1")
    elif followed in places():
        await services.choosing.choose(chat_id, 0, "a", f"+{followed}")
    await services.choosing.choose(chat_id, 0, "on", "1")
    current = await services.subscribing.current(chat_id, 0)
    done = f"{talk.texts.html('start.done')}\n\n{panel_text(talk.chat, current, talk.texts)}"
    return done, panel(chat_id, 0, current, talk.texts)
