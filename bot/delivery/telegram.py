"""The way to Telegram: the limiter of every request, the sender, and what errors mean.

The only module that reads httpx errors: they are the causes that tell "surely not sent" from "in
doubt". When to send and what follows from an outcome is decided in ``dispatch`` and ``outbox``.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import (
    BaseRateLimiter,
)

from bot.delivery.outbox import lane_of
from bot.delivery.pace import Lane, Pace, Turn, kind_of
from bot.delivery.pictures import Drawn, Pictures
from bot.log import chat_ref
from bot.models import Button, OutboxMessage, SendOutcome, SendResult

logger = logging.getLogger(__name__)

T = TypeVar("T")
_Rule = Callable[[Any, str], SendResult]

_PATIENCE_S = 30.0  # longest pause after which an answer to a reader is still worth sending
_UNSTATED_PAUSE_S = 5.0  # after a 429 that does not say how long

# Telegram's words (lower case: the library changes case), and what they mean for a message.
_MEANINGS: tuple[tuple[SendOutcome, tuple[str, ...]], ...] = (
    (
        SendOutcome.UNREACHABLE,
        (
            "chat not found",
            "user not found",
            "peer_id_invalid",
            "group chat was deactivated",
            "chat was deleted",
            "not enough rights",
            "have no rights",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_restricted",
        ),
    ),
    (
        SendOutcome.NO_TOPIC,
        ("message thread not found", "topic_closed", "topic_deleted", "topic closed"),
    ),
    (
        SendOutcome.GONE,
        ("message to edit not found", "message can't be edited", "message_id_invalid"),
    ),
    (
        SendOutcome.REFUSED_MARKUP,
        ("can't parse entities", "can't find end", "entities_too_long", "entity_bounds_invalid"),
    ),
)
# Causes that are certain to lie before the request was on its way.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def result_of(error: Exception) -> SendResult:
    """Return what a failed send came to, by the first rule that fits.

    Whatever is not surely one thing or the other is in doubt, because a message sent twice
    cannot be unsent.
    """
    reason = f"{type(error).__name__}: {error}"[:300]
    for kind, rule in _RULES:
        if isinstance(error, kind):
            return rule(error, reason)
    return SendResult(outcome=SendOutcome.UNCERTAIN, reason=reason)


def retry_after_s(error: RetryAfter) -> float:
    """Return the seconds that Telegram asks us to wait."""
    pause: int | float | timedelta = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _always(outcome: SendOutcome) -> _Rule:
    return lambda _error, reason: SendResult(outcome=outcome, reason=reason)


def _flood(error: Any, reason: str) -> SendResult:
    return SendResult(outcome=SendOutcome.WAIT, retry_after_s=retry_after_s(error), reason=reason)


def _migrated(error: Any, reason: str) -> SendResult:
    return SendResult(outcome=SendOutcome.MIGRATED, new_chat_id=error.new_chat_id, reason=reason)


def _refused(error: Any, reason: str) -> SendResult:
    words = str(error).lower()
    for outcome, phrases in _MEANINGS:
        if any(phrase in words for phrase in phrases):
            return SendResult(outcome=outcome, reason=reason)
    return SendResult(outcome=SendOutcome.REFUSED, reason=reason)


def _network(error: Any, reason: str) -> SendResult:
    if isinstance(error.__cause__, _NEVER_LEFT):
        return SendResult(outcome=SendOutcome.NOT_SENT, reason=reason)
    if str(error).lower().startswith("too many requests"):  # a 429 that names no time
        pause_s = _UNSTATED_PAUSE_S
        return SendResult(outcome=SendOutcome.WAIT, retry_after_s=pause_s, reason=reason)
    return SendResult(outcome=SendOutcome.UNCERTAIN, reason=reason)


# The most specific class first: BadRequest and TimedOut are NetworkErrors to the library.
_RULES: tuple[tuple[type[TelegramError], _Rule], ...] = (
    (RetryAfter, _flood),
    (ChatMigrated, _migrated),
    (Forbidden, _always(SendOutcome.UNREACHABLE)),
    (BadRequest, _refused),
    (InvalidToken, _always(SendOutcome.NOT_SENT)),  # refused before any message was looked at
    (Conflict, _always(SendOutcome.NOT_SENT)),
    (NetworkError, _network),
)


class PacedRateLimiter(BaseRateLimiter[Lane | Turn]):
    """Makes every request of the library wait for its turn.

    ``rate_limit_args`` is the lane, or a turn already taken. Without it the request is a reader's
    answer: to a press where it changes a message, to a question where it sends one.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def initialize(self) -> None:
        """Nothing to set up."""

    async def shutdown(self) -> None:
        """Stop giving turns."""
        await self._pace.close()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Lane | Turn | None,
    ) -> Any:
        """Send when it is our turn; an answer that is refused for a short while waits it out."""
        chat = data.get("chat_id")
        if chat is None or not _is_message(endpoint):
            return await callback(*args, **kwargs)
        turn = rate_limit_args if isinstance(rate_limit_args, Turn) else None
        asked = Lane.PRESS if endpoint.lower().startswith("edit") else Lane.INTERACTIVE
        lane = rate_limit_args if isinstance(rate_limit_args, Lane) else asked
        waits = turn is None and lane is asked
        while True:
            turn = turn or await self._pace.acquire(chat, kind_of(chat), lane)
            try:
                result = await callback(*args, **kwargs)
            except RetryAfter as refusal:
                pause_s = retry_after_s(refusal)
                self._pace.refused(chat, pause_s)
                if not waits or pause_s > _PATIENCE_S:
                    raise
                waits, turn = False, None
            else:
                self._pace.arrived(turn)
                return result


