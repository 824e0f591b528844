"""Events: what happened, who reported it with which figures, and what has changed about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.claims import Claim, ClaimKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An article as the clustering sees it: what it says, of where, of whom, with which figures.

    ``places`` are gazetteer ids and ``parties`` party ids, most important first; ``copy_of`` is the
    article whose text it repeats.
    """

    article_id: int
    outlet: str
    title: str
    paragraphs: tuple[str, ...]
    dated_at: datetime
    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    relevance: float = 1.0  # 0…1; from ½ on it is a conflict update
    copy_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a report was put; ids are lasting.

    ``merged`` are events that turned out to be this one and live on under its id; ``moved`` are
    articles (id → event id) that went to another event than the one they were in.
    """

    article_id: int
    event_id: int
    storyline_id: int
    new_event: bool
    copy_of: int | None = None
    merged: tuple[int, ...] = ()
    moved: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence with all its reports; a storyline is a chain of events."""

    id: int
    storyline_id: int
    article_ids: tuple[int, ...]
    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    started_at: datetime
    updated_at: datetime
    merged_into: int | None = None  # set where another event took this one's reports over


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of an article's newest revision, as it is kept beside it.

    ``areas`` are the places that the named ones lie in at any level, sorted by id; ``event_id``
    is None before the article was placed.
    """

    article_id: int
    relevance: float = 1.0
    copy_of: int | None = None
    places: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsMark:
    """How far the change log was followed, and the first ids that were never given."""

    seq: int = 0
    next_event_id: int = 1
    next_storyline_id: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsStep:
    """What following the change log a little further found, to be written as one.

    ``before`` is the mark that it started from; ``homes`` are the articles (id → event id) that
    came to an event or went over to another one.
    """

    before: EventsMark
    after: EventsMark
    readings: tuple[Reading, ...] = ()
    events: tuple[Event, ...] = ()
    homes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one outlet's report says of one kind of victims, with the paragraph that says so."""

    claim: Claim
    article_id: int
    outlet: str
    at: datetime

    @property
    def kind(self) -> ClaimKind:
        """Return what is counted."""
        return self.claim.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSnapshot:
    """An event as it stood at one time: what a digest showed of it.

    ``figures`` hold the newest figure of each kind, outlet and speaker; they are never summed.
    """

    event_id: int
    storyline_id: int
    at: datetime
    article_ids: tuple[int, ...]
    outlets: tuple[str, ...]
    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


class EventChangeKind(StrEnum):
    """What is new about an event since it was last shown."""

    NEW_EVENT = "new_event"
    FIGURE = "figure"  # a figure moved, or is there for the first time
    OUTLET = "outlet"  # another outlet reports it
    PLACE = "place"
    DENIAL = "denial"
    CORRECTION = "correction"  # an outlet changed what it had published
    REPORT = "report"  # a further report of an outlet that had reported it


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """One change of an event; a moved figure has what it was and what it is, each with its own.

    ``value`` is the new outlet or place where that is what changed.
    """

    kind: EventChangeKind
    event_id: int
    before: Figure | None = None
    after: Figure | None = None
    value: str = ""
    article_id: int | None = None


class FollowKind(StrEnum):
    """What can be followed for instant alerts."""

    PLACE = "place"
    PARTY = "party"
    WORD = "word"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """That a subscription was shown an event in the state of a snapshot.

    ``before_id`` is the snapshot that its chat had surely been told of before, if any: it counts
    as long as the arrival of this one is in doubt. ``shown_at`` is None in old notes.
    """

    subscription_id: int
    event_id: int
    snapshot_id: int
    before_id: int | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A chat's wish to be told at once; ``value`` is an id of a place, party or event, or words."""

    id: int
    chat_id: int
    topic_id: int = 0
    kind: FollowKind
    value: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a chat was told of an event between digests, or has still to be told.

    ``snapshot_id`` is the state that it was told last, None before the first time, and
    ``before_id`` what it knew before that; ``held_at`` is since when something new waits, None
    where nothing does.
    """

    chat_id: int
    topic_id: int
    event_id: int
    snapshot_id: int | None = None
    told_at: datetime | None = None
    held_at: datetime | None = None
    before_id: int | None = None
