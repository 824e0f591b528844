"""Chats, their subscriptions, and the digests due to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.models.choices import DeliveryOptions, DigestFilters, Look
from bot.models.events import EventChange, EventChangeKind, EventSnapshot, Figure
from bot.models.messages import NewMessage
from bot.models.news import Article, Paragraph


class ChatKind(StrEnum):
    """Where we talk; a forum topic is a group chat with a topic id."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class SlotState(StrEnum):
    """What became of one due digest."""

    COMPOSED = "composed"  # its messages are in the outbox
    COVERED = "covered"  # missed during an outage; the next slot's digest covers its period


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
    look: Look = field(default_factory=Look)


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
    filters: DigestFilters = field(default_factory=DigestFilters)
    delivery: DeliveryOptions = field(default_factory=DeliveryOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A local date and time at which a subscription's digest is due."""

    subscription_id: int
    local_date: date
    time: str  # "HH:MM"
    due_at: datetime

    @property
    def key(self) -> str:
        """The key under which its digest's messages stand in the outbox."""
        return f"{self.subscription_id}:{self.local_date.isoformat()}T{self.time}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One event in a digest, verbatim, by the headline and a paragraph of one of its reports.

    ``changes`` are what is new since the subscription was shown it; empty for an article that is
    in no event (yet). ``figures`` stand side by side as their speakers gave them, each from one of
    the ``cited`` articles.
    """

    article: Article
    paragraph: Paragraph | None
    repeated: bool = False  # was in a part whose delivery is in doubt
    also_in: tuple[Article, ...] = ()  # one report each of the other outlets
    changes: tuple[EventChange, ...] = ()
    figures: tuple[Figure, ...] = ()
    cited: tuple[Article, ...] = ()
    state: EventSnapshot | None = None  # as which the event is shown

    @property
    def new(self) -> bool:
        """Tell whether the subscription was never shown this event."""
        return not self.changes or self.changes[0].kind is EventChangeKind.NEW_EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is new for one subscription in one period."""

    since_at: datetime | None
    until_at: datetime
    items: tuple[DigestItem, ...]
    left_out: int = 0  # new articles beyond the greatest number shown
    newest_at: datetime | None = None  # of the archive
    cursor: int = 0  # change-log seq that it covers
    weekly: bool = False
    told: int = 0  # events that are as the reader was told of them at once
    revised: bool = False  # it takes the place of the day's digest, whose figures have moved


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDigest:
    """One subscription's due digest as it is to be written.

    ``covered`` are slots that it covers too. The subscription's cursor moves to ``cursor`` and the
    doubtful messages named by ``folds`` count as carried by it. ``shown`` are the states of events
    (event id → snapshot id) that it shows; the next one compares with them. ``replaces`` are
    waiting messages of earlier digests whose place it takes.
    """

    slot: Slot
    covered: tuple[Slot, ...] = ()
    messages: tuple[NewMessage, ...] = ()
    cursor: int
    covered_until_at: datetime
    folds: tuple[int, ...] = ()
    shown: Mapping[int, int] = field(default_factory=dict)
    known: Mapping[int, int] = field(default_factory=dict)
    replaces: tuple[int, ...] = ()