def _is_message(endpoint: str) -> bool:
    """Tell whether Telegram counts this method as a message; pinning leaves one in a group."""
    name = endpoint.lower()
    kinds = ("send", "edit", "copy", "forward", "pin")
    return name != "sendchataction" and name.startswith(kinds)


class TelegramSender:
    """Sends, edits and pins outbox messages and says what came of it.

    ``paid`` lets Telegram take Stars for what goes beyond its free pace.
    """

    def __init__(self, bot: Bot, drawn: Drawn | None = None, *, paid: bool = False) -> None:
        self._bot = bot
        self._paid = {"allow_paid_broadcast": True} if paid else {}
        self._pictures = Pictures(drawn) if drawn is not None else None

    async def send(self, message: OutboxMessage, turn: Turn | None = None) -> SendResult:
        """Send or edit one message, with a turn already taken or one of its lane.

        Never raises for a failed send; only CancelledError passes through, and then the message
        is in doubt.
        """
        try:
            if message.edits is not None:
                return await self._edit(message, message.edits, turn)
            return await self._send(message, turn)
        except Exception as error:  # a bug in reading the answer must not hide that it was sent
            result = result_of(error)
            if not isinstance(error, TelegramError):
                logger.exception("an unforeseen error while sending message %d", message.id)
            return result

    async def _send(self, message: OutboxMessage, turn: Turn | None) -> SendResult:
        paced: Any = {"rate_limit_args": turn or lane_of(message), **self._paid}
        buttons = keyboard(message.buttons)
        if message.picture and self._pictures is not None:
            sent_id = await self._pictures.send(self._bot, message, buttons, paced)
            if sent_id is not None:
                return SendResult(outcome=SendOutcome.SENT, message_id=sent_id)
        sent = await self._bot.send_message(
            chat_id=message.chat_id,
            text=message.html,
            parse_mode=ParseMode.HTML,
            message_thread_id=message.topic_id or None,
            disable_notification=message.silent or None,
            reply_markup=buttons,
            **paced,
        )
        return SendResult(outcome=SendOutcome.SENT, message_id=sent.message_id)

    async def _edit(self, message: OutboxMessage, edits: int, turn: Turn | None) -> SendResult:
        paced: Any = {"rate_limit_args": turn or lane_of(message)}
        try:
            await self._bot.edit_message_text(
                message.html,
                chat_id=message.chat_id,
                message_id=edits,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(message.buttons),
                **paced,
            )
        except BadRequest as error:
            if "not modified" not in str(error).lower():  # then it reads so already
                raise
        return SendResult(outcome=SendOutcome.SENT, message_id=edits)

    async def pin(self, message: OutboxMessage) -> SendOutcome:
        """Pin a sent message without a sound: SENT, REFUSED, or NOT_SENT when it may be retried."""
        paced: Any = {"rate_limit_args": Lane.BROADCAST}
        try:
            await self._bot.pin_chat_message(
                message.chat_id, message.message_id or 0, disable_notification=True, **paced
            )
        except (BadRequest, Forbidden) as error:
            logger.info("%s was not pinned: %s", chat_ref(message.chat_id), error)
            return SendOutcome.REFUSED
        except TelegramError as error:
            logger.warning("a message is not pinned yet: %s", error)
            return SendOutcome.NOT_SENT
        return SendOutcome.SENT

    async def unpin(self, message: OutboxMessage) -> None:
        """Unpin what was pinned before, if it still is."""
        call = self._bot.unpin_chat_message(message.chat_id, message.message_id)
        await try_optional("unpinChatMessage", call)


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Return our buttons as Telegram's, in the order given."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.label, callback_data=button.data or None, url=button.url or None
                )
                for button in row
            ]
            for row in rows
        ]
    )


async def try_optional(what: str, call: Awaitable[T]) -> T | None:
    """Await a request that we can do without; a refusal is logged and None returned.

    Other Bot API servers know fewer methods than Telegram's own.
    """
    try:
        return await call
    except TelegramError as error:
        logger.warning("%s was refused and left out: %s", what, error)
        return None
