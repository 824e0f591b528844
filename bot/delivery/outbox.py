"""What becomes of an outbox message after a send: the state machine, as a pure function.

::

    pending ──lease──▶ sending ──settle──▶ sent | uncertain | dead
       ▲                  │                (cancelled: by the store, when a chat is lost)
       └──── again ───────┘

================  ==========  =========================================================
outcome           next state  and
================  ==========  =========================================================
sent              sent        Telegram's message id is kept
not sent          pending     after a growing pause, for ever: nothing is lost to an outage
wait              pending     not before Telegram's pause ends; the attempt does not count
uncertain         uncertain   a digest is held, and folded into the next one, flagged;
                              an alert or a notice is written once more, marked as a possible
                              repeat; an edit is made again, which changes nothing twice
gone              pending     what was to be edited was deleted: it is sent as a new message
unreachable       dead        the chat is marked unreachable: its subscriptions pause
migrated          pending     the chat moves to its new id with all that waits
no topic          pending     to the group without its topic, and whoever set it up is told;
                              dead when it had none
refused markup    pending     once as plain text; dead when it was plain already
refused           dead        with Telegram's reason
================  ==========  =========================================================

Telegram knows no idempotency key, so a doubtful send can neither be asked about nor repeated
safely: it is named as doubtful and settled by what the message is for, never silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.delivery.fragments import sendable
from bot.delivery.pace import Lane
from bot.models import (
    AGAIN,
    Chat,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reply,
    SendOutcome,
    SendResult,
)
from bot.text.languages import Texts
from bot.text.markup import escape, one_line

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0


class ChatEffect(StrEnum):
    """What a send taught us about the chat."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    MIGRATED = "migrated"
    TOPIC_GONE = "topic_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The next state of a message, and what else has to happen with it.

    ``html`` and ``topic_id`` replace the message's own when they are not None; ``repeat`` is a
    message to be written to the outbox before this one is settled.
    """

    state: OutboxState
    not_before_at: datetime | None = None
    count_attempt: bool = True
    telegram_id: int | None = None
    html: str | None = None
    topic_id: int | None = None
    anew: bool = False  # not as an edit any more
    reason: str = ""
    effect: ChatEffect = ChatEffect.NONE
    new_chat_id: int | None = None
    repeat: NewMessage | None = None


def settlement(
    message: OutboxMessage, result: SendResult, *, now: datetime, repeat_mark: str
) -> Settlement:
    """Return what becomes of ``message`` after a send that came to ``result``.

    ``repeat_mark`` is the reader's text for «may repeat», put before what is sent again.
    """
    rule = _RULES.get(result.outcome)
    if rule is not None:
        return rule(message, result, now)
    if message.edits is not None:
        return _not_sent(message, result, now)
    return Settlement(
        state=OutboxState.UNCERTAIN,
        reason=result.reason,
        repeat=written_again(message, repeat_mark),
    )


def written_again(message: OutboxMessage, repeat_mark: str) -> NewMessage | None:
    """Return the marked repeat of a doubtful message; None for a digest or a repeat itself."""
    if message.kind is OutboxKind.DIGEST or message.key.endswith(AGAIN):
        return None
    return NewMessage(
        chat_id=message.chat_id,
        topic_id=message.topic_id,
        kind=message.kind,
        key=message.key + AGAIN,
        part=message.part,
        subscription_id=message.subscription_id,
        silent=message.silent,
        origin_id=message.origin_id,
        reply=Reply(
            html=f"{escape(repeat_mark)}\n{message.html}",
            plain=f"{repeat_mark}\n{message.plain}",
            buttons=message.buttons,
            article_ids=message.article_ids,
        ),
    )


def lane_of(message: OutboxMessage) -> Lane:
    """Return the lane in which an outbox message waits for its turn."""
    return Lane.ALERT if message.kind.urgent else Lane.BROADCAST


def topic_gone(message: OutboxMessage, chat: Chat, language: Texts) -> NewMessage:
    """Return the notice to who added us that a topic is gone; the same one every time."""
    title = one_line(chat.title)
    return NewMessage(
        chat_id=chat.added_by or chat.id,
        topic_id=0,
        kind=OutboxKind.NOTICE,
        key=f"topic:{message.chat_id}:{message.topic_id}",
        part=1,
        reply=Reply(
            html=language.html("outbox.topic_gone", chat=title),
            plain=language("outbox.topic_gone", chat=title),
        ),
    )


def pin_refused(message: OutboxMessage, chat: Chat, language: Texts) -> NewMessage:
    """Return the notice to who added us that we may not pin, and stopped trying."""
    title = one_line(chat.title)
    return NewMessage(
        chat_id=chat.added_by or chat.id,
        topic_id=0,
        kind=OutboxKind.NOTICE,
        key=f"pin:{message.id}",
        part=1,
        reply=Reply(
            html=language.html("outbox.pin_refused", chat=title),
            plain=language("outbox.pin_refused", chat=title),
        ),
    )


def pause_s(attempts: int) -> float:
    """Return the seconds to wait after this many attempts that reached nobody."""
    return float(min(FIRST_PAUSE_S * 2 ** min(attempts, 20), LONGEST_PAUSE_S))


def _sent(_message: OutboxMessage, result: SendResult, _now: datetime) -> Settlement:
    return Settlement(state=OutboxState.SENT, telegram_id=result.message_id)


def _not_sent(message: OutboxMessage, result: SendResult, now: datetime) -> Settlement:
    return Settlement(
        state=OutboxState.PENDING,
        not_before_at=now + timedelta(seconds=pause_s(message.attempts)),
        reason=result.reason,
    )


def _wait(_message: OutboxMessage, result: SendResult, now: datetime) -> Settlement:
    return Settlement(
        state=OutboxState.PENDING,
        not_before_at=now + timedelta(seconds=result.retry_after_s),
        count_attempt=False,
        reason=result.reason,
    )


def _unreachable(_message: OutboxMessage, result: SendResult, _now: datetime) -> Settlement:
    return Settlement(state=OutboxState.DEAD, reason=result.reason, effect=ChatEffect.UNREACHABLE)


def _migrated(message: OutboxMessage, result: SendResult, now: datetime) -> Settlement:
    if result.new_chat_id is None or result.new_chat_id == message.chat_id:
        return _dead(message, result, now)
    return Settlement(
        state=OutboxState.PENDING,
        count_attempt=False,
        reason=result.reason,
        effect=ChatEffect.MIGRATED,
        new_chat_id=result.new_chat_id,
    )


def _no_topic(message: OutboxMessage, result: SendResult, now: datetime) -> Settlement:
    if not message.topic_id:
        return _dead(message, result, now)
    return Settlement(
        state=OutboxState.PENDING,
        topic_id=0,
        reason=result.reason,
        effect=ChatEffect.TOPIC_GONE,
    )


def _gone(_message: OutboxMessage, result: SendResult, _now: datetime) -> Settlement:
    return Settlement(
        state=OutboxState.PENDING, anew=True, count_attempt=False, reason=result.reason
    )


def _refused_markup(message: OutboxMessage, result: SendResult, now: datetime) -> Settlement:
    plain = escape(sendable(message.html, message.plain))
    if message.html == plain:
        return _dead(message, result, now)
    return Settlement(state=OutboxState.PENDING, html=plain, reason=result.reason)


def _dead(_message: OutboxMessage, result: SendResult, _now: datetime) -> Settlement:
    return Settlement(state=OutboxState.DEAD, reason=result.reason)


# What is not here is in doubt.
_RULES: dict[SendOutcome, Callable[[OutboxMessage, SendResult, datetime], Settlement]] = {
    SendOutcome.SENT: _sent,
    SendOutcome.NOT_SENT: _not_sent,
    SendOutcome.WAIT: _wait,
    SendOutcome.UNREACHABLE: _unreachable,
    SendOutcome.MIGRATED: _migrated,
    SendOutcome.NO_TOPIC: _no_topic,
    SendOutcome.GONE: _gone,
    SendOutcome.REFUSED_MARKUP: _refused_markup,
    SendOutcome.REFUSED: _dead,
}
