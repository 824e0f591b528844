"""What subscriptions were shown of events: each state kept once, and who saw which one last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import DueDigest, EventSnapshot, Shown, Slot
from bot.store.engine import Database, chunks, insert_missing, to_the_end
from bot.store.schema import slots
from bot.store.schema_events import event_snapshots, events, shown
from bot.store.snapshots import digest_of


class SqlShowing:
    """The snapshots of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def keep_snapshots(
        self, snapshots: Sequence[EventSnapshot], *, now: datetime
    ) -> list[int]:
        """Return the id of each snapshot, kept once for all that are shown the same."""
        rows = {
            (one.event_id, digest_of(one)): {
                "event_id": one.event_id,
                "digest": digest_of(one),
                "state": one,
                "created_at": now,
            }
            for one in snapshots
        }
        ids: dict[tuple[int, str], int] = {}
        if not rows:
            return []
        async with self._db.writing() as connection:
            await insert_missing(connection, event_snapshots, list(rows.values()))
            columns = (event_snapshots.c.id, event_snapshots.c.event_id, event_snapshots.c.digest)
            for chunk in chunks([event_id for event_id, _ in rows]):
                query = select(*columns).where(event_snapshots.c.event_id.in_(chunk))
                for row in await connection.execute(query):
                    ids[row.event_id, row.digest] = row.id
        return [ids[one.event_id, digest_of(one)] for one in snapshots]

    @to_the_end
    async def snapshots(self, ids: Sequence[int]) -> dict[int, EventSnapshot]:
        """Return those of the named snapshots that exist, by id."""
        found: dict[int, EventSnapshot] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                query = select(event_snapshots).where(event_snapshots.c.id.in_(chunk))
                found |= {row.id: row.state for row in await connection.execute(query)}
        return found

    @to_the_end
    async def shown(self, subscription_ids: Sequence[int], event_ids: Sequence[int]) -> list[Shown]:
        """Return what those subscriptions were shown last of those events."""
        found: list[Shown] = []
        wanted = set(event_ids)
        async with self._db.reading() as connection:
            for chunk in chunks(subscription_ids):
                query = select(shown).where(shown.c.subscription_id.in_(chunk))
                for events in chunks(event_ids) if len(wanted) <= len(chunk) else [None]:
                    rows = await connection.execute(
                        query if events is None else query.where(shown.c.event_id.in_(events))
                    )
                    found += [_shown(row) for row in rows if row.event_id in wanted]
        return found

    @to_the_end
    async def shown_by(self, slot: Slot) -> list[Shown]:
        """Return what the digest of this slot shows, unless a later one has shown it since."""
        query = (
            select(shown)
            .join(slots, slots.c.subscription_id == shown.c.subscription_id)
            .where(slots.c.created_at == shown.c.shown_at)  # one transaction
            .where(slots.c.subscription_id == slot.subscription_id)
            .where(slots.c.local_date == slot.local_date, slots.c.time == slot.time)
            .order_by(shown.c.event_id)
        )
        async with self._db.reading() as connection:
            return [_shown(row) for row in await connection.execute(query)]

    @to_the_end
    async def show_anew(self, subscription_id: int, states: Mapping[int, int]) -> None:
        """Note that what a digest shows of events (by id) was changed to these snapshots."""
        mine = shown.c.subscription_id == subscription_id
        async with self._db.writing() as connection:
            for event_id, snapshot_id in states.items():
                change = update(shown).where(mine, shown.c.event_id == event_id)
                await connection.execute(change.values(snapshot_id=snapshot_id))

    @to_the_end
    async def forget_shown(self, before: datetime, *, limit: int = 50) -> int:
        """Drop snapshots made before then, with the notes of who saw them; return how many."""
        # A number is not given again (SQLite would give that of the newest): what is named as seen
        # before by a note that stays is simply not found.
        newest = select(func.max(event_snapshots.c.id)).scalar_subquery()
        alive = exists().where(
            events.c.id == event_snapshots.c.event_id, events.c.updated_at >= before
        )
        old = (
            select(event_snapshots.c.id)
            .where(event_snapshots.c.created_at < before, event_snapshots.c.id < newest, ~alive)
            .order_by(event_snapshots.c.created_at)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            found = (await connection.scalars(old)).all()
        if not found:
            return 0
        async with self._db.writing() as connection:
            await connection.execute(delete(shown).where(shown.c.snapshot_id.in_(found)))
            gone = delete(event_snapshots).where(event_snapshots.c.id.in_(found))
            return (await connection.execute(gone)).rowcount


def _shown(row: Row[Any]) -> Shown:
    return Shown(
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        snapshot_id=row.snapshot_id,
        before_id=row.before_id,
        shown_at=row.shown_at,
    )


async def write_shown(
    connection: AsyncConnection, digests: Sequence[DueDigest], now: datetime
) -> None:
    """Note which state of each event digests show, and which one was known before them."""
    rows = [
        {
            "subscription_id": due.slot.subscription_id,
            "event_id": event_id,
            "snapshot_id": snapshot_id,
            "before_id": due.known.get(event_id),
            "shown_at": now,
        }
        for due in digests
        for event_id, snapshot_id in due.shown.items()
    ]
    if not rows:
        return
    former = delete(shown).where(
        shown.c.subscription_id == bindparam("reader"), shown.c.event_id == bindparam("event")
    )
    told = [{"reader": row["subscription_id"], "event": row["event_id"]} for row in rows]
    await connection.execute(former, told)
    await connection.execute(insert(shown), rows)
