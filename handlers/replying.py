"""From an update to the chat we talk in, and from our replies to Telegram messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram import Chat as TelegramChat
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.delivery.fragments import sendable
from bot.models import Button, Chat, ChatKind, Reply
from bot.services import Services
from bot.text.languages import Texts, available_languages, texts
from bot.text.markup import one_line
from bot.text.matters import LETTERS, link_to
from handlers.keyboards import markup

logger = logging.getLogger(__name__)

T = TypeVar("T")

_EDIT = "editmessagetext"  # case does not matter; so written the library leaves the answer to us
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_ROOM_IN_ROW = 24  # characters of the labels that leave a phone room for another

_KINDS = {
    ChatType.PRIVATE: ChatKind.PRIVATE,
    ChatType.GROUP: ChatKind.GROUP,
    ChatType.SUPERGROUP: ChatKind.GROUP,
    ChatType.CHANNEL: ChatKind.CHANNEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One message that reached us, with the stored chat and the language to answer in."""

    chat: Chat
    topic_id: int
    texts: Texts
    message: Message

    @property
    def private(self) -> bool:
        """Whether we are alone with one reader."""
        return self.chat.kind is ChatKind.PRIVATE


async def open_talk(services: Services, update: Update) -> Talk | None:
    """Return the talk that an update belongs to; None when it has no message or chat."""
    talk = talk_of_nobody(services, update)
    if talk is None:
        return None
    stored = await services.subscribing.remember(talk.chat)
    said = texts(stored.language).in_digits(stored.look.eastern_digits)
    return replace(talk, chat=stored, texts=said)


def talk_of_nobody(services: Services, update: Update) -> Talk | None:
    """Return the same without the store, as it is for somebody whom we do not know."""
    message, chat = update.effective_message, update.effective_chat
    if message is None or chat is None or chat.type not in _KINDS:
        return None
    language = _language(services, update)
    return Talk(
        chat=stored_chat(chat, language),
        topic_id=topic_of(message),
        texts=texts(language),
        message=message,
    )


def stored_chat(chat: TelegramChat, language: str) -> Chat:
    """Return our record of a Telegram chat."""
    title = one_line(chat.title or chat.effective_name or "")
    return Chat(id=chat.id, kind=_KINDS[ChatType(chat.type)], title=title, language=language)


def topic_of(message: Message) -> int:
    """Return the forum topic of a message, 0 outside topics."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def _language(services: Services, update: Update) -> str:
    """The reader's own language in private, if we have it; the default everywhere else."""
    user, chat = update.effective_user, update.effective_chat
    code = (user.language_code or "").split("-")[0] if user else ""
    alone = chat is not None and chat.type == ChatType.PRIVATE
    return code if alone and code in available_languages() else services.default_language


async def say(talk: Talk, html: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
    """Answer with one text of ours, which is already safe HTML."""
    await send_replies(talk, [Reply(html=html, plain="", buttons=tuple(map(tuple, buttons)))])


async def send_replies(talk: Talk, replies: Sequence[Reply]) -> None:
    """Answer with rendered replies, in order; in groups as a reply to who asked."""
    quoted = None if talk.private else _reply_to(talk.message)
    for reply in replies:
        under = keyboard(talk, reply)
        try:
            await talk.message.reply_text(
                reply.html,
                parse_mode=ParseMode.HTML,
                reply_markup=under,
                reply_parameters=quoted,
            )
        except BadRequest as error:
            if not reply.plain or "parse entities" not in str(error).lower():
                raise
            logger.exception("our markup was refused; sent as plain text")
            await talk.message.reply_text(
                sendable(reply.html, reply.plain),
                parse_mode=None,
                reply_markup=under,
                reply_parameters=quoted,
            )


def keyboard(talk: Talk, reply: Reply) -> InlineKeyboardMarkup | None:
    """Return the buttons under a reply: its own and, in private, a link to it for others."""
    rows = reply.buttons
    if talk.private and reply.about is not None and reply.about.kind in LETTERS:
        link = f"https://t.me/{talk.message.get_bot().username}?start={link_to(reply.about)}"
        share = Button(
            talk.texts("answer.share"), url=f"https://t.me/share/url?url={quote(link, '')}"
        )
        last = rows[-1] if rows else ()
        if sum(len(button.label) for button in last) <= _ROOM_IN_ROW:
            rows = (*rows[:-1], (*last, share))
        else:
            rows = (*rows, (share,))
    return markup(rows, talk.texts)


async def edit(talk: Talk, html: str, under: InlineKeyboardMarkup | None) -> None:
    """Let the message of a talk read differently; one that is gone or too old is sent anew.

    Where it reads so already nothing happens.

    Telegram returns the message as it is then; that is left unread, because reading it takes as
    long as writing ours.
    """
    changed = {
        "chat_id": talk.message.chat_id,
        "message_id": talk.message.message_id,
        "text": html,
        "parse_mode": ParseMode.HTML,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
    }
    if under is not None:
        changed["reply_markup"] = under
    try:
        await talk.message.get_bot().do_api_request(_EDIT, api_kwargs=changed)
    except BadRequest as error:
        why = str(error).lower()
        if any(reason in why for reason in _GONE):
            await talk.message.reply_html(html, reply_markup=under, do_quote=False)
        elif "not modified" not in why:  # the same button twice is no mistake
            raise


async def patiently(
    work: Coroutine[Any, Any, T], tell: Callable[[], Awaitable[object]], *, after_s: float = 1.0
) -> T:
    """Return what ``work`` comes to; ``tell`` is awaited once if that takes longer.

    A failing ``tell`` hinders nothing. Whoever is cancelled cancels the work too.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=after_s)
        if not task.done():
            with suppress(TelegramError):
                await tell()
        return await task
    finally:
        task.cancel()


async def note(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Answer a press with Telegram's short note; one that comes too late hinders nothing."""
    try:
        await query.answer(text, show_alert=alert)
    except TelegramError as error:
        logger.info("a press could not be answered: %s", error)


def _reply_to(message: Message) -> ReplyParameters:
    return ReplyParameters(message.message_id, allow_sending_without_reply=True)
