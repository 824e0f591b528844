"""Times in the database that a clock wrote which was ahead: until then all would wait for them.

A clock that is behind makes right times look the same. So nothing is done here that would let
anything be sent a second time: slots that were composed stay, and only when they count as due
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, Update, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OutboxState, SlotState
from bot.store.base.times import TimesStore
from bot.store.columns import UtcDateTime
from bot.store.engine import Database, chunks, to_the_end
from bot.store.schema import outbox, slots, sources, subscriptions
from bot.store.schema_events import alerts, shown

_APART = timedelta(hours=1)  # as far as the clocks of two machines may be


class SqlTimes(TimesStore):
    """The times of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def set_times_right(self, *, now: datetime) -> int:
        """Set right what was written more than an hour ahead of ``now``; return how many rows."""
        ahead = now + _APART
        async with self._db.reading() as connection:  # nearly always there is nothing to do
            wrong = [await _any(connection, table, where) for table, where in _wrong(ahead)]
            if not any(wrong):
                return 0
        async with self._db.writing() as connection:
            found = select(subscriptions.c.id).where(_subscribed_ahead(ahead))
            readers = (await connection.scalars(found)).all()
            await _set_digests_right(connection, readers, now, ahead)
            counts = [
                (await connection.execute(change)).rowcount for change in _changes(now, ahead)
            ]
            return len(readers) + sum(counts)


async def _any(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> bool:
    found = await connection.execute(select(table.c[0]).where(where).limit(1))
    return found.first() is not None


def _wrong(ahead: datetime) -> Iterable[tuple[Table, ColumnElement[bool]]]:
    """Yield the tables where such times may stand, with the condition for their rows."""
    yield subscriptions, _subscribed_ahead(ahead)
    yield outbox, _waits_ahead(ahead)
    yield sources, _visited_ahead(ahead)
    yield alerts, or_(alerts.c.told_at > ahead, alerts.c.held_at > ahead)


def _subscribed_ahead(ahead: datetime) -> ColumnElement[bool]:
    of = subscriptions.c
    return or_(of.last_slot_at > ahead, of.covered_until_at > ahead, of.active_since_at > ahead)


def _waits_ahead(ahead: datetime) -> ColumnElement[bool]:
    """Return the condition for a message that was written, or put off, by a clock that was ahead.

    One that has to wait for hours because Telegram says so was put off by a right clock.
    """
    return (
        (outbox.c.state == OutboxState.PENDING)
        & outbox.c.urgency.in_((0, 1))  # the index begins with both
        & (outbox.c.not_before_at > ahead)
        & or_(outbox.c.created_at > ahead, outbox.c.settled_at > ahead)
    )


def _visited_ahead(ahead: datetime) -> ColumnElement[bool]:
    return (sources.c.checked_at > ahead) & (sources.c.next_check_at > ahead)


def _changes(now: datetime, ahead: datetime) -> Iterable[Update]:
    yield update(outbox).where(_waits_ahead(ahead)).values(not_before_at=now)
    yield update(sources).where(_visited_ahead(ahead)).values(next_check_at=now)
    # Else they would count as told within the last hour, in which only so many may be.
    yield update(alerts).where(alerts.c.told_at > ahead).values(told_at=now)
    yield update(alerts).where(alerts.c.held_at > ahead).values(held_at=now)


async def _set_digests_right(
    connection: AsyncConnection, readers: Sequence[int], now: datetime, ahead: datetime
) -> None:
    """Let the digests of these subscriptions go on from the last slot that was due by now."""
    last = (
        select(func.max(slots.c.due_at))
        .where(slots.c.subscription_id == subscriptions.c.id, slots.c.due_at <= now)
        .scalar_subquery()
    )
    for chunk in chunks(readers):
        mine = subscriptions.c.id.in_(chunk)
        for time, right in (
            ("last_slot_at", last),
            ("covered_until_at", func.coalesce(last, literal(now, UtcDateTime))),
            ("active_since_at", now),
        ):
            wrong = update(subscriptions).where(mine, subscriptions.c[time] > ahead)
            await connection.execute(wrong.values({time: right}))
        theirs = slots.c.subscription_id.in_(chunk) & (slots.c.due_at > now)
        await connection.execute(delete(slots).where(theirs, slots.c.state == SlotState.COVERED))
        # What was composed was so by now: which digest is the newest is asked by this time.
        await connection.execute(update(slots).where(theirs).values(due_at=now))
        seen = shown.c.subscription_id.in_(chunk) & (shown.c.shown_at > ahead)
        await connection.execute(update(shown).where(seen).values(shown_at=now))
