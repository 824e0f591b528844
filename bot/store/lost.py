"""Digests that surely never arrived: where a subscription goes on, what stood in them comes again.

A digest is lost when it was cancelled with the pause of its subscription, or when its chat could
not be reached. What was sent, may have been sent or is being sent is not: of such a digest the
parts that are lost come again marked as doubtful, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OutboxState
from bot.store.messages import FOLDED
from bot.store.schema import change_log, outbox, subscriptions
from bot.store.schema_events import event_snapshots, shown
from bot.store.sent import newest_slots, parts_of, slot_of

_MOST_LOST = 30  # digests looked back on, as many as are replaced while they wait
_GONE = (OutboxState.DEAD, OutboxState.CANCELLED)


async def take_back_lost(
    connection: AsyncConnection, going_on: Sequence[Row[Any]], now: datetime
) -> None:
    """Let the next digests of subscriptions that go on tell what the newest ones never told."""
    for subscription in going_on:
        lost: list[Row[Any]] = []
        messages: list[Row[Any]] = []
        newest = newest_slots(subscription.id, _MOST_LOST)
        for slot in (await connection.execute(newest)).all():
            parts = await parts_of(connection, slot_of(slot))
            if slot.cursor_before is None or not all(map(_is_lost, parts)) or not parts:
                await _doubt(connection, [part for part in parts if _is_lost(part)])
                break
            lost.append(slot)
            messages += parts
        if lost:
            await _begin_again(connection, subscription, lost)
            await _forget_shown(connection, subscription.id, lost)
            await _set_folded(connection, messages, now)
            await _doubt_again(connection, subscription.id, lost)


def _is_lost(part: Row[Any]) -> bool:
    """Tell whether a part never arrives; one that was taken back already is told by another."""
    return part.state in _GONE and part.folded_at is None


async def _doubt(connection: AsyncConnection, lost: Sequence[Row[Any]]) -> None:
    """Let the next digest repeat these parts of one of which others have left, as doubtful ones.

    Not those that another digest took the place of, nor pictures, whose words stand in the digest.
    """
    ids = [one.id for one in lost if one.reason != FOLDED and not one.picture]
    doubt = update(outbox).where(outbox.c.id.in_(ids))
    await connection.execute(doubt.values(state=OutboxState.UNCERTAIN))


async def _begin_again(
    connection: AsyncConnection, subscription: Row[Any], lost: Sequence[Row[Any]]
) -> None:
    """Move a subscription back to where the first of its lost digests (the last here) began."""
    first = lost[-1]
    cursor, covered = first.cursor_before, first.covered_before_at
    if covered is None:
        # Its very first one: it began by the clock, and what came since then is to be told too.
        filters = subscription.filters
        weekly = filters.weekly or len(subscription.weekdays) == 1
        covered = first.due_at - replace(filters, weekly=weekly).first_period
        cursor = await _cursor_at(connection, covered)
    mine = update(subscriptions).where(subscriptions.c.id == subscription.id)
    await connection.execute(mine.values(cursor=cursor, covered_until_at=covered))


async def _cursor_at(connection: AsyncConnection, at: datetime) -> int:
    """Return how far the change log had come."""
    before = select(change_log.c.seq).where(change_log.c.at < at)
    newest: int | None = await connection.scalar(before.order_by(change_log.c.seq.desc()).limit(1))
    return newest or 0


async def _forget_shown(
    connection: AsyncConnection, subscription_id: int, lost: Sequence[Row[Any]]
) -> None:
    """Let what lost digests showed of events count no more, but what was known before."""
    written = {slot.created_at for slot in lost}  # one transaction
    theirs = (shown.c.subscription_id == subscription_id) & shown.c.shown_at.in_(written)
    kept = exists().where(event_snapshots.c.id == shown.c.before_id)
    await connection.execute(delete(shown).where(theirs, or_(shown.c.before_id.is_(None), ~kept)))
    known = update(shown).where(theirs)
    await connection.execute(known.values(snapshot_id=shown.c.before_id, before_id=None))


async def _set_folded(
    connection: AsyncConnection, messages: Sequence[Row[Any]], now: datetime
) -> None:
    """Note that another digest carries these messages: an operator must not send them again."""
    carried = update(outbox).where(outbox.c.id.in_([one.id for one in messages]))
    await connection.execute(carried.values(folded_at=now))


async def _doubt_again(
    connection: AsyncConnection, subscription_id: int, lost: Sequence[Row[Any]]
) -> None:
    """Let what lost digests had repeated because it was in doubt be repeated by the next one."""
    again = (
        update(outbox)
        .where(outbox.c.subscription_id == subscription_id)
        .where(outbox.c.state == OutboxState.UNCERTAIN)
        .where(outbox.c.folded_at.in_({slot.created_at for slot in lost}))
    )
    await connection.execute(again.values(folded_at=None))
