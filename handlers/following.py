"""What is followed: ``/follow`` a place, party, word or event, ``/follows`` with buttons to remove.

The grammar of a button is ``k|-|<follow id>`` to follow no longer, ``k|+|<p, y or e>|<id>`` to
follow another namesake, and ``k|*|…`` to follow from under an answer or a timeline, which
stays as it is; the chat is that of the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Button, Follow, FollowKind, Matter
from bot.services import Services
from bot.services.following import named_to_follow
from bot.text.markup import shorten
from bot.text.matters import KINDS, LETTERS, is_matter, matter_name, whole_name
from handlers.guards import administers, may_set_up
from handlers.keyboards import markup
from handlers.replying import Talk, edit, note, open_talk, say

_DATA = re.compile(r"k\|(?:-\|(\d{1,12})|[+*]\|([pye])\|([\w.-]{1,40}))", re.ASCII)
_LABEL_UNITS = 40
_DONE = {
    FollowKind.PLACE: "follow.done_place",
    FollowKind.PARTY: "follow.done_party",
    FollowKind.EVENT: "follow.done_event",
    FollowKind.WORD: "follow.done_word",
}

Rows = tuple[tuple[Button, ...], ...]


async def follow(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Follow what the words after the command name."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    if not await may_set_up(context.bot, update):
        await say(talk, talk.texts.html("guard.admins_only"))
        return
    meant = named_to_follow(" ".join(context.args or ()))
    if not meant:
        await say(talk, talk.texts.html("follow.empty"))
        return
    html, rows = await _follow(services, talk, meant[0], meant[1:])
    await say(talk, html, rows)


async def follows(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """List what is followed here, with a button to remove each."""
    talk = await open_talk(services, update)
    if talk is not None:
        html, rows = await _list(services, talk)
        await say(talk, html, rows)


async def press(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Follow another namesake, or follow something no longer, if whoever pressed it may."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    found = _DATA.fullmatch(query.data or "")
    matter = Matter(KINDS[found[2]], found[3]) if found and found[2] else None
    if found is None or (matter is not None and not is_matter(matter)):
        await note(query, talk.texts("press.expired"))
        return
    if not await administers(context.bot, talk.chat.id, query.from_user.id):
        await note(query, talk.texts("press.not_yours"), alert=True)
        return
    if matter is not None:
        html, rows = await _follow(services, talk, matter, ())
    else:
        await services.following.unfollow(talk.chat.id, int(found[1]))
        html, rows = await _list(services, talk)
    await note(query, talk.texts("panel.saved"))
    if found[0].startswith("k|*"):
        await say(talk, html, rows)
        return
    await edit(talk, html, markup(rows, talk.texts))


async def _follow(
    services: Services, talk: Talk, matter: Matter, others: Sequence[Matter]
) -> tuple[str, Rows]:
    """Follow something; return what is said of it, with its namesakes and a way back."""
    code = talk.texts.code
    held = await services.following.follow(talk.chat.id, talk.topic_id, matter)
    if held is None:
        return talk.texts.html("follow.too_many"), ()
    alike = tuple(
        (Button(whole_name(one, code), f"k|+|{LETTERS[one.kind]}|{one.value}"),) for one in others
    )
    html = talk.texts.html(_DONE[matter.kind], name=whole_name(matter, code))
    return html, (*alike, (_remove(held, talk),))


async def _list(services: Services, talk: Talk) -> tuple[str, Rows]:
    held = await services.following.follows(talk.chat.id, talk.topic_id)
    if not held:
        return talk.texts.html("follow.none"), ()
    return talk.texts.html("follow.list"), tuple((_remove(one, talk),) for one in held)


def _remove(held: Follow, talk: Talk) -> Button:
    name = shorten(matter_name(Matter(held.kind, held.value), talk.texts.code), _LABEL_UNITS)
    return Button(talk.texts("follow.remove", name=name), f"k|-|{held.id}")
