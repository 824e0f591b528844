"""What may be asked of the store about events: what was read of articles, and what was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.models import (
    Article,
    Event,
    EventsMark,
    EventSnapshot,
    EventsStep,
    FollowKind,
    Reading,
    Shown,
    Slot,
)


class EventStore(Protocol):
    """Readings of articles, the events they are in, and the snapshots that were shown."""

    async def events_mark(self) -> EventsMark:
        """Return how far the change log was followed, and the next ids."""
        ...

    async def save_events(self, step: EventsStep, *, now: datetime) -> bool:
        """Write what one step found, all in one transaction.

        False, and nothing written, when the mark is no longer ``step.before``: somebody else
        followed the log. Readings of articles that are gone are passed over.
        """
        ...

    async def follow_again(self) -> None:
        """Let the change log be followed from its beginning, as after a change of the rules.

        What is held stays until it is replaced; ids are never given again.
        """
        ...

    async def readings(self, article_ids: Sequence[int]) -> dict[int, Reading]:
        """Return what was read of those of the named articles that were read, by id."""
        ...

    async def events(self, ids: Sequence[int]) -> dict[int, Event]:
        """Return those of the named events that exist, with all their articles, by id."""
        ...

    async def recent_events(self, since: datetime) -> list[Event]:
        """Return the events with a report dated since then, merged ones left out, by id."""
        ...

    async def revised_articles(
        self, after: int, until: int, *, since: datetime, limit: int
    ) -> list[int]:
        """Return the articles held before that changes in (after, until] revised.

        Only those dated at or after ``since``, at most ``limit`` of them, newest dated first.
        """
        ...

    async def headlines(self, article_ids: Sequence[int]) -> dict[int, Article]:
        """Return those of the named articles that exist, without their paragraphs, by id."""
        ...

    async def forebears(self, event_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return the events that were merged into each one, or gave reports to it; by id."""
        ...

    async def articles_about(
        self,
        kind: FollowKind,
        value: str,
        *,
        since: datetime,
        until: datetime,
        limit: int,
    ) -> list[int]:
        """Return the articles about a place (or within it), party or event, newest first."""
        ...

    async def keep_snapshots(
        self, snapshots: Sequence[EventSnapshot], *, now: datetime
    ) -> list[int]:
        """Return the id of each snapshot, kept once for all that are shown the same."""
        ...

    async def snapshots(self, ids: Sequence[int]) -> dict[int, EventSnapshot]:
        """Return those of the named snapshots that exist, by id."""
        ...

    async def shown(self, subscription_ids: Sequence[int], event_ids: Sequence[int]) -> list[Shown]:
        """Return what those subscriptions were shown last of those events."""
        ...

    async def shown_by(self, slot: Slot) -> list[Shown]:
        """Return what the digest of this slot shows, unless a later one has shown it since."""
        ...

    async def show_anew(self, subscription_id: int, states: Mapping[int, int]) -> None:
        """Note that what a digest shows of events was changed (event id → snapshot id)."""
        ...

    async def forget_shown(self, before: datetime, *, limit: int = 50) -> int:
        """Drop snapshots made before then, with the notes of who saw them; return how many.

        Those of events with a report dated since then stay. At most ``limit``, the oldest: ten
        thousand readers may have seen one.
        """
        ...
