"""The words of Mujaz as values: what the stages hand to one another.

All are frozen and slotted. Times end in ``_at`` and are aware UTC; durations end in ``_s``.
Nothing here decides or does anything; the modules named in each docstring do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class SourceKind(StrEnum):
    """Where articles come from."""

    FEED = "feed"
    FILE = "file"
    FORWARD = "forward"


class ChatKind(StrEnum):
    """Where we talk; a forum topic is a group chat with a topic id."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class SlotState(StrEnum):
    """What became of one due digest."""

    COMPOSED = "composed"  # its messages are in the outbox
    COVERED = "covered"  # missed during an outage; the next slot's digest covers its period


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
    NOTICE = "notice"  # to an admin: rights lost, subscription paused


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed, a file folder or the admins' forwards: where articles come from."""

    id: int
    kind: SourceKind
    name: str
    address: str = ""  # of a feed; empty for files and forwards
    enabled: bool = True
    etag: str = ""  # byte for byte as the server sent it
    last_modified: str = ""
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    failures: int = 0  # in a row
    last_error: str = ""  # a message key


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article as a parser found it, not yet stored."""

    title: str
    paragraphs: tuple[str, ...]
    url: str = ""
    guid: str = ""  # of a feed, only when unique in its feed
    published_at: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored article, as its newest revision stands."""

    id: int
    source_id: int
    source: str
    title: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    revision: int = 1

    @property
    def dated_at(self) -> datetime:
        """When it was published or, if nobody says, first seen."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """The unit stored, indexed and quoted; its text is never changed in place."""

    id: int
    article_id: int
    revision: int
    position: int  # 0 is the first
    text: str


class IntakeOutcome(StrEnum):
    """What storing one article did."""

    STORED = "stored"
    REVISED = "revised"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The result of storing one article."""

    outcome: IntakeOutcome
    article_id: int
    title: str
    paragraphs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the store's change log; the search index follows it by ``seq``."""

    seq: int
    article_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article with the paragraphs of its newest revision, in order."""

    article: Article
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paragraph that the index proposes, before the store is asked for its text."""

    paragraph_id: int
    article_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph with its article and a score; ``matches`` are (start, end) in its text."""

    paragraph: Paragraph
    article: Article
    score: float
    matches: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the archive says to a question.

    ``found`` tells whether the evidence suffices; then ``passages`` holds up to three.
    Otherwise ``nearest`` may hold articles that come closest, to be shown as such.
    """

    question: str
    found: bool
    newest_at: datetime | None
    passages: tuple[Passage, ...] = ()
    nearest: tuple[Article, ...] = ()
    shortened: bool = False  # the question was cut to its greatest length


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Somewhere we talk; ``reachable`` is false after a block or a kick."""

    id: int
    kind: ChatKind
    title: str = ""
    language: str = "ar"
    timezone: str = "Asia/Damascus"
    reachable: bool = True
    added_by: int | None = None  # the admin who added us, for set-up in private


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A chat's digest: when, in which zone, in which topic.

    ``times`` are local wall times "HH:MM"; ``weekdays`` are ISO (1 Monday … 7 Sunday).
    ``cursor`` is the change-log seq up to which its digests have covered the archive.
    """

    id: int
    chat_id: int
    topic_id: int = 0  # 0: no topic
    times: tuple[str, ...] = ("08:00",)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    timezone: str = "Asia/Damascus"
    language: str = "ar"
    active: bool = True
    paused_reason: str = ""  # "" | "reader" | "unreachable"
    active_since_at: datetime
    last_slot_at: datetime | None = None
    cursor: int = 0
    covered_until_at: datetime | None = None  # end of the period its last digest covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A local date and time at which a subscription's digest is due."""

    subscription_id: int
    local_date: date
    time: str  # "HH:MM"
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One article in a digest: its headline and its key paragraph, both verbatim."""

    article: Article
    paragraph: Paragraph | None
    repeated: bool = False  # was in a part whose delivery is in doubt
    also_in: tuple[Article, ...] = ()  # the same text at other outlets


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is new for one subscription in one period."""

    since_at: datetime | None
    until_at: datetime
    items: tuple[DigestItem, ...]
    left_out: int = 0  # new articles beyond the greatest number shown
    newest_at: datetime | None = None  # of the archive
    cursor: int = 0  # change-log seq that it covers


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: either callback data or an address."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message ready for Telegram: its HTML, its plain text, and rows of buttons."""

    html: str
    plain: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    article_ids: tuple[int, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A stored outbox message: one chat, one text, one state."""

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


class SendOutcome(StrEnum):
    """What a send came to, from which the outbox decides the next state."""

    SENT = "sent"
    NOT_SENT = "not_sent"  # surely not accepted: try again
    UNCERTAIN = "uncertain"  # may have been accepted
    WAIT = "wait"  # flood limit: try again after ``retry_after_s``
    UNREACHABLE = "unreachable"  # blocked, kicked, deactivated, chat gone
    MIGRATED = "migrated"  # the group has a new id
    NO_TOPIC = "no_topic"  # the forum topic is gone
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """How much the store holds, for `check` and the demo."""

    sources: int = 0
    articles: int = 0
    paragraphs: int = 0
    chats: int = 0
    subscriptions: int = 0
    outbox: dict[str, int] = field(default_factory=dict)
    last_seq: int = 0
