"""The panel of those who run the bot: how everything stands, and the few things to do about it.

The data of a button is ``p|`` and ``show``, ``backup``, ``judged``, ``notice``, ``send``, ``drop``.
Nothing is kept in memory: a notice is written in answer to our question, and sent from its preview.
"""

from __future__ import annotations

import io
import json
from zoneinfo import ZoneInfo

from telegram import ForceReply, InputFile, Message, Update
from telegram.ext import ContextTypes
from telegram.ext.filters import MessageFilter

from bot.models import Button, OutboxState
from bot.services import Services
from bot.services.overseeing import Overview, bars
from bot.text.dates import format_moment
from bot.text.languages import Texts, available_languages, texts
from bot.text.markup import escape
from handlers.keyboards import markup
from handlers.replying import Talk, edit, note, open_talk, say

_DATA = frozenset({"show", "backup", "judged", "notice", "send", "drop"})


class NoticeWritten(MessageFilter):
    """The answers to our question for a notice, in whatever language it was put."""

    def filter(self, message: Message) -> bool:
        """Tell whether a message answers that question."""
        asked = message.reply_to_message
        if asked is None or not message.text:
            return False
        return any(asked.text == texts(code)("admin.write") for code in available_languages())


async def admin(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show how everything stands."""
    talk = await open_talk(services, update)
    if talk is not None:
        await say(talk, await _panel(services, talk), _buttons(talk.texts))


async def written(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show a written notice as it would be sent, and ask."""
    talk = await open_talk(services, update)
    if talk is None or talk.message.text is None:
        return
    texts_, count = talk.texts, await services.overseeing.subscribers()
    await say(talk, texts_.html("admin.preview", count=count))
    rows = [[Button(texts_("admin.send"), "p|send"), Button(texts_("admin.drop"), "p|drop")]]
    await say(talk, escape(talk.message.text), rows)


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Do what a button of the panel says, for those who run the bot."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    wanted = (query.data or "").removeprefix("p|")
    if wanted not in _DATA or query.from_user.id not in services.operators or not talk.private:
        await note(query, talk.texts("press.expired"))
        return
    if wanted == "backup":
        await _back_up(services, update, talk)
        return
    await note(query)
    if wanted == "show":
        await edit(talk, await _panel(services, talk), markup(_buttons(talk.texts), talk.texts))
    elif wanted == "judged":
        await _judged(services, talk)
    elif wanted == "notice":
        await talk.message.reply_text(
            talk.texts("admin.write"), parse_mode=None, reply_markup=ForceReply()
        )
    else:
        await _decide(services, talk, send=wanted == "send")


async def _decide(services: Services, talk: Talk, *, send: bool) -> None:
    """Send the notice of a preview, once however often it is pressed, or leave it."""
    text = talk.message.text or ""
    if not send:
        await edit(talk, talk.texts.html("admin.dropped"), None)
        return
    count = await services.overseeing.notify(f"notice:{talk.message.message_id}", text)
    services.outgoing.enqueued()
    await edit(talk, f"{escape(text)}\n\n{talk.texts.html('admin.sent', count=count)}", None)


async def _back_up(services: Services, update: Update, talk: Talk) -> None:
    query = update.callback_query
    made = await services.keeping.back_up_now()
    if query is not None:
        key = "admin.backed_up" if made else "admin.no_backup"
        await note(query, talk.texts(key, name=made.name if made else ""), alert=True)


async def _judged(services: Services, talk: Talk) -> None:
    """Hand over the judged answers, one JSON object a line."""
    lines = [
        json.dumps(
            {
                "asked_at": one.question.asked_at.isoformat(),
                "verdict": one.question.verdict,
                "question": one.question.text,
                "paragraphs": one.paragraphs,
            },
            ensure_ascii=False,
        )
        for one in await services.judging.export()
    ]
    if not lines:
        await say(talk, talk.texts.html("admin.none_judged"))
        return
    content = ("\n".join(lines) + "\n").encode()
    await talk.message.reply_document(InputFile(io.BytesIO(content), filename="judged.jsonl"))


async def _panel(services: Services, talk: Talk) -> str:
    seen, say_ = await services.overseeing.overview(), talk.texts
    outbox = seen.counts.outbox
    zone = ZoneInfo(talk.chat.timezone)
    newest = format_moment(seen.newest_at, zone, say_.code) if seen.newest_at else "–"
    lines = [
        f"<b>{say_.html('admin.title')}</b>",
        say_.html("admin.sources", count=seen.sources, failing=seen.failing, silent=seen.silent),
        say_.html("admin.archive", articles=seen.counts.articles, newest=newest),
        say_.html(
            "admin.outbox",
            pending=outbox.get(OutboxState.PENDING, 0),
            dead=outbox.get(OutboxState.DEAD, 0),
            uncertain=outbox.get(OutboxState.UNCERTAIN, 0),
        ),
        say_.html("admin.subscribers", count=seen.subscribers, chats=seen.counts.chats),
        _growth(seen, say_),
        say_.html("admin.questions", asked=seen.asked, found=seen.found),
    ]
    return "\n".join(lines)


def _growth(seen: Overview, say_: Texts) -> str:
    return f"{say_.html('admin.growth', count=sum(seen.joined))} <code>{bars(seen.joined)}</code>"


def _buttons(say_: Texts) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button(say_("admin.b.notice"), "p|notice"), Button(say_("admin.b.backup"), "p|backup")),
        (Button(say_("admin.b.judged"), "p|judged"), Button(say_("admin.b.refresh"), "p|show")),
    )
