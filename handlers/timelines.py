"""What happened there: ``/timeline`` and ``/latest``, paged by buttons in one message.

The grammar of a button is ``l|<t or l>|<p, y or e>|<id>|<days>|<until>|<skip>`` (see
``bot.delivery.steps``): which order, which kind of matter, its id, and which page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Matter, Order
from bot.services import Services
from bot.text.matters import KINDS, MOST_DAYS, is_matter
from handlers.replying import edit, keyboard, note, open_talk, send_replies

_DATA = re.compile(r"l\|([tl])\|([pye])\|([\w.-]{1,40})\|(\d{1,3})\|(\d{1,9})\|(\d{1,4})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsPress:
    """A press on a button of a timeline; without a time it opens a message of its own."""

    order: Order
    matter: Matter
    days: int | None
    until_at: datetime | None
    skip: int


def parse_steps(data: str) -> StepsPress | None:
    """Read the callback data of a timeline's button; None for anything else."""
    found = _DATA.fullmatch(data)
    if found is None:
        return None
    matter = Matter(KINDS[found[2]], found[3])
    if not is_matter(matter):
        return None
    minutes, days = int(found[5]), min(int(found[4]), MOST_DAYS)
    return StepsPress(
        order=Order.TIMELINE if found[1] == "t" else Order.LATEST,
        matter=matter,
        days=days or None,
        until_at=_EPOCH + timedelta(minutes=minutes) if minutes else None,
        skip=int(found[6]),
    )


async def timeline(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show what happened at a place, to a party or in an event, in order."""
    await _answer(services, update, context, Order.TIMELINE)


async def latest(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the newest reports of a place or party."""
    await _answer(services, update, context, Order.LATEST)


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Turn the page of a timeline, or open that of an event."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    wanted = parse_steps(query.data or "")
    if wanted is None:
        await note(query, talk.texts("press.expired"))
        return
    await note(query)
    reply = await services.timelines.reply(
        wanted.order,
        wanted.matter,
        talk.chat,
        days=wanted.days,
        until_at=wanted.until_at,
        skip=wanted.skip,
    )
    if wanted.until_at is None:
        await send_replies(talk, [reply])
        return
    await edit(talk, reply.html, keyboard(talk, reply))


async def _answer(
    services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE, order: Order
) -> None:
    talk = await open_talk(services, update)
    if talk is not None:
        text = " ".join(context.args or ())
        await send_replies(talk, [await services.timelines.answer(order, text, talk.chat)])
