"""What could not be delivered, for operators: a list with a button to send each one again.

The data of a button is ``o|<message>``; who presses is checked again, as everywhere.
"""

from __future__ import annotations

import re

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Button, OutboxState
from bot.services import Services
from bot.services.outgoing import Trouble
from bot.text.languages import Texts
from bot.text.markup import escape, isolate, shorten
from handlers.keyboards import markup
from handlers.replying import edit, note, open_talk, say

_MOST_SHOWN = 8
_REASON_UNITS = 120
_TITLE_UNITS = 40
_DATA = re.compile(r"o\|(\d{1,15})", re.ASCII)


async def outbox(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """List dead and doubtful messages."""
    talk = await open_talk(services, update)
    if talk is not None:
        html, buttons = await _view(services, talk.texts)
        await say(talk, html, buttons)


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send one message again, if whoever pressed runs the bot."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    wanted = _DATA.fullmatch(query.data or "")
    if wanted is None or query.from_user.id not in services.operators or not talk.private:
        await note(query, talk.texts("press.expired"))
        return
    again = await services.outgoing.retry(int(wanted[1]))
    await note(query, talk.texts("outbox.retried" if again else "outbox.settled"))
    html, buttons = await _view(services, talk.texts)
    await edit(talk, html, markup(buttons, talk.texts))


async def _view(services: Services, texts: Texts) -> tuple[str, list[list[Button]]]:
    """Return the list as text and buttons."""
    troubles = await services.outgoing.troubles(_MOST_SHOWN)
    counts = await services.outgoing.counts()
    heading = texts.html(
        "outbox.list" if troubles else "outbox.none",
        pending=counts.get(OutboxState.PENDING, 0),
        dead=counts.get(OutboxState.DEAD, 0),
        uncertain=counts.get(OutboxState.UNCERTAIN, 0),
    )
    lines = [_line(trouble, texts) for trouble in troubles]
    buttons = [
        Button(texts("outbox.retry", id=t.message.id), f"o|{t.message.id}") for t in troubles
    ]
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    return "\n\n".join([heading, *lines]), rows


def _line(trouble: Trouble, texts: Texts) -> str:
    message = trouble.message
    title = shorten(trouble.chat_title, _TITLE_UNITS) or texts("outbox.unknown_chat")
    lines = [texts.html(f"outbox.line.{message.state}", id=message.id, chat=title)]
    if message.reason:
        lines.append(f"<code>{escape(isolate(shorten(message.reason, _REASON_UNITS)))}</code>")
    return "\n".join(lines)
