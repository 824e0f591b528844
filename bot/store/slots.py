"""Slots in the database: that a subscription's digest of one local date and time is made once.

Which slots are due is decided by the digest stage; the primary key here is what makes a second
digest for the same slot impossible, whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import OvertakenError
from bot.models import DueDigest, NewMessage, OutboxState, Slot, SlotState
from bot.store.engine import chunks, insert_missing, insert_missing_of
from bot.store.messages import FOLDED, insert_messages
from bot.store.schema import outbox, slots, subscriptions
from bot.store.showing import write_shown


async def write_due(
    connection: AsyncConnection, digests: Sequence[DueDigest], now: datetime
) -> list[bool]:
    """Write due digests with all that belongs to them; False for those whose slot is taken.

    Those of different subscriptions are written together, with as many statements as for one.
    """
    written = [False] * len(digests)
    waiting = list(range(len(digests)))
    while waiting:
        first: dict[int, int] = {}
        for number in waiting:
            first.setdefault(digests[number].slot.subscription_id, number)
        together = list(first.values())
        new = await _claim(connection, [digests[number] for number in together], now)
        for number in together:
            written[number] = digests[number].slot.subscription_id in new
        await _write_with(connection, [digests[n] for n in together if written[n]], now)
        waiting = [number for number in waiting if number not in set(together)]
    return written


async def _claim(
    connection: AsyncConnection, digests: Sequence[DueDigest], now: datetime
) -> set[int]:
    """Write the slots of several subscriptions, with those they cover, and move these on.

    Return the subscriptions whose slot was free and that are active; of the others nothing is
    written. Neither the cursor nor a time of a subscription ever goes back.
    """
    held: dict[int, Row[Any]] = {}
    for chunk in chunks([due.slot.subscription_id for due in digests]):
        query = select(subscriptions).where(subscriptions.c.id.in_(chunk)).with_for_update()
        held |= {row.id: row for row in await connection.execute(query) if row.active}
    asked = [
        due
        for due in digests
        # Paused and resumed since it was composed, a subscription may begin further back.
        if (row := held.get(due.slot.subscription_id)) and row.active_since_at <= due.slot.due_at
    ]
    rows = [
        _row(due.slot, SlotState.COMPOSED, now)
        | {
            "cursor_before": held[due.slot.subscription_id].cursor,
            "covered_before_at": held[due.slot.subscription_id].covered_until_at,
        }
        for due in asked
    ]
    new = set(await insert_missing_of(connection, slots, rows, slots.c.subscription_id))
    due_now = [due for due in asked if due.slot.subscription_id in new]
    covered = [_row(one, SlotState.COVERED, now) for due in due_now for one in due.covered]
    await insert_missing(connection, slots, covered)
    progress = [_progress(due, held[due.slot.subscription_id]) for due in due_now]
    # A slot that is written already has passed: it is not to be composed at every tick.
    progress += [
        passed
        for due in asked
        if due.slot.subscription_id not in new
        and (passed := _passed(due, held[due.slot.subscription_id])) is not None
    ]
    if progress:
        moved = update(subscriptions).where(subscriptions.c.id == bindparam("key"))
        await connection.execute(moved, progress)
    return new


def _passed(due: DueDigest, subscription: Row[Any]) -> dict[str, object] | None:
    """Return how a subscription moves on past a slot that is written; None where it has."""
    last_slot_at = latest(due.slot.due_at, subscription.last_slot_at)
    if last_slot_at == subscription.last_slot_at:
        return None
    return {
        "key": subscription.id,
        "cursor": subscription.cursor,
        "covered_until_at": subscription.covered_until_at,
        "last_slot_at": last_slot_at,
    }


def _progress(due: DueDigest, subscription: Row[Any]) -> dict[str, object]:
    return {
        "key": subscription.id,
        "cursor": max(due.cursor, subscription.cursor),
        "covered_until_at": latest(due.covered_until_at, subscription.covered_until_at),
        "last_slot_at": latest(due.slot.due_at, subscription.last_slot_at),
    }


async def _write_with(
    connection: AsyncConnection, digests: Sequence[DueDigest], now: datetime
) -> None:
    """Write the messages of digests and what they show; what they take the place of goes."""
    messages: list[NewMessage] = []
    for due in digests:
        await _replace(connection, due.replaces)
        owner = due.slot.subscription_id
        messages += [
            replace(one, subscription_id=one.subscription_id or owner) for one in due.messages
        ]
    await insert_messages(connection, messages, None, now)
    await write_shown(connection, digests, now)
    for due in digests:
        if due.folds:
            carried = (
                update(outbox)
                .where(outbox.c.id.in_(due.folds), outbox.c.state == OutboxState.UNCERTAIN)
                .where(outbox.c.subscription_id == due.slot.subscription_id)
            )
            await connection.execute(carried.values(folded_at=now))


async def _replace(connection: AsyncConnection, waiting: Sequence[int]) -> None:
    """Cancel messages that another one takes the place of; OvertakenError when one has left."""
    if not waiting:
        return
    cancel = (
        update(outbox)
        .where(outbox.c.id.in_(waiting), outbox.c.state == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED, reason=FOLDED)
    )
    if (await connection.execute(cancel)).rowcount != len(waiting):
        raise OvertakenError("a message that was to be replaced is on its way")


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
