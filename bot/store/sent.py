"""Messages after they were written: changed by edits, pinned, or replaced while they wait.

An edit is an outbox message of its own. Which Telegram message it changes is known here, because
a message that was deleted is sent anew and later edits must find the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import (
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    PinState,
    Reply,
    Slot,
    SlotState,
    WaitingDigests,
)
from bot.store.base import SentStore
from bot.store.engine import Database, to_the_end
from bot.store.messages import FOLDED, cancel_pending, insert_messages, message_of
from bot.store.schema import outbox, slots

_MOST_WAITING = 30  # digests looked at: more than a month of an outage


class SqlSent(SentStore):
    """The messages of one database that are to be changed, pinned or replaced."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def messages_of(self, slot: Slot) -> list[OutboxMessage]:
        """Return the parts of the digest of this slot, in order."""
        async with self._db.reading() as connection:
            return [message_of(row) for row in await parts_of(connection, slot)]

    @to_the_end
    async def latest_slot(self, subscription_id: int) -> Slot | None:
        """Return the slot of the subscription's newest digest."""
        async with self._db.reading() as connection:
            found = await connection.execute(newest_slots(subscription_id, 1))
            row = found.one_or_none()
            return None if row is None else slot_of(row)

    @to_the_end
    async def enqueue_edit(self, origin_id: int, reply: Reply, *, now: datetime) -> bool:
        """Let a sent message read ``reply`` from now on, by an edit in the outbox."""
        chain = or_(outbox.c.id == origin_id, outbox.c.origin_id == origin_id)
        query = select(outbox).where(chain).order_by(outbox.c.id).with_for_update()
        async with self._db.writing() as connection:
            rows = (await connection.execute(query)).all()
            live = [row for row in rows if row.state != OutboxState.CANCELLED]
            sent = [row for row in live if row.state == OutboxState.SENT and row.message_id]
            if not sent or (live[-1].html, live[-1].buttons) == (reply.html, reply.buttons):
                return False
            await cancel_pending(
                connection, chain, outbox.c.kind == OutboxKind.EDIT, reason="superseded"
            )
            edit = _edit_of(message_of(rows[0]), len(rows), reply)
            await insert_messages(connection, [edit], None, now)
            aimed = update(outbox).where(
                outbox.c.origin_id == origin_id, outbox.c.state == OutboxState.PENDING
            )
            await connection.execute(aimed.values(edits=sent[-1].message_id))
            return True

    @to_the_end
    async def waiting_digests(self, subscription_id: int) -> WaitingDigests | None:
        """Return the newest digests of which no part has left yet; None when there is none."""
        query = newest_slots(subscription_id, _MOST_WAITING)
        held: list[Row[Any]] = []
        first: Row[Any] | None = None
        first_cursor: int | None = None
        async with self._db.reading() as connection:
            for slot in await connection.execute(query):
                parts = await parts_of(connection, slot_of(slot))
                if slot.cursor_before is None or not (_untouched(parts) or _replaced(parts)):
                    break
                if first is not None:
                    first_cursor = first.cursor_before
                held, first = [*parts, *held], slot
            waiting = [row.id for row in held if row.state == OutboxState.PENDING]
            if first is None or not waiting:
                return None
            doubtful = await _carried_by(connection, subscription_id, held)
        return WaitingDigests(
            message_ids=tuple(waiting),
            due_at=first.due_at,
            cursor=first.cursor_before,
            covered_until_at=first.covered_before_at,
            first_cursor=first_cursor,
            doubtful=tuple(map(message_of, doubtful)),
            article_ids=tuple(sorted({key for row in held for key in message_of(row).article_ids})),
        )

    @to_the_end
    async def pins_wanted(self, since_at: datetime) -> list[OutboxMessage]:
        """Return messages sent since then that are still to be pinned, oldest first."""
        query = (
            select(outbox)
            .where(outbox.c.pin == PinState.WANTED, outbox.c.state == OutboxState.SENT)
            .where(outbox.c.settled_at >= since_at)
            .order_by(outbox.c.id)
        )
        async with self._db.reading() as connection:
            return [message_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def pinned_before(self, message: OutboxMessage) -> OutboxMessage | None:
        """Return what was pinned before it in the same chat and topic, if it still is."""
        query = (
            select(outbox)
            .where(outbox.c.chat_id == message.chat_id, outbox.c.topic_id == message.topic_id)
            .where(outbox.c.pin == PinState.DONE, outbox.c.id < message.id)
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else message_of(row)

    @to_the_end
    async def settle_pin(self, message_id: int, state: PinState) -> None:
        """Note what came of pinning (or unpinning: `none`) a message."""
        note = update(outbox).where(outbox.c.id == message_id).values(pin=state or None)
        async with self._db.writing() as connection:
            await connection.execute(note)


def newest_slots(subscription_id: int, limit: int) -> Select[Any]:
    """Return the query for the slots of a subscription's newest digests, the newest first."""
    return (
        select(slots)
        .where(slots.c.subscription_id == subscription_id)
        .where(slots.c.state == SlotState.COMPOSED)
        .order_by(slots.c.due_at.desc(), slots.c.local_date.desc(), slots.c.time.desc())
        .limit(limit)
    )


def slot_of(row: Row[Any]) -> Slot:
    """Return the slot that a row holds."""
    return Slot(
        subscription_id=row.subscription_id,
        local_date=row.local_date,
        time=row.time,
        due_at=row.due_at,
    )


async def parts_of(connection: AsyncConnection, slot: Slot) -> Sequence[Row[Any]]:
    """Return the rows of a digest's parts, in order."""
    query = (
        select(outbox)
        .where(outbox.c.subscription_id == slot.subscription_id)
        .where(outbox.c.kind == OutboxKind.DIGEST, outbox.c.key == slot.key)
        .order_by(outbox.c.part)
    )
    return (await connection.execute(query)).all()


def _untouched(parts: Sequence[Row[Any]]) -> bool:
    return bool(parts) and all(part.state == OutboxState.PENDING for part in parts)


def _replaced(parts: Sequence[Row[Any]]) -> bool:
    """Tell whether a later digest took the place of these: then that one holds what they held."""
    folded = (OutboxState.CANCELLED, FOLDED)
    return bool(parts) and all((part.state, part.reason) == folded for part in parts)


async def _carried_by(
    connection: AsyncConnection, subscription_id: int, waiting: Sequence[Row[Any]]
) -> Sequence[Row[Any]]:
    """Return the doubtful messages whose articles these waiting digests repeat."""
    query = (
        select(outbox)
        .where(outbox.c.subscription_id == subscription_id)
        .where(outbox.c.state == OutboxState.UNCERTAIN)
        .where(outbox.c.folded_at.in_({row.created_at for row in waiting}))  # one transaction
        .order_by(outbox.c.id)
    )
    return (await connection.execute(query)).all()


def _edit_of(origin: OutboxMessage, number: int, reply: Reply) -> NewMessage:
    return NewMessage(
        chat_id=origin.chat_id,
        topic_id=origin.topic_id,
        kind=OutboxKind.EDIT,
        key=f"{origin.id}:{number}",
        part=origin.part,
        reply=reply,
        subscription_id=origin.subscription_id,
        silent=True,
        origin_id=origin.id,
    )
