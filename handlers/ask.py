"""Questions: free text in private, /ask anywhere, a mention or a reply to us in groups."""

from __future__ import annotations

import time
from functools import partial

from telegram import Message, Update
from telegram.constants import ChatAction
from telegram.ext import ContextTypes

from bot.models import Reply
from bot.services import Services
from handlers.guards import QuestionLimiter
from handlers.intake import is_address, offer_to_store, store_page, worth_storing
from handlers.keyboards import PagePress, parse_page
from handlers.replying import Talk, note, open_talk, patiently, say, send_replies

_MEMBERS_AT_ONCE = 3  # a group may ask as much as so many of its members


class Asking:
    """Answers questions; it alone remembers who asked how often."""

    def __init__(self, per_minute: int) -> None:
        self._limiter = QuestionLimiter(per_minute, time.monotonic)
        self._groups = QuestionLimiter(_MEMBERS_AT_ONCE * per_minute, time.monotonic)

    async def command(
        self, services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Answer "/ask …", or the message to which a bare "/ask" replies."""
        talk = await open_talk(services, update)
        if talk is None:
            return
        text = " ".join(context.args or ())
        replied = talk.message.reply_to_message
        if not text and replied is not None and not replied.is_automatic_forward:
            text = replied.text or replied.caption or ""
        await self._answer(services, talk, _asker(update), text)

    async def private_text(
        self, services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Answer free text in private; an operator's long text may be an article instead."""
        talk = await open_talk(services, update)
        if talk is None or talk.message.text is None:
            return
        asker = _asker(update)
        if asker in services.operators and is_address(talk.message.text):
            await store_page(services, talk, talk.message.text.strip())
            return
        if asker in services.operators and worth_storing(talk.message.text):
            await offer_to_store(talk)
            return
        await self._answer(services, talk, asker, talk.message.text)

    async def group_text(
        self, services: Services, update: Update, context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Answer a mention of us or a reply to us; any other talk in a group is not ours."""
        message = update.effective_message
        if message is None or not message.text or message.is_automatic_forward:
            return  # a post that comes into the group of its comments asks nothing
        text = question_in(message, context.bot.id, context.bot.username)
        if text is None:
            return
        talk = await open_talk(services, update)
        if talk is not None:
            await self._answer(services, talk, _asker(update), text)

    async def press(
        self, services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Show the next passages of an answer, or its outlets."""
        query, talk = update.callback_query, await open_talk(services, update)
        if query is None or talk is None:
            return
        page = parse_page(query.data or "")
        if page is None or not self._limiter.allows(_asker(update)):
            await note(query, talk.texts("ask.too_many" if page else "press.expired"), alert=True)
            return
        replies = await _further(services, page, talk)
        if replies is None:
            await note(query, talk.texts("press.expired"), alert=True)
            return
        await note(query)
        await send_replies(talk, replies)

    async def _answer(self, services: Services, talk: Talk, asker: int, text: str) -> None:
        if not text.strip():
            await say(talk, talk.texts.html("ask.empty"))
            return
        if not self._limiter.allows(asker):
            await say(talk, talk.texts.html("ask.too_many"))
            return
        if not talk.private and not self._groups.allows(talk.chat.id):
            return  # so many ask at once that another word would only add to the noise
        replies = await patiently(
            services.answering.reply(text, talk.chat),
            partial(talk.message.reply_chat_action, ChatAction.TYPING),
        )
        await send_replies(talk, replies)


async def _further(services: Services, page: PagePress, talk: Talk) -> list[Reply] | None:
    if page.skip is None:
        return await services.answering.sources(page.key, talk.chat)
    return await services.answering.more(page.key, page.skip, talk.chat)


def question_in(message: Message, bot_id: int, bot_username: str) -> str | None:
    """Return the question put to us in a group, None when the message is not for us."""
    text = message.text or ""
    mention = f"@{bot_username}".lower()
    for entity, said in message.parse_entities(["mention"]).items():
        if said.lower() == mention:
            units = text.encode("utf-16-le")
            before = units[: 2 * entity.offset].decode("utf-16-le")
            after = units[2 * (entity.offset + entity.length) :].decode("utf-16-le")
            return f"{before} {after}".strip()
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.from_user.id != bot_id:
        return None
    return None if replied.forum_topic_created else text


def _asker(update: Update) -> int:
    """Return who asks: a person, or the chat in whose name an anonymous admin writes.

    All anonymous admins of all groups have the same user id at Telegram.
    """
    message, user = update.effective_message, update.effective_user
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id
    return user.id if user else 0
