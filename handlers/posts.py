"""Posts of channels that an operator added us to: each becomes an article, an edit a revision.

Anybody can add a bot to a channel, so only those that an operator added are read. Nothing is ever
answered in a channel.
"""

from __future__ import annotations

import logging

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot.errors import TextRefusedError
from bot.log import chat_ref
from bot.models import SourceKind
from bot.services import Services
from handlers.intake import origin_of

logger = logging.getLogger(__name__)


async def channel_post(
    services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
) -> None:
    """Store a new or edited post."""
    post = update.channel_post or update.edited_channel_post
    if post is None:
        return
    chat = await services.subscribing.chat(post.chat_id)
    if chat is None or chat.added_by not in services.operators:
        return
    try:
        await services.intake.ingest_text(
            post.text or post.caption or "",
            source_name=chat.title or str(post.chat_id),
            published_at=post.date,
            url=post_link(post),
            kind=SourceKind.CHANNEL,
            origin=origin_of(post)[0],
        )
    except TextRefusedError:
        logger.debug("a post without text in %s was left out", chat_ref(post.chat_id))


def post_link(post: Message) -> str:
    """Return the address of a post; of a private channel only its members can open it."""
    if post.chat.username:
        return f"https://t.me/{post.chat.username}/{post.message_id}"
    return f"https://t.me/c/{str(post.chat_id).removeprefix('-100')}/{post.message_id}"
