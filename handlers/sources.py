"""Sources, for operators: which there are, how they do, and adding one feed."""

from __future__ import annotations

from telegram import Update
from telegram.ext import ContextTypes

from bot.models import Source, SourceKind
from bot.services import Services
from bot.text.languages import Texts
from bot.text.markup import escape, isolate, one_line
from handlers.replying import open_talk, say

_MOST_SHOWN = 40


async def sources(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """List the sources with their state."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    known = await services.intake.sources()
    lines = [_line(source, talk.texts) for source in known[:_MOST_SHOWN]]
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
    added = await services.intake.add_feed(context.args[0])
    await say(talk, talk.texts.html("sources.added", name=one_line(added.name)))


def _line(source: Source, texts: Texts) -> str:
    name = escape(isolate(one_line(source.name)))
    if source.kind is not SourceKind.FEED:
        return f"• {texts.html(f'sources.kind.{source.kind}')}: {name}"
    if source.last_error:
        return f"⚠️ {texts.html('sources.failing')}: {name}"
    return f"• {texts.html('sources.kind.feed')}: {name}"
