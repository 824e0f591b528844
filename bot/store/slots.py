"""Slots in the database: that a subscription's digest of one local date and time is made once.

Which slots are due is decided by the digest stage; the primary key here is what makes a second
digest for the same slot impossible, whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.models import DueDigest, OutboxState, Slot, SlotState
from bot.store.engine import insert_missing
from bot.store.messages import FOLDED, insert_messages
from bot.store.schema import outbox, slots, subscriptions
from bot.store.showing import write_shown


async def write_digest(
    connection: AsyncConnection,
    slot: Slot,
    covered: Sequence[Slot],
    *,
    cursor: int,
    covered_until_at: datetime,
    now: datetime,
) -> bool:
    """Write a due slot with those it covers and move its subscription on.

    False, and nothing written, when the slot is there or the subscription is not active. Neither
    the cursor nor a time of the subscription ever goes back.
    """
    mine = subscriptions.c.id == slot.subscription_id
    query = select(subscriptions).where(mine).with_for_update()
    subscription = (await connection.execute(query)).one_or_none()
    if subscription is None or not subscription.active:
        return False
    before = {
        "cursor_before": subscription.cursor,
        "covered_before_at": subscription.covered_until_at,
    }
    row = _row(slot, SlotState.COMPOSED, now) | before
    if not await insert_missing(connection, slots, [row]):
        return False
    await insert_missing(connection, slots, [_row(s, SlotState.COVERED, now) for s in covered])
    progress = {
        "cursor": max(cursor, subscription.cursor),
        "covered_until_at": latest(covered_until_at, subscription.covered_until_at),
        "last_slot_at": latest(slot.due_at, subscription.last_slot_at),
    }
    await connection.execute(update(subscriptions).where(mine).values(progress))
    return True


async def write_due(connection: AsyncConnection, due: DueDigest, now: datetime) -> bool:
    """Write a due digest with all that belongs to it; False when its slot is taken."""
    written = await write_digest(
        connection,
        due.slot,
        due.covered,
        cursor=due.cursor,
        covered_until_at=due.covered_until_at,
        now=now,
    )
    if not written:
        return False
    await _replace(connection, due.replaces)
    await insert_messages(connection, due.messages, due.slot.subscription_id, now)
    await write_shown(connection, due, now)
    if due.folds:
        carried = (
            update(outbox)
            .where(outbox.c.id.in_(due.folds), outbox.c.state == OutboxState.UNCERTAIN)
            .where(outbox.c.subscription_id == due.slot.subscription_id)
        )
        await connection.execute(carried.values(folded_at=now))
    return True


async def _replace(connection: AsyncConnection, waiting: Sequence[int]) -> None:
    """Cancel messages that another one takes the place of; StoreError when one has left."""
    if not waiting:
        return
    cancel = (
        update(outbox)
        .where(outbox.c.id.in_(waiting), outbox.c.state == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED, reason=FOLDED)
    )
    if (await connection.execute(cancel)).rowcount != len(waiting):
        raise StoreError("a message that was to be replaced is on its way")


def latest(*instants: datetime | None) -> datetime | None:
    """Return the latest of those instants that are known."""
    return max((instant for instant in instants if instant is not None), default=None)


def _row(slot: Slot, state: SlotState, now: datetime) -> dict[str, object]:
    return {
        "subscription_id": slot.subscription_id,
        "local_date": slot.local_date,
        "time": slot.time,
        "due_at": slot.due_at,
        "state": state,
        "created_at": now,
    }
