"""Sources, for operators: which there are, how they do, and adding one feed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import ContextTypes

from bot.errors import InputError
from bot.models import STANCES, Source
from bot.services import Services
from bot.services.watching import SourceHealth
from bot.text.dates import format_moment
from bot.text.languages import Texts
from bot.text.markup import escape, isolate, one_line
from bot.text.zones import country_name
from handlers.replying import open_talk, say

_FEWEST_WORDS = 2  # after /label
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


async def label(services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Set what is shown beside the quotes of a source: its stance, country and outlet."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    said = context.args or []
    if len(said) < _FEWEST_WORDS or not said[0].isdecimal():
        raise InputError(key="sources.how_to_label", stances=", ".join(STANCES))
    stance, country, outlet = said[1].lower(), "".join(said[2:3]), " ".join(said[3:])
    labels = ("", "", "") if stance == "-" else (stance, country, outlet)
    labelled = await services.watching.label(int(said[0]), *labels)
    await say(talk, _labels(labelled, talk.texts))


def _labels(source: Source, texts: Texts) -> str:
    name = one_line(source.name)
    known = [texts(f"stance.{source.stance}")] if source.stance else []
    known += [country_name(source.country, texts.code)] if source.country else []
    known += [source.outlet] if source.outlet else []
    if not known:
        return texts.html("sources.unlabelled", name=name)
    return texts.html("sources.labelled", name=name, labels=texts("part.comma").join(known))


def _line(health: SourceHealth, texts: Texts, zone: ZoneInfo) -> str:
    source = health.source
    kind = texts.html(f"sources.kind.{source.kind}")
    line = f"• {source.id} · {kind}: {escape(isolate(one_line(source.name)))}"
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
