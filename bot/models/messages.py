"""Messages: replies, the outbox and what a send came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.timelines import Matter

AGAIN = ":again"  # ends the key of a message that was written once more


class OutboxState(StrEnum):
    """Where an outbox message stands (``bot.delivery.outbox`` draws the transitions)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"  # the request may or may not have reached Telegram
    DEAD = "dead"
    CANCELLED = "cancelled"


class OutboxKind(StrEnum):
    """What an outbox message is for; the rule for doubtful sends depends on it."""

    DIGEST = "digest"
    ALERT = "alert"  # something followed has happened
    EDIT = "edit"  # a message that was sent shall read differently
    NOTICE = "notice"  # to an admin: rights lost, subscription paused

    @property
    def urgent(self) -> bool:
        """Whether it goes before everything that can wait, such as a digest."""
        return self in (OutboxKind.ALERT, OutboxKind.NOTICE)


class PinState(StrEnum):
    """Whether a sent message is to be pinned, and what came of it."""

    NONE = ""
    WANTED = "wanted"
    DONE = "done"
    REFUSED = "refused"  # we may not pin there


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: either callback data or an address."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message ready for Telegram: its HTML, its plain text, and rows of buttons.

    The plain text has its addresses written out and may be longer than Telegram takes; see
    ``bot.delivery.fragments.sendable``.
    ``about`` is what it tells of, where others can be shown the same by a link. With a ``picture``
    (a chart as text, see ``bot.digest.picture``) the words are its caption; ``hidden`` puts it
    behind a spoiler.
    """

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    article_ids: tuple[int, ...] = ()
    about: Matter | None = None
    picture: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """An outbox message to be written.

    ``key`` with ``part`` is unique for the chat and topic: the store refuses to write it twice.
    """

    chat_id: int
    topic_id: int
    kind: OutboxKind
    key: str
    part: int
    reply: Reply
    subscription_id: int | None = None
    silent: bool = False  # arrives without a sound
    pin: bool = False  # to be pinned once sent
    not_before_at: datetime | None = None  # None: at once
    origin_id: int | None = None  # of an edit: the outbox message that was sent first


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A stored outbox message: one chat, one text, one state.

    An edit names the outbox message that it changes (``origin_id``) and the Telegram message in
    which the reader sees that one (``edits``, None when it is gone and must be sent anew).
    """

    id: int
    chat_id: int
    topic_id: int
    kind: OutboxKind
    key: str
    part: int
    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    article_ids: tuple[int, ...] = ()
    subscription_id: int | None = None
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    not_before_at: datetime | None = None
    leased_until_at: datetime | None = None
    message_id: int | None = None  # Telegram's, once sent
    reason: str = ""
    silent: bool = False
    pin: PinState = PinState.NONE
    origin_id: int | None = None
    edits: int | None = None
    picture: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDigests:
    """Digests of one subscription of which nothing has left yet, so that one can take their place.

    ``due_at`` is when the first of them was due, ``cursor`` and ``covered_until_at`` are the
    subscription's as they were before it, ``first_cursor`` what its cursor was after the first of
    them (None: what it is now); ``doubtful`` are the messages whose articles they repeat, and
    ``article_ids`` the articles that they would have shown.
    """

    message_ids: tuple[int, ...]
    due_at: datetime
    cursor: int
    covered_until_at: datetime | None
    first_cursor: int | None = None
    doubtful: tuple[OutboxMessage, ...] = ()
    article_ids: tuple[int, ...] = ()


class SendOutcome(StrEnum):
    """What a send came to, from which the outbox decides the next state."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # surely not accepted: try again
    UNCERTAIN = "uncertain"  # may have been accepted
    WAIT = "wait"  # flood limit: try again after ``retry_after_s``
    UNREACHABLE = "unreachable"  # blocked, kicked, deactivated, chat gone
    MIGRATED = "migrated"  # the group has a new id
    NO_TOPIC = "no_topic"  # the forum topic is gone
    GONE = "gone"  # the message that was to be edited is not there any more
    REFUSED_MARKUP = "refused_markup"  # try once as plain text
    REFUSED = "refused"  # will never be accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The outcome of one send, with what the outcome needs."""

    outcome: SendOutcome
    message_id: int | None = None
    retry_after_s: float = 0.0
    new_chat_id: int | None = None
    reason: str = ""
