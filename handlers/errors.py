"""When a handler fails: the reader gets a kind word, the log gets the cause."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.errors import MujazError
from bot.log import needs_traceback
from bot.services import Services
from bot.text.languages import texts
from handlers.replying import note, open_talk, say, talk_of_nobody

logger = logging.getLogger(__name__)


async def unsupported(
    services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE
) -> None:
    """Answer a sticker or voice message in private with what would help."""
    talk = await open_talk(services, update)
    if talk is not None and talk.private:
        await say(talk, talk.texts.html("unsupported"))


async def unknown(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a command that is not there, or not for this person, in private."""
    talk = await open_talk(services, update)
    if talk is not None and talk.private:
        await say(talk, talk.texts.html("unknown.command"))


async def expired(services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press on a button that nobody knows."""
    talk, query = await open_talk(services, update), update.callback_query
    if talk is not None and query is not None:
        await note(query, talk.texts("press.expired"))


async def gone(_services: Services, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press that comes without the message that it was made under."""
    query = update.callback_query
    if query is not None:
        await note(query, texts(query.from_user.language_code)("press.expired"))


async def failed(services: Services, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Tell the reader kindly, and log the cause; a second failure is only logged."""
    error = context.error
    if isinstance(error, MujazError):
        cause = error.__cause__ if needs_traceback(error) else None
        logger.warning("refused: %s", error, exc_info=cause)
        key, params = error.key, error.params
    else:
        logger.error("a handler failed", exc_info=error)
        key, params = "error.unexpected", {}
    if not isinstance(update, Update) or isinstance(error, TelegramError):
        return  # Telegram itself refused: another message would hardly fare better
    try:
        talk = await open_talk(services, update)
    except MujazError:  # the store is what failed
        talk = talk_of_nobody(services, update)
    try:
        if talk is not None and (talk.private or update.callback_query is None):
            await say(talk, talk.texts.html(key, **params))
    except TelegramError:
        logger.warning("the reader could not be told", exc_info=True)
