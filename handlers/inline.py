"""Quotes in any chat: what is typed behind the bot's name, answered with paragraphs to share.

Telegram keeps the results for a while, so that many who type the same cost one search. Each result
becomes a message with source and time; further ones come page by page, and more in private.
"""

from __future__ import annotations

import logging
import time

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.models import Chat, ChatKind, Passage
from bot.services import Services
from bot.text.languages import texts
from bot.text.markup import one_line, shorten
from handlers.guards import QuestionLimiter

logger = logging.getLogger(__name__)

_ON_PAGE = 8
_LAST_PAGE = 80
_KEPT_S = 60  # by Telegram, for everybody who types the same
_TITLE_UNITS, _DESCRIPTION_UNITS = 120, 200


class Inline:
    """Answers inline queries; it alone remembers who typed how much."""

    def __init__(self, per_minute: int) -> None:
        # Telegram asks at every pause in typing, so there are several queries to a question.
        self._limiter = QuestionLimiter(4 * per_minute, time.monotonic)

    async def answer(
        self, services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Give a page of quotes that answer what was typed."""
        query = update.inline_query
        if query is None:
            return
        known = await services.subscribing.chat(query.from_user.id)
        reader = known or Chat(
            id=query.from_user.id, kind=ChatKind.PRIVATE, language=services.default_language
        )
        skip = int(query.offset) if query.offset.isdecimal() else 0
        passages: list[Passage] = []
        more = False
        if query.query.strip() and self._limiter.allows(query.from_user.id):
            found = await services.answering.answer(
                query.query, limit=_ON_PAGE, skip=skip, zone=reader.timezone
            )
            passages, more = list(found.passages) if found.found else [], found.more
        try:
            await query.answer(
                [_result(services, passage, reader) for passage in passages],
                cache_time=_KEPT_S,
                is_personal=known is not None,
                next_offset=str(skip + _ON_PAGE) if more and skip < _LAST_PAGE else "",
                button=InlineQueryResultsButton(
                    texts(reader.language)("inline.private"), start_parameter="inline"
                ),
            )
        except TelegramError as error:  # typed on meanwhile: the answer came too late
            logger.info("an inline query could not be answered: %s", error)


def _result(services: Services, passage: Passage, reader: Chat) -> InlineQueryResultArticle:
    title = shorten(one_line(passage.article.title), _TITLE_UNITS)
    reply = services.answering.quoted(passage, reader)
    return InlineQueryResultArticle(
        id=str(passage.paragraph.id),
        title=title or texts(reader.language)("part.untitled"),
        description=shorten(one_line(passage.paragraph.text), _DESCRIPTION_UNITS),
        input_message_content=InputTextMessageContent(reply.html, parse_mode=ParseMode.HTML),
    )
