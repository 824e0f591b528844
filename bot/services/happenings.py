"""What happened in a period: new articles gathered into their events, as these stand now."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.digest.compose import compose
from bot.digest.happenings import Happening
from bot.events.changes import changes, snapshot
from bot.events.groups import most_often
from bot.models import (
    Article,
    Event,
    EventChange,
    EventSnapshot,
    Reading,
    Report,
    StoredArticle,
)
from bot.store.base import Store

_FEW = 2  # articles of an event that vouch for its relevance


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The happenings of a period; ``forebears`` are events that each one took reports from."""

    happenings: tuple[Happening, ...]
    forebears: Mapping[int, tuple[int, ...]]
    unread: int = 0  # new articles that were not looked at

    @property
    def event_ids(self) -> tuple[int, ...]:
        """Return every event that a reader may have been shown of them."""
        own = [one.state.event_id for one in self.happenings if one.state]
        return tuple(dict.fromkeys((*own, *(i for ids in self.forebears.values() for i in ids))))

    def known_as(self, state: EventSnapshot, shown: Mapping[int, EventSnapshot]) -> int | None:
        """Return under which event id a reader knows an event: its own, or one that it took over.

        ``shown`` are the states that the reader was shown, by event id; None: none of this event.
        """
        if state.event_id in shown:
            return state.event_id
        own = set(state.article_ids)
        former = (i for i in self.forebears.get(state.event_id, ()) if i in shown)
        return max(
            (one for one in former if not own.isdisjoint(shown[one].article_ids)),
            key=lambda one: shown[one].at,
            default=None,
        )

    def changes(
        self, state: EventSnapshot, shown: Mapping[int, EventSnapshot]
    ) -> tuple[EventChange, ...]:
        """Return what is new about an event beside what was shown of it (by event id)."""
        known_as = self.known_as(state, shown)
        return changes(None if known_as is None else shown[known_as], state)


class Happenings:
    """Gathers articles into the events they belong to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(
        self,
        stored: Sequence[StoredArticle],
        *,
        at: datetime,
        repeated: Collection[int] = (),
        revised: Collection[int] = (),
        unread: int = 0,
    ) -> Period:
        """Return the happenings that these articles report; ``repeated`` are in doubt.

        Articles that were not read yet come alone, the same text once. ``revised`` ones are known
        already: they count only for what they change about an event that was shown.
        """
        readings = await self._store.readings([one.article.id for one in stored])
        placed = defaultdict[int, list[StoredArticle]](list)
        loose = []
        for one in sorted(stored, key=lambda one: (one.article.dated_at, one.article.id)):
            reading = readings.get(one.article.id)
            if reading is None or reading.event_id is None:
                loose += [one] if one.article.id not in revised else []
            else:
                placed[reading.event_id].append(one)
        events = await self._store.events(list(placed))
        members = [key for event in events.values() for key in event.article_ids]
        readings = readings | await self._store.readings([i for i in members if i not in readings])
        articles = await self._store.headlines(members)
        outlets = await self._store.outlets()
        found = [
            _happening(events[key], new, articles, readings, outlets, at, repeated, revised)
            for key, new in placed.items()
            if key in events
        ]
        loose += [one for key, new in placed.items() if key not in events for one in new]
        return Period(
            happenings=(*found, *await asyncio.to_thread(_alone, loose, at, repeated)),
            forebears=await self._store.forebears(list(events)),
            unread=unread,
        )


def _happening(
    event: Event,
    new: Sequence[StoredArticle],
    articles: Mapping[int, Article],
    readings: Mapping[int, Reading],
    outlets: Mapping[int, str],
    at: datetime,
    repeated: Collection[int],
    revised: Collection[int],
) -> Happening:
    held = [articles[key] for key in event.article_ids if key in articles and key in readings]
    read = [readings[one.id] for one in held]
    event = replace(
        event,
        places=most_often(one.places for one in read),
        parties=most_often(one.parties for one in read),
    )
    reports = [
        Report(
            article_id=article.id,
            outlet=outlets.get(article.source_id, article.source),
            title=article.title,
            paragraphs=(),
            dated_at=article.dated_at,
            claims=reading.claims,
            copy_of=reading.copy_of,
        )
        for article, reading in zip(held, read, strict=True)
    ]
    likely = sorted((one.relevance for one in read), reverse=True)[:_FEW]
    return Happening(
        state=snapshot(event, reports, at),
        articles=tuple(sorted(held, key=lambda one: (one.dated_at, one.id))),
        new=tuple(new),
        areas=frozenset(area for one in read for area in (*one.places, *one.areas)),
        relevance=sum(likely) / len(likely) if likely else 0.0,
        repeated=any(one.article.id in repeated for one in new),
        fresh=any(one.article.id not in revised for one in new),
    )


def _alone(
    loose: Sequence[StoredArticle], at: datetime, repeated: Collection[int]
) -> list[Happening]:
    """Return articles of no event, one for each text."""
    by_id = {one.article.id: one for one in loose}
    digest = compose(
        loose, since_at=None, until_at=at, repeated=repeated, max_items=max(1, len(loose))
    )
    return [
        Happening(
            state=None,
            articles=(item.article,),
            new=(by_id[item.article.id],),
            repeated=item.repeated,
            also_in=item.also_in,
        )
        for item in digest.items
    ]
