"""Sources, for operators: which there are, how they do, and adding one feed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import ContextTypes

from bot.services import Services
from bot.services.watching import SourceHealth
from bot.text.dates import format_moment
from bot.text.languages import Texts
from bot.text.markup import escape, isolate, one_line
from handlers.replying import open_talk, say

_MOST_SHOWN = 25  # a message holds no more with all that is told of each


async def sources(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """List the sources with their state."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    known = await services.watching.health()
    zone = ZoneInfo(talk.chat.timezone)
    lines = [_line(one, talk.texts, zone) for one in known[:_MOST_SHOWN]]
    heading = talk.texts.html("sources.list" if known else "sources.none")
    await say(talk, "\n".join([heading, *lines]))


async def add(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Add the feed at an address, after reading it once."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    if not context.args:
        await say(talk, talk.texts.html("sources.how_to_add"))
        return
    added = await services.intake.add_source(context.args[0])
    await say(talk, talk.texts.html("sources.added", name=one_line(added.name)))


def _line(health: SourceHealth, texts: Texts, zone: ZoneInfo) -> str:
    source = health.source
    kind = texts.html(f"sources.kind.{source.kind}")
    line = f"• {kind}: {escape(isolate(one_line(source.name)))}"
    if not source.enabled:
        return f"{line} ({texts.html('sources.off')})"
    if not source.address:
        return line
    told = []
    if source.last_error:
        line = f"⚠️ {texts.html('sources.failing')}: {line[2:]}"
        told.append(texts.html(source.last_error))
    elif health.silent:
        told.append(f"🔕 {texts.html('sources.silent')}")
    moments = (("last_success", source.succeeded_at), ("next_check", source.next_check_at))
    for name, at in moments:
        if at is not None:
            moment = format_moment(at, zone, texts.code)
            told.append(texts.html(f"sources.{name}", moment=moment))
    if source.moved_to:
        told.append(texts.html("sources.moved", address=source.moved_to))
    told.append(texts.html("sources.a_day", n=round(health.activity.a_day, 1)))
    return f"{line}\n    " + " · ".join(told)
