"""What operators hand in by chat: forwarded posts, pasted articles and text files.

A forwarded post is stored at once with its origin. A long pasted text may be an article or a
question, so we ask. Nothing is kept in memory: the button's message replies to the text itself.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from telegram import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    ReplyParameters,
    Update,
)
from telegram.ext import ContextTypes

from bot.models import Button, IntakeOutcome
from bot.services import Services
from bot.text.languages import Texts
from bot.text.markup import escape, isolate, one_line, shorten
from handlers.keyboards import markup
from handlers.replying import Talk, note, open_talk, say

STORE, DISCARD = "a|store", "a|discard"
_LONG_CHARS = 280  # a question is hardly ever so long, an article hardly ever so short
_MOST_BYTES = 20_000_000  # what a bot may download from Telegram
_TITLE_UNITS = 120

_OUTCOME_KEYS = {
    IntakeOutcome.STORED: "intake.stored",
    IntakeOutcome.REVISED: "intake.revised",
    IntakeOutcome.KNOWN: "intake.known",
}


def worth_storing(text: str) -> bool:
    """Tell whether an operator's message looks like an article rather than a question."""
    return len(text) >= _LONG_CHARS or "\n\n" in text.strip()


def is_address(text: str) -> bool:
    """Tell whether an operator's message is the address of a page and nothing else."""
    return text.strip().lower().startswith(("http://", "https://")) and len(text.split()) == 1


async def store_page(services: Services, talk: Talk, address: str) -> None:
    """Store the article of the page whose address an operator sent."""
    stored = await services.intake.ingest_page(address)
    await say(talk, _outcome_line(talk.texts, stored.outcome, stored.title, stored.paragraphs))


async def offer_to_store(talk: Talk) -> None:
    """Ask whether the pasted text is an article."""
    rows = ((Button(talk.texts("intake.store"), STORE), Button(talk.texts("intake.no"), DISCARD)),)
    await talk.message.reply_html(
        talk.texts.html("intake.offer"),
        reply_markup=markup(rows, talk.texts),
        reply_parameters=ReplyParameters(talk.message.message_id),
    )


async def press(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Store or leave the text to which the pressed message replies."""
    query, talk = update.callback_query, await open_talk(services, update)
    if query is None or talk is None:
        return
    pasted = talk.message.reply_to_message
    if query.from_user.id not in services.operators or pasted is None or not pasted.text:
        await note(query, talk.texts("press.expired"))
        return
    await note(query)
    if query.data == STORE:
        result = await _store(services, talk.texts, pasted, pasted.text)
    else:
        result = talk.texts.html("intake.left")
    await query.edit_message_text(result, parse_mode="HTML")


async def forwarded(
    services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
) -> None:
    """Store a post that an operator forwarded, with its channel, link and time."""
    talk = await open_talk(services, update)
    if talk is None:
        return
    text = talk.message.text or talk.message.caption or ""
    await say(talk, await _store(services, talk.texts, talk.message, text))


async def document(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Read a file that an operator sent; every refusal says why."""
    talk = await open_talk(services, update)
    if talk is None or talk.message.document is None:
        return
    sent = talk.message.document
    name = one_line(Path(sent.file_name or "file.txt").name)[-80:] or "file.txt"
    if (sent.file_size or 0) > _MOST_BYTES:
        limit_mb = _MOST_BYTES // 1_000_000
        await say(talk, talk.texts.html("error.file.too_large", name=name, limit_mb=limit_mb))
        return
    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        path = Path(folder, name)
        await (await sent.get_file()).download_to_drive(path)
        if path.suffix.lower() == ".opml":
            new, known = await services.watching.import_list(_text_of(path))
            await say(talk, talk.texts.html("sources.imported", new=new, known=known))
            return
        report = await services.intake.ingest_paths([path])
    lines = [
        _outcome_line(talk.texts, one.outcome, one.title, one.paragraphs) for one in report.articles
    ]
    lines += [
        talk.texts.html(refused.error.key, **refused.error.params) for refused in report.refused
    ]
    await say(talk, "\n".join(lines[:20]))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


async def _store(services: Services, texts: Texts, message: Message, text: str) -> str:
    name, url, published_at = origin_of(message)
    stored = await services.intake.ingest_text(
        text,
        source_name=name or texts("intake.source"),
        url=url,
        published_at=published_at,
        origin=author_of(message),
    )
    return _outcome_line(texts, stored.outcome, stored.title, stored.paragraphs)


def _outcome_line(texts: Texts, outcome: IntakeOutcome, title: str, paragraphs: int) -> str:
    said = texts.html(_OUTCOME_KEYS[outcome])
    count = escape(texts.count("intake.paragraphs", paragraphs))
    return f"{said} ({count})\n<b>{escape(isolate(shorten(one_line(title), _TITLE_UNITS)))}</b>"


def author_of(message: Message) -> str:
    """Return who signed a post that was forwarded from a channel, "" where nobody did."""
    origin = message.forward_origin
    if isinstance(origin, (MessageOriginChannel, MessageOriginChat)):
        return origin.author_signature or ""
    return ""


def origin_of(message: Message) -> tuple[str, str, datetime | None]:
    """Return name, link and time of where a forwarded message was first said.

    Empty and None for a message that was not forwarded: its time of pasting is no publication.
    """
    origin = message.forward_origin
    match origin:
        case None:
            return "", "", None
        case MessageOriginChannel():
            link = f"https://t.me/{origin.chat.username}/{origin.message_id}"
            return origin.chat.title or "", link if origin.chat.username else "", origin.date
        case MessageOriginChat():
            return origin.sender_chat.effective_name or "", "", origin.date
        case MessageOriginUser():
            return origin.sender_user.full_name, "", origin.date
        case MessageOriginHiddenUser():
            return origin.sender_user_name, "", origin.date
        case _:
            return "", "", origin.date
