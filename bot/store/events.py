"""Events in the database: written step by step as the change log is followed, and read again.

Which article belongs to which event is decided by the events stage. A step is one transaction with
the mark of how far the log was followed, so that a kill between two steps costs nothing and a step
that two processes try is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Article, Event, EventsMark, EventsStep, FollowKind, Reading
from bot.store.articles import ARTICLE_ROWS, article_of
from bot.store.base import EventStore
from bot.store.engine import Database, chunks, insert_missing, to_the_end
from bot.store.readings import read_readings, write_readings
from bot.store.schema import articles, change_log
from bot.store.schema_events import (
    article_parties,
    article_places,
    event_articles,
    event_marks,
    event_moves,
    events,
    storylines,
)
from bot.store.showing import SqlShowing

_MARK = "events"


class SqlEvents(SqlShowing, EventStore):
    """The readings and events of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        super().__init__(database)

    @to_the_end
    async def events_mark(self) -> EventsMark:
        """Return how far the change log was followed, and the next ids."""
        async with self._db.reading() as connection:
            return await _mark(connection)

    @to_the_end
    async def save_events(self, step: EventsStep, *, now: datetime) -> bool:
        """Write what one step found, all in one transaction; see ``EventStore``."""
        async with self._db.writing() as connection:
            await insert_missing(connection, event_marks, [_mark_row(EventsMark())])
            moved = await connection.execute(
                update(event_marks)
                .where(event_marks.c.name == _MARK, event_marks.c.seq == step.before.seq)
                .where(event_marks.c.next_event_id == step.before.next_event_id)
                .values(_mark_row(step.after))
            )
            if moved.rowcount == 0:
                return False
            await write_readings(connection, step.readings, now)
            await _write_events(connection, step.events, now)
            await _write_homes(connection, dict(step.homes), now)
            return True

    @to_the_end
    async def follow_again(self) -> None:
        """Let the change log be followed from its beginning; what is held stays until replaced."""
        async with self._db.writing() as connection:
            await connection.execute(
                update(event_marks).where(event_marks.c.name == _MARK).values(seq=0)
            )

    @to_the_end
    async def readings(self, article_ids: Sequence[int]) -> dict[int, Reading]:
        """Return what was read of those of the named articles that were read, by id."""
        async with self._db.reading() as connection:
            return await read_readings(connection, article_ids)

    @to_the_end
    async def events(self, ids: Sequence[int]) -> dict[int, Event]:
        """Return those of the named events that exist, with all their articles, by id."""
        found: dict[int, Event] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                for event in await _events(connection, events.c.id.in_(chunk)):
                    found[event.id] = event
        return found

    @to_the_end
    async def recent_events(self, since: datetime) -> list[Event]:
        """Return the events with a report dated since then, merged ones left out, by id."""
        live = (events.c.updated_at >= since) & events.c.merged_into.is_(None)
        async with self._db.reading() as connection:
            return await _events(connection, live)

    @to_the_end
    async def revised_articles(
        self, after: int, until: int, *, since: datetime, limit: int
    ) -> list[int]:
        """Return the articles held before that changes in (after, until] revised."""
        changed = select(change_log.c.article_id).where(
            change_log.c.seq > after, change_log.c.seq <= until
        )
        query = (
            select(articles.c.id)
            .where(articles.c.id.in_(changed.where(change_log.c.revision > 1)))
            .where(articles.c.id.not_in(changed.where(change_log.c.revision == 1)))
            .where(articles.c.dated_at >= since)
            .order_by(articles.c.dated_at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return list((await connection.scalars(query)).all())

    @to_the_end
    async def headlines(self, article_ids: Sequence[int]) -> dict[int, Article]:
        """Return those of the named articles that exist, without their paragraphs, by id."""
        found: dict[int, Article] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(article_ids):
                rows = await connection.execute(ARTICLE_ROWS.where(articles.c.id.in_(chunk)))
                found |= {row.id: article_of(row) for row in rows}
        return found

    @to_the_end
    async def forebears(self, event_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return the events that were merged into each one, or gave reports to it; by id."""
        found: dict[int, dict[int, None]] = {one: {} for one in event_ids}
        async with self._db.reading() as connection:
            for chunk in chunks(event_ids):
                merged = select(events.c.id, events.c.merged_into).where(
                    events.c.merged_into.in_(chunk)
                )
                for row in await connection.execute(merged.order_by(events.c.id)):
                    found[row.merged_into][row.id] = None
                moves = select(event_moves.c.from_event, event_moves.c.to_event).where(
                    event_moves.c.to_event.in_(chunk)
                )
                for row in await connection.execute(moves.order_by(event_moves.c.id)):
                    found[row.to_event][row.from_event] = None
        return {one: tuple(before) for one, before in found.items() if before}

    @to_the_end
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
        about = _about(kind, value)
        query = (
            select(articles.c.id)
            .where(articles.c.id.in_(about))
            .where(articles.c.dated_at >= since, articles.c.dated_at <= until)
            .order_by(articles.c.dated_at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return list((await connection.scalars(query)).all())


def _about(kind: FollowKind, value: str) -> Any:
    """Return the query of the articles about something; nothing for a word."""
    if kind is FollowKind.PLACE:
        return select(article_places.c.article_id).where(article_places.c.place == value)
    if kind is FollowKind.PARTY:
        return select(article_parties.c.article_id).where(article_parties.c.party == value)
    event_id = int(value) if kind is FollowKind.EVENT and value.isdecimal() else 0
    return select(event_articles.c.article_id).where(event_articles.c.event_id == event_id)


async def _mark(connection: AsyncConnection) -> EventsMark:
    query = select(event_marks).where(event_marks.c.name == _MARK)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return EventsMark()
    return EventsMark(
        seq=row.seq, next_event_id=row.next_event_id, next_storyline_id=row.next_storyline_id
    )


def _mark_row(mark: EventsMark) -> dict[str, object]:
    return {
        "name": _MARK,
        "seq": mark.seq,
        "next_event_id": mark.next_event_id,
        "next_storyline_id": mark.next_storyline_id,
    }


async def _write_events(
    connection: AsyncConnection, changed: Sequence[Event], now: datetime
) -> None:
    """Insert or change events with their storylines."""
    lines = dict.fromkeys(event.storyline_id for event in changed)
    await insert_missing(connection, storylines, [{"id": one, "created_at": now} for one in lines])
    there: set[int] = set()
    for chunk in chunks([event.id for event in changed]):
        query = select(events.c.id).where(events.c.id.in_(chunk))
        there |= set((await connection.scalars(query)).all())
    new = [_event_row(event) for event in changed if event.id not in there]
    if new:
        await connection.execute(insert(events), new)
    for event in changed:
        if event.id in there:
            row = _event_row(event)
            await connection.execute(update(events).where(events.c.id == event.id).values(row))


def _event_row(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "storyline_id": event.storyline_id,
        "started_at": event.started_at,
        "updated_at": event.updated_at,
        "merged_into": event.merged_into,
    }


async def _write_homes(connection: AsyncConnection, homes: dict[int, int], now: datetime) -> None:
    """Put articles into their events, those that left another one with a note of it."""
    former: dict[int, int] = {}
    there: set[int] = set()
    for chunk in chunks(list(homes)):
        held = select(event_articles).where(event_articles.c.article_id.in_(chunk))
        former |= {row.article_id: row.event_id for row in await connection.execute(held)}
        known = select(articles.c.id).where(articles.c.id.in_(chunk))
        there |= set((await connection.scalars(known)).all())
        await connection.execute(
            delete(event_articles).where(event_articles.c.article_id.in_(chunk))
        )
    rows = [{"article_id": a, "event_id": e} for a, e in homes.items() if a in there]
    moves = [
        {"article_id": a, "from_event": former[a], "to_event": e, "moved_at": now}
        for a, e in homes.items()
        if a in there and former.get(a, e) != e
    ]
    if rows:
        await connection.execute(insert(event_articles), rows)
    if moves:
        await connection.execute(insert(event_moves), moves)


async def _events(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Event]:
    """Return the events that fulfil a condition, with the articles in them."""
    rows = (await connection.execute(select(events).where(which).order_by(events.c.id))).all()
    held: dict[int, list[int]] = {row.id: [] for row in rows}
    members = (
        select(event_articles)
        .join(events, events.c.id == event_articles.c.event_id)
        .where(which)
        .order_by(event_articles.c.article_id)
    )
    for row in await connection.execute(members):
        held[row.event_id].append(row.article_id)
    return [
        Event(
            id=row.id,
            storyline_id=row.storyline_id,
            article_ids=tuple(held[row.id]),
            started_at=row.started_at,
            updated_at=row.updated_at,
            merged_into=row.merged_into,
        )
        for row in rows
    ]
